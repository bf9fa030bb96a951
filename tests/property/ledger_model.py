"""The ledger once more, as plain Python: lists of movements and whole numbers, none of the ledger's own code.

It says of each request whether it is refused and why, and what is on hand and what it is worth afterwards. Quantities,
costs and amounts are whole numbers of 0.0001.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from ownstock.ledger.rules import Line, PostingRequest

STEPS = 10_000
Place: TypeAlias = tuple[str, str, str, str]
Content: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True)
class ModelItem:
    """What an item demands of its goods and how they are valued; `units` are stock units in one of another unit."""

    sku: str
    cost: int
    method: str = "moving_average"
    tracking: str = "none"
    receiving: str = "released"
    units: dict[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True)
class ModelPlace:
    """A location: its kind, the site whose periods it shares, that site's time zone."""

    code: str
    kind: str
    site: str | None = None
    zone: str = "UTC"

    @property
    def holds(self) -> bool:
        """Whether a balance is kept here."""
        return self.kind in {"site", "bin", "in_transit"}


@dataclass
class Move:
    """One movement that was posted."""

    key: str
    line: int
    sku: str
    lot: str
    source: str
    source_status: str
    target: str
    target_status: str
    quantity: int
    cost: int
    moved_at: datetime | None
    number: int = 0
    recorded_at: datetime | None = None

    @property
    def ends(self) -> tuple[tuple[Place, int], tuple[Place, int]]:
        """The two balances it changes, where stock is held there."""
        return (
            ((self.sku, self.source, self.lot, self.source_status), -self.quantity),
            ((self.sku, self.target, self.lot, self.target_status), self.quantity),
        )


@dataclass
class Document:
    """What was posted under one key."""

    key: str
    kind: str
    content: Content
    actor: str
    moves: list[Move]
    reverses: str = ""
    reversed_by: str = ""


