"""Drafts that wait for an order day: what they ask for is what can be done from the day on which they leave."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ownstock.automation.actions import pause, resume
from ownstock.catalog.models import SupplyTerm
from ownstock.journal.queries import open_alerts, trail
from ownstock.planning import actions as planning
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.models import Delivery, OrderLine, PurchaseOrder
from ownstock.purchasing.rules import LineChange
from tests.automation_cases import ANNA, DORA, DUE, EARLY, automatic_shop, rule, run
from tests.factories import ACTOR, TODAY

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def _shop() -> None:
    automatic_shop()


def lines(number: str) -> list[OrderLine]:
    revision = PurchaseOrder.objects.get(number=number).revisions.latest("number")
    return list(revision.lines.select_related("item").order_by("line"))


def days(number: str) -> dict[str, date]:
    return {line.item.sku: line.requested_on for line in lines(number)}


def lead_time() -> timedelta:
    return timedelta(days=SupplyTerm.objects.get(item__sku="CUP").lead_time_days)


def test_a_draft_that_leaves_a_week_later_is_wanted_a_week_later_and_says_so() -> None:
    rule()
    [number] = run(EARLY).drafted
    assert days(number) == dict.fromkeys(("CUP", "PLATE"), TODAY + lead_time())
    pause(actor=ANNA, reason="its price is disputed", supplier="ALPHA")
    run()
    resume(actor=DORA, supplier="ALPHA")
    planning.plan(planned_on=TODAY + WEEK, actor=ACTOR)
    assert run(DUE + WEEK).placed == [number]
    assert days(number) == dict.fromkeys(("CUP", "PLATE"), TODAY + WEEK + lead_time())
    coming = Delivery.objects.filter(line__in=lines(number)).values_list("requested_on", flat=True)
    assert set(coming) == {TODAY + WEEK + lead_time()}
    order = PurchaseOrder.objects.get(number=number)
    assert order.ordered_on == TODAY + WEEK, "the supplier counts its lead time from the day on which it is told"
    [told] = [event for event in trail(f"purchase_order:{number}") if event.verb == "purchasing.postponed"]
    assert told.reason == f"It leaves on {TODAY + WEEK}, and ALPHA takes {lead_time().days} days from then."
    assert told.old["lines"][0]["requested_on"] == (TODAY + lead_time()).isoformat()
    purchasing.watch_orders(DUE + WEEK, today=TODAY + WEEK + lead_time())
    assert not open_alerts().filter(kind="late_delivery").exists(), "what leaves on its day is not late on it"


def test_a_day_that_a_person_typed_stays_and_what_has_time_stays_too() -> None:
    rule()
    [number] = run(EARLY).drafted
    soon = TODAY + timedelta(days=9)
    purchasing.change(number, [LineChange(1, requested_on=soon)], reason="a fair", actor=ANNA)
    purchasing.change(number, [LineChange(1, Decimal(30)), LineChange(2, Decimal(30))], reason="more", actor=ANNA)
    purchasing.place(number, actor=ANNA, on=TODAY + timedelta(days=2))
    assert days(number) == {"CUP": soon, "PLATE": TODAY + timedelta(days=2) + lead_time()}
    purchasing.change(number, [LineChange(1, Decimal(36))], reason="more", actor=ANNA)
    assert purchasing.place(number, actor=ANNA, on=TODAY + 2 * WEEK).ordered_on == TODAY + timedelta(days=2)
    assert days(number)["PLATE"] == TODAY + timedelta(days=2) + lead_time()
