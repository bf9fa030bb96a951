"""Reading what became of a lot: its movements, the lots it was made from and went into, what is left of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain
from operator import attrgetter
from typing import Any

from django.db import connection

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item, Location
from ownstock.ledger.models import Balance, Lot
from ownstock.ledger.rules.posting import EPOCH, Kind
from ownstock.ledger.rules.tracing import (
    Followed,
    LotName,
    Making,
    Place,
    Reconciliation,
    Role,
    Trace,
    TracedMovement,
    Transformation,
    linked,
    reconcile,
    transformations,
)

MAX_DEPTH = 20
MAX_LOTS = 5_000
MAX_MOVEMENTS = 1_000_000

# What a movement's posting says beside it, and which posting took that one back, as far as it had by the moment asked for.
# Moments come as microseconds: reading a hundred thousand of them as text takes longer than all the rest.
# OFFSET 0 keeps the posting's look-up one by one: its cost is that of the lot, however many postings there are.
COLUMNS = """
    SELECT m.posting_id, m.line, m.item_id, m.lot_id, m.quantity, m.source_id, m.source_status, m.target_id, m.target_status,
        (extract(epoch FROM m.moved_at) * 1000000)::bigint, (extract(epoch FROM m.recorded_at) * 1000000)::bigint,
        p.key, p.kind, p.reference, p.actor, p.reverses_id,
        coalesce((SELECT r.key FROM ledger_posting r WHERE r.reverses_id = p.id AND r.recorded_at <= %(until)s), '')
"""
POSTINGS = """
    CROSS JOIN LATERAL (
        SELECT * FROM ledger_posting WHERE id = m.posting_id AND recorded_at = m.recorded_at OFFSET 0
    ) p
"""
OF_LOTS = f"""
    {COLUMNS} FROM ledger_movement m {POSTINGS}
    WHERE m.lot_id = ANY(%(lots)s) AND m.moved_at <= %(until)s LIMIT %(limit)s
"""
# The months of the postings are known, so that only their parts of the table are read.
OF_POSTINGS = f"""
    {COLUMNS} FROM unnest(%(postings)s::bigint[], %(recorded)s::timestamptz[]) AS a(id, recorded_at)
    JOIN ledger_movement m ON m.posting_id = a.id AND m.recorded_at = a.recorded_at {POSTINGS}
    WHERE m.moved_at <= %(until)s ORDER BY m.posting_id, m.line LIMIT %(limit)s
"""
# Lots that postings moved: of all, or of those that went to customers.
LOTS_BY_KEYS = """
    SELECT DISTINCT m.lot_id, m.item_id FROM ledger_posting p
    JOIN ledger_movement m ON m.posting_id = p.id AND m.recorded_at = p.recorded_at
    WHERE p.key = ANY(%(keys)s)
"""
LOTS_BY_REFERENCE = """
    SELECT DISTINCT m.lot_id, m.item_id FROM ledger_posting p
    JOIN ledger_movement m ON m.posting_id = p.id AND m.recorded_at = p.recorded_at
    WHERE p.reference = %(reference)s
"""


@dataclass(frozen=True, slots=True)
class NamedLots:
    """The lots that some documents moved, and the items of which they moved goods without a lot."""

    lots: tuple[int, ...]
    skus_without_lot: tuple[str, ...]


def lot_named(sku: str, code: str) -> int:
    """The id of a lot, or of a serial number.

    Raises:
        Refused: the item has no such lot.
    """
    found = Lot.objects.filter(item__sku=sku, code=code).values_list("id", flat=True).first()
    if found is None:
        raise Refused(f"There is no lot {code} of an item {sku}.", code="no_lot", sku=sku, lot=code)
    return found


def lots_of_postings(keys: Sequence[str]) -> NamedLots:
    """The lots that some postings moved, by the postings' keys."""
    return _named_lots(LOTS_BY_KEYS, {"keys": list(keys)})


def lots_of_reference(reference: str) -> NamedLots:
    """The lots that postings with a reference moved: an invoice, an order, a delivery note."""
    return _named_lots(LOTS_BY_REFERENCE, {"reference": reference})


def _named_lots(statement: str, asked: dict[str, Any]) -> NamedLots:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        rows = cursor.fetchall()
    skus = Item.objects.filter(id__in={item for lot, item in rows if lot is None}).order_by("sku")
    lots = sorted({lot for lot, _ in rows if lot is not None})
    return NamedLots(tuple(lots), tuple(skus.values_list("sku", flat=True)))