class LedgerModel:
    """All that was posted so far, and what follows from it."""

    def __init__(self, items: Iterable[ModelItem], places: Iterable[ModelPlace]) -> None:
        self.items = {item.sku: item for item in items}
        self.places = {place.code: place for place in places}
        self.documents: dict[str, Document] = {}
        self.moves: list[Move] = []
        self.on_hand: Counter[Place] = Counter()
        self.lots: dict[tuple[str, str], tuple[date | None, date | None]] = {}
        self.closed: dict[str | None, tuple[date, datetime]] = {}
        self.late: Counter[tuple[str, int]] = Counter()
        self.cost_keys: dict[str, Content] = {}
        self.picks: dict[str, Content] = {}

    def post_faults(self, requests: Sequence[PostingRequest], now: datetime, *, is_release: bool = False) -> set[str]:
        """The codes with which a call may be refused; none where it must be posted."""
        faults = {fault for r in requests for line in r.lines for fault in self._form_faults(line, now)}
        if len({r.key for r in requests}) < len(requests):
            faults.add("doubled_key")
        fresh = [r for r in requests if not self.is_known(r)]
        if any(r.key in self.documents for r in fresh):
            faults.add("key_reused")
        for request in fresh:
            for line in request.lines:
                faults |= self._material_faults(line, now, is_release)
        return faults or self._stock_faults([m for r in fresh for m in self.moves_of(r)])

    def is_known(self, request: PostingRequest) -> bool:
        """Whether the same was posted under the same key."""
        return request.key in self.documents and self.documents[request.key].content == content_of(request)

    def _form_faults(self, line: Line, now: datetime) -> set[str]:
        faults = set()
        steps = Fraction(line.quantity) * STEPS
        if steps <= 0 or steps.denominator != 1:
            faults.add("bad_line")
        if (line.source, line.source_status) == (line.target, line.target_status):
            faults.add("bad_line")
        if line.moved_at is not None and line.moved_at > now + timedelta(days=1):
            faults.add("bad_line")
        if line.sku not in self.items:
            faults.add("unknown_item")
        elif line.unit and line.unit not in self.items[line.sku].units:
            faults.add("unknown_unit")
        elif self._exact(line).denominator != 1:
            faults.add("bad_line")
        if not {line.source, line.target} <= self.places.keys():
            faults.add("unknown_location")
        return faults

    def _exact(self, line: Line) -> Fraction:
        factor = self.items[line.sku].units[line.unit] if line.unit else Fraction(1)
        return Fraction(line.quantity) * factor * STEPS

    def _material_faults(self, line: Line, now: datetime, is_release: bool) -> set[str]:
        if line.sku not in self.items or not {line.source, line.target} <= self.places.keys():
            return set()
        item, source, target = self.items[line.sku], self.places[line.source], self.places[line.target]
        is_wrong = (item.tracking != "none" and not line.lot) or (item.tracking == "serial" and line.quantity != 1)
        if item.receiving == "quarantine" and not is_release:
            is_wrong |= source.kind == "supplier" and line.target_status != "quarantine"
            is_wrong |= self._is_decided_by_quality(line.source, line.source_status, line.target, line.target_status)
        if target.kind == "customer":
            is_wrong |= line.source_status != "released"
            day = (line.moved_at or now).astimezone(ZoneInfo(source.zone)).date()
            is_wrong |= any(end is not None and day >= end for end in self.lots.get((line.sku, line.lot), ()))
        return {"bad_line"} if is_wrong else set()

    def _is_decided_by_quality(self, source: str, source_status: str, target: str, target_status: str) -> bool:
        """Whether goods within the house would become usable, or no longer be rejected."""
        is_decided = target_status == "released" or source_status == "rejected"
        return self.places[source].holds and self.places[target].holds and is_decided and source_status != target_status

    def _stock_faults(self, moves: Sequence[Move]) -> set[str]:
        faults = set()
        if any(self._is_closed(move) for move in moves):
            faults.add("period_closed")
        after = Counter(self.on_hand)
        self._apply(after, moves)
        if any(quantity < 0 for quantity in after.values()):
            faults.add("not_enough_on_hand")
        pieces: Counter[tuple[str, str]] = Counter()
        for (sku, _, lot, _), quantity in after.items():
            pieces[sku, lot] += quantity
        named = {(m.sku, m.lot) for m in moves if self.items[m.sku].tracking == "serial"}
        if any(pieces[piece] > STEPS for piece in named):
            faults.add("serial_twice")
        return faults

    def _is_closed(self, move: Move) -> bool:
        sites = {self.places[end].site for end in (move.source, move.target) if self.places[end].holds}
        return move.moved_at is not None and any(
            site in self.closed and move.moved_at < self.closed[site][1] for site in sites
        )

    def _apply(self, balances: Counter[Place], moves: Iterable[Move]) -> None:
        for move in moves:
            for place, change in move.ends:
                if self.places[place[1]].holds:
                    balances[place] += change

    def moves_of(self, request: PostingRequest) -> list[Move]:
        """A request's lines as movements."""
        found = []
        for number, line in enumerate(request.lines, start=1):
            cost = self.items[line.sku].cost if line.unit_cost is None else int(line.unit_cost * STEPS)
            found.append(
                Move(request.key, number, line.sku, line.lot, line.source, str(line.source_status), line.target,
                     str(line.target_status), int(self._exact(line)), cost, line.moved_at)
            )  # fmt: skip
        return found

    def post(self, requests: Sequence[PostingRequest], actor: str) -> list[bool]:
        """Take in what was posted; tells which documents are new."""
        is_new = [not self.is_known(request) for request in requests]
        for request, fresh in zip(requests, is_new, strict=True):
            if fresh:
                self._add(Document(request.key, str(request.kind), content_of(request), actor, self.moves_of(request)))
        return is_new

    def _add(self, document: Document) -> None:
        self.documents[document.key] = document
        self._apply(self.on_hand, document.moves)
        for move in document.moves:
            move.number = len(self.moves)
            self.moves.append(move)
            if move.lot:
                self.lots.setdefault((move.sku, move.lot), (None, None))

    def reverse_faults(self, key: str, new_key: str) -> set[str]:
        """Why a posting may not be taken back."""
        document = self.documents.get(key)
        if document is None or document.reverses:
            return {"no_posting" if document is None else "is_reversal"}
        if document.reversed_by:
            return set() if document.reversed_by == new_key else {"already_reversed"}
        if new_key in self.documents:
            return {"key_reused"}
        moves = _taken_back(document, new_key)
        strict = [move for move in moves if self.items[move.sku].receiving == "quarantine"]
        if any(self._is_decided_by_quality(m.source, m.source_status, m.target, m.target_status) for m in strict):
            return {"bad_line"}
        return self._stock_faults(moves)

    def reverse(self, key: str, new_key: str, actor: str) -> bool:
        """Take a posting back; tells whether that is new."""
        document = self.documents[key]
        if document.reversed_by:
            return False
        content = ("reversal", key)
        self._add(Document(new_key, document.kind, content, actor, _taken_back(document, new_key), reverses=key))
        document.reversed_by = new_key
        return True

    def receivers(self, sku: str, lot: str) -> set[str]:
        """Who posted receipts of a lot."""
        receipts = [d for d in self.documents.values() if d.kind == "receipt" and not d.reverses]
        return {d.actor for d in receipts if any((m.sku, m.lot) == (sku, lot) for m in d.moves)}

    def pickable(self, sku: str, place: str, min_days: int) -> list[tuple[str, str, int]]:
        """What may be picked as (location, lot, quantity), the first to expire first."""
        day = datetime.now(ZoneInfo(self.places[place].zone)).date() + timedelta(days=min_days)
        found = []
        for (its, location, lot, status), quantity in self.on_hand.items():
            if its == sku and status == "released" and quantity and self._is_within(location, place):
                ends = [end for end in self.lots.get((sku, lot), ()) if end is not None]
                if all(day < end for end in ends):
                    found.append((min(ends, default=date.max), lot, location, quantity))
        return [(location, lot, quantity) for _, lot, location, quantity in sorted(found)]

    def _is_within(self, location: str, place: str) -> bool:
        return location == place or self.places[location].site == place

    def first_to_expire(self, sku: str, place: str, quantity: int, min_days: int) -> list[tuple[str, str, int]]:
        """What must be picked; less than `quantity` where there is no more."""
        picks = []
        for location, lot, there in self.pickable(sku, place, min_days):
            if quantity > 0:
                picks.append((location, lot, min(there, quantity)))
                quantity -= there
        return picks

    def as_of(self, moment: datetime, believed_at: datetime | None, sku: str) -> dict[Place, int]:
        """What was on hand at a moment, leaving out what was recorded after `believed_at`."""
        balances: Counter[Place] = Counter()
        for move in self.moves:
            assert move.moved_at is not None
            assert move.recorded_at is not None
            is_told = believed_at is None or move.recorded_at <= believed_at
            if move.moved_at <= moment and is_told and sku in ("", move.sku):
                self._apply(balances, [move])
        return {place: quantity for place, quantity in balances.items() if quantity}

    def values(self) -> dict[tuple[str, int], int]:
        """What each movement changes in the value; those taken back, and what took them back, are left out."""
        found: dict[tuple[str, int], int] = {}
        for item in self.items.values():
            moves = [m for m in self.moves if m.sku == item.sku and self._is_flow(m) and not self.is_cancelled(m)]
            moves.sort(key=lambda m: (m.moved_at, m.number))
            found |= self._replayed(moves, item)
        return found

    def _is_flow(self, move: Move) -> bool:
        return self.places[move.source].holds != self.places[move.target].holds

    def is_cancelled(self, move: Move) -> bool:
        """Whether a movement was taken back, or takes one back."""
        document = self.documents[move.key]
        return bool(document.reverses or document.reversed_by)

    def cancelled_pairs(self) -> list[tuple[str, str]]:
        """Postings with what took them back."""
        return [(d.reverses, d.key) for d in self.documents.values() if d.reverses]

    def _replayed(self, moves: Sequence[Move], item: ModelItem) -> dict[tuple[str, int], int]:
        shelf = Shelf(melts=item.method == "moving_average")
        found = {}
        for move in moves:
            said, comes = nearest(Fraction(move.quantity * move.cost, STEPS)), self.places[move.target].holds
            if item.method == "standard":
                found[move.key, move.line] = said if comes else -said
                continue
            before = shelf.worth
            if comes:
                comes_back = self.places[move.source].kind == "customer"
                shelf.come(move.quantity, said, self.late[move.key, move.line], comes_back=comes_back)
            else:
                shelf.leave(move.quantity, move.cost)
            found[move.key, move.line] = shelf.worth - before
        return found


