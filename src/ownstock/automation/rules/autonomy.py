"""How an item earns that it is ordered by itself, and how it loses it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ownstock.base.text import plain

DAYS_A_YEAR = Decimal(365)
# A drift is judged by no fewer weeks than these.
LEAST_WEEKS = 3


class AutonomyState(StrEnum):
    """How far an item-site is trusted: `watched` at first, `certified` once it has earned it, `lost` when it drifted."""

    WATCHED = "watched"
    CERTIFIED = "certified"
    LOST = "lost"


class Evidence(StrEnum):
    """What speaks for or against an item-site: people `accepted` a proposal as it was, changed it to no advantage
    (`as_good`) or to one (`overridden`), `rejected` it, or something drifted (`drift`)."""

    ACCEPTED = "accepted"
    AS_GOOD = "as_good"
    OVERRIDDEN = "overridden"
    REJECTED = "rejected"
    DRIFT = "drift"


SPEAKS_FOR = frozenset({Evidence.ACCEPTED, Evidence.AS_GOOD})


@dataclass(frozen=True, slots=True)
class AutonomyStanding:
    """How far an item-site is, and how many cycles in a row speak for it."""

    state: AutonomyState = AutonomyState.WATCHED
    cycles: int = 0


@dataclass(frozen=True, slots=True)
class AutonomyStep:
    """What a piece of evidence changes, and why, in numbers."""

    after: AutonomyStanding
    sentence: str


def weigh(standing: AutonomyStanding, evidence: Evidence, words: str, *, needed: int) -> AutonomyStep:
    """What a piece of evidence makes of an item-site.

    Each cycle that speaks for it counts; with `needed` of them in a row it is certified. Whatever speaks against it takes
    the count back to zero, and what was certified is lost until it is earned anew.
    """
    if evidence in SPEAKS_FOR:
        cycles = standing.cycles + 1
        is_certified = standing.state is AutonomyState.CERTIFIED or cycles >= needed
        state = AutonomyState.CERTIFIED if is_certified else standing.state
        return AutonomyStep(AutonomyStanding(state, cycles), f"{words} Cycles in a row: {cycles}, needed: {needed}.")
    is_lost = standing.state is AutonomyState.CERTIFIED
    state = AutonomyState.LOST if is_lost else standing.state
    told = f"{words} Cycles in a row: 0, needed: {needed}."
    return AutonomyStep(AutonomyStanding(state, 0), told)


@dataclass(frozen=True, slots=True)
class DriftLimits:
    """How far the forecast of an item-site may be off, in percent of what was used, over how many weeks."""

    weeks: int
    bias_percent: Decimal
    wape_percent: Decimal


def forecast_drift(expected: Sequence[Decimal], used: Sequence[Decimal], limits: DriftLimits) -> str:
    """What of the forecast has drifted beyond limits, in a sentence; empty where nothing, or where it cannot be judged.

    Week by week, both of the same length. Bias: what was expected beyond what was used, as a share of what was used; WAPE:
    the sum of the weeks' errors, each without its sign, as a share of it.
    """
    total = sum(used, Decimal(0))
    if len(used) < LEAST_WEEKS or not total:
        return ""
    bias = 100 * (sum(expected, Decimal(0)) - total) / total
    wape = 100 * sum((abs(one - other) for one, other in zip(expected, used, strict=True)), Decimal(0)) / total
    found = []
    if abs(bias) > limits.bias_percent:
        found.append(f"its bias is {bias:+.0f} %, {plain(limits.bias_percent)} % allowed")
    if wape > limits.wape_percent:
        found.append(f"its WAPE is {wape:.0f} %, {plain(limits.wape_percent)} % allowed")
    return f"The forecast drifted over {len(used)} weeks: {' and '.join(found)}." if found else ""


def stock_out_drift(on: date, *, is_foreseen: bool) -> str:
    """That an item-site ran out and nobody was told before; empty where somebody was."""
    return "" if is_foreseen else f"Out of stock on {on}, and nothing had told of it before."


def terms_drift(before: dict[str, str], now: dict[str, str]) -> str:
    """Which terms of its source are not those it was certified on; empty where none changed."""
    changed = [
        f"{name.replace('_', ' ')} {before[name]} → {now[name]}"
        for name in now
        if before.get(name, now[name]) != now[name]
    ]
    return f"Its source changed: {', '.join(changed)}." if changed else ""


@dataclass(frozen=True, slots=True)
class Economics:
    """What a unit costs to keep for a year and to be short of, in the company's currency."""

    unit_cost: Decimal
    holding_rate: Decimal
    shortage_cost: Decimal


def advantage_of_proposal(
    closings: Sequence[Decimal], difference: Decimal, economics: Economics, *, used_a_day: Decimal
) -> Decimal:
    """So much money the proposal would have been better than what a person ordered instead; below zero: worse.

    `closings` is what was on hand at the close of each day from the arrival on, until the next could come; `difference`
    is what the person ordered beyond the proposal. Had the proposal been ordered, each day would have closed with that
    much less: what falls below zero would have been short. Where the person ordered less, each day without stock is
    taken to have missed a usual day's demand, up to the difference.
    """
    a_day = economics.unit_cost * economics.holding_rate / DAYS_A_YEAR
    if difference > 0:
        kept = sum((min(difference, max(close, Decimal(0))) for close in closings), Decimal(0)) * a_day
        short = max(difference - min(closings, default=difference), Decimal(0))
        return kept - short * economics.shortage_cost
    more = -difference
    without = sum(close <= 0 for close in closings)
    missed = min(more, without * used_a_day)
    kept = (more - missed) * len(closings) * a_day
    return missed * economics.shortage_cost - kept
