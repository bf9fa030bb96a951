"""What rules have done, and what people made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, QuerySet

from ownstock.automation.models import AutomationRun, AutonomyEvent, StandingRule, Verdict
from ownstock.automation.queries.orders import OrderCalendar, touched_by_people, waiting_orders
from ownstock.automation.rules.order_days import OrderMoment
from ownstock.automation.rules.standing import VerdictOutcome
from ownstock.catalog.models import Location, Supplier
from ownstock.purchasing.models import PurchaseOrder

SUPPLIERS_LOOKED_AT = 500
EDITS = """
    SELECT count(*), coalesce(sum(e.expected_cost - e.proposed_cost), 0) FROM planning_proposal_edit e
"""
AMOUNTS = """
    SELECT o.currency, count(DISTINCT o.id), sum(l.quantity * l.price)
    FROM purchasing_order_line l
    JOIN purchasing_order_revision r ON r.id = l.revision_id
    JOIN purchasing_purchase_order o ON o.id = r.purchase_order_id AND o.state <> 'cancelled'
    WHERE l.id IN (
        SELECT p.order_line_id FROM automation_verdict v JOIN planning_proposal p ON p.id = v.proposal_id
        WHERE v.rule_id = %s AND v.outcome = 'approved')
    GROUP BY 1 ORDER BY 1
"""


@dataclass(slots=True)
class RuleRecord:
    """What a rule has done: verdicts by outcome, its orders, their value by currency, what people corrected."""

    outcomes: dict[str, int] = field(default_factory=dict)
    amounts: list[tuple[str, int, Decimal]] = field(default_factory=list)
    orders: list[PurchaseOrder] = field(default_factory=list)
    order_count: int = 0
    undone: int = 0
    changed: dict[int, str] = field(default_factory=dict)


def record_of(row: StandingRule, *, most: int = 50) -> RuleRecord:
    """What a rule has done so far, with its newest orders."""
    outcomes = dict(row.verdicts.values_list("outcome").annotate(Count("pk")).order_by())
    found = orders_of(row)
    told = RuleRecord(outcomes, orders=list(found[:most]), order_count=found.count())
    with connection.cursor() as cursor:
        cursor.execute(AMOUNTS, [row.pk])
        told.amounts = list(cursor.fetchall())
    approved = Verdict.objects.filter(rule=row, outcome=VerdictOutcome.APPROVED).values("proposal")
    undone = Verdict.objects.filter(outcome=VerdictOutcome.UNDONE, proposal__in=approved)
    told.undone = undone.values("proposal").distinct().count()
    told.changed = touched_by_people([order.pk for order in told.orders])
    return told


def orders_of(row: StandingRule) -> QuerySet[PurchaseOrder]:
    """The orders that hold what a rule approved, newest first."""
    lines = Verdict.objects.filter(rule=row, outcome=VerdictOutcome.APPROVED, proposal__order_line__isnull=False)
    ids = lines.values("proposal__order_line__revision__purchase_order")
    return PurchaseOrder.objects.filter(pk__in=ids).select_related("supplier", "site").order_by("-pk")


def peoples_edits() -> tuple[int, Decimal]:
    """How often people set another quantity than was proposed, and what that was expected to cost more (below zero: less)."""
    with connection.cursor() as cursor:
        cursor.execute(EDITS)
        count, cost = cursor.fetchone()
        return count, cost


def evidence_counts() -> dict[str, int]:
    """How often each piece of evidence spoke of an item-site."""
    return dict(AutonomyEvent.objects.values_list("evidence").annotate(Count("pk")).order_by())


def verdicts_in(run: AutomationRun, outcome: str = "") -> QuerySet[Verdict]:
    """What a run said, the newest first; what had been said before of the same is not said again."""
    rows = run.verdicts.select_related(
        "proposal__item_site__item", "proposal__item_site__site", "proposal__supplier", "rule"
    )
    rows = rows.defer("proposal__reason").select_related("proposal__order_line__revision__purchase_order")
    return rows.filter(outcome=outcome).order_by("-pk") if outcome else rows.order_by("-pk")


@dataclass(frozen=True, slots=True)
class NextOrder:
    """When orders of a supplier leave by themselves next, and how many drafts wait for it."""

    supplier: Supplier
    moment: OrderMoment
    waiting: int


def next_orders(now: datetime) -> list[NextOrder]:
    """The next order moment of each supplier, the soonest first, by the clocks of the sites; with drafts first of all."""
    calendar = OrderCalendar(now.astimezone(ZoneInfo("UTC")).date())
    zones = set(Location.objects.filter(kind="site").values_list("time_zone", flat=True))
    waiting = dict(
        waiting_orders()
        .filter(is_placing=True)
        .order_by()
        .values_list("purchase_order__supplier_id")
        .annotate(Count("pk"))
    )
    found = []
    for supplier in Supplier.objects.order_by("code")[:SUPPLIERS_LOOKED_AT]:
        moments = [calendar.moment(supplier.pk, zone, now) for zone in zones]
        soonest = min((each for each in moments if each is not None), key=lambda each: each.opens_at, default=None)
        if soonest is not None:
            found.append(NextOrder(supplier, soonest, waiting.get(supplier.pk, 0)))
    return sorted(found, key=lambda each: (not each.waiting, each.moment.opens_at, each.supplier.code))
