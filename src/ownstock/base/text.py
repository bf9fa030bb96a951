"""Numbers as people write them."""

from __future__ import annotations

from decimal import Decimal


def plain(number: Decimal, *, decimals: int = 0) -> str:
    """A number without needless zeros or exponent, with at least so many decimals: 12, 2.5, 1.20."""
    whole, _, fraction = f"{number:f}".partition(".")
    fraction = fraction.rstrip("0").ljust(decimals, "0")
    return f"{whole}.{fraction}" if fraction else whole
