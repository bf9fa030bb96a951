"""Taking suppliers' invoices, approving them for payment, cancelling them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from ownstock.access.queries import roles_of
from ownstock.access.rules import Scope, roles_with, scopes_of
from ownstock.base.errors import Refused
from ownstock.catalog.models import Supplier
from ownstock.journal import actions as journal
from ownstock.ledger.models import Posting
from ownstock.purchasing.agreed import due_on, match_policy
from ownstock.purchasing.invoice_rows import alert_key, judge, subject_of_invoice, undo_shares
from ownstock.purchasing.models import (
    Invoice,
    InvoiceCharge,
    InvoiceLine,
    MatchPolicy,
    OrderLine,
    PurchaseOrder,
    Receipt,
)
from ownstock.purchasing.order_lines import line_named
from ownstock.purchasing.order_rows import locked, settle
from ownstock.purchasing.queries.standing import standing
from ownstock.purchasing.rules.invoices import (
    ChargeKind,
    EnteredInvoice,
    EnteredInvoiceLine,
    InvoiceState,
    check_invoice,
    line_amount,
    shared,
)
from ownstock.purchasing.rules.units import counted_in_stock_units

IN_CONFLICT = ("key_reused", "number_reused")
Orders = dict[str, PurchaseOrder]


@dataclass(frozen=True, slots=True)
class TakenInvoice:
    """An invoice as it stands, and whether this call took it in or an earlier one had."""

    invoice: Invoice
    is_new: bool


@dataclass(slots=True)
class Unmatched:
    """Invoices that were taken in a transaction and are matched at its end: each order once, however many name it."""

    orders: Orders = field(default_factory=dict)
    invoices: list[Invoice] = field(default_factory=list)

    def match(self) -> None:
        """Match them, which are locked with their orders, with what is ordered and received now."""
        for number in sorted(self.orders):
            settle(self.orders[number])
        for invoice in self.invoices:
            if not invoice.lines.filter(purchase_order__isnull=False).exists():
                judge(invoice)


def take_invoice(
    entered: EnteredInvoice, *, message_key: str, actor: str, among: Unmatched | None = None
) -> TakenInvoice:
    """Take a supplier's invoice or credit note, and match it with what was ordered and what came.

    The same message again changes nothing. The same invoice in another message counts once, and people are told. What was not
    ordered is kept, and disputed. One of several is taken `among` them, and whoever takes them all matches them.

    Raises:
        Refused: it cannot be meant (see `check_invoice`), the supplier is unknown, or its number or message came before with
            other content (people are told of that too).
    """
    try:
        return _take(entered, message_key, actor, among)
    except Refused as refusal:
        if refusal.code in IN_CONFLICT:
            journal.raise_alert(
                f"invoice_conflict:{entered.supplier}/{entered.number}", kind="invoice_conflict",
                sentence=f"{refusal.sentence} Pay neither before {entered.supplier} says which of them holds.",
                facts={"supplier": entered.supplier, "invoice": entered.number}, is_closable=True,
            )  # fmt: skip
        raise


@transaction.atomic
def _take(entered: EnteredInvoice, message_key: str, actor: str, among: Unmatched | None) -> TakenInvoice:
    check_invoice(entered)
    supplier = _locked_supplier(entered.supplier)
    content = _content(entered)
    if earlier := _earlier(supplier, entered, message_key, content):
        return TakenInvoice(earlier, is_new=False)
    orders = _locked_orders(supplier, entered)
    invoice = Invoice.objects.create(
        supplier=supplier, number=entered.number, kind=entered.kind, state=InvoiceState.WAITING,
        invoiced_on=entered.invoiced_on, due_on=entered.due_on or due_on(supplier, entered.invoiced_on),
        currency=entered.currency, total=entered.total, message_key=message_key, content=content, taken_by=actor,
    )  # fmt: skip
    charges = [InvoiceCharge(invoice=invoice, kind=c.kind, amount=c.amount, words=c.words) for c in entered.charges]
    InvoiceCharge.objects.bulk_create(charges)
    parts = zip(entered.lines, _charges_of_lines(entered), strict=True)
    InvoiceLine.objects.bulk_create([_line(invoice, n, *part, orders) for n, part in enumerate(parts, start=1)])
    journal.record(
        actor=actor, verb="purchasing.invoice_taken", subject=subject_of_invoice(invoice),
        new={"message": message_key, "total": str(entered.total), "orders": sorted(orders), "lines": len(entered.lines)},
    )  # fmt: skip
    if among is None:
        rematch(invoice, orders)
    else:
        among.orders |= orders
        among.invoices.append(invoice)
    return TakenInvoice(invoice, is_new=True)


def rematch(invoice: Invoice, orders: Orders) -> None:
    """Match an invoice, which is locked with its orders, with what is ordered and received now."""
    Unmatched(orders, [invoice]).match()
    invoice.refresh_from_db()


def _locked_supplier(code: str) -> Supplier:
    """A supplier, locked so that its invoices are taken one after another; what refers to it is not held up."""
    found = Supplier.objects.select_for_update(no_key=True).filter(code=code).first()
    if found is None:
        raise Refused(f"There is no supplier {code}; import it first.", code="no_supplier", supplier=code)
    return found


def _earlier(supplier: Supplier, entered: EnteredInvoice, message_key: str, content: dict[str, Any]) -> Invoice | None:
    """The invoice as it was taken before; None when it is new."""
    rows = Invoice.objects.select_related("supplier").filter(supplier=supplier)
    same_message = rows.filter(message_key=message_key).first()
    if same_message is not None:
        if same_message.content == content:
            return same_message
        raise Refused(
            f"The message {message_key} of {supplier.code} came before with other content.", code="key_reused"
        )
    same_number = rows.filter(number=entered.number).exclude(state=InvoiceState.CANCELLED).first()
    if same_number is not None and same_number.content != content:
        raise Refused(
            f"The invoice {entered.number} of {supplier.code} came before with other content.", code="number_reused"
        )
    if same_number is not None:
        journal.raise_alert(
            alert_key("duplicate", same_number), kind="invoice_duplicate",
            sentence=f"{supplier.code} has sent its invoice {entered.number} again; it counts once. Pay it once.",
            facts={"supplier": supplier.code, "invoice": entered.number, "message": message_key}, is_closable=True,
        )  # fmt: skip
    return same_number


def _locked_orders(supplier: Supplier, entered: EnteredInvoice) -> Orders:
    """The supplier's orders that an invoice names, as far as they ever left, each locked."""
    named = {line.order_number for line in entered.lines}
    rows = PurchaseOrder.objects.filter(supplier=supplier, number__in=named, placed_at__isnull=False)
    return {number: locked(number) for number in sorted(rows.values_list("number", flat=True))}


