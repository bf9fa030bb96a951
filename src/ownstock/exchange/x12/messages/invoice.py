"""The invoice, 810. Its total, charges and allowances are in hundredths, prices are not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from ownstock.exchange.documents import Charge, InvoicedLine, InvoiceDocument, Tax
from ownstock.exchange.x12.envelope import Message, element
from ownstock.exchange.x12.messages import parts
from ownstock.exchange.x12.messages.order import header_segments
from ownstock.exchange.x12.syntax import Segment

KIND = "810"
UNDERSTOOD = {"ST", "BIG", "CUR", "N1", "N2", "N3", "N4", "TDS", "SAC", "TXI", "CTT", "SE"}
UNDERSTOOD_OF_LINE = {"IT1", "PID", "SAC", "TXI"}
CHARGE, ALLOWANCE = "C", "A"
ORDER = "PO"
MAX_DAYS_UNTIL_DUE = 3_650


def read_invoice(message: Message) -> InvoiceDocument:
    """The invoice that a message says. Its own charges are those of the summary, as the total holds them."""
    header, lines, summary = parts.parted(message, "IT1", ("TDS", "SE"))
    opening = parts.first_of(header, "BIG")
    return InvoiceDocument(
        number=element(opening, 2),
        invoiced_on=parts.date_of(element(opening, 1)),
        total=parts.hundredths_of(element(parts.first_of(summary, "TDS"), 1)) or Decimal(0),
        due_on=_due_on(header, parts.date_of(element(opening, 1))),
        order_number=element(opening, 4),
        ordered_on=parts.date_of(element(opening, 3)),
        kind=element(opening, 7),
        purpose=parts.purpose_of(element(opening, 8) or "00"),
        currency=parts.currency_of(header),
        parties=parts.parties_of(header),
        charges=tuple(_charges(summary)),
        taxes=tuple(_taxes(summary)),
        lines=tuple(_line(block, index) for index, block in enumerate(lines, start=1)),
        kept=parts.kept_of([*header, *summary], UNDERSTOOD),
    )


def _due_on(header: list[Segment], invoiced_on: date | None) -> date | None:
    """The day on which it is to be paid in full: as ITD says it, or so many days after the invoice."""
    terms = parts.first_of(header, "ITD")
    if said := parts.date_of(element(terms, 6)):
        return said
    days = element(terms, 7)
    if invoiced_on is None or not (days.isascii() and days.isdigit() and int(days) <= MAX_DAYS_UNTIL_DUE):
        return None
    return invoiced_on + timedelta(days=min(int(days), (date.max - invoiced_on).days))


def _line(block: parts.Block, index: int) -> InvoicedLine:
    return InvoicedLine(
        **parts.line_fields(block, index),
        price=parts.price_of(block.opening, 4),
        order_number=element(parts.first_of(block.segments, "REF", ORDER), 2),
        charges=tuple(_charges(block.segments)),
        taxes=tuple(_taxes(block.segments)),
        kept=parts.kept_of(block.segments, UNDERSTOOD_OF_LINE),
    )


def _charges(segments: list[Segment]) -> Iterator[Charge]:
    """SAC as money: allowances are negative, and what is neither changes nothing."""
    for segment in parts.all_of(segments, "SAC"):
        amount = parts.hundredths_of(element(segment, 5))
        sign = {CHARGE: 1, ALLOWANCE: -1}.get(element(segment, 1), 0)
        if amount is not None and sign:
            yield Charge(amount=amount * sign, code=element(segment, 2), words=element(segment, 15))


def _taxes(segments: list[Segment]) -> Iterator[Tax]:
    for segment in parts.all_of(segments, "TXI"):
        amount, percent, taxed = (parts.decimal_of(element(segment, position)) for position in (2, 3, 8))
        yield Tax(code=element(segment, 1), amount=amount, percent=percent, taxed=taxed)


def write_invoice(invoice: InvoiceDocument) -> list[Segment]:
    """The body of an 810."""
    opening = [
        "BIG",
        parts.day(invoice.invoiced_on),
        invoice.number,
        parts.day(invoice.ordered_on),
        invoice.order_number,
    ]
    opening += ["", "", invoice.kind, parts.PURPOSE_CODES[invoice.purpose]]
    body = [opening, *header_segments(invoice.currency, None), *parts.party_segments(invoice.parties)]
    body += [["ITD", "", "", "", "", "", parts.day(invoice.due_on)]] if invoice.due_on else []
    for line in invoice.lines:
        body.append(parts.line_segment("IT1", line, line.price))
        body += [*_tax_segments(line.taxes), *parts.description_segments(line.description)]
        body += [["REF", ORDER, line.order_number]] if line.order_number else []
        body += _charge_segments(line.charges)
    body += [
        ["TDS", parts.hundredths(invoice.total)],
        *_tax_segments(invoice.taxes),
        *_charge_segments(invoice.charges),
    ]
    return [*body, ["CTT", str(len(invoice.lines))]]


def _charge_segments(charges: tuple[Charge, ...]) -> Iterator[Segment]:
    for charge in charges:
        kind = ALLOWANCE if charge.amount < 0 else CHARGE
        code = charge.code or ("C310" if kind == ALLOWANCE else "G830")
        yield ["SAC", kind, code, "", "", parts.hundredths(abs(charge.amount)), *[""] * 9, charge.words]


def _tax_segments(taxes: tuple[Tax, ...]) -> Iterator[Segment]:
    for tax in taxes:
        yield [
            "TXI",
            tax.code,
            parts.written(tax.amount),
            parts.written(tax.percent),
            "",
            "",
            "",
            "",
            parts.written(tax.taxed),
        ]
