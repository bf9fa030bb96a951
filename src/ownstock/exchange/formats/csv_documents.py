"""Documents as CSV: one file, one kind, one identity; a row per line, or per part of a line; the head in every row.

Which kind it is, its columns tell: `answer` is in answers, `notice_number` in shipping notices, `invoice_number` in invoices,
`ordered_on` in orders, as we send them. Columns that only an order has may stay in an answer, so that a supplier can answer
on the order's own file. Quantities without a unit count our stock units.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Any

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.exchange.documents import (
    AcknowledgedLine,
    AcknowledgementDocument,
    AnsweredPart,
    InvoicedLine,
    InvoiceDocument,
    ItemCodes,
    LineStatus,
    OrderDocument,
    OrderedLine,
    ShippedLine,
    ShippingNoticeDocument,
    Verdict,
)
from ownstock.exchange.papers.order_csv import COLUMNS as ORDER_COLUMNS
from ownstock.exchange.rules import safe_cell, unguarded

MAX_ROWS = 20_000
MAX_CELL = 2_000
MAX_DIGITS = 30
HEAD_ROW = "row 1"
OF_LINE = ("line", "sku", "supplier_sku", "quantity", "unit")
ANSWER_COLUMNS = ("message_id", "order_number", "revision", *OF_LINE, "answer", "promised_on", "price", "comment")
NOTICE_COLUMNS = (
    "message_id", "notice_number", "shipped_on", "expected_on", "carrier", "bill_of_lading", "order_number", *OF_LINE,
    "lot", "expires_on", "package",
)  # fmt: skip
INVOICE_COLUMNS = (
    "message_id",
    "invoice_number",
    "invoiced_on",
    "currency",
    "total",
    "order_number",
    *OF_LINE,
    "price",
)
STATUSES = {
    LineStatus.ACCEPTED, LineStatus.CHANGED, LineStatus.REJECTED, LineStatus.BACKORDERED, LineStatus.HELD,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A row by the names of its columns, and where it stands."""

    cells: Mapping[str, str]
    number: int

    @property
    def place(self) -> str:
        """As sentences name it."""
        return f"row {self.number}"

    def text(self, name: str) -> str:
        """A text as it was before it was guarded against spreadsheets."""
        return unguarded(self.cells.get(name, "").strip())

    def number_of(self, name: str) -> Decimal | None:
        """An exact number with a decimal point; None where the cell is empty."""
        said = self.cells.get(name, "").strip()
        if not said:
            return None
        try:
            number = Decimal(said)
        except InvalidOperation:
            number = Decimal("NaN")
        is_plain = said.isascii() and len(said) <= MAX_DIGITS and not set("eE_") & set(said)
        if not number.is_finite() or not is_plain:
            raise _fault(self, name, f"{said[:40]!r} is no number such as 12 or 2.5")
        return number

    def day(self, name: str) -> date | None:
        """A day as 2026-03-31; None where the cell is empty."""
        said = self.cells.get(name, "").strip()
        try:
            return date.fromisoformat(said) if said else None
        except ValueError:
            raise _fault(self, name, f"{said[:40]!r} is no day such as 2026-03-31") from None

    def needed(self, name: str) -> str:
        """A text that must be there."""
        said = self.text(name)
        if not said:
            raise _fault(self, name, "it is empty")
        return said

    @property
    def codes(self) -> ItemCodes:
        """By which codes it names an item."""
        return ItemCodes(sku=self.text("sku"), supplier_sku=self.text("supplier_sku"))


def _fault(row: Row, name: str, rest: str) -> Refused:
    place = f"{row.place}, {name}"
    return Refused(f"{place}: {rest}.", code="bad_csv", place=place)


def read(raw: bytes) -> tuple[str, str, list[Any]]:
    """(kind, message_id, documents) of a CSV file; several where it speaks of several orders, notices or invoices.

    Raises:
        Refused: it is no such file; the place in it stands in the facts as `place`.
    """
    rows = _rows(raw)
    kind = _kind_of(rows[0])
    message_id = rows[0].text("message_id")
    if kind.has_identity:
        for row in rows:
            if row.needed("message_id") != message_id or len(message_id) > 200:
                raise _fault(row, "message_id", "it has to be the same text in every row, of 200 characters at most")
    documents = [
        kind.read(list(of_one)) for _, of_one in groupby(_sorted(rows, kind.key), key=lambda r: r.text(kind.key))
    ]
    return kind.name, message_id, documents


