"""Live pages: what is committed reaches the open pages that it concerns, whoever is signed in, whatever happens between."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.request import Request, urlopen

import psycopg
import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from ownstock.access.actions import create_user
from ownstock.access.models import User
from ownstock.access.rules import Role
from ownstock.automation.ticker import TICKING
from ownstock.base.errors import Refused
from ownstock.journal.rules import MAX_SUBJECTS, Changes
from ownstock.site.embedded.databases import Credentials
from ownstock.site.live import application as live
from ownstock.site.live import hub as hubs
from ownstock.site.live.hub import Stream
from ownstock.site.live.people import Person
from ownstock.site.live.rules import ANNOUNCEMENTS_KEPT, ANYTHING, Announcements, merged, topics_of, wanted
from tests.factories import ACTOR, opening, small_business
from tests.live_cases import PATIENCE_SECONDS, open_page, served
from tests.web_cases import PASSWORD

ANNA = Person("anna", "s", is_supplier=False)


def signed_in(name: str = "anna", roles: list[Role] | None = None) -> str:
    """The session of somebody who has just signed in."""
    client = Client()
    client.force_login(create_user(name, PASSWORD, roles=roles or [Role.VIEWER], actor=ACTOR))
    return client.cookies["sessionid"].value


def downloaded(port: int, session: str, path: str) -> str:
    """What the server answers, one part after another."""
    asked = Request(f"http://127.0.0.1:{port}{path}", headers={"Cookie": f"sessionid={session}"})
    with urlopen(asked) as answer:
        return str(answer.read().decode())


class Page:
    """A page that talks to the application itself, without a server between."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.said = b""
        self.leaves = asyncio.Event()
        self.reads = asyncio.Event()
        self.reads.set()
        self._asked = False

    async def receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        await self.reads.wait()
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
        self.said += message.get("body", b"")

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line[6:]) for line in self.said.splitlines() if line.startswith(b"data: ")]

    @property
    def last_id(self) -> str:
        return [line[4:].decode() for line in self.said.splitlines() if line.startswith(b"id: ")][-1]


class Pages:
    """The application, and the pages that are open."""

    def __init__(self) -> None:
        self.application = live.LiveApplication()
        self.open: list[asyncio.Task[None]] = []

    async def ask(self, session: str, query: str = "", last: str = "", method: str = "GET") -> Page:
        headers = [(b"cookie", f"sessionid={session}".encode()), (b"last-event-id", last.encode())]
        scope = {"type": "http", "path": "/live", "method": method, "query_string": query.encode(), "headers": headers}
        page = Page()
        task = asyncio.create_task(self.application(scope, page.receive, page.send))
        self.open.append(task)
        await until(lambda: b"\n\n" in page.said or task.done())
        return page

    def announce(self, watermark: int, *subjects: str, **tables: int) -> None:
        self.application.hub.tell(watermark, Changes(tables or {"t": 1}, subjects, is_complete=True))


async def until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, "Waited in vain."
        await asyncio.sleep(0.01)


@asynccontextmanager
async def pages() -> AsyncIterator[Pages]:
    opened = Pages()
    try:
        yield opened
    finally:
        opened.application.hub.stop()
        await asyncio.gather(*opened.open)


def told(story: Callable[[Pages], Awaitable[None]]) -> None:
    async def tell() -> None:
        async with pages() as opened:
            await story(opened)

    asyncio.run(tell())


def test_a_posted_movement_reaches_an_open_page_within_two_seconds_beside_other_answers_and_the_server_ends_at_once(
    committed_db: Credentials,
) -> None:
    session = signed_in()
    small_business()
    with TICKING.running(), served() as (port, server):
        everything, orders = open_page(port, session), open_page(port, session, "?topics=purchase_order")
        assert b"content-type: text/event-stream" in everything.said
        assert b"retry: 3000" in everything.said
        posted_at = time.monotonic()
        opening("CUP", 10, key="count-1")
        while "posting:count-1" not in everything.subjects():
            assert everything.read(2)
        assert everything.heard_at[-1] - posted_at < 2
        assert everything.events[-1]["tables"]["ledger_posting"] == 1
        orders.read(0.3)
        assert orders.subjects() == []
        assert json.loads(downloaded(port, session, "/item-sites/rows"))["count"] == 2
        assert downloaded(port, session, "/orders/file.csv").startswith("Order,")
        stopped_at = time.monotonic()
        server.terminate()
        while everything.read(5):
            pass
        assert server.wait(10) == 0
        assert time.monotonic() - stopped_at < 5


