"""What to order now, and why: the planning library, usable without Django or a database.

Frames in, frames out; no clock, no hidden randomness: the same frames give the same plan.

    import ownstock.engine as engine
    plan = engine.plan(history, position, arrivals, supply, economics)

`frames` holds the schema of every frame, column by column. `plan` decides; `inputs` gives, row beside row, what it
decided from; `propose.reason` joins one row of each into a reason that anyone can recompute.
"""

from __future__ import annotations

from ownstock.engine import frames
from ownstock.engine.run import inputs, plan
from ownstock.engine.version import VERSION

__all__ = ["VERSION", "frames", "inputs", "plan"]
