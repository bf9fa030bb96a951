"""Reading which orders wait for somebody: for an approval, for an answer, for goods that are late."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from ownstock.base.errors import Refused
from ownstock.catalog.models import Agreement
from ownstock.catalog.queries import agreements_on, next_order_day
from ownstock.purchasing.models import Delivery, OrderRevision, PurchaseOrder
from ownstock.purchasing.queries.approvals import approvers_in_words, limits_in_force, money, need_of, together_in_words
from ownstock.purchasing.queries.orders import IS_OPEN
from ownstock.purchasing.rules import ANSWERABLE_STATES, OPEN_STATES, OrderState
from ownstock.purchasing.rules.timers import Overdue, approval_due, unapproved


class WaitsFor(StrEnum):
    """What an order waits for."""

    APPROVAL = "approval"
    ANSWER = "answer"
    GOODS = "goods"


def waiting_orders(waits_for: WaitsFor, *, today: date) -> QuerySet[PurchaseOrder]:
    """Orders that wait for an approval, for their supplier's answer, or for goods that are late."""
    rows = PurchaseOrder.objects.all()
    if waits_for is WaitsFor.ANSWER:
        return rows.filter(state=OrderState.PLACED)
    if waits_for is WaitsFor.GOODS:
        return rows.filter(pk__in=_late(today), state__in=ANSWERABLE_STATES)
    return rows.filter(pk__in=[order.pk for order in _unsent() if _lacks_approval(order)])


def _late(today: date) -> QuerySet[Delivery, int]:
    """The orders of which something open should have come, looked up once by its day and not order by order."""
    expected_on = Coalesce("announced_on", "latest_promised_on", "requested_on")
    late = Delivery.objects.filter(IS_OPEN).annotate(expected_on=expected_on).filter(expected_on__lt=today)
    return late.values_list("line__revision__purchase_order", flat=True).distinct()


def _unsent() -> QuerySet[PurchaseOrder]:
    """Open orders of which the newest revision was not sent; none where nobody needs approval."""
    if not limits_in_force():
        return PurchaseOrder.objects.none()
    newest = OrderRevision.objects.filter(purchase_order=OuterRef("pk")).order_by("-number").values("number")[:1]
    rows = PurchaseOrder.objects.filter(state__in=OPEN_STATES).annotate(newest=Subquery(newest))
    return rows.filter(Q(sent_revision=None) | Q(newest__gt=F("sent_revision")))


def _lacks_approval(order: PurchaseOrder) -> bool:
    return _lacking_in_words(order) is not None


def _lacking_in_words(order: PurchaseOrder) -> tuple[str, str] | None:
    """Of an order that lacks an approval its amount and who may give it, each as a sentence; None: it lacks none."""
    try:
        need = need_of(order)
    except Refused as refusal:
        # Without a rate its amount cannot be judged: somebody has to look at it.
        return refusal.sentence, "Then have it approved."
    if need is None or need.is_met:
        return None
    return f"It is {money(need.amount)}{together_in_words(need)}.", approvers_in_words(order, need.amount)


def late_approvals(*, now: datetime, today: date) -> list[Overdue]:
    """Orders that nobody approved in time: within the company's limit, and by their supplier's order day as agreed."""
    agreed = agreements_on(today)
    found = []
    for order in _unsent().select_related("site", "supplier").order_by("id"):
        asked_at = order.revisions.latest("number").created_at
        due = _approval_due(order, asked_at, agreed.get(order.supplier_id))
        if now > due and (lacking := _lacking_in_words(order)):
            found.append(unapproved(order.number, asked_at, due, *lacking))
    return found


def _approval_due(order: PurchaseOrder, asked_at: datetime, agreed: Agreement | None) -> datetime:
    zone = ZoneInfo(order.site.time_zone)
    takes_orders_on = None
    if agreed is not None and agreed.order_weekdays:
        takes_orders_on = next_order_day(order.supplier, asked_at.astimezone(zone).date())
    return approval_due(asked_at, takes_orders_on, working_days=settings.APPROVAL_WORKING_DAYS, zone=zone)
