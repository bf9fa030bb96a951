"""The benchmark of planned orders: where a total fell among the paths, and figures that fit each other."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy", reason="the baselines of the benchmarks need scipy")

import ownstock.engine as engine
from bench import planned_totals
from bench.workloads import workload

ROOT = Path(__file__).resolve().parents[2]


def test_one_path_more_of_the_same_kind_falls_anywhere_alike() -> None:
    rng = np.random.default_rng(0)
    place = planned_totals.where_it_fell(rng.poisson(2.0, (20_000, 40)), rng.poisson(2.0, 20_000), rng)
    assert np.histogram(place, 10, (0, 1))[0] == pytest.approx(2_000, abs=200)


def test_more_than_all_paths_falls_at_the_end() -> None:
    place = planned_totals.where_it_fell(np.zeros((1, 9), np.int64), np.array([5]), np.random.default_rng(0))
    assert 0.9 < place[0] < 1


def test_a_row_tells_what_lay_within_and_on_which_side_the_rest() -> None:
    found = planned_totals.row("drifting", "demand", 4, np.array([0.05, 0.3, 0.5, 0.97]), 30.0, 20.0)
    assert (found["within_50%"], found["within_80%"]) == (0.5, 0.5)
    assert (found["below_p10"], found["above_p90"], found["mean_over_real"]) == (0.25, 0.25, 1.5)


@pytest.mark.slow
def test_the_benchmark_ends_with_a_line_for_programs() -> None:
    # What is measured once is not to be compiling: the kernels are read from the disk.
    engine.plan(*workload(40).frames)
    command = [sys.executable, "-m", "bench.planned_orders", "--rows", "40", "80", "--repeats", "1", "--speed-alone"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["bench"] == "planned_orders"
    assert [size["item_sites"] for size in told["sizes"]] == [40, 80]
    for size in told["sizes"]:
        assert size["decisions_per_s"] > size["item_sites_per_s"] > 0
        assert size["plans_per_s"] > size["item_sites_per_s"]


@pytest.mark.nightly
@pytest.mark.shared
def test_totals_of_half_a_year_lie_within_the_fan_as_often_as_it_says(shared: Path) -> None:
    """VN2 from three origins; each has a mood of its own that all levels share, so the tolerance is wide."""
    rows, drifts = planned_totals.vn2(shared / "data" / "vn2", origins=(61, 91, 121))
    within = {(row["paths"], row["total"]): row["within_80%"] for row in rows}
    for total in ("demand of 26 weeks", "orders of 26 weeks"):
        assert within["level drifts", total] == pytest.approx(0.8, abs=0.1)
        assert within["level as forecast", total] < within["level drifts", total] - 0.05
    assert all(drift.start > 0 for drift in drifts.values())
