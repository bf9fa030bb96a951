"""Money chooses: methods compared by what they would have cost, and a choice that noise does not move.

`backtest` replays every method from several origins of the history, through the same order constraints. `choose` then
chooses per segment of item-sites, and keeps the evidence. A choice is to be frozen and reviewed, not remade weekly. The
rule, for every segment and challenger:

1. The difference is challenger - incumbent in money, paired over item-sites and origins, as a share of what the
   incumbent costs in the segment. Item-sites share weeks and origins share item-sites, so its variance is clustered
   both ways: V(item-site) + V(origin) - V(pair), and no less than either of the first two (Cameron, Gelbach and Miller
   2011, Journal of Business & Economic Statistics 29(2), 238-249). A variance that one item-site or one origin would
   give is infinite.
2. A segment has few item-sites, and the luckiest of many segments looks best: the difference is shrunk to the pooled
   one, of all segments together (μ, its variance by step 1), by how much segments truly differ (τ², DerSimonian and
   Laird 1986, Controlled Clinical Trials 7(3), 177-188):

       shrunk = (1 - B) · difference + B · μ,   B = v / (v + τ²),   variance = (1 - B) · v + B² · V(μ)

3. A challenger is admitted when its shrunk difference is at least z standard errors below 0. One challenger: z = 2.
   The luckiest of several looks best too: with m of them, z is what leaves all m together the chance of 2.3 % that one
   has at 2 (Bonferroni; 2.6 for five). Of those admitted the one with the lowest shrunk difference takes the segment;
   without one the incumbent stays.

Beside it stands the winner of accuracy, the method with the least WAPE, and what it would cost more than the chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, sqrt
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from ownstock.base.errors import Refused
from ownstock.engine import constrain
from ownstock.engine.arrays import Floats, Ints, Truths
from ownstock.engine.measure import paired_difference
from ownstock.engine.simulate import Order, Seen, State, Terms, replay

STANDARD_ERRORS = 2.0
# Methods that order alike in a segment differ by nothing, for sure: a little doubt keeps weights finite.
LEAST_VARIANCE = 1e-12
# The opening stock of a backtest is the mean demand of so many periods, before the incumbent warms it up.
OPENING_MEAN_PERIODS = 13

Labels = npt.NDArray[np.generic]


class Decision(NamedTuple):
    """What a method answers before a period: units to order, and the demand it expects in the order's last period.

    Each [n]. With a lead time of L periods, the order decided before period t serves period t + L first; `expected` is
    the mean demand of that period, which is judged for accuracy.
    """

    units: Ints
    expected: Floats


# (period, state, seen) → decision; `period` counts from 0 where the replay begins, and is about to begin.
Method = Callable[[int, State, Seen], Decision]


@dataclass(frozen=True)
class Limits:
    """What a supplier accepts of each row: nothing, or at least `moq`, in multiples. Each [n], units."""

    moq: Ints
    order_multiple: Ints

    def allow(self, units: Ints) -> Ints:
        """The least quantity that may be ordered and covers each; 0 stays 0. [n] → [n]"""
        above = constrain.around(units, self.moq, self.order_multiple)[1]
        allowed: Ints = np.where(units > 0, above, 0)
        return allowed


@dataclass(frozen=True)
class Backtest:
    """What each method cost, and how far its forecasts were off, by row and origin: [n, origins] each.

    `absolute_error` and `demand` are sums over the periods that were in stock by the record.
    """

    cost: dict[str, Floats]
    absolute_error: dict[str, Floats]
    demand: Floats


def backtest(
    demand: Ints,
    terms: Terms,
    methods: Mapping[str, Method],
    origins: Sequence[int],
    *,
    incumbent: str,
    periods: int,
    warm_up_periods: int,
    limits: Limits | None = None,
    could_sell: Truths | None = None,
) -> Backtest:
    """Replay every method from every origin. demand [n, T] units → costs [n, origins]

    `warm_up_periods` before each origin, the stock is the mean demand of the lead time and one period more; from there
    the incumbent orders up to the origin, so that all methods start from one state. Then each method orders before
    `periods` periods, and what its orders could serve is scored: of a row with a lead time of L, the `periods` periods
    from origin + L on. Orders are raised to what `limits` allow. `could_sell` [n, T] is False where the record could
    not sell. Raises Refused where the history is too short for an origin.
    """
    longest = int(terms.lead_time_periods.max(initial=0))
    _check_origins(origins, demand.shape[1], warm_up_periods, periods + longest)
    sellable = np.ones(demand.shape, dtype=np.bool_) if could_sell is None else could_sell
    setting = _Setting(demand, sellable, terms, limits, periods, longest)
    found: dict[str, list[_Window]] = {name: [] for name in methods}
    for origin in origins:
        opening, seen = setting.warmed_up(methods[incumbent], origin, warm_up_periods)
        for name, method in methods.items():
            found[name].append(setting.play(method, origin, opening, seen))
    return Backtest(
        {name: np.stack([one.cost for one in windows], axis=1) for name, windows in found.items()},
        {name: np.stack([one.absolute_error for one in windows], axis=1) for name, windows in found.items()},
        np.stack([one.demand for one in found[incumbent]], axis=1),
    )


def choose(tested: Backtest, segment: Labels, incumbent: str | Mapping[str, str]) -> pl.DataFrame:
    """The choice and its evidence: a row for each segment and method, by the rule at the top of this module.

    segment: [n] labels. `incumbent` is one for all, or by segment (the frozen choice under review). Columns: `segment`,
    `item_sites`, `method`, `is_incumbent`; `cost`, `difference` to the incumbent and its `standard_error`, in money of
    all item-sites and origins; `shrunk_difference` and `shrunk_standard_error`, shares of the incumbent's cost;
    `wape`, `is_accuracy_winner`, `is_chosen`, and `extra_cost`, money above the chosen method. Raises Refused for an
    incumbent that was not tested.
    """
    names = [str(name) for name in np.unique(segment)]
    incumbents = {name: incumbent if isinstance(incumbent, str) else incumbent.get(name, "") for name in names}
    _check_incumbents(incumbents, tested)
    labels = segment.astype(str)
    rows: list[dict[str, Any]] = []
    for holder in dict.fromkeys(incumbents.values()):
        held = [name for name in names if incumbents[name] == holder]
        rows += _evidence(tested, {name: labels == name for name in held}, holder)
    return pl.DataFrame(rows).sort("segment", maintain_order=True)


def chosen_methods(evidence: pl.DataFrame) -> dict[str, str]:
    """The method of each segment, from the frame of `choose`: what is frozen, and the incumbent of the next review."""
    chosen = evidence.filter("is_chosen")
    return dict(zip(chosen["segment"].to_list(), chosen["method"].to_list(), strict=True))


@dataclass(frozen=True)
class _Window:
    """One method from one origin, by row: [n] each."""

    cost: Floats
    absolute_error: Floats
    demand: Floats


@dataclass(frozen=True)
class _Setting:
    """What all methods of a backtest share."""

    demand: Ints
    could_sell: Truths
    terms: Terms
    limits: Limits | None
    periods: int
    longest: int

    def warmed_up(self, incumbent: Method, origin: int, warm_up_periods: int) -> tuple[State, Seen]:
        """The state in which the origin finds the incumbent, and what was seen until then."""
        start = origin - warm_up_periods
        past = Seen(self.demand[:, :start], self.could_sell[:, :start])
        mean = self._mean(past)
        lead = self.terms.lead_time_periods
        on_order = np.where(np.arange(self.longest) < lead[:, None], np.round(mean)[:, None], 0)
        opening = State.of(np.ceil(mean).astype(np.int64), on_order.astype(np.int64))
        weeks = slice(start, origin)
        done = replay(
            self.demand[:, weeks],
            self.terms,
            self._order(incumbent),
            opening,
            seen=past,
            could_sell=self.could_sell[:, weeks],
        )
        return done.closing, done.seen

    def play(self, method: Method, origin: int, opening: State, seen: Seen) -> _Window:
        """What the method's orders cost, and how far its forecasts were off."""
        expected: list[Floats] = []
        end = origin + self.periods + self.longest
        demand, could_sell = self.demand[:, origin:end], self.could_sell[:, origin:end]
        order = self._order(method, expected)
        done = replay(
            demand,
            self.terms,
            lambda period, state, past: (
                order(period, state, past) if period < self.periods else np.zeros_like(state.on_hand)
            ),
            opening,
            seen=seen,
            could_sell=could_sell,
        )
        column = self.terms.lead_time_periods[:, None] + np.arange(self.periods)
        served = np.take_along_axis(demand, column, axis=1)
        is_known = np.take_along_axis(could_sell, column, axis=1)
        error = np.where(is_known, np.abs(np.stack(expected, axis=1) - served), 0.0)
        cost = np.take_along_axis(done.cost, column, axis=1)
        return _Window(cost.sum(axis=1), error.sum(axis=1), np.where(is_known, served, 0).sum(axis=1))

    def _order(self, method: Method, expected: list[Floats] | None = None) -> Order:
        """The method as a rule whose orders keep the limits; what it expects is noted."""

        def order(period: int, state: State, seen: Seen) -> Ints:
            units, mean = method(period, state, seen)
            if expected is not None:
                expected.append(mean)
            return units if self.limits is None else self.limits.allow(units)

        return order

    @staticmethod
    def _mean(past: Seen) -> Floats:
        """Mean demand of the last periods seen in stock; 0 where there is none."""
        counts = past.is_in_stock[:, -OPENING_MEAN_PERIODS:]
        total = np.where(counts, past.demand[:, -OPENING_MEAN_PERIODS:], 0).sum(axis=1)
        mean: Floats = total / np.maximum(counts.sum(axis=1), 1)
        return mean


