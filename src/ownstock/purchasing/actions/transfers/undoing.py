"""Taking back what was shipped, received or lost of a transfer, by the reversal of its posting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.ledger import actions as ledger
from ownstock.ledger.actions import Posted
from ownstock.purchasing.models import TransferEntry
from ownstock.purchasing.rules.transfers import NOTHING, TransferEntryKind
from ownstock.purchasing.transfer_rows import LockedTransfer, day_at, needs_reason


@transaction.atomic
def take_back(key: str, *, new_key: str, actor: str, reason: str) -> Posted:
    """Reverse a posting of a transfer: what it shipped lies on the shelf again, what it received or lost is on the way again.

    Raises:
        Refused: the posting is none of a transfer, no reason, goods that it shipped have come or are lost (take that back
            first), or as `ledger.actions.reverse`.
    """
    needs_reason(reason, f"{key} is taken back")
    entries = list(TransferEntry.objects.filter(posting_key=key).exclude(kind=TransferEntryKind.TAKEN_BACK))
    if not entries:
        raise Refused(f"{key} moved nothing of a transfer.", code="no_transfer_posting", key=key)
    found = LockedTransfer(entries[0].line.transfer_order.number)
    if not _is_taken_back(entries):
        _refuse_arrived(found, key, entries)
    posted = ledger.reverse(key, new_key=new_key, actor=actor, reason=reason)
    if not posted.is_new:
        return posted
    found.append([_taken_back(found, entry, new_key, actor, reason) for entry in entries])
    found.record("transfer_taken_back", actor=actor, new={"posting": key, "by": new_key}, reason=reason)
    return posted


def _is_taken_back(entries: Sequence[TransferEntry]) -> bool:
    """Whether this shipment was taken back before: the ledger knows by which posting."""
    keys = {entry.shipment_key for entry in entries if entry.shipped_change}
    rows = TransferEntry.objects.filter(shipment_key__in=keys, kind=TransferEntryKind.TAKEN_BACK)
    return rows.filter(shipped_change__lt=0).exists()


def _refuse_arrived(found: LockedTransfer, key: str, entries: Sequence[TransferEntry]) -> None:
    """Refuse to take back a shipment whose goods are not all on the way: the same lot of another may lie there."""
    left: dict[tuple[str, int, int | None], Decimal] = defaultdict(Decimal)
    for goods in found.on_the_way():
        left[goods.shipment_key, goods.line, goods.lot_id] += goods.quantity
    wanted: dict[tuple[str, int, int | None], Decimal] = defaultdict(Decimal)
    for entry in entries:
        wanted[entry.shipment_key, entry.line.line, entry.lot_id] += entry.shipped_change
    for where, quantity in wanted.items():
        if quantity > left.get(where, NOTHING):
            raise Refused(
                f"{found.order.number}, line {where[1]}: {plain(quantity)} was shipped by {key}, but only "
                f"{plain(left.get(where, NOTHING))} of it is still on the way; take back its receipt or loss first.",
                code="moved_on", number=found.order.number, line=where[1],
            )  # fmt: skip


def _taken_back(found: LockedTransfer, entry: TransferEntry, key: str, actor: str, reason: str) -> TransferEntry:
    site = found.order.source if entry.shipped_change else found.order.target
    return TransferEntry(
        line=entry.line, kind=TransferEntryKind.TAKEN_BACK, shipment_key=entry.shipment_key, posting_key=key,
        location_id=entry.location_id, lot_id=entry.lot_id, shipped_change=-entry.shipped_change,
        received_change=-entry.received_change, damaged_quantity=-entry.damaged_quantity, lost_change=-entry.lost_change,
        moved_on=day_at(site, None), reason=reason, actor=actor,
    )  # fmt: skip