def _charges_of_lines(entered: EnteredInvoice) -> list[Decimal]:
    """What each line bears of the charges, where they add to the value of goods; never of taxes."""
    charges = sum((c.amount for c in entered.charges if c.kind == ChargeKind.CHARGE), Decimal(0))
    landed = charges if match_policy().has_landed_charges else Decimal(0)
    return shared(landed, [line_amount(line.quantity, line.price) for line in entered.lines])


def _line(invoice: Invoice, number: int, said: EnteredInvoiceLine, charge: Decimal, orders: Orders) -> InvoiceLine:
    meant = _meant(said, orders.get(said.order_number))
    code = said.code or (f"line {said.line} of {said.order_number}" if said.line else said.order_number)
    row = InvoiceLine(
        invoice=invoice, number=number, code=code[:60], description=said.description[:300], quantity=said.quantity,
        unit=said.unit, price=said.price, charge=charge,
    )  # fmt: skip
    if meant is not None:
        row.purchase_order, row.line, row.item_id = orders[said.order_number], meant.line, meant.item_id
        row.stock_units = counted_in_stock_units(said.quantity, said.unit, meant)
    return row


def _meant(said: EnteredInvoiceLine, order: PurchaseOrder | None) -> OrderLine | None:
    """The ordered line that an invoice means; None where it was not ordered."""
    if order is None:
        return None
    try:
        return line_named(order, said.line, said.code)
    except Refused:
        return None


@transaction.atomic
def match_again(supplier: str, number: str) -> Invoice:
    """Match an invoice with what is ordered and received now. It happens by itself whenever any of that changes.

    Raises:
        Refused: there is no such invoice.
    """
    invoice, orders = locked_invoice(supplier, number)
    rematch(invoice, orders)
    return invoice


def locked_invoice(supplier: str, number: str) -> tuple[Invoice, Orders]:
    """An invoice with its orders, all locked, the orders first.

    Raises:
        Refused: there is no such invoice, or it was cancelled.
    """
    rows = Invoice.objects.select_related("supplier").exclude(state=InvoiceState.CANCELLED)
    named = rows.filter(supplier__code=supplier, number=number)
    numbers = PurchaseOrder.objects.filter(invoice_lines__invoice__in=named).distinct()
    orders = {key: locked(key) for key in sorted(numbers.values_list("number", flat=True))}
    invoice = named.select_for_update(of=("self",)).first()
    if invoice is None:
        raise Refused(f"There is no invoice {number} of {supplier}.", code="no_invoice", invoice=number)
    return invoice, orders


