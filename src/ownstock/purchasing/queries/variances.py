"""Price variance: by supplier, item and month, and the goods of each figure with their invoice and receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Abs, Coalesce, TruncMonth

from ownstock.purchasing.models import InvoiceShare, Receipt
from ownstock.purchasing.queries.standing import standing
from ownstock.purchasing.rules.invoices import InvoiceState

OF_INVOICE = "invoice_line__invoice__"
NOTHING = Decimal(0)


class Grouping(StrEnum):
    """By what variances are summed."""

    SUPPLIER = "supplier"
    ITEM = "item"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which variances are asked for: of a supplier, of an item, of invoices that bear these days; empty: of all."""

    supplier: str = ""
    sku: str = ""
    begins_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class VarianceSum:
    """By how much the invoiced prices of a group differ from those that its goods came at, in one currency.

    `name` is the supplier, the item, or the first day of the month that the invoices bear. `exchange_difference` is what
    changed rates made of what is invoiced, in the company's currency.
    """

    name: str | date
    currency: str
    quantity: Decimal
    invoiced: Decimal
    variance: Decimal
    landed_cost: Decimal
    exchange_difference: Decimal

    @property
    def percent(self) -> Decimal | None:
        """The variance in percent of what the goods came at; None where that is nothing."""
        came_at = self.invoiced - self.variance
        return 100 * self.variance / came_at if came_at else None


def variance_sums(asked: Asked, by: Grouping) -> list[VarianceSum]:
    """The variances by supplier, item or month, and by currency: months in their order, else the largest first."""
    names = {
        Grouping.SUPPLIER: F(f"{OF_INVOICE}supplier__code"),
        Grouping.ITEM: F("invoice_line__item__sku"),
        Grouping.MONTH: TruncMonth(f"{OF_INVOICE}invoiced_on"),
    }
    sums = (
        _shares(asked)
        .values(name=names[by], currency=F(f"{OF_INVOICE}currency"))
        .annotate(
            units=Sum("quantity"),
            money=Sum("invoiced"),
            variance=Sum("price_variance"),
            landed=Sum("landed_cost"),
            exchange=Sum("exchange_difference"),
        )
    )
    ordered = sums.order_by("name" if by == Grouping.MONTH else Abs("variance").desc(), "name", "currency")
    columns = ("name", "currency", "units", "money", "variance", "landed", "exchange")
    return [VarianceSum(*row) for row in ordered.values_list(*columns)]


def variance_totals(asked: Asked) -> Sequence[tuple[str, Decimal, Decimal, Decimal]]:
    """The variances in all: (currency, price variance, charges that were added, exchange difference in our currency)."""
    sums = _shares(asked).values_list(f"{OF_INVOICE}currency")
    found = sums.annotate(
        variance=Sum("price_variance"), landed=Sum("landed_cost"), exchange=Sum("exchange_difference")
    )
    return list(found.order_by(f"{OF_INVOICE}currency"))


def variance_goods(asked: Asked) -> QuerySet[InvoiceShare]:
    """The goods that the figures are summed over, newest invoice first.

    Each has `sku`, `invoiced` (what was asked for it), `came_at` (what it came at) and `received_on`.
    """
    receipt = Receipt.objects.filter(
        posting_key=OuterRef("posting_key"), posting_line=OuterRef("posting_line")
    ).order_by("id")
    rows = _shares(asked).select_related("invoice_line__invoice__supplier", "invoice_line__purchase_order")
    return rows.annotate(
        sku=F("invoice_line__item__sku"), came_at=F("invoiced") - F("price_variance"),
        received_on=Subquery(receipt.values("received_on")[:1]),
    ).order_by(f"-{OF_INVOICE}invoiced_on", "-id")  # fmt: skip


def _shares(asked: Asked) -> QuerySet[InvoiceShare]:
    """What invoices pay for, each with `invoiced`: the price of a stock unit times the quantity."""
    of = "invoice_line__"
    price = F(f"{of}price") * F(f"{of}quantity") / Coalesce(F(f"{of}stock_units"), F(f"{of}quantity"))
    rows = InvoiceShare.objects.exclude(**{f"{OF_INVOICE}state": InvoiceState.CANCELLED})
    asked_for = {
        f"{OF_INVOICE}supplier__code": asked.supplier, f"{of}item__sku": asked.sku,
        f"{OF_INVOICE}invoiced_on__gte": asked.begins_on, f"{OF_INVOICE}invoiced_on__lte": asked.ends_on,
    }  # fmt: skip
    chosen = {name: value for name, value in asked_for.items() if value}
    return standing(rows.filter(**chosen), "posting_key").annotate(invoiced=price * F("quantity"))
