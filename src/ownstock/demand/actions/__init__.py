"""The verbs of demand, its only writers: enter, allocate, release, ship, take back, cut, rebuild."""

from ownstock.demand.actions.allocations import alert_short, allocate, allocate_all, release
from ownstock.demand.actions.customers import set_customer
from ownstock.demand.actions.lines import cut, enter
from ownstock.demand.actions.shipments import ship, take_back
from ownstock.demand.actions.totals import rebuild

__all__ = [
    "alert_short",
    "allocate",
    "allocate_all",
    "cut",
    "enter",
    "rebuild",
    "release",
    "set_customer",
    "ship",
    "take_back",
]