def test_who_is_not_signed_in_or_works_for_a_supplier_has_no_stream(committed_db: Credentials) -> None:
    of_a_supplier = signed_in("sam", [Role.SUPPLIER])
    of_anna = signed_in()

    async def story(opened: Pages) -> None:
        stranger, supplier = await opened.ask("nobody"), await opened.ask(of_a_supplier)
        assert (stranger.status, supplier.status) == (401, 404)
        assert stranger.headers[b"content-type"] == b"application/problem+json"
        assert json.loads(stranger.said)["detail"] == "Sign in first."
        assert (await opened.ask(of_anna, method="POST")).status == 405
        assert (await opened.ask(of_anna, "topics=" + ",".join(map(str, range(30))))).status == 400
        assert not opened.application.hub.streams

    told(story)


def test_a_page_hears_of_its_topics_alone_and_of_what_nobody_can_name(committed_db: Credentials) -> None:
    session = signed_in()

    async def story(opened: Pages) -> None:
        proposals = await opened.ask(session, "topics=proposal,ledger_movement")
        opened.announce(10**15, "purchase_order:PO-1")
        opened.announce(10**15 + 1, "proposal:7", "purchase_order:PO-1", planning_proposal=2)
        await until(lambda: len(proposals.events) == 1)
        assert proposals.events == [
            {"subjects": ["proposal:7"], "tables": {"planning_proposal": 2}, "is_complete": True}
        ]
        opened.announce(10**15 + 2, ledger_movement=3, other=1)
        await until(lambda: len(proposals.events) == 2)
        assert proposals.events[1] == {"subjects": [], "tables": {"ledger_movement": 3}, "is_complete": True}
        opened.application.hub.tell(10**15 + 3, ANYTHING)
        await until(lambda: len(proposals.events) == 3)
        assert proposals.events[2]["is_complete"] is False

    told(story)


def test_a_page_that_comes_back_hears_what_it_missed_or_that_it_must_look(committed_db: Credentials) -> None:
    session = signed_in()

    async def story(opened: Pages) -> None:
        page = await opened.ask(session)
        opened.announce(10**15, "x:1")
        await until(lambda: bool(page.events))
        last = page.last_id
        page.leaves.set()
        await until(lambda: not opened.application.hub.streams)
        opened.announce(10**15 + 1, "x:2")
        opened.announce(10**15 + 2, "x:3")
        again = await opened.ask(session, last=last)
        await until(lambda: bool(again.events))
        assert again.events == [{"subjects": ["x:2", "x:3"], "tables": {"t": 2}, "is_complete": True}]
        for unknown in ("7", "none", str(10**16)):
            stranger = await opened.ask(session, last=unknown)
            await until(lambda stranger=stranger: bool(stranger.events))  # type: ignore[misc]
            assert stranger.events == [{"subjects": [], "tables": {}, "is_complete": False}]
        up_to_date = await opened.ask(session, last=again.last_id)
        opened.announce(10**15 + 3, "x:4")
        await until(lambda: bool(up_to_date.events))
        assert up_to_date.events[0]["subjects"] == ["x:4"]

    told(story)


def test_for_a_page_that_does_not_read_much_waits_as_one_and_never_more(committed_db: Credentials) -> None:
    session = signed_in()

    async def story(opened: Pages) -> None:
        page = await opened.ask(session)
        page.reads.clear()
        for number in range(500):
            opened.announce(10**15 + number, f"x:{number}")
            await asyncio.sleep(0)
        page.reads.set()
        await until(lambda: sum(event["tables"]["t"] for event in page.events) == 500)
        assert len(page.events) <= 3
        assert len(page.events[-1]["subjects"]) == MAX_SUBJECTS
        assert page.events[-1]["is_complete"] is False

    told(story)


def test_a_stream_ends_when_its_session_ends_or_its_account_is_disabled(committed_db: Credentials) -> None:
    sessions = [signed_in(name) for name in ("anna", "bert", "carla", "dora")]

    def leave() -> None:
        SessionStore(sessions[0]).delete()
        User.objects.filter(username="bert").update(is_active=False)
        carla = User.objects.get(username="carla")
        carla.set_password("another battery staple")
        carla.save()

    async def story(opened: Pages) -> None:
        all_four = [await opened.ask(session) for session in sessions]
        await asyncio.to_thread(leave)
        await opened.application.hub.end_strangers()
        await until(lambda: len(opened.application.hub.streams) == 1)
        assert [page.said.endswith(b"event: ended\ndata: {}\n\n") for page in all_four] == [True, True, True, False]
        assert (await opened.ask(sessions[0])).status == 401

    told(story)


