"""Several positions of an item-site, decided together: each as if it were asked for alone."""

from __future__ import annotations

import numpy as np
import polars as pl

from ownstock import engine
from ownstock.engine import frames
from tests.engine_cases import case, frames_of, plan_of

CASES = [
    case(),
    case(unserved_demand="backorder", moq=12, order_multiple=6, lead_time_days=30),
    case(demand=[0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0], shortage_cost=40.0, review_period_days=14),
    case(goal="fill_rate", target=0.97, arrivals=[(3, 5.0)], known=[(2, 9)], usable=4),
]
POSITIONS = np.array([[0, 3, 17], [5, 60, 1], [0, 1, 2], [90, 8, 40]])


def test_each_position_is_decided_as_alone() -> None:
    _, position, arrivals, supply, economics = frames_of(CASES)
    forecast = plan_of(CASES).select(column.name for column in frames.FORECAST.columns)
    found = engine.decisions_at(forecast, supply, economics)(POSITIONS)
    for place, usable in enumerate(POSITIONS.T):
        there = position.with_columns(usable=pl.Series(usable), backordered=pl.lit(0))
        alone = engine.decide(forecast, there, arrivals.clear(), supply, economics)
        for name in ("quantity", "order_up_to_level", "inventory_position", "expected_cost"):
            together = getattr(found, name).reshape(POSITIONS.shape)[:, place]
            assert together.tolist() == alone[name].to_list(), name
