"""The folder of the server's socket: a short path, open to nobody else."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ownstock.site.embedded.cluster import Cluster
from ownstock.site.embedded.privileges import Way

# A socket's path ends in a C string of 108 bytes (104 on macOS), and `/.s.PGSQL.5432` is 14 of them.
LIMIT_BYTES = 93 if sys.platform == "linux" else 89
_TEMPORARY_NAME_BYTES = len("/ownstock-12345678")


@contextmanager
def folder_for(cluster: Cluster, earlier: str | None = None) -> Iterator[Path]:
    """Keep a folder for the socket: beside the data, or a temporary one where that path is too long.

    `earlier` is the folder of a server that ended badly: clients that still live go on looking there.
    """
    folder = cluster.folder / cluster.data_name.replace("data", "socket")
    if _fits(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
    elif earlier is not None and _is_ours(Path(earlier)):
        folder = Path(earlier)
    else:
        folder = Path(tempfile.mkdtemp(prefix="ownstock-", dir=_temporary_root(cluster.standing.way)))
    try:
        cluster.standing.give(folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fits(folder: Path) -> bool:
    """Short enough, and not read as a list of hosts by clients."""
    return len(os.fsencode(folder)) <= LIMIT_BYTES and "," not in str(folder)


def _temporary_root(way: Way) -> str:
    """The account's own run-time folder where there is one, else the temporary folder, if its path is short."""
    offered = os.environ.get("XDG_RUNTIME_DIR", "")
    is_usable = way is not Way.SETUID and offered != "" and os.access(offered, os.W_OK | os.X_OK)
    root = offered if is_usable else tempfile.gettempdir()
    return root if len(os.fsencode(root)) + _TEMPORARY_NAME_BYTES <= LIMIT_BYTES else "/tmp"


def _is_ours(folder: Path) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) == 0o700
