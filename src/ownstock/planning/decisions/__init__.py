"""What the engine answers of each item-site, with what people said, and the reason in words and numbers."""
