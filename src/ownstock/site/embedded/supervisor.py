"""The server's direct parent: starts it for whoever comes first, watches it, ends it when nobody uses it any more.

    python -m ownstock.site.embedded.supervisor HOME GRACE_SECONDS PROFILE

Started by `client.lease`, detached from it; tells it through standard output how the start went (see reports).
One supervisor owns a home; the loser of a race ends quietly.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from enum import Enum, auto
from pathlib import Path

from ownstock.base.errors import OwnstockError, Refused
from ownstock.site.embedded import cluster as clusters
from ownstock.site.embedded import leftovers, reports, sockets
from ownstock.site.embedded.cluster import EPHEMERAL, PROFILES, Cluster, Profile
from ownstock.site.embedded.home import Home, read_json, write_json
from ownstock.site.embedded.locks import Lock, owning
from ownstock.site.embedded.opening import open_cluster
from ownstock.site.embedded.pauses import Pauses

_LOOK_SECONDS = 0.2


class Ending(Enum):
    """Why a watch over the server ended."""

    UNUSED = auto()
    ASKED = auto()
    DIED = auto()


class Watch:
    """Looks after one server: does it live, does anybody use it, was its end asked for."""

    def __init__(self, lease: Lock, grace_seconds: float) -> None:
        """From now on a signal to this program asks for the server's end."""
        self._lease = lease
        self._grace_seconds = grace_seconds
        self._is_asked = False
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask)

    def until_the_end(self, server: subprocess.Popen[bytes]) -> Ending:
        """Wait until the server dies, or should end."""
        unused_since: float | None = None
        while server.poll() is None:
            if self._is_asked:
                return Ending.ASKED
            now = time.monotonic()
            unused_since = (unused_since or now) if self._lease.try_alone() else None
            if unused_since is not None and now - unused_since >= self._grace_seconds:
                # The lease stays ours: who comes now waits for our end, and then starts anew.
                return Ending.UNUSED
            self._lease.let_go()
            time.sleep(_LOOK_SECONDS)
        return Ending.DIED

    def rest(self, seconds: float) -> bool:
        """Wait before the next server; False as soon as nobody holds a lease, or the end was asked for."""
        until = time.monotonic() + seconds
        while self._is_wanted():
            left_seconds = until - time.monotonic()
            if left_seconds <= 0:
                return True
            time.sleep(min(left_seconds, _LOOK_SECONDS))
        return False

    def _is_wanted(self) -> bool:
        is_free = self._lease.try_alone()
        self._lease.let_go()
        return not is_free and not self._is_asked

    def _ask(self, *_: object) -> None:
        self._is_asked = True


def supervise(home: Home, grace_seconds: float, profile: Profile) -> None:
    """Own the home and keep its server until nobody uses it. Raises Refused or Unavailable when none can be started."""
    with owning(home.owner_lock) as is_ours:
        if not is_ours:
            reports.tell("beaten")
            return
        _require_profile(home, profile)
        earlier = read_json(home.state) or {}
        home.state.unlink(missing_ok=True)
        try:
            cluster = open_cluster(home, profile)
            with sockets.folder_for(cluster, earlier.get("host")) as socket_folder:
                _keep(cluster, socket_folder, Watch(Lock(home.lease_lock), grace_seconds))
        finally:
            if profile is EPHEMERAL:
                _forget(home)


def main(arguments: list[str]) -> None:
    """Run as a program of its own, whose caller does not wait for its end."""
    if os.fork():
        os._exit(0)
    os.umask(0o077)
    folder, grace_seconds, profile = arguments
    home = Home.at(Path(folder))
    try:
        supervise(home, float(grace_seconds), PROFILES[profile])
    except OwnstockError as error:
        _give_up(error)
    except OSError as error:
        _give_up(reports.from_os_error(error, home))


def _keep(cluster: Cluster, socket_folder: Path, watch: Watch) -> None:
    """Serve until the end; a server that dies is started again, after a pause that grows while it keeps dying."""
    pauses = Pauses()
    ending, lived_seconds = _serve(cluster, socket_folder, watch)
    while ending is Ending.DIED and watch.rest(pauses.after(lived_seconds)):
        try:
            leftovers.end(cluster.data_folder)
            ending, lived_seconds = _serve(cluster, socket_folder, watch)
        except OwnstockError as error:
            _say(error.sentence)
            lived_seconds = 0.0


def _serve(cluster: Cluster, socket_folder: Path, watch: Watch) -> tuple[Ending, float]:
    """One server from its start to its end: why it ended, and after how many seconds."""
    server = clusters.start(cluster, socket_folder)
    started_at = time.monotonic()
    try:
        _announce(cluster, socket_folder, server.pid)
        reports.tell("ready")
        ending = watch.until_the_end(server)
        _say(f"the server {server.pid} ends: {ending.name.lower()}")
    finally:
        cluster.home.state.unlink(missing_ok=True)
        clusters.stop(cluster, server)
    return ending, time.monotonic() - started_at


def _announce(cluster: Cluster, socket_folder: Path, number: int) -> None:
    way = cluster.standing.way
    facts = {
        "pid": number,
        "supervisor_pid": os.getpid(),
        "host": str(socket_folder),
        "port": clusters.PORT,
        "way": str(way),
    }
    write_json(cluster.home.state, facts)
    _say(f"the server {number} is ready, PostgreSQL {cluster.programs.major}, way {way}")


def _require_profile(home: Home, profile: Profile) -> None:
    """An ephemeral server removes its home at the end: never that of data meant to last."""
    record = read_json(home.record)
    if record is not None and record["profile"] != profile.name:
        raise Refused(
            f"The database in {home.folder} is {record['profile']}, and cannot be served as {profile.name}.",
            code="database_profile_differs",
            folder=str(home.folder),
        )


def _forget(home: Home) -> None:
    """Take the home away at one stroke: who comes meanwhile makes a new one, and nothing of that is removed."""
    shutil.rmtree(home.public_folder, ignore_errors=True)
    gone = Path(tempfile.mkdtemp(prefix=f"{home.folder.name}-gone-", dir=home.folder.parent))
    with contextlib.suppress(OSError):
        home.folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def _give_up(error: OwnstockError) -> None:
    _say(error.sentence)
    reports.tell_error(error)


def _say(sentence: str) -> None:
    try:
        os.write(2, f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC [{os.getpid()}] supervisor: {sentence}\n".encode())
    except OSError:
        # A full disk takes no log; the caller is told through the pipe.
        return


if __name__ == "__main__":
    main(sys.argv[1:])
