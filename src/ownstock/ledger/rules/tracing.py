"""Where a lot came from and where it went: how each movement counts, what was made of what, whether it adds up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ownstock.base.text import plain
from ownstock.catalog.rules import STOCK_KINDS, LocationKind
from ownstock.ledger.rules.posting import Kind

ZERO = Decimal(0)
# Goods are made and used by way of a place that is neither a supplier nor a customer.
MAKING_KINDS = frozenset({LocationKind.COUNT_DIFFERENCE, LocationKind.SCRAP})


class Flow(StrEnum):
    """As what goods of a lot came in or went out; within the company they only moved."""

    RECEIVED = "received"
    RETURNED_BY_CUSTOMER = "returned_by_customer"
    MADE = "made"
    COUNTED_IN = "counted_in"
    ADJUSTED_IN = "adjusted_in"
    TAKEN_FROM_SCRAP = "taken_from_scrap"
    SHIPPED = "shipped"
    RETURNED_TO_SUPPLIER = "returned_to_supplier"
    USED = "used"
    COUNTED_OUT = "counted_out"
    ADJUSTED_OUT = "adjusted_out"
    SCRAPPED = "scrapped"
    MOVED = "moved"


class Role(StrEnum):
    """How a lot stands to the lots that were asked for."""

    ASKED = "asked"
    CAME_FROM = "came_from"
    WENT_INTO = "went_into"


# (as what goods come in, as what they go out) by the kind of the place outside.
OUTSIDE: dict[str, tuple[Flow, Flow]] = {
    LocationKind.SUPPLIER: (Flow.RECEIVED, Flow.RETURNED_TO_SUPPLIER),
    LocationKind.CUSTOMER: (Flow.RETURNED_BY_CUSTOMER, Flow.SHIPPED),
    LocationKind.SCRAP: (Flow.TAKEN_FROM_SCRAP, Flow.SCRAPPED),
    LocationKind.COUNT_DIFFERENCE: (Flow.ADJUSTED_IN, Flow.ADJUSTED_OUT),
}
COUNTED = (Flow.COUNTED_IN, Flow.COUNTED_OUT)
TRANSFORMED = (Flow.MADE, Flow.USED)
FLOWS_IN = tuple(Flow)[:6]
FLOWS_OUT = tuple(Flow)[6:12]


@dataclass(frozen=True, slots=True)
class Place:
    """A location as a trace reads it; `site` and `time_zone` are those of its site, empty and UTC outside."""

    id: int
    code: str
    name: str
    kind: str
    site: str = ""
    time_zone: str = "UTC"

    @property
    def holds(self) -> bool:
        """Whether a balance is kept here."""
        return self.kind in STOCK_KINDS


@dataclass(frozen=True, slots=True)
class LotName:
    """A lot and its item in the words of people; `code` is empty where goods have no lot."""

    id: int | None
    item_id: int
    sku: str
    code: str
    description: str
    unit: str
    is_serial: bool = False
    expires_on: date | None = None

    def __str__(self) -> str:
        return f"{self.sku} lot {self.code}" if self.code else f"{self.sku} (no lot)"


@dataclass(frozen=True, slots=True)
class TracedMovement:
    """A movement with what its posting says; `taken_back_by` is the key of the posting that reversed it, else empty."""

    posting_id: int
    line: int
    item_id: int
    lot_id: int | None
    quantity: Decimal
    source: Place
    source_status: str
    target: Place
    target_status: str
    moved_at: datetime
    recorded_at: datetime
    key: str
    kind: str
    reference: str
    actor: str
    reverses_id: int | None
    taken_back_by: str

    @property
    def is_reversal(self) -> bool:
        """Whether it takes another movement back."""
        return self.reverses_id is not None


Making = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Transformation:
    """Goods that became others in one posting: what was used and what was made, by way of one place outside.

    `undone` are the lines of the posting that took it back; none while it is in force.
    """

    posting_id: int
    place_id: int
    used: tuple[TracedMovement, ...]
    made: tuple[TracedMovement, ...]
    undone: tuple[TracedMovement, ...] = ()

    @property
    def first(self) -> TracedMovement:
        """Its first line, for what all its lines share."""
        return self.used[0]

    @property
    def is_in_force(self) -> bool:
        """Whether nobody took it back."""
        return not self.first.taken_back_by


def transformations(lines: Iterable[TracedMovement]) -> list[Transformation]:
    """What became what, from all lines of some postings.

    An adjustment that takes goods out to a place outside (no supplier, no customer) and brings goods in from the same
    place made the second of the first. Which part of what was used went into what, no ledger can tell: all into all.
    """
    used: dict[Making, list[TracedMovement]] = defaultdict(list)
    made: dict[Making, list[TracedMovement]] = defaultdict(list)
    undone: dict[Making, list[TracedMovement]] = defaultdict(list)
    for line in lines:
        if line.kind != Kind.ADJUSTMENT or line.source.holds == line.target.holds:
            continue
        place = line.target if line.source.holds else line.source
        if place.kind not in MAKING_KINDS:
            continue
        if line.reverses_id is not None:
            undone[line.reverses_id, place.id].append(line)
        else:
            (used if line.source.holds else made)[line.posting_id, place.id].append(line)
    return [
        Transformation(*making, tuple(used[making]), tuple(made[making]), tuple(undone[making]))
        for making in sorted(used.keys() & made)
    ]


def entries(movement: TracedMovement, making: frozenset[Making]) -> Iterator[tuple[Flow, Decimal]]:
    """As what a movement counts: at each end that lies outside, the flow and the signed quantity.

    A reversal counts against what it takes back: it is no flow of its own. `making` names the transformations.
    """
    sign, ends = 1, (movement.source, movement.target)
    if movement.is_reversal:
        sign, ends = -1, (movement.target, movement.source)
    posting_id = movement.reverses_id or movement.posting_id
    for place, side in zip(ends, (0, 1), strict=True):
        if not place.holds:
            yield _flows(place, posting_id, movement.kind, making)[side], sign * movement.quantity


def flow_of(movement: TracedMovement, making: frozenset[Making]) -> Flow:
    """As what a movement counts above all: its first end outside, else a move within the company."""
    return next((flow for flow, _ in entries(movement, making)), Flow.MOVED)


def _flows(place: Place, posting_id: int, kind: str, making: frozenset[Making]) -> tuple[Flow, Flow]:
    if (posting_id, place.id) in making:
        return TRANSFORMED
    if kind == Kind.COUNT_DIFFERENCE and place.kind == LocationKind.COUNT_DIFFERENCE:
        return COUNTED
    return OUTSIDE[place.kind]


@dataclass(frozen=True, slots=True)
class FlowSum:
    """All of one flow of a lot: what was posted, and what of it was taken back."""

    flow: Flow
    posted: Decimal
    taken_back: Decimal

    @property
    def net(self) -> Decimal:
        """What counts."""
        return self.posted - self.taken_back


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a lot in one place and status: by its movements, and by the balance that is kept."""

    lot_id: int
    place: Place
    status: str
    derived: Decimal
    kept: Decimal

    @property
    def difference(self) -> Decimal:
        """Kept less derived: anything but zero must be looked into."""
        return self.kept - self.derived


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Whether a lot adds up: what came in is what went out and what is left, to the last decimal."""

    lot_id: int
    flows: tuple[FlowSum, ...]
    left: tuple[Left, ...]

    @property
    def came_in(self) -> Decimal:
        """All that came in, less what of it was taken back."""
        return sum((f.net for f in self.flows if f.flow in FLOWS_IN), ZERO)

    @property
    def went_out(self) -> Decimal:
        """All that went out, less what of it was taken back."""
        return sum((f.net for f in self.flows if f.flow in FLOWS_OUT), ZERO)

    @property
    def on_hand(self) -> Decimal:
        """What the balances say is left."""
        return sum((row.kept for row in self.left), ZERO)

    @property
    def unexplained(self) -> Decimal:
        """came in - went out - left: zero where all is accounted for."""
        return self.came_in - self.went_out - self.on_hand

    @property
    def differences(self) -> tuple[Left, ...]:
        """Balances that do not agree with their movements."""
        return tuple(row for row in self.left if row.difference)

    @property
    def is_closed(self) -> bool:
        """Whether it adds up, in total and in every place."""
        return not self.unexplained and not self.differences

    @property
    def sentence(self) -> str:
        """The sum in words, with every balance that disagrees."""
        sums = f"{plain(self.came_in)} came in, {plain(self.went_out)} went out, {plain(self.on_hand)} left"
        if self.is_closed:
            return f"{sums}: it adds up."
        named = "; ".join(
            f"{row.place.code} ({row.status}): {plain(row.kept)} kept, its movements say {plain(row.derived)}"
            for row in self.differences
        )
        return f"{sums}: {plain(self.unexplained)} unexplained. {named}."


Kept = Mapping[tuple[Place, str], Decimal]


def reconcile(
    lot_id: int, movements: Iterable[TracedMovement], making: frozenset[Making], kept: Kept | None
) -> Reconciliation:
    """Add up a lot's movements and hold them against its balances (by place and status).

    `kept` None: as of a moment that has passed, of which no balances are kept; what is left is then what the movements say.
    """
    posted: dict[Flow, Decimal] = defaultdict(Decimal)
    taken_back: dict[Flow, Decimal] = defaultdict(Decimal)
    changes: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    places: dict[int, Place] = {}
    for movement in _added_up(movements, making):
        for flow, quantity in entries(movement, making):
            posted[flow] += max(quantity, ZERO)
            taken_back[flow] += max(-quantity, ZERO)
        for place, status, change in (
            (movement.source, movement.source_status, -movement.quantity),
            (movement.target, movement.target_status, movement.quantity),
        ):
            places[place.id] = place
            changes[place.id, status] += change
    derived = {(places[pk], status): change for (pk, status), change in changes.items() if places[pk].holds}
    found = derived if kept is None else kept
    ends = sorted({*derived, *found}, key=lambda end: (end[0].code, end[1]))
    left = [Left(lot_id, *end, derived.get(end, ZERO), found.get(end, ZERO)) for end in ends]
    return Reconciliation(
        lot_id,
        tuple(FlowSum(flow, posted[flow], taken_back[flow]) for flow in Flow if flow in posted),
        tuple(row for row in left if row.derived or row.kept),
    )


def _added_up(movements: Iterable[TracedMovement], making: frozenset[Making]) -> Iterator[TracedMovement]:
    """Of all that move the same way and count as the same, one with the sum: a few hundred of a hundred thousand."""
    makers = {posting_id for posting_id, _ in making}
    sums: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    alike: dict[tuple[Any, ...], TracedMovement] = {}
    for m in movements:
        posting_id = m.reverses_id or m.posting_id
        key = (
            m.source.id, m.source_status, m.target.id, m.target_status, m.kind, m.reverses_id is None,
            posting_id if posting_id in makers else None,
        )  # fmt: skip
        sums[key] += m.quantity
        alike[key] = m
    return (replace(alike[key], quantity=quantity) for key, quantity in sums.items())


@dataclass(frozen=True, slots=True)
class Followed:
    """A lot that the trace came to: in which direction, and over how many transformations."""

    lot: LotName
    role: Role
    depth: int


@dataclass(frozen=True, slots=True)
class Trace:
    """What became of some lots, both ways: the lots, their movements in order, what was made of what, what is left.

    `beyond` are lots that were not followed because a limit was reached, `ends` goods without a lot at which the trail
    ends. `reconciliations` has one for every lot, once.
    """

    at: datetime | None
    followed: tuple[Followed, ...]
    movements: tuple[TracedMovement, ...]
    transformations: tuple[Transformation, ...]
    reconciliations: tuple[Reconciliation, ...]
    names: Mapping[tuple[int, int | None], LotName] = field(repr=False)
    beyond: tuple[LotName, ...] = ()
    ends: tuple[LotName, ...] = ()

    @property
    def is_closed(self) -> bool:
        """Whether every lot adds up."""
        return all(row.is_closed for row in self.reconciliations)

    @property
    def asked(self) -> tuple[LotName, ...]:
        """The lots that were asked for."""
        return tuple(f.lot for f in self.followed if f.role is Role.ASKED)

    @property
    def lines(self) -> list[TracedMovement]:
        """All movements in order: those of the lots, and the other lines of what was made of what."""
        others = (line for t in self.transformations for line in (*t.used, *t.made, *t.undone))
        found = {(m.posting_id, m.line): m for m in (*self.movements, *others)}
        return sorted(found.values(), key=lambda m: (m.moved_at, m.posting_id, m.line))

    @property
    def making(self) -> frozenset[Making]:
        """Which postings made what of what, by which place."""
        return frozenset((t.posting_id, t.place_id) for t in self.transformations)

    def name_of(self, movement: TracedMovement) -> LotName:
        """The lot that a movement moved."""
        return self.names[movement.item_id, movement.lot_id]

    def lots(self, *roles: Role) -> frozenset[int | None]:
        """The ids of the lots with some roles."""
        return frozenset(f.lot.id for f in self.followed if f.role in roles)

    def counted_as(self, flows: Sequence[Flow], *roles: Role) -> Iterator[tuple[Flow, TracedMovement]]:
        """The movements of lots with some roles that count as some flows; a reversal stands with what it takes back."""
        lots, making = self.lots(*roles), self.making
        for movement in self.movements:
            if movement.lot_id in lots and not movement.is_reversal:
                yield from ((flow, movement) for flow, _ in entries(movement, making) if flow in flows)

    @property
    def receipts(self) -> list[TracedMovement]:
        """What came from suppliers: of the lots asked for and of all they were made from."""
        return [m for _, m in self.counted_as([Flow.RECEIVED], Role.ASKED, Role.CAME_FROM)]

    @property
    def shipments(self) -> list[tuple[Flow, TracedMovement]]:
        """What went to customers or came back from them: of the lots asked for and of all that they went into."""
        flows = [Flow.SHIPPED, Flow.RETURNED_BY_CUSTOMER]
        return list(self.counted_as(flows, Role.ASKED, Role.WENT_INTO))

    @property
    def left(self) -> list[Left]:
        """What is left, and where: of the lots asked for and of all that they went into."""
        lots = self.lots(Role.ASKED, Role.WENT_INTO)
        return [row for found in self.reconciliations if found.lot_id in lots for row in found.left]

    @property
    def transfers(self) -> list[TracedMovement]:
        """What went from one site to another, or on its way there: of the lots asked for and of all they went into."""
        lots = self.lots(Role.ASKED, Role.WENT_INTO)
        return [m for m in self.movements if m.lot_id in lots and _is_between_sites(m)]


def _is_between_sites(movement: TracedMovement) -> bool:
    source, target = movement.source, movement.target
    is_in_transit = LocationKind.IN_TRANSIT in (source.kind, target.kind)
    return source.holds and target.holds and (source.site != target.site or is_in_transit)


def linked(found: Iterable[Transformation], lots: frozenset[int], role: Role) -> tuple[set[int], list[TracedMovement]]:
    """One step on from some lots: the lots that they were made from or went into, and the lines without a lot."""
    lines = [line for t in found if t.is_in_force for line in _other_side(t, lots, role)]
    return {line.lot_id for line in lines if line.lot_id is not None}, [line for line in lines if line.lot_id is None]


def _other_side(transformation: Transformation, lots: frozenset[int], role: Role) -> tuple[TracedMovement, ...]:
    near, far = transformation.made, transformation.used
    if role is Role.WENT_INTO:
        near, far = far, near
    return far if any(line.lot_id in lots for line in near) else ()
