"""What is likely to be ordered in the weeks to come: the policy of today, rolled along paths of demand.

A path is one way in which the demand of an item-site may go. From today on, review by review, the policy (`propose`, with
the same terms as `plan`) decides on each path from what is there on it and what is on order; the order arrives after its
lead time; demand is served, lost or waits. What 40 paths order in a week is the distribution of that week's order.

Beside the random paths runs one on which demand comes **as expected**, rounded to whole units, and every order takes its
median lead time: its orders, column `quantity`, are the planned orders, a schedule that a supplier can read. The median of
each week would not do: with a MOQ every path orders in another week, and the median is 0 in all of them.

How paths are drawn: `demand_paths`. How far levels stray on them: `forecast/drift.py`. How the policy rolls: `rolling`.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from ownstock.engine import frames, run
from ownstock.engine.arrays import Ints
from ownstock.engine.arrivals import lead_times_of
from ownstock.engine.corrections import without_events
from ownstock.engine.demand_paths import Horizon
from ownstock.engine.fences import Fences, refuse_outside
from ownstock.engine.forecast import drift as drifts
from ownstock.engine.forecast.drift import NO_DRIFT, Drift
from ownstock.engine.forecast.global_model import GlobalModel
from ownstock.engine.forecast.groups import groups_of
from ownstock.engine.forecast.profiles import Money, Pool
from ownstock.engine.frames import Checked
from ownstock.engine.history import DemandHistory
from ownstock.engine.rolling import Paths, Start, look_ahead_days, rolled, start_of

MOST_AHEAD_WEEKS = 104
MOST_PATHS = 1_000
QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
COUNTED = ("quantity", *(f"{of}_{quantile}" for of in ("quantity", "on_hand") for quantile in QUANTILES))


def planned_orders(
    history: pl.DataFrame | DemandHistory,
    position: pl.DataFrame,
    arrivals: pl.DataFrame,
    supply: pl.DataFrame,
    economics: pl.DataFrame,
    *,
    profile: str = "fast",
    groups: pl.DataFrame | None = None,
    lead_times: pl.DataFrame | None = None,
    known: pl.DataFrame | None = None,
    events: pl.DataFrame | None = None,
    endings: pl.DataFrame | None = None,
    today: date | None = None,
    pool: Pool | None = None,
    drift: Drift | None = None,
    model: GlobalModel | None = None,
    horizon_weeks: int = 26,
    paths: int = 40,
    firm_weeks: int = 0,
    flexible_weeks: int = 0,
    flexible_share: float = 0.2,
    before: pl.DataFrame | None = None,
    seed: int = 0,
    threads: int | None = None,
) -> pl.DataFrame:
    """What is likely to be ordered of every item-site in every week ahead, and what will then be on hand.

    Frames in, and the arguments up to `model`: as in `plan`. Frame out: `frames.PLANNED`, `horizon_weeks` rows for each
    row of `supply`, in its order. Week 0 begins today, and its first order is the plan's own, on all paths. An item-site
    decides today and then every `review_period_days`, to the day; the orders of a week are those decided in it.

    `before`, the planned orders of the last time, fences the near weeks: in the first `firm_weeks` its `quantity` is
    ordered as it stands, in the next `flexible_weeks` the policy may move it by `flexible_share` up or down, in whole
    multiples and not below the MOQ. A fenced week decides on its first day only. The weeks of both must begin on the
    same weekday.

    How far levels stray is learned from the history, if it is not given as `drift` (see `learn_drift`). The paths of an
    item-site are drawn from `seed` and its key alone: the same frames give the same answer, whatever the threads, and
    with a `pool` and a `drift` the same alone and in company. Raises Refused when a frame or a number does not fit.
    """
    horizon = _checked(Horizon(horizon_weeks, paths, seed))
    fences = Fences(before, firm_weeks, flexible_weeks, flexible_share)
    checked = frames.check_all(position, arrivals, supply, economics, lead_times, known)
    dense = run.history_of(history, checked.supply)
    expected, told = run.forecast_of(
        dense, checked, profile, groups, today, pool, model, seed, threads, events=events, endings=endings,
        ahead_days=horizon.days + _look_ahead_days(checked),
    )  # fmt: skip
    today, drift = today or _day_after(dense), drift or _learned(dense, checked, groups, events, threads)
    start = start_of(expected, checked, today, horizon, fences, drift, told.everywhere.width)
    return _planned(start, checked, today, horizon, threads)


def learn_drift(
    history: pl.DataFrame | DemandHistory,
    position: pl.DataFrame,
    arrivals: pl.DataFrame,
    supply: pl.DataFrame,
    economics: pl.DataFrame,
    *,
    groups: pl.DataFrame | None = None,
    lead_times: pl.DataFrame | None = None,
    events: pl.DataFrame | None = None,
    threads: int | None = None,
) -> Drift:
    """How far the levels of all item-sites of `supply` stray, to be given to `planned_orders` of some of them.

    Arguments and errors as in `planned_orders`, which learns the same where it is given none.
    """
    checked = frames.check_all(position, arrivals, supply, economics, lead_times)
    return _learned(run.history_of(history, checked.supply), checked, groups, events, threads)


def roll(
    forecast: pl.DataFrame,
    position: pl.DataFrame,
    arrivals: pl.DataFrame,
    supply: pl.DataFrame,
    economics: pl.DataFrame,
    *,
    lead_times: pl.DataFrame | None = None,
    known: pl.DataFrame | None = None,
    today: date | None = None,
    horizon: Horizon | None = None,
    fences: Fences | None = None,
    drift: Drift = NO_DRIFT,
    threads: int | None = None,
) -> pl.DataFrame:
    """Planned orders by a forecast of your own: `frames.FORECAST` in place of history, else as `planned_orders`.

    Beyond its last bucket a forecast goes on as in it. Without `today` the weeks have no dates, and nothing is fenced.
    Where neither `buckets_seen` nor a `drift` is given, the level is taken as known.
    """
    checked = frames.check_all(position, arrivals, supply, economics, lead_times, known)
    expected = frames.check(forecast, frames.FORECAST, checked.supply.schema["item_site"])
    expected = frames.one_row_each(expected, frames.FORECAST, checked.supply)
    horizon = _checked(horizon or Horizon())
    start = start_of(expected, checked, today, horizon, fences or Fences(), drift)
    return _planned(start, checked, today, horizon, threads)


def _learned(
    dense: DemandHistory,
    checked: Checked,
    groups: pl.DataFrame | None,
    events: pl.DataFrame | None,
    threads: int | None,
) -> Drift:
    question, lead_times = run.question_of(checked), lead_times_of(checked.supply, checked.lead_times)
    asked = drifts.Asked(
        groups_of(groups, checked.supply),
        lead_times.longest(),
        question.review_period_days,
        Money(question.over, question.under),
    )
    return drifts.drift_of(dense if events is None else without_events(dense, events), asked, threads)


def _planned(start: Start, checked: Checked, today: date | None, horizon: Horizon, threads: int | None) -> pl.DataFrame:
    """The frame of planned orders, filled block by block."""
    shape = start.stream.size, horizon.weeks
    counted = {name: np.zeros(shape, np.int64) for name in COUNTED}
    mean, first = np.zeros(shape), 0
    for paths in rolled(start, horizon, threads):
        block = slice(first, first + paths.ordered.shape[0])
        mean[block] = paths.ordered[:, 1:].mean(axis=1)
        for name, values in _quantiles(paths).items():
            counted[name][block] = values
        first = block.stop
    weeks = pl.Series(np.tile(np.arange(horizon.weeks), shape[0]), dtype=pl.Int64)
    value = mean * checked.supply["unit_cost"].to_numpy()[:, None]
    columns = {
        "item_site": checked.supply["item_site"].gather(np.repeat(np.arange(shape[0]), horizon.weeks)),
        "week": weeks,
        "week_start_on": _starts(today, horizon.weeks).gather(weeks),
        "quantity_mean": pl.Series(mean.ravel()),
        "order_value_mean": pl.Series(value.ravel()),
    }
    whole = {name: pl.Series(values.ravel()) for name, values in counted.items()}
    return frames.result(columns | whole, frames.PLANNED)


def _quantiles(paths: Paths) -> dict[str, Ints]:
    """The counted columns of some item-sites; [n, weeks] each.

    A quantile is the smallest value that a share of the paths does not exceed, a path's own value each.
    """
    found = {"quantity": paths.ordered[:, 0]}
    for of, values in (("quantity", paths.ordered), ("on_hand", np.maximum(paths.net_on_hand, 0))):
        ordered = np.sort(values[:, 1:], axis=1)
        for quantile, share in QUANTILES.items():
            found[f"{of}_{quantile}"] = ordered[:, max(int(np.ceil(share * ordered.shape[1] - 1e-9)) - 1, 0)]
    return found


def _checked(horizon: Horizon) -> Horizon:
    """The horizon, if it is one."""
    refuse_outside("horizon_weeks", horizon.weeks, 1, MOST_AHEAD_WEEKS)
    refuse_outside("paths", horizon.paths, 1, MOST_PATHS)
    return horizon


def _look_ahead_days(checked: Checked) -> int:
    lead_times = lead_times_of(checked.supply, checked.lead_times)
    return look_ahead_days(lead_times, checked.supply["review_period_days"].to_numpy())


def _starts(today: date | None, weeks: int) -> pl.Series:
    """The first days of the weeks ahead."""
    days = [None if today is None else today + timedelta(weeks=week) for week in range(weeks)]
    return pl.Series(days, dtype=pl.Date)


def _day_after(history: DemandHistory) -> date | None:
    """The day after the last bucket; None where there is none."""
    buckets = history.demand.shape[1]
    if history.first_on is None or buckets == 0:
        return None
    found: date = history.bucket_starts(buckets + 1)[-1].astype(object)
    return found
