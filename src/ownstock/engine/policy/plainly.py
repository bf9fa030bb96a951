"""The decision for one item-site, said plainly: whole arrays, no bands, no early exits.

This is what `kernels/decision.py` must equal; read this one to understand, run that one. All distributions are arrays
whose place k holds the probability of k points, a point being `step` units.

Lost sales after Zipkin (2008), Operations Research 56(5), 1256-1263 (its "myopic" policies, with one or two windows);
the projection to the arrival as in van Jaarsveld and Arts (2024), Operations Research 72(5), 1790-1805. Demand of any
stretch is a count by its mean and variance in Panjer's family (1981), ASTIN Bulletin 12, 22-26.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ownstock.engine.arrays import Floats

RATIO_GUARD = 1e-9


@dataclass(frozen=True)
class OneItemSite:
    """What is asked of one item-site; units, days, money per unit; `mean` is expected demand by bucket."""

    mean: Floats
    bucket_days: float
    variance_ratio: float
    net_on_hand: int
    arrivals: tuple[tuple[int, int], ...]
    lead_time_days: int
    review_period_days: int
    over: float
    under: float
    is_lost: bool
    known: tuple[tuple[int, int], ...] = ()

    @property
    def horizon_days(self) -> int:
        """The day on which the window ends."""
        return self.lead_time_days + self.review_period_days

    def known_between(self, since: float, until: float) -> int:
        """Units that customers have ordered for the days from one on and before another."""
        return sum(units for day, units in self.known if since <= day < until)

    def mean_until(self, day: float) -> float:
        """Expected demand from today to a day; the last bucket goes on for ever."""
        buckets = np.clip(day / self.bucket_days - np.arange(self.mean.size), 0.0, 1.0)
        buckets[-1] = max(day / self.bucket_days - (self.mean.size - 1), 0.0)
        return float(buckets @ self.mean)


def count_pmf(mean: float, variance: float, points: int) -> Floats:
    """The probabilities of 0, 1 … points - 1 of a count with this mean and variance.

    P(k) = P(k - 1)·(a + b·(k - 1))/k with b = 1 - mean/variance and a = mean·(1 - b): negative binomial where b > 0,
    Poisson where b = 0, and where b < 0 binomial with the next whole number of trials, its mean kept.
    """
    if mean <= 0:
        return _certain(0, points)
    b = 1 - mean / max(variance, 0.05 * mean)
    if b < 0:
        share = mean / max(np.ceil(mean * (1 - b) / -b - 1e-9), 1)
        if share > 1 - 1e-9:
            return _certain(round(mean), points)
        b = -share / (1 - share)
    k = np.arange(1, points)
    ratio = np.maximum(mean * (1 - b) + b * (k - 1), 0.0) / k
    with np.errstate(divide="ignore"):
        logs = np.append(0.0, np.cumsum(np.log(ratio)))
    weight = np.exp(logs - logs.max())
    pmf: Floats = weight / weight.sum()
    return pmf


def _certain(count: int, points: int) -> Floats:
    pmf = np.zeros(points)
    pmf[count] = 1.0
    return pmf


def beyond_known(asked: OneItemSite, since: int, until: int, step: float, points: int) -> Floats:
    """What is wanted in a stretch of days beyond what customers have ordered for days before the horizon.

    In a bucket with K units known it is (D - K)⁺, D its demand by the forecast, so that the whole is max(D, K). Of a bucket
    that a stretch has in part, it has that part of the K.
    """
    wanted, rest = _certain(0, points), asked.mean_until(until) - asked.mean_until(since)
    for bucket in range(int(asked.horizon_days / asked.bucket_days) + 1):
        begins = bucket * asked.bucket_days
        ends = min(begins + asked.bucket_days, asked.horizon_days)
        first, last = max(since, begins), min(until, ends)
        known = asked.known_between(begins, ends)
        if known and first < last:
            mean = asked.mean_until(last) - asked.mean_until(first)
            demand = count_pmf(mean / step, mean / step * asked.variance_ratio / step, points)
            less = known * (last - first) / (ends - begins) / step
            wanted, rest = np.convolve(wanted, _lessened(demand, less))[:points], rest - mean
    rest = max(rest, 0.0) / step
    found: Floats = np.convolve(wanted, count_pmf(rest, rest * asked.variance_ratio / step, points))[:points]
    return found


def _lessened(demand: Floats, less: float) -> Floats:
    """The distribution of (D - less)⁺, shared by two points where it lies between them."""
    value = np.maximum(np.arange(demand.size) - less, 0.0)
    point = np.floor(value).astype(int)
    shared: Floats = np.zeros(demand.size + 1)
    np.add.at(shared, point, demand * (1 - value + point))
    np.add.at(shared, point + 1, demand * (value - point))
    return shared[: demand.size]


def taken_at_arrival_with_known(asked: OneItemSite, step: float, points: int) -> Floats:
    """What will have been taken beyond known demand when the order arrives.

    Customers who have ordered are served first, and wait where nothing is there; what was taken before is not given back.
    """
    if not asked.is_lost:
        return beyond_known(asked, 0, asked.lead_time_days, step, points)
    taken, there, since = _certain(0, points), asked.net_on_hand, 0
    for day, quantity in [
        *sorted(a for a in asked.arrivals if a[0] <= asked.lead_time_days),
        (asked.lead_time_days, 0),
    ]:
        if day > since:
            there -= asked.known_between(since, day)
            demand = beyond_known(asked, since, day, step, points)
            ceiling, is_above = there / step, np.arange(points) >= there / step
            more = np.convolve(np.where(is_above, 0.0, taken), demand)[:points]
            taken = np.where(is_above, taken, 0.0) + (_stopped_at(ceiling, more) if ceiling > 0 else 0.0)
            since = day
        there += quantity
    return taken


def requirement_with_known(asked: OneItemSite, step: float, points: int) -> Floats:
    """What will have been taken beyond known demand when the window ends."""
    if not asked.is_lost:
        return beyond_known(asked, 0, asked.horizon_days, step, points)
    window = beyond_known(asked, asked.lead_time_days, asked.horizon_days, step, points)
    total: Floats = np.convolve(taken_at_arrival_with_known(asked, step, points), window)[:points]
    return total


def taken_at_arrival(asked: OneItemSite, step: float, points: int) -> Floats:
    """What will have been taken from the shelf when the order arrives.

    Demand adds to it, arrivals do not change it, and where unserved demand is lost it cannot exceed what there was: what
    lies beyond that ceiling is moved onto it, shared between the two points that a ceiling between points lies between.
    """
    taken, there, since = _certain(0, points), asked.net_on_hand, 0.0
    due = sorted(arrival for arrival in asked.arrivals if arrival[0] <= asked.lead_time_days)
    for day, quantity in [*due, (asked.lead_time_days, 0)]:
        until = asked.mean_until(day)
        # Where nothing was wanted since, as between two arrivals of one day, a ceiling would only spread what it shared.
        if until > since:
            demand = count_pmf((until - since) / step, (until - since) / step * asked.variance_ratio / step, points)
            taken, since = np.convolve(taken, demand)[:points], until
            if asked.is_lost:
                taken = _stopped_at(max(there, 0) / step, taken)
        there += quantity
    return taken


def _stopped_at(ceiling: float, taken: Floats) -> Floats:
    floor, part = int(ceiling), ceiling - int(ceiling)
    if floor + 1 >= taken.size:
        return taken
    beyond = taken[floor + 1 :].sum()
    stopped = np.append(taken[: floor + 1], np.zeros(taken.size - floor - 1))
    stopped[floor] += beyond * (1 - part)
    stopped[floor + 1] = beyond * part
    return stopped


def requirement(asked: OneItemSite, step: float, points: int) -> Floats:
    """What will have been taken when the window ends: at the arrival, and then the demand of the window."""
    window = asked.mean_until(asked.lead_time_days + asked.review_period_days) - asked.mean_until(asked.lead_time_days)
    demand = count_pmf(window / step, window / step * asked.variance_ratio / step, points)
    total: Floats = np.convolve(taken_at_arrival(asked, step, points), demand)[:points]
    return total


def level_of(probability: float, required: Floats, step: float) -> int:
    """The smallest level in units that covers the requirement with a probability; within a point, evenly spread."""
    reached = np.cumsum(required)
    place = min(int((reached < probability - RATIO_GUARD).sum()), required.size - 1)
    if step == 1:
        return place
    before = reached[place] - required[place]
    part = (probability - RATIO_GUARD - before) / required[place] if required[place] > 0 else 1.0
    return max(int(np.ceil((place - 0.5 + np.clip(part, 0.0, 1.0)) * step - 1e-6)), 0)


def expected_cost(level: int, required: Floats, over: float, under: float, step: float) -> float:
    """Money: over · E[units left from a level] + under · E[units short of it]."""
    y, k = level / step, np.arange(required.size)
    # A point stands for itself, or, where points are coarse, for the units around it, evenly.
    cell = np.clip(y - k + 0.5, 0.0, 1.0)
    left = np.where(y - k >= 0.5, y - k, 0.5 * cell**2) if step > 1 else np.maximum(y - k, 0.0)
    units_left = float(left @ required)
    return step * (over * units_left + under * (units_left - y + float(required @ k)))


def look_ahead(asked: OneItemSite, need: int, position: int, required: Floats, most: int) -> int:
    """By how many units, at most `most`, less than the need is cheaper over this window and the next together.

    The order for the next window is chosen well for what is expected to be left then, but before it is known.
    """
    end = asked.lead_time_days + asked.review_period_days
    mean = asked.mean_until(end + asked.review_period_days) - asked.mean_until(end)
    demand = count_pmf(mean, mean * asked.variance_ratio, required.size)
    later = sum(quantity for day, quantity in asked.arrivals if end < day <= end + asked.review_period_days)
    k = np.arange(required.size)
    costs = []
    for less in range(min(most, need) + 1):
        available = position + need - less
        left = np.bincount(np.maximum(available - k, 0), required, required.size)[: required.size]
        following = min(
            sum(
                share * expected_cost(units + order, demand, asked.over, asked.under, 1)
                for units, share in enumerate(left)
                if share > 1e-14
            )
            for order in range(later, later + int(mean * 4 + 20))
        )
        costs.append(expected_cost(available, required, asked.over, asked.under, 1) + following)
    best = 0
    for less, cost in enumerate(costs):
        if cost < costs[best] - RATIO_GUARD * (asked.over + asked.under):
            best = less
    return best