def identity_of(raw: bytes) -> str:
    """The message_id of the first row; empty where there is none that can be read."""
    try:
        return _rows(raw)[0].text("message_id")[:200]
    except Refused:
        return ""


def _sorted(rows: list[Row], key: str) -> list[Row]:
    """Rows of one document together, each document where its first row stands."""
    first: dict[str, int] = {}
    for row in rows:
        first.setdefault(row.needed(key), row.number)
    return sorted(rows, key=lambda row: (first[row.text(key)], row.number))


def _rows(raw: bytes) -> list[Row]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"The file is not in UTF-8 ({error}).", code="bad_csv", place="") from None
    head = text.split("\n", 1)[0]
    try:
        divider = ";" if head.count(";") > head.count(",") else ","
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=divider, strict=True)
        names = [name.strip() for name in next(lines, [])]
        _check_names(names)
        rows = [_row(names, cells, number) for number, cells in enumerate(lines, start=2) if any(cells)]
    except csv.Error as error:
        raise Refused(f"The file is no CSV ({error}).", code="bad_csv", place="") from None
    if not rows:
        raise Refused("The file has no row below its head.", code="bad_csv", place=HEAD_ROW)
    return rows


def _check_names(names: Sequence[str]) -> None:
    known = {*ANSWER_COLUMNS, *NOTICE_COLUMNS, *INVOICE_COLUMNS, *ORDER_COLUMNS}
    unknown = [name for name in names if name not in known]
    if unknown or len(set(names)) != len(names):
        said = f"no column is called {unknown[0][:40]!r}" if unknown else "a column stands twice"
        raise Refused(f"{HEAD_ROW}: {said}.", code="bad_csv", place=HEAD_ROW)


def _row(names: Sequence[str], cells: Sequence[str], number: int) -> Row:
    row = Row(dict(zip(names, cells, strict=False)), number)
    if len(cells) != len(names):
        raise _fault(row, "the row", f"it has {len(cells)} cells, the head has {len(names)}")
    if number > MAX_ROWS + 1:
        raise _fault(row, "the file", f"it has more than {MAX_ROWS:,} rows")
    for name, said in row.cells.items():
        if len(said) > MAX_CELL or "\0" in said:
            raise _fault(row, name, f"it is longer than {MAX_CELL:,} characters, or has a NUL")
    return row


def _answer(rows: list[Row]) -> AcknowledgementDocument:
    head = rows[0]
    lines: dict[str, list[Row]] = {}
    for row in rows:
        lines.setdefault(row.needed("line"), []).append(row)
    return AcknowledgementDocument(
        order_number=head.text("order_number"),
        ordered_on=None,
        verdict=Verdict.DETAILED,
        change_number=head.text("revision"),
        lines=tuple(_answered(line, parts) for line, parts in lines.items()),
    )


def _answered(line: str, rows: list[Row]) -> AcknowledgedLine:
    head = rows[0]
    return AcknowledgedLine(
        line=line, codes=head.codes, unit=head.text("unit"), price=head.number_of("price"), place=head.place,
        answers=tuple(map(_part, rows)), texts=tuple(filter(None, (row.text("comment") for row in rows))),
    )  # fmt: skip


def _part(row: Row) -> AnsweredPart:
    said = row.needed("answer")
    if said not in STATUSES:
        raise _fault(row, "answer", f"{said[:40]!r} is none of {', '.join(sorted(STATUSES))}")
    return AnsweredPart(
        status=LineStatus(said), quantity=row.number_of("quantity"), unit=row.text("unit"),
        promised_on=row.day("promised_on"),
    )  # fmt: skip


def _notice(rows: list[Row]) -> ShippingNoticeDocument:
    head = rows[0]
    return ShippingNoticeDocument(
        number=head.text("notice_number"), written_on=None, shipped_on=head.day("shipped_on"),
        expected_on=head.day("expected_on"), carrier=head.text("carrier"), bill_of_lading=head.text("bill_of_lading"),
        lines=tuple(map(_shipped, rows)),
    )  # fmt: skip


