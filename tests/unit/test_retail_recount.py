from __future__ import annotations

import os
from pathlib import Path

import pytest

from ownstock.lab.retail.packed import PACKED_FILE
from tests.retail_company import balances, company
from tests.retail_recount import balances_from_raw

# It goes over the whole year.
pytestmark = pytest.mark.slow


def recounted(raw_path: Path) -> dict[str, int]:
    refused = company().lines.filter(fate="refused")["line_number"]
    return balances_from_raw(raw_path, refused, company().movements.filter("assumed"))


def test_an_independent_recount_of_the_packed_file_equals_every_balance() -> None:
    assert recounted(PACKED_FILE) == balances(company().movements)


@pytest.mark.shared
def test_an_independent_recount_of_the_source_file_equals_every_balance() -> None:
    if not (shared := os.environ.get("OWNSTOCK_SHARED")):
        pytest.skip("The source file lies beside the project: set OWNSTOCK_SHARED to count it.")
    assert recounted(Path(shared) / "data" / "online_retail" / PACKED_FILE.name) == balances(company().movements)


def test_the_recount_notices_a_line_that_was_lost() -> None:
    lost = company().lines.filter(fate="posted")["line_number"][0]
    refused = [*company().lines.filter(fate="refused")["line_number"], lost]
    assert balances_from_raw(PACKED_FILE, refused, company().movements.filter("assumed")) != balances(
        company().movements
    )
