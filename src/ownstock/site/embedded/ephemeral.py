"""The tests' own server: made in a moment, keeps nothing, gone at the end, also when the tests are killed.

with ephemeral_server() as server:
    create_template(server, "schema", fill)         # once, by whoever comes first
    logins = clone(server, "schema", "worker_1")    # some 20 ms each
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg import sql

from ownstock.site.embedded.client import TIMEOUT_SECONDS, Server, lease
from ownstock.site.embedded.cluster import EPHEMERAL
from ownstock.site.embedded.databases import (
    OWNER,
    Credentials,
    alone,
    build,
    ensure_database,
    exists,
    logins,
    open_database,
)

_END_SECONDS = 10.0
_PAUSE_SECONDS = 0.01


@contextmanager
def ephemeral_server() -> Iterator[Server]:
    """Run a server without fsync in a short temporary folder; server and folder go with the block."""
    home = Path(tempfile.mkdtemp(prefix="ownstock-"))
    try:
        server = lease(home, grace_seconds=0, timeout_seconds=2 * TIMEOUT_SECONDS, profile=EPHEMERAL)
        try:
            yield server
        finally:
            server.release()
            _await_removal(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def create_template(server: Server, name: str, fill: Callable[[Credentials], None]) -> Credentials:
    """Give a template that `fill` filled (migrations, for one); filled once, by whoever comes first."""
    ensure_database(server)
    with alone(server) as connection:
        if not exists(connection, name):
            build(server, connection, name, fill)
    return logins(server, name)


def clone(server: Server, template: str, name: str) -> Credentials:
    """Make a fresh copy of a template under a name, in place of an earlier copy of that name."""
    with alone(server) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY file_copy").format(
                *(sql.Identifier(part) for part in (name, OWNER, template))
            )
        )
        open_database(connection, name)
    return logins(server, name)


def _await_removal(home: Path) -> None:
    """The supervisor removes the folder, when it has ended the server."""
    deadline = time.monotonic() + _END_SECONDS
    while home.exists() and time.monotonic() < deadline:
        time.sleep(_PAUSE_SECONDS)
