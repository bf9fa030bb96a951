"""How shops commonly order: min-max, DDMRP buffers, and the textbook's order-up-to level.

All work from trailing averages of what was sold, as spreadsheets and most systems do: sales of the last 13 weeks, days
without stock included. Each takes a multiplier, so that it can be given its best one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.simulate import Order, Seen, State

DAYS_A_WEEK = 7
WINDOW_WEEKS = 13
SAFETY_DAYS = 14
CYCLE_DAYS = 28


@dataclass(frozen=True)
class Supply:
    """How each item is bought. [n] each; `critical_ratio` is the wanted probability of no stock-out."""

    lead_time_days: Ints
    moq: Ints
    order_multiple: Ints
    critical_ratio: Floats

    def allowed(self, needed: Floats) -> Ints:
        """The needed units rounded up to what may be ordered; none where none are needed. [n] → [n]"""
        least = np.maximum(np.ceil(needed - 1e-9).astype(np.int64), self.moq)
        return np.where(needed > 1e-9, -(-least // self.order_multiple) * self.order_multiple, 0)


# (supply, weekly sales of the window [n, weeks], inventory position [n], multiplier) → units needed [n]
Practice = Callable[[Supply, Floats, Ints, float], Floats]


def min_max(supply: Supply, weekly: Floats, position: Ints, multiplier: float) -> Floats:
    """At or below min, up to max: min = demand of lead time and safety days, max = min + an order cycle's demand.

    The multiplier raises both levels.
    """
    daily = multiplier * weekly.mean(axis=1) / DAYS_A_WEEK
    least = daily * (supply.lead_time_days + SAFETY_DAYS)
    return np.where(position <= least, least + daily * CYCLE_DAYS - position, 0.0)


def ddmrp(supply: Supply, weekly: Floats, position: Ints, multiplier: float) -> Floats:
    """Buffers in zones: at or below the top of yellow, up to the top of green. Ptak and Smith (2011), Orlicky's
    Material Requirements Planning, 3rd ed., chapters 24 and 25.

    Average daily usage U, lead time L, factors f (lead time) and v (variability) from the middle of their published
    ranges: yellow = U·L; red = U·L·f·(1 + v); green = the largest of U·L·f, MOQ and a review's demand. The net flow
    position is the inventory position, for no demand is known ahead. The multiplier is the demand adjustment factor.
    """
    daily = multiplier * weekly.mean(axis=1) / DAYS_A_WEEK
    yellow = daily * supply.lead_time_days
    base = yellow * lead_time_factor(supply.lead_time_days)
    top_of_yellow = yellow + base * (1 + variability_factor(weekly))
    green = np.maximum(np.maximum(base, supply.moq), daily * DAYS_A_WEEK)
    return np.where(position <= top_of_yellow, top_of_yellow + green - position, 0.0)


def lead_time_factor(lead_time_days: Ints) -> Floats:
    """Of short lead times 0.61-1.00, medium 0.41-0.60, long 0.20-0.40; up to 10 days is short here, above 14 long."""
    return np.where(lead_time_days <= 10, 0.8, np.where(lead_time_days <= 14, 0.5, 0.3))


def variability_factor(weekly: Floats) -> Floats:
    """Of low variability 0-0.40, medium 0.41-0.60, high 0.61-1.00; a week's coefficient of variation to 0.5, to 1, above."""
    mean = weekly.mean(axis=1)
    variation = weekly.std(axis=1) / np.where(mean > 0, mean, 1.0)
    return np.where(variation <= 0.5, 0.2, np.where(variation <= 1.0, 0.5, 0.8))


def order_up_to_normal(supply: Supply, weekly: Floats, position: Ints, multiplier: float) -> Floats:
    """Every review up to mean + z · deviation of the demand over lead time and review, were it normal.

    The multiplier is on the safety stock.
    """
    weeks = (supply.lead_time_days + DAYS_A_WEEK) / DAYS_A_WEEK
    safety = ndtri(supply.critical_ratio) * weekly.std(axis=1, ddof=1) * np.sqrt(weeks)
    return np.maximum(weekly.mean(axis=1) * weeks + multiplier * safety - position, 0.0)


PRACTICES: dict[str, Practice] = {"min-max": min_max, "DDMRP": ddmrp, "order-up-to normal": order_up_to_normal}


def ordering(practice: Practice, supply: Supply, multiplier: float) -> Order:
    """The practice as a rule of daily periods, ordering before every seventh."""

    def order(period: int, state: State, seen: Seen) -> Ints:
        if period % DAYS_A_WEEK:
            return np.zeros_like(state.on_hand)
        weekly = weeks_of(seen.demand[:, -WINDOW_WEEKS * DAYS_A_WEEK :]).astype(np.float64)
        return supply.allowed(practice(supply, weekly, state.inventory_position, multiplier))

    return order


def weeks_of(daily: Ints) -> Ints:
    """Sums of seven days each; the days are whole weeks. [n, 7·w] → [n, w]"""
    sums: Ints = daily.reshape(daily.shape[0], -1, DAYS_A_WEEK).sum(axis=2)
    return sums