def _shipped(row: Row) -> ShippedLine:
    package = row.text("package")
    return ShippedLine(
        order_number=row.needed("order_number"), line=row.text("line"), codes=row.codes, place=row.place,
        quantity=row.number_of("quantity"), unit=row.text("unit"), lot=row.text("lot"), expires_on=row.day("expires_on"),
        marks=(package,) if package else (),
    )  # fmt: skip


def _invoice(rows: list[Row]) -> InvoiceDocument:
    head = rows[0]
    total = head.number_of("total")
    if total is None:
        raise _fault(head, "total", "it is empty")
    return InvoiceDocument(
        number=head.text("invoice_number"), invoiced_on=head.day("invoiced_on"), total=total,
        order_number=head.text("order_number"), currency=head.text("currency"), lines=tuple(map(_invoiced, rows)),
    )  # fmt: skip


def _invoiced(row: Row) -> InvoicedLine:
    return InvoicedLine(
        line=row.text("line"), codes=row.codes, quantity=row.number_of("quantity"), unit=row.text("unit"),
        price=row.number_of("price"), place=row.place,
    )  # fmt: skip


def _order(rows: list[Row]) -> OrderDocument:
    head = rows[0]
    return OrderDocument(
        number=head.text("order_number"), ordered_on=head.day("ordered_on"), release=head.text("revision"),
        currency=head.text("currency"), lines=tuple(map(_ordered, rows)),
    )  # fmt: skip


def _ordered(row: Row) -> OrderedLine:
    return OrderedLine(
        line=row.text("line"), codes=row.codes, quantity=row.number_of("quantity"), unit=row.text("unit"),
        price=row.number_of("price"), description=row.text("description"), requested_on=row.day("requested_on"),
        place=row.place,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: the column that tells it, the one that tells its documents apart, how rows are read."""

    name: str
    told_by: str
    key: str
    read: Callable[[list[Row]], Any]
    has_identity: bool = True


KINDS = (
    Kind("acknowledgement", "answer", "order_number", _answer),
    Kind("shipping_notice", "notice_number", "notice_number", _notice),
    Kind("invoice", "invoice_number", "invoice_number", _invoice),
    # The identity of an order is in the name of its file and in the webhook's head.
    Kind("order", "ordered_on", "order_number", _order, has_identity=False),
)


def _kind_of(row: Row) -> Kind:
    found = next((kind for kind in KINDS if kind.told_by in row.cells), None)
    if found is None:
        told = ", ".join(kind.told_by for kind in KINDS)
        raise Refused(f"{HEAD_ROW}: it has none of the columns {told}.", code="bad_csv", place=HEAD_ROW)
    return found


def write_answer(document: AcknowledgementDocument, *, message_id: str) -> bytes:
    """An answer as a supplier writes it, a row per part of a line."""
    rows = [_answer_row(document, line, part, message_id) for line in document.lines for part in line.answers]
    return _written(ANSWER_COLUMNS, rows)


def _answer_row(
    document: AcknowledgementDocument, line: AcknowledgedLine, part: AnsweredPart, message_id: str
) -> dict[str, object]:
    return {
        "message_id": message_id, "order_number": document.order_number, "revision": document.change_number,
        **_line_cells(line.line, line.codes, part.quantity, part.unit), "answer": str(part.status),
        "promised_on": part.promised_on, "price": line.price, "comment": "; ".join(line.texts),
    }  # fmt: skip


def write_notice(document: ShippingNoticeDocument, *, message_id: str) -> bytes:
    """A shipping notice as a supplier writes it, a row per line."""
    rows = [
        {
            "message_id": message_id, "notice_number": document.number, "shipped_on": document.shipped_on,
            "expected_on": document.expected_on, "carrier": document.carrier,
            "bill_of_lading": document.bill_of_lading, "order_number": line.order_number,
            **_line_cells(line.line, line.codes, line.quantity, line.unit), "lot": line.lot,
            "expires_on": line.expires_on, "package": line.marks[0] if line.marks else "",
        }
        for line in document.lines
    ]  # fmt: skip
    return _written(NOTICE_COLUMNS, rows)


def _line_cells(line: str, codes: ItemCodes, quantity: Decimal | None, unit: str) -> dict[str, object]:
    return {"line": line, "sku": codes.sku, "supplier_sku": codes.supplier_sku, "quantity": quantity, "unit": unit}


def _written(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(row[name]) for name in columns] for row in rows)
    return text.getvalue().encode()


def _cell(value: object) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else safe_cell(str(value))
