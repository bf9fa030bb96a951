"""The policy of today, rolled along paths of demand, review by review.

Time is counted in days. A stretch of days without an order, an arrival or the end of a week is drawn as one number, by
the distribution that the decision assumes: mean from the forecast, variance ÷ mean as it says, stretches independent once
the level is given. The level itself is drawn around the forecast and drifts from week to week (`forecast/drift.py`).

Known demand is wanted on its day on all paths, and what a path draws beyond it comes on top (`known_demand.py`). It waits
where it is not served.

The planner of a path learns: every week it corrects its forecast by what came (`learned_plainly`), as the real forecast would
be made anew, and the policy decides from the forecast so corrected. Today all planners know the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from ownstock.engine import run
from ownstock.engine.arrays import NONE, Floats, Ints, Truths, only_read, take
from ownstock.engine.arrivals import LeadTimes, OpenArrivals, lead_times_of, open_arrivals
from ownstock.engine.blocks import cores
from ownstock.engine.demand_paths import Chances, Drawn, Horizon, drawn, stream_names
from ownstock.engine.fences import Fences, order_bounds
from ownstock.engine.forecast.demand_forecast import DemandForecast
from ownstock.engine.forecast.drift import Drift, level_known
from ownstock.engine.frames import Checked
from ownstock.engine.kernels.rolling import PRIOR_WEEKS, REMEMBERED_WEEKS, roll
from ownstock.engine.known_demand import KnownDemand, known_demand_of, unconsumed_units
from ownstock.engine.propose import DAYS_A_WEEK, Question, propose

# The flows of a block of item-sites are about so many numbers.
MOST_AT_ONCE = 4_000_000
# A thread takes so many item-sites at a time.
AT_A_TIME = 8


@dataclass(frozen=True)
class Start:
    """Where the paths begin and what binds them, a row per item-site.

    path_ratio: [n] variance ÷ mean of demand once the level is given. level_variance: [n] of the level, over its square;
    level_step: what every week adds to it. stream: [n] names of the random streams. least, most: [n, weeks] bounds of the
    order of a fenced week, else NONE.
    """

    question: Question
    forecast: DemandForecast
    arrivals: OpenArrivals
    known: KnownDemand
    lead_times: LeadTimes
    path_ratio: Floats
    level_variance: Floats
    level_step: float
    stream: npt.NDArray[np.uint64]
    least: Ints
    most: Ints


@dataclass(frozen=True)
class Paths:
    """What happens on the paths, by week: [n, 1 + paths, weeks] units each; place 0 is the path as expected.

    `taken` is the demand that left the shelf or waits for it, so that in every week
    net on hand before + received - taken = `net_on_hand` at its end; `demand` - `taken` is lost.
    `demand` is known demand and what a path draws beyond it.
    """

    ordered: Ints
    received: Ints
    demand: Ints
    taken: Ints
    net_on_hand: Ints

    @classmethod
    def empty(cls, rows: int, horizon: Horizon) -> Paths:
        """Room for so many item-sites, nothing having happened."""
        shape = rows, 1 + horizon.paths, horizon.weeks
        return cls(*(np.zeros(shape, np.int64) for _ in fields(cls)))


def start_of(
    expected: pl.DataFrame,
    checked: Checked,
    today: date | None,
    horizon: Horizon,
    fences: Fences,
    drift: Drift,
    width: float = 1.0,
) -> Start:
    """Where the paths of a forecast and its checked frames begin. `width`: what the forecast's variance was widened by."""
    question, forecast = run.question_of(checked), run.demand_forecast_of(expected)
    lead_times = lead_times_of(checked.supply, checked.lead_times)
    lasts = lead_times.longest() + question.review_period_days
    in_window = _until(forecast, lasts[:, None])[:, 0]
    path_ratio, level_variance = level_known(expected, width, in_window, np.rint(lasts / forecast.bucket_days))
    least, most = order_bounds(fences, checked, today, horizon.weeks)
    return Start(
        question=question,
        forecast=only_read(forecast),
        arrivals=open_arrivals(checked.arrivals, checked.supply),
        known=known_demand_of(checked.known, checked.supply),
        lead_times=only_read(lead_times),
        path_ratio=path_ratio,
        level_variance=level_variance + drift.start,
        level_step=drift.step,
        stream=stream_names(checked.supply["item_site"]),
        least=least,
        most=most,
    )