class _Estimate(NamedTuple):
    """A difference as a share of the incumbent's cost, and its variance."""

    share: float
    variance: float


def _evidence(tested: Backtest, rows: Mapping[str, Truths], incumbent: str) -> list[dict[str, Any]]:
    """The rows of segments that have one incumbent."""
    everywhere = np.any(list(rows.values()), axis=0)
    shrunk = {
        name: _shrunk(
            [_estimate(tested, name, incumbent, inside) for inside in rows.values()],
            _estimate(tested, name, incumbent, everywhere),
        )
        for name in tested.cost
        if name != incumbent
    }
    found = []
    for place, (segment, inside) in enumerate(rows.items()):
        challengers = {name: estimates[place] for name, estimates in shrunk.items()}
        found += _segment_rows(tested, segment, inside, incumbent, challengers)
    return found


def _segment_rows(
    tested: Backtest, segment: str, inside: Truths, incumbent: str, challengers: Mapping[str, _Estimate]
) -> list[dict[str, Any]]:
    bound = _errors_needed(len(challengers))
    admitted = {name: one.share for name, one in challengers.items() if one.share <= -bound * sqrt(one.variance) < 0}
    chosen = min(admitted, key=lambda name: admitted[name]) if admitted else incumbent
    cost = {name: float(values[inside].sum()) for name, values in tested.cost.items()}
    demand = float(tested.demand[inside].sum())
    errors = {name: float(values[inside].sum()) for name, values in tested.absolute_error.items()}
    most_accurate = min(errors, key=lambda name: errors[name])
    return [
        {
            "segment": segment,
            "item_sites": int(inside.sum()),
            "method": name,
            "is_incumbent": name == incumbent,
            "cost": cost[name],
            "difference": cost[name] - cost[incumbent],
            "standard_error": sqrt(_variance(tested, name, incumbent, inside)) * tested.cost[name][inside].size,
            "shrunk_difference": 0.0 if name == incumbent else challengers[name].share,
            "shrunk_standard_error": 0.0 if name == incumbent else sqrt(challengers[name].variance),
            "wape": errors[name] / demand if demand else float("nan"),
            "is_accuracy_winner": name == most_accurate,
            "is_chosen": name == chosen,
            "extra_cost": cost[name] - cost[chosen],
        }
        for name in tested.cost
    ]


