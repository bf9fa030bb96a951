"""A sheet of confirmations as suppliers fill it in, the order's CSV or the same as XLSX, read into answers to its orders.

Columns: `order_number`, `revision`, `line`, and of the supplier `confirmed_quantity`, `confirmed_unit`, `promised_on`,
`confirmed_price`, `reason`, `comment`; all others are for the eye. A line may have several rows: each is a delivery. A line
whose rows are left as they came stays open; a quantity of zero rejects it.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from ownstock.base.errors import Refused
from ownstock.base.tables import AS_IT_IS, DATE, DECIMAL, INTEGER, ROW, Directions, Fault, Faults, Field, read_rows
from ownstock.base.text import plain
from ownstock.catalog.models import Supplier
from ownstock.exchange.confirmations.queries import AskedOrder, asked_order, sent_revision_of
from ownstock.exchange.confirmations.rules import (
    AskedLine,
    Counting,
    LineReply,
    RejectReason,
    check_day,
    check_price,
    check_words,
    promised,
    rejected,
    stock_units,
)
from ownstock.exchange.rules import unguarded
from ownstock.purchasing.models import OrderRevision, PurchaseOrder
from ownstock.purchasing.rules import Promise

Found = TypeVar("Found")
MAX_FILE_BYTES = 5 << 20
MAX_INFLATED_BYTES = 100 << 20
MAX_FILE_ROWS = 20_000
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx")
FIELDS = [
    Field("order_number", max_length=30),
    Field("revision", INTEGER, at_least=1),
    Field("line", INTEGER, at_least=1),
    Field("confirmed_quantity", DECIMAL, is_required=False, at_least=0),
    Field("confirmed_unit", is_required=False, max_length=30),
    Field("promised_on", DATE, is_required=False),
    Field("confirmed_price", DECIMAL, is_required=False),
    Field("reason", is_required=False),
    Field("comment", is_required=False),
]
REASON_NAMES = ", ".join(RejectReason)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row as it was filled in."""

    row: int
    order_number: str
    revision: int
    line: int
    quantity: Decimal | None
    unit: str
    promised_on: date | None
    price: Decimal | None
    reason: str
    comment: str

    @property
    def is_filled(self) -> bool:
        """Whether anything was said in it; the unit stands there from the beginning."""
        said = (self.quantity, self.promised_on, self.price)
        return any(value is not None for value in said) or bool(self.reason or self.comment)


@dataclass(frozen=True, slots=True)
class SheetAnswer:
    """What a sheet says of one order, and its first row."""

    revision: OrderRevision
    asked: AskedOrder
    replies: tuple[LineReply, ...]
    row: int


def read(path: Path, *, supplier: Supplier | None, directions: Directions = AS_IT_IS) -> list[SheetAnswer]:
    """Read a sheet: the answers to its orders, in order of their first rows. Lines that are not filled in are left out.

    `supplier` is whoever brings it, who answers no order but their own; None for our own people.

    Raises:
        Refused: it is too large or of no kind that is read, nothing is filled in, or rows are at fault (each named).
    """
    _refuse_other_files(path)
    ignoring = Directions(sheet=directions.sheet, encoding=directions.encoding, numbers=directions.numbers,
                          dates=directions.dates, ignored=("*",))  # fmt: skip
    rows = read_rows(path, FIELDS, ignoring)
    if rows.frame.height > MAX_FILE_ROWS:
        raise Refused(f"{path.name} has more than {MAX_FILE_ROWS:,} rows; split it.", code="too_many_rows")
    rows.faults.refuse(path.name)
    names = [ROW, *(field.name for field in FIELDS)]
    found = [_sheet_row(values) for values in rows.frame.select(names).iter_rows()]
    answers = list(_answers([row for row in found if row.is_filled], supplier, rows.faults))
    rows.faults.refuse(path.name)
    if not answers:
        raise Refused(f"{path.name}: no row is filled in, so there is nothing to take down.", code="no_answer")
    return answers


