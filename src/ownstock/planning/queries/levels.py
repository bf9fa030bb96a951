"""Levels by which item-sites are ordered, asked of the engine: the order-up-to level and the reorder point."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from ownstock import engine
from ownstock.engine import frames
from ownstock.engine.arrays import Ints
from ownstock.engine.propose import Proposal

FORECAST = [column.name for column in frames.FORECAST.columns]
# A reorder point is looked for among so many positions, and then among as many between two of them.
POSITIONS = 33
LEVEL_ROUNDS = 4


def levels_and_points(forecast: pl.DataFrame, supply: pl.DataFrame, economics: pl.DataFrame) -> tuple[Ints, Ints]:
    """Order-up-to level and reorder point of each row, for a full shelf and nothing on its way. [n], [n]

    Rows belong together by their place; an item-site may be there more than once.
    """
    n = supply.height
    keys = pl.Series("item_site", np.arange(n))
    forecast, supply, economics = (frame.with_columns(keys) for frame in (forecast, supply, economics))
    # Where sales are lost the level rises with the position, as less is lost until the order comes: it is asked for there.
    level, decisions = np.zeros(n, np.int64), engine.decisions_at(forecast, supply, economics)
    for _ in range(LEVEL_ROUNDS):
        before, level = level, decisions(level[:, None]).order_up_to_level
        if (level == before).all():
            break
    return level, reorder_points(decisions, level)


def reorder_points(decisions: Callable[[Ints], Proposal], level: Ints) -> Ints:
    """The highest position at which the engine orders, of each item-site; -1 where it never does. [n]"""
    n = level.size
    rows, low, high = np.arange(n), np.full(n, -1), np.maximum(level, 1)
    for _ in range(2):
        grid = low[:, None] + ((high - low)[:, None] * np.arange(POSITIONS) // (POSITIONS - 1))
        found = decisions(np.maximum(grid, 0))
        orders = found.quantity.reshape(grid.shape) > 0
        last = np.where(orders.any(axis=1), POSITIONS - 1 - orders[:, ::-1].argmax(axis=1), 0)
        low, high = grid[rows, last], grid[rows, np.minimum(last + 1, POSITIONS - 1)]
        if (high - low <= 1).all():
            break
    highest: Ints = np.where(level > 0, low, -1)
    return highest