def _estimate(tested: Backtest, name: str, incumbent: str, inside: Truths) -> _Estimate:
    """Step 1 of the rule, for some rows."""
    base = float(tested.cost[incumbent][inside].mean())
    difference = float((tested.cost[name] - tested.cost[incumbent])[inside].mean())
    if base <= 0:
        return _Estimate(0.0, inf)
    return _Estimate(difference / base, _variance(tested, name, incumbent, inside) / base**2)


def _variance(tested: Backtest, name: str, incumbent: str, inside: Truths) -> float:
    """Of the mean difference of a pair, clustered by row and by origin."""
    cost, reference = tested.cost[name][inside], tested.cost[incumbent][inside]
    if np.array_equal(cost, reference):
        return 0.0
    row, origin = np.indices(cost.shape)
    errors = [
        paired_difference(cost.ravel(), reference.ravel(), cluster).standard_error
        for cluster in (row.ravel(), origin.ravel(), None)
    ]
    by_row, by_origin, by_pair = (error**2 for error in errors)
    if not np.isfinite(by_row + by_origin):
        return inf
    return max(by_row + by_origin - by_pair, by_row, by_origin)


def _errors_needed(challengers: int) -> float:
    """Step 3 of the rule: how many standard errors, with so many challengers."""
    normal = NormalDist()
    return -normal.inv_cdf(normal.cdf(-STANDARD_ERRORS) / max(challengers, 1))


