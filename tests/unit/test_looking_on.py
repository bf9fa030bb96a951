"""Who waits at a terminal for a long command is told its steps; a program that reads what it says is not."""

from __future__ import annotations

import io
import sys
from contextlib import suppress

import pytest

from ownstock.cli.looking_on import steps_told
from ownstock.journal.running import report


class Terminal(io.StringIO):
    """A place to write at which somebody looks on."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_each_step_is_told_once_with_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with suppress(KeyboardInterrupt), steps_told():
        report("reading")
        report("deciding", 0, 3_000)
        report("deciding", 1_000, 3_000)
        report("deciding", 2_000, 3_000)
        raise KeyboardInterrupt
    report("later")
    assert screen.getvalue() == ("  reading\n  deciding\r  deciding: 1,000 of 3,000\r  deciding: 2,000 of 3,000\n"), (
        "What is said after it begins on a line of its own."
    )


def test_a_program_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stderr", pipe)
    with steps_told():
        report("reading")
    assert pipe.getvalue() == ""
