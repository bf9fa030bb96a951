"""Cash: what is to be paid by week, by which terms, beside budgets; what is cut first; what other currencies are worth."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from ownstock.access.rules import Scope
from ownstock.base.errors import OwnstockError
from ownstock.catalog.models import Supplier
from ownstock.catalog.queries import base_currency
from ownstock.catalog.queries.rates import rate_on
from ownstock.planning import actions
from ownstock.planning.queries import business_day, cash, dues
from ownstock.purchasing.actions import set_rate
from ownstock.web.figure_charts import cash_chart, kind_names
from ownstock.web.forms import DayInput
from ownstock.web.kept import forget, kept
from ownstock.web.refusals import shows_refusals, status_of
from ownstock.web.requests import actor_of
from ownstock.web.security import needs
from ownstock.web.spans import address
from ownstock.web.views.worker_asked import looking_ahead

WEEKS, MONTHS, CUTS_SHOWN, TERMS_SHOWN = 26, 6, 200, 20
NOTHING = Decimal(0)


class BudgetForm(forms.Form):
    """How much may be paid in a month; empty for no budget."""

    month = forms.DateField()
    amount = forms.DecimalField(
        label=gettext_lazy("Budget"), required=False, min_value=0, max_digits=18, decimal_places=2
    )


@needs(Scope.PLANNING_READ, Scope.ORDERS_READ, Scope.INVOICES_READ)
@require_safe
@shows_refusals
def cash_page(request: HttpRequest) -> HttpResponse:
    """What is to be paid by week, month and supplier."""
    return _page(request)


def _page(request: HttpRequest, refusal: OwnstockError | None = None) -> HttpResponse:
    currency, on = base_currency(), business_day()
    (weeks, months), reckoned_at = kept("cash", lambda: _weeks_and_months(on), on)
    last = max((n for n, week in enumerate(weeks) if week.amounts), default=0)
    shown = weeks[: max(last + 1, 8)]
    rates = {code: rate_on(code, on) for code in {one.currency for week in weeks for one in week.amounts}}
    sums = [_by_kind(week, rates) for week in shown]
    path = reverse("web:cash-lines")
    context = {
        "as_of": on,
        "reckoned_at": reckoned_at,
        "currency": currency,
        "chart": cash_chart(shown, sums, path, currency),
        "kinds": kind_names(),
        "rows": [
            (
                week,
                [
                    (kind, amount, address(path, {"week": week.week_start_on, "kind": kind}))
                    for kind, amount in row.items()
                ],
                address(path, {"week": week.week_start_on}),
            )
            for week, row in zip(shown, sums, strict=True)
        ],
        "tiles": _tiles(weeks),
        "currencies": _by_currency(weeks, rates),
        "terms": _terms(weeks, rates, on),
        "months": [(month, month.cuts[:CUTS_SHOWN]) for month in months],
        "unrated": sorted({one for week in weeks for one in week.unrated}),
        "net_days": dues.NET_DAYS,
        "refusal": refusal,
        "rate_form": RateForm(initial={"valid_from": on, **request.GET.dict()}, auto_id="rate-%s"),
        **looking_ahead(),
    }
    return render(request, "web/cash.html", context, status=status_of(refusal) if refusal else 200)


def _weeks_and_months(on: date) -> tuple[list[cash.CashWeek], list[cash.CashMonth]]:
    due = cash.all_dues(on)
    return cash.cash(WEEKS, dues=due), cash.cash_months(MONTHS, dues=due)


@needs(Scope.PLANNING_READ, Scope.ORDERS_READ, Scope.INVOICES_READ)
@require_safe
@shows_refusals
def lines(request: HttpRequest) -> HttpResponse:
    """The invoices, orders, proposals and planned orders behind a bar."""
    on = business_day()
    week = parse_date(request.GET["week"]) if "week" in request.GET else None
    since, until = (week, week + timedelta(days=7)) if week else (on, on + timedelta(weeks=WEEKS))
    kind, supplier = request.GET.get("kind", ""), request.GET.get("supplier", "")[:60]
    names = kind_names()
    text = request.GET.get("page", "1")
    page = max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 5 else 1
    asked_for = (since, until, kind if kind in names else "", supplier, (page - 1) * dues.LINES_A_PAGE)
    found, _at = kept("due lines", lambda: _found(*asked_for), on, *asked_for)
    asked = {"week": week, "kind": kind or None, "supplier": supplier or None}
    context = {
        "rows": [(line, names[line.kind]) for line in found[: dues.LINES_A_PAGE]],
        "kind_name": names.get(kind, ""),
        "week": week,
        "until": until - timedelta(days=1),
        "supplier": supplier,
        "as_of": on,
        "net_days": dues.NET_DAYS,
        "page": page,
        "before": address(reverse("web:cash-lines"), asked, {"page": page - 1}) if page > 1 else "",
        "after": address(reverse("web:cash-lines"), asked, {"page": page + 1})
        if len(found) > dues.LINES_A_PAGE
        else "",
    }
    return render(request, "web/cash_lines.html", context)


def _found(since: date, until: date, kind: str, supplier: str, first: int) -> list[dues.CashLine]:
    many = dues.LINES_A_PAGE + 1
    found = dues.cash_lines(since, until, kind=kind, supplier=supplier, first=first, limit=many)
    if kind or len(found) == many or first:
        return found
    return found + dues.cash_lines(since, until, kind="planned", supplier=supplier, limit=many - len(found))


class RateForm(forms.Form):
    """What one unit of a currency is worth in the company's, from a day on."""

    currency = forms.CharField(label=gettext_lazy("Currency"), max_length=3, min_length=3)
    rate = forms.DecimalField(label=gettext_lazy("Rate"), min_value=0, max_digits=18, decimal_places=8, localize=True)
    valid_from = forms.DateField(label=gettext_lazy("From this day on"), widget=DayInput())

    def clean_currency(self) -> str:
        """Three capital letters, however they were typed."""
        return str(self.cleaned_data["currency"]).upper()


