"""Tryton's stock module on the same server and the same scenario: a peer in Python, from public packages.

Compared: so many items in so many places with plenty on hand; one unit of a random one to a customer, as a move of one line
in a transaction of its own (`stock.move` saved and done), and thirty in one; what is on hand of an item in a place. Both run
in process and without HTTP, Tryton's code as its dispatcher runs it (repeatable read, five attempts). Once `do` alone, which
in Tryton looks for no stock and may go below zero, and once after `assign_try`, which looks for it: that is what ours does.

Not compared: access rules, the client, shipments (their workflow costs more than moves alone), costs by average. Tryton
keeps no balance, it adds up moves (and closed periods), so its on hand grows with their number; how many is printed.

Its packages are pinned with hashes in bench/tryton.txt (made from bench/tryton.in) and installed into an environment of
their own below .cache: they are what is measured against, and no part of the project's requirements.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from psycopg import sql

from bench.ledger_cost import Cost, cpu_seconds
from ownstock.site.embedded.client import Server
from ownstock.site.embedded.databases import alone

ROOT = Path(__file__).parents[1]
LIST, WORK = ROOT / "bench" / "tryton.txt", ROOT / "bench" / "ledger_tryton_work.py"
DATABASE = "bench_tryton"
SAID = ("trytond", "trytond_stock", "psycopg")


class NotInstalled(Exception):
    """Tryton's packages could not be installed: no network, or no such files for this machine."""


def environment_folder() -> Path:
    """The environment with the packages of the list, made where it is missing. Raises NotInstalled."""
    folder = ROOT / ".cache" / f"tryton-{sha256(LIST.read_bytes()).hexdigest()[:12]}"
    if not (folder / "whole").exists():
        commands: list[list[str | Path]] = [
            [sys.executable, "-m", "venv", "--clear", folder],
            [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--require-hashes", "-r", LIST],
        ]
        for command in commands:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise NotInstalled(done.stderr.strip()[-500:])
        (folder / "whole").touch()
    return folder


@dataclass(frozen=True)
class Moved:
    """Moves that were done: what they cost, how often one had to begin again, and how many were given up."""

    cost: Cost
    retries: int
    failed: int

    def told(self) -> str:
        """What did not go at once."""
        return f"begun again {self.retries}, given up {self.failed} times" if self.retries else ""


class Peer:
    """Tryton in a database of its own on the same server."""

    def __init__(self, server: Server) -> None:
        """Make the database with the module `stock` in it. Raises NotInstalled."""
        self.server = server
        self.folder = environment_folder()
        user, password, host = (quote(part, safe="") for part in (server.user, server.password, server.host))
        self._environment = os.environ | {
            "TRYTOND_DATABASE_URI": f"postgresql://{user}:{password}@{host}:{server.port}/",
            "PYTHONWARNINGS": "ignore",
        }
        with alone(server) as connection:
            name = sql.Identifier(DATABASE)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
        self._activate()

    def _activate(self) -> None:
        with tempfile.NamedTemporaryFile("w") as password:
            password.write("a password nobody signs in with\n")
            password.flush()
            words = [
                str(self.folder / "bin" / "trytond-admin"),
                "-d",
                DATABASE,
                "-u",
                "stock",
                "--activate-dependencies",
            ]
            subprocess.run(
                [*words, "--email", "bench@example.org"],
                env=self._environment | {"TRYTONPASSFILE": password.name},
                stdin=subprocess.DEVNULL,
                check=True,
            )

    def versions(self) -> str:
        """Which versions are measured."""
        code = f"from importlib.metadata import version; print(*(f'{{n}} {{version(n)}}' for n in {SAID!r}), sep=', ')"
        words = [str(self.folder / "bin" / "python"), "-c", code]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()

    @contextmanager
    def _working(self, work: str, arguments: dict[str, Any]) -> Iterator[subprocess.Popen[str]]:
        words = [str(self.folder / "bin" / "python"), str(WORK), DATABASE, work, json.dumps(arguments)]
        process = subprocess.Popen(
            words, env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def fill(self, items: int, sites: int) -> int:
        """Give Tryton the same company; so many moves that took."""
        with self._working("fill", {"items": items, "sites": sites}) as process:
            return int(_answer(process)["moves"])

    def post(self, processes: int, seconds: float, *, lines: int, is_assigned: bool) -> Moved:
        """Moves by several processes at once."""
        with ExitStack() as stack:
            asked = {"seconds": seconds, "lines": lines, "is_assigned": is_assigned}
            working = [stack.enter_context(self._working("post", {"number": k, **asked})) for k in range(processes)]
            cpu, start = self._begin(working)
            answers = [_answer(process) for process in working]
            took, cpu = time.perf_counter() - start, cpu_seconds(self.server.pid) - cpu
        cost = Cost(sum(a["count"] for a in answers), took, cpu, sum(a["cpu_s"] for a in answers))
        return Moved(cost, sum(a["retries"] for a in answers), sum(a["failed"] for a in answers))

    def _begin(self, working: Sequence[subprocess.Popen[str]]) -> tuple[float, float]:
        for process in working:
            assert process.stdout is not None
            if process.stdout.readline().strip() != "ready":
                raise RuntimeError("A process of Tryton ended before it was ready.")
        begun = cpu_seconds(self.server.pid), time.perf_counter()
        for process in working:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        return begun

    def on_hand(self, calls: int) -> list[float]:
        """Seconds of each question for what is on hand."""
        with self._working("on_hand", {"calls": calls}) as process:
            self._begin([process])
            return [float(second) for second in _answer(process)["latencies_s"]]


def _answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError("A process of Tryton ended without an answer.")
    answer: dict[str, Any] = json.loads(line)
    return answer
