"""What the grid, the board and the file of orders say of each order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.queries.order_lists import ListedOrder, OrderStage, listed
from ownstock.purchasing.rules import OPEN_STATES, OrderState
from ownstock.purchasing.rules.timers import Waiting

ROWS_AT_ONCE, MOST_ROWS = 500, 50_000
STATES: Mapping[str, str | Promise] = {
    OrderState.DRAFT: gettext_lazy("Draft"), OrderState.APPROVED: gettext_lazy("Approved"),
    OrderState.PLACED: gettext_lazy("Placed"), OrderState.ACKNOWLEDGED: gettext_lazy("Acknowledged"),
    OrderState.PART_RECEIVED: gettext_lazy("Part received"), OrderState.RECEIVED: gettext_lazy("Received"),
    OrderState.CLOSED: gettext_lazy("Closed"), OrderState.CANCELLED: gettext_lazy("Cancelled"),
}  # fmt: skip
STAGES: Mapping[OrderStage, str | Promise] = {
    OrderStage.DRAFT: gettext_lazy("To be placed"), OrderStage.APPROVAL: gettext_lazy("Waiting for approval"),
    OrderStage.PLACED: gettext_lazy("Unanswered"), OrderStage.ACKNOWLEDGED: gettext_lazy("Acknowledged"),
    OrderStage.SHIPPED: gettext_lazy("Shipped"), OrderStage.PART_RECEIVED: gettext_lazy("Part received"),
    OrderStage.TO_INVOICE: gettext_lazy("To be invoiced"), OrderStage.CLOSED: gettext_lazy("Closed"),
}  # fmt: skip
MISSING: Mapping[Waiting, str | Promise] = {
    Waiting.UNSENT: gettext_lazy("Could not be sent"), Waiting.UNREAD: gettext_lazy("Not read by their system"),
    Waiting.UNANSWERED: gettext_lazy("Answer overdue"), Waiting.NO_NOTICE: gettext_lazy("No shipping notice"),
    Waiting.LATE: gettext_lazy("Late goods"), Waiting.UNAPPROVED: gettext_lazy("Approval overdue"),
    Waiting.UNINVOICED: gettext_lazy("No invoice"),
}  # fmt: skip
WAITS: Mapping[str, str | Promise] = {
    OrderState.DRAFT: gettext_lazy("Approval or placing"), OrderState.APPROVED: gettext_lazy("Placing"),
    OrderState.PLACED: gettext_lazy("Answer"), OrderState.ACKNOWLEDGED: gettext_lazy("Goods"),
    OrderState.PART_RECEIVED: gettext_lazy("Goods"), OrderState.RECEIVED: gettext_lazy("Invoice"),
}  # fmt: skip


def columns() -> list[dict[str, Any]]:
    """The columns of the grid of orders."""
    states = {str(state): str(words) for state, words in STATES.items()}
    day, bare = {"kind": "day"}, {"sort": False}
    return [
        {
            "field": "number", "title": _("Order"), "kind": "code", "href": "/orders/{number}",
            "filter": True, "width": 140, "phone": 110,
        },
        {
            "field": "supplier", "title": _("Supplier"), "text": "supplier_words", "href": "/suppliers/{supplier}",
            "filter": True, "min_width": 200, "grow": 2,
        },
        {"field": "site", "title": _("Site"), "filter": True, "width": 90},
        {
            "field": "state", "title": _("State"), "kind": "state", "text": "state_words", "filter": True,
            "choices": states, "width": 140, "phone": 120,
        },
        {"field": "waits_for", "title": _("Waits for"), **bare, "min_width": 150},
        {"field": "next_expected_on", "title": _("Next expected"), **day, **bare, "width": 125},
        {"field": "ordered_on", "title": _("Ordered"), **day, "width": 115},
        {"field": "lines", "title": _("Lines"), "kind": "number", **bare, "width": 80},
        {"field": "amount", "title": _("Amount"), "kind": "money", **bare, "width": 115},
        {"field": "currency", "title": _("Currency"), **bare, "width": 85},
        {"field": "requested_on", "title": _("Asked for"), **day, **bare, "width": 115},
        {"field": "first_promised_on", "title": _("First promised"), **day, **bare, "width": 125},
        {"field": "latest_promised_on", "title": _("Last promised"), **day, **bare, "width": 125},
        {"field": "unanswered", "title": _("Unanswered for"), **bare, "width": 130},
    ]  # fmt: skip


def row_of(one: ListedOrder, now: datetime) -> dict[str, Any]:
    """An order as a row of the grid; its number is its id."""
    order = one.order
    return {
        "id": order.number, "number": order.number, "supplier": order.supplier.code,
        "supplier_words": f"{order.supplier.code} {order.supplier.name}", "site": order.site.code,
        "state": order.state, "state_words": str(STATES[order.state]), "ordered_on": order.ordered_on,
        "lines": one.line_count, "amount": float(one.amount), "currency": order.currency,
        "requested_on": one.requested_on, "first_promised_on": one.first_promised_on,
        "latest_promised_on": one.latest_promised_on, "next_expected_on": one.next_expected_on,
        "waits_for": waits_for(one), "unanswered": age_in_words(one.unanswered_since, now),
    }  # fmt: skip


def waits_for(one: ListedOrder) -> str:
    """What an order waits for: what is overdue of it first, and how late its goods are."""
    words = [str(MISSING[kind]) for kind in dict.fromkeys(one.overdue) if kind is not Waiting.LATE]
    if one.days_late and one.order.state in OPEN_STATES:
        words.append(late_in_words(one.days_late))
    return ", ".join(words) or str(WAITS.get(one.order.state, ""))


def late_in_words(days: int) -> str:
    """How late something is."""
    return ngettext("%(days)d day late", "%(days)d days late", days) % {"days": days}


def age_in_words(since: datetime | None, now: datetime) -> str:
    """How long something lasts: in hours, and in days and hours from two days on."""
    if since is None:
        return ""
    hours = int(max(now - since, timedelta(0)).total_seconds() // 3600)
    if hours < 48:
        return ngettext("%(hours)d hour", "%(hours)d hours", hours) % {"hours": hours}
    return _("%(days)d days %(hours)d h") % {"days": hours // 24, "hours": hours % 24}


def headings() -> list[str]:
    """The first line of the file."""
    return [str(column["title"]) for column in columns()]


def file_rows(found: QuerySet[PurchaseOrder], *, now: datetime, today: date) -> Iterator[list[Any]]:
    """The rows of the file, the first 50,000, some hundred read at once."""
    fields = [column["field"] for column in columns()]
    for page in _pages(found):
        for one in listed(page, now=now, today=today):
            row = row_of(one, now)
            row |= {"amount": one.amount, "state": row["state_words"], "supplier": row["supplier_words"]}
            yield [row[name] for name in fields]


def _pages(found: QuerySet[PurchaseOrder]) -> Iterable[Iterable[PurchaseOrder]]:
    pages = Paginator(found[:MOST_ROWS], ROWS_AT_ONCE)
    return (pages.page(number).object_list for number in pages.page_range)
