"""A dump that was restored into another server goes on as if it had never moved: seal and history, nothing lost or doubled.

The new server's transactions have smaller ids than the facts that the dump brought.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from ownstock.access import chain, sealing
from ownstock.base.errors import Refused
from ownstock.journal.queries import changes, next_transaction, watermark
from ownstock.ledger import actions as ledger
from ownstock.planning.inputs import flows, history
from ownstock.site import transactions
from ownstock.site.embedded import binaries
from ownstock.site.embedded.client import lease
from ownstock.site.embedded.databases import Credentials, Login, ensure_database
from ownstock.site.embedded.transaction_ids import IDS_OF_AN_EPOCH, SEEN_AS_PAST, resetwal_options
from ownstock.site.embedded.upgrade import upgrade
from ownstock.site.installation import database
from tests.factories import ACTOR, TODAY, opening, sale, sell_every_week, small_business
from tests.faults.embedded_programs import await_end, older_programs
from tests.seal_cases import findings, seal_all
from tests.watermarks import newest_transaction, wait_until_below_watermark

AHEAD_IDS = 20_000
LAST_WEEK = datetime(2026, 2, 25, 12, tzinfo=UTC)


@pytest.fixture
def dump(committed_db: Credentials, tmp_path: Path) -> Path:
    """Of a server that has counted far, with sales that are sealed."""
    transactions.count_on(AHEAD_IDS)
    small_business()
    sell_every_week("CUP", [3, 4, 5])
    opening("CUP", 2)
    seal_all()
    file = tmp_path / "ownstock.dump"
    run("pg_dump", committed_db.owner, "--format=custom", "--file", str(file))
    return file


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "another"
    yield folder
    connections.close_all()
    await_end(folder)


def run(program: str, login: Login, *arguments: str, is_whole: bool = True) -> None:
    command = [binaries.find().program(program), *arguments, "--dbname", login.url]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or not is_whole, done.stderr


def work_with(credentials: Credentials) -> None:
    for alias, login in (("default", credentials.app), ("owner", credentials.owner)):
        connections[alias].close()
        connections[alias].settings_dict.update(database(login.url))


def assert_all_goes_on() -> None:
    """What is new is announced, sealed, and read into the history, once; what is old is as it was sealed."""
    before = history.refresh(TODAY)
    assert before is not None
    assert before.history.demand.sum() == 3 + 4 + 5
    since = watermark()
    ledger.post([sale("CUP", 2, key="late", moved_at=LAST_WEEK)], actor=ACTOR)
    wait_until_below_watermark(newest_transaction())
    assert changes(since, watermark()).counts["ledger_posting"] == 1
    after = history.refresh(TODAY)
    assert after is not None
    assert after.watermark > before.watermark
    assert flows.changes(before.watermark, after.watermark).demand.tolist() == [2 * 10_000]
    assert after.history.demand.sum() == 3 + 4 + 5 + 2
    assert seal_all() > 0
    assert chain.waiting_rows() == 0
    assert findings() == []


@pytest.mark.slow
def test_a_restored_database_is_refused_until_its_server_has_counted_on(
    dump: Path, home: Path, ownstock: Callable[..., subprocess.CompletedProcess[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with lease(home, grace_seconds=0) as server:
        restored = ensure_database(server)
        run("pg_restore", restored.owner, "--single-transaction", "--no-owner", str(dump))
        work_with(restored)
        for work in (transactions.require_counted_on, sealing.seal):
            with pytest.raises(Refused, match="ownstock db count-on"):
                work()
        left = transactions.ids_to_count()
        assert left > AHEAD_IDS / 2
        assert transactions.count_on(left // 2) > 0
        monkeypatch.setenv("DATABASE_URL", restored.app.url)
        counted = ownstock("db", "count-on")
        assert (counted.returncode, "transactions to go" in counted.stderr) == (0, True)
        transactions.require_counted_on()
        assert_all_goes_on()


@pytest.mark.slow
def test_an_upgraded_server_counts_on_from_where_the_old_one_was(
    dump: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = older_programs()
    with monkeypatch.context() as before:
        before.setenv("OWNSTOCK_PG_BINDIR", str(older))
        with lease(home, grace_seconds=0) as server:
            restored = ensure_database(server)
            # The older server does not know one of the settings with which a newer dump begins.
            before.delenv("OWNSTOCK_PG_BINDIR")
            run("pg_restore", restored.owner, "--no-owner", str(dump), is_whole=False)
            work_with(restored)
            transactions.count_on(transactions.ids_to_count())
            counted = next_transaction()
            connections.close_all()
        await_end(home)
    upgrade(home, older)
    with lease(home, grace_seconds=0) as server:
        work_with(ensure_database(server))
        assert next_transaction() >= counted
        transactions.require_counted_on()
        assert_all_goes_on()


@given(st.integers(3, 2**60))
def test_a_new_folder_goes_on_beyond_any_id_and_its_own_rows_stay_past(transaction_id: int) -> None:
    options = resetwal_options(transaction_id)
    told = dict(zip(options[::2], map(int, options[1::2]), strict=True))
    place = told.get("-x", 3)
    assert told["-e"] * IDS_OF_AN_EPOCH + place > transaction_id
    assert place <= SEEN_AS_PAST
