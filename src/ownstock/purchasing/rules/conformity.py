"""Pure decisions about certificates of conformity: how much they cover, and whether goods may be released by them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ownstock.base.errors import Refused
from ownstock.base.text import plain

NOTHING = Decimal(0)
OrderLineKey = tuple[str, int]


def covered(certified: Mapping[OrderLineKey, Decimal], received: Mapping[OrderLineKey, Decimal]) -> Decimal:
    """How much of a lot is covered: of each order line what its certificates say, and no more than came for it."""
    return sum((min(said, received.get(line, NOTHING)) for line, said in certified.items()), NOTHING)


def check_release(sku: str, lot: str, *, quantity: Decimal, released: Decimal, covered: Decimal) -> None:
    """Refuse a release beyond what certificates cover.

    Raises:
        Refused: so much is not covered, with what is.
    """
    left = max(covered - released, NOTHING)
    if quantity <= left:
        return
    called = f"{sku} lot {lot}" if lot else sku
    raise Refused(
        f"{called} is released by certificates of conformity alone: they cover {plain(covered)} that came, "
        f"{plain(released)} of it released; {plain(quantity)} cannot be released, {plain(left)} can. Enter the certificate "
        "for its order line and lot first.",
        code="not_covered", sku=sku, lot=lot, covered=covered, released=released,
    )  # fmt: skip
