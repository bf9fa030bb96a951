"""What happened and what is still to be told: audit events, outbox, alerts, idempotent answers, heartbeats.

Actors are keys (`user:anna`, `job:plan`, `key:4f2a`), so that the journal stands below the people it names.
"""
