"""A purchase order as an e-mail: its identity, date, parts and borders come from the order alone."""

from __future__ import annotations

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from ownstock.base.text import plain
from ownstock.exchange.papers import order_csv
from ownstock.exchange.rules import (
    OrderTopic,
    WrittenLine,
    WrittenOrder,
    check_name,
    differences,
    header_text,
    identity,
    mail_address,
)

MAX_LINES_TOLD = 50


@dataclass(frozen=True, slots=True)
class Mail:
    """A message ready to leave: its identity, its receiver (empty when the supplier has no address), all its bytes."""

    message_id: str
    recipient: str
    content: bytes


def render(document: WrittenOrder, *, outbox_key: str, sender: str, answer_address: str = "") -> Mail:
    """Write the message: a text that says how to answer, the PDF for people, the CSV for machines.

    `sender` is our address; its domain closes the message's identity. `answer_address` is the page on which this revision
    is answered, empty where there is none. The bytes depend on the arguments alone.

    Raises:
        Refused: a name or an address cannot stand in a mail header.
    """
    check_name(document.number)
    mark = identity(document, outbox_key)
    our_address = mail_address("The address that orders are sent from (OWNSTOCK_ORDERS_FROM)", sender)
    message_id = f"<{document.number}.{document.revision}.{mark}@{our_address.rpartition('@')[2]}>"
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(header_text("The company's name", document.buyer), addr_spec=our_address)
    recipient = _recipient(document)
    if recipient:
        message["To"] = recipient
    message["Subject"] = _subject(document)
    message["Date"] = format_datetime(document.written_at)
    message["Message-ID"] = message_id
    message.set_content(answer_text(document, answer_address))
    # Its library takes a second to load: only who writes a mail should wait for it, not every command.
    from ownstock.exchange.papers import order_pdf

    message.add_attachment(
        order_pdf.render(document), maintype="application", subtype="pdf", filename=f"{document.name}.pdf"
    )
    message.add_attachment(
        order_csv.render(document),
        maintype="text",
        subtype="csv",
        filename=f"{document.name}.csv",
        params={"charset": "utf-8"},
    )
    message.set_boundary(f"ownstock-{mark}")
    return Mail(message_id, recipient.addr_spec if recipient else "", message.as_bytes())


def _recipient(document: WrittenOrder) -> Address | None:
    if not document.supplier_email:
        return None
    name = header_text(f"The name of supplier {document.supplier_code}", document.supplier_name)
    what = f"The e-mail address of supplier {document.supplier_code}"
    return Address(name, addr_spec=mail_address(what, document.supplier_email))


def _subject(document: WrittenOrder) -> str:
    revised = f", revision {document.revision}," if document.revision > 1 else ""
    return f"{document.topic.heading} {document.number}{revised} from {document.buyer}"


def answer_text(document: WrittenOrder, answer_address: str = "") -> str:
    """The text of the message: what is ordered or changes, and how the supplier answers, line by line."""
    told = [_line_text(line) for line in document.lines if line.quantity]
    changes = [f"  {sentence}" for sentence in differences(document)] if document.before else []
    is_over = document.topic == OrderTopic.CANCELLED
    return "\n".join(
        [
            f"{document.supplier_name},",
            "",
            *([document.replaces, ""] if document.replaces and not is_over else []),
            OPENINGS[document.topic].format(number=document.number, revision=document.revision),
            "",
            *(["What changes:", *_few(changes), ""] if changes else []),
            f"Deliver to: {document.site_name}",
            f"Total: {plain(document.total, decimals=2)} {document.currency}",
            "",
            *_few(told),
            "",
            *(CONFIRMING if is_over else _answering(answer_address)),
            "",
            document.buyer,
            "",
        ]
    )


def _few(lines: list[str]) -> list[str]:
    """As many lines as a text of a mail should have."""
    more = len(lines) - MAX_LINES_TOLD
    return [*lines[:MAX_LINES_TOLD], *([f"  and {more} more lines, all in the attached files"] if more > 0 else [])]


def _answering(answer_address: str) -> tuple[str, ...]:
    if not answer_address:
        return (f"How to answer: {BY_REPLY}", *ANSWERING)
    return (
        "How to answer: open this page. It needs no sign-in, and shows nothing but this order.",
        f"  {answer_address}",
        "Whoever has this address can answer the order, so please hand it to nobody else.",
        "",
        f"Or {BY_REPLY}",
        *ANSWERING,
    )


OPENINGS = {
    OrderTopic.PLACED: "please find attached our purchase order {number}, as PDF to read and as CSV for your system.",
    OrderTopic.CHANGED: "we change our purchase order {number}. Revision {revision} is attached, as PDF and as CSV.",
    OrderTopic.CANCELLED: "we cancel what is still open of our purchase order {number}. Please do not deliver it any more.",
    OrderTopic.CHASED: "we wait for your answer to our purchase order {number}. It is attached once more.",
}
CONFIRMING = (
    "Please reply to this message with 'Cancelled', and leave the subject as it is.",
    "If something has left you already, please tell us what and when.",
)
BY_REPLY = "reply to this message, line by line, and leave the subject as it is."
ANSWERING = (
    "  Line 1: accepted",
    "  Line 2: changed to 40 on 2026-04-10",
    "  Line 3: rejected",
    "You may split a line: Line 4: 20 on 2026-04-03, 20 on 2026-04-10.",
    "If all is well, 'All lines: accepted' is enough.",
    "A line that you do not mention stays open; we do not take silence for a yes.",
)


def _line_text(line: WrittenLine) -> str:
    yours = f" (your {line.supplier_sku})" if line.supplier_sku else ""
    converted = f" = {line.purchase_quantity} {line.purchase_unit}" if line.purchase_quantity else ""
    quantity = f"{plain(line.quantity)} {line.unit}{converted}"
    description = " ".join(line.description.split())
    return f"  Line {line.line}: {quantity} of {line.sku}{yours}, {description}, on {line.requested_on}"
