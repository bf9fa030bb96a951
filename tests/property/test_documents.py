"""Documents come back from JSON and CSV as they went, and whatever the bytes are there is an answer."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownstock.base.errors import Refused
from ownstock.exchange.channels.rules import MessageFormat
from ownstock.exchange.documents import (
    AcknowledgedLine,
    AcknowledgementDocument,
    AnsweredPart,
    InvoicedLine,
    InvoiceDocument,
    ItemCodes,
    LineStatus,
    ShippedLine,
    ShippingNoticeDocument,
    Verdict,
)
from ownstock.exchange.formats import csv_documents, json_documents
from ownstock.exchange.inbox.readers import identity_said, read

TEXT = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
WORDS = TEXT.filter(lambda text: not text.startswith("'"))
NUMBER = st.decimals(0, 10**12, allow_nan=False, allow_infinity=False, places=4).map(lambda n: n.normalize() + 0)
DAY = st.dates(date(2000, 1, 1), date(2100, 1, 1))
STATUS = st.sampled_from(sorted(csv_documents.STATUSES))
CODES = st.builds(ItemCodes, sku=WORDS, supplier_sku=WORDS)
SETTINGS = {"our_id": "ZZ:WE", "their_id": "ZZ:THEY"}


def kinds() -> st.SearchStrategy[Any]:
    for_types = {Decimal: NUMBER, date: DAY, int: st.integers(0, 10**12)}
    for kind, strategy in for_types.items():
        st.register_type_strategy(kind, strategy)
    st.register_type_strategy(
        str, st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=15)
    )
    return st.one_of([st.from_type(kind) for kind in json_documents.KINDS.values()])


def without_places(value: Any) -> Any:
    """Where a line stood is no part of what it says."""
    names = {field.name for field in fields(value)}
    return replace(value, lines=tuple(replace(line, place="") for line in value.lines)) if "lines" in names else value


@given(kinds(), TEXT)
def test_any_document_comes_back_from_json_as_it_went(document: Any, identity: str) -> None:
    kind, message_id, again = json_documents.read(json_documents.write(document, message_id=identity))
    assert (message_id, kind) == (identity, json_documents.kind_of(document))
    assert without_places(again) == without_places(document)


PART = st.builds(AnsweredPart, status=STATUS.map(LineStatus), quantity=NUMBER, unit=WORDS, promised_on=DAY)
ANSWERED = st.builds(
    AcknowledgedLine, line=st.integers(1, 999).map(str), codes=CODES, price=NUMBER,
    answers=st.lists(PART, min_size=1, max_size=3).map(tuple),
)  # fmt: skip


@given(st.lists(ANSWERED, min_size=1, max_size=4, unique_by=lambda line: line.line).map(tuple), WORDS, WORDS)
def test_an_answer_comes_back_from_csv_as_it_went(
    lines: tuple[AcknowledgedLine, ...], number: str, identity: str
) -> None:
    lines = tuple(replace(line, unit=line.answers[0].unit) for line in lines)
    document = AcknowledgementDocument(order_number=number, ordered_on=None, verdict=Verdict.DETAILED, lines=lines)
    kind, message_id, [again] = csv_documents.read(csv_documents.write_answer(document, message_id=identity))
    assert (kind, message_id, again) == ("acknowledgement", identity, document)


SHIPPED = st.builds(
    ShippedLine, order_number=WORDS, line=st.integers(1, 999).map(str), codes=CODES, quantity=NUMBER, unit=WORDS, lot=WORDS,
    expires_on=DAY, marks=WORDS.map(lambda mark: (mark,)),
)  # fmt: skip


@given(st.lists(SHIPPED, min_size=1, max_size=4).map(tuple), WORDS, DAY)
def test_a_notice_comes_back_from_csv_as_it_went(lines: tuple[ShippedLine, ...], number: str, day: date) -> None:
    document = ShippingNoticeDocument(number=number, written_on=None, shipped_on=day, carrier=number, lines=lines)
    _, _, [again] = csv_documents.read(csv_documents.write_notice(document, message_id="N-1"))
    assert again == document


def refusal_of(reads: Callable[[bytes], object], raw: bytes) -> Refused | None:
    """How bytes are refused; None where they are not."""
    try:
        reads(raw)
    except Refused as refusal:
        return refusal
    return None


@given(st.binary(max_size=400), st.sampled_from(sorted(MessageFormat)))
def test_any_bytes_get_an_answer(raw: bytes, written: MessageFormat) -> None:
    came = read(raw, written, SETTINGS)
    assert came.documents or came.faults
    assert identity_said(raw, written).isprintable()


HEADS = [",".join(columns) for columns in (csv_documents.ANSWER_COLUMNS, csv_documents.NOTICE_COLUMNS)]


@given(st.sampled_from(HEADS), st.lists(st.lists(st.text(max_size=8), max_size=16), max_size=4))
def test_any_rows_get_an_answer_that_names_a_place(head: str, rows: list[list[str]]) -> None:
    raw = "\n".join([head, *(",".join(row) for row in rows)]).encode("utf-8", "surrogatepass")
    found = refusal_of(csv_documents.read, raw)
    assert found is None or "place" in found.facts


MUTATED_OF_AN_EXAMPLE = 64
PARTS = (
    b",",
    b";",
    b'"',
    b"\n",
    b"\r",
    b"\x00",
    b"\xff",
    b"{",
    b"[",
    b"}",
    b"9" * 40,
    b"1e999",
    b"NaN",
    b"-",
    b"\\ud800",
    b"'=",
)


def mutated(raw: bytes, drawn: random.Random) -> bytes:
    """Bytes with some cut out, told twice or put in."""
    for _ in range(drawn.randint(1, 4)):
        start = drawn.randrange(len(raw) + 1)
        end = min(start + drawn.choice((0, 1, 2, 8, 40)), len(raw))
        put = drawn.choice((drawn.choice(PARTS), raw[start:end] * 2, b"", bytes([drawn.randrange(256)])))
        raw = raw[:start] + put + raw[end:]
    return raw


@given(st.lists(ANSWERED, min_size=1, max_size=3, unique_by=lambda line: line.line).map(tuple), st.integers(0, 2**63))
def test_documents_with_bytes_changed_get_an_answer(lines: tuple[AcknowledgedLine, ...], seed: int) -> None:
    """Under the profile `nightly` nearly 200,000 files are read: each example makes 64 of its own."""
    lines = tuple(replace(line, unit=line.answers[0].unit) for line in lines)
    document = AcknowledgementDocument(order_number="PO-1", ordered_on=None, verdict=Verdict.DETAILED, lines=lines)
    look_into_changed(csv_documents.write_answer(document, message_id="A-1"), document, seed)


def look_into_changed(in_csv: bytes, document: Any, seed: int) -> None:
    """What must hold of a document's files, by turns CSV and JSON, with bytes changed."""
    files = {MessageFormat.CSV: in_csv, MessageFormat.JSON: json_documents.write(document, message_id="A-1")}
    assert all(read(raw, written, SETTINGS).documents for written, raw in files.items())
    drawn = random.Random(seed)
    for number in range(MUTATED_OF_AN_EXAMPLE):
        written = (MessageFormat.CSV, MessageFormat.JSON)[number % 2]
        raw = mutated(files[written], drawn)
        came = read(raw, written, SETTINGS)
        assert came.documents or came.faults
        assert identity_said(raw, written).isprintable()


