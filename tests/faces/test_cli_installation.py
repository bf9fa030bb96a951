"""The command as a person starts it: with no database, with one that is gone or old, with its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from ownstock.site.embedded.client import Server
from ownstock.site.embedded.databases import ensure_database
from ownstock.site.embedded.home import Home, read_json
from ownstock.site.embedded.locks import is_owned

Run = Callable[..., subprocess.CompletedProcess[str]]
GONE = "postgresql://nobody@127.0.0.1:1/nowhere"
LONGEST_SECONDS = 40


@pytest.fixture(autouse=True)
def _no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)


def test_help_starts_no_database_and_makes_no_folder(ownstock: Run, tmp_path: Path) -> None:
    helped = ownstock("import", "--help")
    assert (helped.returncode, helped.stderr) == (0, "")
    mistyped = ownstock("improt", "items", "items.csv")
    assert mistyped.returncode == 2
    assert "import" in mistyped.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_only_printing_planning_or_scanning_needs_is_not_loaded_at_the_start(
    ownstock: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    loaded = ownstock("--version").stderr
    assert "ownstock.site.entry" in loaded
    assert [name for name in ("fpdf", "numba", "biip") if re.search(rf"\b{name}\b", loaded)] == []


def test_a_database_that_is_gone_ends_with_75(ownstock: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", GONE)
    failed = ownstock("balances")
    assert (failed.returncode, failed.stdout) == (75, "")
    assert failed.stderr.startswith("The database does not answer: ")
    assert len(failed.stderr.splitlines()) == 1


def test_an_address_that_is_none_is_refused_without_repeating_it(
    ownstock: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "the secret one")
    refused = ownstock("balances")
    assert (refused.returncode, "secret" in refused.stderr) == (1, False)
    assert refused.stderr.startswith("DATABASE_URL (or DATABASE_OWNER_URL) is no address")


@pytest.mark.slow
def test_somebody_elses_database_is_migrated_only_when_asked(
    ownstock: Run, server: Server, worker_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = ensure_database(server, f"unmigrated_{worker_id}")
    monkeypatch.setenv("DATABASE_URL", credentials.app.url)
    monkeypatch.setenv("DATABASE_OWNER_URL", credentials.owner.url)
    refused = ownstock("items")
    assert (refused.returncode, "ownstock db migrate" in refused.stderr) == (1, True)
    assert json.loads(ownstock("db", "status", "--json").stdout)["is_current"] is False
    assert ownstock("db", "migrate").stdout.endswith("The tables are of this version now.\n")
    assert ownstock("items").returncode == 0


@pytest.mark.slow
def test_the_first_command_makes_its_own_database(ownstock: Run, tmp_path: Path) -> None:
    first = ownstock("company", "set", "Blue Rim", "EUR")
    assert (first.returncode, first.stdout) == (0, "This database belongs to Blue Rim; its currency is EUR.\n")
    assert "Bringing the tables of the database up to this version" in first.stderr
    status = json.loads(ownstock("db", "status", "--json").stdout)
    assert status == {"kind": "embedded", "folder": str(tmp_path / "home"), "is_running": True, "is_current": True}
    assert ownstock("db", "url").stdout.startswith("postgresql://ownstock_app:")
    assert os.stat(tmp_path / "home" / "secret_key").st_mode & 0o777 == 0o600
    with running("db", "start") as holder:
        await_words(holder, "Ctrl-C ends it.")
        holder.send_signal(signal.SIGINT)
        assert holder.wait(LONGEST_SECONDS) == 0
    end_database(tmp_path / "home")


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_serving_leaves_nothing_running(
    tmp_path: Path, committed_db: Any, monkeypatch: pytest.MonkeyPatch, ending: signal.Signals
) -> None:
    monkeypatch.setenv("OWNSTOCK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DATABASE_URL", committed_db.app.url)
    monkeypatch.setenv("DATABASE_OWNER_URL", committed_db.owner.url)
    with running("serve") as server:
        told = await_words(server, "Ctrl-C ends it.")
        [address] = re.findall(r"http://127\.0\.0\.1:\d+", told)
        assert (tmp_path / "home" / "first-password").read_text().strip() in told
        health = await_answer(f"{address}/health")
        assert health["database"] == "answers"
        children = descendants(server.pid)
        assert any("worker" in command for command in children.values())
        server.send_signal(ending)
        server.wait(LONGEST_SECONDS)
        assert server.returncode == (0 if ending != signal.SIGKILL else -signal.SIGKILL)
        await_end(children)


@pytest.mark.slow
def test_serving_makes_its_first_user_once_and_starts_worker_and_database_again(ownstock: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with running("serve") as server:
        told = await_words(server, "Ctrl-C ends it.")
        password = home / "first-password"
        assert password.read_text().strip() in told
        assert os.stat(password).st_mode & 0o777 == 0o600
        [address] = re.findall(r"http://127\.0\.0\.1:\d+", told)
        await_answer(f"{address}/health")
        with urllib.request.urlopen(f"{address}/static/web/mark.svg") as answer:
            assert answer.headers["Content-Type"] == "image/svg+xml"
        [worker] = [pid for pid, command in descendants(server.pid).items() if "worker --until-orphaned" in command]
        os.kill(worker, signal.SIGKILL)
        await_words(server, "it is started again")
        looked_after_by = supervisor_of(home)
        os.kill(looked_after_by, signal.SIGKILL)
        # By whoever misses it first: the server, or the worker that is just beginning.
        await_true(lambda: supervisor_of(home) not in (0, looked_after_by))
        assert await_answer(f"{address}/health")["database"] == "answers"
        refused = ownstock("serve", "--port", address.rpartition(":")[2])
        assert (refused.returncode, "is taken" in refused.stderr) == (1, True)
        server.terminate()
        assert server.wait(LONGEST_SECONDS) == 0
    with running("serve") as again:
        told = await_words(again, "Ctrl-C ends it.")
        assert password.read_text().strip() not in told
        again.terminate()
        assert again.wait(LONGEST_SECONDS) == 0
    end_database(home)


@pytest.mark.slow
def test_serving_goes_on_when_the_web_server_keeps_dying(
    ownstock: Run, committed_db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", committed_db.app.url)
    monkeypatch.setenv("DATABASE_OWNER_URL", committed_db.owner.url)
    with running("serve") as server:
        [port] = map(int, re.findall(r"http://127\.0\.0\.1:(\d+)", await_words(server, "Ctrl-C ends it.")))
        for when in ("now", "in 1 s"):
            os.kill(await_descendant(server.pid, "spawn_main"), signal.SIGKILL)
            await_words(server, f"The web server ended with code 1; it is started again {when}.")
        with socket.create_server(("127.0.0.1", port)):
            await_words(server, f"Port {port} of 127.0.0.1 is taken")
            await_words(server, "it is started again in 2 s.")
        assert await_answer(f"http://127.0.0.1:{port}/health")["database"] == "answers"
        assert "The web server has ended 3 times in a row" in ownstock("alerts").stdout
        server.terminate()
        assert server.wait(LONGEST_SECONDS) == 0


@contextmanager
def running(*words: str) -> Iterator[subprocess.Popen[str]]:
    """A command that goes on until it is told to end; what it says comes in one stream."""
    command = [sys.executable, "-u", "-m", "ownstock", *words]
    started = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def await_words(command: subprocess.Popen[str], words: str) -> str:
    """What it has said, up to the line with these words; it is killed when it does not say them in time."""
    assert command.stdout is not None
    said = ""
    patience = threading.Timer(LONGEST_SECONDS, command.kill)
    patience.start()
    try:
        for line in command.stdout:
            said += line
            if words in line:
                return said
    finally:
        patience.cancel()
    raise AssertionError(f"it ended without {words!r}: {said}")


def await_answer(address: str) -> dict[str, Any]:
    """The answer of a server that is on its way up."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=LONGEST_SECONDS) as answer:
                found: dict[str, Any] = json.loads(answer.read())
                return found
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < deadline, f"{address} does not answer"
            time.sleep(0.1)


