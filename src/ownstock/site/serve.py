"""The web application on this machine: the web server, a worker beside it, and a first user to sign in as.

One process, which the terminal or the service manager sees, holds both: granian's own children answer requests, and
`ownstock worker` runs the jobs. Each is started again when it dies; all end with it.
"""

from __future__ import annotations

import multiprocessing
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import click
from django.db import connections
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from ownstock.access import actions as access
from ownstock.access.models import User
from ownstock.base.errors import Refused
from ownstock.site.embedded.home import write_private

FIRST_USER = "admin"
FIRST_PORT = 8000
PORTS_TRIED = 20
ENDING_SECONDS = 10
RESTART_SECONDS = 3
LOOK_SECONDS = 0.2


def serve(host: str, port: int | None, home: Path) -> None:
    """Serve until SIGINT or SIGTERM, then end everything that was started.

    Without a port, the first free one from 8000 on.

    Raises:
        Refused: the port is taken.
    """
    port = port_to_use(host, port)
    sentences = [f"Ownstock is served at http://{_in_url(host)}:{port}", first_user(home), "Ctrl-C ends it."]
    connections.close_all()
    # Children begin afresh instead of inheriting this process's threads and connections, on Linux as on macOS.
    multiprocessing.set_start_method("spawn", force=True)
    server = Granian(
        "ownstock.site.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=ENDING_SECONDS,
    )
    server.on_startup(lambda: click.echo("\n".join(sentences)))
    is_ending = threading.Event()
    keeper = threading.Thread(target=keep_worker, args=(is_ending,))
    keeper.start()
    try:
        server.serve()
    finally:
        is_ending.set()
        keeper.join()


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


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def first_user(home: Path) -> str:
    """Make the user `admin` where nobody can sign in yet; returns the sentence that says how to sign in.

    The password is told this once; it also lies in the file `first-password` of the home folder, for its owner alone.
    """
    file = home / "first-password"
    if User.objects.exists():
        return f"The first user is {FIRST_USER}, with the password in {file}" if file.exists() else "Sign in as you do."
    password = secrets.token_urlsafe(16)
    # The file first: a user whose password nobody knows could not be made again.
    write_private(file, f"{password}\n")
    access.create_user(FIRST_USER, password, actor="job:serve")
    return f"Sign in as {FIRST_USER} with the password {password} (kept in {file})"


def keep_worker(is_ending: threading.Event) -> None:
    """Run `ownstock worker`, again and again when it dies, until the end; what it is sending then is finished first."""
    while not is_ending.is_set():
        worker = subprocess.Popen(
            [sys.executable, "-m", "ownstock", "worker", "--until-orphaned"],
            stdin=subprocess.PIPE,
            # Ctrl-C in the terminal is for this process, which passes it on.
            start_new_session=True,
        )
        with worker:
            while worker.poll() is None and not is_ending.wait(LOOK_SECONDS):
                pass
            _end(worker)
        if not is_ending.is_set():
            click.echo(f"The worker ended with code {worker.returncode}; it is started again.", err=True)
            is_ending.wait(RESTART_SECONDS)


def _end(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    try:
        worker.wait(ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()


def end_when_orphaned() -> None:
    """End this process when its standard input closes: whoever holds the other end has died."""

    def watch() -> None:
        os.read(0, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
