"""A plan counts on which days suppliers take orders: it protects until the goods of the next order that can leave come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ownstock.catalog.actions import keep_agreement
from ownstock.catalog.models import Agreement, Closure, ItemSite, Supplier, SupplyTerm
from ownstock.cli.reason import lines
from ownstock.ledger import actions as ledger
from ownstock.planning import actions
from ownstock.planning.actions.overrides import OverrideEntry, override
from ownstock.planning.inputs.order_days import order_days
from ownstock.planning.inputs.read_inputs import PlanningInputs, planning_inputs
from ownstock.planning.models import ItemSitePlan, Proposal
from ownstock.planning.queries.policy_preview import PolicyChange, PolicyPreview, preview_policy
from ownstock.planning.rules import ProposalState, Step
from ownstock.planning.rules.overrides import OverrideKind, ReasonCode
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.actions import DraftLine, ReceiptLine
from ownstock.purchasing.models import Delivery
from ownstock.purchasing.rules import LineAnswer, Promise
from tests.factories import ACTOR, TODAY, opening, sale, sell_every_week, small_business
from tests.unit.reason_checker import recompute

pytestmark = pytest.mark.django_db
WEEKLY = [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14]
LEAD = 14
MONDAY, WEDNESDAY = TODAY, TODAY + timedelta(days=2)
FRIDAY, TUESDAY, TUESDAY_AFTER = TODAY + timedelta(days=4), TODAY + timedelta(days=8), TODAY + timedelta(days=15)


@pytest.fixture(autouse=True)
def _business() -> None:
    """Cups of ALPHA, which takes fourteen days; a little is on hand."""
    small_business(skus=["CUP"], lead_time_days=LEAD)
    sell_every_week("CUP", WEEKLY)
    opening("CUP", 4)


def takes_orders_on(*weekdays: int) -> None:
    keep_agreement("ALPHA", "A1", {"valid_from": date(2020, 1, 1), "order_weekdays": list(weekdays)}, actor=ACTOR)


def closed(begins_on: date, ends_on: date) -> None:
    Closure.objects.create(supplier=Supplier.objects.get(code="ALPHA"), begins_on=begins_on, ends_on=ends_on)


def planned(on: date) -> actions.Planned:
    return actions.plan(planned_on=on, actor=ACTOR)


def pending() -> Proposal:
    return Proposal.objects.get(state=ProposalState.PENDING)


def days_of(on: date) -> tuple[int, int]:
    """Lead time and days to the next order, as the engine is given them."""
    supply = planning_inputs(on).supply
    return supply["lead_time_days"][0], supply["review_period_days"][0]


def ordered(ordered_on: date, quantity: int) -> str:
    term = SupplyTerm.objects.select_related("supplier").get()
    site, wanted_on = term.item.item_sites.get().site, ordered_on + timedelta(days=LEAD)
    order = purchasing.draft(
        supplier=term.supplier, site=site, ordered_on=ordered_on, actor=ACTOR,
        lines=[DraftLine(term, Decimal(quantity), wanted_on)],
    )  # fmt: skip
    purchasing.place(order.number, actor=ACTOR)
    return str(order.number)


def open_of(number: str) -> Decimal:
    quantity: Decimal = Delivery.objects.get(line__revision__purchase_order__number=number).quantity
    return quantity


def test_the_plan_of_friday_protects_until_the_goods_of_the_tuesday_after_next_come() -> None:
    opening("CUP", 36, key="more")
    planned(FRIDAY)
    before = pending()
    takes_orders_on(2)
    planned(FRIDAY)
    now = pending()
    assert (days_of(FRIDAY), now.requested_on) == ((4 + LEAD, 7), TUESDAY + timedelta(days=LEAD))
    told = ItemSitePlan.objects.get()
    covered_days = (TUESDAY_AFTER + timedelta(days=LEAD) - FRIDAY).days
    assert told.demand_in_coverage == pytest.approx(covered_days * (told.demand_a_day or 0), rel=0.02)
    assert now.quantity >= before.quantity + 4
    assert {name: now.reason["decision"][name] for name in recompute(now.reason)} == pytest.approx(
        recompute(now.reason), abs=0.005
    )


def test_its_reason_says_on_which_day_it_leaves_and_how_long_it_must_last(client: Client) -> None:
    takes_orders_on(2, 4, 5)
    planned(WEDNESDAY)
    found = pending()
    assert found.reason["order_day"] == {
        "leaves_on": "2026-03-05", "wait_days": 1, "next_on": "2026-03-12", "days_between": 7, "weekdays": [2, 4, 5],
    }  # fmt: skip
    sentence = (
        "ALPHA takes orders on Tuesdays, Thursdays and Fridays: this order leaves on 2026-03-05 and must last until the "
        "goods of the next one, of 2026-03-12, come."
    )
    assert found.reason["sentence"].endswith(sentence)
    printed = "\n".join(lines(found))
    assert sentence in printed
    assert "wait_days     1" in printed
    client.force_login(get_user_model().objects.create_user("planner", is_staff=True))
    page = unescape(client.get(f"/proposals/{found.pk}").content.decode())
    assert sentence in page
    assert "15 days (quoted: 14; until the order leaves: 1)" in page


def test_without_order_days_nothing_changes() -> None:
    planned(FRIDAY)
    before = pending()
    for weekdays in ([], [1, 2, 3, 4, 5, 6, 7]):
        takes_orders_on(*weekdays)
        assert planned(FRIDAY).changed == 0
    assert days_of(FRIDAY) == (LEAD, 7)
    assert "order_day" not in before.reason
    assert before.reason["sentence"].count("ALPHA") == 0


def test_a_day_that_passes_while_an_order_waits_is_no_news() -> None:
    """Not beside an open order either, nor a customer's, nor what people say."""
    takes_orders_on(2)
    ordered(WEDNESDAY - timedelta(days=1), 6)
    span = FRIDAY, FRIDAY + timedelta(days=60), ReasonCode.PROMOTION, "A fair."
    override([OverrideEntry("CUP", "SHOP", OverrideKind.DEMAND_TIMES, Decimal(2), *span)], actor=ACTOR)
    planned(FRIDAY)
    first = pending()
    assert len(first.reason["inputs"]["arrivals"]) == 1
    for days in (1, 2):
        assert planned(FRIDAY + timedelta(days=days)).changed == 0
    assert pending().run == first.run
    actions.reject([first.pk], actor=ACTOR, because="end of line")
    for days in (1, 2):
        assert planned(FRIDAY + timedelta(days=days)).changed == 0, "a rejection stands"
    ledger.post([sale("CUP", 1, key="one more")], actor=ACTOR)
    assert planned(FRIDAY + timedelta(days=2)).steps[Step.CREATE] == 1


