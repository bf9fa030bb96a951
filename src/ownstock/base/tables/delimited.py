"""Text files with a line a row: CSV with commas, semicolons, tabs or pipes."""

from __future__ import annotations

import csv
import gc
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from ownstock.base.errors import Refused
from ownstock.base.tables.columns import column_names, without_nameless
from ownstock.base.tables.encodings import read_text
from ownstock.base.tables.fields import ROW, Faults
from ownstock.base.tables.limits import refuse_large_table
from ownstock.base.tables.table import Table

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "pipes"}
SAID_FIRST = re.compile(r"^sep=(.)\r?\n?$", re.IGNORECASE)
LINE_END = re.compile(r"\r\n|\r|\n")
ROWS_AT_ONCE = 50_000
MAX_VALUE_CHARACTERS = 131_072


def read_delimited(path: Path, encoding: str = "") -> Table:
    """Read a text file with headings in its first row; a value in quotes may hold delimiters and line breaks.

    `row` is the line in the file on which a record begins, counted from 1.

    Raises:
        Refused: empty, not text, quotes that do not end, rows with more or fewer values than there are headings.
    """
    text, sentences = read_text(path, encoding)
    _refuse_no_text(path.name, text)
    first, said = _said_delimiter(text)
    delimiter = said or _delimiter(path.name, text[first:])
    if delimiter != ",":
        sentences += (f"Columns are parted by {DELIMITERS.get(delimiter, repr(delimiter))}.",)
    lines_before = 1 if said else 0
    read = _with_quotes if '"' in text else _plain
    frame, left_out = without_nameless(path.name, read(path.name, text[first:], delimiter, lines_before))
    return Table(path.name, frame, sentences=sentences + left_out)


def _refuse_no_text(name: str, text: str) -> None:
    if not text.strip():
        raise Refused(f"{name} is empty.", code="empty_file")
    if "\0" in text:
        row = text[: text.index("\0")].count("\n") + 1
        raise Refused(
            f"{name}, row {row}: a NUL character; this is no text file, or it is damaged.", code="unreadable", row=row
        )


def _said_delimiter(text: str) -> tuple[int, str]:
    """Where the table begins, and the delimiter that a first line `sep=;` names."""
    end = LINE_END.search(text)
    line = text[: end.end()] if end else ""
    said = SAID_FIRST.match(line.replace("\r\n", "\n").replace("\r", "\n"))
    return (len(line), said[1]) if said else (0, "")


def _delimiter(name: str, text: str) -> str:
    """The delimiter that parts the headings into the most columns.

    Raises:
        Refused: two do so equally well.
    """
    counts = {mark: len(_headings(name, text, mark)) for mark in DELIMITERS}
    most = max(counts.values())
    best = [mark for mark, count in counts.items() if count == most]
    if most > 1 and len(best) > 1:
        both = " and ".join(DELIMITERS[mark] for mark in best)
        raise Refused(
            f"{name}, row 1: {both} could both part the headings. Write sep=, or sep=; alone on a line before them.",
            code="which_delimiter",
        )
    return best[0] if most > 1 else ","


def _headings(name: str, text: str, delimiter: str) -> list[str]:
    """The first record that is not blank, parted by a mark that may be the wrong one."""
    try:
        return next((row for row in csv.reader(_lines(text), delimiter=delimiter) if any(row)), [])
    except csv.Error as fault:
        raise Refused(f"{name}, row 1: {_sentence(fault)}", code="unreadable", row=1) from fault


def _lines(text: str) -> Iterator[str]:
    """The lines with their ends; a line ends as files end them, not where Unicode knows a separator."""
    start = 0
    for end in LINE_END.finditer(text):
        yield text[start : end.end()]
        start = end.end()
    if start < len(text):
        yield text[start:]


