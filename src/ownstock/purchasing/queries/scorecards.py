"""Reading how suppliers did in a period: every figure with what it is made of, and the rows that each one counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.catalog.models import Agreement, Item, Supplier
from ownstock.catalog.queries import agreement as agreement_on
from ownstock.purchasing.models import SupplierComment
from ownstock.purchasing.queries.commitments import CommitmentStanding, RebateStanding, rebate_standing, standing_of
from ownstock.purchasing.queries.scorecard_goods import (
    defect_rows,
    lead_time_figure,
    lead_time_rows,
    price_figures,
    price_rows,
    quality_figure,
    received,
)
from ownstock.purchasing.queries.scorecard_parts import (
    PART_FIGURES,
    CountedRow,
    LineParts,
    Period,
    part_figure,
    part_rows,
)
from ownstock.purchasing.queries.scorecard_words import answer_figure, answer_rows, notice_figure, notice_rows
from ownstock.purchasing.rules.scorecards import OTIF, Figure, FigureName

__all__ = ["CountedRow", "Period", "Scorecard", "comments", "counted_rows", "period_of", "scorecard"]
DAYS_BACK = 365


@dataclass(frozen=True, slots=True)
class Scorecard:
    """How a supplier did in a period, as it is known at the beginning of a day."""

    period: Period
    figures: Sequence[Figure]
    rebate: RebateStanding | None
    commitments: Sequence[CommitmentStanding]
    comments: Sequence[SupplierComment]

    def figure(self, name: FigureName) -> Figure:
        """One of its figures; of price variance that of the first currency."""
        return next(figure for figure in self.figures if figure.name is name)


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows that a figure counted: how many in all, and some of them."""

    count: int
    rows: Sequence[CountedRow]


def period_of(
    found: Supplier, begins_on: date | None, ends_on: date | None, *, as_of: date, sku: str = "", agreement: str = ""
) -> Period:
    """The period of a scorecard: where no days are named, the year before `as_of`; of an item or an agreement, or of all.

    Raises:
        Refused: it ends before it begins, or there is no such item or agreement.
    """
    ends_on = ends_on or as_of - timedelta(days=1)
    begins_on = begins_on or ends_on - timedelta(days=DAYS_BACK - 1)
    if ends_on < begins_on:
        raise Refused(
            f"The scorecard would end on {ends_on}, before it begins on {begins_on}.", code="ends_before_start"
        )
    item_id = Item.objects.filter(sku=sku).values_list("pk", flat=True).first() if sku else None
    if sku and item_id is None:
        raise Refused(f"There is no item {sku}.", code="unknown_item", sku=sku)
    return Period(found, begins_on, ends_on, as_of, item_id, _agreement(found, agreement))


def _agreement(found: Supplier, code: str) -> Agreement | None:
    if not code:
        return None
    agreed = found.agreements.filter(code=code).first()
    if agreed is None:
        raise Refused(f"{found.code} has no agreement {code}.", code="no_agreement", agreement=code)
    return agreed


def scorecard(period: Period) -> Scorecard:
    """Every figure of a supplier's period, beside what is agreed and what was said of it."""
    agreed = period.agreement or agreement_on(period.supplier, period.ends_on)
    target = agreed.otif_target_percent if agreed else None
    parts = LineParts(period)
    figures = [part_figure(parts, name, target=target if name in OTIF else None) for name in PART_FIGURES]
    goods = received(period)
    figures += [lead_time_figure(goods, agreed), quality_figure(period, goods), *price_figures(period)]
    figures += [answer_figure(period, timezone.now()), notice_figure(period)]
    order = list(FigureName)
    return Scorecard(
        period, sorted(figures, key=lambda figure: order.index(figure.name)),
        rebate_standing(agreed, period.ends_on), _commitments(period), list(comments(period)),
    )  # fmt: skip


def _commitments(period: Period) -> list[CommitmentStanding]:
    """Every commitment that touches a period, as it stood at the period's end."""
    rows = period.supplier.volume_commitments.filter(valid_from__lte=period.ends_on, valid_to__gte=period.begins_on)
    rows = rows.select_related("item", "supplier").order_by("valid_from", "id")
    return [standing_of(row, period.ends_on) for row in rows]


def counted_rows(period: Period, name: FigureName, *, first: int = 0, limit: int = 50) -> Counted:
    """The very rows that a figure counted, from a place on, in the order of their days."""
    if name in PART_FIGURES:
        count, some = part_rows(LineParts(period), name)
        return Counted(count, some(min(first, count), min(first + limit, count)))
    rows = _rows(period, name)
    return Counted(len(rows), rows[first : first + limit])


def _rows(period: Period, name: FigureName) -> list[CountedRow]:
    if name is FigureName.ANSWER_TIME:
        return answer_rows(period, timezone.now())
    readers = {
        FigureName.LEAD_TIME: lead_time_rows, FigureName.QUALITY: defect_rows, FigureName.PRICE_VARIANCE: price_rows,
        FigureName.NOTICES: notice_rows,
    }  # fmt: skip
    return readers[name](period)


def comments(period: Period) -> QuerySet[SupplierComment]:
    """What was said of scorecards whose days lie in a period or touch it, each before its answers."""
    rows = SupplierComment.objects.filter(
        supplier=period.supplier, begins_on__lte=period.ends_on, ends_on__gte=period.begins_on
    )
    return rows.filter(answers=None).prefetch_related("answered_by").order_by("id")
