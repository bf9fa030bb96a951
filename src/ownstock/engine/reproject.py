"""What another quantity would mean, from a reason that was stored: its cost, when stock runs out, on hand day by day.

Nothing is forecast again: a reason holds what the decision was made from, so that a quantity that a person types is judged
by the same distribution as the one that was proposed, and the proposed quantity costs here what its reason says.

    found = reproject([reason, reason], [40, 12])
    days = on_hand_by_day(reason, 40)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ownstock.engine.arrays import NONE, Floats, Ints
from ownstock.engine.arrivals import LeadTimes, OpenArrivals
from ownstock.engine.forecast.demand_forecast import DemandForecast
from ownstock.engine.kernels import projection as kernel
from ownstock.engine.kernels.bands import WIDEST, count_band, lattice_step
from ownstock.engine.kernels.decision import GOAL_GIVEN
from ownstock.engine.known_demand import KnownDemand
from ownstock.engine.policy.newsvendor import DAYS_A_YEAR
from ownstock.engine.propose import Question, propose

# Nobody looks further ahead for the day on which stock runs out.
DAYS_LOOKED_AT = 400
SHARES = (0.1, 0.5, 0.9)

Reason = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reprojected:
    """What a quantity means: money of the window that it is for, and when expected demand empties the stock.

    `stock_out_in_days` is the first day on which it does, `used_up_in_days` the first from the day on which the order is
    expected; None where that is not within 400 days.
    """

    quantity: int
    expected_cost: float
    holding_cost: float
    shortage_cost: float
    stock_out_in_days: int | None
    used_up_in_days: int | None


@dataclass(frozen=True, slots=True)
class DayOnHand:
    """Net on hand at the close of a day from today: quantiles, the mean, and the probability that nothing is there."""

    day: int
    p10: float
    p50: float
    p90: float
    mean: float
    stock_out_probability: float


def reproject(reasons: Sequence[Reason], quantities: Sequence[int]) -> list[Reprojected]:
    """What each quantity means for its item-site, from the reasons of a plan (`propose.reason`), in their order.

    Costs are those of `plan`: holding and shortage of the window, c_o E[(X + q - D)+] + c_u E[(D - X - q)+].
    """
    if not reasons:
        return []
    rows = len(reasons)
    # Every row twice: with both costs, and with holding alone.
    asked = _question([*reasons, *reasons], [*quantities, *quantities])
    asked.under[rows:] = 0.0
    told = _forecast([*reasons, *reasons]), *_coming([*reasons, *reasons]), _known([*reasons, *reasons])
    costs = propose(asked, *told, looks_ahead=False, threads=1).expected_cost
    empty = _empty_in_days(reasons, quantities).tolist()
    return [
        Reprojected(
            int(quantities[i]), float(costs[i]), float(costs[rows + i]), max(float(costs[i] - costs[rows + i]), 0.0),
            *(None if day == NONE else day for day in empty[i]),
        )
        for i in range(rows)
    ]  # fmt: skip


def on_hand_by_day(reason: Reason, quantity: int, days: int | None = None) -> list[DayOnHand]:
    """Net on hand at the close of each day with a quantity ordered now, exact for the forecast; nothing is ordered later.

    By default until the window after this one ends, in which the order is used up as expected. Where lead times vary,
    it is the mixture of all of them. What customers have ordered takes the place of the forecast of its bucket, on its day;
    the rest is spread evenly.
    """
    given, forecast = reason["inputs"], reason["forecast"]
    leads = list(_lead_times(given))
    days = days or min(leads[-1][0] + 2 * given["review_period_days"], DAYS_LOOKED_AT)
    mean, sure = _daily(given, forecast, days)
    ratio, total = max(forecast["variance_ratio"], 1e-6), float(mean.sum())
    step = lattice_step(total, ratio * total)
    while abs(_most_apart(leads, given, quantity, days)) > step * (WIDEST // 2):
        step *= 2.0
    mix, lowest, size = np.zeros((days, WIDEST)), np.zeros(days, np.int64), np.zeros(days, np.int64)
    net = float(given["usable"] - given["backordered"])
    for lead, share, coming in leads:
        arriving = _by_day(coming, "arrives_in_days", days)
        if lead < days:
            arriving[lead] += quantity
        is_lost = given["unserved_demand"] == "lost"
        kernel.close_of_days(net, mean, sure, arriving, ratio, step, is_lost, share, mix, lowest, size)
    found, expected, nothing = np.zeros((days, len(SHARES))), np.zeros(days), np.zeros(days)
    kernel.quantiles_of(mix, lowest, size, step, np.array(SHARES), found, expected, nothing)
    rows = zip(range(days), *found.T.tolist(), expected.tolist(), nothing.tolist(), strict=True)
    return [DayOnHand(*row) for row in rows]


def demand_by_bucket(reason: Reason) -> list[tuple[float, float, float, float]]:
    """What is expected to be wanted in each bucket from today on: mean, P10, P50, P90. Known demand is not added to it."""
    forecast, band, told = reason["forecast"], np.empty(WIDEST), []
    ratio = max(forecast["variance_ratio"], 1e-6)
    for mean in forecast["mean_by_bucket"]:
        step = lattice_step(mean, ratio * mean)
        lowest, size = count_band(mean / step, ratio * mean / step**2, band)
        below = np.cumsum(band[:size])
        places = np.minimum(np.searchsorted(below, np.array(SHARES) - 1e-9), size - 1)
        low, middle, high = ((lowest + places) * step).tolist()
        told.append((mean, low, middle, high))
    return told


def _question(reasons: Sequence[Reason], quantities: Sequence[int]) -> Question:
    given = [reason["inputs"] for reason in reasons]

    def whole(name: str) -> Ints:
        return np.array([one[name] for one in given], np.int64)

    def number(name: str) -> Floats:
        return np.array([one[name] for one in given], np.float64)

    review = whole("review_period_days")
    return Question(
        net_on_hand=whole("usable") - whole("backordered"),
        review_period_days=review,
        moq=whole("moq"),
        order_multiple=whole("order_multiple"),
        over=number("unit_cost") * number("holding_rate") * review / DAYS_A_YEAR,
        under=number("shortage_cost"),
        goal=np.full(len(given), GOAL_GIVEN),
        target=np.array(quantities, np.float64),
        is_lost=np.array([one["unserved_demand"] == "lost" for one in given]),
    )


def _forecast(reasons: Sequence[Reason]) -> DemandForecast:
    lists = [reason["forecast"]["mean_by_bucket"] for reason in reasons]
    longest = max(map(len, lists))
    mean = np.array([[*one, *[one[-1]] * (longest - len(one))] for one in lists], np.float64)
    ratio, days = (
        np.array([reason["forecast"][name] for reason in reasons], np.float64)
        for name in ("variance_ratio", "bucket_days")
    )
    return DemandForecast(mean, ratio, days)


def _coming(reasons: Sequence[Reason]) -> tuple[OpenArrivals, LeadTimes]:
    """Open arrivals and lead times as the decision had them, scenario by scenario."""
    arrivals: list[tuple[int, int, int, int]] = []
    leads: list[tuple[int, int, float, int]] = []
    first, count, lead_first, lead_count, reference = [], [], [], [], []
    for place, reason in enumerate(reasons):
        given = reason["inputs"]
        expected = sorted((a["arrives_in_days"], int(a["quantity"])) for a in given["arrivals"])
        first.append(len(arrivals))
        count.append(len(expected))
        arrivals += [(place, 0, *one) for one in expected]
        told = given.get("lead_times") or [
            {"lead_time_days": given["lead_time_days"], "probability": 1.0, "arrivals": None}
        ]
        lead_first.append(len(leads))
        lead_count.append(len(told))
        for number, lead in enumerate(told, 1):
            own = lead["arrivals"] is not None
            leads.append((place, lead["lead_time_days"], lead["probability"], number if own else 0))
            arrivals += [(place, number, a["arrives_in_days"], int(a["quantity"])) for a in lead["arrivals"] or ()]
        is_apart = told[0]["arrivals"] is not None
        reference.append(given["lead_time_days"] if is_apart else told[0]["lead_time_days"])
    of_place, scenario, day, quantity = (
        np.array(column, np.int64) for column in (zip(*arrivals, strict=True) if arrivals else ([], [], [], []))
    )
    _, lead_days, probability, lead_scenario = (np.array(column) for column in zip(*leads, strict=True))
    coming = OpenArrivals(of_place, day, quantity, _ints(first), _ints(count), scenario)
    return coming, LeadTimes(
        lead_days, probability, _ints(lead_first), _ints(lead_count), lead_scenario, _ints(reference)
    )


def _known(reasons: Sequence[Reason]) -> KnownDemand | None:
    lines: list[tuple[int, int]] = []
    first, count = [], []
    for reason in reasons:
        own = sorted((k["wanted_in_days"], int(k["quantity"])) for k in reason["inputs"]["known"])
        first.append(len(lines))
        count.append(len(own))
        lines += own
    if not lines:
        return None
    day, quantity = (np.array(column, np.int64) for column in zip(*lines, strict=True))
    return KnownDemand(day, quantity, _ints(first), _ints(count))


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, np.int64)


def _empty_in_days(reasons: Sequence[Reason], quantities: Sequence[int]) -> Ints:
    """The days on which expected demand empties the stock: the first, and the first from the order's arrival on. [n, 2]"""
    rows = len(reasons)
    mean, sure, arriving = (np.zeros((rows, DAYS_LOOKED_AT)) for _ in range(3))
    net, is_lost = np.zeros(rows), np.zeros(rows, np.bool_)
    for i, (reason, quantity) in enumerate(zip(reasons, quantities, strict=True)):
        given = reason["inputs"]
        mean[i], sure[i] = _daily(given, reason["forecast"], DAYS_LOOKED_AT)
        arriving[i] = _by_day(given["arrivals"], "arrives_in_days", DAYS_LOOKED_AT)
        if given["lead_time_days"] < DAYS_LOOKED_AT:
            arriving[i, given["lead_time_days"]] += quantity
        net[i], is_lost[i] = given["usable"] - given["backordered"], given["unserved_demand"] == "lost"
    arrives = np.array([reason["inputs"]["lead_time_days"] for reason in reasons], np.int64)
    first, later = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
    kernel.day_empty(net, mean, sure, arriving, is_lost, np.zeros_like(arrives), first)
    kernel.day_empty(net, mean, sure, arriving, is_lost, arrives, later)
    return np.stack([first, later], axis=1)


