"""Recomputes a decision from its printed reason, by the rules of docs/explanation/decision.md alone: nothing of Ownstock's.

Each function is one rule of that page. What is uncertain is counted in points of `step` units; 1 is unit by unit.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil, floor, log2, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Cost = Callable[[int], float]
# A probability missed by less is met; a quantity that saves less, per unit and price, is not worth taking.
GUARD = 1e-9
# What is less likely is left out: here, and by the engine.
NEVER, ENGINE_NEVER = 1e-18, 1e-12


@dataclass(frozen=True)
class Count:
    """An uncertain number of points: the probabilities of `low`, `low` + 1, …"""

    low: int
    chance: Floats

    @property
    def points(self) -> npt.NDArray[np.int64]:
        return self.low + np.arange(self.chance.size)

    @property
    def mean(self) -> float:
        return float(self.points @ self.chance)

    def plus(self, other: Count) -> Count:
        """The sum with another, independent of it."""
        return likely(self.low + other.low, np.convolve(self.chance, other.chance))

    def less(self, points: float) -> Count:
        """What is above so many points; between two points, shared by them so that the mean is kept."""
        value = np.maximum(self.points - points, 0.0)
        lower = np.floor(value).astype(int)
        chance = np.zeros(lower[-1] + 2)
        np.add.at(chance, lower, self.chance * (lower + 1 - value))
        np.add.at(chance, lower + 1, self.chance * (value - lower))
        return likely(0, chance)

    def stopped_at(self, ceiling: float) -> Count:
        """What lies above the ceiling is moved onto it: shared by the points beside it, so that its mean is the ceiling."""
        point, part = int(ceiling), ceiling % 1
        if point >= self.points[-1]:
            return self
        low, kept = min(self.low, point), self.chance[self.points <= point]
        chance = np.zeros(point + 2 - low)
        chance[self.low - low :][: kept.size] = kept
        chance[-2:] += self.chance[self.points > point].sum() * np.array([1 - part, part])
        return likely(low, chance)


NOTHING = Count(0, np.ones(1))


def likely(low: int, chance: Floats) -> Count:
    """A count in proportion to these chances, without its unlikely ends."""
    ever = np.flatnonzero(chance > NEVER)
    kept = chance[ever[0] : ever[-1] + 1]
    return Count(low + int(ever[0]), kept / kept.sum())


def counted(mean: float, ratio: float) -> Count:
    """Negative binomial, Poisson (ratio 1) or binomial, from what its textbook formula says of P(k) / P(k - 1)."""
    if mean <= 0:
        return NOTHING
    if ratio >= 1:
        k = np.arange(1, int(mean + 12 * sqrt(mean * ratio) + 60 * ratio) + 60)
        neighbours = (mean / (ratio - 1) + k - 1) / k * (1 - 1 / ratio) if ratio > 1 else mean / k
    else:
        trials = ceil(mean / (1 - max(ratio, 0.05)) - GUARD)
        if mean > trials * (1 - GUARD):
            return Count(round(mean), np.ones(1))
        k = np.arange(1, trials + 1)
        neighbours = (trials - k + 1) / k * (mean / (trials - mean))
    logs = np.append(0.0, np.cumsum(np.log(neighbours)))
    return likely(0, np.exp(logs - logs.max()))


@dataclass(frozen=True)
class Asked:
    """What is asked of one item-site: what its reason prints, in units, days and money per unit."""

    means: list[float]
    bucket_days: float
    ratio: float
    arrivals: list[tuple[int, int]]
    known: list[tuple[int, int]]
    net: int
    lead: int
    end: int
    next_end: int
    pack: int
    smallest: int
    over: float
    under: float
    is_lost: bool
    goal: str
    target: float
    step: int = 1

    def mean(self, first: float, last: float) -> float:
        """Units expected from the end of one day to the end of another; the last bucket goes on for ever."""

        def until(day: float) -> float:
            whole = min(int(day // self.bucket_days), len(self.means) - 1)
            return sum(self.means[:whole]) + self.means[whole] * (day / self.bucket_days - whole)

        return until(last) - until(first)

    def demand(self, first: int, last: int) -> Count:
        """Demand of a stretch of days beyond what is known, in points: where nothing is, all of it."""
        total, rest = NOTHING, self.mean(first, last)
        for begins, ends, units in self.known_buckets():
            since, until = max(first, begins), min(last, ends)
            if since < until:
                mean, part = self.mean(since, until), (until - since) / (ends - begins)
                total = total.plus(counted(mean / self.step, self.ratio / self.step).less(units * part / self.step))
                rest -= mean
        return total.plus(counted(max(rest, 0.0) / self.step, self.ratio / self.step))

    def known_buckets(self) -> list[tuple[float, float, int]]:
        """First day, last day and units of the buckets of which something is known, up to the end of the window."""
        numbers = {int(day // self.bucket_days) for day, _ in self.known if day < self.end}
        spans = [(n * self.bucket_days, min((n + 1) * self.bucket_days, self.end)) for n in sorted(numbers)]
        return [(begins, ends, self.ordered(begins, ends)) for begins, ends in spans]

    def ordered(self, first: float, last: float) -> int:
        """Units that customers have ordered for the days from the first on, before the last."""
        return sum(quantity for day, quantity in self.known if first <= day < last)

    def arriving(self, first: int, last: int) -> int:
        """Units that arrive after the first day, up to the last."""
        return sum(quantity for day, quantity in self.arrivals if first < day <= last)


def asked_of(reason: dict[str, Any]) -> Asked:
    given, forecast = reason["inputs"], reason["forecast"]
    lead, review, pack = given["lead_time_days"], given["review_period_days"], given["order_multiple"]
    return Asked(
        means=forecast["mean_by_bucket"], bucket_days=forecast["bucket_days"], ratio=forecast["variance_ratio"],
        arrivals=[(arrival["arrives_in_days"], arrival["quantity"]) for arrival in given["arrivals"]],
        known=[(line["wanted_in_days"], line["quantity"]) for line in given.get("known", [])],
        net=given["usable"] - given["backordered"], lead=lead, end=lead + review, next_end=lead + 2 * review,
        pack=pack, smallest=-(-max(given["moq"], 1) // pack) * pack,
        over=given["unit_cost"] * given["holding_rate"] * review / 365, under=given["shortage_cost"],
        is_lost=given["unserved_demand"] == "lost", goal=given["goal"], target=given["target"],
    )  # fmt: skip


def ways_of(reason: dict[str, Any]) -> list[tuple[float, Asked]]:
    """What is asked for each lead time, and how likely it is; in each, what arrives then."""
    given, expected = reason["inputs"], asked_of(reason)
    ways = [(1.0, expected)]
    if given.get("lead_times"):
        ways = [(lead["probability"], at_lead_time(expected, lead, given)) for lead in given["lead_times"]]
    step = step_of([asked for _, asked in ways])
    return [(share, replace(asked, step=step)) for share, asked in ways]


def at_lead_time(asked: Asked, lead: dict[str, Any], given: dict[str, Any]) -> Asked:
    days, review = lead["lead_time_days"], given["review_period_days"]
    coming = given["arrivals"] if lead["arrivals"] is None else lead["arrivals"]
    arrivals = [(arrival["arrives_in_days"], arrival["quantity"]) for arrival in coming]
    return replace(asked, lead=days, end=days + review, next_end=days + 2 * review, arrivals=arrivals)


def step_of(ways: list[Asked]) -> int:
    """The largest power of two up to a twelfth of a standard deviation, or a sixteenth of the variance ratio.

    One by one where nothing is expected. Twice that, and so on, until what the lead times require lies 2,048 points apart.
    """
    longest = ways[-1]
    mean = longest.mean(0, longest.end)
    finest = max(sqrt(longest.ratio * mean) / 12, longest.ratio / 16, 1.0) if mean > 0 else 1.0
    step = int(2 ** floor(log2(finest)))
    required = [asked.mean(0, asked.end) - asked.arriving(-1, asked.end) for asked in ways]
    while max(required) - min(required) > 2048 * step:
        step *= 2
    return step


def mixed(counts: list[tuple[float, float, Count]]) -> Count:
    """Counts by their shares, each moved by so many points; between two points, shared by them."""
    low = min(floor(moved) + count.low for _, moved, count in counts)
    high = max(floor(moved) + int(count.points[-1]) for _, moved, count in counts) + 2
    chance = np.zeros(high - low)
    for share, moved, count in counts:
        part, first = moved - floor(moved), floor(moved) + count.low - low
        chance[first : first + count.chance.size] += share * (1 - part) * count.chance
        chance[first + 1 : first + 1 + count.chance.size] += share * part * count.chance
    return likely(low, chance)


def taken_at_arrival(asked: Asked) -> Count:
    """What will have been taken when the order arrives: where sales are lost, stopped at what there is at every arrival."""
    if not asked.is_lost:
        return asked.demand(0, asked.lead)
    taken, since = NOTHING, 0
    for day in sorted({day for day, _ in asked.arrivals if day <= asked.lead} | {asked.lead}):
        wanted, ceiling = asked.demand(since, day), max(asked.net + asked.arriving(-1, day - 1), 0) / asked.step
        if asked.mean(since, day) > 0 and (day == asked.lead or is_parted(asked, taken, wanted, ceiling)):
            taken, since = taken.plus(wanted).stopped_at(ceiling), day
    return taken


def taken_beside_known(asked: Asked) -> Count:
    """The same beyond known demand, which is served first in every stretch, and waits where nothing is there."""
    if not asked.is_lost:
        return asked.demand(0, asked.lead)
    taken, since = NOTHING, 0
    for day in sorted({day for day, _ in asked.arrivals if 0 < day <= asked.lead} | {asked.lead} - {0}):
        there = asked.net + asked.arriving(-1, day - 1) - asked.ordered(0, day)
        ceiling, wanted, since = there / asked.step, asked.demand(since, day), day
        is_short = taken.points >= ceiling
        beyond, chance = taken.chance * is_short, taken.chance * ~is_short
        if not is_short.all():
            served = Count(taken.low, chance).plus(wanted).stopped_at(ceiling)
            total = np.zeros(max(taken.points[-1], served.points[-1]) + 1)
            total[served.points] += served.chance * chance.sum()
            total[taken.points] += beyond
            taken = likely(0, total)
    return taken


def is_parted(asked: Asked, taken: Count, wanted: Count, ceiling: float) -> bool:
    """Binomial demand is parted at an arrival only where it can run out before; other counts are the same either way."""
    ratio, most = asked.ratio / asked.step, taken.points[taken.chance >= ENGINE_NEVER][-1]
    return ratio >= 1 or bool(ceiling < most + wanted.mean + 8 * sqrt(ratio * wanted.mean) + 32)


def left_of(units: int, wanted: Count, step: int) -> float:
    """Units expected to be left of so many; a coarse point stands for the units around it, evenly."""
    above = units / step - wanted.points
    within = np.clip(above + 0.5, 0.0, 1.0) ** 2 / 2
    left = np.where((step == 1) | (above > 0.5), np.maximum(above, 0.0), within)
    return step * float(left @ wanted.chance)


def short_of(units: int, wanted: Count, step: int) -> float:
    """Units expected to be short of so many."""
    return max(left_of(units, wanted, step) - units + step * wanted.mean, 0.0)


def covering(probability: float, wanted: Count, step: int) -> int:
    """The fewest units that cover what is wanted with a probability."""
    reached = np.cumsum(wanted.chance)
    place = min(int((reached < probability - GUARD).sum()), reached.size - 1)
    if step == 1:
        return wanted.low + place
    part = 1 - (reached[place] - probability + GUARD) / wanted.chance[place]
    return max(ceil((wanted.low + place - 0.5 + min(max(part, 0.0), 1.0)) * step - 1e-6), 0)


def order_up_to_level(asked: Asked, wanted: Count, cost: Cost) -> int:
    step = asked.step
    if asked.goal == "cycle_service_level":
        return covering(asked.target, wanted, step)
    if asked.goal == "fill_rate":
        mean = asked.ordered(asked.lead, asked.end) + step * asked.demand(asked.lead, asked.end).mean
        most = (1 - asked.target) * mean + GUARD
        levels = range((wanted.points[-1] + 1) * step + 1)
        return bisect_left(levels, True, key=lambda level: short_of(level, wanted, step) <= most)
    level = covering(asked.under / (asked.under + asked.over), wanted, step)
    return level - 1 if step > 1 and level > 0 and cost(level - 1) < cost(level) else level


def looked_ahead(asked: Asked, wanted: Count, level: int, need: int, cost: Cost) -> int:
    """How many units less than the need, at most three, are cheapest over this window and the next."""
    following, later = asked.demand(asked.end, asked.next_end), asked.arriving(asked.end, asked.next_end)
    units = np.arange(level + later + following.points[-1] + 2)
    reached = np.cumsum(np.bincount(following.points, following.chance, units.size))
    left = np.cumsum(reached) - reached
    next_cost = asked.over * left + asked.under * (left - units + following.mean)
    costs = []
    for less in range(min(3, need) + 1):
        left = np.bincount(np.maximum(level - less - wanted.points, 0), wanted.chance)
        # The order for the next window, at least what already comes for it, is chosen before it is known what is left.
        costs.append(cost(level - less) + np.correlate(next_cost, left, "valid")[later:].min())
    best = 0
    for less, found in enumerate(costs):
        best = less if found < costs[best] - GUARD * (asked.over + asked.under) else best
    return best


def allowed(asked: Asked, needed: int, position: int, cost: Cost) -> int:
    """The multiple next below what is needed, next above it, or nothing: the cheapest, of equals the smaller."""
    above = max(-(-needed // asked.pack) * asked.pack, asked.smallest)
    if not needed or asked.goal != "cost":
        return above if needed else 0
    quantity = 0
    for units in (max(needed // asked.pack * asked.pack, asked.smallest), above):
        saving = cost(position + quantity) - cost(position + units)
        quantity = units if saving > GUARD * (asked.over + asked.under) * (units - quantity) else quantity
    return quantity


def recompute(reason: dict[str, Any]) -> dict[str, Any]:
    """The numbers of a reason's decision, by the names that they have there."""
    ways = ways_of(reason)
    step = ways[0][1].step
    # The position that is told; of a certain lead time, that of the only way.
    asked = replace(asked_of(reason), step=step)
    is_known = any(day < ways[-1][1].next_end for day, _ in asked.known)
    # What customers have ordered is taken for sure: off the position, and so off the level.
    sure, position = asked.ordered(0, asked.end), position_of(asked)
    wanted_by_way, left, nothing = [], 0.0, 0.0
    for share, way in ways:
        taken = (taken_beside_known if is_known else taken_at_arrival)(way)
        wanted = taken.plus(way.demand(way.lead, way.end)) if way.is_lost else way.demand(0, way.end)
        wanted_by_way.append((share, (position - position_of(way)) / step, wanted))
        before = way.net + way.arriving(-1, way.lead) - way.ordered(0, way.lead)
        left += share * (before - step * taken.mean)
        nothing += share * float(taken.chance[taken.points >= before / step].sum())
    wanted = mixed(wanted_by_way)

    def cost(units: int) -> float:
        return asked.over * left_of(units, wanted, step) + asked.under * short_of(units, wanted, step)

    level = order_up_to_level(asked, wanted, cost)
    needed = need = max(level - position, 0)
    is_slow = step == 1 and asked.mean(asked.lead, asked.end) < 50
    if need and is_slow and not is_known and asked.is_lost and asked.goal == "cost" and len(ways) == 1:
        needed -= looked_ahead(asked, wanted, level, need, cost)
    quantity = allowed(asked, needed, position, cost)
    return {
        "lattice_step": step,
        "order_up_to_level": level + sure,
        "inventory_position": position + sure,
        "needed_quantity": needed,
        "quantity": quantity,
        "expected_cost": cost(position + quantity),
        "expected_cost_of_zero": cost(position),
        "expected_cost_one_more": cost(position + (quantity + asked.pack if quantity else asked.smallest)),
        "projected_mean_at_arrival": left,
        "stock_out_probability": nothing,
    }


def position_of(asked: Asked) -> int:
    return asked.net + asked.arriving(-1, asked.end) - asked.ordered(0, asked.end)
