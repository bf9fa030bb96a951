"""Where tests write: in memory where there is room, for making a file costs a disk more than all that stands in it.

A database is more than a thousand files, and some hundred tests have one of their own.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import psutil

MEMORY = Path("/dev/shm")
PREFIX = "own-"
# All tests together leave two to three.
ROOM_BYTES = 8 * 1024**3


def folder_of_run(pid: int) -> Path:
    """A new folder of the run in this process, in memory or where the system keeps what is temporary.

    Its name is short, for the path of a socket may not be long.
    """
    _forget_ended()
    folder = (MEMORY if has_room() else Path(tempfile.gettempdir())) / f"{PREFIX}{pid}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def has_room() -> bool:
    """Whether a whole run fits into memory, and leaves as much to all else."""
    if not MEMORY.is_dir() or psutil.virtual_memory().available < 2 * ROOM_BYTES:
        return False
    return shutil.disk_usage(MEMORY).free >= ROOM_BYTES


def _forget_ended() -> None:
    """Remove what runs left in memory that were killed."""
    for left in MEMORY.glob(f"{PREFIX}*"):
        number = left.name.removeprefix(PREFIX)
        if number.isdigit() and not psutil.pid_exists(int(number)):
            shutil.rmtree(left, ignore_errors=True)
