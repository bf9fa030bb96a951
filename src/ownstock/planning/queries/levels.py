"""Levels by which item-sites are ordered, asked of the engine: the order-up-to level and the reorder point."""

from __future__ import annotations

import numpy as np
import polars as pl

from ownstock import engine
from ownstock.engine import frames
from ownstock.engine.arrays import Ints

FORECAST = [column.name for column in frames.FORECAST.columns]
# A reorder point is looked for among so many positions, and then among as many between two of them.
POSITIONS = 33
LEVEL_ROUNDS = 4
NOTHING_COMES = pl.DataFrame(
    schema={
        "item_site": pl.Int64, "arrives_in_days": pl.Int64, "quantity": pl.Float64, "is_in_quarantine": pl.Boolean,
        "scenario": pl.Int64,
    }
)  # fmt: skip


def levels_and_points(forecast: pl.DataFrame, supply: pl.DataFrame, economics: pl.DataFrame) -> tuple[Ints, Ints]:
    """Order-up-to level and reorder point of each item-site, for a full shelf and nothing on its way. [n], [n]"""
    n = supply.height
    # Where sales are lost the level rises with the position, as less is lost until the order comes: it is asked for there.
    level = np.zeros(n, np.int64)
    for _ in range(LEVEL_ROUNDS):
        before, level = level, decided(forecast, supply, economics, level[:, None], "order_up_to_level")[:, 0]
        if (level == before).all():
            break
    return level, reorder_points(forecast, supply, economics, level)


def reorder_points(forecast: pl.DataFrame, supply: pl.DataFrame, economics: pl.DataFrame, level: Ints) -> Ints:
    """The highest position at which the engine orders, of each item-site; -1 where it never does. [n]"""
    n = supply.height
    rows, low, high = np.arange(n), np.full(n, -1), np.maximum(level, 1)
    for _ in range(2):
        grid = low[:, None] + ((high - low)[:, None] * np.arange(POSITIONS) // (POSITIONS - 1))
        orders = decided(forecast, supply, economics, np.maximum(grid, 0), "quantity") > 0
        last = np.where(orders.any(axis=1), POSITIONS - 1 - orders[:, ::-1].argmax(axis=1), 0)
        low, high = grid[rows, last], grid[rows, np.minimum(last + 1, POSITIONS - 1)]
        if (high - low <= 1).all():
            break
    found: Ints = np.where(level > 0, low, -1)
    return found


def decided(
    forecast: pl.DataFrame, supply: pl.DataFrame, economics: pl.DataFrame, positions: Ints, column: str
) -> Ints:
    """What is decided of each item-site in some positions, all of it usable. [n, k] → [n, k]"""
    at = np.repeat(np.arange(supply.height), positions.shape[1])
    keys = pl.Series("item_site", np.arange(at.size))
    flat = positions.astype(np.float64).ravel()
    position = pl.DataFrame({"item_site": keys, "usable": flat, "backordered": np.zeros(flat.size)})
    many = [frame[at].with_columns(keys) for frame in (forecast, supply, economics)]
    found: Ints = engine.decide(many[0], position, NOTHING_COMES, *many[1:])[column].to_numpy().reshape(positions.shape)
    return found
