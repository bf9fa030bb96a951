"""The history store beside the ledger: what is new comes in once, what is wrong is rebuilt, and plans do not wait for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from django.conf import settings
from django.db import connection, connections, transaction

from ownstock.catalog.models import Item, ItemSite, Location
from ownstock.engine.history_store import HistoryStore, open_store, write_generation
from ownstock.journal.queries import open_alerts
from ownstock.ledger import actions as ledger
from ownstock.ledger.models import Posting
from ownstock.planning import actions
from ownstock.planning.inputs import flows, history
from ownstock.planning.models import PlanningRun, Proposal
from ownstock.planning.rules import Step
from ownstock.planning.sessions import HISTORY_LOCK, held, one_snapshot
from tests.factories import ACTOR, TODAY, keep, opening, sale, sell_every_week, small_business
from tests.full_reading import full_history
from tests.watermarks import PATIENCE_SECONDS, newest_transaction, wait_until_below_watermark

pytestmark = pytest.mark.usefixtures("committed_db")
LAST_WEEK = datetime(2026, 2, 25, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _business(committed_db: object) -> None:
    small_business(skus=["CUP", "PLATE"])
    sell_every_week("CUP", [12, 9, 15])
    opening("CUP", 100, moved_at=datetime(2025, 1, 1, tzinfo=UTC))
    wait_until_below_watermark(newest_transaction())


def refreshed(planned_on: date = TODAY) -> HistoryStore:
    store = history.refresh(planned_on)
    assert store is not None
    return store


def refreshed_past(transaction_id: int) -> HistoryStore:
    wait_until_below_watermark(transaction_id)
    return refreshed()


def last_week(store: HistoryStore | None) -> float:
    """Demand of the last week, as a plan sees it."""
    with one_snapshot():
        found = history.demand_history(flows.all_item_sites(), flows.released(TODAY), TODAY, store)
    wanted = full_history(TODAY)
    assert np.array_equal(found.demand, wanted.demand)
    assert np.array_equal(found.in_stock, wanted.in_stock)
    return float(found.demand[0, -1])


def stored_last_week(store: HistoryStore) -> float:
    """Demand of the last week, as the store alone has it."""
    assert store.history.first_on is not None
    return float(store.history.demand[0, (LAST_WEEK.date() - store.history.first_on).days // 7])


def test_what_was_begun_early_and_committed_late_comes_in_once() -> None:
    posted, may_commit = Event(), Event()

    def slow() -> None:
        with transaction.atomic():
            ledger.post([sale("CUP", 7, key="slow", moved_at=LAST_WEEK)], actor=ACTOR)
            posted.set()
            assert may_commit.wait(PATIENCE_SECONDS)
        connections.close_all()

    with ThreadPoolExecutor(1) as threads:
        ending = threads.submit(slow)
        assert posted.wait(PATIENCE_SECONDS)
        opening("PLATE", 1, key="quick", moved_at=LAST_WEEK)
        quick = newest_transaction()
        before = refreshed()
        assert before.watermark < quick
        assert (last_week(before), stored_last_week(before)) == (15, 15)
        may_commit.set()
        ending.result()
    assert last_week(before) == 15 + 7
    slow_one = int(Posting.objects.get(key="slow").transaction_id)
    assert slow_one < quick
    after = refreshed_past(quick)
    assert (last_week(after), stored_last_week(after)) == (22, 22)
    assert stored_last_week(refreshed()) == 22


def test_the_store_holds_nothing_above_its_watermark() -> None:
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
        ledger.post([sale("CUP", 7, key="above", moved_at=LAST_WEEK)], actor=ACTOR)
        store = refreshed()
        assert (stored_last_week(store), last_week(store)) == (15, 22)
        opening("CUP", 1, key="touched", moved_at=LAST_WEEK)
        store = refreshed()
        assert (stored_last_week(store), last_week(store)) == (15, 22)


def test_a_store_that_is_ahead_of_the_snapshot_is_not_used() -> None:
    ledger.post([sale("CUP", 1, key="before", moved_at=LAST_WEEK)], actor=ACTOR)

    def sell_and_refresh() -> HistoryStore:
        ledger.post([sale("CUP", 7, key="after", moved_at=LAST_WEEK)], actor=ACTOR)
        store = refreshed_past(newest_transaction())
        connections.close_all()
        return store

    with one_snapshot(), ThreadPoolExecutor(1) as threads:
        flows.released(TODAY)
        ahead = threads.submit(sell_and_refresh).result()
        assert stored_last_week(ahead) == 23
        assert last_week(ahead) == 16


def test_nothing_new_writes_nothing() -> None:
    store = refreshed_past(newest_transaction())
    assert refreshed().generation == store.generation


def test_a_week_that_closes_needs_no_writing() -> None:
    store = refreshed_past(newest_transaction())
    later = TODAY + timedelta(weeks=5)
    assert refreshed(later).generation == store.generation
    with one_snapshot():
        found = history.demand_history(flows.all_item_sites(), flows.released(later), later, store)
    assert np.array_equal(found.demand, full_history(later).demand)
    assert np.array_equal(found.in_stock, full_history(later).in_stock)


def remove(folder: Path) -> None:
    shutil.rmtree(folder)


def damage(folder: Path) -> None:
    with (folder / (folder / "CURRENT").read_text() / "demand.bin").open("r+b") as file:
        file.write(b"\xff")


def damage_what_it_says(folder: Path) -> None:
    (folder / (folder / "CURRENT").read_text() / "manifest.json").write_text("{}")


def of_another_format(folder: Path) -> None:
    manifest = folder / (folder / "CURRENT").read_text() / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"format": 2', '"format": 1'))


def of_another_database(folder: Path) -> None:
    store = open_store(folder)
    write_generation(
        folder, store.history, store.watermark, store.unnetted, {**store.origin, "database": ["x", 1, 2, 3]}
    )


def from_the_future(folder: Path) -> None:
    store = open_store(folder)
    write_generation(folder, store.history, 2**60, store.unnetted, store.origin)


def of_other_weeks(folder: Path) -> None:
    store = open_store(folder)
    old = store.history.first_on
    assert old is not None
    moved = np.zeros_like(store.history.demand)
    other = type(store.history)(store.history.item_sites, moved, moved, old - timedelta(weeks=104), "week")
    write_generation(folder, other, store.watermark, None, store.origin)


def of_a_site_elsewhere(folder: Path) -> None:
    Location.objects.filter(code="SHOP").update(time_zone="Pacific/Auckland")


@pytest.mark.parametrize(
    "spoil",
    [
        remove, damage, damage_what_it_says, of_another_format, of_another_database, from_the_future, of_other_weeks,
        of_a_site_elsewhere,
    ],
)  # fmt: skip
def test_a_store_that_cannot_be_used_is_rebuilt(spoil: Callable[[Path], None]) -> None:
    store = refreshed_past(newest_transaction())
    spoil(settings.HISTORY_FOLDER)
    assert last_week(refreshed()) == stored_last_week(refreshed()) == 15
    assert refreshed().watermark >= store.watermark


def test_repaired_balances_rebuild_the_store() -> None:
    opening("PLATE", 5, moved_at=LAST_WEEK)
    wait_until_below_watermark(newest_transaction())
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE ledger_balance SET on_hand = 999")
    last_week(refreshed())
    ledger.rebuild(actor=ACTOR)
    last_week(refreshed())


def test_a_new_place_does_not_rebuild_the_store() -> None:
    store = refreshed_past(newest_transaction())
    Location.objects.create(code="NEW", name="New", kind="customer")
    assert refreshed().generation == store.generation


def test_while_another_process_writes_the_store_is_used_as_it_stands() -> None:
    store = refreshed_past(newest_transaction())
    ledger.post([sale("CUP", 7, key="new", moved_at=LAST_WEEK)], actor=ACTOR)

    def hold_and_look() -> HistoryStore:
        with held(HISTORY_LOCK) as is_held:
            assert is_held
            with ThreadPoolExecutor(1) as threads:
                return threads.submit(look).result()

    def look() -> HistoryStore:
        try:
            return refreshed()
        finally:
            connections.close_all()

    found = hold_and_look()
    assert found.generation == store.generation
    assert last_week(found) == 22


def test_within_a_transaction_the_store_is_left_alone() -> None:
    with transaction.atomic():
        assert history.refresh(TODAY) is None
    assert not settings.HISTORY_FOLDER.exists()


def test_a_plan_does_without_a_store_that_cannot_be_written_and_says_so() -> None:
    settings.HISTORY_FOLDER.write_text("a file is in the way")
    planned = actions.plan(planned_on=TODAY, actor=ACTOR)
    assert planned.run.item_site_count == 2
    [alert] = open_alerts().filter(kind="history_store_not_written")
    assert alert.kind == "history_store_not_written"
    assert "Meanwhile each plan reads the whole ledger" in alert.sentence
    settings.HISTORY_FOLDER.unlink()
    assert actions.plan(planned_on=TODAY, actor=ACTOR).changed == 0
    assert not open_alerts().filter(kind="history_store_not_written").exists()


def test_a_sale_told_late_replans_its_item_however_old_it_is() -> None:
    ledger.post([sale("CUP", 96, key="down", moved_at=LAST_WEEK)], actor=ACTOR)
    actions.plan(planned_on=TODAY, actor=ACTOR)
    before = Proposal.objects.get(item_site__item__sku="CUP")
    long_ago = datetime(2025, 3, 5, 12, tzinfo=UTC)
    opening("CUP", 40, key="more", moved_at=long_ago)
    ledger.post([sale("CUP", 40, key="late", moved_at=long_ago)], actor=ACTOR)
    planned = actions.plan(planned_on=TODAY, actor=ACTOR)
    assert planned.steps[Step.UPDATE] == 1
    after = Proposal.objects.get(pk=before.pk)
    assert bytes(after.input_hash) != bytes(before.input_hash)
    assert PlanningRun.objects.count() == 2


def test_what_changed_between_two_watermarks_is_told_with_its_first_day() -> None:
    ledger.post([sale("CUP", 1, key="old", moved_at=datetime(2026, 1, 7, 23, 30, tzinfo=UTC))], actor=ACTOR)
    since = newest_transaction()
    ledger.post([sale("CUP", 1, key="one", moved_at=LAST_WEEK)], actor=ACTOR)
    until = newest_transaction()
    item_site = ItemSite.objects.get(item__sku="CUP").pk
    assert history.changed_item_sites(since, until) == {item_site: date(2026, 1, 7)}
    assert history.changed_item_sites(until, until + 1) == {item_site: LAST_WEEK.date()}
    assert history.changed_item_sites(until + 1, until + 2) == {}


def test_goods_at_an_item_site_made_later_count_from_the_beginning() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalog_item_site")
    assert refreshed_past(newest_transaction()).history.demand.shape[0] == 0
    keep(Item.objects.get(sku="CUP"), "SHOP")
    assert last_week(refreshed()) == 15


def test_reading_all_flows_leaves_the_servers_settings_as_they_were() -> None:
    names = ("work_mem", "enable_hashagg", "enable_nestloop", "enable_mergejoin")
    with one_snapshot(), connection.cursor() as cursor:
        before = [cursor.execute(f"SHOW {name}").fetchone() for name in names]
        list(flows.all_flows(TODAY))
        assert [cursor.execute(f"SHOW {name}").fetchone() for name in names] == before
