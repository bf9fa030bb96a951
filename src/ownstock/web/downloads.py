"""Rows as a file to save: CSV as it is written, line by line, or a workbook.

A spreadsheet reads CSV as its own language writes it. Where a comma is the decimal mark, columns are parted by semicolons,
decimals have the comma, and the first bytes say that it is UTF-8; `base/tables` reads either.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.formats import get_format

CELLS_THAT_BEGIN_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = "\ufeff"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(name: str, kind: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponseBase:
    """The rows as `name.csv` or, where `kind` is xlsx, `name.xlsx`.

    Of texts that a spreadsheet would take for a formula, CSV has an apostrophe before; a workbook says that they are texts.
    """
    if kind == "xlsx":
        answer: HttpResponseBase = HttpResponse(_workbook(headings, rows), content_type=WORKBOOK)
    else:
        kind = "csv"
        has_comma = get_format("DECIMAL_SEPARATOR") == ","
        lines = _lines(headings, rows, delimiter=";" if has_comma else ",", has_comma=has_comma)
        answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer


class _Line:
    """What a CSV writer writes to: it keeps nothing, the line is the answer."""

    def write(self, text: str) -> str:
        return text


def _lines(headings: Sequence[str], rows: Iterable[Sequence[Any]], *, delimiter: str, has_comma: bool) -> Iterator[str]:
    writer: Any = csv.writer(_Line(), delimiter=delimiter, lineterminator="\r\n")
    yield (BYTE_ORDER_MARK if has_comma else "") + writer.writerow(headings)
    for row in rows:
        yield writer.writerow([_safe(value, has_comma=has_comma) for value in row])


def _safe(value: Any, *, has_comma: bool) -> Any:
    if has_comma and isinstance(value, Decimal | float):
        return str(value).replace(".", ",")
    if isinstance(value, str) and value.startswith(CELLS_THAT_BEGIN_A_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def _workbook(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    written = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(written, options) as book:
        day, bold = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"bold": True})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(headings) - 1, 14)
        sheet.write_row(0, 0, headings, bold)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)
                elif value is not None:
                    sheet.write(number, column, float(value) if isinstance(value, Decimal) else value)
    return written.getvalue()
