"""What a replay cost and served, and the table in which the engine stands beside its peers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ownstock.engine.arrays import Floats
from ownstock.engine.measure import fill_rate, paired_difference
from ownstock.engine.simulate import Replay


@dataclass(frozen=True)
class Score:
    """Money of each item, [n], its parts in total, and the service: what the scored periods amount to.

    `inventory` is the average inventory of all items together, in units or at a value.
    """

    cost: Floats
    holding: float
    shortage: float
    fill_rate: float
    inventory: float

    @classmethod
    def of(cls, happened: Replay, first: int, unit_value: Floats | float = 1.0) -> Score:
        """The periods from `first` on; `unit_value` [n] is what the inventory is counted in."""
        on_hand = happened.on_hand[:, first:].mean(axis=1)
        return cls(
            happened.cost[:, first:].sum(axis=1),
            float(happened.holding[:, first:].sum()),
            float(happened.shortage[:, first:].sum()),
            float(fill_rate(happened.demand[:, first:].ravel(), happened.short[:, first:].ravel())),
            float((on_hand * unit_value).sum()),
        )


def saved_percent(ours: Floats, peer: Floats) -> tuple[float, float]:
    """What we cost less than the peer, as a percentage of its cost, and the paired standard error. [n], [n]"""
    difference, percent_a_unit = paired_difference(peer, ours), 100 * peer.size / peer.sum()
    return difference.mean * percent_a_unit, difference.standard_error * percent_a_unit


def compare(title: str, scores: dict[str, Score]) -> list[dict[str, Any]]:
    """Print one table, the first of the scores being ours, and return its rows for a line of JSON."""
    ours = next(iter(scores.values())).cost
    print(f"\n{title}: {ours.size} items")
    heads = ("cost", "an item", "holding", "shortage", "fill rate", "inventory")
    print(" " * 30 + "".join(f"{head:>11}" for head in heads) + "    Ownstock saves")
    rows: list[dict[str, Any]] = []
    for name, score in scores.items():
        percent, error = saved_percent(ours, score.cost)
        cost = float(score.cost.sum())
        figures = (cost, cost / ours.size, score.holding, score.shortage, score.fill_rate, score.inventory)
        texts = [f"{figure:11.{places}f}" for figure, places in zip(figures, (0, 2, 0, 0, 4, 0), strict=True)]
        print(f"{name:30}" + "".join(texts) + (f"    {percent:+.1f} ± {error:.1f} %" if rows else ""))
        row = {"setting": title, "method": name, "cost": cost, "fill_rate": score.fill_rate}
        row |= {"inventory": score.inventory, "saved_percent": percent, "saved_percent_error": error}
        rows.append({key: np.round(value, 4) if isinstance(value, float) else value for key, value in row.items()})
    return rows
