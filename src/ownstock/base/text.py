"""Numbers as people write them."""

from __future__ import annotations

from decimal import Decimal


def plain(number: Decimal) -> str:
    """A decimal without trailing zeros or exponent: 12, 2.5, 1000."""
    return f"{number.normalize():f}"
