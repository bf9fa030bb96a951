"""Cash: what is to be paid to suppliers by week, from invoices to planned orders, and what is cut first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from math import sqrt
from typing import Any

from django.db import connection

from ownstock.catalog.queries.rates import rate_on
from ownstock.planning.models import CashBudget, PlannedSpend
from ownstock.planning.queries.runs import business_day

NOTHING, CENT = Decimal(0), Decimal("0.01")
KINDS = ("invoiced", "received", "ordered", "proposed", "planned")
NET_DAYS = 30
MOST_CUTS = 1_000
# So far a normal variable's ninth tenth lies from its mean, in standard deviations.
NINTH_TENTH = 1.2815515655446004

AGREED = """
    WITH agreed AS (
        SELECT DISTINCT ON (supplier_id) supplier_id, net_days FROM catalog_agreement
        WHERE valid_from <= %(on)s AND (valid_to IS NULL OR valid_to >= %(on)s) ORDER BY supplier_id, valid_from DESC)
"""
PROPOSED = """
    SELECT p.id, s.currency, s.code AS supplier, i.sku, p.quantity * p.price AS amount, p.value,
        p.requested_on + coalesce(a.net_days, %(net)s) AS due_on
    FROM planning_proposal p JOIN catalog_supplier s ON s.id = p.supplier_id
    JOIN catalog_item_site k ON k.id = p.item_site_id JOIN catalog_item i ON i.id = k.item_id
    LEFT JOIN agreed a ON a.supplier_id = p.supplier_id WHERE p.state = 'pending'
"""
DUE = f"""
    {AGREED}
    SELECT kind, currency, supplier, date_trunc('week', greatest(due_on, %(on)s))::date AS week,
        date_trunc('month', greatest(due_on, %(on)s))::date AS month, sum(amount) AS amount
    FROM (
        SELECT 'invoiced' AS kind, i.currency, s.code AS supplier, i.total AS amount,
            coalesce(i.due_on, i.invoiced_on + coalesce(a.net_days, %(net)s)) AS due_on
        FROM purchasing_invoice i JOIN catalog_supplier s ON s.id = i.supplier_id
        LEFT JOIN agreed a ON a.supplier_id = i.supplier_id
        WHERE i.state <> 'cancelled' AND coalesce(i.due_on, i.invoiced_on + coalesce(a.net_days, %(net)s)) >= %(on)s
        UNION ALL
        SELECT 'ordered', o.currency, s.code, greatest(d.quantity - d.received_quantity - d.cancelled_quantity, 0) * l.price,
            greatest(coalesce(d.announced_on, d.latest_promised_on, d.requested_on), %(on)s) + coalesce(a.net_days, %(net)s)
        FROM purchasing_purchase_order o JOIN catalog_supplier s ON s.id = o.supplier_id
        JOIN purchasing_order_revision r ON r.purchase_order_id = o.id JOIN purchasing_order_line l ON l.revision_id = r.id
        JOIN purchasing_delivery d ON d.line_id = l.id LEFT JOIN agreed a ON a.supplier_id = o.supplier_id
        WHERE o.state IN ('draft', 'approved', 'placed', 'acknowledged', 'part_received')
        UNION ALL
        SELECT 'received', o.currency, s.code, greatest(d.came - coalesce(v.invoiced, 0), 0) * d.price,
            d.came_on + coalesce(a.net_days, %(net)s)
        FROM (
            SELECT r.purchase_order_id, l.line, max(l.price) AS price, sum(d.received_quantity) AS came,
                max(c.received_on) AS came_on
            FROM purchasing_purchase_order o JOIN purchasing_order_revision r ON r.purchase_order_id = o.id
            JOIN purchasing_order_line l ON l.revision_id = r.id JOIN purchasing_delivery d ON d.line_id = l.id
            JOIN LATERAL (
                SELECT max(received_on) AS received_on FROM purchasing_receipt WHERE delivery_id = d.id) c ON true
            WHERE NOT o.is_invoiced AND d.received_quantity > 0 GROUP BY 1, 2) d
        JOIN purchasing_purchase_order o ON o.id = d.purchase_order_id JOIN catalog_supplier s ON s.id = o.supplier_id
        LEFT JOIN agreed a ON a.supplier_id = o.supplier_id
        LEFT JOIN LATERAL (
            SELECT sum(n.stock_units) AS invoiced
            FROM purchasing_invoice_line n JOIN purchasing_invoice i ON i.id = n.invoice_id
            WHERE n.purchase_order_id = d.purchase_order_id AND n.line = d.line AND i.state <> 'cancelled') v ON true
        UNION ALL
        SELECT 'proposed', currency, supplier, amount, due_on FROM ({PROPOSED}) p
    ) due WHERE amount <> 0 GROUP BY 1, 2, 3, 4, 5
"""
CUTS = f"""
    {AGREED}
    SELECT id, sku, supplier, currency, amount, value FROM ({PROPOSED}) p
    WHERE due_on >= %(first)s AND due_on < %(until)s AND amount > 0 ORDER BY value / amount, id LIMIT {MOST_CUTS}
