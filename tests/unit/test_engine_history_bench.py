"""The benchmark of the history runs, and its peers agree with it."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_benchmark_of_the_history_ends_with_a_line_for_programs() -> None:
    command = [sys.executable, "-m", "bench.history", "--movements", "20000", "--item-sites", "500"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["bench"], told["movements"], told["item_sites"]) == ("history", 20_000, 500)
    assert 0 < told["append_s"] <= told["append_longest_s"]
    steps = ("demand", "numpy_pass", "numpy_bincount", "demand_shuffled", "write", "open", "new_week")
    assert all(told[f"{step}_s"] > 0 for step in steps)
    assert told["demand_cpu_s"] > 0
    assert ("duckdb_s" in told) == (find_spec("duckdb") is not None)
