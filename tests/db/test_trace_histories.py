"""Whatever happens to some lots, a trace tells where each unit went: as a model in memory that counts along."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item, Location
from ownstock.ledger import actions
from ownstock.ledger.queries.trace import lot_named, trace
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.ledger.rules.tracing import Role, Trace
from tests.factories import ACTOR, small_business

pytestmark = pytest.mark.django_db
LOTS = ["L1", "L2", "L3", "L4"]
PLACES = ["SHOP", "ANNEX", "SHELF", "TRUCK"]
STATUSES = ["released", "on_hold", "quarantine"]
OUTSIDE = {
    "received": ("SUPPLIERS", Kind.RECEIPT), "returned_by_customer": ("CUSTOMERS", Kind.RETURN),
    "counted_in": ("DIFFERENCES", Kind.COUNT_DIFFERENCE), "adjusted_in": ("DIFFERENCES", Kind.ADJUSTMENT),
    "taken_from_scrap": ("SCRAP", Kind.ADJUSTMENT), "shipped": ("CUSTOMERS", Kind.ISSUE),
    "returned_to_supplier": ("SUPPLIERS", Kind.RETURN), "counted_out": ("DIFFERENCES", Kind.COUNT_DIFFERENCE),
    "adjusted_out": ("DIFFERENCES", Kind.ADJUSTMENT), "scrapped": ("SCRAP", Kind.ISSUE),
}  # fmt: skip
FLOWS_OUT = {"shipped", "returned_to_supplier", "counted_out", "adjusted_out", "scrapped"}

quantities = st.decimals("0.0001", "20", places=4)
lots = st.sampled_from(LOTS)
places, statuses = st.sampled_from(["SHOP", *PLACES]), st.sampled_from(["released", *STATUSES])
outside = st.tuples(st.just("outside"), st.sampled_from(list(OUTSIDE)), lots, places, quantities)
within = st.tuples(st.just("within"), lots, places, places, statuses, statuses, quantities)
parts = st.lists(st.tuples(lots, places, quantities), min_size=1, max_size=2)
made = st.tuples(st.just("made"), st.sampled_from(["DIFFERENCES", "SCRAP"]), parts, parts)
reversal = st.tuples(st.just("reversal"), st.integers(0, 3))
steps = st.lists(st.one_of(made, outside, within, reversal), min_size=6, max_size=25)
# Most of a history finds goods to move.
OPENING = [("outside", "received", lot, place, Decimal(60)) for lot in LOTS for place in PLACES]

Cell = tuple[str, str, str]
Change = tuple[Cell, Decimal]


@dataclass
class Told:
    """What one posting does: to cells, to flows, and which lots it makes of which."""

    lines: list[Line]
    kind: Kind
    cells: list[Change]
    flows: list[tuple[str, str, Decimal]]
    edges: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class Model:
    """Where every unit is, as what it came and went, and what was made of what."""

    cells: dict[Cell, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    flows: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    posted: dict[str, Told] = field(default_factory=dict)
    taken_back: set[str] = field(default_factory=set)

    def apply(self, told: Told, sign: int) -> None:
        for cell, change in told.cells:
            self.cells[cell] += sign * change
        for lot, flow, quantity in told.flows:
            self.flows[lot, flow] += sign * quantity

    def reached(self, lot: str, *, is_forward: bool) -> set[str]:
        """Every lot that edges in force lead to, the lot itself left out."""
        edges = {edge for key, told in self.posted.items() if key not in self.taken_back for edge in told.edges}
        found, waiting = {lot}, [lot]
        while waiting:
            here = waiting.pop()
            new = {b if is_forward else a for a, b in edges if (a if is_forward else b) == here} - found
            found |= new
            waiting.extend(new)
        return found - {lot}


def told_of(step: tuple[object, ...]) -> Told:
    match step:
        case ("outside", str(flow), str(lot), str(place), Decimal() as quantity):
            world, kind = OUTSIDE[flow]
            is_out = flow in FLOWS_OUT
            ends = (place, world) if is_out else (world, place)
            line = Line("CUP", *ends, quantity, lot=lot)
            change = -quantity if is_out else quantity
            return Told([line], kind, [((lot, place, "released"), change)], [(lot, flow, quantity)])
        case ("within", str(lot), str(source), str(target), str(before), str(after), Decimal() as quantity):
            line = Line("CUP", source, target, quantity, lot=lot, source_status=before, target_status=after)
            cells = [((lot, source, before), -quantity), ((lot, target, after), quantity)]
            return Told([line], Kind.TRANSFER, cells, [])
        case ("made", str(by), list(used), list(fresh)):
            lines = [Line("CUP", place, by, quantity, lot=lot) for lot, place, quantity in used]
            lines += [Line("CUP", by, place, quantity, lot=lot) for lot, place, quantity in fresh]
            cells = [((lot, place, "released"), -quantity) for lot, place, quantity in used]
            cells += [((lot, place, "released"), quantity) for lot, place, quantity in fresh]
            flows = [(lot, "used", q) for lot, _, q in used] + [(lot, "made", q) for lot, _, q in fresh]
            edges = {(a, b) for a, _, _ in used for b, _, _ in fresh}
            return Told(lines, Kind.ADJUSTMENT, cells, flows, edges)
    raise AssertionError(step)


def play(model: Model, number: int, step: tuple[object, ...]) -> None:
    """Post a step and count along; what the ledger refuses did not happen."""
    try:
        if step[0] == "reversal":
            key = list(model.posted)[-1 - int(str(step[1])) % len(model.posted)]
            with transaction.atomic():
                actions.reverse(key, new_key=f"back:{number}", actor=ACTOR, reason="test")
            model.apply(model.posted[key], -1)
            model.taken_back.add(key)
            return
        told = told_of(step)
        with transaction.atomic():
            actions.post([PostingRequest(f"p{number}", told.kind, told.lines)], actor=ACTOR)
    except Refused:
        return
    model.apply(told, 1)
    model.posted[f"p{number}"] = told


def lots_in(found: Trace, role: Role) -> set[str]:
    return {f.lot.code for f in found.followed if f.role is role}


def check(model: Model, asked: str) -> None:
    found = trace([lot_named("CUP", asked)])
    assert found.is_closed
    assert lots_in(found, Role.CAME_FROM) == model.reached(asked, is_forward=False)
    assert lots_in(found, Role.WENT_INTO) == model.reached(asked, is_forward=True)
    codes = {f.lot.id: f.lot.code for f in found.followed}
    for row in found.reconciliations:
        lot = codes[row.lot_id]
        assert {f.flow.value: f.net for f in row.flows if f.net} == counted(
            (flow, quantity) for (of, flow), quantity in model.flows.items() if of == lot
        )
        assert {(r.place.code, r.status): r.kept for r in row.left} == counted(
            ((place, status), quantity) for (of, place, status), quantity in model.cells.items() if of == lot
        )
        assert row.came_in == row.went_out + row.on_hand


def counted(pairs: Iterable[tuple[Any, Decimal]]) -> dict[Any, Decimal]:
    return {key: quantity for key, quantity in pairs if quantity}


@pytest.fixture
def _business() -> None:
    small_business()
    other = Location.objects.create(code="ANNEX", name="Annex", kind="site", time_zone="Europe/Berlin")
    Location.objects.filter(pk=other.pk).update(site=other)
    for code, kind, site in (("SHELF", "bin", other), ("TRUCK", "in_transit", None), ("SCRAP", "scrap", None)):
        Location.objects.create(code=code, name=code.title(), kind=kind, site=site)
    Item.objects.update(tracking="lot")


@pytest.mark.usefixtures("_business")
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_every_unit_is_where_the_trace_says(history: list[tuple[object, ...]]) -> None:
    model = Model()
    with transaction.atomic():
        for number, step in enumerate([*OPENING, *history]):
            play(model, number, step)
        event(f"made: {sum(bool(t.edges) for t in model.posted.values())}, taken back: {len(model.taken_back)}")
        for asked in LOTS:
            check(model, asked)
        transaction.set_rollback(True)
