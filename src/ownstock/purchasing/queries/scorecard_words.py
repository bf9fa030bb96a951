"""What a scorecard tells of a supplier's words: how soon it answers, and whether its notices hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Min, Q

from ownstock.catalog.models import Agreement
from ownstock.purchasing.models import NoticeLine, PurchaseOrder
from ownstock.purchasing.queries.scorecard_parts import CountedRow, Period, receipts_of
from ownstock.purchasing.rules import OrderState
from ownstock.purchasing.rules.notices import NoticePurpose
from ownstock.purchasing.rules.scorecards import NOTHING, Figure, FigureName, quantile, share

IN_TIME, TOO_LATE, UNANSWERED, NOT_DUE = "in_time", "too_late", "unanswered", "not_due"
ONE = Decimal(1)


def answer_rows(period: Period, now: datetime) -> list[CountedRow]:
    """The orders placed in a period, with how soon each was answered; `quantity` is in hours.

    Where no time is agreed, any answer is in time. An order that was cancelled before it was answered asks for none.
    """
    agreed = list(period.supplier.agreements.all())
    rows = _placed(period).annotate(answered_at=Min("acknowledgements__received_at")).order_by("placed_at", "id")
    found = []
    for number, state, placed_at, answered_at in rows.values_list("number", "state", "placed_at", "answered_at"):
        if answered_at is None and state == OrderState.CANCELLED:
            continue
        hours = ((answered_at or now) - placed_at) / timedelta(hours=1)
        verdict = _answered(hours, answered_at is not None, _answer_time(agreed, placed_at))
        took, weight = Decimal(hours).quantize(Decimal("0.01")), NOTHING if verdict == NOT_DUE else ONE
        counted = ONE if verdict == IN_TIME else NOTHING
        found.append(CountedRow(number, None, "", placed_at.date(), took, weight, counted, verdict))
    return found


def _placed(period: Period) -> Any:
    asked = period.parameters
    rows = PurchaseOrder.objects.filter(
        supplier=period.supplier, placed_at__date__range=(period.begins_on, period.ends_on),
        placed_at__date__lt=period.as_of, ordered_on__range=(asked["ordered_from"], asked["ordered_to"]),
    )  # fmt: skip
    if period.item_id is not None:
        has_item = PurchaseOrder.objects.filter(revisions__lines__item_id=period.item_id)
        rows = rows.filter(pk__in=has_item.values("pk"))
    return rows


def _answer_time(agreed: Sequence[Agreement], placed_at: datetime) -> int | None:
    on = placed_at.date()
    holding = (a for a in agreed if a.valid_from <= on and (a.valid_to is None or on <= a.valid_to))
    return next((a.answer_time_hours for a in holding), None)


def _answered(hours: float, is_answered: bool, limit: int | None) -> str:
    is_over = limit is not None and hours > limit
    if is_answered:
        return TOO_LATE if is_over else IN_TIME
    return UNANSWERED if is_over or limit is None else NOT_DUE


def answer_figure(period: Period, now: datetime) -> Figure:
    """How many orders of a period were answered in time, with the middle and the long answers in hours."""
    rows = answer_rows(period, now)
    judged = [row for row in rows if row.weight]
    hours = [int(row.quantity * 100) for row in rows if row.verdict in (IN_TIME, TOO_LATE)]
    facts: dict[str, Any] = {
        name: None if (at := quantile(hours, level)) is None else Decimal(at) / 100
        for name, level in (("hours_p50", Decimal("0.5")), ("hours_p90", Decimal("0.9")))
    }
    facts["unanswered"] = sum(row.verdict == UNANSWERED for row in rows)
    counted = sum((row.counted for row in judged), NOTHING)
    left_out = len(rows) - len(judged)
    return share(FigureName.ANSWER_TIME, counted, len(judged), n=len(judged), left_out=left_out, facts=facts)


def notice_rows(period: Period) -> list[CountedRow]:
    """Lines of the notices in force for a day of a period that has passed: whether all of it came by then.

    For a line count the receipts of its order line from the day of shipping until the day told.
    """
    lines = (
        NoticeLine.objects.filter(
            notice__supplier=period.supplier, notice__superseded_by=None,
            notice__expected_on__range=(period.begins_on, period.ends_on), notice__expected_on__lt=period.as_of,
        )
        .exclude(notice__purpose=NoticePurpose.CANCELLATION)
        .select_related("notice", "purchase_order", "item")
    )  # fmt: skip
    lines = lines.filter(Q(item_id=period.item_id) if period.item_id is not None else Q())
    asked = period.parameters
    lines = lines.filter(purchase_order__ordered_on__range=(asked["ordered_from"], asked["ordered_to"]))
    rows = list(lines.order_by("notice__expected_on", "id"))
    receipts = receipts_of({row.purchase_order_id: row.purchase_order.number for row in rows}, period.as_of)
    found = []
    for row in rows:
        told = row.notice
        of_line = receipts.get((row.purchase_order_id, row.line), [])
        counts = [r for r in of_line if told.shipped_on is None or r.received_on >= told.shipped_on]
        came = sum((r.quantity for r in counts if told.expected_on and r.received_on <= told.expected_on), NOTHING)
        is_kept = came >= row.quantity
        found.append(
            CountedRow(
                row.purchase_order.number, row.line, row.item.sku, told.expected_on, row.quantity, ONE,
                ONE if is_kept else NOTHING, f"notice {told.number}: {'all came' if is_kept else 'not all came'}", counts,
            )
        )  # fmt: skip
    return found


def notice_figure(period: Period) -> Figure:
    """How many lines of notices held."""
    rows = notice_rows(period)
    return share(FigureName.NOTICES, sum((row.counted for row in rows), NOTHING), len(rows), n=len(rows))
