"""What is likely to be ordered in the weeks to come: the policy of today, rolled along paths of demand.

A path is one way in which the demand of an item-site may go. From today on, review by review, the policy (`propose`, with
the same terms as `plan`) decides on each path from what is there on it and what is on order; the order arrives after its
lead time; demand is served, lost or waits. What 40 paths order in a week is the distribution of that week's order.

Beside the random paths runs one on which demand comes **as expected**, rounded to whole units, and every order takes its
median lead time: its orders, column `quantity`, are the planned orders, a schedule that a supplier can read. The median of
each week would not do: with a MOQ every path orders in another week, and the median is 0 in all of them.

Time is counted in days. A stretch of days without an order, an arrival or the end of a week is drawn as one number, by
the distribution that the decision assumes: mean from the forecast, variance ÷ mean as it says, stretches independent. One
part of that variance is no chance of each week but ignorance of the level; it is drawn once for each path (see `start_of`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import polars as pl

from ownstock.base.errors import Refused
from ownstock.engine import frames, measure, run
from ownstock.engine.arrays import NONE, Floats, Ints, Truths, take
from ownstock.engine.arrivals import LeadTimes, OpenArrivals, lead_times_of, open_arrivals
from ownstock.engine.constrain import smallest_order
from ownstock.engine.forecast.demand_forecast import DemandForecast
from ownstock.engine.forecast.global_model import GlobalModel
from ownstock.engine.forecast.profiles import MOST_JUDGED, Pool
from ownstock.engine.frames import Checked
from ownstock.engine.history import DemandHistory
from ownstock.engine.propose import DAYS_A_WEEK, Question, propose

MOST_AHEAD_WEEKS = 104
MOST_PATHS = 1_000
# The largest array of a block of item-sites has about so many numbers.
MOST_AT_ONCE = 4_000_000
# Below this mean of a window there is no level to be wrong about.
LEAST_MEAN = 1e-6
QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


@dataclass(frozen=True)
class Horizon:
    """How far and how finely to look: weeks ahead, random paths of each item-site, and the seed they are drawn from."""

    weeks: int = 26
    paths: int = 40
    seed: int = 0

    @property
    def days(self) -> int:
        """The same in days."""
        return self.weeks * DAYS_A_WEEK


@dataclass(frozen=True)
class Fences:
    """How near today the plan may move: not at all in the first `firm_weeks`, in the `flexible_weeks` after by a share.

    `before` is the plan of the last time (`frames.PLANNED`); without it nothing is fenced.
    """

    before: pl.DataFrame | None = None
    firm_weeks: int = 0
    flexible_weeks: int = 0
    flexible_share: float = 0.2


@dataclass(frozen=True)
class Start:
    """Where the paths begin and what binds them, a row per item-site.

    path_ratio: [n] variance ÷ mean of demand once the level is given. level_variance: [n] of the level, over its square.
    stream: [n] names of the random streams. least, most: [n, weeks] bounds of the order of a fenced week, else NONE.
    """

    question: Question
    forecast: DemandForecast
    arrivals: OpenArrivals
    lead_times: LeadTimes
    path_ratio: Floats
    level_variance: Floats
    stream: npt.NDArray[np.uint64]
    least: Ints
    most: Ints


@dataclass(frozen=True)
class Paths:
    """What happens on the paths, by week: [n, 1 + paths, weeks] units each; place 0 is the path as expected.

    `taken` is the demand that left the shelf or waits for it, so that in every week
    net on hand before + received - taken = `net_on_hand` at its end; `demand` - `taken` is lost.
    """

    ordered: Ints
    received: Ints
    demand: Ints
    taken: Ints
    net_on_hand: Ints


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
    today: date | None = None,
    pool: Pool | None = None,
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

    The paths of an item-site are drawn from `seed` and its key alone: the same frames give the same answer, whatever
    the threads, and with a `pool` the same alone and in company. Raises Refused when a frame or a number does not fit.
    """
    horizon = _checked(Horizon(horizon_weeks, paths, seed))
    checked = frames.check_all(position, arrivals, supply, economics, lead_times)
    dense = run.history_of(history, checked.supply)
    days = horizon.days + _reach(lead_times_of(checked.supply, checked.lead_times), run.question_of(checked))
    expected, _ = run.forecast_of(
        dense, checked, profile, groups, today, pool, model, seed, threads, ahead_days=days
    )  # fmt: skip
    fences = Fences(before, firm_weeks, flexible_weeks, flexible_share)
    return _planned(expected, checked, today or _day_after(dense), horizon, fences, threads)


