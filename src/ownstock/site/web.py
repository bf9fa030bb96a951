"""The web server as a program of its own: `python -m ownstock.site.web HOST PORT`, kept running by `ownstock serve`.

It ends when the process that answers requests has died, so that whoever keeps it decides when to start it again: granian,
left to itself, would give up for good when that happens twice within seconds.
"""

from __future__ import annotations

import multiprocessing
import socket
import sys

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from ownstock.base.errors import Refused
from ownstock.site.keeper import ENDING_SECONDS, end_when_orphaned

FIRST_PORT = 8000
PORTS_TRIED = 20


def main(host: str, port: int) -> None:
    """Answer requests until SIGTERM, or until the parent process has died."""
    end_when_orphaned()
    try:
        port_to_use(host, port)
    except Refused as refusal:
        sys.exit(refusal.sentence)
    # The child begins afresh instead of inheriting this process's threads, on Linux as on macOS.
    multiprocessing.set_start_method("spawn", force=True)
    Granian(
        "ownstock.site.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        log_level=LogLevels.warning,
        # The keeper's patience lasts a little longer.
        workers_kill_timeout=ENDING_SECONDS - 2,
    ).serve()


def port_to_use(host: str, port: int | None) -> int:
    """The port to listen on: the one given, else the first free one from 8000 on.

    Raises:
        Refused: the port that was given is taken, or so are all that were tried.
    """
    asked = [port] if port is not None else range(FIRST_PORT, FIRST_PORT + PORTS_TRIED)
    for candidate in asked:
        if _is_free(host, candidate):
            return candidate
    raise Refused(
        f"Port {asked[0]} of {host} is taken or not allowed; name another with --port.",
        code="port_taken",
        port=asked[0],
    )


def _is_free(host: str, port: int) -> bool:
    try:
        kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(kind, socket.SOCK_STREAM) as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            candidate.bind(address)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