@given(st.lists(SHIPPED, min_size=1, max_size=3).map(tuple), st.integers(0, 2**63))
def test_notices_with_bytes_changed_get_an_answer(lines: tuple[ShippedLine, ...], seed: int) -> None:
    document = ShippingNoticeDocument(number="N-1", written_on=None, shipped_on=date(2026, 3, 2), lines=lines)
    look_into_changed(csv_documents.write_notice(document, message_id="A-1"), document, seed)


INVOICED = st.builds(
    InvoicedLine, line=st.integers(1, 999).map(str), codes=CODES, quantity=NUMBER, unit=WORDS, price=NUMBER
)


@given(st.lists(INVOICED, min_size=1, max_size=3).map(tuple), NUMBER, st.integers(0, 2**63))
def test_invoices_with_bytes_changed_get_an_answer(lines: tuple[InvoicedLine, ...], total: Decimal, seed: int) -> None:
    document = InvoiceDocument(
        number="I-1", invoiced_on=date(2026, 3, 2), currency="EUR", total=total, order_number="PO-1", lines=lines
    )
    look_into_changed(invoice_in_csv(document), document, seed)


def invoice_in_csv(document: InvoiceDocument) -> bytes:
    """As a supplier writes it: we write none."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, csv_documents.INVOICE_COLUMNS)
    writer.writeheader()
    head = {
        "message_id": "A-1", "invoice_number": document.number, "invoiced_on": "2026-03-02", "currency": "EUR",
        "total": f"{document.total:f}", "order_number": document.order_number,
    }  # fmt: skip
    for line in document.lines:
        said = {"sku": line.codes.sku, "supplier_sku": line.codes.supplier_sku, "unit": line.unit}
        writer.writerow(head | said | {"line": line.line, "quantity": f"{line.quantity:f}", "price": f"{line.price:f}"})
    return text.getvalue().encode()


SIMPLE = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
ANY_JSON = st.recursive(
    SIMPLE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(ANY_JSON)
def test_any_json_gets_an_answer(value: Any) -> None:
    body = {"schema": json_documents.SCHEMA, "kind": "invoice", "message_id": "A", "document": value}
    found = refusal_of(json_documents.read, json.dumps(body).encode())
    assert found is None or "place" in found.facts


def test_what_nests_without_end_is_refused_at_once() -> None:
    [fault] = read(b"[" * 10**6, MessageFormat.JSON, SETTINGS).faults
    assert "nested deeper than 12 levels" in fault.sentence


@given(st.integers(1, 20), TEXT)
def test_brackets_nest_so_deep_and_no_deeper_whatever_texts_hold(levels: int, words: str) -> None:
    nested: Any = "[" * 20 + words + '"'
    for _ in range(levels):
        nested = [nested]
    with pytest.raises(Refused) as refusal:
        json_documents.read(json.dumps(nested).encode())
    assert ("nested deeper" in refusal.value.sentence) is (levels > json_documents.MAX_DEPTH)