@needs(Scope.PLANNING_READ, Scope.LIMITS_WRITE)
@require_POST
@shows_refusals
def rate(request: HttpRequest) -> HttpResponse:
    """Say what another currency is worth; goods that waited for it are valued."""
    form = RateForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        set_rate(said["currency"], said["rate"], valid_from=said["valid_from"], actor=actor_of(request))
        messages.success(request, _("The rate is kept."))
        forget()
    else:
        messages.error(request, _("A rate is a number above 0, from a day on: year-month-day."))
    return redirect(f"{reverse('web:cash')}#rates")


@needs(Scope.PLANNING_READ, Scope.PLANNING_WRITE)
@require_POST
@shows_refusals
def budget(request: HttpRequest) -> HttpResponse:
    """Set or take away a month's budget."""
    form = BudgetForm(request.POST)
    if form.is_valid():
        actions.set_cash_budget(form.cleaned_data["month"], form.cleaned_data["amount"], actor=actor_of(request))
        messages.success(request, _("The budget is kept."))
        forget()
    else:
        messages.error(request, _("A budget is an amount of money, 0 or more."))
    return redirect(f"{reverse('web:cash')}#budget")


@needs(Scope.PLANNING_READ, Scope.PROPOSALS_DECIDE)
@require_POST
def cut(request: HttpRequest) -> HttpResponse:
    """Turn down the ticked proposals, for the budget's sake."""
    month = parse_date(request.POST.get("month", "")) or business_day()
    ids = [int(pk) for pk in request.POST.getlist("proposal") if pk.isdecimal() and len(pk) < 19]
    try:
        count = actions.cut(ids, month=month, actor=actor_of(request))
    except OwnstockError as refusal:
        return _page(request, refusal)
    forget()
    said = ngettext("Cut: %(count)d proposal.", "Cut: %(count)d proposals.", count)
    messages.success(request, said % {"count": count})
    return redirect(f"{reverse('web:cash')}#budget")


def _by_kind(week: cash.CashWeek, rates: dict[str, Decimal | None]) -> dict[str, float]:
    """The money of a week by kind, in the company's currency."""
    found = dict.fromkeys(cash.KINDS, 0.0)
    for one in week.amounts:
        found[one.kind] += float(one.amount * (rates[one.currency] or 0))
    return found


def _tiles(weeks: list[cash.CashWeek]) -> list[tuple[str, Decimal, str]]:
    soon, quarter = weeks[:4], weeks[:13]
    return [
        (_("Committed, 4 weeks"), sum((week.committed for week in soon), NOTHING), ""),
        (_("Committed, 13 weeks"), sum((week.committed for week in quarter), NOTHING), ""),
        (_("Proposed"), sum((week.proposed for week in weeks), NOTHING), _("if all is approved")),
        (_("Planned, 13 weeks"), sum((week.planned for week in quarter), NOTHING), _("on average")),
        (_("In all, 26 weeks"), sum((week.total for week in weeks), NOTHING), ""),
    ]


def _by_currency(
    weeks: list[cash.CashWeek], rates: dict[str, Decimal | None]
) -> list[tuple[str, list[Decimal], Decimal, Any, Any]]:
    """Money by currency: of each kind and in all, the rate, and in the company's currency."""
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(cash.KINDS, NOTHING))
    for week in weeks:
        for one in week.amounts:
            sums[one.currency][one.kind] += one.amount
    found = []
    for code, row in sorted(sums.items()):
        total, rate = sum(row.values(), NOTHING), rates[code]
        found.append((code, list(row.values()), total, rate, None if rate is None else total * rate))
    return found


def _terms(weeks: list[cash.CashWeek], rates: dict[str, Decimal | None], on: date) -> list[dict[str, Any]]:
    """The suppliers to whom most is to be paid, with their payment terms and the first week in which something is due."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    first: dict[str, date] = {}
    for week in weeks:
        for one in week.amounts:
            sums[one.supplier] += one.amount * (rates[one.currency] or 0)
            first.setdefault(one.supplier, week.week_start_on)
    chosen = sorted(sums, key=lambda code: -sums[code])[:TERMS_SHOWN]
    agreed, known = dues.agreed_net_days(on), Supplier.objects.in_bulk(chosen, field_name="code")
    return [
        {
            "code": code,
            "name": known[code].name,
            "net_days": agreed.get(known[code].pk),
            "amount": sums[code],
            "week": first[code],
            "href": address(reverse("web:cash-lines"), {"supplier": code}),
        }
        for code in chosen
    ]
