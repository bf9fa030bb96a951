"""Goods in quarantine: planning and promising count on them from the day on which they are expected to be released."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ownstock.base.errors import Refused
from ownstock.catalog.imports import import_items
from ownstock.catalog.models import Item, ItemSite, Location
from ownstock.cli.reason import lines
from ownstock.ledger import actions as ledger
from ownstock.ledger.models import Lot
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.planning import actions as planning
from ownstock.planning.inputs.quarantine import in_quarantine
from ownstock.planning.inputs.read_inputs import planning_inputs
from ownstock.planning.models import Proposal
from ownstock.planning.queries.promises import promise
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.actions import ReceiptLine
from tests.factories import ACTOR, TODAY, sell_every_week, small_business
from tests.unit.reason_checker import recompute

pytestmark = pytest.mark.django_db
WEEKLY = [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14]


@pytest.fixture(autouse=True)
def _business() -> None:
    small_business(skus=["CUP"])
    Item.objects.update(receiving_status="quarantine", release_days=10)


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def moved(quantity: int, source: str, target: str, *, days: int = 0, key: str, **more: str) -> None:
    """Move goods, so many days from today, in quarantine on both ends if nothing else is said."""
    statuses = {"source_status": "quarantine", "target_status": "quarantine"} | more
    at = datetime.combine(day(days), time(9), UTC)
    line = Line("CUP", source, target, Decimal(quantity), moved_at=at, **statuses)  # type: ignore[arg-type]
    kind = Kind.RECEIPT if source == "SUPPLIERS" else Kind.TRANSFER
    ledger.post([PostingRequest(key, kind, [line])], actor=ACTOR)


def received(quantity: int, *, days: int, lot: str = "") -> None:
    moved(quantity, "SUPPLIERS", "SHOP", days=days, key=f"r:{days}:{quantity}:{lot}", lot=lot)


def released(quantity: int) -> None:
    ledger.release("CUP", "SHOP", quantity=Decimal(quantity), key=f"q:{quantity}", reason="assay", actor="quinn")


def waiting() -> list[tuple[int, float]]:
    """In how many days how many are counted on, from planning all and from planning one."""
    found = [
        inputs.arrivals.filter("is_in_quarantine").select("arrives_in_days", "quantity").rows()
        for inputs in (planning_inputs(TODAY), planning_inputs(TODAY, only=ItemSite.objects.get()))
    ]
    assert found[0] == found[1]
    return found[0]


def test_goods_in_quarantine_arrive_on_the_day_they_are_expected_to_be_released() -> None:
    received(40, days=-3)
    received(5, days=-10)
    assert waiting() == [(0, 5), (7, 40)]
    assert planning_inputs(TODAY).position["usable"].to_list() == [0]


def test_goods_that_are_late_for_their_release_are_counted_on_from_tomorrow() -> None:
    received(40, days=-30)
    assert waiting() == [(1, 40)]


def test_without_release_days_they_do_not_count_until_they_are_released() -> None:
    Item.objects.update(release_days=None)
    received(40, days=-3)
    assert waiting() == []
    released(40)
    assert planning_inputs(TODAY).position["usable"].to_list() == [40]


def test_what_was_released_came_first() -> None:
    received(30, days=-8)
    received(20, days=-2)
    released(35)
    assert waiting() == [(8, 15)]


def test_moving_within_the_site_is_no_new_receipt() -> None:
    site = Location.objects.get(code="SHOP")
    Location.objects.create(code="BIN1", name="Bin 1", kind="bin", parent=site, site=site)
    received(40, days=-3)
    moved(15, "SHOP", "BIN1", days=-1, key="t")
    assert waiting() == [(7, 40)]


def test_goods_that_will_have_expired_by_then_do_not_count() -> None:
    received(40, days=-3, lot="OLD")
    received(7, days=-3, lot="FRESH")
    Lot.objects.filter(code="OLD").update(expires_on=day(7))
    Lot.objects.filter(code="FRESH").update(expires_on=day(8))
    assert waiting() == [(7, 7)]


def test_a_plan_orders_less_for_them_and_says_so() -> None:
    ItemSite.objects.update(unserved_demand="backorder")
    sell_every_week("CUP", WEEKLY)
    planning.plan(planned_on=TODAY, actor=ACTOR)
    before = Proposal.objects.get().quantity
    received(12, days=-2)
    received(6, days=-15)
    planning.plan(planned_on=TODAY, actor=ACTOR)
    proposal = Proposal.objects.get()
    assert before - proposal.quantity >= 6
    assert proposal.reason["in_quarantine"] == [
        {"lot": "", "quantity": "6.0000", "expected_on": day(-5).isoformat(), "is_late": True},
        {"lot": "", "quantity": "12.0000", "expected_on": day(8).isoformat(), "is_late": False},
    ]
    assert "18 on hand or on order, 18 of it in quarantine still" in proposal.reason["sentence"]
    assert "In quarantine, expected to be released" in "\n".join(lines(proposal))
    assert recompute(proposal.reason)["quantity"] == proposal.quantity


def test_what_is_ordered_may_be_used_after_its_release_and_is_asked_for_before() -> None:
    """Lead time 14 + release 10: the next order may be used on day 24 and is asked for on day 14."""
    sell_every_week("CUP", WEEKLY)
    planning.plan(planned_on=TODAY, actor=ACTOR)
    proposal = Proposal.objects.get()
    assert (proposal.reason["inputs"]["lead_time_days"], proposal.requested_on) == (24, day(14))
    planning.approve([proposal.pk], actor=ACTOR)
    assert planning_inputs(TODAY).arrivals.select("arrives_in_days", "is_in_quarantine").rows() == [(24, False)]
    found = promise("CUP", "SHOP", Decimal(6), wanted_on=TODAY, today=TODAY)
    assert (found.promised_quantity, found.in_full_on) == (0, day(24))
    Item.objects.update(receiving_status="released")
    assert planning_inputs(TODAY).supply["lead_time_days"].to_list() == [14]


def test_a_receipt_into_quarantine_is_no_news_to_what_was_approved() -> None:
    """Also where the release takes longer than the lead time."""
    Item.objects.update(release_days=40)
    sell_every_week("CUP", WEEKLY)
    planning.plan(planned_on=TODAY, actor=ACTOR)
    proposal = Proposal.objects.get()
    [order] = planning.approve([proposal.pk], actor=ACTOR)
    purchasing.place(order.number, actor=ACTOR)
    came = [ReceiptLine(1, proposal.quantity)]
    at = datetime.combine(TODAY, time(9), UTC)
    purchasing.receive(order.number, came, key="gr1", received_on=TODAY, actor=ACTOR, moved_at=at)
    planning.plan(planned_on=TODAY, actor=ACTOR)
    assert Proposal.objects.count() == 1


def test_a_release_as_expected_is_no_news_to_what_was_approved() -> None:
    sell_every_week("CUP", WEEKLY)
    received(12, days=-2)
    planning.plan(planned_on=TODAY, actor=ACTOR)
    planning.approve([Proposal.objects.get().pk], actor=ACTOR)
    released(12)
    planning.plan(planned_on=TODAY, actor=ACTOR)
    assert Proposal.objects.count() == 1


def test_goods_in_quarantine_are_promised_from_the_day_of_their_release() -> None:
    received(12, days=-2)
    found = promise("CUP", "SHOP", Decimal(12), wanted_on=TODAY, today=TODAY)
    assert (found.promised_quantity, found.in_full_on) == (0, day(8))
    Item.objects.update(release_days=None)
    assert promise("CUP", "SHOP", Decimal(12), wanted_on=TODAY, today=TODAY).in_full_on is None


def test_all_item_sites_are_asked_for_at_once() -> None:
    for quantity in (3, 4, 5):
        received(quantity, days=-quantity)
    with CaptureQueriesContext(connection) as asked:
        assert sum(len(goods) for goods in in_quarantine().values()) == 3
    assert len(asked) == 1


def test_release_days_come_from_a_file_and_stay_where_it_has_no_such_column(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    for text, expected in (
        ("release_days\nCUP,Cup,3,4", 4),
        ("unit\nCUP,Cup,3,each", 4),
        ("release_days\nCUP,Cup,3,", None),
    ):
        path.write_text("sku,description,unit_cost," + text, encoding="utf-8")
        import_items(path, actor=ACTOR)
        assert Item.objects.get().release_days == expected
    path.write_text("sku,description,unit_cost,release_days\nCUP,Cup,3,-1", encoding="utf-8")
    with pytest.raises(Refused):
        import_items(path, actor=ACTOR)
