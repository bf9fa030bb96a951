"""Orders that are placed, and what their suppliers tell of them, for tests of what arrives and what is paid."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ownstock.catalog.models import SupplyTerm
from ownstock.journal.models import Alert
from ownstock.purchasing import actions
from ownstock.purchasing.actions import DraftLine, ReceiptLine
from ownstock.purchasing.models import Delivery, Invoice, PurchaseOrder, ShippingNotice
from ownstock.purchasing.rules.invoices import EnteredCharge, EnteredInvoice, EnteredInvoiceLine, InvoiceKind
from ownstock.purchasing.rules.notices import Notice, NoticedLine
from tests.factories import ACTOR, TODAY, Business

WANTED = TODAY + timedelta(days=14)


def placed_order(shop: Business, *skus: str, quantity: int = 24, supplier: str = "ALPHA") -> PurchaseOrder:
    """An order that left: so many of each item, all from one supplier, in lines 1, 2, …"""
    terms = [SupplyTerm.objects.get(item__sku=sku) for sku in skus or ("CUP",)]
    chosen = next(s for s in shop.suppliers if s.code == supplier)
    for term in terms:
        term.supplier = chosen
        term.save(update_fields=["supplier"])
    lines = [DraftLine(term, Decimal(quantity), WANTED) for term in terms]
    order = actions.draft(supplier=chosen, site=shop.site, lines=lines, ordered_on=TODAY, actor=ACTOR)
    return actions.place(order.number, actor=ACTOR)


def noticed(
    order: PurchaseOrder, *quantities: int, number: str = "ASN-1", key: str = "", expected_in: int = 5, **said: Any
) -> ShippingNotice:
    """A notice of so many for each line of an order, expected some days from today."""
    lines = [NoticedLine(order.number, Decimal(q), line=n) for n, q in enumerate(quantities, start=1) if q]
    said.setdefault("lines", lines)
    said.setdefault("shipped_on", TODAY + timedelta(days=expected_in - 3))
    notice = Notice(
        supplier=order.supplier.code, number=number, expected_on=TODAY + timedelta(days=expected_in), **said
    )
    return actions.take_notice(notice, message_key=key or f"m:{number}", actor="supplier:ALPHA")


def came(order: PurchaseOrder, *quantities: int, key: str, on: date = WANTED, **said: Any) -> PurchaseOrder:
    """Goods came: so many for each line of an order."""
    receipts = [ReceiptLine(n, Decimal(q)) for n, q in enumerate(quantities, start=1) if q]
    return actions.receive(order.number, receipts, key=key, received_on=on, actor=ACTOR, **said)


def parts(order: PurchaseOrder, line: int = 1) -> list[tuple[int, int, int, int]]:
    """The deliveries of a line: (quantity, shipped, received, days from today until they are expected)."""
    rows = Delivery.objects.filter(line__revision__purchase_order=order, line__line=line).order_by("number")
    return [(int(d.quantity), int(d.shipped_quantity), int(d.received_quantity), _days(d)) for d in rows]


def _days(delivery: Delivery) -> int:
    return ((delivery.announced_on or delivery.latest_promised_on or delivery.requested_on) - TODAY).days


def alerts(kinds: Iterable[str] = ()) -> list[str]:
    """The kinds of the alerts that are open (of these kinds, or all)."""
    rows = Alert.objects.filter(cleared_at=None).order_by("id")
    return [kind for kind in rows.values_list("kind", flat=True) if not kinds or kind in kinds]


def invoiced(
    order: PurchaseOrder | None,
    *lines: tuple[int, str],
    number: str = "INV-1",
    key: str = "",
    total: str = "",
    **said: Any,
) -> Invoice:
    """An invoice of (quantity, price) for lines 1, 2, … of an order; a quantity of 0 leaves a line out."""
    entered = [
        EnteredInvoiceLine(Decimal(q), Decimal(price), order.number if order else "", n, code="" if order else "CUP")
        for n, (q, price) in enumerate(lines, start=1)
        if q
    ]
    charges: tuple[EnteredCharge, ...] = said.get("charges", ())
    whole = sum((e.quantity * e.price for e in entered), Decimal(0)) + sum((c.amount for c in charges), Decimal(0))
    asked = Decimal(total) if total else whole.quantize(Decimal("0.01"))
    said.setdefault("kind", InvoiceKind.CREDIT_NOTE if asked < 0 else InvoiceKind.INVOICE)
    said.setdefault("currency", "EUR")
    said.setdefault("lines", entered)
    entered_invoice = EnteredInvoice(supplier="ALPHA", number=number, invoiced_on=WANTED, total=asked, **said)
    return actions.take_invoice(entered_invoice, message_key=key or f"m:{number}", actor="supplier:ALPHA").invoice


def state_of(number: str = "INV-1") -> str:
    """Where an invoice stands now."""
    return Invoice.objects.exclude(state="cancelled").get(number=number).state


def found(number: str = "INV-1") -> list[str]:
    """What the match finds of an invoice now."""
    return [finding["code"] for finding in Invoice.objects.exclude(state="cancelled").get(number=number).findings]
