"""Writers that keep a journal of what they ask and are answered, for test_ledger_killed.py; each runs as a process.

Before each call the request is in the journal, on the disk; after it the answer. Killed in between, a writer asks again
under the same key. Four call the ledger's actions, the others the HTTP API.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

django.setup()

import psycopg  # noqa: E402
from django.db import DatabaseError, InterfaceError, connection, connections  # noqa: E402
from django.utils.dateparse import parse_datetime  # noqa: E402

from ownstock.base.errors import Refused, Unavailable  # noqa: E402
from ownstock.ledger import actions  # noqa: E402
from ownstock.ledger.rules import Line, PostingRequest  # noqa: E402
from ownstock.site.installation import database  # noqa: E402
from tests.faults.ledger_plans import Json, Writer  # noqa: E402

PATIENCE_SECONDS = 90.0
PAUSE_SECONDS = 0.05
# In the first seconds of a round, in which somebody dies, writers hardly rest; then enough is written to look at.
HASTE_SECONDS = 2.0
REST_SECONDS, REST_AFTER_HASTE_SECONDS = 0.02, 0.5


@dataclass(frozen=True)
class Way:
    """How writers reach the ledger: the database, the web server's port with a key, the folder of journals, the seed."""

    url: str
    owner_url: str
    port: int
    token: str
    folder: Path
    seed: int

    @property
    def stop(self) -> Path:
        """Where this file is, writers end after the request they are at."""
        return self.folder / "stop"

    def journal(self, writer: int) -> Path:
        """What a writer asked and was answered."""
        return self.folder / f"writer-{writer}.jsonl"


class Gone(Exception):
    """Nobody knows whether it was posted: ask again."""


def reach(way: Way) -> None:
    """Point this process's Django at the database."""
    for alias, url in (("default", way.url), ("owner", way.owner_url)):
        connections[alias].settings_dict.update(database(url))


def write(way: Way, number: int, is_direct: bool, skew_seconds: int) -> None:
    """Ask one request after another until told to stop; what was open in the journal is asked first."""
    reach(way)
    journal = Journal(way.journal(number))
    writer = Writer(number, random.Random(f"{way.seed}:{number}:{len(journal.asked)}"), is_direct, skew_seconds)
    writer.asked = list(journal.asked)
    ask = Directly(number) if is_direct else OverHttp(way)
    if journal.is_open:
        ask_until_answered(journal, ask)
    haste_ends_at = time.monotonic() + HASTE_SECONDS
    while not way.stop.exists():
        journal.begin(writer.next())
        ask_until_answered(journal, ask)
        is_hasty = time.monotonic() < haste_ends_at
        time.sleep(writer.chance.random() * (REST_SECONDS if is_hasty else REST_AFTER_HASTE_SECONDS))


class Journal:
    """A writer's file: a line before each attempt and one after each answer, on the disk before anything else is done."""

    def __init__(self, path: Path) -> None:
        self.file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        whole = path.read_bytes()
        os.ftruncate(self.file, whole.rfind(b"\n") + 1)
        rows = [json.loads(line) for line in whole[: whole.rfind(b"\n") + 1].splitlines()]
        self.asked = [row["ask"] for n, row in {row["n"]: row for row in rows if "ask" in row}.items()]
        self.is_open = len(self.asked) > sum("answer" in row for row in rows)

    def begin(self, request: Json) -> None:
        self.asked.append(request)

    def attempt(self) -> Json:
        self._append({"n": len(self.asked), "ask": self.asked[-1]})
        return self.asked[-1]

    def end(self, answer: Json) -> None:
        self._append({"n": len(self.asked), "answer": answer})

    def _append(self, row: Json) -> None:
        os.write(self.file, (json.dumps(row) + "\n").encode())
        os.fsync(self.file)


def ask_until_answered(journal: Journal, ask: Any) -> None:
    """Ask again under the same key until there is an answer."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        request = journal.attempt()
        try:
            journal.end(ask(request))
            return
        except Gone:
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE_SECONDS)


class Directly:
    """Calls the ledger's actions."""

    def __init__(self, number: int) -> None:
        self.actor = f"writer:{number}"

    def __call__(self, request: Json) -> Json:
        try:
            return {"is_new": [posted.is_new for posted in getattr(self, request["verb"])(request)]}
        except Refused as refusal:
            return {"code": refusal.code}
        except (DatabaseError, InterfaceError, psycopg.Error, Unavailable) as fault:
            connection.close()
            raise Gone(repr(fault)) from fault

    def post(self, request: Json) -> list[actions.Posted]:
        documents = [
            PostingRequest(p["key"], p["kind"], [line_of(line) for line in p["lines"]]) for p in request["postings"]
        ]
        return actions.post(documents, actor=self.actor)

    def reverse(self, request: Json) -> list[actions.Posted]:
        return [actions.reverse(request["of"], new_key=request["key"], actor=self.actor, reason="taken back")]

    def release(self, request: Json) -> list[actions.Posted]:
        released = actions.release(
            request["sku"], "NORTH", lot=request["lot"], quantity=Decimal(request["quantity"]), key=request["key"],
            reason="tested", actor="quality",
        )  # fmt: skip
        return [released]


def line_of(line: Json) -> Line:
    """A line of JSON as the ledger takes it."""
    moved_at = parse_datetime(line["moved_at"]) if "moved_at" in line else None
    return Line(**{**line, "quantity": Decimal(line["quantity"]), "moved_at": moved_at})


class OverHttp:
    """Calls the API with a key."""

    def __init__(self, way: Way) -> None:
        self.port = way.port
        self.headers = {"Authorization": f"Bearer {way.token}", "Content-Type": "application/json"}

    def __call__(self, request: Json) -> Json:
        body = json.dumps({"postings": request["postings"]})
        caller = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            caller.request("POST", "/api/postings", body, self.headers)
            answer = caller.getresponse()
            told = json.loads(answer.read())
        except (OSError, http.client.HTTPException, json.JSONDecodeError) as fault:
            raise Gone(repr(fault)) from fault
        finally:
            caller.close()
        if answer.status >= 500:
            raise Gone(told)
        return {"is_new": [p["is_new"] for p in told]} if answer.status == 200 else {"code": told["code"]}
