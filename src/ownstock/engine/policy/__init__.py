"""How much to order: one policy, or one building stone of policies, per file."""
