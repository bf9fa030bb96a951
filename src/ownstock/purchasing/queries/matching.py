"""What the three-way match reads: of each ordered line what came and is kept, what is open, what is invoiced."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Prefetch, Q, QuerySet, Sum, prefetch_related_objects

from ownstock.ledger.models import Movement
from ownstock.purchasing.agreed import tolerances_of
from ownstock.purchasing.models import (
    Delivery,
    Discrepancy,
    Dispute,
    Invoice,
    InvoiceLine,
    InvoiceShare,
    OrderLine,
    PurchaseOrder,
    Receipt,
    SupplierReturn,
)
from ownstock.purchasing.queries.orders import STILL_OPEN
from ownstock.purchasing.queries.standing import standing
from ownstock.purchasing.rules.discrepancies import DiscrepancyKind, SettlementKind
from ownstock.purchasing.rules.disputes import not_waived
from ownstock.purchasing.rules.invoices import InvoiceState
from ownstock.purchasing.rules.matching import Bought, Claim, Finding, Tolerances, not_ordered, three_way_match

NOTHING = Decimal(0)
WITHHELD = (DiscrepancyKind.DAMAGED, DiscrepancyKind.OVER)
NOT_KEPT = (SettlementKind.CREDITED, SettlementKind.REPLACED)
Sums = defaultdict[int, Decimal]


@dataclass(frozen=True, slots=True)
class ReceivedGoods:
    """Goods of one line of a receipt: for which line of the order, how many, at which price of one and when they came."""

    receipt: tuple[str, int]
    line: int
    quantity: Decimal
    price: Decimal
    received_on: date


def bought(order: PurchaseOrder) -> dict[int, Bought]:
    """An order's lines as the match sees them, by number.

    What came is kept unless it went back, or is damaged or over and nobody accepted it.
    """
    received, still_open = kept_quantities(order), _open(order)
    rows = OrderLine.objects.filter(revision__purchase_order=order).order_by("line", "-revision__number")
    return {
        line: Bought(price, order.currency, received[line], still_open[line])
        for line, price in rows.distinct("line").values_list("line", "price")
    }


def kept_quantities(order: PurchaseOrder) -> Sums:
    """What came of each line of an order and is kept."""
    received = standing(Receipt.objects.filter(delivery__line__revision__purchase_order=order), "posting_key")
    found = _sums(received, "delivery__line__line")
    for line, quantity in _returned(order).items():
        found[line] -= quantity
    differences = Discrepancy.objects.filter(purchase_order=order, kind__in=WITHHELD, posting_line__isnull=False)
    withheld = differences.filter(Q(settlement=None) | Q(settlement__settled_as__in=NOT_KEPT))
    for line, quantity in _sums(standing(withheld, "receipt_key"), "line").items():
        found[line] -= quantity
    return found


def _returned(order: PurchaseOrder) -> Sums:
    """What was ordered and went back, by line: not what came instead of it."""
    ordered = OrderLine.objects.filter(revision__purchase_order=order).values("line", "item_id").distinct()
    items = {row["line"]: row["item_id"] for row in ordered}
    rows = standing(standing(SupplierReturn.objects.filter(purchase_order=order), "receipt_key"), "posting_key")
    found = Sums(Decimal)
    for line, item, quantity in rows.values_list("line", "item_id", "quantity"):
        found[line] += quantity if items.get(line) == item else NOTHING
    return found


def _open(order: PurchaseOrder) -> Sums:
    rows = Delivery.objects.filter(line__revision__purchase_order=order)
    sums = rows.values_list("line__line").annotate(sum=Sum(STILL_OPEN)).order_by()
    return Sums(Decimal, sums)


def _sums(rows: QuerySet[Receipt] | QuerySet[Discrepancy], line: str) -> Sums:
    return Sums(Decimal, rows.values_list(line).annotate(sum=Sum("quantity")).order_by())


def claims(order: PurchaseOrder) -> dict[int, list[Claim]]:
    """What is invoiced of each line of an order, in the order in which it was taken."""
    rows = InvoiceLine.objects.filter(purchase_order=order, line__isnull=False).select_related("invoice")
    found: dict[int, list[Claim]] = defaultdict(list)
    for row in rows.exclude(invoice__state=InvoiceState.CANCELLED).order_by("id"):
        assert row.line is not None, "Lines without one are left out."
        found[row.line].append(
            Claim(row.invoice_id, row.number, row.stock_units, row.stock_price, row.invoice.currency)
        )
    return found


class FoundOnOrders:
    """What the match finds of orders, each read once however many invoices ask; for as long as nothing of them changes."""

    def __init__(self) -> None:
        self._tolerances: dict[tuple[int, date], Tolerances] = {}
        self._read: dict[int, tuple[dict[int, Bought], dict[int, list[Claim]]]] = {}
        self._found: dict[tuple[int, int, Tolerances], dict[int, list[Finding]]] = {}

    def tolerances(self, invoice: Invoice) -> Tolerances:
        """How far an invoice may differ."""
        key = invoice.supplier_id, invoice.invoiced_on
        if key not in self._tolerances:
            self._tolerances[key] = tolerances_of(invoice.supplier, invoice.invoiced_on)
        return self._tolerances[key]

    def of_line(self, order: PurchaseOrder, line: int, tolerances: Tolerances) -> dict[int, list[Finding]]:
        """The findings on all that is invoiced of a line of an order, by invoice."""
        key = order.pk, line, tolerances
        if key not in self._found:
            if order.pk not in self._read:
                self._read[order.pk] = bought(order), claims(order)
            ordered, claimed = self._read[order.pk]
            self._found[key] = found = defaultdict[int, list[Finding]](list)
            for finding in three_way_match(ordered[line], claimed[line], tolerances):
                found[finding.invoice].append(finding)
        return self._found[key]


def read_whole(invoices: Sequence[Invoice]) -> None:
    """Read the lines and disputes of invoices, each once for all of them; what was read before is not read again."""
    lines = Prefetch("lines", InvoiceLine.objects.select_related("purchase_order").order_by("number"))
    disputes = Prefetch("disputes", Dispute.objects.select_related("settlement").order_by("id"))
    prefetch_related_objects(invoices, lines, disputes)


def open_disputes(invoice: Invoice) -> list[Dispute]:
    """What is held against an invoice that was read whole, and not settled."""
    return [dispute for dispute in invoice.disputes.all() if not hasattr(dispute, "settlement")]


def findings_of(invoice: Invoice, on_orders: FoundOnOrders | None = None) -> list[Finding]:
    """In what an invoice differs from what was ordered and what came, as far as nobody accepted it.

    `on_orders` is what was read of its orders for other invoices already.
    """
    on_orders = on_orders or FoundOnOrders()
    read_whole([invoice])
    tolerances, rows = on_orders.tolerances(invoice), invoice.lines.all()
    found = [not_ordered(invoice.pk, row.number, row.code) for row in rows if row.line is None]
    named = {(row.purchase_order_id, row.line): row.purchase_order for row in rows if row.line is not None}
    for (_, line), order in sorted(named.items(), key=lambda item: item[0]):
        if order is not None and line is not None:
            found += on_orders.of_line(order, line, tolerances).get(invoice.pk, [])
    ends = [d.settlement.settled_as for d in invoice.disputes.all() if hasattr(d, "settlement")]
    return not_waived(sorted(found, key=lambda finding: finding.line), ends)


def received_goods(order: PurchaseOrder) -> list[ReceivedGoods]:
    """The goods that came for an order, by line of the receipt, the earliest first; each at the price it was posted at."""
    rows = standing(Receipt.objects.filter(delivery__line__revision__purchase_order=order), "posting_key")
    grouped: dict[tuple[str, int], ReceivedGoods] = {}
    for row in rows.select_related("delivery__line").order_by("id"):
        key = row.posting_key, row.posting_line
        before = grouped[key].quantity if key in grouped else NOTHING
        line = row.delivery.line
        grouped[key] = ReceivedGoods(key, line.line, before + row.quantity, line.price, row.received_on)
    return list(grouped.values())


def posted_costs(receipts: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Decimal]:
    """At what cost of one unit goods were posted, by receipt and line."""
    wanted = set(receipts)
    rows = Movement.objects.filter(posting__key__in={key for key, _ in wanted}, unit_cost__isnull=False)
    costs = rows.annotate(key=F("posting__key")).values_list("key", "line", "unit_cost")
    return {(key, line): cost for key, line, cost in costs if cost is not None and (key, line) in wanted}


def shares_of(lines: Sequence[InvoiceLine]) -> QuerySet[InvoiceShare]:
    """The shares of lines of invoices in goods that were not taken back."""
    return standing(InvoiceShare.objects.filter(invoice_line__in=lines), "posting_key")
