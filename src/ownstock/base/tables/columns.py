"""The headings of a table as the file has them: each once, none empty where there are values."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ownstock.base.errors import Refused
from ownstock.base.tables.fields import ROW
from ownstock.base.tables.limits import refuse_large_table

NAMELESS = "\0"


def column_names(name: str, headings: Sequence[str]) -> list[str]:
    """Headings without spaces around them; an empty one gets a name that no file has.

    Raises:
        Refused: a heading stands more than once, or there are too many.
    """
    stripped = [heading.strip() for heading in headings]
    refuse_large_table(name, 0, len(stripped))
    doubled = [heading for heading in dict.fromkeys(stripped) if heading and stripped.count(heading) > 1]
    if doubled:
        raise Refused(
            f"{name}: the heading {doubled[0]} stands more than once.", code="doubled_heading", headings=doubled
        )
    return [NAMELESS + (heading or str(number)) if heading in ("", ROW) else heading
            for number, heading in enumerate(stripped, start=1)]  # fmt: skip


def without_nameless(name: str, frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Leave out columns that have no heading, and one called `row`, whose name we need; the second is told.

    Raises:
        Refused: a column without heading has values.
    """
    nameless = [column for column in frame.columns if column.startswith(NAMELESS)]
    for column in nameless:
        number = column.removeprefix(NAMELESS)
        filled = frame[ROW].filter((frame[column].cast(pl.String).str.strip_chars() != "").fill_null(value=False))
        if number != ROW and len(filled):
            raise Refused(f"{name}: column {number} has no heading, but a value in row {filled[0]}.", code="no_heading")
    told = (f"The column {ROW} was left out.",) if NAMELESS + ROW in nameless else ()
    return frame.drop(nameless), told
