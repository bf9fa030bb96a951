"""Tables that people bring: read from CSV or Parquet, checked column by column, every fault named by row.

A reader gives a frame of text with the row number each line has in the file; `checked` turns text into values and
collects all faults at once, so that a person mends a file in one go. Nothing here writes anything.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ownstock.base.errors import Refused

MAX_BYTES = 1 << 30
MAX_ROWS = 5_000_000
MAX_FAULTS_TOLD = 1_000
ROW = "row"

TEXT = pl.String()
INTEGER = pl.Int64()
DECIMAL = pl.Decimal(18, 4)
DATE = pl.Date()
INSTANT = pl.Datetime("us", "UTC")
BOOLEAN = pl.Boolean()

WHAT_IT_MUST_BE: dict[pl.DataType, str] = {
    INTEGER: "a whole number such as 12",
    DECIMAL: "a number with a point and at most four decimals, such as 12.50",
    DATE: "a date such as 2026-03-31",
    INSTANT: "a moment with its time zone, such as 2026-03-31T14:05:00Z",
    BOOLEAN: "true or false",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One column of an import: its name, its type, whether it must be filled, what else it must satisfy."""

    name: str
    dtype: pl.DataType = TEXT
    is_required: bool = True
    default: object = None
    choices: Sequence[str] = ()
    at_least: float | None = None
    max_length: int = 300
    pattern: str = ""
    must_be: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one value, where, and what to do."""

    row: int
    field: str
    value: str
    sentence: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.field}: {self.sentence}"


def faults_refused(name: str, faults: Sequence[Fault]) -> Refused:
    """The refusal of a whole file: every fault in its facts, and that nothing was written."""
    rows = len({fault.row for fault in faults})
    told = [
        {"row": f.row, "field": f.field, "value": f.value, "sentence": f.sentence} for f in faults[:MAX_FAULTS_TOLD]
    ]
    count = f"{len(faults)} faults in {rows} rows" if len(faults) != 1 else "1 fault"
    return Refused(
        f"{name}: {count}. Nothing was written.", code="bad_rows", name=name, faults=told, fault_count=len(faults)
    )


def read_table(path: Path) -> pl.DataFrame:
    """Read a CSV (UTF-8, comma or semicolon, headings in the first row) or Parquet file as it is.

    Returns a frame with the file's columns and `row`, the number a person sees: the line in a CSV file, counted from 1 with
    the headings; the record in a Parquet file, counted from 1.

    Raises:
        Refused: no such file, too large, not readable as what its name says, a row with too many or too few values.
    """
    if not path.is_file():
        raise Refused(f"There is no file {path}.", code="no_file", path=str(path))
    if path.stat().st_size > MAX_BYTES:
        raise Refused(f"{path.name} is larger than {MAX_BYTES >> 20} MiB; split it.", code="file_too_large")
    readers = {".csv": _read_csv, ".parquet": _read_parquet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise Refused(f"{path.name} is neither .csv nor .parquet.", code="unknown_format", path=str(path))
    frame = reader(path)
    if frame.height > MAX_ROWS:
        raise Refused(f"{path.name} has more than {MAX_ROWS:,} rows; split it.", code="too_many_rows")
    return frame


def _read_parquet(path: Path) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as fault:
        raise Refused(f"{path.name} is not a readable Parquet file ({fault}).", code="unreadable") from fault
    return frame.drop(ROW, strict=False).with_row_index(ROW, offset=1).with_columns(pl.col(ROW).cast(pl.Int64))


def _read_csv(path: Path) -> pl.DataFrame:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        line = path.read_bytes()[: fault.start].count(b"\n") + 1
        raise Refused(
            f"{path.name}, row {line}: not UTF-8 text; save the file as UTF-8.", code="unreadable", row=line
        ) from fault
    if not text.strip():
        raise Refused(f"{path.name} is empty.", code="empty_file")
    first_line = text.splitlines()[0]
    reader = csv.reader(text.splitlines(keepends=True), delimiter=";" if ";" in first_line else ",", strict=True)
    rows: list[list[str]] = []
    numbers: list[int] = []
    faults: list[Fault] = []
    try:
        headings = [heading.strip() for heading in next(reader)]
        for values in reader:
            if not any(value.strip() for value in values):
                continue
            if len(values) != len(headings):
                sentence = f"{len(values)} values where the headings name {len(headings)}."
                faults.append(Fault(reader.line_num, "the row", "", sentence))
            rows.append(values)
            numbers.append(reader.line_num)
    except csv.Error as fault:
        raise Refused(
            f"{path.name}, row {reader.line_num}: {fault}.", code="unreadable", row=reader.line_num
        ) from fault
    if faults:
        raise faults_refused(path.name, faults)
    _refuse_doubled(path.name, headings)
    columns = {heading: [row[i] for row in rows] for i, heading in enumerate(headings)}
    schema = {**dict.fromkeys(headings, pl.String), ROW: pl.Int64}
    return pl.DataFrame({**columns, ROW: numbers}, schema=schema)


def _refuse_doubled(name: str, headings: Sequence[str]) -> None:
    doubled = sorted({heading for heading in headings if headings.count(heading) > 1})
    if doubled:
        raise Refused(
            f"{name}: the heading {doubled[0]} stands more than once.", code="doubled_heading", headings=doubled
        )


def checked(frame: pl.DataFrame, fields: Sequence[Field], *, name: str) -> tuple[pl.DataFrame, list[Fault]]:
    """Turn a frame as read into one with the declared columns and types, and list every fault.

    `frame` has the columns of `read_table`. The result keeps `row` and all rows; a value at fault is null in it, so use it
    only when the list is empty (or to look for further faults in the same go).

    Raises:
        Refused: a required column is missing or a column is not known (the nearest known name is offered).
    """
    _refuse_columns(frame, fields, name)
    columns: list[pl.Series] = [frame[ROW].cast(pl.Int64)]
    faults: list[Fault] = []
    for field in fields:
        if field.name not in frame.columns:
            columns.append(pl.Series(field.name, [field.default] * frame.height, dtype=field.dtype))
            continue
        values, column_faults = _checked_column(frame, field)
        columns.append(values)
        faults.extend(column_faults)
    return pl.DataFrame(columns), sorted(faults, key=lambda fault: fault.row)


def _refuse_columns(frame: pl.DataFrame, fields: Sequence[Field], name: str) -> None:
    known = [field.name for field in fields]
    for heading in frame.columns:
        if heading not in (*known, ROW):
            near = difflib.get_close_matches(heading.lower().replace(" ", "_"), known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Known columns: {', '.join(known)}."
            raise Refused(f"{name}: the column {heading!r} is not known. {hint}", code="unknown_column", column=heading)
    missing = [field.name for field in fields if field.is_required and field.name not in frame.columns]
    if missing:
        raise Refused(f"{name}: the column {missing[0]} is missing.", code="missing_column", columns=missing)


def _checked_column(frame: pl.DataFrame, field: Field) -> tuple[pl.Series, list[Fault]]:
    raw = frame[field.name]
    text = raw.cast(pl.String).str.strip_chars()
    is_filled = (text != "").fill_null(value=False)
    values = _typed(raw, text.set(~is_filled, None), field.dtype)
    faults = _faults(frame, field, text, is_filled & values.is_null(), _expected(field.dtype))
    if field.is_required:
        faults += _faults(frame, field, text, ~is_filled, "a value is needed.")
    elif field.default is not None:
        values = values.set(~is_filled, field.default)
    if field.choices:
        outside = is_filled & ~values.is_in(list(field.choices))
        faults += _faults(frame, field, text, outside, f"must be one of {', '.join(field.choices)}.")
    if field.at_least is not None:
        below = (values < field.at_least).fill_null(value=False)
        faults += _faults(frame, field, text, below, f"must be at least {field.at_least:g}.")
    if field.pattern:
        odd = is_filled & ~text.str.contains(field.pattern).fill_null(value=True)
        faults += _faults(frame, field, text, odd, f"must be {field.must_be}.")
    if field.dtype == TEXT:
        too_long = (text.str.len_chars() > field.max_length).fill_null(value=False)
        faults += _faults(frame, field, text, too_long, f"is longer than {field.max_length} characters.")
    return values.rename(field.name), faults


def _typed(raw: pl.Series, text: pl.Series, dtype: pl.DataType) -> pl.Series:
    """The column in its type; null where the text is no such value."""
    if dtype == TEXT:
        return text
    if dtype == DECIMAL:
        is_decimal = text.str.contains(r"^[+-]?\d{1,14}(\.\d{1,4}0*)?$").fill_null(value=False)
        return text.set(~is_decimal, None).cast(DECIMAL, strict=False)
    if raw.dtype == dtype or (dtype == INTEGER and raw.dtype.is_integer()):
        return raw.cast(dtype)
    if dtype == DATE:
        return text.str.to_date("%Y-%m-%d", strict=False)
    if dtype == INSTANT:
        return text.str.replace("Z$", "+00:00").str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%:z", strict=False).cast(INSTANT)
    if dtype == BOOLEAN:
        lowered = text.str.to_lowercase()
        return (lowered == "true").set(~lowered.is_in(["true", "false"]).fill_null(value=False), None)
    return text.cast(dtype, strict=False)


def _expected(dtype: pl.DataType) -> str:
    return f"must be {WHAT_IT_MUST_BE[dtype]}." if dtype in WHAT_IT_MUST_BE else "cannot be read."


def _faults(frame: pl.DataFrame, field: Field, text: pl.Series, at_fault: pl.Series, sentence: str) -> list[Fault]:
    rows = frame[ROW].filter(at_fault).to_list()
    values = text.filter(at_fault).fill_null("").to_list()
    return [
        Fault(row, field.name, value, f"{value!r} {sentence}" if value else sentence[0].upper() + sentence[1:])
        for row, value in zip(rows, values, strict=True)
    ]
