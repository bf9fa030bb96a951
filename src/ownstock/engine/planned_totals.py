"""What planned orders of many item-sites come to together: money by group and week, on average and in the tenths.

The demand of item-sites is drawn independently, so what they order together on one path is one draw of their total. Levels
that move together widen a total beyond that (`docs/explanation/planned-orders.md`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl

from ownstock.engine import frames
from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.demand_paths import Horizon
from ownstock.engine.fences import Fences
from ownstock.engine.forecast.drift import Drift
from ownstock.engine.rolling import rolled, start_of

# So far a normal variable's ninth tenth lies from its mean, in standard deviations.
NINTH_TENTH = 1.2815515655446004


def planned_totals(
    forecast: pl.DataFrame,
    position: pl.DataFrame,
    arrivals: pl.DataFrame,
    supply: pl.DataFrame,
    economics: pl.DataFrame,
    group: Ints,
    price: Floats,
    *,
    drift: Drift,
    lead_times: pl.DataFrame | None = None,
    known: pl.DataFrame | None = None,
    today: date | None = None,
    horizon: Horizon | None = None,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[Floats, Floats, Floats]:
    """Money ordered by group and week **after** the order decided today: mean, P10, P90. [groups, weeks] each

    group, price: [n] of each row of `supply`, groups numbered from 0. Frames as in `planned_orders.roll`. The order decided
    today is the same on all paths and left out: it is a proposal. A tenth is the mean less 1.28 standard deviations of the
    paths' totals, not below 0. `progress` is told how many item-sites are done.
    """
    horizon = horizon or Horizon(weeks=13, paths=20)
    checked = frames.check_all(position, arrivals, supply, economics, lead_times, known)
    expected = frames.check(forecast, frames.FORECAST, checked.supply.schema["item_site"])
    expected = frames.one_row_each(expected, frames.FORECAST, checked.supply)
    decided = forecast["quantity"].to_numpy()
    start = start_of(expected, checked, today, horizon, Fences(), drift)
    totals = np.zeros((int(group.max(initial=-1)) + 1, horizon.paths, horizon.weeks))
    done = 0
    for paths in rolled(start, horizon, threads):
        some = slice(done, done + paths.ordered.shape[0])
        ordered = paths.ordered[:, 1:, :].astype(np.float64)
        ordered[:, :, 0] -= decided[some, None]
        np.add.at(totals, group[some], np.maximum(ordered, 0.0) * price[some, None, None])
        done = some.stop
        if progress is not None:
            progress(done)
    mean = totals.mean(axis=1)
    spread = NINTH_TENTH * totals.std(axis=1, ddof=1)
    return mean, np.maximum(mean - spread, 0.0), mean + spread