def trace(lots: Sequence[int], *, at: datetime | None = None, max_depth: int = MAX_DEPTH) -> Trace:
    """Follow lots both ways, through every posting that made goods of goods, up to `max_depth` of them in a row.

    `at` None: all that is recorded, held against the balances of now. Else what had moved by then; no balances are kept of
    that moment, so what is left is what the movements say.

    Raises:
        Refused: more movements belong to it than can be read at once.
    """
    reader = _Reader(at)
    asked = frozenset(lots)
    steps: list[tuple[int, Role, int]] = [(lot, Role.ASKED, 0) for lot in sorted(asked)]
    beyond: set[int] = set()
    ends: list[TracedMovement] = []
    for role in (Role.CAME_FROM, Role.WENT_INTO):
        found = _follow(reader, asked, role, max_depth)
        steps += found.steps
        beyond |= found.beyond
        ends += found.ends
    return _told(reader, steps, beyond, ends)


def _told(
    reader: _Reader, steps: Sequence[tuple[int, Role, int]], beyond: set[int], ends: Sequence[TracedMovement]
) -> Trace:
    made = sorted(reader.made.values(), key=lambda t: (t.first.moved_at, t.posting_id, t.place_id))
    lines = [line for t in made for line in (*t.used, *t.made, *t.undone)]
    names = _names({step[0] for step in steps} | beyond, lines)
    by_lot = {name.id: name for name in names.values() if name.id is not None}
    movements = sorted(chain.from_iterable(reader.movements.values()), key=attrgetter("moved_at", "posting_id", "line"))
    return Trace(
        at=reader.at,
        followed=tuple(Followed(by_lot[lot], role, depth) for lot, role, depth in steps),
        movements=tuple(movements),
        transformations=tuple(made),
        reconciliations=tuple(_reconciliations(reader, frozenset(reader.made))),
        names=names,
        beyond=tuple(sorted((by_lot[lot] for lot in beyond), key=str)),
        ends=tuple(sorted({names[line.item_id, None] for line in ends}, key=str)),
    )


@dataclass(slots=True)
class _Found:
    """What following lots in one direction came to."""

    steps: list[tuple[int, Role, int]] = field(default_factory=list)
    beyond: set[int] = field(default_factory=set)
    ends: list[TracedMovement] = field(default_factory=list)


def _follow(reader: _Reader, asked: frozenset[int], role: Role, max_depth: int) -> _Found:
    """Breadth first, each lot once: a ring of lots ends where it closes."""
    found, visited, edge = _Found(), set(asked), asked
    for depth in range(1, max_depth + 2):
        reader.read(edge)
        nearby, ends = linked(reader.made.values(), edge, role)
        found.ends += ends
        edge = frozenset(nearby - visited)
        if not edge:
            break
        if depth > max_depth or len(visited) + len(edge) > MAX_LOTS:
            found.beyond |= edge
            break
        visited |= edge
        found.steps += [(lot, role, depth) for lot in sorted(edge)]
    return found