def test_too_many_pages_are_told_so(committed_db: Credentials, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "STREAMS_OF_ONE", 2)
    monkeypatch.setattr(live, "STREAMS_OF_ALL", 3)
    of_anna, of_bert = signed_in(), signed_in("bert")

    async def story(opened: Pages) -> None:
        asked = [await opened.ask(session) for session in (of_anna, of_anna, of_anna, of_bert, of_bert)]
        assert [page.status for page in asked] == [200, 200, 429, 200, 503]
        assert json.loads(asked[2].said)["detail"] == "2 live pages of yours are open already; close some."
        assert b"retry-after" in asked[4].headers
        asked[0].leaves.set()
        await until(lambda: len(opened.application.hub.streams) == 2)
        assert (await opened.ask(of_anna)).status == 200
        asked[3].leaves.set()
        opened.application.hub.end()
        assert (await opened.ask(of_bert)).status == 503

    told(story)


def test_when_the_database_comes_back_all_pages_look_for_themselves_and_go_on(
    committed_db: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = signed_in()
    monkeypatch.setattr(hubs, "RETRY_SECONDS", 0.1)

    def cut() -> None:
        with psycopg.connect(committed_db.app.conninfo, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ownstock live'"
            )

    def announce() -> None:
        with psycopg.connect(committed_db.app.conninfo, autocommit=True) as other:
            other.execute(
                "SELECT pg_notify('ownstock_changes', %s)",
                ['{"watermark": 1000000000000000, "counts": {"t": 1}, "subjects": ["x:1"], "is_complete": true}'],
            )

    async def story(opened: Pages) -> None:
        page = await opened.ask(session, "topics=x")
        await asyncio.to_thread(cut)
        await until(lambda: bool(page.events))
        assert page.events == [{"subjects": [], "tables": {}, "is_complete": False}]
        await asyncio.to_thread(announce)
        await until(lambda: len(page.events) == 2)
        assert page.events[1]["subjects"] == ["x:1"]

    told(story)


def test_a_quiet_stream_gives_signs_of_life_and_a_long_one_ends(
    committed_db: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = signed_in()
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)

    async def story(opened: Pages) -> None:
        page = await opened.ask(session)
        await until(lambda: page.said.count(b": still here\n\n") >= 2)
        monkeypatch.setattr(live, "MOST_BYTES", len(page.said) + 100)
        await until(lambda: not opened.application.hub.streams)

    told(story)


def test_what_waits_is_bounded_and_of_the_topics() -> None:
    stream = Stream(ANNA, frozenset({"x"}))
    for number in range(1_000):
        stream.offer(Changes({"t": 1}, (f"x:{number}", f"y:{number}"), is_complete=True))
    waiting = stream.take()
    assert waiting is not None
    assert (waiting.counts, len(waiting.subjects), waiting.is_complete) == ({"t": 1_000}, MAX_SUBJECTS, False)
    assert stream.take() is None
    assert merged(None, ANYTHING) == ANYTHING
    assert wanted(Changes({"t": 1}, ("x:1",), is_complete=True), frozenset({"t"})) == Changes({"t": 1}, (), True)
    with pytest.raises(Refused, match="20 topics at most"):
        topics_of(",".join(map(str, range(21))))


@pytest.mark.parametrize(
    ("subject", "is_told"),
    [("stock:7", True), ("stock", True), ("stock:77", False), ("stock:8", False), ("posting:7", False)],
)
def test_a_page_of_one_item_hears_when_its_stock_moves_and_when_the_stock_of_very_many_does(
    subject: str, *, is_told: bool
) -> None:
    changes = Changes({"ledger_posting": 1}, (subject,), is_complete=True)
    assert wanted(changes, frozenset({"stock:7"})) == (changes if is_told else None)


def test_of_announcements_the_last_are_kept_and_older_ones_are_not_guessed() -> None:
    kept = Announcements()
    assert kept.missed("5") == ANYTHING
    kept.begin(5)
    assert (kept.missed("5"), kept.missed("4"), kept.watermark) == (None, ANYTHING, 5)
    for number in range(6, 6 + ANNOUNCEMENTS_KEPT + 1):
        kept.keep(number, Changes({"t": 1}, (f"x:{number}",), is_complete=True))
    assert (kept.since, kept.missed("5")) == (6, ANYTHING)
    missed = kept.missed("6")
    assert missed is not None
    assert missed.counts == {"t": ANNOUNCEMENTS_KEPT}