@transaction.atomic
def approve_invoice(supplier: str, number: str, *, actor: str) -> Invoice:
    """Approve a matched invoice for payment. Approving an approved one changes nothing.

    Raises:
        Refused: there is no such invoice, it is not matched, the actor is no person of finance, or ordered or received its
            goods where the company keeps that apart.
    """
    invoice, orders = locked_invoice(supplier, number)
    if invoice.state == InvoiceState.APPROVED:
        return invoice
    if invoice.state != InvoiceState.MATCHED:
        told = " ".join(found["sentence"] for found in invoice.findings)
        raise Refused(
            f"The invoice {number} of {supplier} is {invoice.state}; only what is matched can be approved. {told}".strip(),
            code="not_matched", findings=invoice.findings,
        )  # fmt: skip
    _refuse_without_role(actor)
    if match_policy().is_approver_apart:
        _refuse_involved(actor, orders)
    invoice.state, invoice.approved_at, invoice.approved_by = InvoiceState.APPROVED, timezone.now(), actor
    invoice.save(update_fields=["state", "approved_at", "approved_by"])
    journal.clear_alert(alert_key("duplicate", invoice), because=f"approved by {actor}")
    journal.record(
        actor=actor, verb="purchasing.invoice_approved", subject=subject_of_invoice(invoice),
        old={"state": InvoiceState.MATCHED}, new={"state": InvoiceState.APPROVED, "total": str(invoice.total)},
    )  # fmt: skip
    return invoice


def _refuse_without_role(actor: str) -> None:
    """Let programs by their scope, and of people those of finance."""
    if Scope.INVOICES_APPROVE not in scopes_of(roles_of(actor)):
        needed = " or ".join(roles_with(Scope.INVOICES_APPROVE))
        raise Refused(f"{actor} may not approve invoices; that takes the role {needed}.", code="role_missing")


def _refuse_involved(actor: str, orders: Orders) -> None:
    receipts = standing(
        Receipt.objects.filter(delivery__line__revision__purchase_order__in=orders.values()), "posting_key"
    )
    receivers = Posting.objects.filter(key__in=receipts.values("posting_key")).values_list("actor", flat=True)
    deed = "received" if actor in set(receivers) else ""
    deed = deed or ("ordered" if actor in {order.created_by for order in orders.values()} else "")
    if deed:
        raise Refused(f"{actor} {deed} these goods; somebody else must approve their invoice.", code="not_apart")


@transaction.atomic
def cancel_invoice(supplier: str, number: str, *, reason: str, actor: str) -> Invoice:
    """Take an invoice out: it was entered wrongly, or the supplier withdrew it. What it added to goods is taken off them.

    The number may be taken again then.

    Raises:
        Refused: there is no such invoice, it is approved for payment, or no reason is given.
    """
    invoice, orders = locked_invoice(supplier, number)
    if not reason.strip():
        raise Refused(f"Say why the invoice {number} is cancelled.", code="no_reason")
    if invoice.state == InvoiceState.APPROVED:
        raise Refused(
            f"The invoice {number} of {supplier} is approved for payment; ask for a credit note.",
            code="approved_already",
        )
    before, invoice.state = invoice.state, InvoiceState.CANCELLED
    invoice.save(update_fields=["state"])
    undo_shares(invoice)
    for what in ("disputed", "duplicate", "conflict"):
        journal.clear_alert(alert_key(what, invoice), because=f"cancelled by {actor}")
    journal.record(
        actor=actor, verb="purchasing.invoice_cancelled", subject=subject_of_invoice(invoice), reason=reason,
        old={"state": before}, new={"state": InvoiceState.CANCELLED},
    )  # fmt: skip
    for key in sorted(orders):
        settle(orders[key])
    return invoice


@transaction.atomic
def set_match_policy(*, actor: str, **changes: Any) -> MatchPolicy:
    """Say how far invoices may differ, and who may approve them; what is not named stays. Later matches go by it.

    Raises:
        Refused: a tolerance below zero.
    """
    policy = match_policy()
    old = {name: str(getattr(policy, name)) for name in changes}
    for name, value in changes.items():
        if isinstance(value, Decimal) and value < 0:
            raise Refused(f"{name} is below zero.", code="below_zero", field=name)
        setattr(policy, name, value)
    policy.save()
    new = {name: str(value) for name, value in changes.items()}
    journal.record(actor=actor, verb="purchasing.match_policy_set", subject="match_policy", old=old, new=new)
    return policy


def _content(entered: EnteredInvoice) -> dict[str, Any]:
    return {
        "kind": entered.kind, "invoiced_on": str(entered.invoiced_on), "currency": entered.currency,
        "total": f"{entered.total:.4f}",
        "lines": [
            {
                "order": line.order_number, "line": line.line, "code": line.code, "unit": line.unit,
                "quantity": f"{line.quantity:.4f}", "price": f"{line.price:.4f}",
            }
            for line in entered.lines
        ],
        "charges": [{"kind": c.kind, "amount": f"{c.amount:.4f}", "words": c.words} for c in entered.charges],
    }  # fmt: skip
