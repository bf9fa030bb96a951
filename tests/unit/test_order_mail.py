"""The order as an e-mail."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownstock.base.errors import Refused
from ownstock.exchange.papers import order_csv, order_mail, order_pdf
from ownstock.exchange.papers.order_mail import MAX_LINES_TOLD, Mail, answer_text
from ownstock.exchange.rules import WrittenOrder
from tests.order_cases import KEY, LINE, SENDER, many_lines, written_order


def rendered(document: WrittenOrder, *, sender: str = SENDER) -> Mail:
    return order_mail.render(document, outbox_key=KEY, sender=sender)


def parsed(mail: Mail) -> EmailMessage:
    message = message_from_bytes(mail.content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_the_head_says_from_whom_to_whom_and_what() -> None:
    message = parsed(rendered(written_order()))
    assert message["From"] == "Heart & Home Ltd <orders@shop.example>"
    assert message["To"] == "Alpha Trading <orders@alpha.example>"
    assert message["Subject"] == "Purchase order PO-000012 from Heart & Home Ltd"
    assert message["Date"] == "Mon, 02 Mar 2026 09:30:01 +0000"


def test_the_identity_names_order_revision_and_our_domain() -> None:
    mail = rendered(written_order())
    assert mail.message_id.startswith("<PO-000012.1.")
    assert mail.message_id.endswith("@shop.example>")
    assert parsed(mail)["Message-ID"] == mail.message_id


def test_the_same_order_is_the_same_bytes() -> None:
    assert rendered(written_order()) == rendered(written_order())


def test_pdf_and_csv_come_whole() -> None:
    document = written_order()
    files = {
        part.get_filename(): part.get_payload(decode=True) for part in parsed(rendered(document)).iter_attachments()
    }
    assert files == {"PO-000012-1.pdf": order_pdf.render(document), "PO-000012-1.csv": order_csv.render(document)}


def test_the_text_tells_the_supplier_how_to_answer_line_by_line() -> None:
    body = parsed(rendered(written_order())).get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "Line 1: 120 each = 20 case of CUP (your CUP-S), Cup, on 2026-03-16" in text
    for way in ("accepted", "changed to 40 on 2026-04-10", "rejected", "You may split a line", "reply to this message"):
        assert way in text


def test_a_very_long_order_is_told_in_part_and_says_so() -> None:
    text = answer_text(written_order(*many_lines(MAX_LINES_TOLD + 7)))
    assert "and 7 more lines, all in the attached files" in text


def test_a_later_revision_says_so_in_subject_and_text() -> None:
    document = written_order(revision=2)
    assert parsed(rendered(document))["Subject"] == "Purchase order PO-000012, revision 2, from Heart & Home Ltd"
    assert "This revision 2 replaces all earlier ones" in answer_text(document)


def test_a_supplier_without_address_leaves_the_to_line_out() -> None:
    mail = rendered(written_order(supplier_email=""))
    assert mail.recipient == ""
    assert parsed(mail)["To"] is None


@pytest.mark.parametrize("field", ["buyer", "supplier_name", "supplier_email", "number"])
def test_a_second_header_cannot_be_smuggled_in(field: str) -> None:
    document = written_order(**{field: "x@shop.example\r\nBcc: all@shop.example"})
    with pytest.raises(Refused):
        rendered(document)


def test_a_wrong_sender_names_the_setting() -> None:
    with pytest.raises(Refused, match=r"OWNSTOCK_ORDERS_FROM"):
        rendered(written_order(), sender="nobody")


def test_a_long_domain_leaves_the_identity_in_one_piece() -> None:
    sender = f"orders@{'.'.join(['a-long-part-of-a-name'] * 6)}.example"
    mail = rendered(written_order(), sender=sender)
    assert f"Message-ID: {mail.message_id}\r\n".encode() in mail.content


@given(st.text(max_size=120), st.text(max_size=120))
def test_any_text_travels_as_short_ascii_lines(buyer: str, description: str) -> None:
    printable = "".join(c for c in buyer if c.isprintable())
    mail = rendered(written_order(replace(LINE, description=description), buyer=printable))
    assert mail.content.isascii()
    assert all(len(line) <= 998 for line in mail.content.split(b"\r\n"))
    assert b"\n" not in mail.content.replace(b"\r\n", b"")
    assert parsed(mail)["Message-ID"] == mail.message_id
    assert len(list(parsed(mail).iter_attachments())) == 2
