"""The inbox: what suppliers send is kept as it came, read, and does once what it says.

bytes ─ take_in ─► inbound message ─ read ─► documents ─ apply ─► purchasing
                        │                        │
                        └── replay ◄── set aside, with the fault and its place
"""
