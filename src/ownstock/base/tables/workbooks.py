"""XLSX workbooks: one sheet as a table, numbers as Excel shows them, dates as dates, cells without value by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from ownstock.base.errors import Refused
from ownstock.base.tables.columns import NAMELESS, column_names, without_nameless
from ownstock.base.tables.fields import ROW, Faults
from ownstock.base.tables.limits import MAX_COLUMNS, refuse_large_table
from ownstock.base.tables.table import Table
from ownstock.base.tables.workbook_parts import (
    Inspected,
    inspect_sheet,
    refuse_bomb,
    refuse_many_sheets,
    refuse_no_workbook,
)

ROWS_AT_ONCE = 20_000
MOST_NAMES = 10
MIDNIGHT = time(0)


def read_workbook(path: Path, sheet: str = "") -> Table:
    """Read a sheet (the first, or by name) with headings in its first row. `row` is the row that Excel shows.

    Numbers are rounded to the fifteen digits that Excel shows. Formulas have the value that they had when the file was saved.

    Raises:
        Refused: locked, damaged, too large, no such sheet, nothing in it, a title above the headings, cells in error.
    """
    refuse_no_workbook(path)
    refuse_bomb(path)
    workbook, errors = _opened(path)
    name = _chosen(path, workbook, sheet)
    inspected = inspect_sheet(path, name)
    _refuse_wide(path.name, inspected)
    try:
        cells = workbook.get_sheet_by_name(name)
        frame, exact = _table(path.name, cells)
    except errors as fault:
        raise Refused(f"{path.name}: the sheet {name!r} cannot be read ({fault}).", code="unreadable") from fault
    _refuse_faulty_cells(path.name, frame, inspected)
    kept, told = without_nameless(path.name, frame)
    sentences = (f"Read the sheet {name!r}.", *told) if len(workbook.sheet_names) > 1 or sheet else told
    return Table(path.name, kept, {k: v for k, v in exact.items() if k in kept.columns}, sentences)


def _opened(path: Path) -> tuple[Any, type[Exception]]:
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError as fault:  # pragma: no cover - the extra `app` brings it
        raise Refused(
            "Reading XLSX needs the package python-calamine: pip install 'ownstock[app]'.", code="no_reader"
        ) from fault
    try:
        return CalamineWorkbook.from_path(path), CalamineError
    except (CalamineError, OSError) as fault:
        raise Refused(f"{path.name} is not a readable XLSX file ({fault}).", code="unreadable") from fault


def _chosen(path: Path, workbook: Any, sheet: str) -> str:
    from python_calamine import SheetTypeEnum

    names = [s.name for s in workbook.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
    refuse_many_sheets(path.name, len(workbook.sheet_names))
    if not names:
        raise Refused(f"{path.name} has no sheet with cells.", code="no_sheet")
    if sheet and sheet not in names:
        shown = ", ".join(map(repr, names[:MOST_NAMES]))
        raise Refused(
            f"{path.name} has no sheet {sheet!r}; it has {shown}.", code="no_sheet", sheets=names[:MOST_NAMES]
        )
    return sheet or names[0]


def _refuse_wide(name: str, inspected: Inspected) -> None:
    refuse_large_table(name, inspected.rows, min(inspected.columns, MAX_COLUMNS))


def _table(name: str, cells: Any) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    rows = _numbered(cells)
    first = next(rows, None)
    if first is None:
        raise Refused(f"{name}: the sheet {cells.name!r} is empty.", code="empty_file")
    number, headings = first
    texts = _trimmed([_heading(value) for value in headings])
    _refuse_title(name, number, texts, headings, cells)
    names = column_names(name, texts)
    parts = [_part(names, part) for part in _in_parts(rows)]
    frame = pl.concat([part[0] for part in parts] or [_part(names, [])[0]])
    exact = {n: pl.concat([part[1][n] for part in parts]) for n in names if any(part[1][n].any() for part in parts)}
    return frame, exact


def _numbered(cells: Any) -> Iterator[tuple[int, list[Any]]]:
    """The rows that are not empty, with the numbers that Excel shows; all begin with column A."""
    before = [""] * (cells.start[1] if cells.start else 0)
    for number, row in enumerate(cells.iter_rows(), start=1):
        if any(value != "" for value in row):
            yield number, before + row


def _heading(value: Any) -> str:
    return str(value) if isinstance(value, str) else _text(value)


def _trimmed(headings: list[str]) -> list[str]:
    while headings and not headings[-1].strip():
        headings.pop()
    return headings


def _refuse_title(name: str, number: int, texts: Sequence[str], raw: Sequence[Any], cells: Any) -> None:
    """A title over the table, or headings that span columns, are no headings."""
    merged = [area for area in cells.merged_cell_ranges or [] if area[0][0] <= number - 1 <= area[1][0]]
    is_alone = sum(bool(text.strip()) for text in texts) == 1 and cells.width > 1
    if merged or is_alone:
        raise Refused(
            f"{name}, row {number}: {'cells are merged' if merged else 'a single cell'} where the headings should be. Delete "
            "what stands above the table, and give every column its own heading.",
            code="no_headings",
            row=number,
        )


def _in_parts(rows: Iterator[tuple[int, list[Any]]]) -> Iterator[list[tuple[int, list[Any]]]]:
    part: list[tuple[int, list[Any]]] = []
    for row in rows:
        part.append(row)
        if len(part) == ROWS_AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _part(names: Sequence[str], rows: Sequence[tuple[int, list[Any]]]) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """Some rows as columns of text, and which values were numbers. Values beyond the headings get a nameless column."""
    numbers = [number for number, _ in rows]
    columns = [[row[i] if i < len(row) else "" for _, row in rows] for i in range(len(names))]
    beyond = next((number for number, row in rows if any(value != "" for value in row[len(names) :])), None)
    series = [pl.Series(n, list(map(_text, column)), dtype=pl.String) for n, column in zip(names, columns, strict=True)]
    exact = {
        n: pl.Series([_is_number(v) for v in column], dtype=pl.Boolean)
        for n, column in zip(names, columns, strict=True)
    }
    outside = pl.Series(f"{NAMELESS}{len(names) + 1}", ["x" if n == beyond else "" for n in numbers], dtype=pl.String)
    return pl.DataFrame([pl.Series(ROW, numbers, dtype=pl.Int64), *series, outside]), exact


def _is_number(value: Any) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool)


def _text(value: Any) -> str:
    """A cell as text: numbers plain and as Excel shows them, days and moments in ISO form."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | int):
        return _shown(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != MIDNIGHT else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def _shown(value: float | int) -> str:
    """A number to the fifteen digits of Excel; more digits before the point are left as they are, to be told of."""
    if abs(value) >= 1e15:
        return f"{Decimal(value):f}"
    text = f"{Decimal(format(value, '.15g')):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _refuse_faulty_cells(name: str, frame: pl.DataFrame, inspected: Inspected) -> None:
    """Name every cell of the table that is in error, or whose formula has no value in the file."""
    headings = [column for column in frame.columns if column != ROW]
    faults = Faults()
    for fault in inspected.faults:
        heading = headings[fault.column - 1] if fault.column <= len(headings) else ""
        sentence = (
            f"cell {fault.cell} is in error; mend it or empty it."
            if fault.value
            else f"cell {fault.cell} has a formula without its value; open the file in Excel and save it."
        )
        row = pl.Series([fault.row], dtype=pl.Int64)
        faults.at(row, heading.strip(NAMELESS) or fault.cell, pl.Series([fault.value], dtype=pl.String), sentence)
    faults.refuse(name)
