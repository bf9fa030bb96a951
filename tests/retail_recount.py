"""The balances of the sample company counted a second time, straight from the raw file, by rules of its own.

Takes nothing from the product but what cannot be in the raw file: the assumed quantities, and which lines were refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

GOODS_THAT_BEGIN_WITH_A_LETTER = ("DCGS", "PADS", "SP1002")


def balances_from_raw(
    raw_path: Path, refused_line_numbers: Iterable[int], assumed_receipts: pl.DataFrame
) -> dict[str, int]:
    """What lies in the shop at the end, by sku: assumed quantities (`sku`, `quantity`), less invoices, plus notes."""
    raw = pl.scan_parquet(raw_path).select(
        code=pl.col("StockCode").str.strip_chars(" ").str.to_uppercase(),
        text=pl.col("Description"),
        amount=pl.col("Quantity"),
        is_free=pl.col("UnitPrice") == 0.0,
        number=pl.int_range(1, pl.len() + 1),
    )
    begins = pl.any_horizontal(pl.col("code").str.starts_with(word) for word in GOODS_THAT_BEGIN_WITH_A_LETTER)
    stock = raw.filter(pl.col("code").str.contains(r"^\d{5}") | begins).filter(
        ~pl.col("number").is_in(list(refused_line_numbers))
    )
    sold = stock.filter(~pl.col("is_free"))
    free = stock.filter("is_free")
    given = free.join(sold, on=["code", "text"], how="semi").filter(pl.col("amount") > 0)
    notes = free.join(given, on="number", how="anti")
    changes = pl.concat(
        [
            sold.select("code", change=-pl.col("amount")),
            given.select("code", change=-pl.col("amount")),
            notes.select("code", change=pl.col("amount")),
            assumed_receipts.lazy().select(code="sku", change="quantity"),
        ]
    )
    return dict(changes.group_by("code").agg(pl.col("change").sum()).collect().iter_rows())
