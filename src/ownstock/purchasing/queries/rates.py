"""Which goods bought in another currency wait for an exchange rate."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, Min, OuterRef, QuerySet, Sum

from ownstock.catalog.queries import base_currency, exchange_rates, rate_on
from ownstock.purchasing.models import InvoiceShare, Receipt, ReceiptRate
from ownstock.purchasing.queries.standing import standing
from ownstock.purchasing.rules.invoices import InvoiceState


def orders_to_value() -> list[str]:
    """The numbers of orders of which goods or invoices waited for a rate that is known now."""
    begins = exchange_rates().order_by().values_list("currency").annotate(Min("valid_from"))
    found: set[str] = set()
    for currency, begins_on in begins:
        came = waiting_receipts(currency).filter(received_on__gte=begins_on)
        found.update(came.values_list("delivery__line__revision__purchase_order__number", flat=True))
        shares = waiting_shares(currency).filter(invoice_line__invoice__invoiced_on__gte=begins_on)
        valued = shares.filter(Exists(_rate_of(ReceiptRate.objects.all())))
        found.update(valued.values_list("invoice_line__purchase_order__number", flat=True))
    return sorted(found)


def is_rate_wanted(currency: str, on: date) -> bool:
    """Whether no rate of a currency holds on a day, and goods that came then, or an invoice of that day, wait for one."""
    if rate_on(currency, on) is not None:
        return False
    if waiting_receipts(currency).filter(received_on=on).exists():
        return True
    return waiting_shares(currency).filter(invoice_line__invoice__invoiced_on=on).exists()


def waiting_receipts(currency: str) -> QuerySet[Receipt]:
    """Goods ordered in another currency that no rate has valued yet."""
    if currency == base_currency():
        return Receipt.objects.none()
    rows = Receipt.objects.filter(delivery__line__revision__purchase_order__currency=currency)
    return standing(rows.exclude(Exists(_rate_of(ReceiptRate.objects.all()))), "posting_key")


def waiting_shares(currency: str) -> QuerySet[InvoiceShare]:
    """What was invoiced in another currency and changed no value yet, as far as it was not undone."""
    rows = InvoiceShare.objects.filter(is_valued=False, invoice_line__invoice__currency=currency)
    live = standing(rows.exclude(invoice_line__invoice__state=InvoiceState.CANCELLED), "posting_key")
    same = InvoiceShare.objects.filter(
        is_valued=False, invoice_line=OuterRef("invoice_line"), posting_key=OuterRef("posting_key"),
        posting_line=OuterRef("posting_line"),
    ).values("invoice_line", "posting_key", "posting_line").annotate(left=Sum("quantity"))  # fmt: skip
    return live.filter(Exists(same.exclude(left=0)))


def _rate_of(rows: QuerySet[ReceiptRate]) -> QuerySet[ReceiptRate]:
    return rows.filter(posting_key=OuterRef("posting_key"), posting_line=OuterRef("posting_line"))
