"""A sheet for counting as CSV, and the counts read back from it: what is expected stands nowhere in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ownstock.base.tables import AS_IT_IS, DECIMAL, INSTANT, INTEGER, Directions, Field, read_rows
from ownstock.exchange.rules import safe_cell, unguarded
from ownstock.ledger.queries.counts import SheetLine
from ownstock.ledger.rules import Status
from ownstock.ledger.rules.counting import Counted
from ownstock.ledger.rules.posting import MAX_QUANTITY

COLUMNS = ("line", "location", "sku", "description", "lot", "status", "unit", "quantity", "counted_at")
FOR_THE_EYE = ("description", "unit")
FIELDS = [
    Field("line", INTEGER, is_required=False, at_least=1),
    Field("location", is_required=False, default="", max_length=61),
    Field("sku", is_required=False, default="", max_length=61),
    Field("lot", is_required=False, default="", max_length=61),
    Field("status", is_required=False, default="", choices=list(Status)),
    Field("quantity", DECIMAL, is_required=False, at_least=0, below=float(MAX_QUANTITY)),
    Field("counted_at", INSTANT, is_required=False),
]


def render(lines: Sequence[SheetLine]) -> bytes:
    """Write the lines with `quantity` and `counted_at` left empty: RFC 4180, UTF-8, texts guarded as in every export."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(
        [str(line.line), *map(safe_cell, (line.location, line.sku, line.description, line.lot)), line.status,
         safe_cell(line.unit), "", ""]
        for line in lines
    )  # fmt: skip
    return text.getvalue().encode()


def read(path: Path, directions: Directions = AS_IT_IS) -> list[Counted]:
    """Read what was counted: the rows whose quantity is filled. A row without a line is of goods found beside the sheet.

    Raises:
        Refused: the file cannot be read, or some of its rows are at fault (each named).
    """
    rows = read_rows(path, FIELDS, replace(directions, ignored=(*directions.ignored, *FOR_THE_EYE)))
    rows.faults.refuse(path.name)
    filled = rows.frame.filter(rows.frame["quantity"].is_not_null())
    columns = filled.select("quantity", "line", "sku", "location", "lot", "status", "counted_at").iter_rows()
    return [
        Counted(quantity, line, unguarded(sku), unguarded(location), unguarded(lot), status, counted_at)
        for quantity, line, sku, location, lot, status, counted_at in columns
    ]
