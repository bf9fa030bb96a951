"""How long until it happens, from what happened and what is still awaited: distributions over days, and their trust.

Days are whole, 0 to `DAYS` - 1 on a clock that the caller sets. Distributions are [n, DAYS]. Who is still waiting when we
look tells that it takes at least so long; who began to wait late tells nothing of the days before. Left out, either
would make the wait look shorter than it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ownstock.engine.arrays import Floats, Ints

DAYS = 731

# Weights that a parent's distribution may have, in cases.
CONCENTRATIONS = 2.0 ** np.arange(-2, 9)


@dataclass(frozen=True)
class Waits:
    """Cases that were watched: [cases] each.

    At risk from day `entry` to day `exit`, both included; `has_ended` where it happened on day `exit`. A case whose exit
    is before its entry was never seen at risk. `weight` is how many cases it counts as.
    """

    entry: Ints
    exit: Ints
    has_ended: Floats
    weight: Floats

    def of(self, rows: Ints) -> Waits:
        """Some of the cases."""
        return Waits(self.entry[rows], self.exit[rows], self.has_ended[rows], self.weight[rows])


@dataclass(frozen=True)
class Counts:
    """What each group saw, day by day: how many it happened to, and how many it might have happened to. [groups, DAYS]"""

    happened: Floats
    at_risk: Floats

    def of(self, rows: Ints) -> Counts:
        """Those of some groups, a group more than once if so asked."""
        return Counts(self.happened[rows], self.at_risk[rows])

    def less(self, part: Counts) -> Counts:
        """The same without a part of it."""
        at_risk = _dusted(self.at_risk - part.at_risk)
        return Counts(np.clip(self.happened - part.happened, 0.0, at_risk), at_risk)


def counted(waits: Waits, group: Ints, groups: int) -> Counts:
    """The cases of each group on every day. group: [cases], from 0 to groups - 1"""
    seen = waits.exit >= waits.entry
    row, weight = group[seen] * (DAYS + 1), waits.weight[seen]
    size = groups * (DAYS + 1)
    ended = _added(row + waits.exit[seen], weight * waits.has_ended[seen], size)
    change = _added(row + waits.entry[seen], weight, size)
    change -= _added(row + waits.exit[seen] + 1, weight, size)
    at_risk: Floats = np.cumsum(change.reshape(groups, DAYS + 1), axis=1)[:, :DAYS]
    happened = ended.reshape(groups, DAYS + 1)[:, :DAYS]
    return Counts(happened, np.maximum(_dusted(at_risk), happened))


def shrunk(counts: Counts, parent: Floats, concentration: float) -> Floats:
    """The distribution of each group, its parent's counting as so many cases. parent: [groups, DAYS] → [groups, DAYS]

    The chance that it happens on day t, where it has not before, is

        h(t) = (happened(t) + c · f(t)) / (at risk(t) + c · S(t)),   f the parent's probability, S(t) = Σ_{u ≥ t} f(u)

    the mean of the posterior of a Dirichlet process of base measure c · f under censoring: Susarla and Van Ryzin (1976),
    Journal of the American Statistical Association 71, 897-902; Walker and Muliere (1997), Annals of Statistics 25(4),
    1762-1780. With c = 0 it is the estimate of Kaplan and Meier (1958), JASA 53, 457-481; without cases, the parent's.
    """
    at_risk = counts.at_risk + concentration * at_least(parent)
    happened = counts.happened + concentration * parent
    hazard = np.divide(happened, at_risk, out=np.ones_like(at_risk), where=at_risk > 0)
    hazard[:, -1] = 1.0
    return _distribution(np.minimum(hazard, 1.0))


def concentration_of(counts: Counts, parent: Floats, part_starts: Ints) -> float:
    """For how many cases the parents' distributions should count: the most likely of `CONCENTRATIONS`.

    Looked at in parts of the clock that begin on the days `part_starts`, because groups are alike in how late they are,
    not in the very day. What happened in a part is beta-binomial under the prior of `shrunk`; so c is as likely as

        Π B(c · F + happened, c · (S - F) + not yet) / B(c · F, c · (S - F)),   F, S of the part

    over all parts and groups (empirical Bayes). Groups that differ by more than chance want a small c.
    """
    last = np.append(part_starts[1:], DAYS) - 1
    f = np.maximum(np.add.reduceat(parent, part_starts, axis=1), 1e-9)
    rest = np.maximum(at_least(f) - f, 1e-9)
    happened = np.add.reduceat(counts.happened, part_starts, axis=1)
    not_yet = np.maximum((counts.at_risk - counts.happened)[:, last], 0.0)
    return float(max(CONCENTRATIONS, key=lambda c: _log_likelihood(c, f, rest, happened, not_yet)))


def at_least(distribution: Floats) -> Floats:
    """P(it takes t days or more). [n, DAYS] → [n, DAYS]"""
    tail: Floats = np.cumsum(distribution[:, ::-1], axis=1)[:, ::-1]
    return tail


def given_at_least(distribution: Floats, day: Ints) -> Floats:
    """The distribution of those who still wait at the beginning of a day. [n, DAYS], [n] → [n, DAYS]

    All zero for those to whom it must have happened before.
    """
    remaining = np.where(np.arange(DAYS) >= day[:, None], distribution, 0.0)
    total = remaining.sum(axis=1, keepdims=True)
    given: Floats = np.divide(remaining, total, out=np.zeros_like(remaining), where=total > 0)
    return given


def _added(place: Ints, weight: Floats, size: int) -> Floats:
    return np.asarray(np.bincount(place, weights=weight, minlength=size), dtype=np.float64)


def _dusted(numbers: Floats) -> Floats:
    """What cancels out on paper is 0."""
    return np.where(numbers < 1e-9, 0.0, numbers)


def _distribution(hazard: Floats) -> Floats:
    still = np.cumprod(1 - hazard, axis=1)
    found = hazard.copy()
    found[:, 1:] *= still[:, :-1]
    return found


def _log_likelihood(c: float, f: Floats, rest: Floats, happened: Floats, not_yet: Floats) -> float:
    a, b = c * f, c * rest
    prior = _log_gamma(a + b) - _log_gamma(a) - _log_gamma(b)
    both = _log_gamma(a + happened) + _log_gamma(b + not_yet) - _log_gamma(a + b + happened + not_yet)
    return float((prior + both).sum())


def _log_gamma(x: Floats) -> Floats:
    """ln Γ(x) for x > 0, by Stirling's series above 8 and Γ(x + 1) = x · Γ(x) below."""
    product = np.ones_like(x)
    for k in range(8):
        product *= x + k
    y = x + 8
    series = 1 / (12 * y) - 1 / (360 * y**3) + 1 / (1260 * y**5)
    found: Floats = (y - 0.5) * np.log(y) - y + 0.5 * np.log(2 * np.pi) + series - np.log(product)
    return found
