"""The history store: published whole, read without a copy, never believed when it is not what was written."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import time
import zlib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from ownstock.base.errors import Refused, Unavailable
from ownstock.engine import generations
from ownstock.engine.buckets import Span, bucketed, movements_of
from ownstock.engine.history import DemandHistory
from ownstock.engine.history_store import append_movements, open_store, put_rows, write_generation

MONDAY = date(2026, 1, 5)


def moved(*rows: tuple[str, int, float, str]) -> pl.DataFrame:
    """(item_site, day from the first Monday, quantity, kind) each."""
    columns = [(key, MONDAY + timedelta(days=day), quantity, kind) for key, day, quantity, kind in rows]
    schema = {"item_site": pl.String, "moved_on": pl.Date, "quantity": pl.Float64, "kind": pl.String}
    return pl.DataFrame(columns, schema=schema, orient="row")


def stored(folder: Path, *rows: tuple[str, int, float, str], weeks: int = 3) -> Path:
    """A store of item-sites a and b at watermark 1."""
    keys, span = pl.Series("item_site", ["a", "b"]), Span(MONDAY, weeks)
    found = bucketed(movements_of(moved(*rows), keys), keys, span)
    write_generation(folder, found.history, 1, found.unnetted)
    return folder


def large(folder: Path, rows: int = 40_000, weeks: int = 60) -> Path:
    """A store whose arrays have several blocks."""
    demand = np.arange(rows * weeks, dtype=np.float32).reshape(rows, weeks)
    history = DemandHistory(pl.Series(np.arange(rows)), demand, np.ones_like(demand), MONDAY, "week")
    write_generation(folder, history, 1)
    return folder


def generation(folder: Path) -> Path:
    return folder / (folder / "CURRENT").read_text()


def flip_a_bit(path: Path, offset: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        [byte] = file.read(1)
        file.seek(offset)
        file.write(bytes([byte ^ 1]))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    store = open_store(stored(tmp_path / "store", ("a", 0, 5, "issue"), ("b", 15, 2, "issue")))
    assert store.history.item_sites.to_list() == ["a", "b"]
    assert store.history.demand.tolist() == [[5, 0, 0], [0, 0, 2]]
    assert store.history.in_stock.tolist() == [[1, 1, 1], [1, 1, 1]]
    assert (store.history.first_on, store.history.bucket) == (MONDAY, "week")
    assert (store.watermark, store.until_on) == (1, date(2026, 1, 26))


def test_the_arrays_are_mapped_from_the_file_and_not_copied(tmp_path: Path) -> None:
    demand = open_store(large(tmp_path)).history.demand
    assert isinstance(demand.base, np.memmap)
    assert type(demand) is np.ndarray
    assert demand.flags.c_contiguous
    assert demand.dtype == np.float32


def test_new_movements_of_complete_weeks_change_their_rows_alone(tmp_path: Path) -> None:
    stored(tmp_path, ("a", 0, 5, "issue"), ("b", 0, 3, "issue"))
    append_movements(tmp_path, moved(("b", 8, 4, "issue")), since=1, watermark=2)
    store = open_store(tmp_path)
    assert store.watermark == 2
    assert store.history.demand.tolist() == [[5, 0, 0], [3, 4, 0]]


def test_untouched_arrays_are_shared_with_the_generation_before(tmp_path: Path) -> None:
    large(tmp_path)
    before = (generation(tmp_path) / "demand.bin").stat()
    one = pl.DataFrame({"item_site": [7], "moved_on": [MONDAY], "quantity": [1], "kind": ["issue"]})
    append_movements(tmp_path, one, since=1, watermark=2)
    after = (generation(tmp_path) / "demand.bin").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert open_store(tmp_path).history.demand[7, 0] == 7 * 60 + 1


def test_where_files_cannot_be_shared_they_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    large(tmp_path, rows=1_000)
    one = pl.DataFrame({"item_site": [7], "moved_on": [MONDAY], "quantity": [1], "kind": ["issue"]})
    append_movements(tmp_path, one, since=1, watermark=2)
    assert open_store(tmp_path).history.demand[7, 0] == 7 * 60 + 1


def test_a_late_return_is_netted_against_the_sales_that_the_store_has_seen(tmp_path: Path) -> None:
    stored(tmp_path, ("a", 0, 5, "issue"), ("a", 8, 2, "issue"))
    append_movements(tmp_path, moved(("a", 8, 3, "return")), since=1, watermark=2)
    assert open_store(tmp_path).history.demand.tolist() == [[4, 0, 0], [0, 0, 0]]
    append_movements(tmp_path, moved(("a", 9, 3, "issue")), since=2, watermark=3)
    assert open_store(tmp_path).history.demand.tolist() == [[5, 2, 0], [0, 0, 0]]


def test_a_return_that_came_with_one_addition_is_netted_against_a_sale_that_comes_with_the_next(tmp_path: Path) -> None:
    large(tmp_path, rows=100, weeks=3)
    for watermark, (quantity, kind) in enumerate([(30, "return"), (40, "issue")], start=1):
        one = pl.DataFrame({"item_site": [7], "moved_on": [MONDAY], "quantity": [quantity], "kind": [kind]})
        append_movements(tmp_path, one, since=watermark, watermark=watermark + 1)
        assert generation(tmp_path).joinpath("changed_place.bin").stat().st_size == 4
        assert open_store(tmp_path).history.demand[7].tolist() == [0 if kind == "return" else 31, 22, 23]


def test_movements_after_the_last_week_wait_until_theirs_is_complete(tmp_path: Path) -> None:
    stored(tmp_path, ("a", 0, 5, "issue"))
    append_movements(tmp_path, moved(("a", 22, 7, "issue"), ("b", 28, 9, "issue")), since=1, watermark=2)
    assert open_store(tmp_path).history.demand.tolist() == [[5, 0, 0], [0, 0, 0]]
    append_movements(tmp_path, moved(), since=2, watermark=3, until_on=date(2026, 2, 2))
    assert open_store(tmp_path).history.demand.tolist() == [[5, 0, 0, 7], [0, 0, 0, 0]]
    append_movements(tmp_path, moved(("a", 23, 8, "return")), since=3, watermark=4, until_on=date(2026, 2, 9))
    assert open_store(tmp_path).history.demand.tolist() == [[4, 0, 0, 0, 0], [0, 0, 0, 0, 9]]


def test_a_new_item_site_was_out_of_stock_before_its_first_movement(tmp_path: Path) -> None:
    stored(tmp_path, ("a", 0, 5, "issue"))
    append_movements(tmp_path, moved(("c", 9, 2, "issue")), since=1, watermark=2)
    history = open_store(tmp_path).history
    assert history.item_sites.to_list() == ["a", "b", "c"]
    assert history.demand[2].tolist() == [0, 2, 0]
    assert history.in_stock[2].tolist() == [0, 1, 1]


def test_a_new_item_site_says_nothing_of_the_weeks_before_it_not_even_of_those_now_completed(tmp_path: Path) -> None:
    stored(tmp_path, ("a", 0, 5, "issue"))
    added = moved(("c", 29, 2, "issue"))
    append_movements(tmp_path, added, since=1, watermark=2, until_on=date(2026, 2, 9))
    history = open_store(tmp_path).history
    assert history.demand[2].tolist() == [0, 0, 0, 0, 2]
    assert history.in_stock[2].tolist() == [0, 0, 0, 0, 1]


def test_an_array_is_written_anew_alone_when_a_quarter_of_it_has_changed(tmp_path: Path) -> None:
    large(tmp_path, rows=100, weeks=3)
    before = generation(tmp_path)
    frame = pl.DataFrame({"item_site": range(26), "quantity": 1.0, "kind": "issue"}).with_columns(moved_on=MONDAY)
    append_movements(tmp_path, frame, since=1, watermark=2)
    after = generation(tmp_path)
    shared = [path.name for path in sorted(after.glob("*.bin")) if path.samefile(before / path.name)]
    assert shared == ["in_stock.bin", "item_sites.bin", "unnetted_place.bin", "unnetted_units.bin"]
    assert (after / "changed_place.bin").stat().st_size == 0
    assert open_store(tmp_path).history.demand[:27, 0].tolist() == [1 + 3 * row for row in range(26)] + [78]


def test_a_store_may_begin_without_any_item_site(tmp_path: Path) -> None:
    keys = pl.Series("item_site", [], dtype=pl.String)
    write_generation(tmp_path, bucketed(movements_of(moved(), keys), keys, Span(MONDAY, 3)).history, 1)
    assert open_store(tmp_path).history.demand.shape == (0, 3)
    append_movements(tmp_path, moved(("c", 9, 2, "issue")), since=1, watermark=2)
    assert open_store(tmp_path).history.demand.tolist() == [[0, 2, 0]]


def test_time_in_stock_becomes_known_with_the_movements(tmp_path: Path) -> None:
    stored(tmp_path, ("a", 0, 5, "issue"))
    told = pl.DataFrame({"item_site": ["b"], "bucket_start_on": [date(2026, 1, 12)], "in_stock_fraction": [0.25]})
    append_movements(tmp_path, moved(), since=1, watermark=2, in_stock=told)
    assert open_store(tmp_path).history.in_stock.tolist() == [[1, 1, 1], [1, 0.25, 1]]


def test_a_reader_keeps_the_generation_that_it_opened(tmp_path: Path) -> None:
    reader = open_store(stored(tmp_path, ("a", 0, 5, "issue")))
    for watermark in range(1, 5):
        append_movements(tmp_path, moved(("a", 0, 1, "issue")), since=watermark, watermark=watermark + 1)
    write_generation(tmp_path, open_store(large(tmp_path / "other", rows=10)).history, 9)
    assert reader.history.demand.tolist() == [[5, 0, 0], [0, 0, 0]]
    assert open_store(tmp_path).history.demand.shape == (10, 60)


def test_only_the_generation_before_is_kept(tmp_path: Path) -> None:
    stored(tmp_path)
    for watermark in range(1, 4):
        append_movements(tmp_path, moved(("a", 0, 1, "issue")), since=watermark, watermark=watermark + 1)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["CURRENT", "LOCK", "generation-00000003", "generation-00000004"]


def test_a_reader_whose_generation_is_cleared_away_begins_anew_with_the_next(tmp_path: Path) -> None:
    stored(tmp_path)
    asked = []

    def use(found: generations.Generation) -> str:
        asked.append(found.folder.name)
        if len(asked) == 1:
            for watermark in (1, 2):
                append_movements(tmp_path, moved(), since=watermark, watermark=watermark + 1)
        return str(found.array("waiting_day").size)

    assert generations.read(tmp_path, use) == "0"
    assert asked == ["generation-00000001", "generation-00000003"]


def test_a_store_can_be_moved(tmp_path: Path) -> None:
    stored(tmp_path / "here", ("a", 0, 5, "issue"))
    (tmp_path / "here").rename(tmp_path / "there")
    assert open_store(tmp_path / "there").history.demand[0, 0] == 5
    assert str(tmp_path) not in (generation(tmp_path / "there") / "manifest.json").read_text()


def test_a_missing_store_is_to_be_rebuilt(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"There is no history store in .*\. Rebuild it") as refusal:
        open_store(tmp_path / "nowhere")
    assert refusal.value.code == "history_store_missing"
    with pytest.raises(Refused, match="There is no history store"):
        append_movements(tmp_path / "nowhere", moved(), since=0, watermark=1)


def test_a_block_that_is_not_what_was_written_is_named(tmp_path: Path) -> None:
    large(tmp_path)
    flip_a_bit(generation(tmp_path) / "demand.bin", generations.BLOCK_BYTES + 100)
    sentence = (
        r"generation-00000001: block 1 of demand\.bin \(rows 17,477 to 34,953\) is not what was written\. Rebuild it"
    )
    with pytest.raises(Refused, match=sentence) as refusal:
        open_store(tmp_path)
    assert (refusal.value.facts["array"], refusal.value.facts["block"]) == ("demand", 1)


def test_damage_is_not_written_on_when_the_big_arrays_are_written_anew(tmp_path: Path) -> None:
    large(tmp_path, rows=1_000)
    flip_a_bit(generation(tmp_path) / "in_stock.bin", 1)
    one = pl.DataFrame({"item_site": [-1], "moved_on": [MONDAY], "quantity": [1], "kind": ["issue"]})
    with pytest.raises(Refused, match=r"block 0 of in_stock\.bin"):
        append_movements(tmp_path, one, since=1, watermark=2)


@pytest.mark.parametrize(
    ("file", "problem"),
    [("demand.bin", "demand.bin has 23 bytes instead of 24"), ("manifest.json", "manifest.json cannot be read")],
)
def test_a_torn_file_is_told(tmp_path: Path, file: str, problem: str) -> None:
    stored(tmp_path)
    path = generation(tmp_path) / file
    os.truncate(path, path.stat().st_size - 1)
    sentence = (
        f"The history store in {tmp_path} is damaged: generation-00000001: {problem}. Rebuild it from the ledger."
    )
    with pytest.raises(Refused, match=f"^{re.escape(sentence)}$"):
        open_store(tmp_path)


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    stored(tmp_path)
    (generation(tmp_path) / "in_stock.bin").unlink()
    with pytest.raises(Refused, match=r"in_stock\.bin is not there"):
        open_store(tmp_path)
    with pytest.raises(Refused, match=r"in_stock\.bin is not there"):
        append_movements(tmp_path, moved(), since=1, watermark=2)


def change_manifest(folder: Path, *, mend: bool, **changes: Any) -> None:
    path = generation(folder) / "manifest.json"
    content = json.loads(path.read_text())
    checksum = content.pop("checksum")
    content |= changes
    if mend:
        checksum = zlib.crc32(json.dumps(content, sort_keys=True).encode())
    path.write_text(json.dumps({**content, "checksum": checksum}))


def test_a_manifest_that_was_changed_is_told(tmp_path: Path) -> None:
    change_manifest(stored(tmp_path), mend=False, facts={"watermark": 99})
    with pytest.raises(Refused, match=r"manifest\.json is not what was written"):
        open_store(tmp_path)


def test_another_format_is_to_be_rebuilt(tmp_path: Path) -> None:
    change_manifest(stored(tmp_path), mend=True, format=99)
    with pytest.raises(Refused, match=r"has format 99, and this version reads 2\. Rebuild it from the ledger, or use"):
        open_store(tmp_path)


def test_a_stale_store_is_told(tmp_path: Path) -> None:
    stored(tmp_path)
    sentence = r"knows the ledger up to 1, but 5 is needed\. Append what came since, or rebuild it"
    with pytest.raises(Refused, match=sentence):
        open_store(tmp_path, least_watermark=5)


def test_movements_that_do_not_follow_on_the_store_are_refused(tmp_path: Path) -> None:
    stored(tmp_path)
    append_movements(tmp_path, moved(("a", 0, 1, "issue")), since=1, watermark=2)
    with pytest.raises(Refused, match="stands at watermark 2, but these movements follow 1"):
        append_movements(tmp_path, moved(("a", 0, 1, "issue")), since=1, watermark=2)
    assert open_store(tmp_path).history.demand[0, 0] == 1


@pytest.mark.parametrize("day", [date(2026, 1, 20), date(2026, 1, 28), date(2025, 1, 6)])
def test_a_history_is_complete_until_the_end_of_a_week(tmp_path: Path, day: date) -> None:
    stored(tmp_path)
    with pytest.raises(Refused, match=f"cannot be complete until {day}"):
        append_movements(tmp_path, moved(), since=1, watermark=2, until_on=day)


def test_a_history_without_buckets_is_not_stored(tmp_path: Path) -> None:
    nothing = np.zeros((1, 0), np.float32)
    with pytest.raises(Refused, match="without any bucket cannot be stored"):
        write_generation(tmp_path, DemandHistory(pl.Series(["a"]), nothing, nothing, None, "week"), 1)


def test_a_refused_movement_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    stored(tmp_path)
    with pytest.raises(Refused, match="kind of item_site a is loan"):
        append_movements(tmp_path, moved(("a", 0, 1, "loan")), since=1, watermark=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["CURRENT", "LOCK", "generation-00000001"]


def test_two_do_not_write_at_once(tmp_path: Path) -> None:
    stored(tmp_path)
    with (tmp_path / "LOCK").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Unavailable, match="Another process is writing the history store") as refusal:
            append_movements(tmp_path, moved(), since=1, watermark=2)
    assert refusal.value.code == "history_store_locked"
    append_movements(tmp_path, moved(), since=1, watermark=2)


def test_where_no_folder_can_be_made_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot be written"):
        stored(tmp_path / "file" / "store")


def test_what_a_killed_writer_left_is_cleared_away_by_the_next(tmp_path: Path) -> None:
    stored(tmp_path, ("a", 0, 5, "issue"))
    (tmp_path / "draft-123").mkdir()
    (tmp_path / "draft-123" / "demand.bin").write_bytes(b"half")
    (tmp_path / "draft-CURRENT").write_text("generation-00000002")
    (tmp_path / "generation-00000002").mkdir()
    assert open_store(tmp_path).history.demand[0, 0] == 5
    append_movements(tmp_path, moved(("a", 0, 1, "issue")), since=1, watermark=2)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["CURRENT", "LOCK", "generation-00000001", "generation-00000002"]
    assert open_store(tmp_path).history.demand[0, 0] == 6


def test_a_damaged_store_can_be_written_anew(tmp_path: Path) -> None:
    stored(tmp_path)
    (generation(tmp_path) / "manifest.json").write_text("?")
    stored(tmp_path, ("a", 0, 5, "issue"))
    assert open_store(tmp_path).history.demand[0, 0] == 5
    (tmp_path / "CURRENT").write_text("?")
    stored(tmp_path, ("a", 0, 6, "issue"))
    assert open_store(tmp_path).history.demand[0, 0] == 6


WRITER = """
import sys
from pathlib import Path
import polars as pl
from datetime import date
from ownstock.engine.history_store import append_movements, open_store

