"""Fences: how near today a plan may move, and how much it did move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from ownstock.base.errors import Refused
from ownstock.engine import frames, measure
from ownstock.engine.arrays import NONE, Ints
from ownstock.engine.constrain import smallest_order
from ownstock.engine.frames import Checked
from ownstock.engine.propose import DAYS_A_WEEK


@dataclass(frozen=True)
class Fences:
    """How near today the plan may move: not at all in the first `firm_weeks`, in the `flexible_weeks` after by a share.

    `before` is the plan of the last time (`frames.PLANNED`); without it nothing is fenced. Raises Refused for a number
    outside its range.
    """

    before: pl.DataFrame | None = None
    firm_weeks: int = 0
    flexible_weeks: int = 0
    flexible_share: float = 0.2

    def __post_init__(self) -> None:
        refuse_outside("firm_weeks", self.firm_weeks, 0, frames.MOST_WEEKS)
        refuse_outside("flexible_weeks", self.flexible_weeks, 0, frames.MOST_WEEKS)
        refuse_outside("flexible_share", self.flexible_share, 0, 1)


def order_bounds(fences: Fences, checked: Checked, today: date | None, weeks: int) -> tuple[Ints, Ints]:
    """The least and the most that may be ordered in each week ahead, NONE where nothing says so. [n, weeks] each"""
    least, most = np.full((2, checked.supply.height, weeks), NONE)
    fenced = min(fences.firm_weeks + fences.flexible_weeks, weeks)
    if fences.before is None or fenced == 0:
        return least, most
    planned = _of_the_last_time(fences.before, checked, today).filter(pl.col("ahead").is_between(0, fenced - 1))
    place, week, units = (planned[name].to_numpy() for name in ("place", "ahead", "quantity"))
    moq, multiple = (checked.supply[name].to_numpy()[place] for name in ("moq", "order_multiple"))
    share = np.where(week < fences.firm_weeks, 0.0, fences.flexible_share)
    lower = np.ceil(units * (1 - share) / multiple - 1e-9).astype(np.int64) * multiple
    upper = np.floor(units * (1 + share) / multiple + 1e-9).astype(np.int64) * multiple
    lower = np.where(units > 0, np.maximum(lower, smallest_order(moq, multiple)), 0)
    # Where the terms have changed since, the last plan itself may break them: it stands.
    least[place, week], most[place, week] = np.minimum(lower, units), np.maximum(upper, units)
    return least, most


def plan_changes(new: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """How much of the planned orders moved since the last time, by weeks ahead. `frames.PLANNED`, twice

    A row for each week of `new` that `before` has too: `week`; `item_sites` in both; `quantity_before` and `quantity`,
    units planned for it then and now; `change_rate`, Σ |now - then| / Σ then over item-sites (`measure.plan_change_rate`;
    null where nothing was planned).
    """
    columns = ["item_site", "week", "week_start_on", "quantity"]
    then = before.select("item_site", "week_start_on", quantity_before="quantity")
    both = new.select(columns).join(then, on=["item_site", "week_start_on"]).sort("week", maintain_order=True)
    rows = [
        {
            "week": week,
            "item_sites": of.height,
            "quantity_before": of["quantity_before"].sum(),
            "quantity": of["quantity"].sum(),
            "change_rate": measure.plan_change_rate(of["quantity"].to_numpy(), of["quantity_before"].to_numpy()),
        }
        for (week,), of in both.group_by("week", maintain_order=True)
    ]
    whole = dict.fromkeys(("week", "item_sites", "quantity_before", "quantity"), pl.Int64)
    found = pl.DataFrame(rows, schema=whole | {"change_rate": pl.Float64})
    return found.with_columns(pl.col("change_rate").fill_nan(None))


def refuse_outside(name: str, value: float, least: int, most: int) -> None:
    """Raise Refused where an argument is outside its range."""
    if not least <= value <= most:
        raise Refused(
            f"{name} is {value}; it must be from {least} to {most}.",
            code="value_out_of_range",
            argument=name,
            value=value,
        )


def _of_the_last_time(before: pl.DataFrame, checked: Checked, today: date | None) -> pl.DataFrame:
    """The planned orders of the last time by place of the item-site, and how many weeks `ahead` of today."""
    supply = checked.supply.select("item_site").with_row_index("place")
    known = frames.check(before, frames.PLANNED, checked.supply.schema["item_site"])
    days = (pl.col("week_start_on") - pl.lit(today, dtype=pl.Date)).dt.total_days()
    aligned = known.join(supply, on="item_site").with_columns(ahead=days // DAYS_A_WEEK, off=days % DAYS_A_WEEK)
    if aligned.select((pl.col("off").fill_null(1) != 0).any()).item():
        raise Refused(
            f"before: its weeks begin on another weekday than {today or 'today, which is not given'}; "
            "pass the day of the decision as today, on the weekday of the last plan, or leave before out.",
            code="weeks_not_aligned",
            today=str(today),
        )
    return aligned