def roll(
    forecast: pl.DataFrame,
    position: pl.DataFrame,
    arrivals: pl.DataFrame,
    supply: pl.DataFrame,
    economics: pl.DataFrame,
    *,
    lead_times: pl.DataFrame | None = None,
    today: date | None = None,
    horizon: Horizon | None = None,
    fences: Fences | None = None,
    threads: int | None = None,
) -> pl.DataFrame:
    """Planned orders by a forecast of your own: `frames.FORECAST` in place of history, else as `planned_orders`.

    Beyond its last bucket a forecast goes on as in it. Without `today` the weeks have no dates, and nothing is fenced.
    Where `buckets_seen` is not given, the level is taken as known.
    """
    checked = frames.check_all(position, arrivals, supply, economics, lead_times)
    expected = frames.check(forecast, frames.FORECAST, checked.supply.schema["item_site"])
    expected = frames.one_row_each(expected, frames.FORECAST, checked.supply)
    return _planned(expected, checked, today, _checked(horizon or Horizon()), fences or Fences(), threads)


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


def start_of(expected: pl.DataFrame, checked: Checked, today: date | None, horizon: Horizon, fences: Fences) -> Start:
    """Where the paths of a forecast and its checked frames begin.

    The forecast widens the variance ratio of what it has seen by 1 + h / (seen + 1), since a level from `seen` buckets is
    no sure one for the h buckets that an order must last (bank.py). That part of the variance is one error shared by all
    weeks to come: level_variance = (ratio - ratio without it) / mean of those h buckets, which leaves their variance as
    the decision has it, and spreads the weeks after more than independent errors would.
    """
    question, forecast = run.question_of(checked), run.demand_forecast_of(expected)
    lead_times = lead_times_of(checked.supply, checked.lead_times)
    lasts = lead_times.longest() + question.review_period_days
    mean, seen = _until(forecast, lasts[:, None])[:, 0], expected["buckets_seen"].to_numpy()
    buckets = np.clip(np.rint(lasts / forecast.bucket_days), 1, MOST_JUDGED)
    ratio = forecast.variance_ratio
    known = np.where(seen > 0, np.maximum(ratio / (1 + buckets / (seen + 1)), np.minimum(ratio, 1.0)), ratio)
    least, most = _fenced(fences, checked, today, horizon.weeks)
    return Start(
        question=question,
        forecast=forecast,
        arrivals=open_arrivals(checked.arrivals, checked.supply),
        lead_times=lead_times,
        path_ratio=known,
        level_variance=np.divide(ratio - known, mean, out=np.zeros_like(mean), where=mean > LEAST_MEAN),
        stream=_streams(checked.supply["item_site"]),
        least=least,
        most=most,
    )


