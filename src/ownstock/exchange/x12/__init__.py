"""X12: interchanges as bytes, what is wrong with them as facts, and the messages in them as documents.

    bytes ─ syntax ─► interchanges ─ envelope ─► groups and messages ─ checking, against the tables ─► messages/ ─► documents
    bytes ◄ writing ─ interchanges ◄ envelope ── messages ◄──────────── messages/ ◄── documents

`reading.read` walks the upper line; a problem is a fact with the number and tag of its segment, never an exception, and a
partner's profile decides which of them refuse. `answer` makes the 997 that tells the partner.
"""
