"""What came of a span of days of automation: orders, what was held back, cost, service, overrides, exceptions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Avg, Count, F, Q, Sum

from ownstock.automation.queries.policy import policy
from ownstock.base.errors import Refused
from ownstock.catalog.queries import base_currency, in_base_currency
from ownstock.journal.models import Alert
from ownstock.planning.models import KpiDay, KpiItemSite, OverrideValue, ProposalEdit
from ownstock.planning.rules.kpis import YEAR_DAYS, ratio

LONGEST_DAYS = 366
NOTHING = Decimal(0)
CENT = Decimal("0.01")
# Sent orders of some days, by supplier, currency and whether a rule sent them; each by the revision that was sent last.
SENT = """
    SELECT u.code, o.currency,
        EXISTS (SELECT FROM journal_audit_event e
            WHERE e.subject = 'purchase_order:' || o.number AND e.verb = 'automation.placed') AS is_automatic,
        o.state = 'cancelled' AS is_cancelled, count(DISTINCT o.id), coalesce(sum(l.quantity * l.price), 0)
    FROM purchasing_purchase_order o JOIN catalog_supplier u ON u.id = o.supplier_id
    JOIN purchasing_order_revision r ON r.purchase_order_id = o.id AND r.number = o.sent_revision
    LEFT JOIN purchasing_order_line l ON l.revision_id = r.id
    WHERE o.ordered_on BETWEEN %s AND %s GROUP BY 1, 2, 3, 4 ORDER BY 1
"""
# Proposals that a rule left for people in runs of some days, by each limit that kept it; without one, what refused it.
HELD = """
    SELECT coalesce(c->>'limit', 'refused'), count(DISTINCT v.proposal_id) FROM automation_run a
    JOIN automation_verdict v ON v.automation_run_id = a.id AND v.outcome = 'left'
    LEFT JOIN LATERAL jsonb_array_elements(v.checks) c ON NOT (c->>'is_met')::boolean
    WHERE a.as_of_at >= %s AND a.as_of_at < %s GROUP BY 1 ORDER BY 2 DESC, 1
"""


@dataclass(slots=True)
class SupplierOrders:
    """What was sent to a supplier: orders and their value, by rules and by people; `cancelled` counts those taken back."""

    supplier: str
    automatic: int = 0
    automatic_value: Decimal = NOTHING
    by_hand: int = 0
    by_hand_value: Decimal = NOTHING
    cancelled: int = 0

    @property
    def value(self) -> Decimal:
        """The value of all of them."""
        return self.automatic_value + self.by_hand_value


@dataclass(frozen=True, slots=True)
class Service:
    """Stock and service of the days that were measured; None where nothing is known.

    `holding_cost` is what the stock of these days cost to hold, at the rate that today's stock costs on average.
    """

    days: int = 0
    value_first: Decimal | None = None
    value_last: Decimal | None = None
    value_mean: Decimal | None = None
    holding_cost: Decimal | None = None
    stocked_out: int = 0
    availability: float | None = None
    fill_rate: float | None = None


@dataclass(frozen=True, slots=True)
class OverrideWorth:
    """What an override, now that it is known what was wanted, saved in the decisions of some days; below zero: cost."""

    number: str
    actor: str
    sku: str
    site: str
    decisions: int
    saved: Decimal


@dataclass(slots=True)
class AlertTally:
    """The exceptions of a kind: how many were raised, ended and are still open of those, and their money."""

    kind: str
    raised: int = 0
    raised_money: Decimal = NOTHING
    cleared: int = 0
    cleared_money: Decimal = NOTHING
    open: int = 0
    open_money: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a span of days, in the company's currency; `held` counts proposals left to people, by the limit."""

    since: date
    until: date
    currency: str
    orders: list[SupplierOrders]
    held: dict[str, int]
    service: Service
    overrides: list[OverrideWorth]
    edits: int
    edits_cost: Decimal
    alerts: list[AlertTally]
    total: SupplierOrders = field(default_factory=lambda: SupplierOrders(""))

    @property
    def saved(self) -> Decimal:
        """What overrides saved together."""
        return sum((each.saved for each in self.overrides), NOTHING)


