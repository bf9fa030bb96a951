"""Suppliers are taken at their word until their receipts say otherwise, and then as their receipts say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ownstock.catalog.models import SupplyTerm
from ownstock.cli.reason import lines
from ownstock.planning import actions
from ownstock.planning.decisions.told_suppliers import lead_time_told
from ownstock.planning.inputs.lead_times import ENOUGH
from ownstock.planning.inputs.read_inputs import PlanningInputs, planning_inputs
from ownstock.planning.models import Proposal
from ownstock.planning.queries.promises import promise
from ownstock.planning.rules import ProposalState, Step
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.actions import DraftLine, ReceiptLine
from ownstock.purchasing.models import Delivery, PurchaseOrder
from tests.factories import ACTOR, TODAY, opening, sell_every_week, small_business
from tests.unit.reason_checker import recompute

pytestmark = pytest.mark.django_db
WEEKLY = [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14]
LEAD = 14
ALWAYS_LATE, EXACT, MIXED = [10] * 30, [0] * 30, [0, 10, 3, 0, 20, 5, 0, 0, 7, 12] * 3


Lasting = Callable[[], AbstractContextManager[None]]


@pytest.fixture(scope="module", autouse=True)
def _business(lasting: Lasting) -> Iterator[None]:
    with lasting():
        small_business(skus=["CUP"], lead_time_days=LEAD)
        sell_every_week("CUP", WEEKLY)
        opening("CUP", 60)
        yield


def ordered(ordered_on: date, quantity: int = 1) -> PurchaseOrder:
    term = SupplyTerm.objects.select_related("supplier").get()
    site = term.item.item_sites.get().site
    line = DraftLine(term, Decimal(quantity), ordered_on + timedelta(days=LEAD))
    order = purchasing.draft(supplier=term.supplier, site=site, lines=[line], ordered_on=ordered_on, actor=ACTOR)
    purchasing.place(order.number, actor=ACTOR)
    return order


def received(order: PurchaseOrder, received_on: date, key: str, quantity: int = 1) -> None:
    line = ReceiptLine(1, Decimal(quantity))
    purchasing.receive(order.number, [line], key=key, received_on=received_on, actor=ACTOR)


def delivered(days_late: Sequence[int], *, before: date = TODAY, every_days: int = 6) -> None:
    """One piece ordered every few days, the last long enough ago to have come; each so many days late."""
    first = before - timedelta(days=LEAD + 20 + every_days * len(days_late))
    for number, late in enumerate(days_late):
        on = first + timedelta(days=every_days * number)
        received(ordered(on), on + timedelta(days=LEAD + late), f"gr:{number}")


def planned(days: int = 0) -> actions.Planned:
    return actions.plan(planned_on=TODAY + timedelta(days=days), actor=ACTOR)


def inputs(days: int = 0) -> PlanningInputs:
    return planning_inputs(TODAY + timedelta(days=days))


def reason() -> dict[str, Any]:
    planned()
    found: dict[str, Any] = Proposal.objects.latest("pk").reason
    return found


def days_of(found: PlanningInputs) -> list[int]:
    """The lead times as the engine is given them: those that are certain have no distribution."""
    return found.lead_times["lead_time_days"].to_list() or found.supply["lead_time_days"].to_list()


def test_without_receipts_the_term_stands() -> None:
    assert days_of(inputs()) == [LEAD]
    told = reason()["lead_time"]
    assert (told["receipts"], told["p50_days"]) == (0, None)
    assert (
        told["sentence"] == "ALPHA promises 14 days, which stand: no delivery of it known, and 10 needed to judge by."
    )


def test_a_few_late_receipts_change_nothing() -> None:
    delivered([10] * (ENOUGH - 1))
    assert days_of(inputs()) == [LEAD]


def test_a_supplier_that_keeps_its_promises_is_taken_at_its_word() -> None:
    before = inputs()
    delivered(EXACT)
    now = inputs()
    assert now.lead_times.height == 0
    assert now.supply.equals(before.supply)
    [source] = now.sources.values()
    assert lead_time_told(source)["sentence"] == "ALPHA promises 14 days and keeps it: so its 30 deliveries tell."


def test_a_supplier_that_is_always_late_is_ordered_from_earlier() -> None:
    before = reason()["decision"]
    delivered(ALWAYS_LATE)
    found = inputs()
    assert found.supply["lead_time_days"].to_list() == [LEAD + 10]
    after = reason()
    assert after["decision"]["order_up_to_level"] > before["order_up_to_level"] + 10
    told = after["lead_time"]
    assert (told["receipts"], told["p50_days"]) == (30, LEAD + 10)
    assert told["on_promised_day"] < 0.1


def test_what_was_taken_back_never_arrived() -> None:
    delivered([10] * ENOUGH)
    assert days_of(inputs()) != [LEAD]
    purchasing.take_back("gr:0", new_key="back", actor=ACTOR, reason="wrong")
    assert days_of(inputs()) == [LEAD]


def test_what_was_cut_is_no_arrival() -> None:
    for number in range(ENOUGH):
        order = ordered(TODAY - timedelta(days=100 + number))
        purchasing.cut(order.number, 1, Decimal(1), actor=ACTOR, reason="late")
    assert days_of(inputs()) == [LEAD]


def test_orders_that_are_late_and_open_count_before_they_arrive() -> None:
    delivered(EXACT)
    for number in range(15):
        ordered(TODAY - timedelta(days=LEAD + 30 + number))
    assert max(days_of(inputs())) > LEAD


def test_a_customer_is_promised_what_comes_late_for_when_it_surely_comes() -> None:
    delivered([0, 10] * 15)
    order = ordered(TODAY - timedelta(days=4), quantity=500)
    found = promise("CUP", "SHOP", Decimal(500), wanted_on=TODAY, today=TODAY)
    assert found.in_full_on is not None
    assert found.in_full_on >= TODAY + timedelta(days=LEAD - 4 + 10)
    assert Delivery.objects.get(line__revision__purchase_order=order).requested_on == TODAY + timedelta(days=LEAD - 4)


@pytest.fixture(scope="class")
def always_late(lasting: Lasting) -> Iterator[None]:
    with lasting():
        delivered(ALWAYS_LATE)
        yield


@pytest.mark.usefixtures("always_late")
class TestAlwaysLate:
    """Of a supplier that is always ten days late."""

    def test_what_was_asked_for_is_still_the_agreed_day(self) -> None:
        planned()
        assert Proposal.objects.latest("pk").requested_on == TODAY + timedelta(days=LEAD)

    def test_a_receipt_of_this_week_is_no_news_until_monday(self) -> None:
        order = ordered(TODAY - timedelta(days=20))
        told = [source.told for source in inputs(1).sources.values()]
        received(order, TODAY, "gr:today")
        assert [source.told for source in inputs(1).sources.values()] == told

    def test_an_open_order_is_expected_when_the_record_says(self) -> None:
        ordered(TODAY - timedelta(days=4), quantity=6)
        found = inputs()
        expected = found.arrivals.filter(scenario=0)["arrives_in_days"].to_list()
        assert expected == [LEAD - 4 + 10]
        [told] = reason()["on_order"]
        assert told["expected_on"] == (TODAY + timedelta(days=LEAD - 4 + 10)).isoformat()
        assert told["chance_late"] > 0.8

    def test_an_order_late_past_its_limit_is_not_counted_whatever_the_record_says(self) -> None:
        ordered(TODAY - timedelta(days=LEAD + 15), quantity=6)
        found = inputs()
        assert found.arrivals.height == 0
        assert len(found.late) == 1

    def test_a_later_promise_that_is_kept_is_late_for_what_is_ordered_now(self) -> None:
        for delivery in Delivery.objects.all():
            promised_on = delivery.requested_on + timedelta(days=10)
            Delivery.objects.filter(pk=delivery.pk).update(latest_promised_on=promised_on)
        order = ordered(TODAY - timedelta(days=4), quantity=6)
        Delivery.objects.filter(line__revision__purchase_order=order).update(
            latest_promised_on=TODAY + timedelta(days=20)
        )
        found = inputs()
        assert found.supply["lead_time_days"].to_list() == [LEAD + 10]
        assert found.arrivals.filter(scenario=0)["arrives_in_days"].to_list() == [20]


@pytest.fixture(scope="class")
def sometimes_late(lasting: Lasting) -> Iterator[None]:
    with lasting():
        delivered(MIXED)
        yield


@pytest.mark.usefixtures("sometimes_late")
class TestSometimesLate:
    """Of a supplier whose lead times are uncertain."""

    def test_a_rerun_writes_nothing(self) -> None:
        first = planned()
        again = planned()
        assert (again.changed, again.run) == (0, first.run)

    def test_an_approval_is_not_repeated_where_lead_times_are_uncertain(self) -> None:
        planned()
        actions.approve([Proposal.objects.get(state=ProposalState.PENDING).pk], actor=ACTOR)
        for days in (0, 1, 4):
            assert planned(days).steps[Step.CREATE] == 0

    def test_the_reason_suffices_to_recompute_an_uncertain_decision(self) -> None:
        ordered(TODAY - timedelta(days=4), quantity=6)
        why = reason()
        assert len(why["inputs"]["lead_times"]) > 1
        for name, number in recompute(why).items():
            assert why["decision"][name] == pytest.approx(number, abs=0.005), name

    def test_one_item_site_alone_is_told_what_the_last_plan_knew(self) -> None:
        planned()
        [row] = inputs().sources.values()
        alone = planning_inputs(TODAY, only=row.item_site)
        assert alone.lead_times.equals(inputs().lead_times)

    def test_the_page_and_the_print_tell_the_lead_time_and_each_open_order(self, client: Client) -> None:
        order = ordered(TODAY - timedelta(days=4), quantity=6)
        planned()
        proposal = Proposal.objects.latest("pk")
        told = proposal.reason["lead_time"]["sentence"]
        client.force_login(get_user_model().objects.create_user("planner", is_staff=True))
        page = unescape(client.get(f"/proposals/{proposal.pk}").content.decode())
        printed = "\n".join(lines(proposal))
        for text in (page, printed):
            assert told in text
            assert order.number in text
        assert "late with a chance of" in page


def written(days_late: Sequence[int], order: Sequence[int]) -> list[list[tuple[Any, ...]]]:
    """What the engine is given of suppliers when receipts are written in such an order, the last order still open."""
    with transaction.atomic():
        on = [TODAY - timedelta(days=LEAD + 40 + 6 * number) for number in range(len(days_late))]
        for number in order:
            received(ordered(on[number]), on[number] + timedelta(days=LEAD + days_late[number]), f"gr:{number}")
        ordered(TODAY - timedelta(days=LEAD + 2), 5)
        found = inputs()
        transaction.set_rollback(True)
    return [frame.rows() for frame in (found.lead_times, found.arrivals, found.supply)]


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days_late=st.lists(st.integers(-10, 30), min_size=ENOUGH, max_size=12), random=st.randoms(use_true_random=False))
def test_in_which_order_receipts_were_written_changes_nothing(days_late: list[int], random: Any) -> None:
    order = list(range(len(days_late)))
    told = written(days_late, order)
    random.shuffle(order)
    assert written(days_late, order) == told
