"""When would it run out, were demand just its mean and nothing ordered?"""

from __future__ import annotations

import numpy as np

from ownstock.engine.arrays import NONE, Floats, Ints
from ownstock.engine.arrivals import OpenArrivals


def stock_out_in_days(net_on_hand: Ints, mean_per_day: Floats, horizon_days: Ints, arrivals: OpenArrivals) -> Ints:
    """The day, counted from today = 0, on which mean demand empties the stock; NONE beyond the horizon. [n] → [n]

    Open arrivals are added on their day, before that day's demand; without demand nothing runs out.
    """
    arrived = np.zeros(net_on_hand.size, dtype=np.int64)
    day = np.full(net_on_hand.size, NONE, dtype=np.int64)
    for number in range(int(arrivals.count.max(initial=0)) + 1):
        lasts = _days_covered(net_on_hand + arrived, mean_per_day)
        until = _day_of(arrivals, number)
        is_out = (day == NONE) & (lasts < until) & (lasts <= horizon_days)
        day[is_out] = np.floor(lasts[is_out]).astype(np.int64)
        arrived += _quantity_of(arrivals, number)
    return day


def _days_covered(units: Ints, mean_per_day: Floats) -> Floats:
    covered = np.maximum(units, 0) / np.where(mean_per_day > 0, mean_per_day, 1.0)
    return np.where(mean_per_day > 0, covered, np.inf)


def _day_of(arrivals: OpenArrivals, number: int) -> Floats:
    has_it = arrivals.count > number
    day = np.full(arrivals.count.size, np.inf)
    day[has_it] = arrivals.day[arrivals.first[has_it] + number]
    return day


def _quantity_of(arrivals: OpenArrivals, number: int) -> Ints:
    has_it = arrivals.count > number
    quantity = np.zeros(arrivals.count.size, dtype=np.int64)
    quantity[has_it] = arrivals.quantity[arrivals.first[has_it] + number]
    return quantity
