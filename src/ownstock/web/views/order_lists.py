"""Many orders: as a grid, as a board by what they wait for, as a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ownstock.access.rules import Scope
from ownstock.planning.queries import business_day
from ownstock.purchasing import queries
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.queries.order_lists import (
    MOST_COUNTED,
    ORDER_FIELDS,
    ORDER_FILTERS,
    ListedOrder,
    OrderStage,
    count_up_to,
    listed,
    orders_at,
    search_orders,
)
from ownstock.purchasing.queries.waiting import WaitsFor, waiting_orders
from ownstock.purchasing.rules import OrderState
from ownstock.web import order_grid
from ownstock.web.downloads import download
from ownstock.web.grids import answer_of, asked_of
from ownstock.web.kept import kept
from ownstock.web.requests import page_of
from ownstock.web.security import needs

WAITS_IN_WORDS = {
    WaitsFor.APPROVAL: _("Waiting for approval"),
    WaitsFor.ANSWER: _("Unanswered"),
    WaitsFor.GOODS: _("Late"),
}
CARDS = 25


@dataclass(frozen=True, slots=True)
class Card:
    """An order on the board: its figures, how long it is unanswered, how late its goods are."""

    one: ListedOrder
    unanswered: str
    late: str
    missing: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the board: the first cards of it, and how many orders it has."""

    stage: OrderStage
    title: str | Promise
    cards: list[Card]
    count: int


@needs(Scope.ORDERS_READ)
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """Purchase orders, newest first: all, in one state, at one stage, or those that wait for somebody; or as a board."""
    if request.GET.get("view") == "board":
        return board(request)
    today, asked = business_day(), request.GET
    waiting = {each: waiting_orders(each, today=today) for each in WaitsFor}
    counts = queries.order_counts()
    page = page_of(request, _found(request, {}, ()))
    context = {
        "page": page,
        "rows": listed(page, now=timezone.now(), today=today),
        "columns": order_grid.columns(),
        "state": asked.get("state", ""),
        "supplier": asked.get("supplier", ""),
        "stage": asked.get("stage", ""),
        "stage_words": order_grid.STAGES[stage] if (stage := _stage(request)) else "",
        "waits_for": asked.get("waiting", ""),
        "states": [(s, order_grid.STATES[s], counts[s]) for s in OrderState if s in counts],
        "waiting": [(each, WAITS_IN_WORDS[each], count_up_to(rows)) for each, rows in waiting.items()],
        "count": sum(counts.values()),
        "most": MOST_COUNTED,
        "asked": _asked(request),
        "as_of": today,
    }
    return render(request, "web/orders.html", context)


@needs(Scope.ORDERS_READ)
@require_safe
def order_rows(request: HttpRequest) -> JsonResponse:
    """A page of the grid's rows, as its order and filters ask."""
    asked, now, today = asked_of(request, sorts=ORDER_FIELDS, filters=ORDER_FILTERS), timezone.now(), business_day()
    found = _found(request, asked.filters, asked.sorts)

    def rows(page: Iterable[PurchaseOrder]) -> list[dict[str, Any]]:
        return [order_grid.row_of(one, now) for one in listed(page, now=now, today=today)]

    return answer_of(asked, found, rows)


@needs(Scope.ORDERS_READ)
@require_safe
def order_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The orders that the grid shows, as CSV or as a workbook."""
    asked = asked_of(request, sorts=ORDER_FIELDS, filters=ORDER_FILTERS)
    found, now = _found(request, asked.filters, asked.sorts), timezone.now()
    rows = order_grid.file_rows(found, now=now, today=business_day())
    return download("orders", kind, order_grid.headings(), rows)


@needs(Scope.ORDERS_READ)
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Orders by what they wait for, each with its next step. htmx asks for the columns alone."""
    today, now = business_day(), timezone.now()
    heads = {stage: _head(stage, today) for stage in OrderStage}
    cards = {one.order.pk: one for one in listed([r for rows, _ in heads.values() for r in rows], now=now, today=today)}
    columns = [
        Column(stage, order_grid.STAGES[stage], [_card(cards[row.pk], now) for row in rows], count)
        for stage, (rows, count) in heads.items()
    ]
    part = "web/includes/board.html" if request.headers.get("HX-Request") else "web/board.html"
    return render(request, part, {"columns": columns, "as_of": today, "most": MOST_COUNTED, "cards": CARDS})


def _head(stage: OrderStage, today: date) -> tuple[list[PurchaseOrder], int]:
    """The first orders of a column, and how many it has."""

    def read() -> tuple[list[PurchaseOrder], int]:
        rows = orders_at(stage, today=today)
        first = list(_sorted(rows, stage)[:CARDS])
        return first, len(first) if len(first) < CARDS else count_up_to(rows)

    # What came in a month is long to look through, and nobody waits for what is done.
    return kept("closed orders", read, today)[0] if stage is OrderStage.CLOSED else read()


def _card(one: ListedOrder, now: Any) -> Card:
    late = order_grid.late_in_words(one.days_late) if one.days_late else ""
    missing = ", ".join(str(order_grid.MISSING[kind]) for kind in dict.fromkeys(one.overdue) if kind != "late")
    return Card(one, order_grid.age_in_words(one.unanswered_since, now), late, missing)


def _sorted(rows: QuerySet[PurchaseOrder], stage: OrderStage) -> QuerySet[PurchaseOrder]:
    """The oldest first, for they wait longest; of what is closed the newest."""
    return rows.only("pk").order_by("-id" if stage is OrderStage.CLOSED else "id")


def _found(request: HttpRequest, filters: Any, sorts: Any) -> QuerySet[PurchaseOrder]:
    waits_for, stage, today = request.GET.get("waiting", ""), _stage(request), business_day()
    among = None
    if waits_for in list(WaitsFor):
        among = waiting_orders(WaitsFor(waits_for), today=today)
    elif stage is not None:
        among = orders_at(stage, today=today)
    found = search_orders(state=request.GET.get("state", ""), among=among, filters=filters, sorts=sorts)
    supplier = request.GET.get("supplier", "")
    return found.filter(supplier__code=supplier) if supplier else found


def _stage(request: HttpRequest) -> OrderStage | None:
    named = request.GET.get("stage", "")
    return OrderStage(named) if named in list(OrderStage) else None


def _asked(request: HttpRequest) -> str:
    """What of the address the grid and the file keep."""
    kept = request.GET.copy()
    for name in set(kept) - {"state", "waiting", "stage", "supplier"}:
        del kept[name]
    return kept.urlencode()