def _lead_times(given: Reason) -> Iterator[tuple[int, float, Sequence[Mapping[str, Any]]]]:
    """Each lead time with its probability and what comes where it is that, the shortest first."""
    if not given.get("lead_times"):
        yield given["lead_time_days"], 1.0, given["arrivals"]
        return
    for lead in given["lead_times"]:
        coming = given["arrivals"] if lead["arrivals"] is None else lead["arrivals"]
        yield lead["lead_time_days"], lead["probability"], coming


def _most_apart(leads: Sequence[tuple[int, float, Sequence[Any]]], given: Reason, quantity: int, days: int) -> float:
    """Units between what is there in one lead time and in another, at most."""
    if len(leads) == 1:
        return 0.0
    return float(quantity + max(sum(a["quantity"] for a in coming) for _, _, coming in leads))


def _daily(given: Reason, forecast: Reason, days: int) -> tuple[Floats, Floats]:
    """Units expected beyond known demand, and known for sure, on each day. [days], [days]"""
    sure = _by_day(given["known"], "wanted_in_days", days)
    length, means = float(forecast["bucket_days"]), np.array(forecast["mean_by_bucket"], np.float64)
    at = np.arange(days + 1) / length
    whole = np.minimum(at.astype(np.int64), means.size - 1)
    until = (np.cumsum(means) - means)[whole] + (at - whole) * means[whole]
    mean: Floats = np.diff(until)
    if given["known"]:
        bucket = at[:-1].astype(np.int64)
        of_bucket, expected = np.bincount(bucket, sure), np.bincount(bucket, mean)
        for place in np.flatnonzero((of_bucket > 0) & (expected > 0)):
            left = _unconsumed(float(expected[place]), float(of_bucket[place]), forecast["variance_ratio"])
            mean[bucket == place] *= left / expected[place]
    return mean, sure


def _unconsumed(mean: float, known: float, ratio: float) -> float:
    """Units expected beyond what is known of a bucket: E[(D - K)+]."""
    band, step = np.empty(WIDEST), lattice_step(mean, ratio * mean)
    lowest, size = count_band(mean / step, max(ratio, 1e-6) * mean / step**2, band)
    beyond = np.maximum((lowest + np.arange(size)) * step - known, 0.0)
    return float(band[:size] @ beyond)


def _by_day(lines: Sequence[Mapping[str, Any]], day: str, days: int) -> Floats:
    """The units of lines by their day; those beyond are left out. [days]"""
    units = np.zeros(days)
    for line in lines:
        if line[day] < days:
            units[line[day]] += line["quantity"]
    return units
