"""Tracing a lot both ways: what came in is what went out and what is left, to the last decimal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item, Location
from ownstock.ledger import actions
from ownstock.ledger.queries.trace import lot_named, lots_of_postings, lots_of_reference, trace
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.ledger.rules.tracing import Flow, Role, Trace, TracedMovement
from tests.factories import ACTOR, small_business

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _business() -> None:
    """Flour and eggs become cake; a second site, a bin, goods in transit, scrap."""
    small_business(skus=("FLOUR", "EGGS", "CAKE"))
    Item.objects.update(tracking="lot")
    other = Location.objects.create(code="ANNEX", name="Annex", kind="site", time_zone="Europe/Berlin")
    Location.objects.filter(pk=other.pk).update(site=other)
    for code, kind, site in (("SHELF", "bin", other), ("TRUCK", "in_transit", None), ("SCRAP", "scrap", None)):
        Location.objects.create(code=code, name=code.title(), kind=kind, site=site)


def move(key: str, kind: Kind, *lines: tuple[str, str, str, str, int | str], day: int = 0, reference: str = "") -> None:
    """Post lines of (sku, lot, source, target, quantity), so many days after the beginning."""
    asked = [
        Line(sku, source, target, Decimal(quantity), lot=lot, moved_at=BEGAN + day * DAY)
        for sku, lot, source, target, quantity in lines
    ]
    actions.post([PostingRequest(key, kind, asked, reference)], actor=ACTOR)


def receive(sku: str, lot: str, quantity: int | str, *, key: str = "", day: int = 0, reference: str = "") -> None:
    move(key or f"r:{sku}:{lot}", Kind.RECEIPT, (sku, lot, "SUPPLIERS", "SHOP", quantity), day=day, reference=reference)


def ship(sku: str, lot: str, quantity: int | str, *, key: str, day: int = 1, reference: str = "") -> None:
    move(key, Kind.ISSUE, (sku, lot, "SHOP", "CUSTOMERS", quantity), day=day, reference=reference)


def bake(key: str = "bake", *, day: int = 1) -> None:
    """Ten flour of F1 and four eggs of E1 become six cakes of C1."""
    move(
        key, Kind.ADJUSTMENT, ("FLOUR", "F1", "SHOP", "DIFFERENCES", 10), ("EGGS", "E1", "SHOP", "DIFFERENCES", 4),
        ("CAKE", "C1", "DIFFERENCES", "SHOP", 6), day=day,
    )  # fmt: skip


def traced(sku: str, lot: str, *, at: datetime | None = None, max_depth: int = 20) -> Trace:
    return trace([lot_named(sku, lot)], at=at, max_depth=max_depth)


def flows(found: Trace, lot: str) -> dict[str, Decimal]:
    [row] = [r for r in found.reconciliations if r.lot_id in {f.lot.id for f in found.followed if f.lot.code == lot}]
    return {flow.flow.value: flow.net for flow in row.flows}


def lots(found: Trace, role: Role) -> list[str]:
    return [f.lot.code for f in found.followed if f.role is role]


def keys(movements: Sequence[TracedMovement]) -> list[str]:
    return [movement.key for movement in movements]


def test_a_lot_adds_up_from_supplier_to_customers_and_shelf() -> None:
    receive("FLOUR", "F1", "100.0001", reference="PO-1")
    ship("FLOUR", "F1", "30.5", key="s1", reference="INV 7")
    move("t1", Kind.TRANSFER, ("FLOUR", "F1", "SHOP", "SHELF", 20), day=2)
    found = traced("FLOUR", "F1")
    assert flows(found, "F1") == {"received": Decimal("100.0001"), "shipped": Decimal("30.5")}
    assert [(row.place.code, row.status, row.kept) for row in found.left] == [
        ("SHELF", "released", 20),
        ("SHOP", "released", Decimal("49.5001")),
    ]
    [row] = found.reconciliations
    assert row.sentence == "100.0001 came in, 30.5 went out, 69.5001 left: it adds up."
    assert (keys(found.receipts), [m.reference for _, m in found.shipments]) == (["r:FLOUR:F1"], ["INV 7"])
    assert keys(found.transfers) == ["t1"]


def test_what_is_left_is_told_by_place_and_status_also_on_its_way() -> None:
    receive("FLOUR", "F1", 10)
    hold = Line("FLOUR", "SHOP", "SHOP", Decimal(2), lot="F1", source_status="released", target_status="on_hold")
    truck = Line("FLOUR", "SHOP", "TRUCK", Decimal(3), lot="F1")
    actions.post([PostingRequest("h", Kind.TRANSFER, [hold, truck])], actor=ACTOR)
    found = traced("FLOUR", "F1")
    assert [(row.place.code, row.status, row.kept) for row in found.left] == [
        ("SHOP", "on_hold", 2),
        ("SHOP", "released", 5),
        ("TRUCK", "released", 3),
    ]


def test_scrap_returns_counts_and_adjustments_are_rows_of_their_own() -> None:
    receive("FLOUR", "F1", 50)
    ship("FLOUR", "F1", 20, key="s1")
    move("back", Kind.RETURN, ("FLOUR", "F1", "CUSTOMERS", "SHOP", 5), day=2)
    move("scrap", Kind.ADJUSTMENT, ("FLOUR", "F1", "SHOP", "SCRAP", 4), day=3)
    move("count", Kind.COUNT_DIFFERENCE, ("FLOUR", "F1", "SHOP", "DIFFERENCES", 3), day=4)
    move("adjust", Kind.ADJUSTMENT, ("FLOUR", "F1", "DIFFERENCES", "SHOP", 2), day=5)
    move("return", Kind.RETURN, ("FLOUR", "F1", "SHOP", "SUPPLIERS", 1), day=6)
    found = traced("FLOUR", "F1")
    assert flows(found, "F1") == {
        "received": 50, "shipped": 20, "returned_by_customer": 5, "scrapped": 4, "counted_out": 3, "adjusted_in": 2,
        "returned_to_supplier": 1,
    }  # fmt: skip
    assert found.is_closed


def test_a_reversal_stands_with_what_it_takes_back_and_is_no_flow_of_its_own() -> None:
    receive("FLOUR", "F1", 10)
    receive("FLOUR", "F1", 7, key="wrong")
    actions.reverse("wrong", new_key="wrong:back", actor=ACTOR, reason="typed twice")
    found = traced("FLOUR", "F1")
    [row] = found.reconciliations[0].flows
    assert (row.flow, row.posted, row.taken_back, row.net) == (Flow.RECEIVED, 17, 7, 10)
    assert [(m.key, m.taken_back_by) for m in found.receipts] == [("r:FLOUR:F1", ""), ("wrong", "wrong:back")]
    assert found.is_closed


def test_the_trace_goes_on_into_what_was_made_and_back_to_what_it_was_made_of() -> None:
    receive("FLOUR", "F1", 30, reference="PO-1")
    receive("EGGS", "E1", 12, reference="PO-2")
    bake()
    ship("CAKE", "C1", 2, key="s1", reference="INV 9")
    forward = traced("FLOUR", "F1")
    assert (lots(forward, Role.WENT_INTO), lots(forward, Role.CAME_FROM)) == (["C1"], [])
    assert [m.reference for _, m in forward.shipments] == ["INV 9"]
    assert flows(forward, "F1") == {"received": 30, "used": 10}
    assert flows(forward, "C1") == {"made": 6, "shipped": 2}
    back = traced("CAKE", "C1")
    assert sorted(lots(back, Role.CAME_FROM)) == ["E1", "F1"]
    assert [m.reference for m in back.receipts] == ["PO-1", "PO-2"]
    assert forward.is_closed
    assert back.is_closed


def test_a_transformation_taken_back_leads_nowhere_and_still_adds_up() -> None:
    receive("FLOUR", "F1", 30)
    receive("EGGS", "E1", 12)
    bake()
    actions.reverse("bake", new_key="bake:back", actor=ACTOR, reason="another day")
    found = traced("FLOUR", "F1")
    assert lots(found, Role.WENT_INTO) == []
    assert flows(found, "F1") == {"received": 30, "used": 0}
    assert [t.first.taken_back_by for t in found.transformations] == ["bake:back"]
    assert found.is_closed


def test_a_ring_of_lots_ends_where_it_closes() -> None:
    receive("FLOUR", "F1", 10)
    for key, old, new in (("a", "F1", "F2"), ("b", "F2", "F3"), ("c", "F3", "F1")):
        move(
            key, Kind.ADJUSTMENT, ("FLOUR", old, "SHOP", "DIFFERENCES", 5), ("FLOUR", new, "DIFFERENCES", "SHOP", 5),
            day=1,
        )  # fmt: skip
    found = traced("FLOUR", "F1")
    assert (lots(found, Role.WENT_INTO), lots(found, Role.CAME_FROM)) == (["F2", "F3"], ["F3", "F2"])
    assert len(found.reconciliations) == 3
    assert found.is_closed


def test_lots_beyond_the_depth_are_named_not_forgotten() -> None:
    receive("FLOUR", "F0", 10)
    for number in range(4):
        move(
            f"k{number}", Kind.ADJUSTMENT, ("FLOUR", f"F{number}", "SHOP", "DIFFERENCES", 5),
            ("FLOUR", f"F{number + 1}", "DIFFERENCES", "SHOP", 5), day=number,
        )  # fmt: skip
    found = traced("FLOUR", "F0", max_depth=2)
    assert lots(found, Role.WENT_INTO) == ["F1", "F2"]
    assert [lot.code for lot in found.beyond] == ["F3"]
    assert traced("FLOUR", "F0").beyond == ()


def test_the_trail_ends_at_goods_without_a_lot_and_says_so() -> None:
    Item.objects.filter(sku="CAKE").update(tracking="none")
    receive("FLOUR", "F1", 10)
    move("k", Kind.ADJUSTMENT, ("FLOUR", "F1", "SHOP", "DIFFERENCES", 5), ("CAKE", "", "DIFFERENCES", "SHOP", 2))
    found = traced("FLOUR", "F1")
    assert [str(end) for end in found.ends] == ["CAKE (no lot)"]


def test_counts_and_swaps_with_a_supplier_make_nothing_of_anything() -> None:
    receive("FLOUR", "F1", 10)
    for key, kind, place in (("c", Kind.COUNT_DIFFERENCE, "DIFFERENCES"), ("s", Kind.ADJUSTMENT, "SUPPLIERS")):
        move(key, kind, ("FLOUR", "F1", "SHOP", place, 2), ("FLOUR", f"of {key}", place, "SHOP", 2))
    found = traced("FLOUR", "F1")
    assert (found.transformations, lots(found, Role.WENT_INTO)) == ((), [])
    assert flows(found, "F1") == {"received": 10, "counted_out": 2, "returned_to_supplier": 2}


def test_a_past_moment_shows_what_had_moved_by_then_and_what_was_taken_back_later_stands() -> None:
    receive("FLOUR", "F1", 10)
    ship("FLOUR", "F1", 4, key="s1", day=3)
    actions.reverse("s1", new_key="s1:back", actor=ACTOR, reason="wrong lot")
    then = traced("FLOUR", "F1", at=BEGAN + 5 * DAY)
    assert flows(then, "F1") == {"received": 10, "shipped": 4}
    assert [(m.key, m.taken_back_by) for _, m in then.shipments] == [("s1", "")]
    assert [row.kept for row in then.left] == [6]
    assert flows(traced("FLOUR", "F1", at=BEGAN + DAY), "F1") == {"received": 10}
    assert flows(traced("FLOUR", "F1"), "F1") == {"received": 10, "shipped": 0}


def test_a_balance_that_disagrees_with_its_movements_is_named() -> None:
    receive("FLOUR", "F1", 10)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_balance SET on_hand = 8 WHERE on_hand = 10")
    [row] = traced("FLOUR", "F1").reconciliations
    assert not row.is_closed
    assert row.sentence == (
        "10 came in, 0 went out, 8 left: 2 unexplained. SHOP (released): 8 kept, its movements say 10."
    )


def test_goods_that_pass_by_count_as_received_and_as_shipped() -> None:
    move("direct", Kind.ISSUE, ("FLOUR", "F1", "SUPPLIERS", "CUSTOMERS", 3), reference="INV 1")
    found = traced("FLOUR", "F1")
    assert flows(found, "F1") == {"received": 3, "shipped": 3}
    assert (keys(found.receipts), [m.key for _, m in found.shipments]) == (["direct"], ["direct"])
    assert found.is_closed


def test_a_serial_number_is_a_lot_of_one() -> None:
    Item.objects.filter(sku="CAKE").update(tracking="serial")
    receive("CAKE", "SN 1", 1)
    ship("CAKE", "SN 1", 1, key="s1")
    found = traced("CAKE", "SN 1")
    assert (found.asked[0].is_serial, found.left, found.is_closed) == (True, [], True)


def test_documents_name_the_lots_they_moved_and_the_items_they_moved_without() -> None:
    Item.objects.filter(sku="CAKE").update(tracking="none")
    move(
        "r1", Kind.RECEIPT, ("FLOUR", "F1", "SUPPLIERS", "SHOP", 5), ("EGGS", "E1", "SUPPLIERS", "SHOP", 6),
        ("CAKE", "", "SUPPLIERS", "SHOP", 1), reference="PO-1",
    )  # fmt: skip
    for found in (lots_of_reference("PO-1"), lots_of_postings(["r1"])):
        assert set(found.lots) == {lot_named("FLOUR", "F1"), lot_named("EGGS", "E1")}
        assert found.skus_without_lot == ("CAKE",)
    assert lots_of_reference("PO-2").lots == ()


def test_a_lot_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="no lot F9 of an item FLOUR"):
        lot_named("FLOUR", "F9")