class _Reader:
    """Reads each lot's movements once, and of each posting that may have made something all lines."""

    def __init__(self, at: datetime | None) -> None:
        self.at = at
        self.movements: dict[int, list[TracedMovement]] = {}
        self.made: dict[Making, Transformation] = {}
        self._places: dict[int, Place] = {}
        self._seen: set[int] = set()
        self._room = MAX_MOVEMENTS

    def read(self, lots: Iterable[int]) -> None:
        """Read the movements of lots that were not read yet, and what was made of what in them."""
        fresh = sorted(set(lots) - self.movements.keys())
        if not fresh:
            return
        by_lot: dict[int, list[TracedMovement]] = {lot: [] for lot in fresh}
        for movement in self._without_orphans(self._fetch(OF_LOTS, {"lots": fresh})):
            assert movement.lot_id is not None
            by_lot[movement.lot_id].append(movement)
        self.movements |= by_lot
        self._read_made(movement for rows in by_lot.values() for movement in rows)

    def _without_orphans(self, movements: list[TracedMovement]) -> list[TracedMovement]:
        """At a past moment: without reversals of what was dated after it, which leave nothing to take back."""
        if self.at is None:
            return movements
        there = {(m.posting_id, m.line) for m in movements}
        return [m for m in movements if m.reverses_id is None or (m.reverses_id, m.line) in there]

    def _read_made(self, movements: Iterable[TracedMovement]) -> None:
        candidates = {
            m.posting_id: m.recorded_at
            for m in movements
            if m.kind == Kind.ADJUSTMENT and m.posting_id not in self._seen
        }
        if not candidates:
            return
        self._seen |= candidates.keys()
        asked = {"postings": list(candidates), "recorded": list(candidates.values())}
        for found in transformations(self._fetch(OF_POSTINGS, asked)):
            self.made[found.posting_id, found.place_id] = found

    def _fetch(self, statement: str, asked: dict[str, Any]) -> list[TracedMovement]:
        with connection.cursor() as cursor:
            cursor.execute(statement, {**asked, "until": self.at or "infinity", "limit": self._room + 1})
            rows = cursor.fetchall()
        self._room -= len(rows)
        if self._room < 0:
            raise Refused(
                f"More than {MAX_MOVEMENTS:,} movements belong to this; ask for fewer lots at once.",
                code="trace_too_large",
                limit=MAX_MOVEMENTS,
            )
        self._learn_places({place for row in rows for place in (row[5], row[7])} - self._places.keys())
        return [self._movement(*row) for row in rows]

    def _movement(
        self, posting_id: int, line: int, item_id: int, lot_id: int | None, quantity: Decimal, source: int,
        source_status: str, target: int, target_status: str, moved_us: int, recorded_us: int, *posting: Any,
    ) -> TracedMovement:  # fmt: skip
        return TracedMovement(
            posting_id, line, item_id, lot_id, quantity, self._places[source], source_status, self._places[target],
            target_status, EPOCH + timedelta(microseconds=moved_us), EPOCH + timedelta(microseconds=recorded_us), *posting,
        )  # fmt: skip

    def _learn_places(self, ids: set[int]) -> None:
        rows = Location.objects.filter(id__in=ids).values_list(
            "id", "code", "name", "kind", "site__code", "site__time_zone"
        )
        for pk, code, name, kind, site, time_zone in rows:
            self._places[pk] = Place(pk, code, name, kind, site or "", time_zone or "UTC")

    def kept(self) -> dict[int, dict[tuple[Place, str], Decimal]]:
        """What the balances of all lots that were read keep, by lot, then by place and status."""
        # Balances are found by their items: of lots there is no index.
        lots = list(self.movements)
        items = Lot.objects.filter(id__in=lots).values("item_id")
        rows = Balance.objects.filter(item_id__in=items, lot_id__in=lots).exclude(on_hand=0)
        found = list(rows.values_list("lot_id", "location_id", "status", "on_hand"))
        self._learn_places({location for _, location, _, _ in found} - self._places.keys())
        kept: dict[int, dict[tuple[Place, str], Decimal]] = defaultdict(dict)
        for lot, location, status, on_hand in found:
            assert lot is not None
            kept[lot][self._places[location], status] = on_hand
        return kept


def _reconciliations(reader: _Reader, making: frozenset[Making]) -> Iterable[Reconciliation]:
    kept = reader.kept() if reader.at is None else None
    for lot, movements in sorted(reader.movements.items()):
        yield reconcile(lot, movements, making, None if kept is None else kept.get(lot, {}))


def _names(lots: set[int], lines: Iterable[TracedMovement]) -> dict[tuple[int, int | None], LotName]:
    """What lots are called, by item id and lot id; goods without a lot by item id and None."""
    pairs = {(line.item_id, line.lot_id) for line in lines}
    columns = ("item__sku", "item__description", "item__unit")
    rows = Lot.objects.filter(id__in=lots | {lot for _, lot in pairs if lot is not None})
    found: dict[tuple[int, int | None], LotName] = {
        (item, pk): LotName(pk, item, sku, code, description, unit, is_serial, expires_on)
        for pk, item, code, is_serial, expires_on, sku, description, unit in rows.values_list(
            "id", "item_id", "code", "is_serial", "expires_on", *columns
        )
    }
    items = Item.objects.filter(id__in={item for item, lot in pairs if lot is None})
    for item, sku, description, unit in items.values_list("id", "sku", "description", "unit"):
        found[item, None] = LotName(None, item, sku, "", description, unit)
    return found
