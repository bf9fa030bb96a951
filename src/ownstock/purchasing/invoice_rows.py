"""Invoices as the match leaves them: judged, disputed or no longer, their goods shared out and valued.

Every action on an order ends here by way of `order_rows.settle`: whatever changes what came, what is open or what is
invoiced changes where its invoices stand. The order is locked, then its invoices in their order; so two receipts of one
invoice's goods take turns, and the second sees the first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from ownstock.catalog.queries import base_currency, rate_on
from ownstock.journal import actions as journal
from ownstock.ledger import actions as ledger
from ownstock.ledger.rules.late_costs import LateCost
from ownstock.purchasing.models import (
    Dispute,
    DisputeSettlement,
    Invoice,
    InvoiceLine,
    InvoiceShare,
    PurchaseOrder,
    Receipt,
    ReceiptRate,
)
from ownstock.purchasing.queries.matching import (
    FoundOnOrders,
    ReceivedGoods,
    findings_of,
    kept_quantities,
    open_disputes,
    posted_costs,
    read_whole,
    received_goods,
    shares_of,
)
from ownstock.purchasing.queries.standing import standing
from ownstock.purchasing.rate_rows import ReceiptRates, known_rate, value_receipts
from ownstock.purchasing.rules.disputes import DisputeEnd
from ownstock.purchasing.rules.invoices import STEP, InvoiceState
from ownstock.purchasing.rules.matching import Finding, Payable, Payee, Share, holds_back, share_out, state_after_match

ACTOR = "job:match"
NOTHING = Decimal(0)


def match_order(order: PurchaseOrder) -> None:
    """Match the invoices of an order, which is locked, with what is ordered and received now; set `is_invoiced`."""
    is_foreign = order.currency != base_currency()
    rates = value_receipts(order, received_goods(order)) if is_foreign else None
    lines = InvoiceLine.objects.filter(purchase_order=order)
    invoices = list(
        Invoice.objects.select_for_update(of=("self",))
        .select_related("supplier")
        .filter(pk__in=lines.values("invoice"))
        .exclude(state=InvoiceState.CANCELLED)
        .order_by("pk")
    )
    read_whole(invoices)
    found = FoundOnOrders()
    for invoice in invoices:
        judge(invoice, found)
    agreed = [row for invoice in invoices for row in agreed_lines(invoice, found) if row.purchase_order_id == order.pk]
    if agreed:
        _share(order, agreed, rates)
    order.is_invoiced = bool(agreed) and _is_invoiced(order, agreed)


def judge(invoice: Invoice, found: FoundOnOrders | None = None) -> None:
    """Say where an invoice, which is locked, stands by what is found now; tell people of what is held against it."""
    findings = findings_of(invoice, found)
    before, invoice.findings = (invoice.state, invoice.findings), [_told(finding) for finding in findings]
    disputes = open_disputes(invoice)
    by_people = [dispute for dispute in disputes if dispute.actor != ACTOR]
    if invoice.state != InvoiceState.APPROVED:
        invoice.state = InvoiceState.DISPUTED if by_people else state_after_match(findings)
    if before == (invoice.state, invoice.findings) and invoice.state != InvoiceState.DISPUTED:
        return
    invoice.save(update_fields=["findings", "state"])
    if invoice.state == InvoiceState.APPROVED:
        _tell_unbacked(invoice, findings)
        return
    if invoice.state == InvoiceState.DISPUTED and not disputes:
        reason = " ".join(finding.sentence for finding in findings)
        Dispute.objects.create(invoice=invoice, findings=invoice.findings, actor=ACTOR, reason=reason)
    elif invoice.state != InvoiceState.DISPUTED:
        _end(disputes)
    _tell_disputed(invoice, by_people)
    if before[0] != invoice.state:
        journal.record(
            actor=ACTOR, verb=f"purchasing.invoice_{invoice.state}", subject=subject_of_invoice(invoice),
            old={"state": before[0]}, new={"state": invoice.state, "findings": invoice.findings},
        )  # fmt: skip


def _told(finding: Finding) -> dict[str, Any]:
    return {
        "line": finding.line, "code": str(finding.code), "sentence": finding.sentence, "quantity": str(finding.quantity),
    }  # fmt: skip


def _end(disputes: Sequence[Dispute]) -> None:
    for dispute in disputes:
        DisputeSettlement.objects.create(
            dispute=dispute, settled_as=DisputeEnd.RESOLVED, actor=ACTOR, reason="What it was about is gone."
        )


def _tell_disputed(invoice: Invoice, by_people: Sequence[Dispute]) -> None:
    key = alert_key("disputed", invoice)
    if invoice.state != InvoiceState.DISPUTED:
        journal.clear_alert(key, because=f"the invoice is {invoice.state}")
        return
    said = " ".join([*(dispute.reason for dispute in by_people), *(found["sentence"] for found in invoice.findings)])
    journal.raise_alert(
        key, kind="invoice_disputed",
        sentence=f"{invoice.supplier.code}, invoice {invoice.number}: {said} Ask for a credit note, or accept it with a "
        "reason.",
        facts={"supplier": invoice.supplier.code, "invoice": invoice.number, "findings": invoice.findings},
    )  # fmt: skip


def _tell_unbacked(invoice: Invoice, findings: Sequence[Finding]) -> None:
    key = alert_key("unbacked", invoice)
    held = [finding.sentence for finding in findings if holds_back(finding)]
    if not held:
        journal.clear_alert(key, because="goods and invoice agree again")
        return
    journal.raise_alert(
        key, kind="invoice_unbacked",
        sentence=f"{invoice.supplier.code}, invoice {invoice.number} is approved, and no longer agrees with what came: "
        f"{' '.join(held)} Stop its payment, or ask for a credit note.",
        facts={"supplier": invoice.supplier.code, "invoice": invoice.number},
    )  # fmt: skip


def subject_of_invoice(invoice: Invoice) -> str:
    """The key under which the journal names an invoice."""
    return f"invoice:{invoice.supplier.code}/{invoice.number}"


def alert_key(what: str, invoice: Invoice) -> str:
    """The key of an alert about an invoice."""
    return f"invoice_{what}:{invoice.supplier.code}/{invoice.number}"


def agreed_lines(invoice: Invoice, found: FoundOnOrders | None = None) -> list[InvoiceLine]:
    """The lines of an invoice that nothing is held against; none while people dispute it."""
    held = {finding.line for finding in findings_of(invoice, found) if holds_back(finding)}
    if any(dispute.actor != ACTOR for dispute in open_disputes(invoice)):
        return []
    known = [row for row in invoice.lines.all() if row.stock_units is not None and row.line is not None]
    return [row for row in known if row.number not in held]


def _is_invoiced(order: PurchaseOrder, agreed: Sequence[InvoiceLine]) -> bool:
    """Whether all that came and is kept stands on invoices that nothing is held against."""
    kept = {line: quantity for line, quantity in kept_quantities(order).items() if quantity > 0}
    invoiced = defaultdict[int, Decimal](Decimal)
    for row in agreed:
        invoiced[row.line or 0] += row.stock_units or NOTHING
    return bool(kept) and all(invoiced[line] >= quantity for line, quantity in kept.items())


def _share(order: PurchaseOrder, agreed: Sequence[InvoiceLine], rates: ReceiptRates | None) -> None:
    """Say which goods the agreed lines pay for, as far as that is new, and give these goods what they cost.

    `rates` are those that the goods came at; None: they were bought in the company's currency.
    """
    if rates is not None:
        _undo_unvalued(agreed, rates)
    goods = {g.receipt: g for g in received_goods(order)}
    shares = shares_of(agreed).values_list("invoice_line", "posting_key", "posting_line").annotate(sum=Sum("quantity"))
    of_line, of_receipt = defaultdict[int, Decimal](Decimal), defaultdict[tuple[str, int], Decimal](Decimal)
    for line_id, key, posting_line, quantity in shares.order_by():
        of_line[line_id] += quantity
        of_receipt[key, posting_line] += quantity
    for line in sorted({g.line for g in goods.values()}):
        rows = {row.pk: row for row in agreed if row.line == line}
        payables = [Payable(pk, row.stock_units or NOTHING, of_line[pk]) for pk, row in rows.items()]
        payees = [Payee(g.receipt, g.quantity, of_receipt[g.receipt]) for g in goods.values() if g.line == line]
        found = share_out(payables, payees)
        _write(found, rows, goods, of_line, rates)


def _undo_unvalued(agreed: Sequence[InvoiceLine], rates: ReceiptRates) -> None:
    """Undo shares that were not valued for want of a rate, where it is known now: they are shared out anew, and valued."""
    rows = {row.pk: row for row in agreed}
    of_goods = shares_of(agreed).filter(is_valued=False).values_list("invoice_line", "posting_key", "posting_line")
    sums = of_goods.annotate(quantity=Sum("quantity"), variance=Sum("price_variance"), landed=Sum("landed_cost"))
    undone = []
    for pk, key, line, quantity, variance, landed in sums.order_by():
        invoice = rows[pk].invoice
        if quantity and (key, line) in rates and rate_on(invoice.currency, invoice.invoiced_on) is not None:
            share = InvoiceShare(invoice_line=rows[pk], posting_key=key, posting_line=line, is_valued=False)
            share.quantity, share.price_variance, share.landed_cost = -quantity, -variance, -landed
            undone.append(share)
    write_shares(undone)


def _write(
    found: Sequence[Share], rows: dict[int, InvoiceLine], goods: dict[tuple[str, int], ReceivedGoods],
    done: dict[int, Decimal], rates: ReceiptRates | None,
) -> None:  # fmt: skip
    if rates is None:
        costs = posted_costs(share.receipt for share in found)
    else:
        costs = {receipt: row.price for receipt, row in rates.items()}
    written = []
    for share in found:
        row = rows[share.line]
        cost = costs.get(share.receipt, goods[share.receipt].price)
        landed = _landed(row, done[row.pk] + share.quantity) - _landed(row, done[row.pk])
        done[row.pk] += share.quantity
        new = InvoiceShare(
            invoice_line=row, posting_key=share.receipt[0], posting_line=share.receipt[1], quantity=share.quantity,
            price_variance=((row.stock_price - cost) * share.quantity).quantize(STEP), landed_cost=landed, is_valued=True,
        )  # fmt: skip
        if rates is not None:
            _set_rates(new, rates.get(share.receipt))
        written.append(new)
    write_shares(written)


def _set_rates(share: InvoiceShare, came_at: ReceiptRate | None) -> None:
    """Say by which rates a share is valued, and what their difference makes; where one is missing, that it is not valued."""
    row = share.invoice_line
    invoice_rate = known_rate(row.invoice.currency, row.invoice.invoiced_on)
    share.is_valued = came_at is not None and invoice_rate is not None
    if came_at is not None and invoice_rate is not None:
        invoiced = row.stock_price * share.quantity + share.landed_cost
        share.receipt_rate, share.invoice_rate = came_at.rate, invoice_rate
        share.exchange_difference = (invoiced * (invoice_rate - came_at.rate)).quantize(STEP)


def _landed(row: InvoiceLine, quantity: Decimal) -> Decimal:
    """What so many goods of a line bear of its charges."""
    return (row.charge * quantity / row.stock_units).quantize(STEP) if row.stock_units else NOTHING


def write_shares(shares: Sequence[InvoiceShare]) -> None:
    """Keep shares, and give their goods what the invoice says they cost more or less."""
    for share in InvoiceShare.objects.bulk_create(shares):
        invoice = share.invoice_line.invoice
        reference = f"{invoice.supplier.code} {invoice.number}"
        rate = share.receipt_rate or 1
        costs = {
            LateCost.INVOICE_DIFFERENCE: (share.price_variance * rate).quantize(STEP),
            LateCost.LANDED_COST: (share.landed_cost * rate).quantize(STEP),
            LateCost.EXCHANGE_DIFFERENCE: share.exchange_difference,
        }
        for reason, amount in costs.items():
            if share.is_valued and amount:
                ledger.add_late_cost(
                    share.posting_key, share.posting_line, amount, reason=reason, reference=reference,
                    key=f"invoice_share:{share.pk}:{reason}", actor=ACTOR,
                )  # fmt: skip


def undo_shares(invoice: Invoice) -> None:
    """Take off goods what an invoice that was cancelled added to them.

    What others invoice or credit of goods that it leaves with less than nothing, or with more than came, is taken off too: it
    is shared out anew with the next match.
    """
    of_it = _standing_shares().filter(invoice_line__invoice=invoice)
    touched = set(of_it.values_list("posting_key", "posting_line"))
    _undo(of_it)
    for key, line in sorted(touched):
        of_goods = _standing_shares().filter(posting_key=key, posting_line=line)
        paid = of_goods.aggregate(sum=Sum("quantity"))["sum"] or NOTHING
        came = (
            Receipt.objects.filter(posting_key=key, posting_line=line).aggregate(sum=Sum("quantity"))["sum"] or NOTHING
        )
        if not 0 <= paid <= came:
            _undo(of_goods)


def _standing_shares() -> QuerySet[InvoiceShare]:
    rows = InvoiceShare.objects.select_related("invoice_line__invoice__supplier")
    return standing(rows, "posting_key").order_by("id")


def _undo(shares: QuerySet[InvoiceShare]) -> None:
    write_shares(
        [
            InvoiceShare(
                invoice_line=share.invoice_line, posting_key=share.posting_key, posting_line=share.posting_line,
                quantity=-share.quantity, price_variance=-share.price_variance, landed_cost=-share.landed_cost,
                receipt_rate=share.receipt_rate, invoice_rate=share.invoice_rate,
                exchange_difference=-share.exchange_difference, is_valued=share.is_valued,
            )
            for share in shares
        ]
    )  # fmt: skip
