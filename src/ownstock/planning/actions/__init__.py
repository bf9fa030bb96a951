"""The verbs of planning, its only writers, one room a noun."""

from ownstock.planning.actions.ahead import LookedAhead, ask_to_look_ahead, cut, look_ahead, set_cash_budget
from ownstock.planning.actions.edits import QuantityChange, change_quantity
from ownstock.planning.actions.kpis import Measured, ask_to_measure, measure
from ownstock.planning.actions.merging import merge_orders
from ownstock.planning.actions.plan import Planned, plan
from ownstock.planning.actions.proposals import approve, reject
from ownstock.planning.actions.splitting import split_order
from ownstock.planning.actions.switching import qualify, switch, tell_of_blocked, watch_blocked
from ownstock.planning.actions.taking_back import take_back

__all__ = [
    "LookedAhead", "Measured", "Planned", "QuantityChange", "approve", "ask_to_look_ahead", "ask_to_measure",
    "change_quantity", "cut", "look_ahead", "measure", "merge_orders", "plan", "qualify", "reject", "set_cash_budget",
    "split_order", "switch", "take_back", "tell_of_blocked", "watch_blocked",
]  # fmt: skip
