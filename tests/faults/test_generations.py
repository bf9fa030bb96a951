"""Writers of generations that are killed, at every step there is, that find the disk full, and that meet."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.faults.embedded_programs import mounted
from tests.faults.generation_programs import ADDITIONS, WRITERS

ROOT = Path(__file__).resolve().parents[2]
KILLED = -9


def told_by(program: str, store: Path, beginning: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    command = [*beginning, sys.executable, "-m", "tests.faults.generation_programs", program, str(store)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    told: list[dict[str, Any]] = json.loads(done.stdout)
    return told


def is_tidy(left: list[str]) -> bool:
    """Two generations, what names the current one, and the lock."""
    return (
        left[:2] == ["CURRENT", "LOCK"] and len(left) == 4 and all(name.startswith("generation-") for name in left[2:])
    )


def test_a_writer_killed_before_any_of_its_steps_leaves_the_old_generation_or_the_new_one(tmp_path: Path) -> None:
    deaths = told_by("killed_at_every_step", tmp_path / "store")
    events = [death["event"] for death in deaths]
    assert {"open", "os.mkdir", "os.link", "os.rename", "os.rmdir"} <= set(events)
    becomes_current = [place for place, event in enumerate(events) if event == "os.rename"][1]
    for place, death in enumerate(deaths):
        assert death["code"] == KILLED
        assert death["new"] == (place > becomes_current), f"killed before step {place}, {death['event']}"
        assert death["next"] == 1
        assert is_tidy(death["left"])


def test_a_writer_killed_half_way_through_an_array_leaves_the_old_generation(tmp_path: Path) -> None:
    [death] = told_by("killed_half_way_through_an_array", tmp_path / "store")
    assert (death["code"], death["drafts"]) == (KILLED, ["numbers.bin"])
    assert (death["new"], death["next"]) == (0, 1)
    assert is_tidy(death["left"])


def test_a_full_disk_leaves_what_was_there_and_says_what_to_do(tmp_path: Path) -> None:
    [full] = told_by("until_the_disk_is_full", tmp_path / "store", mounted("12m", str(tmp_path)))
    assert full["failed"] > 1
    assert full["read"] == full["failed"] - 1
    assert full["code"] == "history_store_not_written"
    assert full["sentence"] == (
        f"The history store in {tmp_path / 'store'} cannot be written: No space left on device. Make room on its disk, "
        "then try again; what it held is still there."
    )
    assert is_tidy(full["left"])


def test_writers_that_meet_take_turns_and_none_of_their_generations_is_lost(tmp_path: Path) -> None:
    [told] = told_by("written_by_several", tmp_path / "store")
    assert told["codes"] == [0] * WRITERS
    assert told["last"] == WRITERS * ADDITIONS
    assert told["seen"] == sorted(told["seen"])
    assert len(set(told["seen"])) > 2