class Shelf:
    """What lies there in layers, oldest first, as [quantity, amount]; and what is owed: issued before it came."""

    def __init__(self, *, melts: bool) -> None:
        self.melts = melts
        self.layers: list[list[int]] = []
        self.owed: list[list[int]] = []

    @property
    def worth(self) -> int:
        """The value of what lies there, less what is owed."""
        return sum(amount for _, amount in self.layers) - sum(amount for _, amount in self.owed)

    def come(self, quantity: int, said: int, late: int, *, comes_back: bool) -> None:
        """Goods arrive: what is owed is made up for first, the rest is laid down."""
        if comes_back and self.layers:
            there = sum(q for q, _ in self.layers)
            said = nearest(Fraction(quantity * sum(amount for _, amount in self.layers), there))
        amount = said + late
        while quantity and self.owed:
            short, owed = self.owed[0]
            if short > quantity:
                self.owed[0] = [short - quantity, owed - nearest(Fraction(owed * quantity, short))]
                return
            self.owed.pop(0)
            amount -= nearest(Fraction(amount * short, quantity))
            quantity -= short
        if quantity and self.melts and self.layers:
            self.layers[0] = [self.layers[0][0] + quantity, self.layers[0][1] + amount]
        elif quantity:
            self.layers.append([quantity, amount])

    def leave(self, quantity: int, cost: int) -> None:
        """Goods leave, the oldest first; what is not there leaves at its last known cost."""
        if self.owed:
            cost = nearest(Fraction(self.owed[-1][1] * STEPS, self.owed[-1][0]))
        while quantity and self.layers:
            there, amount = self.layers[0]
            if there > quantity:
                self.layers[0] = [there - quantity, amount - nearest(Fraction(amount * quantity, there))]
                return
            cost = nearest(Fraction(amount * STEPS, there))
            self.layers.pop(0)
            quantity -= there
        if quantity:
            self.owed.append([quantity, nearest(Fraction(quantity * cost, STEPS))])


def nearest(number: Fraction) -> int:
    """The nearest whole number; a half goes away from zero."""
    size = math.floor(abs(number) + Fraction(1, 2))
    return size if number >= 0 else -size


def content_of(request: PostingRequest) -> Content:
    """What a request asks for."""
    lines = [
        (line.sku, line.lot, line.source, str(line.source_status), line.target, str(line.target_status),
         Fraction(line.quantity), line.moved_at and line.moved_at.astimezone(UTC), line.unit_cost, line.unit)
        for line in request.lines
    ]  # fmt: skip
    return (str(request.kind), request.reference, *lines)


def _taken_back(document: Document, new_key: str) -> list[Move]:
    return [
        Move(
            new_key,
            m.line,
            m.sku,
            m.lot,
            m.target,
            m.target_status,
            m.source,
            m.source_status,
            m.quantity,
            m.cost,
            None,
        )
        for m in document.moves
    ]


def decimal(steps: int) -> Decimal:
    """Whole numbers of 0.0001 as the ledger writes them."""
    return Decimal(steps) / STEPS