def _shrunk(estimates: Sequence[_Estimate], pooled: _Estimate) -> list[_Estimate]:
    """Step 2 of the rule: each segment's estimate, drawn towards that of all."""
    known = [one for one in estimates if np.isfinite(one.variance)]
    share, variance = np.array([one.share for one in known]), np.array([one.variance for one in known])
    between = _between(share, np.maximum(variance, LEAST_VARIANCE)) if known else 0.0
    return [_drawn(one, pooled, between) for one in estimates]


def _between(share: Floats, variance: Floats) -> float:
    """τ²: how much segments truly differ, beyond what their own variances explain."""
    weight = 1 / variance
    total = float(weight.sum())
    spread = float((weight * (share - (weight * share).sum() / total) ** 2).sum())
    scale = total - float((weight**2).sum()) / total
    return max(0.0, (spread - (share.size - 1)) / scale) if scale > 0 else 0.0


def _drawn(one: _Estimate, pooled: _Estimate, between: float) -> _Estimate:
    if not np.isfinite(one.variance):
        return _Estimate(pooled.share, pooled.variance + between)
    variance = max(one.variance, LEAST_VARIANCE)
    towards = variance / (variance + between)
    share = (1 - towards) * one.share + towards * pooled.share
    return _Estimate(share, (1 - towards) * variance + towards**2 * pooled.variance)


def _check_origins(origins: Sequence[int], known: int, before: int, after: int) -> None:
    for origin in origins:
        if not before < origin <= known - after:
            raise Refused(
                f"The origin {origin} needs more than {before} periods before it and {after} from it on; "
                f"the history has {known}: choose origins from {before + 1} to {known - after}.",
                code="history_too_short",
                origin=origin,
            )


def _check_incumbents(incumbents: Mapping[str, str], tested: Backtest) -> None:
    for name, holder in incumbents.items():
        if holder not in tested.cost:
            raise Refused(
                f"The incumbent of segment {name} is {holder!r}, which was not tested: {', '.join(tested.cost)}.",
                code="unknown_method",
                segment=name,
            )
