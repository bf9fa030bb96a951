"""How far we are with what we promised suppliers to buy, and with the rebates they promised us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, ExpressionWrapper, F, QuerySet, Sum
from django.db.models.functions import Coalesce

from ownstock.catalog.models import Agreement, Supplier, VolumeCommitment
from ownstock.catalog.rules import Accrual, CommitmentOutlook, Pace, RebateBase, accrual
from ownstock.purchasing.models import Delivery, InvoiceLine, Receipt
from ownstock.purchasing.queries.orders import STILL_OPEN
from ownstock.purchasing.queries.standing import standing
from ownstock.purchasing.rules import OPEN_STATES
from ownstock.purchasing.rules.invoices import InvoiceState

NOTHING, CENT = Decimal(0), Decimal("0.01")
ORDER = "line__revision__purchase_order"
AMOUNT = DecimalField(max_digits=28, decimal_places=8)
DUE_ON = Coalesce("announced_on", "latest_promised_on", "requested_on")


@dataclass(frozen=True, slots=True)
class Purchases:
    """What was bought in a span of days: ordered and not cancelled, received, invoiced; and what is still to come in it.

    In stock units, or in money: ordered and received at the prices of the orders.
    """

    ordered: Decimal
    received: Decimal
    invoiced: Decimal
    coming: Decimal


@dataclass(frozen=True, slots=True)
class CommitmentStanding:
    """A volume commitment as it stands: what was bought of it, and whether it will be kept at the present rate.

    Units count as they are received, money as it is invoiced.
    """

    commitment: VolumeCommitment
    bought: Purchases
    pace: Pace

    @property
    def scope(self) -> str:
        """What it is of, in words."""
        return self.commitment.item.sku if self.commitment.item else self.commitment.category or "everything"

    @property
    def unit(self) -> str:
        """In what it is counted: the currency, or the item's unit, where it is of one item."""
        return self.commitment.currency or (self.commitment.item.unit if self.commitment.item else "units")


@dataclass(frozen=True, slots=True)
class RebateStanding:
    """The rebate of an agreement as it stands: by what was received, and by what was invoiced."""

    agreement: Agreement
    on_received: Accrual
    on_invoiced: Accrual


@dataclass(frozen=True, slots=True)
class _Span:
    """What of a supplier's goods is looked at: between two days, of an item, a category or all; in a currency, or units."""

    supplier: Supplier
    begins_on: date
    ends_on: date
    item_id: int | None = None
    category: str = ""
    currency: str = ""

    def of(self, rows: QuerySet[Any], item: str, currency: str) -> QuerySet[Any]:
        """Those of rows that are of its items and its currency, by the paths that lead to both."""
        if self.item_id:
            rows = rows.filter(**{item: self.item_id})
        if self.category:
            rows = rows.filter(**{f"{item}__category": self.category})
        return rows.filter(**{currency: self.currency}) if self.currency else rows

    def total(self, rows: QuerySet[Any], quantity: Any, price: str) -> Decimal:
        """Their units, or where it is of a currency their money, to the cent."""
        counted = ExpressionWrapper(quantity * F(price), AMOUNT) if self.currency else quantity
        found = rows.aggregate(sum=Sum(counted))["sum"] or NOTHING
        return Decimal(found).quantize(CENT) if self.currency else Decimal(found)


def commitment_standings(supplier: Supplier, on: date) -> list[CommitmentStanding]:
    """How each commitment to a supplier that is not over stands on a day, the first to begin first."""
    rows = supplier.volume_commitments.filter(valid_to__gte=on).select_related("item", "supplier")
    return [standing_of(row, on) for row in rows.order_by("valid_from", "id")]


