"""Formats of our own beside X12: JSON and CSV, as bytes and as documents, without framework or database."""
