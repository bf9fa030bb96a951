"""What the source does not hold, declared: costs, suppliers, supply terms and stock levels of the sample company.

Nothing here was observed. Each constant is a choice a reader can see and change; the tables call what follows from
them assumed. Prices, demand and dates are the source's own.
"""

from __future__ import annotations

import datetime as dt
import hashlib

import polars as pl

FIRST_DAY = dt.date(2009, 12, 1)
LAST_DAY = dt.date(2010, 12, 9)
OPENING_DAYS = 28
COST_SHARE = 0.50
LEAST_MONEY = 0.01
REVIEW_PERIOD_DAYS = 7
SAFETY_WEEKS = 2
CYCLE_WEEKS = 4
LEAST_SELLING_WEEKS = 8
LEAD_TIME_DAYS = {"A": 10, "B": 14, "C": 21}
MULTIPLE_BELOW_PRICE = ((1.0, 12), (5.0, 6))


def assume(classified: pl.DataFrame) -> pl.DataFrame:
    """One row for each item with posted lines, by `sku`: what it is called, costs, who supplies it, how much is kept.

    median_price (GBP each), unit_cost, supplier, lead_time_days, order_multiple, moq, weekly_demand (each), first_on
    (the day the shop takes it up), reorder_point, order_up_to_level and starting_quantity (each).
    """
    posted = classified.filter(fate="posted")
    found = _usual_descriptions(posted).join(_prices(posted), on="sku").join(_demand(posted), on="sku")
    return _levels(_terms(found)).sort("sku")


def supplier_of(sku: str) -> str:
    """The assumed supplier of an item: a digest of its code, so the same on every machine and without meaning."""
    letters = sorted(LEAD_TIME_DAYS)
    return letters[hashlib.sha256(sku.encode()).digest()[0] % len(letters)]


def _usual_descriptions(posted: pl.DataFrame) -> pl.DataFrame:
    """The description most priced lines of an item carry, its spaces tidied; of equals the first by alphabet."""
    tidy = pl.col("Description").str.replace_all(r"\s+", " ").str.strip_chars()
    priced = posted.filter(pl.col("UnitPrice") > 0, pl.col("Description").is_not_null())
    counted = (
        priced.group_by("sku", description=tidy)
        .len()
        .sort(["sku", "len", "description"], descending=[False, True, False])
    )
    return counted.group_by("sku", maintain_order=True).agg(pl.col("description").first())


def _prices(posted: pl.DataFrame) -> pl.DataFrame:
    """The median price an item was invoiced at (GBP each) and the cost assumed from it."""
    priced = posted.filter(pl.col("UnitPrice") > 0).group_by("sku").agg(median_price=pl.col("UnitPrice").median())
    cost = (pl.col("median_price") * COST_SHARE).round(4).clip(lower_bound=LEAST_MONEY)
    return priced.with_columns(unit_cost=cost)


def _demand(posted: pl.DataFrame) -> pl.DataFrame:
    """Weekly demand: issued less returned, over the weeks from the first line to the last issue (at least eight)."""
    day, kind = pl.col("InvoiceDate").dt.date(), pl.col("kind")
    net = (
        pl.when(kind == "issue").then(pl.col("quantity")).when(kind == "return").then(-pl.col("quantity")).otherwise(0)
    )
    sums = posted.group_by("sku").agg(
        net=net.sum().clip(lower_bound=0), first_on=day.min(), last_on=day.filter(kind == "issue").max()
    )
    days = (pl.col("last_on") - pl.col("first_on")).dt.total_days() + 1
    weeks = (days / 7).clip(lower_bound=LEAST_SELLING_WEEKS).fill_null(LEAST_SELLING_WEEKS)
    return sums.select("sku", "first_on", weekly_demand=pl.col("net") / weeks)


def _terms(found: pl.DataFrame) -> pl.DataFrame:
    """Supplier, lead time, order multiple (cheap goods come in cartons) and minimum (two cartons of twelve)."""
    letters = pl.Series("supplier", [supplier_of(sku) for sku in found["sku"]])
    (cheap, dozen), (middling, half_dozen) = MULTIPLE_BELOW_PRICE
    price = pl.col("median_price")
    multiple = pl.when(price < cheap).then(dozen).when(price < middling).then(half_dozen).otherwise(1)
    return found.with_columns(
        letters,
        lead_time_days=letters.replace_strict(LEAD_TIME_DAYS, return_dtype=pl.Int64),
        order_multiple=multiple.cast(pl.Int64),
    ).with_columns(moq=pl.when(pl.col("order_multiple") == dozen).then(2 * dozen).otherwise(pl.col("order_multiple")))


def _levels(terms: pl.DataFrame) -> pl.DataFrame:
    """Min, max and the quantity an item starts with: halfway between them, as if met in the middle of a cycle."""
    weekly = pl.col("weekly_demand")
    least = (weekly * (pl.col("lead_time_days") / 7 + SAFETY_WEEKS)).ceil()
    levels = terms.with_columns(reorder_point=least, order_up_to_level=least + (weekly * CYCLE_WEEKS).ceil())
    halfway = ((pl.col("reorder_point") + pl.col("order_up_to_level")) / 2).ceil()
    whole = ["reorder_point", "order_up_to_level", "starting_quantity"]
    return levels.with_columns(starting_quantity=halfway).with_columns(pl.col(whole).cast(pl.Int64))
