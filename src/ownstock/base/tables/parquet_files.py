"""Parquet files: columns with types of their own."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from ownstock.base.errors import Refused
from ownstock.base.tables.columns import column_names, without_nameless
from ownstock.base.tables.fields import ROW
from ownstock.base.tables.limits import refuse_large_table
from ownstock.base.tables.table import Table

FLOAT_DIGITS = 15


def read_parquet_file(path: Path) -> Table:
    """Read a Parquet file; `row` is the record, counted from 1. Floats are rounded to fifteen digits, as people see them.

    Raises:
        Refused: not readable, too large when unfolded, a column of lists or other nested values.
    """
    try:
        _refuse_large(path)
        frame = pl.read_parquet(path, memory_map=False)
    except (pl.exceptions.PolarsError, OSError, ValueError, pl.exceptions.PanicException) as fault:
        raise Refused(
            f"{path.name} is not a readable Parquet file; it may be cut off or damaged.", code="unreadable"
        ) from fault
    _refuse_nested(path.name, frame)
    frame.columns = column_names(path.name, frame.columns)
    numbered = frame.with_row_index(ROW, offset=1).with_columns(pl.col(ROW).cast(pl.Int64))
    kept, told = without_nameless(path.name, numbered)
    plain = kept.with_columns(_plain(kept[name]) for name in kept.columns if name != ROW)
    exact = {
        name: pl.repeat(True, kept.height, eager=True)
        for name in kept.columns
        if kept[name].dtype.is_numeric() and name != ROW
    }
    return Table(path.name, plain, exact, told)


def _refuse_large(path: Path) -> None:
    """Refuse by what the file says of itself, before it is unfolded."""
    lazy = pl.scan_parquet(path)
    schema = lazy.collect_schema()
    rows = lazy.select(pl.len()).collect().item()
    refuse_large_table(path.name, rows, len(schema))


def _refuse_nested(name: str, frame: pl.DataFrame) -> None:
    for column, dtype in frame.schema.items():
        if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
            raise Refused(
                f"{name}: the column {column!r} holds {str(dtype).lower()} values; each cell must be one text, number "
                "or date.",
                code="nested_column",
                column=column,
            )


def _plain(column: pl.Series) -> pl.Series:
    """Numbers as plain text with all their digits; moments without time zone as text; other types as they are."""
    if column.dtype == pl.Float64:
        return column.round_sig_figs(FLOAT_DIGITS).cast(pl.String)
    if column.dtype.is_numeric() or (isinstance(column.dtype, pl.Datetime) and not column.dtype.time_zone):
        return column.cast(pl.String)
    if column.dtype in (pl.Categorical, pl.Enum, pl.Time, pl.Duration, pl.Null):
        return column.cast(pl.String)
    return column
