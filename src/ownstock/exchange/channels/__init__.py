"""Channels: by which way and in which format messages go to a supplier and come from it, with their secrets kept apart."""
