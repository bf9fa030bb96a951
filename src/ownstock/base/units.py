"""Units of measure: exact conversion, or none."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

QUANTITY_DECIMALS = 4


def converted(quantity: Decimal, numerator: int, denominator: int) -> Decimal | None:
    """So much of a unit, of which one is numerator / denominator others, counted in those: exact to four decimals.

    None where it cannot be written so: a third of a box of ten is no number of pieces.
    """
    steps = Fraction(quantity) * numerator / denominator * 10**QUANTITY_DECIMALS
    return Decimal(steps.numerator).scaleb(-QUANTITY_DECIMALS) if steps.denominator == 1 else None
