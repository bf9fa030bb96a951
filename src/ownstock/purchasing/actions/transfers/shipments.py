"""Shipping: goods of a transfer leave the source's shelves and are on the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.catalog.rules import LocationKind
from ownstock.ledger import actions as ledger
from ownstock.ledger.models import Balance
from ownstock.ledger.rules import Kind, Line, PostingRequest, Status
from ownstock.ledger.rules.picking import Pick, Pickable, deviates, fefo
from ownstock.purchasing.models import TransferEntry, TransferLine, TransferOrder
from ownstock.purchasing.rules.transfers import (
    MAX_TRANSFER_LINES,
    NOTHING,
    TransferEntryKind,
    TransferState,
    check_at_most,
    check_quantity,
)
from ownstock.purchasing.transfer_rows import LockedTransfer, day_at, once, refuse_reused

# What of an item at a site (by their ids) is promised to customers, by (location id, lot id).
Promised = Callable[[int, int], Mapping[tuple[int, int | None], Decimal]]
PICKED_FROM = (LocationKind.SITE, LocationKind.BIN)
SHIPPABLE = frozenset({TransferState.PLACED, TransferState.PART_SHIPPED, TransferState.PART_RECEIVED})


@dataclass(frozen=True, slots=True)
class ShippedPart:
    """So many stock units of a line that leave; of one lot where it is named, else what expires first."""

    line: int
    quantity: Decimal
    lot: str = ""


@dataclass(frozen=True, slots=True)
class _Picked:
    """What is taken for a line."""

    line: TransferLine
    pick: Pick


@transaction.atomic
def ship(
    number: str, parts: Sequence[ShippedPart], *, key: str, promised: Promised, actor: str,
    moved_at: datetime | None = None, reason: str = "",
) -> TransferOrder:  # fmt: skip
    """Ship parts of a transfer: one posting under the caller's key, from the source's shelves to the goods in transit.

    Released goods that nobody was promised and that may still be used when they arrive; first expired first out, or the
    lots that are named: leaving behind what expires earlier needs a reason. The same key again ships nothing.

    Raises:
        Refused: the order is not placed, more than is to be shipped, not enough that may be taken, a deviation without a
            reason, or the key was used for something else.
    """
    if not 0 < len(parts) <= MAX_TRANSFER_LINES:
        raise Refused(f"A shipment has 1 to {MAX_TRANSFER_LINES:,} lines, not {len(parts)}.", code="bad_line_count")
    content = [number, [[p.line, f"{p.quantity:.4f}", p.lot] for p in parts], moved_at and moved_at.isoformat()]
    once("ship", key, content, lambda: _ship(number, parts, key, promised, actor, moved_at, reason))
    return LockedTransfer(number).order


def _ship(
    number: str, parts: Sequence[ShippedPart], key: str, promised: Promised, actor: str, moved_at: datetime | None,
    reason: str,
) -> None:  # fmt: skip
    found = LockedTransfer(number)
    found.refuse_unless(SHIPPABLE, "shipped")
    _refuse_too_much(found, parts)
    shelves = _Shelves(found, parts, promised, day_at(found.order.source, moved_at))
    picked = [_Picked(found.line(part.line), pick) for part in parts for pick in shelves.take(part)]
    is_deviation = shelves.is_deviation()
    if is_deviation and not reason.strip():
        raise Refused(
            f"{number}: other lots expire earlier than these; say why they are left behind.", code="fefo_deviation",
            number=number,
        )  # fmt: skip
    lines = [_movement(found.order, one, moved_at) for one in picked]
    [posted] = ledger.post([PostingRequest(key, Kind.TRANSFER, lines, number)], actor=actor)
    if not posted.is_new:
        raise refuse_reused(key)
    found.append(_entries(found.order, picked, shelves, key, actor, reason))
    new = {"posting": key, "lines": [{"line": p.line, "quantity": f"{p.quantity:.4f}"} for p in parts]}
    found.record("transfer_shipped", actor=actor, new={**new, "is_fefo_deviation": is_deviation}, reason=reason)


def _refuse_too_much(found: LockedTransfer, parts: Sequence[ShippedPart]) -> None:
    wanted: dict[int, Decimal] = defaultdict(Decimal)
    for part in parts:
        check_quantity(found.order.number, part.line, part.quantity)
        wanted[part.line] += part.quantity
    for line, quantity in wanted.items():
        most = found.line(line).totals.to_ship
        check_at_most(found.order.number, line, quantity, most, verb="shipped", what="is still to be shipped")


class _Shelves:
    """The goods that may be taken for a transfer, their balances locked as a posting locks them, while it is picked."""

    def __init__(self, found: LockedTransfer, parts: Iterable[ShippedPart], promised: Promised, today: date) -> None:
        self.order, self.today = found.order, today
        self.lines = {part.line: found.line(part.line) for part in parts}
        self.lot_ids: dict[tuple[int, str, str], tuple[int, int | None]] = {}
        self.claimed: dict[int, Decimal] = {}
        self.there = {line.item_id: [*self._pickable(line.item_id, promised)] for line in self._locked()}
        self.left = {item_id: list(there) for item_id, there in self.there.items()}
        self.taken: dict[int, list[Pick]] = defaultdict(list)

    def _locked(self) -> Iterable[TransferLine]:
        """Lock the balances of all items before any is read: those on the shelves, and those on the way."""
        items = {line.item_id for line in self.lines.values()}
        here = Q(location__site=self.order.source, location__kind__in=PICKED_FROM) | Q(location=self.order.transit)
        rows = Balance.objects.filter(here, item_id__in=items).order_by("id")
        list(rows.select_for_update(of=("self",), no_key=True).values_list("id"))
        return self.lines.values()

    def _pickable(self, item_id: int, promised: Promised) -> Iterable[Pickable]:
        claims = promised(item_id, self.order.source_id)
        self.claimed[item_id] = sum(claims.values(), NOTHING)
        rows = Balance.objects.filter(
            item_id=item_id, location__site=self.order.source, location__kind__in=PICKED_FROM, status=Status.RELEASED
        )
        for row in rows.select_related("location", "lot").order_by("id"):
            lot = row.lot.code if row.lot else ""
            self.lot_ids[item_id, row.location.code, lot] = (row.location_id, row.lot_id)
            free = row.on_hand - claims.get((row.location_id, row.lot_id), NOTHING)
            ends = (row.lot.expires_on, row.lot.retest_on) if row.lot else (None, None)
            yield Pickable(row.location.code, lot, max(free, NOTHING), *ends)

    def take(self, part: ShippedPart) -> list[Pick]:
        """What to take for a part, off what is left. Raises Refused where there is not so much."""
        line = self.lines[part.line]
        left = self.left[line.item_id]
        asked = [goods for goods in left if not part.lot or goods.lot == part.lot]
        picks = fefo(asked, part.quantity, on=self.today, min_remaining_days=self.order.transit_days)
        there = sum((pick.quantity for pick in picks), NOTHING)
        if there < part.quantity:
            raise self._not_there(line, part, there)
        taken = {(pick.location, pick.lot): pick.quantity for pick in picks}
        self.left[line.item_id] = [
            replace(goods, quantity=goods.quantity - taken.get((goods.location, goods.lot), NOTHING)) for goods in left
        ]
        self.taken[line.item_id] += picks
        return picks

    def _not_there(self, line: TransferLine, part: ShippedPart, there: Decimal) -> Refused:
        named = f"{line.item.sku} lot {part.lot}" if part.lot else line.item.sku
        claimed = self.claimed[line.item_id]
        promised = f" {plain(claimed)} of it is promised to customers." if claimed else ""
        return Refused(
            f"{self.order.number}, line {part.line}: {plain(part.quantity)} of {named} cannot be shipped from "
            f"{self.order.source.code}; {plain(there)} may be taken and will still be fit on arrival.{promised}",
            code="not_enough_available", number=self.order.number, line=part.line, there=str(there),
            promised=str(claimed),
        )  # fmt: skip

    def is_deviation(self) -> bool:
        """Whether what was taken leaves behind what expires earlier."""
        days = self.order.transit_days
        return any(
            deviates(picks, self.there[item_id], on=self.today, min_remaining_days=days)
            for item_id, picks in self.taken.items()
        )

    def balance(self, item_id: int, pick: Pick) -> tuple[int, int | None]:
        """The (location id, lot id) of a pick."""
        return self.lot_ids[item_id, pick.location, pick.lot]


def _movement(order: TransferOrder, picked: _Picked, moved_at: datetime | None) -> Line:
    return Line(
        sku=picked.line.item.sku, source=picked.pick.location, target=order.transit.code,
        quantity=picked.pick.quantity, lot=picked.pick.lot, moved_at=moved_at,
    )  # fmt: skip


def _entries(
    order: TransferOrder, picked: Sequence[_Picked], shelves: _Shelves, key: str, actor: str, reason: str
) -> list[TransferEntry]:
    entries = []
    for one in picked:
        location_id, lot_id = shelves.balance(one.line.item_id, one.pick)
        entries.append(
            TransferEntry(
                line=one.line, kind=TransferEntryKind.SHIPPED, shipment_key=key, posting_key=key,
                location_id=location_id, lot_id=lot_id, shipped_change=one.pick.quantity, moved_on=shelves.today,
                expected_on=shelves.today + timedelta(days=order.transit_days), reason=reason, actor=actor,
            )
        )  # fmt: skip
    return entries
