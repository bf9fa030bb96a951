"""Programs of ours that tests start by the dozen, from a process that has loaded other people's packages already.

Each is a process of its own, forked before anything of ours was loaded: it reads its environment, its settings and its
code as a new program does, and dies by the same signals. What it saves is the half second of loading packages.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import forkserver
from pathlib import Path

PACKAGES = (
    "numpy",
    "polars",
    "psycopg",
    "psycopg_pool",
    "procrastinate",
    "django.db.models",
    "django.forms",
    "django.http",
)
BEGINNING = multiprocessing.get_context("forkserver")
BEGINNING.set_forkserver_preload(list(PACKAGES))


@contextmanager
def loaded(*modules: str) -> Iterator[None]:
    """Fork programs from a process that has loaded these instead, while the block runs.

    A process has one such beginning, which the programs of all tests share: what a test of before had loaded there, settings
    read from its environment above all, would be theirs.
    """
    _load(modules)
    try:
        yield
    finally:
        _load(PACKAGES)


def _load(modules: tuple[str, ...]) -> None:
    forkserver._forkserver._stop()  # type: ignore[attr-defined]
    BEGINNING.set_forkserver_preload(list(modules))


class Program:
    """A program that runs some code until it ends or is ended; what it says is added to a log."""

    def __init__(self, code: str, environment: Mapping[str, str], log: Path) -> None:
        self._process = BEGINNING.Process(target=_run, args=(code, dict(environment), str(log)))
        self._process.start()

    @property
    def pid(self) -> int:
        """Its number."""
        assert self._process.pid is not None
        return self._process.pid

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def wait(self, seconds: float) -> int | None:
        """How it ended; `None` while it has not."""
        self._process.join(seconds)
        return self.poll()

    def poll(self) -> int | None:
        """How it ended, if it has; the number of a signal is negative."""
        return self._process.exitcode


def _run(code: str, environment: dict[str, str], log: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(output, stream.fileno())
    exec(compile(f"import django; django.setup(); {code}", "<program>", "exec"), {"__name__": "__main__"})
