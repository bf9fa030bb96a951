"""Pure decisions about goods that are not as ordered: which differences there are, and how each may be settled."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from ownstock.base.errors import Refused
from ownstock.base.text import plain


class DiscrepancyKind(StrEnum):
    """How what came differs from what was ordered or announced."""

    SHORT = "short"
    OVER = "over"
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"


class SettlementKind(StrEnum):
    """What a discrepancy comes to: money back, goods again, goods back, or kept as it is."""

    CREDITED = "credited"
    REPLACED = "replaced"
    RETURNED = "returned"
    ACCEPTED = "accepted"


WAYS_OUT = {
    DiscrepancyKind.SHORT: (SettlementKind.CREDITED, SettlementKind.REPLACED, SettlementKind.ACCEPTED),
    DiscrepancyKind.OVER: (SettlementKind.ACCEPTED, SettlementKind.RETURNED),
    DiscrepancyKind.DAMAGED: tuple(SettlementKind),
    DiscrepancyKind.WRONG_ITEM: (SettlementKind.RETURNED, SettlementKind.ACCEPTED),
}


def check_settlement(kind: str, settled_as: str) -> None:
    """Refuse a way out that a discrepancy does not have.

    Raises:
        Refused: goods that never came cannot go back, goods nobody ordered are not sent again.
    """
    ways = WAYS_OUT[DiscrepancyKind(kind)]
    if settled_as not in ways:
        raise Refused(
            f"What is {kind.replace('_', ' ')} cannot be {settled_as}; it can be {', '.join(ways)}.",
            code="bad_settlement",
            kind=kind,
            ways=list(ways),
        )


def over_quantity(came: Decimal, still_open: Decimal, ordered: Decimal, tolerance_percent: Decimal) -> Decimal:
    """What came beyond what was open, where that is more than the tolerance allows; else nothing.

    The tolerance is a percentage of what was ordered: within it more than ordered is taken without a word.
    """
    over = came - still_open
    return over if over > ordered * tolerance_percent / 100 else Decimal(0)


def discrepancy_sentence(kind: str, quantity: Decimal, sku: str, number: str, line: int) -> str:
    """What is different, and what can be done about it."""
    where = f"{number}, line {line}"
    told = {
        DiscrepancyKind.SHORT: f"{plain(quantity)} of {sku} were announced and did not come",
        DiscrepancyKind.OVER: f"{plain(quantity)} of {sku} came beyond what was ordered",
        DiscrepancyKind.DAMAGED: f"{plain(quantity)} of {sku} came damaged and are on hold",
        DiscrepancyKind.WRONG_ITEM: f"{plain(quantity)} of {sku} came that were not ordered",
    }[DiscrepancyKind(kind)]
    return f"{where}: {told}. Settle it: {', '.join(WAYS_OUT[DiscrepancyKind(kind)])}."
