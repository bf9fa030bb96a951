"""One file for each group of pages; a view parses, calls one action or query, renders."""
