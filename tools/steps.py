"""The steps of a command: each prints one line with its seconds, and says what to do when it fails."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TAIL_LINES = 15
TAIL_COLUMNS = 300
LOCK_WAIT_SECONDS = 1800

# A shell's Python and pip settings that would send packages elsewhere, or stop an editable install.
# Where packages come from (index, proxy, certificates) stays the user's own.
MISLEADING = (
    "PIP_PREFIX",
    "PIP_REQUIRE_HASHES",
    "PIP_ROOT",
    "PIP_TARGET",
    "PIP_USER",
    "PYTHONHOME",
    "PYTHONPATH",
    "VIRTUAL_ENV",
)


class StepFailed(Exception):
    """A step ended badly: `sentence` says which and what to do, `shown` is what the command last printed."""

    def __init__(self, sentence: str, shown: str = "") -> None:
        """Take the sentence, and what there is to show beside it."""
        super().__init__(sentence)
        self.sentence = sentence
        self.shown = shown


def say(line: str) -> None:
    """Print at once, also into a pipe, so that lines keep their order among those of child processes."""
    print(line, flush=True)


@contextmanager
def step(name: str, note: str = "") -> Iterator[None]:
    """Time what is done inside and print it as one line; a failure prints its own sentence later."""
    started = time.monotonic()
    yield
    say(f"{name:<12}{time.monotonic() - started:6.1f} s  {note}".rstrip())


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment less what misleads Python and pip, with `extra` on top."""
    kept = {name: value for name, value in os.environ.items() if name not in MISLEADING}
    return kept | dict(extra or {})


def run(
    command: Sequence[str | Path],
    *,
    log: Path,
    sentence: str,
    limit_seconds: int,
    extra: Mapping[str, str] | None = None,
) -> str:
    """Run a command quietly: its output goes to `log` and is returned.

    Raises StepFailed with `sentence` when it ends badly, cannot start or outlives `limit_seconds`.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            cwd=ROOT,
            env=clean_environment(extra),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=limit_seconds,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise StepFailed(f"{sentence} (stopped after {limit_seconds} s)", _text(error.output)) from error
    except OSError as error:
        raise StepFailed(f"{sentence} ({error})") from error
    write_log(log, f"$ {' '.join(words)}\n{done.stdout}")
    if done.returncode:
        raise StepFailed(sentence, done.stdout)
    return done.stdout


def write_log(log: Path, text: str) -> None:
    """Add to the log of this run."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as out:
        out.write(text)


def _text(output: str | bytes | None) -> str:
    """What a stopped command had printed: bytes, whatever encoding was asked for."""
    return output.decode("utf-8", "replace") if isinstance(output, bytes) else output or ""


@contextmanager
def alone(lock: Path, *, limit_seconds: int = LOCK_WAIT_SECONDS) -> Iterator[None]:
    """Let one command at a time set up this checkout; the others wait, and say so."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as held:
        if not _locked(held.fileno()):
            say("Another command is setting up this checkout; waiting for it.")
            _wait(held.fileno(), limit_seconds)
        yield


def _wait(descriptor: int, limit_seconds: int) -> None:
    until = time.monotonic() + limit_seconds
    while not _locked(descriptor):
        if time.monotonic() > until:
            raise StepFailed(
                f"Another command has been setting up this checkout for {limit_seconds} s. End it, then run this again."
            )
        time.sleep(0.2)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def closing(command: Callable[[], None], *, log: Path) -> int:
    """Run a whole command and give its exit code: a failure is told as a sentence, never as a traceback."""
    try:
        command()
    except StepFailed as failure:
        if failure.shown:
            tail = failure.shown.rstrip().splitlines()[-TAIL_LINES:]
            print("\n".join(f"    {line[:TAIL_COLUMNS]}" for line in tail), file=sys.stderr)
            print(f"(all of it is in {log})", file=sys.stderr)
        print(failure.sentence, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. The next run takes up what is missing.", file=sys.stderr)
        return 130
    return 0
