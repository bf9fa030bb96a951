"""What a program that was started aside tells its caller: one line of JSON through a pipe.

A pipe and not a file: the disk may be full.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import ownstock
from ownstock.base.errors import OwnstockError, Refused, Unavailable
from ownstock.site.embedded.home import Home

Outcome = Literal["ready", "beaten", "refused", "unavailable"]
REPORT_LIMIT_BYTES = 4096
NO_ROOM = "No space left on device"


def ask(home: Home, module: str, *arguments: str, timeout_seconds: float | None = None) -> str | None:
    """Start a module of this package aside, its errors in the log, and wait for its word.

    None when it ended without one, or says nothing in time. Raises what it raised.
    """
    home.turn_log()
    reading, writing = os.pipe()
    try:
        with home.open_log() as log:
            subprocess.run(
                [sys.executable, "-P", "-m", f"{__package__}.{module}", str(home.folder), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=log,
                start_new_session=True,
                cwd="/",
                env=os.environ | {"PYTHONPATH": _python_path()},
                check=False,
            )
        os.close(writing)
        writing = -1
        return _word(reading, timeout_seconds)
    finally:
        for descriptor in (reading, writing):
            if descriptor >= 0:
                os.close(descriptor)


def tell(outcome: Outcome, error: OwnstockError | None = None) -> None:
    """Write the one line to standard output, and close the pipe: the caller reads to its end."""
    message: dict[str, Any] = {"outcome": outcome}
    if error is not None:
        message |= {"sentence": error.sentence, "code": error.code, "facts": _printable(error.facts)}
    text = json.dumps(message)
    if len(text) > REPORT_LIMIT_BYTES:
        text = json.dumps(message | {"facts": {}})
    # The caller may have gone; the server may still be wanted by others.
    with contextlib.suppress(BrokenPipeError):
        os.write(1, text.encode())
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)


def tell_error(error: OwnstockError) -> None:
    """Tell the caller why there is no server."""
    tell("refused" if isinstance(error, Refused) else "unavailable", error)


def from_os_error(error: OSError, home: Home) -> OwnstockError:
    """Put what the operating system refused in a sentence that names the folder and the log."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return no_room(home.folder, home.log)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Refused(
            f"The database folder {home.folder} cannot be used by this account ({error}). "
            f"Run Ownstock as the account that owns it, or name another folder.",
            code="database_folder_not_ours",
            folder=str(home.folder),
        )
    return Unavailable(
        f"The database in {home.folder} cannot be started: {error}. The log is {home.log}.",
        code="database_not_started",
        folder=str(home.folder),
        log=str(home.log),
    )


def no_room(folder: Path, log: Path) -> Unavailable:
    """Say that the disk is full."""
    return Unavailable(
        f"There is too little room on the disk for the database in {folder}. Make room and start again. "
        f"The log is {log}.",
        code="disk_full",
        folder=str(folder),
        log=str(log),
    )


def _word(reading: int, timeout_seconds: float | None) -> str | None:
    wait = select.poll()
    wait.register(reading, select.POLLIN)
    if not wait.poll(None if timeout_seconds is None else max(0.0, timeout_seconds) * 1000):
        return None
    text = os.read(reading, REPORT_LIMIT_BYTES).decode()
    return _outcome(json.loads(text)) if text else None


def _outcome(message: dict[str, Any]) -> str:
    kinds: dict[str, type[OwnstockError]] = {"refused": Refused, "unavailable": Unavailable}
    kind = kinds.get(message["outcome"])
    if kind is not None:
        raise kind(message["sentence"], code=message["code"], **message["facts"])
    return str(message["outcome"])


def _printable(facts: dict[str, object]) -> dict[str, object]:
    return {name: value if isinstance(value, int | float | str) else str(value) for name, value in facts.items()}


def _python_path() -> str:
    """The program works in `/`: it finds this very package wherever its caller found it."""
    here = str(Path(ownstock.__file__).resolve().parents[1])
    return os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))
