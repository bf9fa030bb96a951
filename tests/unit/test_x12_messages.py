"""Messages in X12 as documents, and documents as messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from ownstock.base.errors import Refused
from ownstock.exchange import documents as told
from ownstock.exchange.documents import ItemCodes, LineStatus, Purpose
from ownstock.exchange.x12 import messages
from ownstock.exchange.x12.composing import Identity, compose
from ownstock.exchange.x12.problems import Strictness
from ownstock.exchange.x12.reading import read
from tests.x12_cases import (
    ANSWER,
    AVAILABILITY,
    CHANGE,
    CHANGE_ANSWER,
    FORECAST,
    INVOICE,
    MESSAGES,
    NOTICE,
    ORDER,
    SYNTAX_ANSWER,
    interchange,
)

IDENTITY = Identity(
    sender=("ZZ", "OWNSTOCK"),
    receiver=("ZZ", "SUPPLIER"),
    control_number=42,
    written_at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
)


def document(message: tuple[str, ...]) -> Any:
    return read(interchange(message), Strictness.STRICT).messages[0].document


def test_an_order_is_read_with_exact_numbers() -> None:
    order = document(ORDER)
    assert (order.number, order.ordered_on, order.requested_on) == ("PO-000012", date(2026, 3, 2), date(2026, 3, 16))
    cup, tea = order.lines
    assert cup.codes == ItemCodes(sku="CUP", supplier_sku="CUP-S", gtin="400638133393")
    assert (cup.quantity, cup.unit, cup.price, cup.description) == (Decimal(120), "EA", Decimal("2.5"), "Cup, blue")
    assert (tea.quantity, tea.price, tea.requested_on) == (Decimal("6.25"), Decimal("0.0375"), date(2026, 3, 20))
    assert order.texts == ("Ring at the back door",)
    assert order.parties[0].town == "Leeds"


def test_what_is_not_understood_is_kept() -> None:
    assert ("REF", "CO", "C-9") in document(ORDER).kept


def test_an_answer_tells_each_part_of_a_line() -> None:
    cup, tea, pot = document(ANSWER).lines
    changed, backordered = cup.answers
    assert (changed.status, changed.quantity, changed.promised_on) == (
        LineStatus.CHANGED,
        Decimal(100),
        date(2026, 3, 18),
    )
    assert (backordered.status, backordered.quantity) == (LineStatus.BACKORDERED, Decimal(20))
    assert (backordered.shipping_on, backordered.promised_on) == (date(2026, 4, 1), date(2026, 4, 4))
    assert [one.status for one in tea.answers] == [LineStatus.REJECTED]
    assert pot.answers[0].codes.supplier_sku == "POT-NEW"


def test_a_status_that_we_do_not_know_is_unknown_and_never_accepted() -> None:
    raw = interchange(ANSWER).replace(b"ACK*IR", b"ACK*Q9")
    answer: Any = read(raw).messages[0].document
    assert answer.lines[1].answers[0].status is LineStatus.UNKNOWN


def test_a_shipping_notice_tells_of_each_item_its_order_package_and_lot() -> None:
    notice = document(NOTICE)
    cup, tea = notice.lines
    assert (notice.expected_on, notice.package_count, notice.weight) == (date(2026, 3, 18), 2, Decimal("24.5"))
    assert (cup.order_number, cup.quantity, cup.lot, cup.expires_on) == ("PO-000012", 60, "L-5", date(2028, 1, 1))
    assert cup.marks == ("00340123450000000018",)
    assert (tea.order_number, tea.quantity, tea.marks) == ("PO-000012", Decimal("6.25"), ())


def test_the_total_of_an_invoice_has_two_implied_decimals() -> None:
    invoice = document(INVOICE)
    assert invoice.total == Decimal("254.05")
    assert [charge.amount for charge in invoice.charges] == [Decimal("9.05")]
    assert [charge.amount for charge in invoice.lines[0].charges] == [Decimal("-5.00")]
    assert (invoice.taxes[0].amount, invoice.taxes[0].percent) == (Decimal("40.5"), Decimal(19))


def test_a_change_tells_what_becomes_of_each_line() -> None:
    change = document(CHANGE)
    assert [line.change for line in change.lines] == [told.LineChange.CHANGED, told.LineChange.CANCELLED]
    assert (change.lines[0].quantity, change.lines[0].open_quantity) == (Decimal(20), Decimal(100))
    assert change.changed_on == date(2026, 3, 5)


def test_an_answer_to_a_change_is_an_answer_that_names_the_change() -> None:
    answer = document(CHANGE_ANSWER)
    assert (answer.order_number, answer.change_number, answer.supplier_number) == ("PO-000012", "1", "S-77")
    cup, tea = answer.lines
    assert (cup.change, cup.quantity, cup.unit, cup.price) == (told.LineChange.CHANGED, 100, "EA", Decimal("2.5"))
    assert (cup.answers[0].promised_on, cup.texts) == (date(2026, 3, 20), ("From the other works",))
    assert (tea.change, tea.answers[0].status) == (told.LineChange.CANCELLED, LineStatus.REJECTED)


def test_what_a_supplier_has_is_told_with_what_is_coming() -> None:
    cup, tea = document(AVAILABILITY).lines
    assert (cup.codes.supplier_sku, cup.quantity, cup.unit, cup.price) == ("CUP-S", 480, "EA", Decimal("2.5"))
    assert cup.coming == ((date(2026, 4, 1), Decimal(1000)),)
    assert (tea.quantity, tea.coming) == (0, ())


def test_a_forecast_tells_how_binding_each_period_is() -> None:
    forecast = document(FORECAST)
    firm, flexible, outlook = forecast.lines[0].parts
    assert (forecast.begins_on, forecast.ends_on, forecast.lines[0].unit) == (date(2026, 3, 2), date(2026, 5, 25), "EA")
    assert (firm.band, firm.quantity, firm.period) == (told.ForecastBand.FIRM, 120, "week")
    assert (flexible.band, flexible.quantity) == (told.ForecastBand.FLEXIBLE, Decimal("96.5"))
    assert (outlook.band, outlook.period) == (told.ForecastBand.OUTLOOK, "month")


def test_a_line_tells_where_it_stands_in_the_file() -> None:
    assert [line.place for line in document(ORDER).lines] == ["segment 13 (PO1)", "segment 15 (PO1)"]
    assert [line.place for line in document(NOTICE).lines] == ["segment 14 (HL)", "segment 18 (HL)"]


def test_an_answer_to_a_group_names_its_faults() -> None:
    answer = document(SYNTAX_ANSWER)
    assert answer.verdict is told.SyntaxVerdict.REJECTED
    faults = answer.messages[0].faults
    assert [(f.tag, f.segment, f.element, f.code) for f in faults] == [
        ("PO1", 11, 7, "2"),
        ("PO1", 11, 2, "6"),
        ("BEG", 2, None, "3"),
    ]
    assert faults[1].found == "many"


@pytest.mark.parametrize(
    ("kind", "message"),
    [(kind, message) for kind, message in MESSAGES.items() if kind in messages.WRITERS],
)
def test_what_was_read_and_written_says_the_same(kind: str, message: tuple[str, ...]) -> None:
    first = document(message)
    reading = read(compose(IDENTITY, kind, [messages.WRITERS[kind](first)]), Strictness.STRICT)
    assert reading.is_accepted
    assert without_kept(reading.messages[0].document) == without_kept(first)


def without_kept(document: Any) -> Any:
    """The document without what our writers do not write again."""
    lines = tuple(replace(line, kept=()) for line in document.lines)
    return replace(document, kept=(), lines=lines)


def order(**changes: Any) -> told.OrderDocument:
    line = told.OrderedLine(line="1", quantity=Decimal(1), unit="EA", description=changes.pop("description", ""))
    return told.OrderDocument(number="PO-1", ordered_on=date(2026, 3, 2), lines=(line,), **changes)


def test_the_same_identity_writes_the_same_bytes() -> None:
    body = messages.order.write_order(order())
    assert compose(IDENTITY, "850", [body]) == compose(IDENTITY, "850", [body])
    assert compose(IDENTITY, "850", [body]).startswith(
        b"ISA*00*          *00*          *ZZ*OWNSTOCK       *ZZ*SUPPLIER       *260302*"
    )


def test_a_long_description_is_told_in_parts_and_none_is_lost() -> None:
    words = " ".join(f"word{n}" for n in range(60))
    raw = compose(IDENTITY, "850", [messages.order.write_order(order(description=words))])
    read_again: Any = read(raw).messages[0].document
    assert read_again.lines[0].description == words


def test_a_cancellation_is_an_860_without_lines() -> None:
    cancelled = told.OrderChangeDocument(order_number="PO-1", ordered_on=date(2026, 3, 2), purpose=Purpose.CANCELLATION)
    raw = compose(IDENTITY, "860", [messages.order_change.write_order_change(cancelled)])
    assert b"BCH*01*SA*PO-1***20260302~" in raw
    read_again: Any = read(raw, Strictness.STRICT).messages[0].document
    assert read_again.purpose is Purpose.CANCELLATION


@pytest.mark.parametrize("text", ["5* better", "a~b", "two\nlines", "a>b"])
def test_a_text_that_holds_a_delimiter_is_refused_and_never_changed(text: str) -> None:
    with pytest.raises(Refused, match="PID") as refusal:
        compose(IDENTITY, "850", [messages.order.write_order(order(description=text))])
    assert refusal.value.code in ("delimiter_in_value", "components")


def test_an_order_that_the_tables_refuse_is_not_written() -> None:
    with pytest.raises(Refused, match="order number") as refusal:
        compose(IDENTITY, "850", [messages.order.write_order(replace(order(), number=""))])
    assert refusal.value.facts["tag"] == "BEG"


def test_a_control_number_and_the_ids_of_partners_have_their_bounds() -> None:
    body = messages.order.write_order(order())
    with pytest.raises(Refused, match="control number"):
        compose(replace(IDENTITY, control_number=1_000_000_000), "850", [body])
    with pytest.raises(Refused, match="known by"):
        compose(replace(IDENTITY, receiver=("ZZ", "A NAME THAT IS TOO LONG")), "850", [body])
