"""Keeping a program running beside this one: again and again when it ends, with a growing pause, until all is to end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ownstock.site.embedded.pauses import STEADY_SECONDS, Pauses

ENDING_SECONDS = 10
LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Program:
    """What is kept running: its name for people, and the arguments for Python."""

    name: str
    arguments: Sequence[str]


# Hears, by a program's name, of its endings in a row, and of 0 when it has lived for a minute.
Listener = Callable[[str, int], None]


def keep(program: Program, is_ending: threading.Event, listener: Listener) -> None:
    """Run a program, and again whenever it ends, until the end; what it is doing then is finished first.

    It must end when its standard input closes (`end_when_orphaned`): so it does not outlive this process, however that ends.
    """
    pauses = Pauses()
    while not is_ending.is_set():
        started_at = time.monotonic()
        code = _run(program, is_ending, listener)
        if is_ending.is_set():
            return
        seconds = pauses.after(time.monotonic() - started_at)
        when = f"in {seconds} s" if seconds else "now"
        print(f"The {program.name} ended with code {code}; it is started again {when}.", file=sys.stderr, flush=True)
        listener(program.name, pauses.endings)
        is_ending.wait(seconds)


def _run(program: Program, is_ending: threading.Event, listener: Listener) -> int:
    """Run a program once, to its end or that of all; returns its exit code."""
    steady_at = time.monotonic() + STEADY_SECONDS
    is_steady = False
    # Ctrl-C in the terminal is for this process, which passes it on.
    with subprocess.Popen(
        [sys.executable, *program.arguments], stdin=subprocess.PIPE, start_new_session=True
    ) as running:
        while running.poll() is None and not is_ending.wait(LOOK_SECONDS):
            if not is_steady and time.monotonic() >= steady_at:
                is_steady = True
                listener(program.name, 0)
        _end(running)
    return running.returncode


def _end(running: subprocess.Popen[bytes]) -> None:
    running.terminate()
    try:
        running.wait(ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        running.kill()


def end_when_orphaned() -> None:
    """End this process when its standard input closes: whoever holds the other end has died."""

    def watch() -> None:
        os.read(0, 1)
        end_in_time()

    threading.Thread(target=watch, daemon=True).start()


def end_in_time() -> None:
    """Ask this process to end as anybody may, and end it when it has not done so in time: nobody is left who would."""
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(ENDING_SECONDS)
    os._exit(1)
