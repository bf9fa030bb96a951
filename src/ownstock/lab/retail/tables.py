"""The import tables of the sample company: items, places, supply terms and a year of movements.

Each function returns one table under the column names the import reads. Money and rational numbers are text, so that
no float reaches the records; empty text means not given.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from ownstock.lab.retail.assumptions import FIRST_DAY, LEAD_TIME_DAYS, LEAST_MONEY, REVIEW_PERIOD_DAYS, assume
from ownstock.lab.retail.fates import classify
from ownstock.lab.retail.packed import read_lines
from ownstock.lab.retail.replay import Replay, replay

SITE, CUSTOMERS, SUPPLIERS, DIFFERENCES = "SHOP", "CUSTOMERS", "SUPPLIERS", "DIFFERENCES"
TIME_ZONE = "Europe/London"
CURRENCY = "GBP"
HOLDING_RATE = "0.25"
OPENING_HOUR, MORNING_HOUR = 23, 6
REFERENCES = {
    "opening": "assumed opening balance",
    "first": "assumed receipt",
    "order": "assumed receipt",
    "extra": "assumed: the sale is recorded, so the goods were there",
}


@dataclass(frozen=True)
class SampleCompany:
    """The import tables by name, and `lines`: every invoice line of the source with its one fate."""

    items: pl.DataFrame
    locations: pl.DataFrame
    suppliers: pl.DataFrame
    supply_terms: pl.DataFrame
    item_sites: pl.DataFrame
    movements: pl.DataFrame
    lines: pl.DataFrame


def sample_company() -> SampleCompany:
    """The whole sample company from the packed year; the same on every call."""
    classified = classify(read_lines())
    assumed = assume(classified)
    year = replay(classified, assumed)
    return SampleCompany(
        items=items(assumed),
        locations=locations(),
        suppliers=suppliers(),
        supply_terms=supply_terms(assumed),
        item_sites=item_sites(assumed),
        movements=movements(year, assumed),
        lines=year.lines,
    )


def items(assumed: pl.DataFrame) -> pl.DataFrame:
    """sku, description, unit and unit_cost (GBP each, four decimals)."""
    return assumed.select("sku", "description", unit=pl.lit("each"), unit_cost=_money("unit_cost"))


def locations() -> pl.DataFrame:
    """code, name, kind, parent and time_zone of the shop and of the places goods come from and go to."""
    rows = [
        (SITE, "Shop and warehouse", "site", "", TIME_ZONE),
        (CUSTOMERS, "Customers", "customer", "", ""),
        (SUPPLIERS, "Suppliers", "supplier", "", ""),
        (DIFFERENCES, "Count differences", "count_difference", "", ""),
    ]
    return pl.DataFrame(rows, schema=["code", "name", "kind", "parent", "time_zone"], orient="row")


def suppliers() -> pl.DataFrame:
    """code, name, email and currency of the suppliers, all invented."""
    rows = [
        (letter, f"Assumed supplier {letter} ({days} days)", f"supplier-{letter.lower()}@example.com", CURRENCY)
        for letter, days in LEAD_TIME_DAYS.items()
    ]
    return pl.DataFrame(rows, schema=["code", "name", "email", "currency"], orient="row")


def supply_terms(assumed: pl.DataFrame) -> pl.DataFrame:
    """One term for each item, all assumed: who supplies it, in what cartons, from what quantity, at what price."""
    multiple = pl.col("order_multiple")
    return assumed.select(
        "supplier",
        "sku",
        site=pl.lit(""),
        supplier_sku=pl.concat_str("supplier", pl.lit("-"), "sku"),
        purchase_unit=pl.when(multiple > 1).then(pl.lit("carton")).otherwise(pl.lit("each")),
        units_per_purchase_unit=multiple.cast(pl.String),
        moq="moq",
        order_multiple="order_multiple",
        price=_money("unit_cost"),
        currency=pl.lit(CURRENCY),
        lead_time_days="lead_time_days",
        valid_from=pl.lit(FIRST_DAY.isoformat()),
        valid_to=pl.lit(""),
        priority=pl.lit(1, dtype=pl.Int64),
    )


def item_sites(assumed: pl.DataFrame) -> pl.DataFrame:
    """Planning settings of each item at the shop; a sale that finds no goods is lost, and with it the margin."""
    margin = (pl.col("median_price") - pl.col("unit_cost")).clip(lower_bound=LEAST_MONEY)
    return assumed.with_columns(margin=margin).select(
        "sku",
        site=pl.lit(SITE),
        review_period_days=pl.lit(REVIEW_PERIOD_DAYS, dtype=pl.Int64),
        holding_rate=pl.lit(HOLDING_RATE),
        shortage_cost=_money("margin"),
        unserved_demand=pl.lit("lost"),
    )


def movements(year: Replay, assumed: pl.DataFrame) -> pl.DataFrame:
    """All movements by instant: recorded lines with their line_number, and what was assumed, marked so, with none.

    One posting_key for each invoice, for each morning and supplier, and for the opening balance. moved_at is UTC.
    """
    return pl.concat([_recorded(year.lines), _assumed(year.supplies, assumed)]).sort(
        "moved_at", "posting_key", "line_number", "sku"
    )


def _recorded(lines: pl.DataFrame) -> pl.DataFrame:
    """The posted lines as movements between the shop and the place their kind names."""
    other = pl.when(pl.col("kind") == "adjustment").then(pl.lit(DIFFERENCES)).otherwise(pl.lit(CUSTOMERS))
    is_out = pl.col("direction") == "out"
    return lines.filter(fate="posted").select(
        posting_key=pl.concat_str(pl.lit("retail:"), "InvoiceNo"),
        kind="kind",
        reference="InvoiceNo",
        sku="sku",
        lot=pl.lit(""),
        source=pl.when(is_out).then(pl.lit(SITE)).otherwise(other),
        target=pl.when(is_out).then(other).otherwise(pl.lit(SITE)),
        quantity="quantity",
        moved_at=_utc(pl.col("InvoiceDate")),
        unit_cost=pl.lit(None, dtype=pl.String),
        assumed=pl.lit(False),
        line_number="line_number",
    )


def _assumed(supplies: pl.DataFrame, assumed: pl.DataFrame) -> pl.DataFrame:
    """Opening balances (found, no supplier delivered them) and receipts (on a morning, from one supplier)."""
    is_opening, is_extra = pl.col("why") == "opening", pl.col("why") == "extra"
    day = pl.lit(FIRST_DAY) + pl.duration(days=pl.col("day"))
    hour = pl.when(is_opening).then(OPENING_HOUR).otherwise(MORNING_HOUR)
    receipt_key = pl.concat_str(
        pl.lit("assumed:receipt:"),
        day.dt.to_string("%Y-%m-%d"),
        pl.lit(":"),
        "supplier",
        pl.when(is_extra).then(pl.lit(":extra")).otherwise(pl.lit("")),
    )
    return supplies.join(assumed.select("sku", "unit_cost"), on="sku").select(
        posting_key=pl.when(is_opening).then(pl.lit("assumed:opening")).otherwise(receipt_key),
        kind=pl.when(is_opening).then(pl.lit("adjustment")).otherwise(pl.lit("receipt")),
        reference=pl.col("why").replace_strict(REFERENCES),
        sku="sku",
        lot=pl.lit(""),
        source=pl.when(is_opening).then(pl.lit(DIFFERENCES)).otherwise(pl.lit(SUPPLIERS)),
        target=pl.lit(SITE),
        quantity="quantity",
        moved_at=_utc(day.cast(pl.Datetime("ms")) + pl.duration(hours=hour)),
        unit_cost=_money("unit_cost"),
        assumed=pl.lit(True),
        line_number=pl.lit(None, dtype=pl.Int64),
    )


def _utc(local: pl.Expr) -> pl.Expr:
    """A wall-clock time in London as an instant; none falls in the hour the clocks skip, nor in the repeated one."""
    zoned = local.dt.replace_time_zone(TIME_ZONE, ambiguous="raise", non_existent="raise")
    return zoned.dt.convert_time_zone("UTC").cast(pl.Datetime("us", "UTC"))


def _money(column: str) -> pl.Expr:
    """An amount as text with four decimals."""
    return pl.col(column).round(4).cast(pl.Decimal(18, 4)).cast(pl.String)
