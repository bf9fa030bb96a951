"""On which days deliveries arrive as likely as so, row by row: the plain form is `survival.shrunk` and what follows it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ownstock.engine.kernels.compiled import compiled

NEVER = -1
# A level missed by less than this is met.
GUARD = 1e-9


@compiled
def posterior(
    prior: Any, tail: Any, concentration: float, first: int, last: int, entry: Any, exits: Any, ended: Any, weight: Any,
    found: Any, change: Any,
) -> None:  # fmt: skip
    """Fill `found` [days] with the distribution that cases `first` … `last` - 1 make of their prior (`survival.shrunk`).

    prior, tail: [days] the prior's probabilities and those of a day or more; change: [days + 1] room to work in.
    """
    days = prior.size
    if first == last:
        for t in range(days):
            found[t] = prior[t]
        return
    for t in range(days):
        found[t], change[t] = 0.0, 0.0
    change[days] = 0.0
    for k in range(first, last):
        if exits[k] >= entry[k]:
            found[exits[k]] += weight[k] * ended[k]
            change[entry[k]] += weight[k]
            change[exits[k] + 1] -= weight[k]
    at_risk, still = 0.0, 1.0
    for t in range(days):
        at_risk += change[t]
        if at_risk < GUARD:
            at_risk = 0.0
        happened = found[t]
        risk = max(at_risk, happened) + concentration * tail[t]
        hazard = min((happened + concentration * prior[t]) / risk, 1.0) if risk > 0.0 and t < days - 1 else 1.0
        found[t] = still * hazard
        still *= 1.0 - hazard


@compiled
def quantile_days(
    begin: int, end: int, prior: Any, tail: Any, parent: Any, concentration: Any, case_first: Any, case_count: Any,
    entry: Any, exits: Any, ended: Any, weight: Any, anything: Any, anything_tail: Any, surprise: float, zero: int,
    today: Any, levels: Any, in_days: Any, on_time: Any, on_day: Any,
) -> None:  # fmt: skip
    """For rows `begin` … `end` - 1: in how many days each arrives at `levels` [K], given that it has not before `today`.

    prior, tail: [parents, days]; parent, concentration, case_first, case_count, today: [n]; cases: flat. Fills in_days
    [n, K], `NEVER` where the clock has ended, on_time [n] and on_day [n]: P(no later than the day of reference, on it).
    """
    days = anything.size
    found, change = np.empty(days), np.empty(days + 1)
    for i in range(begin, end):
        now = today[i]
        if now >= days:
            on_time[i], on_day[i] = 0.0, 0.0
            for k in range(levels.size):
                in_days[i, k] = NEVER
            continue
        above = parent[i]
        first, last = case_first[i], case_first[i] + case_count[i]
        posterior(
            prior[above], tail[above], concentration[i], first, last, entry, exits, ended, weight, found, change
        )  # fmt: skip
        usual = 0.0
        for t in range(days):
            usual = max(usual, found[t])
        share = min(surprise, 1.0 - usual)
        rest = 0.0
        for t in range(now, days):
            rest += found[t]
        known, unknown = (1.0 - share) / rest if rest > 0.0 else 0.0, share / anything_tail[now]
        if rest <= 0.0:
            unknown = 1.0 / anything_tail[now]
        reached, k = 0.0, 0
        on_time[i], on_day[i] = 0.0, 0.0
        for t in range(now, days):
            chance = known * found[t] + unknown * anything[t]
            reached += chance
            if t == zero:
                on_time[i], on_day[i] = reached, chance
            while k < levels.size and reached >= levels[k] - GUARD:
                in_days[i, k] = t - now
                k += 1
        while k < levels.size:
            in_days[i, k] = days - 1 - now
            k += 1
