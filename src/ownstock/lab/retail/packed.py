"""The packed year of invoice lines, exactly as the source published it."""

from __future__ import annotations

from pathlib import Path

import polars as pl

PACKED_FILE = Path(__file__).with_name("online_retail_2009_2010.parquet")


def read_lines(path: Path = PACKED_FILE) -> pl.DataFrame:
    """All invoice lines in the order of the file, each with its `line_number` from 1.

    The other columns keep the names of the source: InvoiceNo, StockCode, Description, Quantity (each), InvoiceDate
    (local time in London), UnitPrice (GBP), CustomerID, Country.
    """
    return (
        pl.read_parquet(path).with_row_index("line_number", offset=1).with_columns(pl.col("line_number").cast(pl.Int64))
    )
