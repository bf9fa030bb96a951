"""Ownstock: customer managed inventory, from the first import to the order that reaches the supplier."""

__version__ = "0.1.0"
