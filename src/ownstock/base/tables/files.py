"""A file as a table, whatever its format; and as rows of the fields that an import asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from ownstock.base.errors import Refused
from ownstock.base.tables.checking import checked
from ownstock.base.tables.delimited import read_delimited
from ownstock.base.tables.directions import ALL_OTHERS, AS_IT_IS, Directions, Shape
from ownstock.base.tables.fields import Faults, Field
from ownstock.base.tables.headings import understood
from ownstock.base.tables.limits import refuse_large_file, refuse_large_table
from ownstock.base.tables.parquet_files import read_parquet_file
from ownstock.base.tables.shapes import shaped
from ownstock.base.tables.table import Table, Understood
from ownstock.base.tables.workbooks import read_workbook

TEXT_ENDINGS = (".csv", ".tsv", ".txt")
WORKBOOK_ENDINGS = (".xlsx", ".xlsm")
BEGINNINGS = {b"PK\x03\x04": "a ZIP archive, perhaps XLSX", b"PAR1": "Parquet", b"\xd0\xcf\x11\xe0": "an old .xls file",
              b"%PDF": "PDF", b"\x1f\x8b": "compressed with gzip"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rows:
    """A file as an import reads it: typed columns and `row`, what is wrong, and how its columns were understood.

    Use the frame only where there is no fault, or to look for more of them: a value at fault is null.
    """

    frame: pl.DataFrame
    faults: Faults
    understood: Understood

    def has(self, field: str) -> bool:
        """Whether the file has a column of this field."""
        return field in self.understood.headings.values()


def read_rows(
    path: Path, fields: Sequence[Field], directions: Directions = AS_IT_IS, shape: Shape | None = None
) -> Rows:
    """Read a file, find out which of its columns are which fields, and check every value.

    Raises:
        Refused: the file cannot be read, or its headings are not those of the fields (see `headings.understood`).
    """
    table = read_table(path, directions)
    if shape is None:
        named, how = understood(table, fields, directions)
        typed, faults, decided = checked(named, fields, directions)
        return Rows(typed, faults, replace(how, sentences=(*how.sentences, *decided)))
    made, taken, left_out = shaped(table, shape, directions)
    ours = _with_shape(directions, shape)
    named, how = understood(made, fields, ours)
    typed, faults, decided = checked(named, fields, ours)
    headings = {**taken, **{theirs: field for theirs, field in how.headings.items() if theirs not in taken.values()}}
    known = {h: f for h, f in headings.items() if f not in shape.constants or h in taken}
    return Rows(typed, faults, Understood(known, (*left_out, *how.ignored), (*how.sentences, *decided)))


def _with_shape(directions: Directions, shape: Shape) -> Directions:
    """A person's word before the shape's; what the shape does not know is left out."""
    return replace(
        directions,
        ignored=(*directions.ignored, ALL_OTHERS),
        numbers=directions.numbers or shape.numbers,
        dates=directions.dates or shape.dates,
        time_zone=directions.time_zone or shape.time_zone,
    )


def read_table(path: Path, directions: Directions = AS_IT_IS) -> Table:
    """Read a text file, a workbook or a Parquet file as it is, with its own headings.

    Raises:
        Refused: no such file, too large, not readable as what its name says, headings that are none.
    """
    refuse_large_file(path)
    ending = path.suffix.lower()
    if directions.sheet and ending not in WORKBOOK_ENDINGS:
        raise Refused(f"{path.name} has no sheets; only XLSX files do.", code="no_sheet")
    if ending in TEXT_ENDINGS:
        _refuse_other_content(path)
        table = read_delimited(path, directions.encoding)
    elif ending in WORKBOOK_ENDINGS:
        table = read_workbook(path, directions.sheet)
    elif ending == ".parquet":
        table = read_parquet_file(path)
    else:
        raise Refused(
            f"{path.name} is neither .csv, .tsv, .txt, .xlsx nor .parquet.{_advice(ending)}",
            code="unknown_format",
            path=str(path),
        )
    refuse_large_table(path.name, table.frame.height, table.frame.width - 1)
    return table


def _advice(ending: str) -> str:
    return " Save it as XLSX or CSV." if ending in (".xls", ".ods", ".xlsb", ".numbers") else ""


def _refuse_other_content(path: Path) -> None:
    """A file that is called text and is none says so by its first bytes."""
    with path.open("rb") as file:
        begins = file.read(8)
    for beginning, what in BEGINNINGS.items():
        if begins.startswith(beginning):
            raise Refused(f"{path.name} is called {path.suffix}, but it is {what}.", code="unreadable")