def test_a_rejection_stands_while_order_days_go_by_and_a_proposal_moves_on_to_the_next() -> None:
    takes_orders_on(1, 2, 3, 4, 5)
    planned(MONDAY)
    waits = pending()
    assert planned(WEDNESDAY).steps[Step.UPDATE] == 1
    moved = pending()
    assert (moved.pk, moved.quantity, moved.input_hash) == (waits.pk, waits.quantity, waits.input_hash)
    assert moved.requested_on == waits.requested_on + timedelta(days=2)
    actions.reject([moved.pk], actor=ACTOR, because="end of line")
    assert planned(WEDNESDAY + timedelta(days=1)).changed == 0


def test_an_approval_is_not_repeated_before_or_after_its_order_day() -> None:
    takes_orders_on(4)
    planned(MONDAY)
    actions.approve([pending().pk], actor=ACTOR)
    for days in (0, 1, 3, 4):
        assert planned(MONDAY + timedelta(days=days)).changed == 0


def test_an_order_before_a_closure_is_to_last_until_orders_are_taken_again() -> None:
    closed(MONDAY + timedelta(days=5), MONDAY + timedelta(days=25))
    assert days_of(MONDAY) == (LEAD, 26), "the next would leave a week later, but nobody takes it then"
    assert days_of(MONDAY + timedelta(days=5)) == (21 + LEAD, 7)
    planned(MONDAY)
    assert "ALPHA is closed on some of the days ahead: this order leaves on 2026-03-02" in pending().reason["sentence"]