def standing_of(commitment: VolumeCommitment, on: date) -> CommitmentStanding:
    """How a commitment stands on a day."""
    span = _Span(
        commitment.supplier, commitment.valid_from, commitment.valid_to, commitment.item_id, commitment.category,
        commitment.currency,
    )  # fmt: skip
    bought = _bought(span, on)
    promised = commitment.amount if commitment.amount is not None else commitment.quantity
    assert promised is not None, "a commitment is of units or of money"
    pace = _pace(span, on, bought, is_invoiced=commitment.amount is not None, promised=promised)
    return CommitmentStanding(commitment, bought, pace)


def missed_commitments(on: date, *, within_days: int) -> Sequence[CommitmentStanding]:
    """The commitments that end within so many days and will be missed at the present rate, the first to end first."""
    rows = VolumeCommitment.objects.filter(valid_from__lte=on, valid_to__gte=on).select_related("item", "supplier")
    standings = [
        standing_of(row, on) for row in rows.order_by("valid_to", "id") if (row.valid_to - on).days <= within_days
    ]
    return [one for one in standings if one.pace.outlook is CommitmentOutlook.BEHIND]


def rebate_standing(agreement: Agreement | None, on: date) -> RebateStanding | None:
    """The rebate of an agreement as it stands on a day; None where none is agreed. Without end, it stands as on that day."""
    if agreement is None or not agreement.rebate_tiers:
        return None
    ends_on = agreement.valid_to or max(on, agreement.valid_from)
    span = _Span(agreement.supplier, agreement.valid_from, ends_on, currency=agreement.currency)
    bought, base = _bought(span, on), RebateBase(agreement.rebate_base)
    on_received, on_invoiced = (
        accrual(agreement.rebate_tiers, _pace(span, on, bought, is_invoiced=is_invoiced), base=base)
        for is_invoiced in (False, True)
    )
    return RebateStanding(agreement, on_received, on_invoiced)


def _pace(span: _Span, on: date, bought: Purchases, *, is_invoiced: bool, promised: Decimal = NOTHING) -> Pace:
    reached = bought.invoiced if is_invoiced else bought.received
    coming = bought.coming + max(bought.received - reached, NOTHING)
    return Pace(span.begins_on, span.ends_on, on, promised, reached, coming)


def _bought(span: _Span, on: date) -> Purchases:
    until = min(on, span.ends_on)
    return Purchases(_ordered(span, until), _received(span, until), _invoiced(span, until), _coming(span))


def _sent(span: _Span) -> QuerySet[Delivery]:
    sent = Delivery.objects.filter(**{f"{ORDER}__supplier": span.supplier, f"{ORDER}__placed_at__isnull": False})
    return span.of(sent, "line__item", f"{ORDER}__currency")


def _ordered(span: _Span, until: date) -> Decimal:
    rows = _sent(span).filter(**{f"{ORDER}__ordered_on__range": (span.begins_on, until)})
    return span.total(rows, F("quantity") - F("cancelled_quantity"), "line__price")


def _received(span: _Span, until: date) -> Decimal:
    order = f"delivery__{ORDER}"
    rows = standing(Receipt.objects.filter(received_on__range=(span.begins_on, until)), "posting_key")
    rows = span.of(rows.filter(**{f"{order}__supplier": span.supplier}), "delivery__line__item", f"{order}__currency")
    return span.total(rows, F("quantity"), "delivery__line__price")


def _invoiced(span: _Span, until: date) -> Decimal:
    rows = InvoiceLine.objects.filter(
        invoice__supplier=span.supplier, invoice__invoiced_on__range=(span.begins_on, until)
    ).exclude(invoice__state=InvoiceState.CANCELLED)
    rows = span.of(rows, "item", "invoice__currency")
    return span.total(rows, F("quantity") if span.currency else Coalesce("stock_units", NOTHING), "price")


def _coming(span: _Span) -> Decimal:
    """What of sent orders is open and expected before the end."""
    rows = _sent(span).filter(**{f"{ORDER}__state__in": OPEN_STATES}).annotate(due_on=DUE_ON, still_open=STILL_OPEN)
    return span.total(rows.filter(due_on__lte=span.ends_on, still_open__gt=0), F("still_open"), "line__price")
