"""Who may do what: people, roles, API keys, signatures, and the seal over the journal."""
