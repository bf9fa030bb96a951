"""A refresh of the history store that is killed anywhere leaves the store it found, and the next one does its work."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ownstock.engine.history_store import HistoryStore, open_store
from ownstock.ledger import actions as ledger
from ownstock.planning.inputs import flows, history
from ownstock.planning.sessions import one_snapshot
from tests.factories import ACTOR, TODAY, opening, sale, small_business
from tests.full_reading import full_history
from tests.watermarks import newest_transaction, wait_until_below_watermark

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed_db")]
ROOT = Path(__file__).resolve().parents[2]
LAST_WEEK = datetime(2026, 2, 25, 12, tzinfo=UTC)
KILLED = -9


def refreshed() -> HistoryStore:
    store = history.refresh(TODAY)
    assert store is not None
    return store


def refreshed_until_killed(step: int) -> int:
    """What a process ends with that refreshes the store and is killed before a step."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "ownstock.site.settings"}
    command = [sys.executable, "-m", "tests.faults.history_programs", str(step), TODAY.isoformat()]
    return subprocess.run(command, cwd=ROOT, env=environment, timeout=120, check=False).returncode


def assert_as_read_as_a_whole(store: HistoryStore) -> None:
    with one_snapshot():
        found = history.demand_history(flows.all_item_sites(), flows.released(TODAY), TODAY, store)
    wanted = full_history(TODAY)
    assert np.array_equal(found.demand, wanted.demand)
    assert np.array_equal(found.in_stock, wanted.in_stock)


@pytest.mark.parametrize("step", [0, 3, 8, 15, 20])
def test_a_refresh_that_is_killed_leaves_the_store_as_it_was(step: int) -> None:
    small_business()
    opening("CUP", 50, moved_at=datetime(2026, 1, 5, tzinfo=UTC))
    before = refreshed()
    ledger.post([sale("CUP", 7, key="new", moved_at=LAST_WEEK)], actor=ACTOR)
    wait_until_below_watermark(newest_transaction())
    assert refreshed_until_killed(step) == KILLED
    left = open_store(history.folder())
    assert (left.generation, left.watermark) == (before.generation, before.watermark)
    assert_as_read_as_a_whole(left)
    assert_as_read_as_a_whole(refreshed())


def test_a_rebuild_that_is_killed_leaves_no_store_and_the_next_one_makes_it() -> None:
    small_business()
    opening("CUP", 50, moved_at=datetime(2026, 1, 5, tzinfo=UTC))
    assert refreshed_until_killed(4) == KILLED
    assert history.opened(TODAY) is None
    assert_as_read_as_a_whole(refreshed())
