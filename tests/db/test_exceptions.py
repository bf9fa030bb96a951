"""What a plan finds out of order is told once a root cause, with money; people take it on, put it off, talk about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item, ItemSite, Supplier, SupplyTerm
from ownstock.catalog.rules import QualificationState
from ownstock.journal import queries as journal
from ownstock.journal import worklist
from ownstock.journal.models import Alert
from ownstock.ledger import actions as ledger
from ownstock.planning import actions
from ownstock.planning.models import ItemSitePlan, Proposal
from ownstock.planning.queries.affected import of_alert
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.models import Delivery, OrderLine
from tests.factories import ACTOR, TODAY, keep, opening, sale, sell_every_week, small_business

pytestmark = pytest.mark.django_db
RUSH = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC) - timedelta(days=4)
WEEKLY = [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14]


@pytest.fixture(autouse=True)
def _business() -> None:
    small_business(skus=["CUP", "PLATE"])
    for sku in ("CUP", "PLATE"):
        sell_every_week(sku, WEEKLY)
    opening("CUP", 5)
    opening("PLATE", 4_000)


def planned(days: int = 0) -> None:
    actions.plan(planned_on=TODAY + timedelta(days=days), actor=ACTOR)


def alert(kind: str) -> Alert:
    return journal.open_alerts().get(kind=kind)


def test_an_item_that_will_run_out_is_told_with_what_is_lost_until_goods_can_come() -> None:
    planned()
    told, plan = alert("will_stock_out"), ItemSitePlan.objects.get(item_site__item__sku="CUP")
    item_site = ItemSite.objects.get(item__sku="CUP")
    lost = Decimal(plan.short_in_lead_time or 0) * item_site.shortage_cost
    assert told.money == pytest.approx(lost + (plan.money_at_stake or 0), abs=Decimal("0.01"))
    assert told.deadline_on == TODAY
    assert told.facts["proposal"] == Proposal.objects.get(item_site=item_site).pk
    assert told.sentence.startswith("CUP at SHOP runs out on ")
    assert "Approve its proposal" in told.sentence


def test_an_item_without_stock_is_told_as_out_of_stock_and_ends_when_goods_are_there() -> None:
    ledger.post([sale("CUP", 5, key="the last")], actor=ACTOR)
    planned()
    assert alert("stocked_out").sentence.startswith("CUP at SHOP is out of stock; ")
    opening("CUP", 500, key="found")
    planned()
    assert not journal.open_alerts().filter(kind__in=["stocked_out", "will_stock_out"]).exists()
    [ended] = journal.cleared_alerts()
    assert ended.cleared_because == "the plan no longer finds it"


def test_excess_is_told_once_a_site_with_what_it_costs_to_hold() -> None:
    planned()
    told, plan = alert("excess"), ItemSitePlan.objects.get(item_site__item__sku="PLATE")
    item_site = ItemSite.objects.get(item__sku="PLATE")
    excess = (plan.usable or Decimal(0)) - (plan.order_up_to_level or Decimal(0))
    a_year = Decimal(plan.demand_a_day or 0) * 365
    assert excess > a_year, "it lasts for more than a year: what is left of it after half a year is held on average"
    held = item_site.holding_rate * item_site.item.unit_cost * (excess - a_year / 2)
    assert told.money == pytest.approx(held, abs=Decimal("0.02"))
    assert told.facts["named"] == ["PLATE"]


def test_what_nobody_took_for_half_a_year_is_told_once_a_site_as_dead_and_not_as_excess_too() -> None:
    old = Item.objects.create(sku="OLD", description="Old", unit_cost=Decimal(3))
    keep(old, "SHOP")
    SupplyTerm.objects.create(
        supplier=Supplier.objects.earliest("pk"), item=old, supplier_sku="OLD-S", moq=1, order_multiple=1, price=3,
        currency="EUR", lead_time_days=14, valid_from=TODAY - timedelta(days=900),
    )  # fmt: skip
    opening("OLD", 100, moved_at=RUSH - timedelta(days=300))
    planned()
    assert not journal.open_alerts().filter(kind="dead_stock").exists(), "nothing was measured yet"
    actions.measure(TODAY)
    planned()
    told, item_site = alert("dead_stock"), ItemSite.objects.get(item__sku="OLD")
    assert told.facts["named"] == ["OLD"]
    assert Decimal(told.facts["value"]) == 100 * item_site.item.unit_cost
    assert told.money == pytest.approx(100 * item_site.item.unit_cost * item_site.holding_rate, abs=Decimal("0.01"))
    assert told.sentence.startswith("Of 1 item-site at SHOP nothing was issued in 180 days: goods of ")
    assert alert("excess").facts["named"] == ["PLATE"]
    ledger.post([sale("OLD", 1, key="at last", moved_at=RUSH)], actor=ACTOR)
    actions.measure(TODAY)
    planned()
    assert journal.cleared_alerts().get(kind="dead_stock").cleared_because == "the plan no longer finds it"
    assert set(alert("excess").facts["named"]) == {"PLATE", "OLD"}


def test_what_is_on_order_beyond_the_need_is_told_by_supplier() -> None:
    SupplyTerm.objects.update(moq=600, order_multiple=600)
    planned()
    actions.approve([Proposal.objects.get().pk], actor=ACTOR)
    opening("CUP", 900, key="found")
    planned()
    told = alert("surplus_on_order")
    assert told.facts["named"] == ["CUP at SHOP"]
    assert told.money is not None
    assert told.money > 0


def test_item_sites_that_cannot_be_planned_are_told_together_by_the_reason() -> None:
    SupplyTerm.objects.all().delete()
    planned()
    told = alert("unplanned")
    assert told.item_count == 2
    assert told.sentence == "2 item-sites are not planned. No supply term holds on this day: add one."


def test_a_blocked_supplier_is_told_with_what_the_block_costs() -> None:
    planned()
    lost = alert("will_stock_out").money
    code = SupplyTerm.objects.get(item__sku="CUP").supplier.code
    actions.qualify(code, QualificationState.BLOCKED, actor=ACTOR, valid_from=TODAY, reason="fire")
    planned()
    assert alert("supplier_blocked").money == pytest.approx(lost, abs=Decimal("0.02"))
    assert alert("supplier_blocked").deadline_on == TODAY


def test_of_a_blocked_supplier_only_what_has_left_it_is_taken_to_come() -> None:
    planned()
    [order] = actions.approve([Proposal.objects.get().pk], actor=ACTOR)
    purchasing.place(order.number, actor=ACTOR)
    planned()
    plan = ItemSitePlan.objects.get(item_site__item__sku="CUP")
    on_order, stake = OrderLine.objects.get().quantity, plan.money_at_stake or 0
    actions.qualify(order.supplier.code, QualificationState.BLOCKED, actor=ACTOR, valid_from=TODAY, reason="fire")
    planned()
    wanted = Decimal((plan.demand_in_coverage or 0) - (plan.demand_a_day or 0) * (plan.review_period_days or 0))
    cost = plan.item_site.shortage_cost
    assert on_order > wanted - 5 > 0, "the order would have covered it"
    assert alert("supplier_blocked").money == pytest.approx((wanted - 5) * cost + stake, abs=Decimal("0.02"))
    Delivery.objects.update(shipped_quantity=3)
    planned()
    assert alert("supplier_blocked").money == pytest.approx((wanted - 8) * cost + stake, abs=Decimal("0.02"))
    Delivery.objects.update(shipped_quantity=on_order)
    planned()
    assert (alert("supplier_blocked").money or 0) == pytest.approx(stake, abs=Decimal("0.02"))


def test_where_another_supplier_is_asked_instead_the_block_costs_what_its_open_orders_would_have_covered() -> None:
    planned()
    [order] = actions.approve([Proposal.objects.get().pk], actor=ACTOR)
    purchasing.place(order.number, actor=ACTOR)
    old = SupplyTerm.objects.select_related("item").get(item__sku="CUP")
    other = Supplier.objects.exclude(pk=old.supplier_id).get()
    SupplyTerm.objects.create(
        supplier=other, item=old.item, moq=1, order_multiple=6, price=Decimal(3), currency="EUR", lead_time_days=14,
        priority=2, valid_from=TODAY,
    )  # fmt: skip
    actions.qualify(order.supplier.code, QualificationState.BLOCKED, actor=ACTOR, valid_from=TODAY, reason="fire")
    planned()
    plan = ItemSitePlan.objects.get(item_site__item__sku="CUP")
    assert (plan.fault, plan.supplier) == ("", other)
    wanted = Decimal((plan.demand_in_coverage or 0) - (plan.demand_a_day or 0) * (plan.review_period_days or 0))
    beyond = wanted - 5 - Decimal(plan.short_in_lead_time or 0)
    assert alert("supplier_blocked").money == pytest.approx(beyond * plan.item_site.shortage_cost, abs=Decimal("0.02"))


def test_a_late_line_is_told_with_what_its_being_late_costs_and_its_item_not_once_more() -> None:
    planned()
    lost = alert("will_stock_out").money
    [order] = actions.approve([Proposal.objects.get().pk], actor=ACTOR)
    purchasing.place(order.number, actor=ACTOR)
    planned(days=60)
    late, plan = alert("late_delivery"), ItemSitePlan.objects.get(item_site__item__sku="CUP")
    shortage_cost = plan.item_site.shortage_cost
    money = Decimal(plan.short_in_lead_time or 0) * shortage_cost + (plan.money_at_stake or 0)
    assert late.money == pytest.approx(money, abs=Decimal("0.02"))
    assert lost is not None
    assert late.item_count == 1
    assert not journal.open_alerts().filter(kind="will_stock_out").exists()


def _late_by(days: int) -> datetime:
    """Cups are ordered and sent for a day; so many days later they have not come, which is watched and planned."""
    planned()
    [order] = actions.approve([Proposal.objects.get().pk], actor=ACTOR)
    purchasing.place(order.number, actor=ACTOR)
    wanted_on = OrderLine.objects.get().requested_on
    later = (wanted_on - TODAY).days + days
    purchasing.watch_orders(RUSH + timedelta(days=4 + later), today=TODAY + timedelta(days=later))
    planned(later)
    return RUSH + timedelta(days=4 + later)


def test_a_line_some_days_late_costs_what_is_wanted_until_it_comes_and_nothing_once_there_is_stock() -> None:
    ledger.post([sale("CUP", 5, key="the last")], actor=ACTOR)
    now = _late_by(4)
    late, plan = alert("late_delivery"), ItemSitePlan.objects.get(item_site__item__sku="CUP")
    wanted = Decimal(plan.demand_a_day or 0) * 4
    assert OrderLine.objects.get().quantity > wanted, "the line ends it when it comes, four days from now"
    assert late.money == pytest.approx(wanted * plan.item_site.shortage_cost, abs=Decimal("0.02"))
    assert (late.deadline_on, list(of_alert(late))) == (now.date(), [plan])
    opening("CUP", 500, key="found")
    planned((now.date() - TODAY).days)
    assert alert("late_delivery").money is None


def test_of_two_late_lines_each_costs_what_it_alone_would_have_covered() -> None:
    ledger.post([sale("CUP", 5, key="the last")], actor=ACTOR)
    SupplyTerm.objects.update(moq=1, order_multiple=1)
    planned()
    proposal = Proposal.objects.get()
    term, site = SupplyTerm.objects.select_related("item").get(item__sku="CUP"), proposal.item_site.site
    for quantity, days in ((3, 14), (200, 18)):
        order = purchasing.draft(
            supplier=proposal.supplier, site=site, ordered_on=TODAY, actor=ACTOR,
            lines=[purchasing.DraftLine(term, Decimal(quantity), TODAY + timedelta(days=days))],
        )  # fmt: skip
        purchasing.place(order.number, actor=ACTOR)
    purchasing.watch_orders(RUSH + timedelta(days=24), today=TODAY + timedelta(days=20))
    planned(20)
    plan = ItemSitePlan.objects.get(item_site__item__sku="CUP")
    costs = {
        each.sentence.split(": ")[1][:3].strip(): each.money
        for each in journal.open_alerts().filter(kind="late_delivery")
    }
    a_day, cost = Decimal(plan.demand_a_day or 0), plan.item_site.shortage_cost
    assert costs["200"] == pytest.approx(2 * a_day * cost, abs=Decimal("0.02")), "two days late, it comes in two days"
    assert costs["3 o"] is None, "by the time it comes, the other has come"


def test_demand_that_jumps_is_told_with_what_is_lost_if_it_lasts() -> None:
    ledger.post([sale("PLATE", 90, key="a rush", moved_at=RUSH)], actor=ACTOR)
    planned()
    told, plan = alert("demand_jump"), ItemSitePlan.objects.get(item_site__item__sku="PLATE")
    beyond = WEEKLY[-1] + 90 - Decimal(sum(WEEKLY[:-1])) / 12
    assert plan.jump == pytest.approx(float(beyond))
    shortage_cost, lead_time_days = plan.item_site.shortage_cost, plan.lead_time_days or 0
    assert told.money == pytest.approx(beyond * lead_time_days / 7 * shortage_cost, abs=Decimal("0.02"))
    assert told.sentence.startswith(
        "Of PLATE at SHOP 104 were wanted last week, 92 more than the weeks before made likely."
    )


def test_the_same_plan_again_tells_nothing_anew() -> None:
    planned()
    before = set(Alert.objects.values_list("pk", "raised_at"))
    planned()
    assert set(Alert.objects.values_list("pk", "raised_at")) == before


def test_the_worklist_begins_with_what_costs_most_and_leaves_out_what_is_snoozed() -> None:
    planned()
    first, *others = journal.worklist(TODAY)
    assert all((first.money or 0) >= (other.money or 0) for other in others)
    worklist.snooze(first.pk, TODAY + timedelta(days=3), because="goods are on the lorry", today=TODAY, actor=ACTOR)
    assert first not in journal.worklist(TODAY)
    assert list(journal.snoozed(TODAY)) == [first]
    assert first in journal.worklist(TODAY + timedelta(days=3))


def test_what_is_snoozed_comes_back_before_its_day_when_its_money_has_grown_by_half() -> None:
    planned()
    first = journal.worklist(TODAY)[0]
    worklist.snooze(first.pk, TODAY + timedelta(days=30), because="later", today=TODAY, actor=ACTOR)
    Alert.objects.filter(pk=first.pk).update(money=(first.money or 0) * Decimal("1.51"))
    assert first in journal.worklist(TODAY)


def test_who_takes_an_alert_on_and_what_is_said_stands_in_its_trail() -> None:
    planned()
    one = alert("will_stock_out")
    worklist.assign(one.pk, "anna", people=["anna"], actor=ACTOR)
    with pytest.raises(Refused, match="zoe is nobody who works here"):
        worklist.assign(one.pk, "zoe", people=["anna"], actor=ACTOR)
    worklist.comment(one.pk, "The lorry broke down.", actor="user:anna")
    assert list(journal.worklist(TODAY, owner="anna")) == [one]
    trail = journal.trail(journal.alert_subject(one.key))
    assert [event.verb for event in trail] == ["journal.alert_assigned", "journal.alert_commented"]
    assert trail[1].reason == "The lorry broke down."


def test_a_snooze_without_a_reason_or_into_the_past_is_refused() -> None:
    planned()
    pk = alert("will_stock_out").pk
    with pytest.raises(Refused, match="Say why"):
        worklist.snooze(pk, TODAY + timedelta(days=3), because=" ", today=TODAY, actor=ACTOR)
    with pytest.raises(Refused, match="not a day to come"):
        worklist.snooze(pk, TODAY, because="later", today=TODAY, actor=ACTOR)


def test_counts_by_kind_say_how_many_and_what_they_are_worth() -> None:
    planned()
    kinds = journal.worklist_kinds(TODAY)
    assert kinds["will_stock_out"] == (1, alert("will_stock_out").money)
    assert kinds["excess"][0] == 1
