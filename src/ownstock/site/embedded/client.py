"""What every command and worker calls first: `lease` gives a running server, and keeps it running.

    with lease(Path(".data")) as server:
        psycopg.connect(server.conninfo())

or without `with`: the lease then lasts as long as the program. A forked child has no part in its parent's lease;
it takes its own.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from ownstock.base.errors import Unavailable
from ownstock.site.embedded import reports
from ownstock.site.embedded.cluster import DURABLE, SUPERUSER, Profile
from ownstock.site.embedded.home import Home, read_json
from ownstock.site.embedded.locks import Lock, is_owned

GRACE_SECONDS = 20.0
TIMEOUT_SECONDS = 30.0
_CONNECT_SECONDS = 3
_PAUSE_SECONDS = 0.02
# How long another's supervisor is given before this client starts one as well, which then loses or wins the race.
_PATIENCE_SECONDS = 1.0


@dataclass(frozen=True)
class Server:
    """A running server and this program's lease on it; the superuser's password is for administration only."""

    home: Path
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    pid: int
    supervisor_pid: int
    way: str
    lease: Lock = field(repr=False, compare=False)

    def conninfo(self, dbname: str = "postgres", user: str | None = None, password: str | None = None) -> str:
        """Give libpq's connection string; without a user, the superuser's."""
        who = (self.user, self.password) if user is None else (user, password)
        return make_conninfo(host=self.host, port=self.port, dbname=dbname, user=who[0], password=who[1])

    def release(self) -> None:
        """Give the lease back: the server ends when nobody has one for the grace time."""
        self.lease.close()

    def __enter__(self) -> Server:
        """Hold the lease for the length of a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give the lease back."""
        self.release()


def lease(
    home: Path,
    *,
    grace_seconds: float = GRACE_SECONDS,
    timeout_seconds: float = TIMEOUT_SECONDS,
    profile: Profile = DURABLE,
) -> Server:
    """Give the running server of a home, started if need be, and keep it running while the lease lasts.

    `grace_seconds` is how long a server started now stays without any lease. Raises Refused (another account's
    folder, another major version, no way of not being root) and Unavailable (a full disk, no answer in time).
    """
    place = Home.at(home)
    deadline = time.monotonic() + timeout_seconds
    try:
        lock = _take_lease(place, deadline)
        with ExitStack() as on_failure:
            on_failure.callback(lock.close)
            server = _server(place, lock, grace_seconds, deadline, profile)
            on_failure.pop_all()
            return server
    except OSError as error:
        raise reports.from_os_error(error, place) from error


def _take_lease(place: Home, deadline: float) -> Lock:
    """Wait while a server is ending; one that ends for good takes its home, and this lock file, away."""
    while True:
        place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            lock = Lock(place.lease_lock)
            if lock.try_shared() and lock.is_at(place.lease_lock):
                return lock
            lock.close()
        _rest(place, deadline)


def _server(place: Home, lock: Lock, grace_seconds: float, deadline: float, profile: Profile) -> Server:
    while (server := _running(place, lock)) is None:
        left_seconds = deadline - time.monotonic()
        word = reports.ask(place, "supervisor", str(grace_seconds), profile.name, timeout_seconds=left_seconds)
        if word != "ready":
            _await_other(place, lock, deadline)
    return server


def _await_other(place: Home, lock: Lock, deadline: float) -> None:
    patience = time.monotonic() + _PATIENCE_SECONDS
    while True:
        _rest(place, deadline)
        if time.monotonic() > patience or _running(place, lock) is not None:
            return


def _rest(place: Home, deadline: float) -> None:
    if time.monotonic() > deadline:
        raise Unavailable(
            f"The database in {place.folder} does not answer yet. Try again; the log is {place.log}.",
            code="database_not_ready",
            folder=str(place.folder),
            log=str(place.log),
        )
    time.sleep(_PAUSE_SECONDS)


def _running(place: Home, lock: Lock) -> Server | None:
    state = read_json(place.state)
    # A server whose supervisor was killed is about to end, though it may still answer.
    if state is None or not is_owned(place.owner_lock):
        return None
    password = place.superuser_password.read_text(encoding="ascii").strip()
    server = Server(home=place.folder, user=SUPERUSER, password=password, lease=lock, **state)
    try:
        psycopg.connect(server.conninfo(), connect_timeout=_CONNECT_SECONDS).close()
    except psycopg.OperationalError:
        return None
    return server
