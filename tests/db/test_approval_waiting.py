"""An order that nobody approves in time is told once, with since when, how much and who may, until somebody decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from ownstock.catalog.models import Agreement
from ownstock.journal.models import Alert
from ownstock.journal.queries import open_alerts
from ownstock.purchasing import actions
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.rules import LineChange
from ownstock.purchasing.rules.timers import approval_due
from tests.buying_cases import drafted, line, one_supplier, people_with_limits
from tests.factories import TODAY

pytestmark = pytest.mark.django_db
ANNA, CARL = "user:anna", "user:carl"
UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture(autouse=True)
def _business() -> None:
    """Anna buys (100 alone), Carl may approve 200, Dora of finance 1,000."""
    one_supplier()
    people_with_limits()


def watch(*, days: float) -> list[str]:
    """Look so many days from now; what is told then of orders that wait for approval."""
    actions.watch_orders(timezone.now() + timedelta(days=days), today=TODAY)
    return list(open_alerts().filter(kind="approval_waiting").values_list("sentence", flat=True))


def cups(quantity: int) -> PurchaseOrder:
    return drafted(line("CUP", quantity), actor=ANNA)


def test_an_order_that_nobody_approves_is_told_once_with_amount_and_who_may() -> None:
    order = cups(60)
    assert watch(days=0.9) == []
    [told] = watch(days=4)
    assert told.startswith(
        f"{order.number} has waited for approval since {PurchaseOrder.objects.get().created_at:%Y-%m-%d} "
    )
    assert told.endswith("It is 144.00 EUR. carl, dora may approve it.")
    assert watch(days=5) == [told]
    assert Alert.objects.filter(kind="approval_waiting").count() == 1


def test_what_needs_no_approval_is_not_waited_for() -> None:
    cups(40)
    assert watch(days=9) == []


@pytest.mark.parametrize(
    "deed",
    [
        lambda number: actions.approve(number, actor=CARL),
        lambda number: actions.cancel(number, reason="too dear", actor=CARL),
        lambda number: actions.change(number, [LineChange(1, Decimal(61))], reason="one more", actor=ANNA),
    ],
    ids=["approved", "cancelled", "changed"],
)
def test_a_decision_or_a_change_ends_the_wait_at_once(deed: Callable[[str], object]) -> None:
    order = cups(60)
    assert len(watch(days=4)) == 1
    deed(order.number)
    assert not open_alerts().filter(kind="approval_waiting").exists()
    assert watch(days=0.9) == []


def test_an_amount_without_a_rate_waits_for_somebody_too() -> None:
    order = cups(60)
    PurchaseOrder.objects.update(currency="USD")
    [told] = watch(days=4)
    assert order.number in told
    assert "No exchange rate says what a USD is worth in EUR" in told


def test_the_limit_is_the_company_s(settings: Any) -> None:
    settings.APPROVAL_WORKING_DAYS = 10
    cups(60)
    assert watch(days=9) == []
    assert len(watch(days=15)) == 1


def test_an_order_day_that_passes_is_told_before_the_limit(settings: Any) -> None:
    settings.APPROVAL_WORKING_DAYS = 10
    order, today = cups(60), timezone.now()
    Agreement.objects.create(
        supplier=order.supplier, code="2026", valid_from=min(TODAY, today.date()), currency="EUR",
        order_weekdays=[(today + timedelta(days=2)).isoweekday()],
    )  # fmt: skip
    assert watch(days=1) == []
    assert len(watch(days=4)) == 1


def test_a_working_day_leaves_out_the_weekend_and_ends_with_the_order_day() -> None:
    friday = datetime(2026, 3, 6, 15, tzinfo=UTC)
    due = approval_due(friday, None, working_days=1, zone=UTC_ZONE)
    assert due == datetime(2026, 3, 9, 15, tzinfo=UTC)
    assert approval_due(friday, friday.date(), working_days=1, zone=UTC_ZONE) == datetime(2026, 3, 7, tzinfo=UTC)
