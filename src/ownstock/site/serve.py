"""The web application on this machine: the web server, a worker beside it, and a first user to sign in as.

One process, which the terminal or the service manager sees, keeps both running, and our own database with them: each is
started again when it ends, after a pause that grows while it keeps ending; all end with this process.
"""

from __future__ import annotations

import secrets
import signal
import socket
import sys
import threading
import time
from functools import partial
from pathlib import Path

import click
from django.db import DatabaseError, connection, connections

from ownstock.access import actions as access
from ownstock.access.models import User
from ownstock.access.rules import INTERNAL_ROLES
from ownstock.base.errors import OwnstockError
from ownstock.journal import actions as journal
from ownstock.site.embedded.client import lease
from ownstock.site.embedded.home import Home, read_json, write_private
from ownstock.site.embedded.locks import is_owned
from ownstock.site.embedded.pauses import STEADY_SECONDS, Pauses
from ownstock.site.keeper import ENDING_SECONDS, Program, keep
from ownstock.site.web import port_to_use

FIRST_USER = "admin"
ALERT_ENDINGS = 3
LOOK_SECONDS, ANSWER_SECONDS = 1.0, 0.2
DATABASE = "database server"
WORKER = Program("worker", ["-m", "ownstock", "worker", "--until-orphaned"])


def serve(host: str, port: int | None, home: Path, *, is_embedded: bool) -> None:
    """Serve until SIGINT or SIGTERM, then end everything that was started.

    Without a port, the first free one from 8000 on.

    Raises:
        Refused: the port is taken.
    """
    port = port_to_use(host, port)
    sentences = [f"Ownstock is served at http://{_in_url(host)}:{port}", first_user(home), "Ctrl-C ends it."]
    connections.close_all()
    is_ending = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: is_ending.set())
    web = Program("web server", ["-m", "ownstock.site.web", host, str(port)])
    works = [partial(keep, program, is_ending, tell_of_endings) for program in (web, WORKER)]
    if is_embedded:
        works.append(partial(keep_database, home, is_ending))
    # They do not hold this process when its end was asked for and one of them hangs: what they started ends with it.
    keepers = [threading.Thread(target=work, daemon=True) for work in works]
    for keeper in keepers:
        keeper.start()
    await_answer(host, port, is_ending)
    click.echo("\n".join(sentences))
    is_ending.wait()
    for keeper in keepers:
        keeper.join(ENDING_SECONDS + 1)


def await_answer(host: str, port: int, is_ending: threading.Event) -> None:
    """Wait until the web server takes connections, or the end: whoever reads where it is goes there at once."""
    while not is_ending.is_set():
        try:
            socket.create_connection((host, port), ANSWER_SECONDS).close()
        except OSError:
            is_ending.wait(ANSWER_SECONDS)
        else:
            return


def tell_of_endings(name: str, endings: int) -> None:
    """Raise an alert when a program has ended again and again, and clear it when it is well."""
    key = f"program_ends:{name}"
    try:
        if endings >= ALERT_ENDINGS:
            journal.raise_alert(
                key,
                kind="program_ends",
                sentence=f"The {name} has ended {endings} times in a row. It is started again by itself; what it "
                "said last, where ownstock serve runs or in database.log, says why it ends.",
                facts={"program": name, "endings": endings},
            )
        elif endings == 0:
            journal.clear_alert(key, because=f"the {name} keeps running")
    except DatabaseError as fault:
        print(f"The database does not take an alert: {fault}", file=sys.stderr)
    finally:
        connection.close()


def keep_database(home: Path, is_ending: threading.Event) -> None:
    """See to it that our own database runs, and tell people when its server ends again and again.

    The program that looks after the server starts it again; when that program has died itself, this starts both. This process
    uses the database as long as it lives; so nobody ends that program on purpose.
    """
    place, starts, endings = Home.at(home), Pauses(), Pauses()
    started_at = seen_at = time.monotonic()
    number = _server_number(place)
    while not is_ending.wait(LOOK_SECONDS):
        if not is_owned(place.owner_lock):
            is_ending.wait(starts.after(time.monotonic() - started_at))
            _start_database(home)
            started_at = time.monotonic()
        found = _server_number(place)
        if found not in (None, number):
            endings.after(time.monotonic() - seen_at)
            tell_of_endings(DATABASE, endings.endings)
            number, seen_at = found, time.monotonic()
        elif found and endings.endings and time.monotonic() - seen_at >= STEADY_SECONDS:
            endings = Pauses()
            tell_of_endings(DATABASE, 0)


def _server_number(place: Home) -> int | None:
    """The number of the server's process; None while it does not run."""
    state = read_json(place.state)
    return None if state is None else int(state["pid"])


def _start_database(home: Path) -> None:
    print("The database does not run; it is started again.", file=sys.stderr, flush=True)
    try:
        # The lease that this process holds keeps it running; this one is only for the start.
        lease(home).release()
    except OwnstockError as error:
        print(error.sentence, file=sys.stderr, flush=True)


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
    access.create_user(FIRST_USER, password, roles=INTERNAL_ROLES, actor="job:serve")
    return f"Sign in as {FIRST_USER} with the password {password} (kept in {file})"
