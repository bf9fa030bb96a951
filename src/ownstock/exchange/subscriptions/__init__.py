"""Telling other programs of what happens: who subscribed to what, up to where each was told, and what has become of it."""
