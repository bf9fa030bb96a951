"""What transfers are to planning and promising: on order at their target, known demand of their source, counted once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.catalog.models import ItemSite
from ownstock.demand import actions as demand
from ownstock.ledger import actions as ledger
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.planning import actions as planning
from ownstock.planning.inputs import transfers as planned_transfers
from ownstock.planning.inputs.read_inputs import PlanningInputs, planning_inputs
from ownstock.planning.models import Proposal
from ownstock.planning.queries.promises import promise
from ownstock.purchasing.actions import transfers
from ownstock.purchasing.actions.transfers import ArrivedPart, ShippedPart
from ownstock.purchasing.models import TransferOrder
from tests.demand_cases import allocate, entered
from tests.factories import ACTOR, TODAY, keep, opening, sell_every_week
from tests.transfer_cases import DEPOT, SHOP, TwoSites, drafted, nothing_promised, placed, two_sites, where
from tests.unit.reason_checker import recompute

pytestmark = pytest.mark.django_db
WEEKLY = [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14]


@pytest.fixture(autouse=True)
def sites() -> TwoSites:
    made = two_sites(100, skus=["CUP"])
    keep(made.cup, DEPOT)
    demand.set_customer("ANNA", "Anna's", actor=ACTOR)
    return made


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def noon(on: date) -> datetime:
    return datetime.combine(on, time(12), UTC)


def shipped(order: TransferOrder, quantity: int, *, on: date = TODAY, key: str = "s1") -> None:
    part = ShippedPart(1, Decimal(quantity))
    transfers.ship(order.number, [part], key=key, promised=nothing_promised, actor=ACTOR, moved_at=noon(on))


def received(order: TransferOrder, quantity: int, *, on: date = TODAY, key: str = "r1") -> None:
    part = ArrivedPart(1, Decimal(quantity))
    transfers.receive(order.number, [part], key=key, actor=ACTOR, moved_at=noon(on))


def at(code: str) -> int:
    return ItemSite.objects.get(site__code=code).pk


def rows(inputs: PlanningInputs, frame: str, code: str, *columns: str) -> list[tuple[object, ...]]:
    found = getattr(inputs, frame)
    found = found.filter(found["item_site"] == at(code))
    if "scenario" in found.columns:
        found = found.filter(found["scenario"] == 0)
    return found.select(columns).rows()


def seen(code: str, today: date = TODAY) -> tuple[float, list[tuple[object, ...]], list[tuple[object, ...]]]:
    """What a plan knows of a site: owed, arrivals, known demand; the same for it alone."""
    whole = planning_inputs(today)
    alone = planning_inputs(today, only=ItemSite.objects.get(site__code=code))
    told = []
    for inputs in (whole, alone):
        [[owed]] = rows(inputs, "position", code, "backordered")
        arrivals = rows(inputs, "arrivals", code, "arrives_in_days", "quantity")
        told.append((owed, arrivals, rows(inputs, "known", code, "wanted_in_days", "quantity")))
    assert told[0] == told[1]
    return told[0]  # type: ignore[return-value]


def test_a_transfer_is_on_order_at_its_target_and_known_demand_of_its_source() -> None:
    drafted(10, days=7)
    assert seen(SHOP) == (0, [(7, 10)], [])
    assert seen(DEPOT) == (0, [], [(4, 10)])


def test_what_should_have_left_is_owed_and_cannot_come_sooner_than_its_days_on_the_road() -> None:
    placed(10, days=2)
    assert seen(SHOP) == (0, [(3, 10)], [])
    assert seen(DEPOT) == (10, [], [])


def test_what_has_left_is_expected_by_its_days_on_the_road_and_its_source_is_asked_no_more() -> None:
    order = placed(10, days=7)
    shipped(order, 4)
    assert seen(SHOP) == (0, [(3, 4), (7, 6)], [])
    assert seen(DEPOT) == (0, [], [(4, 6)])
    received(order, 4)
    assert seen(SHOP) == (0, [(7, 6)], [])


def test_a_part_of_a_unit_comes_as_none_and_is_owed_as_a_whole() -> None:
    placed("2.5", days=7)
    assert (seen(SHOP)[1], seen(DEPOT)[2]) == ([(7, 2)], [(4, 3)])


def test_what_is_late_past_the_limit_is_not_counted_on_but_still_owed() -> None:
    order = placed(10, days=-15)
    assert seen(SHOP) == (0, [], [])
    assert seen(DEPOT) == (10, [], [])
    shipped(order, 10, on=day(-20))
    assert seen(SHOP) == (0, [], [])
    assert seen(DEPOT) == (0, [], [])


def test_a_cancelled_transfer_counts_nowhere() -> None:
    order = placed(10)
    transfers.cancel(order.number, key="c", reason="not wanted", actor=ACTOR)
    assert seen(SHOP) == seen(DEPOT) == (0, [], [])


def history(code: str) -> list[float]:
    inputs = planning_inputs(TODAY)
    row = inputs.history.item_sites.to_list().index(at(code))
    return [float(units) for units in inputs.history.demand[row, -2:]]


def test_what_a_transfer_takes_is_demand_of_the_source_in_the_week_in_which_it_left() -> None:
    opening("CUP", 50, location=DEPOT, key="before", moved_at=noon(day(-30)))
    order = placed(20)
    shipped(order, 12, on=day(-10))
    received(order, 12, on=day(-5))
    assert (history(DEPOT), history(SHOP)) == ([12, 0], [0, 0])


def test_what_was_taken_back_is_demand_no_more() -> None:
    opening("CUP", 50, location=DEPOT, key="before", moved_at=noon(day(-30)))
    shipped(placed(20), 12, on=day(-10))

    def whole_demand() -> float:
        # Taking back happens now, by the clock of the machine: the plan of a week that knows of it.
        inputs = planning_inputs(timezone.localdate() + timedelta(weeks=2))
        return float(inputs.history.demand[inputs.history.item_sites.to_list().index(at(DEPOT))].sum())

    assert whole_demand() == 12
    transfers.take_back("s1", new_key="s1:back", actor=ACTOR, reason="a slip")
    assert (whole_demand(), where()) == (0, (150, 0, 0))


def test_moving_within_a_site_or_beside_transfers_is_no_demand() -> None:
    lines = [
        Line(sku="CUP", source=DEPOT, target="DEPOT-A1", quantity=Decimal(5), moved_at=noon(day(-10))),
        Line(sku="CUP", source=DEPOT, target=SHOP, quantity=Decimal(5), moved_at=noon(day(-10))),
    ]
    opening("CUP", 50, location=DEPOT, key="before", moved_at=noon(day(-30)))
    ledger.post([PostingRequest("moved", Kind.TRANSFER, lines)], actor=ACTOR)
    assert (history(DEPOT), history(SHOP)) == ([0, 0], [0, 0])


def proposed(code: str) -> Proposal | None:
    planning.plan(planned_on=TODAY, actor=ACTOR)
    return Proposal.objects.filter(item_site_id=at(code), state="pending").first()


def test_a_transfer_is_counted_instead_of_an_order_and_the_reason_names_it() -> None:
    ItemSite.objects.update(unserved_demand="backorder")
    sell_every_week("CUP", WEEKLY)
    before = proposed(SHOP)
    assert before is not None
    order = placed(12, days=7)
    after = proposed(SHOP)
    assert after is not None
    assert after.quantity < before.quantity
    assert after.reason["transfers"]["coming"] == [
        {"transfer": order.number, "line": 1, "quantity": "12.0000", "from": DEPOT, "expected_on": "2026-03-09",
         "is_counted": True}
    ]  # fmt: skip
    assert recompute(after.reason)["quantity"] == after.quantity


def test_a_depot_orders_what_its_branches_ask_for() -> None:
    assert proposed(DEPOT) is None
    order = placed(400, days=10)
    wanted = proposed(DEPOT)
    assert wanted is not None
    assert wanted.quantity >= 300
    [told] = wanted.reason["transfers"]["leaving"]
    assert (told["transfer"], told["to"], told["leaves_on"]) == (order.number, SHOP, "2026-03-09")
    assert [line["is_transfer"] for line in wanted.reason["inputs"]["known"]] == [True]
    assert "ordered by other sites" in wanted.reason["sentence"]
    assert "customers" not in wanted.reason["sentence"]


def test_customers_and_branches_that_ask_for_the_same_goods_are_both_told() -> None:
    placed(400, days=10)
    entered("k1", 30, site=DEPOT, days=9)
    wanted = proposed(DEPOT)
    assert wanted is not None
    assert "ordered by customers and other sites" in wanted.reason["sentence"]


def test_shipping_and_receiving_as_planned_is_no_news_to_what_was_approved() -> None:
    sell_every_week("CUP", WEEKLY)
    order = placed(12, days=3)
    for code in (SHOP, DEPOT):
        if found := proposed(code):
            planning.approve([found.pk], actor=ACTOR)
    count = Proposal.objects.count()
    shipped(order, 12)
    planning.plan(planned_on=TODAY, actor=ACTOR)
    received(order, 12)
    planning.plan(planned_on=TODAY, actor=ACTOR)
    assert Proposal.objects.count() == count


def promisable(code: str, quantity: int, *, in_days: int = 0) -> tuple[Decimal, date | None]:
    found = promise("CUP", code, Decimal(quantity), wanted_on=day(in_days), today=TODAY)
    return found.promised_quantity, found.in_full_on


def test_customers_are_promised_what_comes_and_never_what_is_to_leave() -> None:
    order = placed(60, days=7)
    assert promisable(SHOP, 60) == (0, day(7))
    assert promisable(DEPOT, 50) == (40, None)
    shipped(order, 60)
    assert promisable(SHOP, 60) == (0, day(3))
    assert promisable(DEPOT, 50) == (40, None)
    received(order, 60)
    assert promisable(SHOP, 60) == (60, TODAY)


def test_what_is_allocated_to_customers_is_not_shipped_to_a_branch() -> None:
    allocate(entered("k1", 70, site=DEPOT))
    order = placed(60)
    with pytest.raises(Refused, match="70 of it is promised to customers"):
        planned_transfers.ship(order.number, [ShippedPart(1, Decimal(31))], key="s", actor=ACTOR)
    planned_transfers.ship(order.number, [ShippedPart(1, Decimal(30))], key="s", actor=ACTOR)
    assert where() == (70, 30, 0)
