"""Disputing invoices, and ending disputes."""

from __future__ import annotations

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.journal import actions as journal
from ownstock.purchasing.actions.invoices import locked_invoice, rematch
from ownstock.purchasing.invoice_rows import subject_of_invoice
from ownstock.purchasing.models import Dispute, DisputeSettlement, Invoice
from ownstock.purchasing.rules.disputes import DisputeEnd
from ownstock.purchasing.rules.invoices import InvoiceKind, InvoiceState


@transaction.atomic
def dispute_invoice(supplier: str, number: str, *, reason: str, actor: str) -> Invoice:
    """Hold something against an invoice that the match does not see. It stays disputed until a person ends it.

    Raises:
        Refused: there is no such invoice, it is approved for payment, or no reason is given.
    """
    invoice, orders = locked_invoice(supplier, number)
    if not reason.strip():
        raise Refused(f"Say what is wrong with the invoice {number}.", code="no_reason")
    if invoice.state == InvoiceState.APPROVED:
        raise Refused(
            f"The invoice {number} of {supplier} is approved for payment; ask for a credit note.",
            code="approved_already",
        )
    Dispute.objects.create(invoice=invoice, actor=actor, reason=reason)
    journal.record(
        actor=actor, verb="purchasing.invoice_disputed", subject=subject_of_invoice(invoice), reason=reason,
        old={"state": invoice.state}, new={"state": InvoiceState.DISPUTED},
    )  # fmt: skip
    rematch(invoice, orders)
    return invoice


@transaction.atomic
def settle_dispute(
    supplier: str, number: str, settled_as: DisputeEnd, *, reason: str, actor: str, credit_note: str = ""
) -> Invoice:
    """End every open dispute about an invoice, and match it again with what was agreed.

    Price accepted, quantity accepted: it is paid as invoiced. Credited: the credit note named evens it. Resolved: what a
    person held against it is gone; what the match finds still holds.

    Raises:
        Refused: there is no such invoice, nothing is disputed, no reason is given, or the supplier sent no such credit note.
    """
    invoice, orders = locked_invoice(supplier, number)
    disputes = list(invoice.disputes.filter(settlement=None))
    if not disputes:
        raise Refused(f"The invoice {number} of {supplier} is {invoice.state}; nothing is disputed.", code="no_dispute")
    if not reason.strip():
        raise Refused(f"Say why the dispute about {number} is {settled_as}.", code="no_reason")
    note = _credit_note(invoice, credit_note) if settled_as == DisputeEnd.CREDITED else None
    for dispute in disputes:
        DisputeSettlement.objects.create(
            dispute=dispute, settled_as=settled_as, credit_note=note, actor=actor, reason=reason
        )
    journal.record(
        actor=actor, verb="purchasing.dispute_settled", subject=subject_of_invoice(invoice), reason=reason,
        new={"settled_as": settled_as, "credit_note": credit_note},
    )  # fmt: skip
    rematch(invoice, orders)
    return invoice


def _credit_note(invoice: Invoice, number: str) -> Invoice:
    notes = Invoice.objects.filter(supplier=invoice.supplier, kind=InvoiceKind.CREDIT_NOTE, currency=invoice.currency)
    found = notes.exclude(state=InvoiceState.CANCELLED).filter(number=number).first()
    if found is None:
        raise Refused(
            f"{invoice.supplier.code} has sent no credit note {number or 'without number'} in {invoice.currency}; "
            "enter it first.",
            code="no_credit_note",
        )
    return found
