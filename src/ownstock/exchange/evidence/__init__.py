"""Evidence for others: what became of a lot, as files that can be read, checked and kept outside."""
