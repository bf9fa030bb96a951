"""How much will be wanted: one method per file."""
