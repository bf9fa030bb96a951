"""A history of sales and today's stock, made into the movements that lead from one to the other.

A shop that keeps only what it sold does not know what came in. So each item begins with as much as was sold since and lies
there now; that is an assumed opening, told and marked. The history of demand is then whole, and today's stock is right.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from ownstock.base.tables import DECIMAL, INSTANT

KEY = ["sku", "location"]
STOCK_SCHEMA = {"sku": pl.String(), "location": pl.String(), "quantity": DECIMAL}
COLUMNS = ["posting_key", "kind", "reference", "sku", "source", "target", "quantity", "moved_at", "assumed"]
ZERO = pl.lit(0).cast(DECIMAL)


def movements(
    sales: pl.DataFrame, stock: pl.DataFrame, *, customers: str, differences: str, as_of: datetime, key: str
) -> pl.DataFrame:
    """The movements in the order in which they are posted: assumed openings, sales and returns, assumed differences.

    sales: sku, location, moved_at, quantity (negative where goods came back), reference. stock: sku, location, quantity as
    it is at `as_of`. `key` begins the keys of what is assumed.
    """
    ordered = _ordered(sales.filter(pl.col("quantity") != 0))
    needed = _openings(ordered, stock)
    begins = ordered["moved_at"].min() if ordered.height else as_of
    assert isinstance(begins, datetime)
    opening = _assumed(needed, "opening", begins - timedelta(seconds=1), f"{key}:opening:", differences, is_in=True)
    last = ordered["moved_at"].max() if ordered.height else as_of
    assert isinstance(last, datetime)
    rest = _assumed(needed, "rest", max(as_of, last), f"{key}:rest:", differences, is_in=False)
    return pl.concat([opening, _sold(ordered, customers), rest]).select(COLUMNS)


def _ordered(sales: pl.DataFrame) -> pl.DataFrame:
    """Sales as they are posted: by documents, each at its first moment."""
    is_back = pl.col("quantity") < 0
    document = pl.coalesce(
        pl.when(pl.col("reference") != "").then("reference"), pl.col("moved_at").dt.to_string("%Y-%m-%d")
    )
    named = sales.with_columns(
        reference=document,
        posting_key=pl.concat_str(pl.when(is_back).then(pl.lit("return:")).otherwise(pl.lit("sale:")), "location",
                                  pl.lit(":"), document),
    )  # fmt: skip
    first = pl.col("moved_at").min().over("posting_key")
    return named.sort(first, "posting_key", "moved_at", "sku", maintain_order=True)


def _openings(ordered: pl.DataFrame, stock: pl.DataFrame) -> pl.DataFrame:
    """For each item and place: what must have been there (`opening`), and what is more than lies there now (`rest`)."""
    path = ordered.with_columns(sold=pl.col("quantity").cum_sum().over(KEY))
    sold = path.group_by(KEY).agg(net=pl.col("quantity").sum(), peak=pl.col("sold").max())
    now = stock.group_by(KEY).agg(now=pl.col("quantity").sum())
    both = sold.join(now, on=KEY, how="full", coalesce=True).with_columns(
        pl.col("net", "peak", "now").cast(DECIMAL).fill_null(ZERO)
    )
    opening = pl.max_horizontal(pl.col("now") + pl.col("net"), "peak", ZERO)
    return both.with_columns(opening=opening).with_columns(
        rest=pl.col("opening") - pl.col("net") - pl.col("now")
    ).sort(KEY)  # fmt: skip


def _assumed(
    needed: pl.DataFrame, column: str, at: datetime, key: str, differences: str, *, is_in: bool
) -> pl.DataFrame:
    rows = needed.filter(pl.col(column) > 0)
    outside = pl.lit(differences)
    return rows.select(
        posting_key=pl.concat_str(pl.lit(key), "location"), kind=pl.lit("adjustment"),
        reference=pl.lit(f"assumed {column}"), sku="sku", source=outside if is_in else pl.col("location"),
        target=pl.col("location") if is_in else outside, quantity=pl.col(column).cast(DECIMAL),
        moved_at=pl.lit(at).cast(INSTANT), assumed=pl.lit(value=True),
    )  # fmt: skip


def _sold(ordered: pl.DataFrame, customers: str) -> pl.DataFrame:
    is_back = pl.col("quantity") < 0
    outside, place = pl.lit(customers), pl.col("location")
    return ordered.select(
        "posting_key", kind=pl.when(is_back).then(pl.lit("return")).otherwise(pl.lit("issue")), reference="reference",
        sku="sku", source=pl.when(is_back).then(outside).otherwise(place),
        target=pl.when(is_back).then(place).otherwise(outside), quantity=pl.col("quantity").abs().cast(DECIMAL),
        moved_at="moved_at", assumed=pl.lit(value=False),
    )  # fmt: skip