def _plain(name: str, text: str, delimiter: str, lines_before: int) -> pl.DataFrame:
    """A file without quotes: every line is a row, every delimiter parts two values. Whole columns at once."""
    ended = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    lines = pl.Series("line", [ended]).str.split("\n").explode(empty_as_null=False)
    frame = pl.DataFrame(
        {ROW: pl.int_range(1, len(lines) + 1, eager=True, dtype=pl.Int64) + lines_before, "line": lines}
    )
    is_blank = frame["line"].str.contains(rf"^[\s{re.escape(delimiter)}]*$")
    frame = frame.filter(~is_blank)
    headings = column_names(name, frame["line"][0].split(delimiter))
    frame = frame[1:]
    refuse_large_table(name, frame.height, len(headings))
    _refuse_ragged(name, frame[ROW], frame["line"].str.count_matches(delimiter, literal=True) + 1, len(headings))
    if len(headings) == 1:
        return frame.rename({"line": headings[0]})
    values = frame["line"].str.split_exact(delimiter, len(headings) - 1).struct.unnest()
    values.columns = headings
    return values.insert_column(0, frame[ROW])


def _with_quotes(name: str, text: str, delimiter: str, lines_before: int) -> pl.DataFrame:
    """A file with quotes, record by record."""
    csv.field_size_limit(MAX_VALUE_CHARACTERS)
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    headings: list[str] = []
    parts: list[pl.DataFrame] = []
    counts: list[pl.Series] = []
    with _no_collecting():
        try:
            records = _records(reader, lines_before)
            headings = column_names(name, next(records)[1][0])
            for numbers, rows in records:
                counts.append(pl.Series([len(row) for row in rows], dtype=pl.Int64))
                parts.append(_part(headings, numbers, rows))
                refuse_large_table(name, sum(map(len, counts)), len(headings))
        except csv.Error as fault:
            row = reader.line_num + lines_before
            raise Refused(f"{name}, row {row}: {_sentence(fault)}", code="unreadable", row=row) from fault
    frame = pl.concat([_part(headings, [], []), *parts])
    _refuse_ragged(name, frame[ROW], pl.concat([pl.Series([], dtype=pl.Int64), *counts]), len(headings))
    return frame


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Millions of short lists make the collector search in vain: a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _records(reader: Iterator[list[str]], lines_before: int) -> Iterator[tuple[list[int], list[list[str]]]]:
    """The records that are not blank, with the line each begins on: the first alone, the others in parts."""
    numbers: list[int] = []
    rows: list[list[str]] = []
    size = 1
    begins = reader.line_num + 1  # type: ignore[attr-defined]
    for row in reader:
        if any(value.strip() for value in row):
            numbers.append(begins + lines_before)
            rows.append(row)
        begins = reader.line_num + 1  # type: ignore[attr-defined]
        if len(rows) == size:
            yield numbers, rows
            numbers, rows, size = [], [], ROWS_AT_ONCE
    if rows:
        yield numbers, rows


def _part(headings: Sequence[str], numbers: list[int], rows: list[list[str]]) -> pl.DataFrame:
    """Some records as columns; a record with too few or too many values is evened out, and told of later."""
    width = len(headings)
    even = [row if len(row) == width else (row + [""] * width)[:width] for row in rows]
    columns = list(zip(*even, strict=True)) or [()] * width
    series = [pl.Series(heading, column, dtype=pl.String) for heading, column in zip(headings, columns, strict=True)]
    return pl.DataFrame([pl.Series(ROW, numbers, dtype=pl.Int64), *series])


def _refuse_ragged(name: str, rows: pl.Series, counts: pl.Series, width: int) -> None:
    faults = Faults()
    for count in counts.filter(counts != width).unique().sort():
        at = rows.filter(counts == count)
        faults.at(at, "the row", pl.repeat(None, len(at), dtype=pl.String, eager=True), _ragged(count, width))
    faults.refuse(name)


def _ragged(count: int, width: int) -> str:
    return f"{count} {'value' if count == 1 else 'values'} where the headings name {width}."


def _sentence(fault: csv.Error) -> str:
    text = str(fault)
    if "unexpected end" in text:
        return "a value in quotes does not end; the file may be cut off."
    if "expected after" in text:
        return 'something stands after the closing quote of a value; a quote inside a value is written twice ("").'
    if "field larger" in text:
        return f"a value is longer than {MAX_VALUE_CHARACTERS:,} characters; a quote may be missing."
    return f"{text}."
