from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from ownstock.lab.retail.packed import PACKED_FILE, read_lines

# It goes over the whole year.
pytestmark = pytest.mark.slow

LINES = 525_461


def test_every_line_of_the_year_is_read_and_numbered_from_one() -> None:
    lines = read_lines()
    assert lines.height == LINES
    assert lines["line_number"].to_list() == list(range(1, LINES + 1))


def test_the_packed_file_keeps_its_attribution_beside_it() -> None:
    words = PACKED_FILE.with_name("ATTRIBUTION.md").read_text()
    for word in ("Chen", "UCI Machine Learning Repository", "CC BY 4.0", "10.24432/C5CG6D"):
        assert word in words


@pytest.mark.shared
def test_the_packed_lines_equal_the_source_line_by_line() -> None:
    if not (shared := os.environ.get("OWNSTOCK_SHARED")):
        pytest.skip("The source file lies beside the project: set OWNSTOCK_SHARED to compare with it.")
    source = pl.read_parquet(Path(shared) / "data" / "online_retail" / PACKED_FILE.name)
    assert read_lines().drop("line_number").equals(source)
