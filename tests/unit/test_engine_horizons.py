"""Days, weeks and months, and orders that must last longer than a season: the forecast stays what demand is."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import ownstock.engine as engine
from ownstock.engine.history import Bucket

STEADY = [
    ("day", 400, 10, 5),
    ("day", 400, 7, 7),
    ("day", 400, 3, 2),
    ("month", 60, 365, 30),
    ("month", 60, 30, 30),
    ("week", 156, 80, 7),
]


def forecast_of(bucket: Bucket, buckets: int, lead_time_days: int, review_period_days: int) -> pl.DataFrame:
    """The forecast of sixty items of Poisson demand with mean 20 a bucket."""
    demand = np.random.default_rng(0).poisson(20, (60, buckets)).astype(np.float32)
    history = engine.DemandHistory(pl.Series(range(60)), demand, np.ones_like(demand), date(2023, 1, 2), bucket)
    if bucket == "month":
        history = engine.DemandHistory(history.item_sites, demand, history.in_stock, date(2023, 1, 1), bucket)
    terms = {"lead_time_days": lead_time_days, "review_period_days": review_period_days, "moq": 0, "order_multiple": 1}
    supply = pl.DataFrame({"item_site": history.item_sites, **terms}).with_columns(unit_cost=pl.lit(1.0))
    return engine.forecast_demand(history, supply)


@pytest.mark.parametrize(("bucket", "buckets", "lead", "review"), STEADY)
def test_steady_demand_is_forecast_as_it_is_whatever_the_bucket_and_the_horizon(
    bucket: Bucket, buckets: int, lead: int, review: int
) -> None:
    means = np.array(forecast_of(bucket, buckets, lead, review)["mean_by_bucket"].to_list())
    assert np.isfinite(means).all()
    assert means.mean() == pytest.approx(20, rel=0.05)
    assert 14 < means.min() <= means.max() < 27


@pytest.mark.nightly
def test_no_kernel_reads_beyond_its_arrays(tmp_path: Path) -> None:
    """The same forecasts with every index checked, which compiled kernels otherwise do not do."""
    program = (
        "from tests.unit.test_engine_horizons import STEADY, forecast_of\nfor one in STEADY:\n    forecast_of(*one)"
    )
    # Without optimising, which checks as much, the kernels are compiled in two thirds of the time.
    numba = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_OPT": "0", "NUMBA_CACHE_DIR": str(tmp_path)}
    settings = os.environ | numba | {"PYTHONPATH": "src:."}
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=root, env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
