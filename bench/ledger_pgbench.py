"""What the action sends to the server, sent by pgbench instead: the reference that no program in Python can pass.

The server's own log tells every statement of one call, with its parameters. What differs from call to call (key, item,
site) is drawn anew by pgbench; everything else is sent as it was. Statements are not changed by a letter.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path

import psycopg
from django.db import connection as django_connection
from psycopg import sql

from bench.ledger_cost import Cost, costing
from bench.ledger_posts import REFERENCE
from bench.ledger_site import ACTOR
from bench.ledger_workers import alone_in_a_process
from ownstock.ledger import actions
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.site.embedded.binaries import find
from ownstock.site.embedded.client import Server
from ownstock.site.embedded.databases import APP, Login
from ownstock.site.embedded.home import Home

ENTRY = re.compile(r"^\d{4}-\d\d-\d\d [\d:.]+ UTC \[(\d+)\] (\w+):  (.*)$", re.DOTALL)
SENT = re.compile(r"^(?:statement|execute [^:]*): (.*)$", re.DOTALL)
PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")
PLACEHOLDER = re.compile(r"\$(\d+)")
FIGURES = {
    "count": re.compile(r"number of transactions actually processed: (\d+)"),
    "failed": re.compile(r"number of failed transactions: (\d+)"),
    "tps": re.compile(r"tps = ([\d.]+)"),
}
BEGINNING, ENDING = "SELECT 'bench begins'", "SELECT 'bench ends'"


@dataclass(frozen=True)
class Sent:
    """One statement as the server was sent it: the text, and the values of $1, $2 … (None is NULL)."""

    text: str
    parameters: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Script:
    """A pgbench script, and the variables that stay the same in every transaction."""

    text: str
    constants: Mapping[str, str]


class NotReplayable(Exception):
    """What the action sends depends on the call in a way that pgbench cannot draw."""


def sent_by(server: Server, login: Login, call: Callable[..., None], *arguments: object) -> list[Sent]:
    """The statements of one call between two marks, from the server's log; the call runs in a process of its own."""
    role = sql.Identifier(APP), sql.Identifier(login.dbname)
    log = Home.at(server.home).log
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER ROLE {} IN DATABASE {} SET log_statement = 'all'").format(*role))
        try:
            before_bytes = log.stat().st_size
            alone_in_a_process(call, *arguments)
            said = log.read_bytes()[before_bytes:].decode()
        finally:
            connection.execute(sql.SQL("ALTER ROLE {} IN DATABASE {} RESET log_statement").format(*role))
    return between_marks(statements(said))


def post_once(sku: str, source: str, target: str, key: str) -> None:
    """Post one line between two marks, in a connection that has posted before."""

    def post(posting_key: str) -> None:
        line = Line(sku, source, target, Decimal(1))
        actions.post([PostingRequest(posting_key, Kind.ISSUE, [line], REFERENCE)], actor=ACTOR)

    post(f"before {key}")
    with django_connection.cursor() as cursor:
        cursor.execute(BEGINNING)
        post(key)
        cursor.execute(ENDING)


def statements(log: str) -> list[Sent]:
    """Every statement that a log tells of, in order, with its parameters."""
    found: list[Sent] = []
    for entry in _entries(log):
        match = ENTRY.match(entry)
        if match is None:
            continue
        _, level, words = match.groups()
        if level == "LOG" and (sent := SENT.match(words)):
            found.append(Sent(sent[1]))
        elif level == "DETAIL" and found and words.lower().startswith("parameters:"):
            found[-1] = Sent(found[-1].text, _parameters(words))
    return found


def _entries(log: str) -> list[str]:
    """The log's entries; the further lines of one begin with a tab."""
    entries: list[str] = []
    for line in log.splitlines():
        if line.startswith("\t") and entries:
            entries[-1] += "\n" + line[1:]
        else:
            entries.append(line)
    return entries


def _parameters(words: str) -> tuple[str | None, ...]:
    values = [value for _, value in PARAMETER.findall(words)]
    return tuple(None if value == "NULL" else value[1:-1].replace("''", "'") for value in values)


def between_marks(sent: Sequence[Sent]) -> list[Sent]:
    """What was sent between the two marks."""
    texts = [one.text for one in sent]
    return list(sent[texts.index(BEGINNING) + 1 : texts.index(ENDING)])


def script_of(sent: Sequence[Sent], drawn: Mapping[str, tuple[str, str]]) -> Script:
    """A script that sends the same, with other values in place of some.

    `drawn` gives for each value of the captured call the variable's name and the pgbench expression that it is drawn by.

    Raises:
        NotReplayable: such a value stands inside another one, so that pgbench cannot send another in its place.
    """
    lines = [f"\\set {name} {expression}" for name, expression in drawn.values()]
    constants: dict[str, str] = {}
    for number, one in enumerate(sent):
        arguments = [_argument(number, k, value, drawn, constants) for k, value in enumerate(one.parameters)]
        text = PLACEHOLDER.sub(partial(_nth, arguments), one.text)
        for value, (name, _) in drawn.items():
            text = text.replace(f"'{value}'", f":{name}")
        _refuse_inside(drawn, text)
        lines.append(text.strip() + ";")
    return Script("\n".join(lines) + "\n", constants)


def _refuse_inside(drawn: Iterable[str], text: str) -> None:
    for value in drawn:
        if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text):
            raise NotReplayable(f"{value} stands inside another value: {text[:500]}")


def _nth(arguments: Sequence[str], placeholder: re.Match[str]) -> str:
    return arguments[int(placeholder[1]) - 1]


def _argument(
    statement: int, place: int, value: str | None, drawn: Mapping[str, tuple[str, str]], constants: dict[str, str]
) -> str:
    """What stands for a parameter: a variable of pgbench; one that it does not know is NULL to it."""
    name = f"s{statement}p{place}"
    if value is None:
        return f":{name}"
    if not value:
        # No variable of pgbench can be empty.
        return "''"
    if value in drawn:
        return f":{drawn[value][0]}"
    _refuse_inside(drawn, value)
    constants[name] = value
    return f":{name}"


def send(server: Server, login: Login, script: Script, *, clients: int, seconds: float) -> Cost:
    """Let pgbench send the script from so many clients for so long.

    Raises:
        RuntimeError: pgbench failed, or any of its transactions did.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "script.sql"
        file.write_text(script.text)
        words = [
            find().program("pgbench"),
            "-n",
            "-M",
            "prepared",
            "-c",
            str(clients),
            "-j",
            "2",
            "-T",
            str(round(seconds)),
        ]
        words += ["-f", str(file), "-h", login.host, "-p", str(login.port), "-U", login.user]
        words += [part for name, value in script.constants.items() for part in ("-D", f"{name}={value}")]
        environment = os.environ | {"PGPASSWORD": login.password}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with costing(server.pid) as cost:
            done = subprocess.run([*words, login.dbname], env=environment, capture_output=True, text=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures = figures_of(done.stdout)
    if done.returncode or not figures.get("count") or figures.get("failed"):
        raise RuntimeError(f"pgbench failed: {done.stderr.strip() or done.stdout.strip()}")
    cost.count = int(figures["count"])
    # Connecting is not counted, as it is not for the action.
    cost.seconds = cost.count / figures["tps"]
    cost.client_cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cost


def figures_of(said: str) -> dict[str, float]:
    """What pgbench tells at its end: transactions, those that failed, transactions per second."""
    found = {name: pattern.search(said) for name, pattern in FIGURES.items()}
    return {name: float(match[1]) for name, match in found.items() if match}
