"""What becomes of goods on the way: they come, sound or damaged, or they are lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.catalog.models import Location
from ownstock.catalog.queries import world_location
from ownstock.catalog.rules import LocationKind
from ownstock.ledger import actions as ledger
from ownstock.ledger.models import Balance
from ownstock.ledger.rules import Kind, Line, PostingRequest, Status
from ownstock.purchasing.models import TransferEntry, TransferLine, TransferOrder
from ownstock.purchasing.rules.transfers import (
    MAX_TRANSFER_LINES,
    NOTHING,
    OnTheWay,
    TransferEntryKind,
    TransferState,
    check_quantity,
    taken_from,
)
from ownstock.purchasing.transfer_rows import LockedTransfer, day_at, needs_reason, once, refuse_reused

ON_THE_WAY_STATES = frozenset({TransferState.PART_SHIPPED, TransferState.SHIPPED, TransferState.PART_RECEIVED})
# Goods on the way may have been put on hold, or rejected, there; what is usable is taken to have come first.
STATUSES = (Status.RELEASED, Status.QUARANTINE, Status.ON_HOLD, Status.REJECTED)


@dataclass(frozen=True, slots=True)
class ArrivedPart:
    """So many stock units of a line that came, of a lot where several are on the way; `damaged` of them on top."""

    line: int
    quantity: Decimal
    lot: str = ""
    damaged: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class LostPart:
    """So many stock units of a line that left and will never come."""

    line: int
    quantity: Decimal
    lot: str = ""


@dataclass(frozen=True, slots=True)
class _Come:
    """Goods of one lot and shipment with their status on the way and where they go in which status."""

    line: TransferLine
    goods: OnTheWay
    quantity: Decimal
    source_status: str
    is_damaged: bool = False

    @property
    def target_status(self) -> str:
        """Goods keep their status; what is damaged may not be used until somebody decides."""
        is_held = self.is_damaged and self.source_status == Status.RELEASED
        return Status.ON_HOLD if is_held else self.source_status


@transaction.atomic
def receive(
    number: str, parts: Sequence[ArrivedPart], *, key: str, actor: str, location: str = "", reason: str = "",
    moved_at: datetime | None = None,
) -> TransferOrder:  # fmt: skip
    """Put goods of a transfer that came on the target's shelf: one posting under the caller's key, the same lots.

    They keep the status that they have; what came damaged is on hold. Less than is on the way is short: the rest is still
    expected. `location` is a place of the target (empty: the site itself). The same key again changes nothing.

    Raises:
        Refused: more than is on the way, several lots are and it is not said which, a place of another site, damaged goods
            without a reason, or the key was used for something else.
    """
    if any(part.damaged for part in parts):
        needs_reason(reason, "goods came damaged")
    content = [
        number, location, moved_at and moved_at.isoformat(),
        [[p.line, f"{p.quantity:.4f}", p.lot, f"{p.damaged:.4f}"] for p in parts],
    ]  # fmt: skip
    once("receive", key, content, lambda: _receive(number, parts, key, actor, location, reason, moved_at))
    return LockedTransfer(number).order


def _receive(
    number: str,
    parts: Sequence[ArrivedPart],
    key: str,
    actor: str,
    location: str,
    reason: str,
    moved_at: datetime | None,
) -> None:
    found = _locked(number, len(parts), "received")
    target = _place(found.order, location)
    left = _Left(found)
    come = []
    for part in parts:
        if part.quantity or not part.damaged:
            come += left.take(part.line, part.quantity, part.lot)
        if part.damaged:
            come += [replace(one, is_damaged=True) for one in left.take(part.line, part.damaged, part.lot)]
    lines = [_movement(found.order, one, target.code, moved_at, one.target_status) for one in come]
    _post(PostingRequest(key, Kind.TRANSFER, lines, number), actor)
    found.append(
        [
            TransferEntry(
                line=one.line, kind=TransferEntryKind.RECEIVED, shipment_key=one.goods.shipment_key, posting_key=key,
                location=target, lot_id=one.goods.lot_id, received_change=one.quantity,
                damaged_quantity=one.quantity if one.is_damaged else NOTHING,
                moved_on=day_at(found.order.target, moved_at), reason=reason, actor=actor,
            )
            for one in come
        ]
    )  # fmt: skip
    told = [
        {"line": p.line, "quantity": f"{p.quantity:.4f}", "damaged": f"{p.damaged:.4f}", "lot": p.lot} for p in parts
    ]
    found.record("transfer_received", actor=actor, new={"posting": key, "lines": told}, reason=reason)


@transaction.atomic
def lose(number: str, parts: Sequence[LostPart], *, key: str, reason: str, actor: str) -> TransferOrder:
    """Say that goods on the way will never come: a count difference under the caller's key, which takes off their value.

    Raises:
        Refused: no reason, more than is on the way, several lots are and it is not said which, or the key was used.
    """
    needs_reason(reason, "the goods will not come")
    content = [number, [[p.line, f"{p.quantity:.4f}", p.lot] for p in parts]]
    once("lose", key, content, lambda: _lose(number, parts, key, reason, actor))
    return LockedTransfer(number).order


def _lose(number: str, parts: Sequence[LostPart], key: str, reason: str, actor: str) -> None:
    found = _locked(number, len(parts), "lost")
    left = _Left(found)
    gone = [one for part in parts for one in left.take(part.line, part.quantity, part.lot)]
    nowhere = world_location(LocationKind.COUNT_DIFFERENCE)
    lines = [_movement(found.order, one, nowhere, None, one.source_status) for one in gone]
    _post(PostingRequest(key, Kind.COUNT_DIFFERENCE, lines, number), actor)
    found.append(
        [
            TransferEntry(
                line=one.line, kind=TransferEntryKind.LOST, shipment_key=one.goods.shipment_key, posting_key=key,
                lot_id=one.goods.lot_id, lost_change=one.quantity, moved_on=day_at(found.order.target, None),
                reason=reason, actor=actor,
            )
            for one in gone
        ]
    )  # fmt: skip
    told = [{"line": p.line, "quantity": f"{p.quantity:.4f}", "lot": p.lot} for p in parts]
    found.record("transfer_lost", actor=actor, new={"posting": key, "lines": told}, reason=reason)


def _locked(number: str, part_count: int, to_be: str) -> LockedTransfer:
    if not 0 < part_count <= MAX_TRANSFER_LINES:
        raise Refused(f"Name 1 to {MAX_TRANSFER_LINES:,} lines, not {part_count}.", code="bad_line_count")
    found = LockedTransfer(number)
    found.refuse_unless(ON_THE_WAY_STATES, to_be)
    return found


def _place(order: TransferOrder, code: str) -> Location:
    """Where in the target the goods are put. Raises Refused where that is no place of it."""
    if not code:
        return order.target
    kinds = (LocationKind.SITE, LocationKind.BIN)
    found = Location.objects.filter(code=code, site=order.target, kind__in=kinds).first()
    if found is None:
        raise Refused(f"{code} is no place of {order.target.code}.", code="wrong_place", location=code)
    return found


class _Left:
    """What is left of the goods on the way, and in which status, while an action takes of them."""

    def __init__(self, found: LockedTransfer) -> None:
        self.found, self.goods = found, found.on_the_way()
        items = {line.item_id for line in found.lines.values()}
        rows = Balance.objects.filter(location=found.order.transit, item_id__in=items, on_hand__gt=0)
        columns = rows.values_list("item_id", "lot_id", "status", "on_hand")
        self.there: dict[tuple[int, int | None, str], Decimal] = {
            (item, lot, status): on_hand for item, lot, status, on_hand in columns
        }

    def take(self, line: int, quantity: Decimal, lot: str) -> list[_Come]:
        """Take so much of a line off what is left. Raises Refused where less is on the way."""
        number = self.found.order.number
        row = self.found.line(line)
        check_quantity(number, line, quantity)
        shares = taken_from(number, line, self.goods, quantity, lot=lot)
        come = []
        for goods, share in shares:
            self.goods[self.goods.index(goods)] = replace(goods, quantity=goods.quantity - share)
            come += self._by_status(row, goods, share)
        self.goods = [goods for goods in self.goods if goods.quantity]
        return come

    def _by_status(self, row: TransferLine, goods: OnTheWay, quantity: Decimal) -> list[_Come]:
        come = []
        for status in STATUSES:
            key = (row.item_id, goods.lot_id, status)
            share = min(self.there.get(key, NOTHING), quantity)
            if share > 0:
                self.there[key] -= share
                come.append(_Come(row, goods, share, status))
                quantity -= share
        if quantity:
            raise Refused(
                f"{self.found.order.number}, line {row.line}: {plain(quantity)} of {row.item.sku} is not in "
                f"{self.found.order.transit.code} any more; a movement beside the transfer took it. Put it back first.",
                code="not_in_transit", number=self.found.order.number, line=row.line,
            )  # fmt: skip
        return come


def _movement(order: TransferOrder, one: _Come, target: str, moved_at: datetime | None, target_status: str) -> Line:
    return Line(
        sku=one.line.item.sku, source=order.transit.code, target=target, quantity=one.quantity, lot=one.goods.lot,
        source_status=one.source_status, target_status=target_status, moved_at=moved_at,
    )  # fmt: skip


def _post(request: PostingRequest, actor: str) -> None:
    [posted] = ledger.post([request], actor=actor)
    if not posted.is_new:
        raise refuse_reused(request.key)
