"""When would it run out, were demand just its mean and nothing ordered?"""

from __future__ import annotations

from ownstock.engine.arrays import NONE
from ownstock.engine.policy.plainly import OneItemSite


def stock_out_in_days(asked: OneItemSite, horizon_days: int) -> int:
    """The day, counted from today = 0, on which mean demand empties the stock; NONE beyond the horizon.

    Open arrivals are added on their day, before that day's demand; without demand nothing runs out. The plain form of what
    `kernels/decision.py` does.
    """
    if asked.mean_until(horizon_days) <= 0:
        return NONE
    for day in range(horizon_days + 1):
        there = asked.net_on_hand + sum(quantity for arrives, quantity in asked.arrivals if arrives <= day)
        if there <= 0 or (asked.mean_until(day + 1) > there and asked.mean_until(horizon_days) >= there):
            return day
    return NONE
