"""Jobs at work: a row of each, with how far it is; what fails is tried again, and then left to people with an alert."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ownstock.journal.models import JobRun

# Which job is at work here, for the log.
job_name: ContextVar[str] = ContextVar("job_name", default="")
_current: ContextVar[Progress | None] = ContextVar("progress", default=None)
Listener = Callable[[str, int, int], None]
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)
REPORT_SECONDS = 0.5
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Progress:
    """How far one run is, as it was last written down, and the thread that writes beside it, by a connection of its own."""

    run_id: int
    beside: ThreadPoolExecutor
    step: str = ""
    written_at: float = 0.0

    def end(self) -> None:
        """End the thread, if one was needed, and its connection."""
        if self.step:
            self.beside.submit(_disconnect)
        self.beside.shutdown()


@contextmanager
def running(job: str, *, task: str = "") -> Iterator[JobRun]:
    """Keep a row of a job's run while the block lasts, and how it ended. `task` is what the worker is told to try again."""
    from ownstock.journal import jobs

    run = jobs.begin(job, task=task)
    name, progress = job_name.set(job), _current.set(found := Progress(run.pk, ThreadPoolExecutor(1, "progress")))
    try:
        yield run
    except BaseException as fault:
        _note_failed(run, fault)
        raise
    else:
        jobs.finish(run)
    finally:
        job_name.reset(name)
        _current.reset(progress)
        found.end()


@contextmanager
def listening(tell: Listener) -> Iterator[None]:
    """Have somebody who looks on told the steps, too: (step, so much done, of so much; 0 where nobody knows)."""
    before = _listener.set(tell)
    try:
        yield
    finally:
        _listener.reset(before)


def report(step: str, done: int = 0, total: int = 0) -> None:
    """Write down how far the job at work here is: at once for a new step, else twice a second at most.

    It is written beside the job's own transaction, which shows nothing of itself until it ends. Where no job is at work,
    nothing is written; who listens is told all the same.
    """
    listener, progress = _listener.get(), _current.get()
    if listener is not None:
        listener(step, done, total)
    now = time.monotonic()
    if progress is None or (step == progress.step and now - progress.written_at < REPORT_SECONDS):
        return
    progress.step, progress.written_at = step, now
    progress.beside.submit(_write, progress.run_id, step, done, total).result()


def _write(run_id: int, step: str, done: int, total: int) -> None:
    from django.db import Error as DatabaseError

    from ownstock.journal import jobs

    try:
        jobs.note_progress(run_id, step, done, total)
    except DatabaseError as fault:
        log.warning("How far a job is could not be written down: %s", fault)
        # The next is written by a new one.
        _disconnect()


def _disconnect() -> None:
    from django.db import connection

    connection.close()


def _note_failed(run: JobRun, fault: BaseException) -> None:
    from django.db import Error as DatabaseError

    from ownstock.journal import jobs

    # What went wrong is told by its own error, whatever happens to the note of it.
    with suppress(DatabaseError):
        jobs.fail(run, f"{type(fault).__name__}: {fault}")