folder, watermark = Path(sys.argv[1]), open_store(Path(sys.argv[1])).watermark
print("ready", flush=True)
while True:
    # Every third touches so many rows that all is written anew.
    rows = 1 if watermark % 3 else 4_000
    frame = pl.DataFrame({"item_site": range(rows), "quantity": 1.0, "kind": "issue"}).with_columns(moved_on=date(2026, 1, 5))
    append_movements(folder, frame, since=watermark, watermark=watermark + 1)
    watermark += 1
"""


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_leaves_a_store_that_is_whole(tmp_path: Path) -> None:
    demand = np.zeros((20_000, 60), np.float32)
    write_generation(tmp_path, DemandHistory(pl.Series(range(20_000)), demand, demand + 1, MONDAY, "week"), 0)
    rng = np.random.default_rng(8)
    for _ in range(8):
        before = open_store(tmp_path).watermark
        command = [sys.executable, "-c", WRITER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            time.sleep(rng.uniform(0.05, 0.6))
            writer.send_signal(signal.SIGKILL)
        store = open_store(tmp_path)
        assert store.watermark >= before
        assert store.history.demand[0, 0] == store.watermark
        assert store.history.demand[3_999, 0] == -(-store.watermark // 3)
    assert store.watermark > 0


def test_rows_of_other_buckets_are_refused(tmp_path: Path) -> None:
    stored(tmp_path)
    units = np.zeros((1, 2), np.float32)
    with pytest.raises(Refused, match=r"has 3 buckets \(week\) from 2026-01-05 on, but these rows have 2"):
        put_rows(
            tmp_path,
            DemandHistory(pl.Series(["a"]), units, units, MONDAY, "week"),
            np.zeros(1, int),
            since=1,
            watermark=2,
        )


def test_rows_that_do_not_follow_on_the_watermark_are_refused(tmp_path: Path) -> None:
    stored(tmp_path)
    units = np.zeros((1, 3), np.float32)
    with pytest.raises(Refused, match="stands at watermark 1, but these movements follow 2"):
        put_rows(
            tmp_path,
            DemandHistory(pl.Series(["a"]), units, units, MONDAY, "week"),
            np.zeros(1, int),
            since=2,
            watermark=3,
        )
