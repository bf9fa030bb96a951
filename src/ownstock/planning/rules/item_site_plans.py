"""What a plan says of each item-site, as rows of a table: out of the engine's answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

FloatArray = npt.NDArray[np.floating]
WEEKS_LOOKED_AT, LEAST_WEEKS = 12, 6
MOST_OF_A_WEEK = 0.5
DEVIATIONS = 4

# Of what could not be planned only these are said: the rest stays as it was last known.
ROW_OF_A_FAULT = ("item_site_id", "planned_on", "fault", "method", "is_new")
COLUMNS = (
    "item_site_id", "planned_on", "fault", "supplier_id", "unit_cost", "usable", "backordered", "on_order",
    "order_up_to_level", "proposed_quantity", "lead_time_days", "review_period_days", "demand_a_day",
    "demand_in_coverage", "short_in_lead_time", "last_week", "jump", "stock_out_on", "stock_out_probability",
    "money_at_stake", "surplus", "surplus_on_order", "method", "is_new",
)  # fmt: skip
MONEY_DECIMALS, DEMAND_DECIMALS = 4, 6


@dataclass(frozen=True, slots=True)
class Beside:
    """What the engine's answers do not say of each item-site, in their order: who is asked, units of open orders, the units
    of the last complete week, and of these what jumped (`jumps`).
    """

    suppliers: Sequence[int]
    on_order: Sequence[float]
    last_week: Sequence[float]
    jump: Sequence[float]


def jumps(demand: FloatArray, in_stock: FloatArray) -> FloatArray:
    """Units of the last week beyond what the weeks before it made likely, of each item-site. [n, weeks], [n, weeks] → [n]

    Looked at are the twelve weeks before, as far as there was stock. More than four standard deviations above their mean (at
    least the square root of it, as for demand that comes by the piece) and twice the mean is a jump, of all that is above the
    mean. One item-site in some ten thousand jumps by chance where demand is as regular as that.
    """
    recent = slice(-1 - WEEKS_LOOKED_AT, -1)
    seen = in_stock[:, recent] > MOST_OF_A_WEEK
    count = seen.sum(axis=1)
    some = np.maximum(count, 1)
    before = np.where(seen, demand[:, recent], 0.0)
    mean = before.sum(axis=1) / some
    spread = np.sqrt(np.maximum((before**2).sum(axis=1) / some - mean**2, np.maximum(mean, 1.0)))
    last = demand[:, -1].astype(np.float64)
    is_jump = (count >= LEAST_WEEKS) & (last > mean + DEVIATIONS * spread) & (last >= 2 * mean)
    found: FloatArray = np.where(is_jump, last - mean, 0.0)
    return found


def rows_of_plan(
    answers: pl.DataFrame, position: pl.DataFrame, supply: pl.DataFrame, beside: Beside, planned_on: date
) -> pl.DataFrame:
    """A row for each item-site that the engine planned, with `COLUMNS`, in the order of `answers`.

    The surplus is what is there and comes, from suppliers, other sites and quarantine, less what is owed, above the
    order-up-to level; first of it is what is on order, as that can still be cancelled. At stake is what ordering saves: the
    expected cost of ordering nothing less that of the quantity proposed. Short in the lead time is what is expected to be
    wanted or owed until an order decided now is of use, beyond what is there and comes before it.
    """
    supplied = supply.select("item_site", "lead_time_days", "review_period_days", "unit_cost")
    coming = pl.sum_horizontal("arriving_before_order", "arriving_in_window", "arriving_later")
    known = (
        answers.join(position, on="item_site", maintain_order="left")
        .join(supplied, on="item_site", maintain_order="left")
        .with_columns(
            coming=coming,
            supplier_id=pl.Series(beside.suppliers, dtype=pl.Int64),
            on_order=pl.Series(beside.on_order, dtype=pl.Float64),
            last_week=pl.Series(beside.last_week, dtype=pl.Float64),
            jump=pl.Series(beside.jump, dtype=pl.Float64),
        )
        .with_columns(
            surplus=(pl.col("usable") - pl.col("backordered") + pl.col("coming") - pl.col("order_up_to_level")).clip(0)
        )
    )
    return known.select(
        item_site_id="item_site",
        planned_on=pl.lit(planned_on),
        fault=pl.lit(""),
        supplier_id="supplier_id",
        unit_cost="unit_cost",
        usable="usable",
        backordered="backordered",
        on_order="on_order",
        order_up_to_level="order_up_to_level",
        proposed_quantity="quantity",
        lead_time_days="lead_time_days",
        review_period_days="review_period_days",
        demand_a_day=(pl.col("mean_in_window") / pl.col("review_period_days")).round(DEMAND_DECIMALS),
        demand_in_coverage=(pl.col("mean_in_lead_time") + pl.col("mean_in_window")).round(DEMAND_DECIMALS),
        short_in_lead_time=(
            pl.col("mean_in_lead_time") + pl.col("backordered") - pl.col("usable") - pl.col("arriving_before_order")
        )
        .clip(0)
        .round(DEMAND_DECIMALS),
        last_week=pl.col("last_week").round(DEMAND_DECIMALS),
        jump=pl.col("jump").round(DEMAND_DECIMALS),
        stock_out_on=pl.lit(planned_on) + pl.duration(days=pl.col("stock_out_in_days")),
        stock_out_probability=pl.col("stock_out_probability").round(DEMAND_DECIMALS),
        money_at_stake=(pl.col("expected_cost_of_zero") - pl.col("expected_cost")).clip(0).round(MONEY_DECIMALS),
        surplus="surplus",
        surplus_on_order=pl.min_horizontal("surplus", "on_order"),
        method="main_method",
        is_new=pl.col("buckets_since_seen").is_null(),
    )


def rows_of_faults(faults: Mapping[int, str], planned_on: date) -> pl.DataFrame:
    """A row for each item-site that could not be planned, with the reason (`ROW_OF_A_FAULT`)."""
    rows = [(key, planned_on, fault, "", False) for key, fault in faults.items()]
    kinds = [pl.Int64, pl.Date, pl.String, pl.String, pl.Boolean]
    return pl.DataFrame(rows, schema=dict(zip(ROW_OF_A_FAULT, kinds, strict=True)), orient="row")
