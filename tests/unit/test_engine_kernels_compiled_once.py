"""Nobody waits for a kernel a second time because of where the arrays came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

import ownstock.engine as engine
from ownstock.engine.arrays import Floats, Ints, only_read
from ownstock.engine.demand_paths import Horizon
from ownstock.engine.kernels.decision import decide
from ownstock.engine.kernels.rolling import roll
from ownstock.engine.planned_orders import roll as planned
from tests.engine_cases import case, frames_of


@dataclass(frozen=True)
class Pair:
    counts: Ints
    shares: Floats


def test_what_is_only_read_lies_without_gaps_and_is_not_written() -> None:
    shares: npt.NDArray[np.float64] = np.arange(6.0)
    pair = only_read(Pair(np.arange(12).reshape(6, 2)[:, 0], shares))
    assert pair.counts.tolist() == [0, 2, 4, 6, 8, 10]
    assert pair.counts.flags.c_contiguous
    assert np.shares_memory(pair.shares, shares)
    for array in (pair.counts, pair.shares):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    assert shares.flags.writeable


def forecast(rows: int) -> pl.DataFrame:
    columns = {"item_site": range(rows), "mean_by_bucket": [[4.0, 2.0]] * rows, "bucket_days": 7.0, "buckets_seen": 20}
    return pl.DataFrame(columns | {"variance_ratio": 1.5})


@pytest.mark.parametrize("arrivals", [[], [(3, 5)]])
def test_one_and_many_of_any_origin_run_the_same_kernel(arrivals: list[tuple[int, int]]) -> None:
    def run(rows: int) -> None:
        frames = frames_of([case(demand=[4.0], arrivals=arrivals)] * rows)[1:]
        engine.decide(forecast(rows), *frames)
        planned(forecast(rows), *frames, horizon=Horizon(2, paths=2))

    kernels: tuple[Any, ...] = decide, roll
    run(3)
    compiled = [len(kernel.signatures) for kernel in kernels]
    run(1)
    run(2)
    assert [len(kernel.signatures) for kernel in kernels] == compiled
