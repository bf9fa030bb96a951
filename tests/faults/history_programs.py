"""A refresh of the history store that dies on the way, for test_history_killed.py, which runs it as a process of its own."""

from __future__ import annotations

import itertools
import os
import signal
import sys
from datetime import date
from typing import Any

import django


def die_at(step: int, folder: str) -> None:
    """Let this process be killed before a step that it takes in a folder; opening for reading is none."""
    steps = itertools.count()

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        is_step = event == "open" and str(arguments[1]) != "rb" and str(arguments[0]).startswith(folder)
        if (is_step or event in {"os.mkdir", "os.link", "os.rename"}) and next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


if __name__ == "__main__":
    django.setup()
    from ownstock.planning.inputs.history import folder, refresh

    die_at(int(sys.argv[1]), str(folder()))
    assert refresh(date.fromisoformat(sys.argv[2])) is not None
