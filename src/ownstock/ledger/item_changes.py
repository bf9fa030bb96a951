"""What the ledger's own records forbid to change of an item: rules under which its goods have moved, or lie there now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ownstock.base.tables import Fault
from ownstock.catalog.item_changes import ItemChange, Record
from ownstock.catalog.rules import Tracking
from ownstock.ledger.models import Balance, Movement

WATCHED = ("tracking", "valuation_method")


def objections(changes: Sequence[ItemChange]) -> Iterator[Fault]:
    """A fault for each change of tracking or of the valuation method that comes too late."""
    watched = [change for change in changes if any(change[1][name] != change[2][name] for name in WATCHED)]
    items = [old["id"] for _, old, _ in watched]
    moved = set(Movement.objects.filter(item_id__in=items).values_list("item_id", flat=True).distinct())
    without_lot = Balance.objects.filter(item_id__in=items, lot=None, on_hand__gt=0)
    loose = set(without_lot.values_list("item_id", flat=True).distinct())
    for row, old, new in watched:
        if old["valuation_method"] != new["valuation_method"] and old["id"] in moved:
            yield _kept(row, "valuation_method", new, f"{old['sku']} has moved; it stays {old['valuation_method']}.")
        if old["tracking"] != new["tracking"] and (why := _too_late(new["tracking"], old, moved, loose)):
            yield _kept(row, "tracking", new, why)


def _too_late(tracking: str, old: Record, moved: set[int], loose: set[int]) -> str | None:
    """Why an item's goods cannot be told apart from now on as they were not before; None where they can."""
    if tracking == Tracking.SERIAL and old["id"] in moved:
        return f"{old['sku']} has moved without serial numbers; give the pieces an item of their own."
    if tracking == Tracking.LOT and old["id"] in loose:
        return f"{old['sku']} is on hand without lots; adjust it out, change this, and bring it in by lot."
    return None


def _kept(row: int, name: str, new: Record, sentence: str) -> Fault:
    return Fault(row, name, str(new[name]), sentence)