def rolled(start: Start, horizon: Horizon, threads: int | None = None) -> Iterator[Paths]:
    """The paths of all item-sites, block after block in their order, so that few are in memory at a time."""
    rows = start.stream.size
    at_once = max(MOST_AT_ONCE // ((1 + horizon.paths) * (horizon.days + _reach(start.lead_times, start.question))), 1)
    for first in range(0, rows, at_once):
        yield _rolled_block(_block(start, first, min(first + at_once, rows)), horizon, threads)


def _planned(
    expected: pl.DataFrame, checked: Checked, today: date | None, horizon: Horizon, fences: Fences, threads: int | None
) -> pl.DataFrame:
    """The frame of planned orders, filled block by block."""
    start = start_of(expected, checked, today, horizon, fences)
    shape = start.stream.size, horizon.weeks
    whole = {name: np.zeros(shape, np.int64) for name in ("quantity", *_names("quantity"), *_names("on_hand"))}
    mean = np.zeros(shape)
    first = 0
    for paths in rolled(start, horizon, threads):
        some = slice(first, first + paths.ordered.shape[0])
        whole["quantity"][some], mean[some] = paths.ordered[:, 0], paths.ordered[:, 1:].mean(axis=1)
        for name, values in (("quantity", paths.ordered), ("on_hand", np.maximum(paths.net_on_hand, 0))):
            for column, quantile in zip(_names(name), _quantiles(values[:, 1:]), strict=True):
                whole[column][some] = quantile
        first = some.stop
    weeks = pl.Series(np.tile(np.arange(horizon.weeks), shape[0]), dtype=pl.Int64)
    value = mean * checked.supply["unit_cost"].to_numpy()[:, None]
    columns = {
        "item_site": checked.supply["item_site"].gather(np.repeat(np.arange(shape[0]), horizon.weeks)),
        "week": weeks,
        "week_start_on": _starts(today, horizon.weeks).gather(weeks),
        "quantity_mean": pl.Series(mean.ravel()),
        "order_value_mean": pl.Series(value.ravel()),
    }
    return frames.result(columns | {name: pl.Series(values.ravel()) for name, values in whole.items()}, frames.PLANNED)


def _rolled_block(start: Start, horizon: Horizon, threads: int | None) -> Paths:
    """Day by day, on all paths of all item-sites of a block at once."""
    rows, days, width = start.stream.size, horizon.days, 1 + horizon.paths
    is_due = _due(start, days)
    events = _events(start, is_due)
    demand, takes = _drawn(start, events, horizon)
    coming = _coming(start, horizon)
    flows = {name: np.zeros((rows, width, horizon.weeks), np.int64) for name in (f.name for f in fields(Paths))}
    net = np.repeat(start.question.net_on_hand[:, None], width, axis=1)
    is_lost, of_path = start.question.is_lost[:, None], np.arange(width)
    for day in range(days):
        week = day // DAYS_A_WEEK
        due = np.flatnonzero(is_due[:, day])
        if due.size:
            ordered = _ordered(start, due, day, net, coming, threads)
            coming[due[:, None], of_path, day + takes[day, due]] += ordered
            flows["ordered"][due, :, week] += ordered
        if events[:, day].any():
            there = net + coming[:, :, day]
            after = there - demand[day]
            # What is owed already goes on waiting; only demand that comes now is lost.
            net = np.where(is_lost, np.minimum(there, np.maximum(after, 0)), after)
            flows["received"][:, :, week] += coming[:, :, day]
            flows["demand"][:, :, week] += demand[day]
            flows["taken"][:, :, week] += there - net
        if (day + 1) % DAYS_A_WEEK == 0:
            flows["net_on_hand"][:, :, week] = net
    return Paths(**flows)


def _ordered(start: Start, due: Ints, day: int, net: Ints, coming: Ints, threads: int | None) -> Ints:
    """What the policy orders on a day on all paths of the item-sites whose turn it is. → [due, 1 + paths]"""
    # Today all paths stand at the same place: one decision serves them all.
    paths = 1 if day == 0 else net.shape[1]
    rows = np.repeat(due, paths)
    reach = int((start.lead_times.longest() + 2 * start.question.review_period_days)[due].max())
    of, leads = start.forecast, start.lead_times
    proposal = propose(
        replace(take(start.question, rows), net_on_hand=net[due, :paths].ravel()),
        DemandForecast(
            np.repeat(_from_day(take(of, due), day, reach), paths, axis=0), of.variance_ratio[rows], of.bucket_days[rows]
        ),
        _open(coming[due, :paths, day : day + reach + 1].reshape(rows.size, -1)),
        LeadTimes(leads.days, leads.probability, leads.first[rows], leads.count[rows]),
        threads=threads,
    )  # fmt: skip
    quantity = np.broadcast_to(proposal.quantity.reshape(due.size, paths), (due.size, net.shape[1]))
    least, most = (bound[due, day // DAYS_A_WEEK][:, None] for bound in (start.least, start.most))
    return np.where(least == NONE, quantity, np.clip(quantity, least, most))


def _due(start: Start, days: int) -> Truths:
    """Whether an item-site decides on a day: at its reviews, and in fenced weeks on the first day only. [n, days]"""
    day = np.arange(days)
    is_fenced = np.repeat(start.least != NONE, DAYS_A_WEEK, axis=1)
    found: Truths = np.where(is_fenced, day % DAYS_A_WEEK == 0, day % start.question.review_period_days[:, None] == 0)
    return found


def _events(start: Start, is_due: Truths) -> Truths:
    """The days on which a stretch of demand begins: weeks, decisions, arrivals of what is or may be on order. [n, days]"""
    days, leads = is_due.shape[1], start.lead_times
    events = is_due.copy()
    events[:, ::DAYS_A_WEEK] = True
    is_near = start.arrivals.day < days
    events[start.arrivals.place[is_near], start.arrivals.day[is_near]] = True
    of = np.repeat(np.arange(leads.count.size), leads.count)
    for lead in np.unique(leads.days[leads.days < days]):
        rows = of[leads.days == lead]
        events[rows, lead:] |= is_due[rows, : days - lead]
    return events


def _drawn(start: Start, events: Truths, horizon: Horizon) -> tuple[Ints, Ints]:
    """Demand, a stretch's at its first day, and the lead times in days of what is ordered. [days, n, 1 + paths] each"""
    rows, days = events.shape
    leads, width = start.lead_times, 1 + horizon.paths
    until = _until(start.forecast, np.arange(days + 1)[None, :])
    demand = np.zeros((days, rows, width), np.int64)
    takes: Ints = np.broadcast_to(leads.days[leads.first][None, :, None], demand.shape)
    if (leads.count > 1).any():
        takes = takes.copy()
    for row in range(rows):
        key = np.array([horizon.seed % 2**64, start.stream[row]], np.uint64)
        rng = np.random.Generator(np.random.Philox(key=key))
        begins = np.flatnonzero(events[row])
        # Rounding may leave less than nothing of a stretch without demand.
        mean = np.maximum(np.diff(until[row, np.append(begins, days)]), 0.0)
        demand[begins, row] = _demand(rng, mean, start.path_ratio[row], start.level_variance[row], horizon.paths)
        if leads.count[row] > 1:
            some = slice(leads.first[row], leads.first[row] + leads.count[row])
            chance = rng.random((days, width))
            chance[:, 0] = 0.5
            reached = np.cumsum(leads.probability[some])[:-1]
            takes[:, row] = leads.days[some][np.searchsorted(reached, chance, side="right")]
    return demand, takes


def _demand(rng: np.random.Generator, mean: Floats, ratio: float, level_variance: float, paths: int) -> Ints:
    """Units of each stretch: as expected in column 0, then as drawn. mean [stretches] → [stretches, 1 + paths]

    Negative binomial as a Poisson whose rate is gamma distributed; Poisson at ratio 1. Below 1, the share `ratio` of the
    mean is Poisson, and the rest is sure but for its rounding, so that at 0 nothing is left to chance.
    """
    level = rng.gamma(1 / level_variance, level_variance, paths) if level_variance > 0 else np.ones(paths)
    of_path = mean[:, None] * level
    if ratio > 1:
        drawn = rng.poisson(rng.standard_gamma(of_path / (ratio - 1)) * (ratio - 1))
    else:
        drawn = rng.poisson(of_path * ratio) + _whole(of_path * (1 - ratio), rng.random(paths))
    return np.hstack([_whole(mean[:, None], np.array([0.5])), drawn])


def _whole(amount: Floats, begin: Floats) -> Ints:
    """Whole units whose running total is never a unit off that of the amounts. amount [stretches, k], begin [k] 0-1"""
    total = np.floor(np.cumsum(amount, axis=0) + begin + 1e-9)
    return np.diff(total, axis=0, prepend=0.0).astype(np.int64)


def _coming(start: Start, horizon: Horizon) -> Ints:
    """Units that arrive on each day, open arrivals to begin with; those too late for any decision are left out."""
    rows, width = start.stream.size, horizon.days + _reach(start.lead_times, start.question)
    coming, of = np.zeros((rows, width), np.int64), start.arrivals
    is_near = of.day < width
    np.add.at(coming, (of.place[is_near], of.day[is_near]), of.quantity[is_near])
    return np.repeat(coming[:, None, :], 1 + horizon.paths, axis=1)


def _open(coming: Ints) -> OpenArrivals:
    """What arrives on each day [n, days from today] as open arrivals."""
    place, day = np.nonzero(coming)
    count = np.bincount(place, minlength=coming.shape[0])
    return OpenArrivals(place, day, coming[place, day], np.cumsum(count) - count, count)


def _from_day(forecast: DemandForecast, day: int, reach: int) -> Floats:
    """Expected demand in the buckets that begin on a day, as many as it takes to reach so many days on. [n, any]"""
    last = forecast.mean.shape[1] - 1
    position = day / forecast.bucket_days[:, None]
    buckets = min(int(np.ceil(reach / forecast.bucket_days.min())) + 1, last + 1)
    place = position.astype(np.int64) + np.arange(buckets)
    part = position - np.floor(position)
    here, following = (
        np.take_along_axis(forecast.mean, np.minimum(of, last), axis=1) for of in (place, place + 1)
    )  # fmt: skip
    return here + part * (following - here)


def _until(forecast: DemandForecast, day: Ints) -> Floats:
    """Expected demand from today to a day; the last bucket goes on. day [n or 1, m] → [n, m]"""
    position = day / forecast.bucket_days[:, None]
    whole = np.minimum(position.astype(np.int64), forecast.mean.shape[1] - 1)
    before = np.cumsum(forecast.mean, axis=1) - forecast.mean
    mean = np.take_along_axis(forecast.mean, whole, axis=1)
    found: Floats = np.take_along_axis(before, whole, axis=1) + (position - whole) * mean
    return found


def _block(start: Start, first: int, last: int) -> Start:
    """The same for some item-sites that follow each other."""
    rows = np.arange(first, last)
    arrivals, leads = start.arrivals, start.lead_times
    of, by = _entries(arrivals.first, arrivals.count, rows), _entries(leads.first, leads.count, rows)
    return replace(
        start,
        question=take(start.question, rows),
        forecast=take(start.forecast, rows),
        arrivals=OpenArrivals(
            arrivals.place[of] - first,
            arrivals.day[of],
            arrivals.quantity[of],
            arrivals.first[rows] - of.start,
            arrivals.count[rows],
        ),
        lead_times=LeadTimes(
            leads.days[by], leads.probability[by], leads.first[rows] - by.start, leads.count[rows]
        ),
        **{name: getattr(start, name)[rows] for name in ("path_ratio", "level_variance", "stream", "least", "most")},
    )  # fmt: skip


def _entries(first: Ints, count: Ints, rows: Ints) -> slice:
    """Where the entries of rows that follow each other lie in their flat arrays."""
    return slice(int(first[rows[0]]), int(first[rows[-1]] + count[rows[-1]]))


def _fenced(fences: Fences, checked: Checked, today: date | None, weeks: int) -> tuple[Ints, Ints]:
    """The least and the most that may be ordered in each week ahead, NONE where nothing says so. [n, weeks] each"""
    _check_fences(fences)
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


def _check_fences(fences: Fences) -> None:
    for name, value, most in (
        ("firm_weeks", fences.firm_weeks, frames.MOST_WEEKS),
        ("flexible_weeks", fences.flexible_weeks, frames.MOST_WEEKS),
        ("flexible_share", fences.flexible_share, 1),
    ):
        _refuse_outside(name, value, 0, most)


def _checked(horizon: Horizon) -> Horizon:
    """The horizon, if it is one."""
    _refuse_outside("horizon_weeks", horizon.weeks, 1, MOST_AHEAD_WEEKS)
    _refuse_outside("paths", horizon.paths, 1, MOST_PATHS)
    return horizon


def _refuse_outside(name: str, value: float, least: int, most: int) -> None:
    if not least <= value <= most:
        raise Refused(
            f"{name} is {value}; it must be from {least} to {most}.",
            code="value_out_of_range",
            argument=name,
            value=value,
        )


def _reach(lead_times: LeadTimes, question: Question) -> int:
    """How many days ahead the furthest look of any decision is."""
    return int((lead_times.longest() + 2 * question.review_period_days).max(initial=0))


def _quantiles(values: Ints) -> list[Ints]:
    """The smallest values that a share of the paths does not exceed, a path's own value each. [n, paths, W] → [n, W]"""
    ordered, paths = np.sort(values, axis=1), values.shape[1]
    return [ordered[:, max(int(np.ceil(share * paths - 1e-9)) - 1, 0)] for share in QUANTILES.values()]


def _names(of: str) -> list[str]:
    return [f"{of}_{quantile}" for quantile in QUANTILES]


def _streams(item_sites: pl.Series) -> npt.NDArray[np.uint64]:
    """A name for the random stream of every item-site, made of its key alone. [n]"""
    if item_sites.dtype != pl.String:
        return item_sites.to_numpy().astype(np.int64).view(np.uint64)
    digests = [blake2b(key.encode(), digest_size=8).digest() for key in item_sites]
    return np.frombuffer(b"".join(digests), dtype=np.uint64)


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
