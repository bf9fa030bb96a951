"""Reading invoices: the list, one beside what was ordered and came; what is not invoiced yet; how prices differed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, QuerySet, Sum

from ownstock.base.errors import Refused
from ownstock.purchasing.models import (
    Invoice,
    InvoiceLine,
    InvoiceShare,
    OrderLine,
    PurchaseOrder,
    SupplierReturn,
)
from ownstock.purchasing.queries.matching import bought
from ownstock.purchasing.queries.standing import standing
from ownstock.purchasing.rules.invoices import InvoiceState, line_amount
from ownstock.purchasing.rules.matching import Bought

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class MatchedLine:
    """A line of an invoice beside what was ordered and what came of it; None where it was not ordered."""

    row: InvoiceLine
    ordered: Bought | None
    ordered_quantity: Decimal
    invoiced_in_all: Decimal
    sentences: tuple[str, ...]
    codes: tuple[str, ...]

    @property
    def amount(self) -> Decimal:
        """What it asks for."""
        return line_amount(self.row.quantity, self.row.price)


@dataclass(frozen=True, slots=True)
class NotInvoiced:
    """Goods that came, are kept and stand on no invoice yet."""

    supplier: str
    number: str
    line: int
    sku: str
    quantity: Decimal
    price: Decimal
    currency: str

    @property
    def value(self) -> Decimal:
        """What they cost by the order."""
        return line_amount(self.quantity, self.price)


def invoices(*, supplier: str = "", state: str = "", came: tuple[int, int] | None = None) -> QuerySet[Invoice]:
    """Invoices and credit notes (of a supplier, in a state, or all), newest first; `came`: see `came_by_file`."""
    rows = (came_by_file(*came) if came else Invoice.objects.all()).select_related("supplier").order_by("-id")
    if supplier:
        rows = rows.filter(supplier__code=supplier)
    return rows.filter(state=state) if state else rows


def came_by_file(first: int, last: int) -> QuerySet[Invoice]:
    """The invoices of a file, by the keys of its first and its last: what others took in meanwhile is not of it."""
    taker = Invoice.objects.filter(pk=first).values("taken_by")
    return Invoice.objects.filter(pk__range=(first, last), message_key__startswith="file:", taken_by__in=taker)


def invoice(supplier: str, number: str) -> Invoice:
    """One invoice of a supplier by its number; of several, the one that was not cancelled.

    Raises:
        Refused: there is none.
    """
    rows = invoices(supplier=supplier).filter(number=number)
    found = rows.exclude(state=InvoiceState.CANCELLED).first() or rows.first()
    if found is None:
        raise Refused(f"There is no invoice {number} of {supplier}.", code="no_invoice", invoice=number)
    return found


def invoice_by_id(pk: int) -> Invoice:
    """One invoice by its row.

    Raises:
        Refused: there is none.
    """
    found = invoices().filter(pk=pk).first()
    if found is None:
        raise Refused(f"There is no invoice {pk}.", code="no_invoice", invoice=pk)
    return found


def invoice_counts(came: tuple[int, int] | None = None) -> dict[str, int]:
    """How many invoices (all, or those of a file) are in each state; states without any are left out."""
    rows = came_by_file(*came) if came else Invoice.objects.all()
    return dict(rows.values_list("state").annotate(Count("pk")).order_by("state"))


def matched_lines(found: Invoice) -> list[MatchedLine]:
    """An invoice line by line, beside what was ordered and what came."""
    rows = list(found.lines.select_related("purchase_order", "item", "invoice").order_by("number"))
    orders = {row.purchase_order.pk: row.purchase_order for row in rows if row.purchase_order}
    known = {pk: bought(order) for pk, order in orders.items()}
    asked = {pk: _ordered_quantities(order) for pk, order in orders.items()}
    claimed = {pk: _invoiced(order) for pk, order in orders.items()}
    return [_matched(found, row, known, asked, claimed) for row in rows]


def _matched(
    found: Invoice, row: InvoiceLine, known: dict[int, dict[int, Bought]], asked: dict[int, dict[int, Decimal]],
    claimed: dict[int, dict[int, Decimal]],
) -> MatchedLine:  # fmt: skip
    findings = [finding for finding in found.findings if finding["line"] == row.number]
    told = tuple(f["sentence"].partition(": ")[2] for f in findings), tuple(f["code"] for f in findings)
    if row.purchase_order_id is None or row.line is None:
        return MatchedLine(row, None, NOTHING, row.quantity, *told)
    pk, line = row.purchase_order_id, row.line
    return MatchedLine(row, known[pk][line], asked[pk].get(line, NOTHING), claimed[pk].get(line, NOTHING), *told)


def _ordered_quantities(order: PurchaseOrder) -> dict[int, Decimal]:
    rows = OrderLine.objects.filter(revision__purchase_order=order).order_by("line", "-revision__number")
    return dict(rows.distinct("line").values_list("line", "quantity"))


def _invoiced(order: PurchaseOrder) -> dict[int, Decimal]:
    rows = InvoiceLine.objects.filter(purchase_order=order, line__isnull=False, stock_units__isnull=False)
    live = rows.exclude(invoice__state=InvoiceState.CANCELLED)
    return dict(live.values_list("line").annotate(sum=Sum("stock_units")).order_by())


def goods_not_invoiced(supplier: str = "") -> list[NotInvoiced]:
    """Goods that came and are kept, and stand on no invoice yet, by order and line; credit notes count against."""
    orders = PurchaseOrder.objects.filter(revisions__lines__deliveries__receipts__isnull=False, is_invoiced=False)
    if supplier:
        orders = orders.filter(supplier__code=supplier)
    return [
        row for order in orders.select_related("supplier").distinct().order_by("id") for row in not_invoiced_of(order)
    ]


def not_invoiced_of(order: PurchaseOrder) -> list[NotInvoiced]:
    """Of these goods those of one order, by line."""
    invoiced = _invoiced(order)
    rows = OrderLine.objects.filter(revision__purchase_order=order).order_by("line", "-revision__number")
    skus = dict(rows.distinct("line").values_list("line", "item__sku"))
    return [
        NotInvoiced(order.supplier.code, order.number, line, skus[line], left, known.price, order.currency)
        for line, known in bought(order).items()
        if (left := known.received - max(invoiced.get(line, NOTHING), NOTHING)) > 0
    ]


def orders_to_invoice(supplier: str = "") -> QuerySet[PurchaseOrder]:
    """The orders (of a supplier, or all) that left: those first of which not all that came is invoiced; newest first."""
    rows = PurchaseOrder.objects.filter(sent_revision__isnull=False).select_related("supplier")
    return (rows.filter(supplier__code=supplier) if supplier else rows).order_by("is_invoiced", "-id")


def order_to_invoice(number: str) -> PurchaseOrder:
    """An order for which an invoice can be entered.

    Raises:
        Refused: there is no such order, or it never left.
    """
    found = PurchaseOrder.objects.select_related("supplier").filter(number=number).first()
    if found is None:
        raise Refused(f"There is no order {number}.", code="no_order", number=number)
    if found.sent_revision is None:
        raise Refused(
            f"{number} was never sent to {found.supplier.code}; there is nothing to invoice.", code="not_placed"
        )
    return found


def expected_credits(supplier: str = "") -> Sequence[SupplierReturn]:
    """Goods that went back since more was invoiced than is kept: what the supplier is still to credit, newest first."""
    rows = SupplierReturn.objects.filter(expected_credit__gt=0).select_related("purchase_order__supplier", "item")
    if supplier:
        rows = rows.filter(purchase_order__supplier__code=supplier)
    found = standing(rows, "posting_key").order_by("-id")
    return [row for row in found if _is_over_invoiced(row)]


def _is_over_invoiced(row: SupplierReturn) -> bool:
    kept = bought(row.purchase_order).get(row.line)
    return kept is not None and _invoiced(row.purchase_order).get(row.line, NOTHING) > kept.received


def variance_entries(found: Invoice) -> QuerySet[InvoiceShare]:
    """Which goods an invoice pays for, and what they cost more or less by it."""
    rows = InvoiceShare.objects.filter(invoice_line__invoice=found).annotate(sku=F("invoice_line__item__sku"))
    return standing(rows, "posting_key").order_by("id")