def rolled(start: Start, horizon: Horizon, threads: int | None = None) -> Iterator[Paths]:
    """The paths of all item-sites, block after block in their order, so that few are in memory at a time."""
    rows = start.stream.size
    at_once = max(MOST_AT_ONCE // (len(fields(Paths)) * (1 + horizon.paths) * horizon.weeks), 1)
    for first in range(0, rows, at_once):
        block = range(first, min(first + at_once, rows))
        paths = Paths.empty(len(block), horizon)
        _roll_each(start, block, horizon, paths, threads)
        yield paths


def look_ahead_days(lead_times: LeadTimes, review_days: Ints) -> int:
    """How many days ahead the furthest look of any decision is."""
    return int((lead_times.longest() + 2 * review_days).max(initial=0))


def _roll_each(start: Start, block: range, horizon: Horizon, paths: Paths, threads: int | None) -> None:
    """Fill the paths of a block; item-sites are independent, so the answer is the same whatever the threads."""

    def some(first: int) -> None:
        for row in block[first : first + AT_A_TIME]:
            _roll_one(start, row, horizon, paths, row - block.start)

    with ThreadPoolExecutor(threads or cores()) as pool:
        for _ in pool.map(some, range(0, len(block), AT_A_TIME)):
            pass


def _roll_one(start: Start, row: int, horizon: Horizon, paths: Paths, place: int) -> None:
    """Draw the paths of an item-site and roll the policy along them, into its place of `paths`."""
    question, leads = start.question, _lead_times(start, row)
    is_due = decides_on(start, row, horizon)
    until, found = _expected_until(start, row, horizon), drawn_of(start, row, is_due, horizon)
    coming = arriving(start, row, horizon)
    known = start.known.by_day(row, coming.size) if start.known.count[row] else None
    roll(
        question.net_on_hand[row], coming, known, is_due, found.begins, found.demand, _unconsumed(start, row, found),
        found.takes, np.diff(until[::DAYS_A_WEEK]), start.least[row], start.most[row],
        start.forecast.mean[row], start.forecast.bucket_days[row], start.forecast.variance_ratio[row],
        start.level_variance[row] + start.level_step > 0, *leads,
        question.review_period_days[row], question.moq[row], question.order_multiple[row],
        question.over[row], question.under[row], question.goal[row], question.target[row], question.is_lost[row],
        paths.ordered[place], paths.received[place], paths.demand[place], paths.taken[place], paths.net_on_hand[place],
    )  # fmt: skip


def drawn_of(start: Start, row: int, is_due: Truths, horizon: Horizon) -> Drawn:
    """The demand paths of an item-site, and the lead times of its orders."""
    days, probability = _lead_times(start, row)
    chances = Chances(
        until=_expected_until(start, row, horizon),
        ratio=start.path_ratio[row],
        level_variance=start.level_variance[row],
        step=start.level_step,
        lead_days=days,
        probability=probability,
    )
    return drawn(chances, _stretches(start, row, is_due), start.stream[row], horizon)


def _unconsumed(start: Start, row: int, found: Drawn) -> Ints:
    """What of the demand of an item-site's paths is wanted beyond known demand."""
    known = start.known.by_day(row, found.begins.size)
    return unconsumed_units(found.demand, found.begins, known, start.forecast.bucket_days[row])


def decides_on(start: Start, row: int, horizon: Horizon) -> Truths:
    """Whether an item-site decides on a day: at its reviews, and in fenced weeks on the first day only. [days]"""
    day = np.arange(horizon.days)
    is_fenced = np.repeat(start.least[row] != NONE, DAYS_A_WEEK)
    found: Truths = np.where(is_fenced, day % DAYS_A_WEEK, day % start.question.review_period_days[row]) == 0
    return found


def arriving(start: Start, row: int, horizon: Horizon) -> Ints:
    """Units of open arrivals by day; those too late for any decision are left out. [days + furthest look + 1]"""
    days, _ = _lead_times(start, row)
    coming = np.zeros(horizon.days + days[-1] + 2 * start.question.review_period_days[row] + 1, np.int64)
    some = slice(start.arrivals.first[row], start.arrivals.first[row] + start.arrivals.count[row])
    day, units = start.arrivals.day[some], start.arrivals.quantity[some]
    is_near = day < coming.size
    np.add.at(coming, day[is_near], units[is_near])
    return coming


def plainly_rolled(start: Start, row: int, horizon: Horizon) -> Paths:
    """The paths of one item-site as `rolled` has them, one at a time and decision by decision with `propose`."""
    paths, is_due = Paths.empty(1, horizon), decides_on(start, row, horizon)
    found = drawn_of(start, row, is_due, horizon)
    expected = np.diff(_expected_until(start, row, horizon)[::DAYS_A_WEEK])
    for p in range(1 + horizon.paths):
        net, coming = int(start.question.net_on_hand[row]), arriving(start, row, horizon)
        known, factor, came = start.known.by_day(row, coming.size), 1.0, 0
        stretches = iter(zip(found.demand[p], _unconsumed(start, row, found)[p], strict=True))
        for day in range(horizon.days):
            week = day // DAYS_A_WEEK
            if is_due[day]:
                order = _plainly_decided(start, row, day, net, coming, factor)
                coming[day + found.takes[p, day]] += order
                paths.ordered[0, p, week] += order
            net -= known[day]
            paths.demand[0, p, week] += known[day]
            paths.taken[0, p, week] += known[day]
            if found.begins[day]:
                drawn_units, wanted = next(stretches)
                came += drawn_units
                there = net + coming[day]
                net = min(there, max(there - wanted, 0)) if start.question.is_lost[row] else there - wanted
                flows = (paths.received, coming[day]), (paths.demand, wanted), (paths.taken, there - net)
                for flow, units in flows:
                    flow[0, p, week] += units
            if (day + 1) % DAYS_A_WEEK == 0:
                paths.net_on_hand[0, p, week] = net
                if p and start.level_variance[row] + start.level_step > 0:
                    factor = learned_plainly(factor, start.forecast.variance_ratio[row], expected[week], float(came))
                came = 0
    return paths


def learned_plainly(factor: float, variance_ratio: float, expected: float, demand: float) -> float:
    """What a planner makes of its level after a week: the factor on its forecast of today.

    The week was to bring `expected` units by that forecast, and brought `demand`:

        factor + g (demand / expected - factor),  g = 1 / (12 + 6 · variance_ratio / expected)

    Exponential smoothing whose memory is that of the bank's middle method, and which leans on what was known before as the
    bank's methods lean on the usual level (bank.py). For slow items one sale says little.
    """
    if expected <= 0.0:
        return factor
    return factor + (demand / expected - factor) / (REMEMBERED_WEEKS + PRIOR_WEEKS * variance_ratio / expected)


def _plainly_decided(start: Start, row: int, day: int, net: int, coming: Ints, factor: float) -> int:
    """What the policy orders on a day of a path, within the bounds of a fenced week."""
    at, (lead_days, probability) = np.array([row]), _lead_times(start, row)
    length = start.forecast.bucket_days[row]
    begins = np.arange(int(np.ceil(coming.size / length)) + 2) * length + day
    mean = np.diff(_until(take(start.forecast, at), begins[None, :]))
    ahead = coming[day : day + lead_days[-1] + 2 * start.question.review_period_days[row] + 1]
    days = np.flatnonzero(ahead)
    question = replace(take(start.question, at), net_on_hand=np.array([net]))
    none = np.zeros(1, np.int64)
    known = start.known.by_day(row, coming.size)[day : day + ahead.size]
    wanted_on = np.flatnonzero(known)
    proposal = propose(
        question,
        DemandForecast(factor * mean, start.forecast.variance_ratio[at], start.forecast.bucket_days[at]),
        OpenArrivals(np.zeros_like(days), days, ahead[days], none, np.array([days.size]), np.zeros_like(days)),
        LeadTimes.of_one(lead_days, probability),
        KnownDemand(wanted_on, known[wanted_on], none, np.array([wanted_on.size])),
    )
    week, order = day // DAYS_A_WEEK, int(proposal.quantity[0])
    if start.least[row, week] == NONE:
        return order
    return int(np.clip(order, start.least[row, week], start.most[row, week]))


def _stretches(start: Start, row: int, is_due: Truths) -> Truths:
    """The days on which a stretch of demand begins: weeks, decisions, arrivals of what is or may be on order. [days]"""
    begins = is_due.copy()
    begins[::DAYS_A_WEEK] = True
    some = slice(start.arrivals.first[row], start.arrivals.first[row] + start.arrivals.count[row])
    day = start.arrivals.day[some]
    begins[day[day < begins.size]] = True
    for lead in _lead_times(start, row)[0]:
        begins[lead:] |= is_due[: max(begins.size - lead, 0)]
    return begins


def _lead_times(start: Start, row: int) -> tuple[Ints, Floats]:
    """Lead times of an item-site in days, the shortest first, and how likely each is."""
    leads = start.lead_times
    some = slice(leads.first[row], leads.first[row] + leads.count[row])
    return leads.days[some], leads.probability[some]


def _expected_until(start: Start, row: int, horizon: Horizon) -> Floats:
    """Units expected of an item-site from today until each day. [days + 1]"""
    until: Floats = _until(take(start.forecast, np.array([row])), np.arange(horizon.days + 1)[None, :])[0]
    return until


def _until(forecast: DemandForecast, day: npt.NDArray[Any]) -> Floats:
    """Expected demand from today to a day; the last bucket goes on. day [n or 1, m] → [n, m]"""
    position = day / forecast.bucket_days[:, None]
    whole = np.minimum(position.astype(np.int64), forecast.mean.shape[1] - 1)
    before = np.cumsum(forecast.mean, axis=1) - forecast.mean
    mean = np.take_along_axis(forecast.mean, whole, axis=1)
    found: Floats = np.take_along_axis(before, whole, axis=1) + (position - whole) * mean
    return found
