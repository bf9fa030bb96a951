"""Generations: published whole or not at all, kept for those who read them, and every damage told in one sentence."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import methodcaller
from pathlib import Path

import numpy as np
import pytest

from ownstock.base.errors import Refused, Unavailable
from ownstock.engine.generations import BLOCK_BYTES, Generation, read, writing

NOBODY = 65_534
Damage = Callable[[Path], object]


def publish(store: Path, units: float, length: int = 3) -> None:
    """A generation of one array, filled with a number, that the facts repeat."""
    with writing(store, afresh=True) as draft:
        draft.put("units", np.full(length, units))
        draft.publish({"units": units})


def units(generation: Generation) -> float:
    """What the array is filled with, and the facts say."""
    found = generation.verified("units")
    assert (found == generation.facts["units"]).all()
    return float(found[0])


def left_in(store: Path) -> list[str]:
    return sorted(path.name for path in store.iterdir() if path.name != "LOCK")


def current(store: Path) -> Path:
    return store / (store / "CURRENT").read_text()


def test_arrays_come_back_as_they_were_put(tmp_path: Path) -> None:
    put = {
        "numbers": np.arange(12, dtype=np.float32).reshape(3, 4),
        "big_end_first": np.arange(5, dtype=">i4"),
        "every_second": np.arange(10, dtype=np.int64)[::2],
        "nothing": np.zeros((0, 7), np.float32),
    }
    with writing(tmp_path, afresh=True) as draft:
        for name, array in put.items():
            draft.put(name, array)
        draft.publish({})
    for name, array in put.items():
        found = read(tmp_path, methodcaller("verified", name))
        assert (found.shape, found.dtype.kind, found.tolist()) == (array.shape, array.dtype.kind, array.tolist())


def test_pieces_make_the_same_file_as_the_whole(tmp_path: Path) -> None:
    rows = BLOCK_BYTES // 8 // 100
    whole = np.random.default_rng(1).random((rows + 7, 101))
    with writing(tmp_path, afresh=True) as draft:
        draft.put("whole", whole)
        draft.put_pieces("pieces", np.array_split(whole, 9), whole.shape, whole.dtype)
        assert draft.arrays["whole"] == draft.arrays["pieces"]
        assert len(draft.arrays["whole"]["checksums"]) == 2
        assert (draft.folder / "whole.bin").read_bytes() == (draft.folder / "pieces.bin").read_bytes()


def test_a_draft_that_is_not_published_changes_nothing(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    with writing(tmp_path) as draft:
        draft.put("units", np.full(3, 2.0))
        assert read(tmp_path, units) == 1
    with pytest.raises(ZeroDivisionError), writing(tmp_path) as draft:
        draft.put("units", np.full(3, 1.0) * (1 // 0))
    assert read(tmp_path, units) == 1
    assert left_in(tmp_path) == ["CURRENT", "generation-00000001"]


def test_what_is_kept_is_the_same_file(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    with writing(tmp_path) as draft:
        draft.keep("units")
        draft.publish({"units": 1})
    assert os.path.samefile(
        tmp_path / "generation-00000001" / "units.bin", tmp_path / "generation-00000002" / "units.bin"
    )
    assert read(tmp_path, units) == 1


def test_changes_to_an_array_that_was_read_stay_with_the_reader(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    mine = read(tmp_path, lambda generation: generation.verified("units"))
    mine[:] = 7
    assert read(tmp_path, units) == 1


def test_a_reader_keeps_what_it_mapped_long_after_the_files_are_gone(tmp_path: Path) -> None:
    publish(tmp_path, 1, length=100_000)
    mapped = read(tmp_path, lambda generation: generation.array("units"))
    for number in range(2, 6):
        publish(tmp_path, number, length=100_000)
    assert left_in(tmp_path) == ["CURRENT", "generation-00000004", "generation-00000005"]
    assert (mapped == 1).all()


def test_the_generation_before_is_there_for_those_who_have_just_opened_it(tmp_path: Path) -> None:
    publish(tmp_path, 1)

    def slowly(generation: Generation) -> float:
        publish(tmp_path, 2)
        return units(generation)

    assert read(tmp_path, slowly) == 1
    assert read(tmp_path, units) == 2


def test_a_reader_that_is_overtaken_again_and_again_says_so(tmp_path: Path) -> None:
    publish(tmp_path, 1)

    def overtaken(generation: Generation) -> float:
        for number in range(2):
            publish(tmp_path, number)
        return units(generation)

    with pytest.raises(Unavailable, match=r"changes faster than it can be read\. Try again when nobody writes"):
        read(tmp_path, overtaken)


DAMAGES: dict[str, tuple[Damage, str]] = {
    "array cut short": (lambda found: os.truncate(found / "units.bin", 8), "units.bin has 8 bytes instead of 24"),
    "array emptied": (lambda found: os.truncate(found / "units.bin", 0), "units.bin has 0 bytes instead of 24"),
    "array gone": (lambda found: (found / "units.bin").unlink(), "units.bin is not there"),
    "array changed": (
        lambda found: (found / "units.bin").write_bytes(b"\1" * 24),
        "block 0 of units.bin (rows 1 to 3) is not what was written",
    ),
    "manifest gone": (lambda found: (found / "manifest.json").unlink(), "manifest.json is not there"),
    "manifest emptied": (lambda found: os.truncate(found / "manifest.json", 0), "manifest.json cannot be read"),
    "manifest of zeros": (
        lambda found: (found / "manifest.json").write_bytes(bytes(300)),
        "manifest.json cannot be read",
    ),
    "manifest not text": (
        lambda found: (found / "manifest.json").write_bytes(b"\xff" * 9),
        "manifest.json cannot be read",
    ),
    "manifest of a list": (lambda found: (found / "manifest.json").write_text("[]"), "manifest.json cannot be read"),
    "manifest of a number": (lambda found: (found / "manifest.json").write_text("7"), "manifest.json cannot be read"),
    "manifest edited": (
        lambda found: (found / "manifest.json").write_text((found / "manifest.json").read_text().replace("24", "16")),
        "manifest.json is not what was written",
    ),
    "all gone": (shutil.rmtree, "manifest.json is not there"),
}
POINTERS = {"empty": b"", "zeros": bytes(20), "not text": b"\xff\xfe", "elsewhere": b"../other", "a draft": b"draft-7"}


@pytest.mark.parametrize(("damage", "problem"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_generation_is_told_and_replaced_by_the_next_rebuild(
    tmp_path: Path, damage: Damage, problem: str
) -> None:
    publish(tmp_path, 1)
    damage(current(tmp_path))
    sentence = (
        f"The history store in {tmp_path} is damaged: generation-00000001: {problem}. Rebuild it from the ledger."
    )
    with pytest.raises(Refused, match=f"^{re.escape(sentence)}$") as refusal:
        read(tmp_path, units)
    assert refusal.value.code == "history_store_damaged"
    publish(tmp_path, 2)
    assert read(tmp_path, units) == 2


@pytest.mark.parametrize("pointer", POINTERS.values(), ids=POINTERS)
def test_a_pointer_that_names_no_generation_is_told_and_replaced(tmp_path: Path, pointer: bytes) -> None:
    publish(tmp_path, 1)
    (tmp_path / "CURRENT").write_bytes(pointer)
    with pytest.raises(Refused, match=r"is damaged: CURRENT: it names no generation\. Rebuild it"):
        read(tmp_path, units)
    with pytest.raises(Refused, match="it names no generation"), writing(tmp_path):
        pass
    publish(tmp_path, 2)
    assert read(tmp_path, units) == 2


def test_a_newer_format_says_which_and_what_to_do(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    manifest = current(tmp_path) / "manifest.json"
    manifest.write_text(json.dumps({"format": 99, "something": "new", "checksum": "of another kind"}))
    sentence = "has format 99, and this version reads 2. Rebuild it from the ledger, or use the version that wrote it."
    with pytest.raises(Refused, match=re.escape(sentence)) as refusal:
        read(tmp_path, units)
    assert refusal.value.facts == {"folder": tmp_path, "found": 99, "wanted": 2}
    publish(tmp_path, 2)
    assert read(tmp_path, units) == 2


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other accounts can reach too."""
    with tempfile.TemporaryDirectory(prefix="ownstock-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def without_power() -> Iterator[None]:
    """As an account that rights apply to."""
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if was_root:
            os.seteuid(0)


def test_in_a_folder_that_cannot_be_written_there_is_reading_but_no_writing(open_folder: Path) -> None:
    store = open_folder / "store"
    publish(store, 1)
    store.chmod(0o555)
    with without_power():
        sentence = (
            f"The history store in {store} cannot be written: Permission denied. Give this account the right to it, "
            "or keep the store elsewhere; what it held is still there."
        )
        with pytest.raises(Unavailable, match=f"^{re.escape(sentence)}$"):
            publish(store, 2)
        assert read(store, units) == 1
    store.chmod(0o755)


def test_a_folder_that_cannot_be_read_is_told(open_folder: Path) -> None:
    store = open_folder / "store"
    publish(store, 1)
    store.chmod(0)
    with without_power(), pytest.raises(Unavailable, match=r"cannot be read: Permission denied\. Give this account"):
        read(store, units)
    store.chmod(0o755)
    assert read(store, units) == 1


def test_a_file_where_the_folder_belongs_is_told(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("")
    for ask in (lambda: read(tmp_path / "store", units), lambda: publish(tmp_path / "store", 1)):
        with pytest.raises(
            Unavailable, match="A file is where its folder belongs: move it, or keep the store elsewhere"
        ):
            ask()


def test_a_file_that_may_not_grow_so_large_leaves_what_was_there(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(Unavailable, match=r"File too large\. Allow larger files there, .*; what it held is still"):
            publish(tmp_path, 2, length=50_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert read(tmp_path, units) == 1
    assert left_in(tmp_path) == ["CURRENT", "generation-00000001"]
