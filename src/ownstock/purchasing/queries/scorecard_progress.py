"""How far we are with what was agreed for a whole span: rebates and volume commitments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, QuerySet, Sum

from ownstock.catalog.models import Agreement, VolumeCommitment
from ownstock.catalog.rules import RebateBase, rebate
from ownstock.purchasing.models import InvoiceLine, Receipt
from ownstock.purchasing.queries.scorecard_parts import Period
from ownstock.purchasing.queries.standing import standing
from ownstock.purchasing.rules.invoices import InvoiceState
from ownstock.purchasing.rules.scorecards import NOTHING

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class RebateProgress:
    """What was invoiced within an agreement until the end of a period, what comes back of it, and the next threshold."""

    agreement: str
    currency: str
    turnover: Decimal
    rebate: Decimal
    next_from: Decimal | None


@dataclass(frozen=True, slots=True)
class CommitmentProgress:
    """What of a volume commitment was kept until the end of a period: units that came, or money that was invoiced."""

    commitment: VolumeCommitment
    reached: Decimal
    promised: Decimal

    @property
    def percent(self) -> Decimal:
        """How much of it, in percent."""
        return (self.reached * 100 / self.promised).quantize(CENT)


def rebate_progress(period: Period, agreed: Agreement | None) -> RebateProgress | None:
    """The rebate of the agreement that holds at the end of a period; None where no rebate is agreed."""
    if agreed is None or not agreed.rebate_tiers:
        return None
    lines = _invoiced(period, agreed.valid_from, period.ends_on).filter(invoice__currency=agreed.currency)
    turnover = _amount(lines)
    above = sorted(start for start, _ in agreed.rebate_tiers if start > turnover)
    paid = rebate(agreed.rebate_tiers, turnover, base=RebateBase(agreed.rebate_base))
    return RebateProgress(agreed.code, agreed.currency, turnover, paid, above[0] if above else None)


def commitments(period: Period) -> list[CommitmentProgress]:
    """Every commitment that touches a period, with what was kept of it until the period's end."""
    rows = period.supplier.volume_commitments.filter(valid_from__lte=period.ends_on, valid_to__gte=period.begins_on)
    return [_progress(period, row) for row in rows.select_related("item").order_by("valid_from", "id")]


def _progress(period: Period, row: VolumeCommitment) -> CommitmentProgress:
    until = min(period.ends_on, row.valid_to)
    if row.quantity is not None:
        receipts = standing(Receipt.objects.filter(received_on__range=(row.valid_from, until)), "posting_key")
        receipts = receipts.filter(delivery__line__revision__purchase_order__supplier=period.supplier)
        came = _within(receipts, row, "delivery__line__item").aggregate(sum=Sum("quantity"))["sum"]
        return CommitmentProgress(row, came or NOTHING, row.quantity)
    assert row.amount is not None, "a commitment is of units or of money"
    lines = _invoiced(period, row.valid_from, until).filter(invoice__currency=row.currency)
    return CommitmentProgress(row, _amount(_within(lines, row, "item")), row.amount)


def _within(rows: QuerySet[Receipt] | QuerySet[InvoiceLine], row: VolumeCommitment, item: str) -> QuerySet[Receipt]:
    if row.item_id:
        rows = rows.filter(**{item: row.item_id})
    if row.category:
        rows = rows.filter(**{f"{item}__category": row.category})
    return rows  # type: ignore[return-value]


def _invoiced(period: Period, begins_on: date, ends_on: date) -> QuerySet[InvoiceLine]:
    lines = InvoiceLine.objects.filter(
        invoice__supplier=period.supplier, invoice__invoiced_on__range=(begins_on, ends_on)
    )
    return lines.exclude(invoice__state=InvoiceState.CANCELLED)


def _amount(lines: QuerySet[InvoiceLine] | QuerySet[Receipt]) -> Decimal:
    found = lines.aggregate(sum=Sum(F("quantity") * F("price")))["sum"]
    return (found or NOTHING).quantize(CENT)