def report(since: date, until: date) -> Report:
    """What came of the days from `since` to `until`, the last among them.

    Orders count by their day, judging by that of the run, overrides by the day of the plan that they changed, exceptions by
    when they were told.

    Raises:
        Refused: the last day is before the first, they are more than a year, or an order's currency has no rate.
    """
    if not 0 <= (until - since).days < LONGEST_DAYS:
        raise Refused(
            f"Name a last day that is not before {since}, and at most {LONGEST_DAYS} days.", code="bad_period"
        )
    zone = ZoneInfo(policy().time_zone)
    begins, ends = (datetime.combine(day, time(), zone) for day in (since, until + timedelta(days=1)))
    orders = _orders(since, until)
    edits = ProposalEdit.objects.filter(recorded_at__gte=begins, recorded_at__lt=ends)
    edited = edits.aggregate(count=Count("pk"), cost=Sum(F("expected_cost") - F("proposed_cost")))
    return Report(
        since, until, base_currency(), orders, dict(_rows(HELD, begins, ends)), _service(since, until),
        _overrides(since, until), edited["count"], edited["cost"] or NOTHING, _alerts(begins, ends), _total(orders),
    )  # fmt: skip


def _rows(query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())


def _orders(since: date, until: date) -> list[SupplierOrders]:
    found: dict[str, SupplierOrders] = {}
    for code, currency, is_automatic, is_cancelled, count, amount in _rows(SENT, since, until):
        one = found.setdefault(code, SupplierOrders(code))
        if is_cancelled:
            one.cancelled += count
            continue
        value = in_base_currency(amount, currency, on=until)
        if is_automatic:
            one.automatic, one.automatic_value = one.automatic + count, one.automatic_value + value
        else:
            one.by_hand, one.by_hand_value = one.by_hand + count, one.by_hand_value + value
    return sorted(found.values(), key=lambda one: (-one.value, one.supplier))


def _total(orders: list[SupplierOrders]) -> SupplierOrders:
    total = SupplierOrders("")
    for one in orders:
        total.automatic, total.by_hand = total.automatic + one.automatic, total.by_hand + one.by_hand
        total.automatic_value += one.automatic_value
        total.by_hand_value += one.by_hand_value
        total.cancelled += one.cancelled
    return total


def _service(since: date, until: date) -> Service:
    days = KpiDay.objects.filter(dimension="site", day_on__gte=since, day_on__lte=until)
    closes = list(days.values("day_on").annotate(value=Sum("on_hand_value")).order_by("day_on"))
    if not closes:
        return Service()
    names = ("wanted_units", "supplied_units", "stocked_out", "selling")
    sums = days.aggregate(**{name: Sum(name) for name in names})
    values = [row["value"] for row in closes]
    mean = sum(values, NOTHING) / len(values)
    rate = _holding_rate()
    return Service(
        len(closes), values[0], values[-1], mean.quantize(CENT),
        None if rate is None else (sum(values, NOTHING) * rate / YEAR_DAYS).quantize(CENT), sums["stocked_out"] or 0,
        1 - (sums["stocked_out"] or 0) / sums["selling"] if sums["selling"] else None,
        ratio(sums["supplied_units"], sums["wanted_units"]),
    )  # fmt: skip


def _holding_rate() -> Decimal | None:
    """What a unit of money in stock costs to hold for a year, on average of what lies there; empty: of all item-sites."""
    rates = KpiItemSite.objects.aggregate(
        cost=Sum(F("on_hand_value") * F("item_site__holding_rate")), value=Sum("on_hand_value"),
        plain=Avg("item_site__holding_rate"),
    )  # fmt: skip
    return rates["cost"] / rates["value"] if rates["value"] else rates["plain"]


def _overrides(since: date, until: date) -> list[OverrideWorth]:
    rows = OverrideValue.objects.filter(effect__planned_on__gte=since, effect__planned_on__lte=until)
    said = "effect__override__"
    names = [f"{said}{name}" for name in ("number", "actor", "item_site__item__sku", "item_site__site__code")]
    found = rows.values_list(*names).annotate(Count("pk"), saved=Sum("value")).order_by("-saved", names[0])
    return [OverrideWorth(*row) for row in found]


def _alerts(begins: datetime, ends: datetime) -> list[AlertTally]:
    """By kind; what was raised before and ended before is not read."""
    rows = Alert.objects.filter(Q(cleared_at=None) | Q(cleared_at__gte=begins), raised_at__lt=ends)
    raised, cleared = Q(raised_at__gte=begins), Q(cleared_at__lt=ends)
    sums: dict[str, Any] = {}
    for name, which in (("raised", raised), ("cleared", cleared), ("open", ~cleared | Q(cleared_at=None))):
        sums[name], sums[f"{name}_money"] = Count("pk", filter=which), Sum("money", filter=which, default=NOTHING)
    found: dict[str, AlertTally] = defaultdict(lambda: AlertTally(""))
    for row in rows.values("kind").annotate(**sums):
        found[row["kind"]] = AlertTally(**row)
    return sorted(found.values(), key=lambda one: (-one.raised_money, one.kind))
