"""What is to be paid by week: what is committed, proposed and planned, and what is cut first where it is too much."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ownstock.base.errors import Refused
from ownstock.catalog.models import Agreement, Supplier, SupplyTerm
from ownstock.planning import actions
from ownstock.planning.models import PlannedSpend, Proposal
from ownstock.planning.queries import cash as queries
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.actions import ReceiptLine
from tests.factories import ACTOR, TODAY, opening, sell_every_week, small_business

pytestmark = pytest.mark.django_db
WEEKLY = [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14]
PRICE, LEAD, NET = Decimal("2.4"), 14, 45


@pytest.fixture(autouse=True)
def _planned() -> None:
    small_business(skus=["CUP", "PLATE"])
    for sku, there in (("CUP", 4), ("PLATE", 30)):
        sell_every_week(sku, WEEKLY)
        opening(sku, there)
    Agreement.objects.create(
        supplier=Supplier.objects.get(code="ALPHA"),
        code="A1",
        valid_from=date(2020, 1, 1),
        currency="EUR",
        net_days=NET,
    )
    actions.plan(planned_on=TODAY, actor=ACTOR)


def week_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def amounts() -> dict[tuple[str, str, date], Decimal]:
    """Money by kind, supplier and week."""
    return {(one.kind, one.supplier, week.week_start_on): one.amount for week in queries.cash() for one in week.amounts}


def test_money_is_due_by_the_agreement_after_goods_are_expected_came_or_were_invoiced() -> None:
    cup, plate = (Proposal.objects.get(item_site__item__sku=sku) for sku in ("CUP", "PLATE"))
    assert amounts() == {
        ("proposed", "ALPHA", week_of(TODAY + timedelta(days=LEAD + NET))): cup.quantity * PRICE,
        ("proposed", "BETA", week_of(TODAY + timedelta(days=LEAD + 30))): plate.quantity * PRICE,
    }
    [order] = actions.approve([cup.pk], actor=ACTOR)
    purchasing.place(order.number, actor=ACTOR)
    due_on = week_of(TODAY + timedelta(days=LEAD + NET))
    assert amounts()["ordered", "ALPHA", due_on] == cup.quantity * PRICE
    purchasing.receive(order.number, [ReceiptLine(1, Decimal(6))], key="gr1", received_on=TODAY, actor=ACTOR)
    told = amounts()
    assert told["ordered", "ALPHA", due_on] == (cup.quantity - 6) * PRICE
    assert told["received", "ALPHA", week_of(TODAY + timedelta(days=NET))] == 6 * PRICE
    [week] = [week for week in queries.cash() if week.week_start_on == due_on]
    assert (week.committed, week.proposed) == ((cup.quantity - 6) * PRICE, 0)


def test_planned_orders_are_looked_ahead_once_for_each_run_and_leave_out_what_is_proposed() -> None:
    told: list[int] = []
    assert actions.look_ahead(progress=told.append).item_sites == 2
    assert told[-1] == 2
    rows = PlannedSpend.objects.filter(supplier__code="ALPHA").order_by("week_start_on")
    # Today's order is a proposal; a week has one review, so nothing else is ordered in its first week.
    assert rows[0].week_start_on > TODAY
    expected = sum(WEEKLY) / len(WEEKLY) * 13 * float(PRICE)
    assert float(sum(row.mean for row in rows)) == pytest.approx(expected, rel=0.4)
    assert all(row.p10 <= row.mean <= row.p90 for row in rows)
    assert actions.look_ahead().rows == 0
    planned = {week: amount for (kind, _, week), amount in amounts().items() if kind == "planned"}
    assert min(planned) >= week_of(TODAY + timedelta(days=7 + LEAD + 30))
    week = next(week for week in queries.cash() if week.planned)
    assert week.p10 <= week.total <= week.p90
    before = PlannedSpend.objects.count()
    SupplyTerm.objects.update(price=2)
    actions.plan(planned_on=TODAY + timedelta(days=1), actor=ACTOR)
    actions.look_ahead()
    assert PlannedSpend.objects.count() > before


def test_what_saves_least_for_its_money_is_cut_first_where_a_budget_is_exceeded() -> None:
    due_on = TODAY + timedelta(days=LEAD + 30)
    Agreement.objects.update(net_days=30)
    month = due_on.replace(day=1)
    proposals = sorted(Proposal.objects.all(), key=lambda one: one.value / (one.quantity * one.price))
    whole = sum((one.quantity * PRICE for one in proposals), Decimal(0))
    actions.set_cash_budget(due_on, whole - 1, actor=ACTOR)
    [found] = [one for one in queries.cash_months() if one.month_start_on == month]
    assert (found.to_pay, found.over) == (whole, 1)
    [cut] = found.cuts
    assert cut.proposal == proposals[0].pk
    assert found.cuts_cost == proposals[0].value
    actions.set_cash_budget(due_on, None, actor=ACTOR)
    assert not any(one.cuts for one in queries.cash_months())
    with pytest.raises(Refused, match="below zero"):
        actions.set_cash_budget(due_on, Decimal(-1), actor=ACTOR)


def test_money_of_a_currency_without_a_rate_is_told_and_in_no_sum() -> None:
    Supplier.objects.filter(code="BETA").update(currency="USD")
    weeks = queries.cash()
    assert [week.unrated for week in weeks if week.unrated] == [["USD"]]
    assert sum(week.proposed for week in weeks) == Proposal.objects.get(supplier__code="ALPHA").quantity * PRICE
