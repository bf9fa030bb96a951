"""Pure decisions about approving orders: who needs it, who may give it, and until when it holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Limit:
    """What people of a role may approve of others, and place of their own without approval; None: nothing."""

    role: str
    approves_up_to: Decimal | None
    places_alone_up_to: Decimal | None


@dataclass(frozen=True, slots=True)
class ApprovedLine:
    """What an approval looks at of a line: so much of an item, at a price of one."""

    item_id: int
    quantity: Decimal
    price: Decimal


def needs_approval(amount: Decimal, limits: Collection[Limit], roles: Collection[str]) -> bool:
    """Whether an order of an amount has to be approved, when people of these roles asked for it.

    Where nobody has a limit, nothing needs approval.
    """
    alone = [limit.places_alone_up_to or NOTHING for limit in limits if limit.role in roles]
    return bool(limits) and amount > max(alone, default=NOTHING)


def best_limit(limits: Iterable[Limit], roles: Collection[str]) -> Limit | None:
    """The limit by which somebody of these roles approves most; None where there is none."""
    own = [limit for limit in limits if limit.role in roles and limit.approves_up_to is not None]
    return max(own, key=lambda limit: limit.approves_up_to or NOTHING, default=None)


def roles_that_may(limits: Iterable[Limit], amount: Decimal) -> list[str]:
    """Whose limit covers an amount."""
    return sorted(limit.role for limit in limits if limit.approves_up_to is not None and limit.approves_up_to >= amount)


def is_covered(approved: Iterable[ApprovedLine], lines: Iterable[ApprovedLine]) -> bool:
    """Whether lines ask for no more than what was approved: of no item more, at no higher price, and no other item.

    Days may move, and less may be ordered.
    """
    quantities: dict[int, Decimal] = defaultdict(Decimal)
    prices: dict[int, Decimal] = {}
    for line in approved:
        quantities[line.item_id] += line.quantity
        prices[line.item_id] = max(line.price, prices.get(line.item_id, NOTHING))
    for line in lines:
        quantities[line.item_id] -= line.quantity
        if line.price > prices.get(line.item_id, Decimal(-1)):
            return False
    return all(left >= 0 for left in quantities.values())