def await_true(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def await_descendant(pid: int, word: str) -> int:
    """The process below one whose command line has a word in it, as soon as there is one."""

    def found() -> list[int]:
        return [number for number, command in descendants(pid).items() if word in command and is_alive(number)]

    await_true(lambda: bool(found()))
    return found()[0]


def descendants(pid: int) -> dict[int, str]:
    """The processes below one, with their command lines."""
    found = {}
    for process in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            found[process.pid] = " ".join(process.cmdline())
    return found


def await_end(children: dict[int, str]) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while left := [command for pid, command in children.items() if is_alive(pid)]:
        assert time.monotonic() < deadline, f"still running: {left}"
        time.sleep(0.1)


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def supervisor_of(home: Path) -> int:
    """Who looks after the database's server; 0 while nobody does."""
    return int((read_json(Home.at(home).state) or {"supervisor_pid": 0})["supervisor_pid"])


def end_database(home: Path) -> None:
    """End the database of a test instead of waiting until it has not been used for a while."""
    place = Home.at(home)
    number = supervisor_of(home)
    assert number
    os.kill(number, signal.SIGTERM)
    deadline = time.monotonic() + LONGEST_SECONDS
    while is_owned(place.owner_lock):
        assert time.monotonic() < deadline, "the database does not end"
        time.sleep(0.1)