"""


@dataclass(frozen=True, slots=True)
class CashAmount:
    """Money of a kind that is to be paid in a week, in its own currency; `p10` and `p90` where it is planned."""

    kind: str
    supplier: str
    currency: str
    amount: Decimal
    p10: Decimal
    p90: Decimal


@dataclass(frozen=True, slots=True)
class CashWeek:
    """What is to be paid in a week, in the company's currency: `committed` is invoiced, received or ordered.

    `p10` and `p90` are of all, planned orders of suppliers taken as independent. `unrated` names currencies without a rate:
    they are in no sum.
    """

    week_start_on: date
    committed: Decimal
    proposed: Decimal
    planned: Decimal
    p10: Decimal
    p90: Decimal
    amounts: Sequence[CashAmount]
    unrated: Sequence[str] = ()

    @property
    def total(self) -> Decimal:
        """All of it, planned orders on average."""
        return self.committed + self.proposed + self.planned


@dataclass(frozen=True, slots=True)
class Cut:
    """A proposal that is cut: what it would cost to order, and what leaving it costs."""

    proposal: int
    sku: str
    supplier: str
    saved: Decimal
    costs: Decimal


@dataclass(frozen=True, slots=True)
class CashMonth:
    """A month beside its budget; where it is too much, the proposals to cut: those that save least for their money first."""

    month_start_on: date
    to_pay: Decimal
    budget: Decimal | None
    over: Decimal
    cuts: Sequence[Cut] = ()

    @property
    def cuts_cost(self) -> Decimal:
        """Expected cost of the cuts."""
        return sum((cut.costs for cut in self.cuts), NOTHING)


@dataclass(frozen=True, slots=True)
class _Due:
    kind: str
    supplier: str
    currency: str
    week: date
    month: date
    amount: Decimal
    p10: Decimal
    p90: Decimal


@dataclass(slots=True)
class _Rates:
    """Rates of a day, each looked up once."""

    on: date
    known: dict[str, Decimal | None] = field(default_factory=dict)

    def base(self, amount: Decimal, currency: str) -> Decimal | None:
        """An amount in the company's currency; None where no rate is known."""
        if currency not in self.known:
            self.known[currency] = rate_on(currency, self.on)
        rate = self.known[currency]
        return None if rate is None else amount * rate


def cash(weeks: int = 26) -> list[CashWeek]:
    """What is to be paid to suppliers in each of the weeks to come, by kind, supplier and currency.

    Invoices when they are due (those due earlier count as paid); goods that came and open orders when an invoice of the day
    on which they came, or are expected, would be; proposals and planned orders alike.
    """
    on = business_day()
    by_week: dict[date, list[_Due]] = defaultdict(list)
    for due in _dues(on):
        by_week[due.week].append(due)
    first, rates = on - timedelta(days=on.weekday()), _Rates(on)
    return [_week(first + timedelta(weeks=n), by_week[first + timedelta(weeks=n)], rates) for n in range(weeks)]


def cash_months(months: int = 6) -> list[CashMonth]:
    """What is to be paid in each of the months to come beside its budget, and what is cut first."""
    on = business_day()
    rates, to_pay = _Rates(on), defaultdict[date, Decimal](Decimal)
    for due in _dues(on):
        to_pay[due.month] += rates.base(due.amount, due.currency) or NOTHING
    budgets = dict(CashBudget.objects.values_list("month_start_on", "amount"))
    first, found = on.replace(day=1), []
    for _ in range(months):
        following = (first + timedelta(days=32)).replace(day=1)
        budget, amount = budgets.get(first), to_pay[first].quantize(CENT)
        over = max(amount - budget, NOTHING) if budget is not None else NOTHING
        found.append(CashMonth(first, amount, budget, over, _cuts(on, first, following, over, rates) if over else ()))
        first = following
    return found


def _week(week: date, dues: Sequence[_Due], rates: _Rates) -> CashWeek:
    sums, spread, unrated = dict.fromkeys(KINDS, NOTHING), 0.0, set()
    low = high = NOTHING
    for due in dues:
        amount = rates.base(due.amount, due.currency)
        if amount is None:
            unrated.add(due.currency)
            continue
        sums[due.kind] += amount
        half = rates.base(due.p90 - due.amount, due.currency)
        spread += float(half or 0) ** 2
    total = sum(sums.values(), NOTHING)
    low, high = (total + sign * Decimal(sqrt(spread)) for sign in (-1, 1))
    committed = sums["invoiced"] + sums["received"] + sums["ordered"]
    amounts = [CashAmount(d.kind, d.supplier, d.currency, d.amount, d.p10, d.p90) for d in dues]
    return CashWeek(
        week, committed.quantize(CENT), sums["proposed"].quantize(CENT), sums["planned"].quantize(CENT),
        max(low, committed).quantize(CENT), high.quantize(CENT), amounts, sorted(unrated),
    )  # fmt: skip


def _dues(on: date) -> list[_Due]:
    found = [
        _Due(kind, supplier, currency, week, month, amount, amount, amount)
        for kind, currency, supplier, week, month, amount in _rows(DUE, {"on": on, "net": NET_DAYS})
    ]
    net = dict(_rows(AGREED + "SELECT supplier_id, net_days FROM agreed", {"on": on}))
    newest = PlannedSpend.objects.order_by("-run_id").values_list("run_id", flat=True).first()
    for one in PlannedSpend.objects.filter(run_id=newest).select_related("supplier"):
        due_on = max(one.week_start_on + timedelta(days=one.lead_time_days + net.get(one.supplier_id, NET_DAYS)), on)
        week = due_on - timedelta(days=due_on.weekday())
        month = due_on.replace(day=1)
        found.append(_Due("planned", one.supplier.code, one.currency, week, month, one.mean, one.p10, one.p90))
    return found


def _cuts(on: date, first: date, until: date, over: Decimal, rates: _Rates) -> list[Cut]:
    """Proposals to leave until no more than the budget is paid: those that save least for their money first."""
    cuts: list[Cut] = []
    saved = NOTHING
    span = {"on": on, "net": NET_DAYS, "first": first, "until": until}
    for pk, sku, supplier, currency, amount, value in _rows(CUTS, span):
        money = rates.base(amount, currency)
        if saved >= over:
            break
        if money is not None:
            cuts.append(Cut(pk, sku, supplier, money.quantize(CENT), value))
            saved += money
    return cuts


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
