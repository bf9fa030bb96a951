"""Nothing is lost and nothing happens twice, whoever is killed while eight writers post: in rounds, each checked in full.

A real server that syncs to the disk, the web application and its worker as they are served, and writers of which half
call the API. At a moment that chance chooses one of them dies by SIGKILL, all is started again, the writers go on and ask
again what they had no answer to. The settings OWNSTOCK_KILL_ROUNDS and OWNSTOCK_KILL_SEED say how many rounds and which.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ownstock.site.embedded.client import Server, lease
from ownstock.site.embedded.databases import ensure_database
from tests.faults.embedded_programs import await_end, await_true, lives
from tests.warm import BEGINNING, loaded

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = int(os.environ.get("OWNSTOCK_KILL_ROUNDS", "5"))
SEED = int(os.environ.get("OWNSTOCK_KILL_SEED", "1"))
WRITERS, DIRECT = 8, 4
VICTIMS = ("a writer", "the web server", "the worker", "the database server", "a backend")
# What `ownstock serve` has running, by words of its commands.
KEEPING, ANSWERING, WORKING = PROGRAMS = ("ownstock.site.web", "spawn_main", "ownstock worker")
DAY_SECONDS = 86_400
GRACE_SECONDS = 1.0
PATIENCE_SECONDS = 60.0
RUN = "from ownstock.site.entry import main; main()"


class Company:
    """The programs of one installation, its writers beside them."""

    def __init__(self, folder: Path) -> None:
        from tests.faults import ledger_writers

        self.home, self.log = folder / "home", (folder / "serve.log").open("ab")
        self.server = _leased(self.home)
        self.writers: dict[int, ForkServerProcess] = {}
        self.skew_seconds: dict[int, int] = {}
        credentials = ensure_database(self.server)
        self.way = ledger_writers.Way(
            credentials.app.url, credentials.owner.url, _free_port(), "", folder, random.Random(SEED).getrandbits(32)
        )
        self.environment = {**os.environ, "OWNSTOCK_HOME": str(self.home)}
        self.serve()
        self.await_served()

    def serve(self) -> None:
        """Start the web application, which runs the worker."""
        command = [sys.executable, "-c", RUN, "serve", "--port", str(self.way.port)]
        self.served = subprocess.Popen(
            command, env=self.environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log
        )

    def await_served(self) -> None:
        """Wait until the port answers; a server that found it still taken is started again."""

        def answers() -> bool:
            if self.served.poll() is not None:
                self.serve()
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.way.port), timeout=1):
                return True
            return False

        await_true(answers, PATIENCE_SECONDS)

    def ask(self, question: Callable[..., None]) -> Any:
        """Have something looked at or made in a process of its own."""
        mine, theirs = multiprocessing.Pipe(duplex=False)
        asked = BEGINNING.Process(target=question, args=(self.way, WRITERS, theirs))
        asked.start()
        theirs.close()
        try:
            return mine.recv()
        except EOFError:
            pytest.fail(f"{question.__name__} did not come to its end")
        finally:
            asked.join()

    def start_writer(self, number: int) -> None:
        """Start one of the writers, which goes on where its journal ends."""
        from tests.faults import ledger_writers

        arguments = (self.way, number, number < DIRECT, self.skew_seconds.get(number, 0))
        self.writers[number] = BEGINNING.Process(target=ledger_writers.write, args=arguments)
        self.writers[number].start()

    def answers(self, writer: int) -> int:
        """How many answers a writer has had."""
        journal = self.way.journal(writer)
        return journal.read_bytes().count(b'"answer"') if journal.exists() else 0

    def stop_writers(self) -> None:
        """Have each writer end with an answer."""
        self.way.stop.touch()
        for number, writer in self.writers.items():
            writer.join(PATIENCE_SECONDS)
            assert writer.exitcode == 0, f"writer {number} ended with {writer.exitcode}"
        self.way.stop.unlink()

    def programs(self) -> dict[int, str]:
        """What the web application has started, and what that has, by what they run; the database's server is not its own."""
        listed = subprocess.run(
            ["ps", "-ww", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        )
        rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
        parents = {int(row[0]): int(row[1]) for row in rows}

        def is_ours(pid: int) -> bool:
            while pid in parents and pid != self.served.pid:
                pid = parents[pid]
            return pid == self.served.pid

        commands = {int(row[0]): row[2] for row in rows if len(row) == 3}
        return {
            pid: command
            for pid, command in commands.items()
            if pid != self.served.pid and any(words in command for words in PROGRAMS) and is_ours(pid)
        }

    def program(self, words: str) -> int:
        """One of these programs that runs now."""
        found: list[int] = []

        def is_there() -> bool:
            found[:] = [pid for pid, command in self.programs().items() if words in command]
            return bool(found)

        try:
            await_true(is_there, PATIENCE_SECONDS)
        except AssertionError:
            pytest.fail(f"no {words!r} among {self.programs()}; {self.served.pid} ended with {self.served.poll()}")
        return found[0]

    def end(self) -> None:
        """End all that was started, whatever state it is in."""
        for writer in self.writers.values():
            writer.kill()
        self.served.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.served.wait(20)
        self.served.kill()
        self.served.wait()
        self.server.release()
        self.log.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def kill(company: Company, victim: str, chance: random.Random) -> None:
    """Kill one of the programs, and start again what nobody else does."""
    if victim == "a writer":
        number = chance.randrange(WRITERS)
        company.writers[number].kill()
        company.writers[number].join()
        company.start_writer(number)
    elif victim == "the web server" and chance.random() < 0.5:
        orphans = list(company.programs())
        company.served.kill()
        company.served.wait()
        await_true(lambda: not any(map(lives, orphans)), PATIENCE_SECONDS)
        company.await_served()
    elif victim in ("the web server", "the worker"):
        words = chance.choice([ANSWERING, KEEPING]) if victim == "the web server" else WORKING
        os.kill(company.program(words), signal.SIGKILL)
    elif victim == "a backend":
        os.kill(chance.choice(backends(company.server)), signal.SIGKILL)
    else:
        os.kill(company.server.pid, signal.SIGKILL)
    before, company.server = company.server, _leased(company.home)
    before.release()


def _leased(home: Path) -> Server:
    return lease(home, grace_seconds=GRACE_SECONDS, timeout_seconds=PATIENCE_SECONDS)


def backends(server: Server) -> list[int]:
    """The backends that serve the application."""
    with psycopg.connect(server.conninfo()) as connection:
        rows = connection.execute("SELECT pid FROM pg_stat_activity WHERE datname = 'ownstock' ORDER BY pid")
        return [pid for (pid,) in rows]


def play(company: Company, number: int, victim: str) -> None:
    """One round: the writers write, somebody dies, all go on until each had an answer since."""
    chance = random.Random(f"{SEED}:{number}")
    company.skew_seconds = (
        {chance.randrange(WRITERS): chance.choice((-1, 1)) * (DAY_SECONDS - 60)} if number % 2 else {}
    )
    for writer in range(WRITERS):
        company.start_writer(writer)
    time.sleep(chance.uniform(0.2, 1.2))
    kill(company, victim, chance)
    before = [company.answers(writer) for writer in range(WRITERS)]
    await_true(lambda: all(company.answers(w) > had for w, had in enumerate(before)), PATIENCE_SECONDS)
    company.stop_writers()


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "src")]))
    with loaded("tests.faults.ledger_writers", "tests.faults.ledger_checks"):
        company = Company(tmp_path)
        try:
            yield company
        finally:
            company.end()
            await_end(company.home)
            print((tmp_path / "serve.log").read_text()[-8_000:])


def test_nothing_is_lost_and_nothing_happens_twice_whoever_is_killed(company: Company) -> None:
    from dataclasses import replace

    from tests.faults import ledger_checks

    company.way = replace(company.way, token=company.ask(ledger_checks.found_company))
    order = random.Random(SEED)
    for number in range(ROUNDS):
        if number % len(VICTIMS) == 0:
            victims = order.sample(VICTIMS, len(VICTIMS))
        victim = victims[number % len(VICTIMS)]
        play(company, number, victim)
        faults = company.ask(ledger_checks.look)
        posted = sum(company.answers(writer) for writer in range(WRITERS))
        print(f"round {number}, {victim} killed, {posted} answers in all: {len(faults)} faults")
        assert not faults, f"seed {SEED}, round {number}, {victim} killed: {faults[:10]}"
    said = (company.home / "database.log").read_text(errors="replace")
    assert "deadlock detected" not in said
