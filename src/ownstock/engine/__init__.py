"""What to order now, and why: the planning library, usable without Django or a database.

Frames in, frames out; no clock, no hidden randomness: the same frames give the same plan.

    import ownstock.engine as engine
    plan = engine.plan(history, position, arrivals, supply, economics)

`frames` holds the schema of every frame, column by column. `plan` forecasts and decides; `forecast_demand` and `decide` do
one of the two; `learn` keeps what all item-sites tell of each, so that one can be planned alone; `inputs` gives, row
beside row, what a plan decided from; `propose.reason` joins one row of each into a reason that anyone can recompute.
"""

from __future__ import annotations

from ownstock.engine import frames
from ownstock.engine.forecast.drift import Drift
from ownstock.engine.forecast.profiles import Pool
from ownstock.engine.history import DemandHistory
from ownstock.engine.planned_orders import learn_drift, planned_orders
from ownstock.engine.run import decide, forecast_demand, inputs, learn, plan, train
from ownstock.engine.version import VERSION

__all__ = [
    "VERSION",
    "DemandHistory",
    "Drift",
    "Pool",
    "decide",
    "forecast_demand",
    "frames",
    "inputs",
    "learn",
    "learn_drift",
    "plan",
    "planned_orders",
    "train",
]
