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
from ownstock.planning.models import CashBudget
from ownstock.planning.queries.dues import AGREED, DUE, NET_DAYS, PROPOSED, due_of_planned
from ownstock.planning.queries.runs import business_day

NOTHING, CENT = Decimal(0), Decimal("0.01")
KINDS = ("invoiced", "received", "ordered", "proposed", "planned")
MOST_CUTS = 1_000
# So far a normal variable's ninth tenth lies from its mean, in standard deviations.
NINTH_TENTH = 1.2815515655446004

CUTS = f"""
    {AGREED}
    SELECT p.id, i.sku, s.code, s.currency, p.amount, p.value
    FROM ({PROPOSED}) p JOIN catalog_supplier s ON s.id = p.supplier_id
    JOIN catalog_item_site k ON k.id = p.item_site_id JOIN catalog_item i ON i.id = k.item_id
    WHERE p.due_on >= %(first)s AND p.due_on < %(until)s AND p.amount > 0
    ORDER BY p.value / p.amount, p.id LIMIT {MOST_CUTS}
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
class Due:
    """What is due to a supplier in a week, of a kind; who shows weeks and months reads all of it once."""

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


def cash(weeks: int = 26, *, dues: Sequence[Due] | None = None) -> list[CashWeek]:
    """What is to be paid to suppliers in each of the weeks to come, by kind, supplier and currency.

    Invoices when they are due (those due earlier count as paid); goods that came and open orders when an invoice of the day
    on which they came, or are expected, would be; proposals and planned orders alike.
    """
    on = business_day()
    by_week: dict[date, list[Due]] = defaultdict(list)
    for due in all_dues(on) if dues is None else dues:
        by_week[due.week].append(due)
    first, rates = on - timedelta(days=on.weekday()), _Rates(on)
    return [_week(first + timedelta(weeks=n), by_week[first + timedelta(weeks=n)], rates) for n in range(weeks)]


def cash_months(months: int = 6, *, dues: Sequence[Due] | None = None) -> list[CashMonth]:
    """What is to be paid in each of the months to come beside its budget, and what is cut first."""
    on = business_day()
    rates, to_pay = _Rates(on), defaultdict[date, Decimal](Decimal)
    for due in all_dues(on) if dues is None else dues:
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


def _week(week: date, dues: Sequence[Due], rates: _Rates) -> CashWeek:
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


def all_dues(on: date) -> list[Due]:
    """All that is due from a day on, planned orders among it."""
    found = [
        Due(kind, supplier, currency, week, month, amount, amount, amount)
        for kind, currency, supplier, week, month, amount in _rows(DUE, {"on": on, "net": NET_DAYS})
    ]
    for one, due_on in due_of_planned(on):
        week, month = due_on - timedelta(days=due_on.weekday()), due_on.replace(day=1)
        found.append(Due("planned", one.supplier.code, one.currency, week, month, one.mean, one.p10, one.p90))
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
