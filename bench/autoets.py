"""AutoETS of statsforecast, fitted anew at every origin."""

from __future__ import annotations

import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
from statsforecast.models import AutoETS

from bench.peers import Expected
from ownstock.engine.arrays import Floats

ROWS_AT_ONCE = 250


def autoets(demand: Floats, origins: range, buckets: int, *, season_length: int = 1, processes: int = 2) -> Expected:
    """Means of 1 … `buckets` ahead and the residuals' deviation from some origins. demand [n, T] → [n, origins, …]

    Origin t has seen demand[:, :t]. Negative means count as 0.
    """
    work = partial(_of_rows, origins=origins, buckets=buckets, season_length=season_length)
    blocks = [demand[first : first + ROWS_AT_ONCE] for first in range(0, demand.shape[0], ROWS_AT_ONCE)]
    parts = []
    with ProcessPoolExecutor(processes) as pool:
        for number, part in enumerate(pool.map(work, blocks), start=1):
            parts.append(part)
            print(f"AutoETS: {number} of {len(blocks)} blocks of {ROWS_AT_ONCE} series", file=sys.stderr)
    mean, deviation = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return Expected(mean, deviation)


def _of_rows(demand: Floats, origins: range, buckets: int, season_length: int) -> tuple[Floats, Floats]:
    mean = np.zeros((demand.shape[0], len(origins), buckets))
    deviation = np.zeros((demand.shape[0], len(origins)))
    model = AutoETS(season_length=season_length)
    warnings.simplefilter("ignore")
    for row, series in enumerate(demand):
        for place, origin in enumerate(origins):
            found = model.forecast(np.ascontiguousarray(series[:origin]), h=buckets, fitted=True)
            mean[row, place] = np.maximum(found["mean"], 0.0)
            deviation[row, place] = np.sqrt(np.nanmean((series[:origin] - found["fitted"]) ** 2))
    return mean, deviation
