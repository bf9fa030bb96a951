"""What to order now, and why: the planning library, usable without Django or a database.

Frames in, frames out; no clock, no hidden randomness: the same frames give the same plan.

    import ownstock.engine as engine
    plan = engine.plan(history, position, arrivals, supply, economics)

`learn_arrivals` learns from receipts when deliveries come; `lead_times_now`, `arrival_days`, `crossing` tell it as frames.
`frames` holds the schema of every frame, column by column. `plan` forecasts and decides; `forecast_demand` and `decide` do
one of the two; `learn` keeps what all item-sites tell of each, so that one can be planned alone; `inputs` gives, row
beside row, what a plan decided from; `propose.reason` joins one row of each into a reason that anyone can recompute.
"""

from __future__ import annotations

from ownstock.engine import frames
from ownstock.engine.arrival_record import ArrivalRecord, Memory, learn_arrivals
from ownstock.engine.expected_arrivals import arrival_days, crossing, lead_times_now
from ownstock.engine.forecast.drift import Drift
from ownstock.engine.forecast.profiles import Pool
from ownstock.engine.history import DemandHistory
from ownstock.engine.planned_orders import learn_drift, planned_orders
from ownstock.engine.run import decide, decisions_at, forecast_demand, inputs, learn, plan, train
from ownstock.engine.version import VERSION

__all__ = [
    "VERSION",
    "ArrivalRecord",
    "DemandHistory",
    "Drift",
    "Memory",
    "Pool",
    "arrival_days",
    "crossing",
    "decide",
    "decisions_at",
    "forecast_demand",
    "frames",
    "inputs",
    "lead_times_now",
    "learn",
    "learn_arrivals",
    "learn_drift",
    "plan",
    "planned_orders",
    "train",
]
