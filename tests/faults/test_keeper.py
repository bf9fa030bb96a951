"""A program that is kept running is started again after pauses that grow, and no pause holds the end of all."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from ownstock.site.embedded.pauses import STARTED_SECONDS, STEADY_SECONDS, Pauses, pause_seconds
from ownstock.site.keeper import Program, keep


def test_pauses_grow_to_a_minute_and_begin_anew_after_ten_seconds_of_life() -> None:
    assert [pause_seconds(endings) for endings in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10_000)] == [
        0, 1, 2, 4, 8, 16, 32, 60, 60, 60,
    ]  # fmt: skip
    pauses = Pauses()
    lived = (0, 0, 0, STARTED_SECONDS - 1, STARTED_SECONDS, 0)
    assert [pauses.after(seconds) for seconds in lived] == [0, 1, 2, 4, 0, 1]
    assert pauses.endings == len(lived)
    pauses.after(STEADY_SECONDS)
    assert pauses.endings == 1


def test_a_program_that_keeps_ending_is_started_ever_more_rarely_until_the_end(
    capfd: pytest.CaptureFixture[str],
) -> None:
    endings: list[int] = []
    program, is_ending = Program("joker", ["-c", "print('started'); raise SystemExit(3)"]), threading.Event()
    keeper = threading.Thread(target=keep, args=(program, is_ending, lambda _, count: endings.append(count)))
    keeper.start()
    while len(endings) < 3:
        time.sleep(0.01)
    is_ending.set()
    keeper.join(1)
    assert not keeper.is_alive()
    said = capfd.readouterr()
    assert said.out == "started\n" * 3
    assert said.err.splitlines() == [
        f"The joker ended with code 3; it is started again {when}." for when in ("now", "in 1 s", "in 2 s")
    ]


def test_a_program_that_runs_is_ended_with_its_keeper() -> None:
    program, is_ending = Program("sleeper", ["-c", "import sys; sys.stdin.read()"]), threading.Event()
    keeper = threading.Thread(target=keep, args=(program, is_ending, lambda *_: None))
    keeper.start()
    is_ending.set()
    keeper.join(10)
    assert not keeper.is_alive()


def test_an_orphan_that_does_not_end_when_asked_is_ended() -> None:
    stubborn = """
import signal, time
from ownstock.site import keeper
keeper.ENDING_SECONDS = 0.2
signal.signal(signal.SIGTERM, signal.SIG_IGN)
keeper.end_when_orphaned()
time.sleep(60)
"""
    orphan = subprocess.run([sys.executable, "-c", stubborn], stdin=subprocess.DEVNULL, timeout=30, check=False)
    assert orphan.returncode == 1
