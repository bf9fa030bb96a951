"""What an earlier, broken end left behind: programs that still work in the data folder, and stale files.

Only the holder of the owner lock calls this, before it leaves root behind: from inside a user namespace
the programs of an earlier one cannot be seen.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from ownstock.base.errors import Unavailable

# How long each request is given, in order; a checkpoint on a slow disk takes its time.
GENTLE_SECONDS = 10.0
FIRM_SECONDS = 5.0
LAST_SECONDS = 5.0
_PAUSE_SECONDS = 0.05


def end(data_folder: Path) -> None:
    """End every program of an earlier server, and remove the note of its number. Raises Unavailable when one stays."""
    for request, seconds in (("gentle", GENTLE_SECONDS), ("firm", FIRM_SECONDS), ("last", LAST_SECONDS)):
        if not _ask(data_folder, request, seconds):
            break
    else:
        raise Unavailable(
            f"An earlier database server still works in {data_folder} and does not end. End it and start again.",
            code="earlier_server_stays",
            data_folder=str(data_folder),
            programs=str(servers_in(data_folder)),
        )
    # Nobody works in the folder, so the number in it, if any, is another program's by now.
    (data_folder / "postmaster.pid").unlink(missing_ok=True)


def servers_in(data_folder: Path) -> list[int]:
    """Give the numbers of the PostgreSQL programs whose working folder is the data folder."""
    if not data_folder.is_dir():
        return []
    if sys.platform != "linux":
        return _noted_server(data_folder)
    place = data_folder.stat()
    numbers = (int(name) for name in os.listdir("/proc") if name.isdigit())
    return [number for number in numbers if _works_in(number, place)]


def main_server(data_folder: Path) -> int | None:
    """Read the number of the server's main program from its note; None where there is none."""
    try:
        return int((data_folder / "postmaster.pid").read_text(encoding="ascii").split()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None


def _ask(data_folder: Path, request: str, seconds: float) -> list[int]:
    """Ask the programs to end and wait; give the numbers of those that stay."""
    deadline = time.monotonic() + seconds
    asked: set[int] = set()
    while (left := servers_in(data_folder)) and time.monotonic() < deadline:
        for number, ending in _endings(left, main_server(data_folder), request):
            if number not in asked:
                asked.add(number)
                _send(number, ending)
        time.sleep(_PAUSE_SECONDS)
    return left


def _endings(left: list[int], main: int | None, request: str) -> list[tuple[int, signal.Signals]]:
    if request == "last":
        return [(number, signal.SIGKILL) for number in left]
    if main is not None and main in left:
        # The main program ends its children itself; they are not asked one by one.
        return [(main, signal.SIGINT if request == "gentle" else signal.SIGQUIT)]
    ending = signal.SIGTERM if request == "gentle" else signal.SIGQUIT
    return [(number, ending) for number in left]


def _send(number: int, ending: signal.Signals) -> None:
    try:
        os.kill(number, ending)
    except ProcessLookupError:
        return


def _works_in(number: int, place: os.stat_result) -> bool:
    try:
        name = Path(f"/proc/{number}/comm").read_text(encoding="utf-8", errors="replace").strip()
        return name in ("postgres", "postmaster") and os.path.samestat(os.stat(f"/proc/{number}/cwd"), place)
    except OSError:
        return False


def _noted_server(data_folder: Path) -> list[int]:
    """Without /proc the note and the program's command line must agree; orphans end when they next look up."""
    number = main_server(data_folder)
    if number is None:
        return []
    answer = subprocess.run(["ps", "-p", str(number), "-o", "command="], capture_output=True, text=True, timeout=10)
    return [number] if str(data_folder) in answer.stdout else []
