"""The steps of a plan, in order."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import polars as pl

from ownstock.base.errors import Refused
from ownstock.engine import frames
from ownstock.engine.arrays import NONE, Ints
from ownstock.engine.arrivals import OpenArrivals, open_arrivals
from ownstock.engine.forecast import count_distribution
from ownstock.engine.forecast.count_distribution import DAYS_A_WEEK, CountDistribution
from ownstock.engine.forecast.moving_average import WeeklyDemand, moving_average
from ownstock.engine.history import DemandWindow, demand_window, exposure
from ownstock.engine.policy.newsvendor import critical_ratio, over_cost
from ownstock.engine.policy.stock_out import stock_out_in_days
from ownstock.engine.propose import Question, propose


def plan(
    history: pl.DataFrame,
    position: pl.DataFrame,
    arrivals: pl.DataFrame,
    supply: pl.DataFrame,
    economics: pl.DataFrame,
    *,
    window_weeks: int = 13,
) -> pl.DataFrame:
    """How much to order now of every item-site in `supply`, and the numbers behind it.

    Frames in: `frames.HISTORY`, `POSITION`, `ARRIVALS`, `SUPPLY`, `ECONOMICS`. Frame out: `frames.PLAN`, one row for
    each row of `supply`, in its order. `window_weeks` is how many weeks the moving average looks back.

    The order decided today arrives in `lead_time_days` and must last `review_period_days` until the next one arrives.
    Open arrivals up to the lead time (on its day: before the order) take part in the projection; those inside the
    review period count as available in it; later ones are listed but do not count.
    Raises Refused when a frame does not fit its schema.
    """
    checked = frames.check_all(history, position, arrivals, supply, economics)
    window = _window(checked, window_weeks)
    demand = moving_average(window.demand, exposure(window.in_stock))
    coming = open_arrivals(checked.arrivals, checked.supply)
    question = _question(checked, coming)
    weekly = _distribution(demand, question)
    proposal = propose(question, weekly, coming)
    outputs = {
        "item_site": checked.supply["item_site"],
        **{name: pl.Series(name, values) for name, values in asdict(proposal).items()},
        **_forecast_columns(demand, weekly),
        "weeks_back": pl.Series(window.weeks_back),
        **_position_columns(question, demand, coming),
    }
    return frames.result(_with_nulls(outputs), frames.PLAN)


def inputs(
    history: pl.DataFrame,
    position: pl.DataFrame,
    arrivals: pl.DataFrame,
    supply: pl.DataFrame,
    economics: pl.DataFrame,
    *,
    window_weeks: int = 13,
) -> pl.DataFrame:
    """What `plan`, called with the same frames, decides from: one row for each row of `supply`, in its order.

    Columns: item_site; `weeks`, a list of {week_start_on, demand, in_stock_fraction}, oldest first, demand net of
    returns; `arrivals`, a list of {arrives_in_days, quantity}, soonest first; and the columns of `frames.POSITION`,
    `SUPPLY` and `ECONOMICS`. Each row is enough to recompute its row of the plan. Raises Refused as `plan` does.
    """
    checked = frames.check_all(history, position, arrivals, supply, economics)
    window = _window(checked, window_weeks)
    coming = checked.arrivals.sort("arrives_in_days", "quantity").group_by("item_site", maintain_order=True)
    lists = coming.agg(arrivals=pl.struct("arrives_in_days", "quantity"))
    return (
        checked.supply.select("item_site", _week_lists(window))
        .join(lists, on="item_site", how="left", maintain_order="left")
        .with_columns(pl.col("arrivals").fill_null([]))
        .hstack(checked.position.drop("item_site"))
        .hstack(checked.supply.drop("item_site"))
        .hstack(checked.economics.drop("item_site"))
    )


def _week_lists(window: DemandWindow) -> pl.Series:
    """One list of weeks per item-site, oldest first."""
    rows, weeks = window.demand.shape
    flat = pl.DataFrame(
        {
            "place": np.repeat(np.arange(rows), weeks),
            "week_start_on": window.week_start_on().ravel(),
            "demand": window.demand.ravel(),
            "in_stock_fraction": window.in_stock.ravel(),
        },
        schema_overrides={"week_start_on": pl.Date},
    )
    lists = flat.group_by("place", maintain_order=True).agg(weeks=pl.struct(pl.exclude("place")))
    return pl.DataFrame({"place": np.arange(rows)}).join(lists, on="place", how="left")["weeks"].fill_null([])


def _window(checked: frames.Checked, window_weeks: int) -> DemandWindow:
    if not 1 <= window_weeks <= frames.MOST_WEEKS:
        raise Refused(
            f"The moving average needs a window of 1 to {frames.MOST_WEEKS} weeks; {window_weeks} was asked.",
            code="value_out_of_range",
            window_weeks=window_weeks,
        )
    return demand_window(checked.history, checked.supply, window_weeks)


def _question(checked: frames.Checked, coming: OpenArrivals) -> Question:
    position, supply, economics = checked.position, checked.supply, checked.economics
    lead, review = supply["lead_time_days"].to_numpy(), supply["review_period_days"].to_numpy()
    over = over_cost(supply["unit_cost"].to_numpy(), economics["holding_rate"].to_numpy(), review)
    under = economics["shortage_cost"].to_numpy()
    return Question(
        net_on_hand=(position["usable"] - position["backordered"]).to_numpy(),
        arriving_before_order=coming.total(np.full_like(lead, -1), lead),
        arriving_in_window=coming.total(lead, lead + review),
        lead_time_days=lead,
        review_period_days=review,
        moq=supply["moq"].to_numpy(),
        order_multiple=supply["order_multiple"].to_numpy(),
        over=over,
        under=under,
        critical_ratio=critical_ratio(under, over),
        is_lost=(economics["unserved_demand"] == "lost").to_numpy(),
    )


def _distribution(demand: WeeklyDemand, question: Question) -> CountDistribution:
    days: Ints = question.lead_time_days + question.review_period_days
    step = count_distribution.step_needed(demand.mean, demand.variance, days)
    return count_distribution.fit(demand.mean, demand.variance, step)


def _forecast_columns(demand: WeeklyDemand, weekly: CountDistribution) -> dict[str, pl.Series]:
    is_over = weekly.contagion > 0
    shape = np.where(is_over, weekly.rate / np.where(is_over, weekly.contagion, 1.0), np.nan)
    return {
        "mean_per_day": pl.Series(demand.mean / DAYS_A_WEEK),
        "variance_per_week": pl.Series(demand.variance),
        "weeks_used": pl.Series(demand.weeks_used),
        "distribution": pl.Series(np.where(is_over, "negative_binomial", "poisson")),
        "shape": pl.Series(shape),
        "p": pl.Series(1 - weekly.contagion),
        "lattice_step": pl.Series(weekly.step),
    }


def _position_columns(question: Question, demand: WeeklyDemand, coming: OpenArrivals) -> dict[str, pl.Series]:
    horizon = question.lead_time_days + question.review_period_days
    never_ends = np.full_like(horizon, frames.MOST_DAYS + 1)
    out = stock_out_in_days(question.net_on_hand, demand.mean / DAYS_A_WEEK, horizon, coming)
    return {
        "inventory_position": pl.Series(question.inventory_position),
        "arriving_before_order": pl.Series(question.arriving_before_order),
        "arriving_in_window": pl.Series(question.arriving_in_window),
        "arriving_later": pl.Series(coming.total(horizon, never_ends)),
        "critical_ratio": pl.Series(question.critical_ratio),
        "stock_out_in_days": pl.Series(out),
    }


def _with_nulls(columns: dict[str, pl.Series]) -> dict[str, pl.Series]:
    """Null where the arrays can only say "not a number" or NONE."""
    absent = {column.name for column in frames.PLAN.columns if column.may_be_null}
    for name in absent:
        values = columns[name]
        is_absent = values.is_nan() if values.dtype == pl.Float64 else values == NONE
        columns[name] = pl.select(pl.when(~is_absent).then(values)).to_series()
    return columns