def _refuse_other_files(path: Path) -> None:
    if path.suffix.lower() not in ENDINGS:
        raise Refused(f"{path.name} is none of {', '.join(ENDINGS)}; save it as one.", code="unknown_format")
    if path.is_file() and path.stat().st_size > MAX_FILE_BYTES:
        raise Refused(f"{path.name} is larger than {MAX_FILE_BYTES >> 20} MiB; split it.", code="file_too_large")
    if path.suffix.lower() == ".xlsx" and path.is_file():
        _refuse_inflated(path)


def _refuse_inflated(path: Path) -> None:
    """A small archive that is large inside is no sheet of confirmations."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return  # Whoever reads it next says what is wrong with it.
    if size > MAX_INFLATED_BYTES:
        raise Refused(f"{path.name} holds more than {MAX_INFLATED_BYTES >> 20} MiB; split it.", code="file_too_large")


def _sheet_row(values: Sequence[object]) -> SheetRow:
    row, number, revision, line, quantity, unit, promised_on, price, reason, comment = values
    texts = [unguarded(str(text or "")).strip() for text in (number, unit, reason, comment)]
    return SheetRow(row, texts[0], revision, line, quantity, texts[1], promised_on, price, *texts[2:])  # type: ignore[arg-type]


def _answers(rows: Sequence[SheetRow], supplier: Supplier | None, faults: Faults) -> Iterator[SheetAnswer]:
    of_order: dict[str, list[SheetRow]] = {}
    for row in rows:
        of_order.setdefault(row.order_number, []).append(row)
    orders = PurchaseOrder.objects.filter(number__in=of_order, sent_revision__isnull=False)
    known = {order.number: order for order in (orders.filter(supplier=supplier) if supplier else orders)}
    for number, its_rows in of_order.items():
        if number not in known:
            # Also where it is another supplier's: that there is one is nobody else's to know.
            faults.add([_fault(row, "order_number", number, "No such order was sent.") for row in its_rows])
            continue
        revision = sent_revision_of(known[number])
        asked = asked_order(revision)
        replies = list(_replies(its_rows, asked, revision.number, faults))
        yield SheetAnswer(revision, asked, tuple(replies), its_rows[0].row)


def _replies(rows: Sequence[SheetRow], asked: AskedOrder, revision: int, faults: Faults) -> Iterator[LineReply]:
    lines = {line.line: line for line in asked.lines}
    of_line: dict[int, list[SheetRow]] = {}
    for row in rows:
        if row.revision != revision:
            sentence = f"Revision {revision} was sent since; fill in the sheet of that one."
            faults.add([_fault(row, "revision", str(row.revision), sentence)])
        elif row.line not in lines:
            faults.add([_fault(row, "line", str(row.line), "The order has no such line.")])
        else:
            of_line.setdefault(row.line, []).append(row)
    for number, its_rows in of_line.items():
        reply = _reply(lines[number], its_rows, asked, faults)
        if reply is not None:
            yield reply


def _reply(line: AskedLine, rows: Sequence[SheetRow], asked: AskedOrder, faults: Faults) -> LineReply | None:
    before = faults.count
    first = rows[0]
    words = "; ".join(dict.fromkeys(row.comment for row in rows if row.comment))
    _judge(faults, first, "comment", words, lambda: check_words(line.line, words))
    if any(row.quantity == 0 for row in rows):
        return _rejection(line, rows, words, faults) if faults.count == before else None
    parts = [part for row in rows if (part := _part(line, row, asked, faults)) is not None]
    price = _price(line, rows, faults)
    if faults.count > before:
        return None
    promises = _judge(faults, first, "confirmed_quantity", _shown(first.quantity), lambda: promised(line, parts))
    if promises is None:
        return None
    reason, told = _reason(rows, words)
    return LineReply(line=line.line, promises=promises, reason=reason, comment=told, price=price)


def _rejection(line: AskedLine, rows: Sequence[SheetRow], words: str, faults: Faults) -> LineReply | None:
    if len(rows) > 1:
        sentence = "The line has other rows that promise some of it; take out this one, or those."
        faults.add([_fault(row, "confirmed_quantity", "0", sentence) for row in rows if row.quantity == 0])
        return None
    reason, told = _reason(rows, words)
    if reason is None:
        faults.add([_fault(rows[0], "reason", "", f"Say why nothing will come: {REASON_NAMES}, or in your words.")])
        return None
    reply: LineReply | None = _judge(faults, rows[0], "reason", rows[0].reason, lambda: rejected(line, reason, told))
    return reply


def _reason(rows: Sequence[SheetRow], words: str) -> tuple[RejectReason | None, str]:
    """The reason that the rows name, or another one in their words; the words beside it."""
    said = next((row.reason for row in rows if row.reason), "")
    if not said:
        return None, words
    name = said.casefold().replace(" ", "_")
    if name in list(RejectReason) and name != RejectReason.OTHER:
        return RejectReason.named(name), words
    told = words if name == RejectReason.OTHER else "; ".join(filter(None, (said, words)))
    return RejectReason.OTHER, told


def _part(line: AskedLine, row: SheetRow, asked: AskedOrder, faults: Faults) -> Promise | None:
    quantity, day = row.quantity, row.promised_on
    if quantity is None:
        faults.add([_fault(row, "confirmed_quantity", "", "Say how many will come; 0 where none will.")])
    if day is None:
        faults.add([_fault(row, "promised_on", "", "A day is needed.")])
    if quantity is None or day is None:
        return None
    ordered_on = asked.written.ordered_on
    _judge(faults, row, "promised_on", day.isoformat(), lambda: check_day(line, day, ordered_on=ordered_on))
    counting = _counting(line, row, faults)
    if counting is None:
        return None
    shown = _shown(quantity)
    units = _judge(faults, row, "confirmed_quantity", shown, lambda: stock_units(line, quantity, counting))
    return None if units is None else Promise(units, day)


def _counting(line: AskedLine, row: SheetRow, faults: Faults) -> Counting | None:
    """The unit in which a row counts; nothing is guessed where two are possible."""
    ours = Counting(line.unit)
    if row.unit.casefold() == line.purchase.unit.casefold():
        return line.purchase
    if row.unit.casefold() == line.unit.casefold() or (not row.unit and line.counting.of(Decimal(1)) == 1):
        return ours
    both = " or ".join(dict.fromkeys((line.purchase.unit, line.unit)))
    faults.add([_fault(row, "confirmed_unit", row.unit, f"Must be {both}.")])
    return None


def _price(line: AskedLine, rows: Sequence[SheetRow], faults: Faults) -> Decimal | None:
    named = list(dict.fromkeys(row.price for row in rows if row.price is not None))
    if not named:
        return None
    row = next(row for row in rows if row.price is not None)
    if len(named) > 1:
        faults.add([_fault(row, "confirmed_price", _shown(named[0]), "The line's rows name different prices.")])
        return None
    price: Decimal | None = _judge(
        faults, row, "confirmed_price", _shown(named[0]), lambda: check_price(line, named[0])
    )
    return price


def _judge(faults: Faults, row: SheetRow, field: str, value: str, judge: Callable[[], Found]) -> Found | None:
    """What a rule makes of a value; where it refuses, its sentence is a fault of the row."""
    try:
        return judge()
    except Refused as refusal:
        faults.add([_fault(row, field, value, refusal.sentence)])
        return None


def _shown(number: Decimal | None) -> str:
    return "" if number is None else plain(number)


def _fault(row: SheetRow, field: str, value: str, sentence: str) -> Fault:
    return Fault(row.row, field, value, sentence)