def test_a_supplier_that_takes_no_orders_within_a_year_is_told() -> None:
    planned(MONDAY)
    closed(MONDAY, MONDAY + timedelta(days=400))
    [told] = planned(MONDAY).run.unplanned
    assert told["sentence"].startswith("ALPHA takes no orders within a year")
    assert not Proposal.objects.filter(state=ProposalState.PENDING).exists()


def _delivered(days_late: Sequence[int]) -> None:
    first = MONDAY - timedelta(days=LEAD + 20 + 6 * len(days_late))
    for number, late in enumerate(days_late):
        on = first + timedelta(days=6 * number)
        order, came_on = ordered(on, 1), on + timedelta(days=LEAD + late)
        purchasing.receive(order, [ReceiptLine(1, Decimal(1))], key=order, received_on=came_on, actor=ACTOR)


def test_what_a_supplier_is_known_for_counts_from_the_order_day() -> None:
    _delivered([0, 10, 3, 0, 20, 5, 0, 0, 7, 12])

    def lead_times(found: PlanningInputs) -> list[int]:
        return found.lead_times["lead_time_days"].to_list()

    before = planning_inputs(FRIDAY)
    takes_orders_on(2)
    now = planning_inputs(FRIDAY)
    assert len(lead_times(before)) > 1
    assert lead_times(now) == [days + 4 for days in lead_times(before)]
    [source] = now.sources.values()
    assert source.told == next(iter(before.sources.values())).told
    planned(FRIDAY)
    assert len(pending().reason["inputs"]["lead_times"]) > 1
    assert planned(FRIDAY + timedelta(days=1)).changed == 0


def test_an_order_that_waits_does_not_overtake_the_one_before_it() -> None:
    _delivered([0] * 10)
    takes_orders_on(2)
    planned(FRIDAY)
    [order] = actions.approve([pending().pk], actor=ACTOR)
    purchasing.place(order.number, actor=ACTOR)
    assert days_of(FRIDAY)[0] == 4 + LEAD
    late = Promise(open_of(order.number), TUESDAY + timedelta(days=LEAD + 9))
    purchasing.acknowledge(order.number, [LineAnswer(1, (late,))], message_key="m1", actor=ACTOR)
    assert days_of(FRIDAY)[0] == 4 + LEAD + 9


def _previewed(**change: Any) -> PolicyPreview:
    [found] = preview_policy([ItemSite.objects.get()], PolicyChange(**change))
    return found


def test_a_preview_of_a_policy_says_the_same_as_the_plan() -> None:
    ItemSite.objects.update(unserved_demand="backorder")
    takes_orders_on(2)
    planned(FRIDAY)
    assert _previewed().before.order_up_to_level == pending().reason["decision"]["order_up_to_level"]
    daily = _previewed(review_period_days=1)
    assert daily.after == daily.before, "who may order every day can do so on Tuesdays only"
    assert _previewed(review_period_days=10).after == _previewed(review_period_days=14).after


def test_all_suppliers_days_are_read_at_once() -> None:
    rows = [Supplier(code=f"S{n}", name=f"S{n}", currency="EUR") for n in range(30)]
    found = Supplier.objects.bulk_create(rows)
    Agreement.objects.bulk_create(
        [Agreement(supplier=one, code="A", valid_from=date(2020, 1, 1), order_weekdays=[2]) for one in found]
    )
    with CaptureQueriesContext(
        connection,
    ) as asked:
        days = order_days(FRIDAY, [one.pk for one in found])
    assert len(asked) == 2
    assert {days.of(one.pk, 7) is days.of(one.pk, 7) and days.of(one.pk, 7).wait_days for one in found} == {4}
