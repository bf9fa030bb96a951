"""Administrators say which programs are told of events: on the page, by the API, by command; the how-to's receiver works."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from ownstock.access import actions as access
from ownstock.access.models import User
from ownstock.access.rules import Role, Scope
from ownstock.exchange.models import Subscription
from ownstock.exchange.subscriptions.actions import set_subscription, try_subscription
from ownstock.exchange.subscriptions.following import TOPIC
from ownstock.exchange.subscriptions.rules import SubscriptionDraft
from ownstock.journal import actions as journal
from ownstock.journal.models import OutboxRow
from ownstock.site.entry import cli
from tests import web_receiver as web
from tests.docs.sources import ROOT
from tests.factories import ACTOR
from tests.web_cases import read

pytestmark = pytest.mark.django_db
SHOWN = re.compile(r'<strong class="code any">([^<]+)</strong>')


@pytest.fixture
def receiver(settings: Any) -> Iterator[web.Receiver]:
    settings.LOOPBACK_ALLOWED = True
    with web.web_receiver() as running:
        yield running


def boss() -> Client:
    client = Client()
    client.force_login(access.create_user("boss", "Long-enough-4-all", roles=[Role.ADMIN], actor=ACTOR))
    return client


def subscribed(url: str) -> Subscription:
    return set_subscription(SubscriptionDraft("erp", url, ["planning.*"]), actor=ACTOR, secret=web.SECRET).subscription


def test_a_program_is_told_of_what_somebody_ticks_and_its_secret_is_shown_once() -> None:
    client = boss()
    said = {"name": "erp", "url": "https://erp.example/in", "families": ["purchasing.*"], "kinds": "alert.raised"}
    page = client.post("/people/subscriptions", said)
    [secret] = SHOWN.findall(page.content.decode())
    assert secret.startswith("whsec_")
    assert "no-store" in page["Cache-Control"]
    found = Subscription.objects.get()
    assert (found.url, found.kinds) == ("https://erp.example/in", ["alert.raised", "purchasing.*"])
    assert secret not in client.get("/people/subscriptions/erp").content.decode()
    client.post("/people/subscriptions/erp", {"url": "https://erp.example/other", "families": [], "kinds": "*"})
    found.refresh_from_db()
    assert (found.name, found.url, found.kinds) == ("erp", "https://erp.example/other", ["*"])


def test_what_is_wrong_is_said_above_the_form_and_nothing_is_kept() -> None:
    said = {"name": "erp", "url": "ftp://erp.example", "kinds": "purchasing.placd"}
    page = boss().post("/people/subscriptions", said)
    assert page.status_code == 422
    assert "did you mean purchasing.placed?" in read(page).text
    assert not Subscription.objects.exists()
    assert "Tick of what it is told" in read(boss_again().post("/people/subscriptions", {**said, "kinds": " , "})).text


def boss_again() -> Client:
    client = Client()
    client.force_login(User.objects.get(username="boss"))
    return client


def test_people_try_pause_and_resume_it_on_its_page(receiver: web.Receiver) -> None:
    client, _ = boss(), subscribed(receiver.url)

    def done(deed: str, **said: str) -> str:
        return read(client.post(f"/people/subscriptions/erp/{deed}", said, follow=True)).text

    assert "It was taken: 127.0.0.1 (200)." in done("test")
    assert "It is told nothing until you resume it" in done("pause", reason="We move house.")
    assert "We move house." in read(client.get("/people/subscriptions/erp")).text
    assert "It goes on where it was." in done("resume")
    assert "Nothing was refused" in done("again")
    assert "The new secret, shown this once: whsec_" in done("secret")
    assert client.post("/people/subscriptions/erp/dance").status_code == 404
    assert "erp is told nothing any more." in done("remove")
    assert not Subscription.objects.exists()


def test_the_page_shows_what_was_given_up_and_sends_it_again() -> None:
    client, found = boss(), subscribed("https://erp.example/in")
    found.messages.create(
        outbox_key="event:x", message_id="audit-7", kind="planning.planned", subject="run:1", content=b"{}"
    )
    journal.enqueue_all({"event:x": {}}, topic=TOPIC, queue=found.queue)
    journal.stop_queue(found.queue, "erp.example answers 422.")
    page = read(client.get("/people/subscriptions/erp")).text
    assert all(
        word in page for word in ("audit-7", "planning.planned", "run:1", "given up", "erp.example answers 422.")
    )
    assert "sent again: 1" in read(client.post("/people/subscriptions/erp/again", follow=True)).text
    assert OutboxRow.objects.get().state == "waiting"


def test_a_program_sets_and_reads_subscriptions_by_the_api(receiver: web.Receiver) -> None:
    token = access.create_api_key("terraform", scopes=[Scope.SUBSCRIPTIONS_WRITE], actor=ACTOR)
    program = Client(headers={"Authorization": f"Bearer {token}"})

    def asked(method: str, path: str, status: int = 200, /, **body: Any) -> Any:
        answer = getattr(program, method)(f"/api/{path}", body, content_type="application/json")
        assert answer.status_code == status, answer.content
        return answer.json()

    assert {"kind": "purchasing.placed", "meaning": "A purchase order was placed with its supplier."} in asked(
        "get", "event-kinds"
    )
    made = asked("put", "subscriptions/erp", url=receiver.url, kinds=["purchasing.*"], secret=web.SECRET)
    assert (made["state"], made["secret"]) == ("live", "")
    assert asked("put", "subscriptions/shop", url=receiver.url, kinds=["*"])["secret"].startswith("whsec_")
    assert [row["name"] for row in asked("get", "subscriptions")] == ["erp", "shop"]
    assert asked("post", "subscriptions/erp/test")["outcome"] == "taken"
    assert asked("post", "subscriptions/erp/pause", reason="house")["state"] == "paused"
    assert asked("post", "subscriptions/erp/pause", 422, reason="house")["code"] == "paused"
    assert asked("post", "subscriptions/erp/resume")["state"] == "live"
    assert asked("post", "subscriptions/erp/again", since="2026-01-01T00:00:00Z")["state"] == "live"
    assert asked("get", "subscriptions/erp/events") == []
    assert asked("delete", "subscriptions/shop") == {"name": "shop"}
    assert asked("get", "subscriptions/shop", 422)["code"] == "no_subscription"


def test_the_commands_set_show_and_end_a_subscription(receiver: web.Receiver) -> None:
    def said(*words: str, fails: bool = False) -> str:
        result = CliRunner().invoke(cli, ["subscription", *words], obj=nullcontext)
        assert bool(result.exit_code) is fails, result.output
        return result.output

    assert "purchasing.placed" in said("kinds")
    assert "Nobody is told of events yet" in said("list")
    made = said("set", "erp", "--url", receiver.url, "--kind", "planning.*", "--kind", "alert.raised")
    assert "The subscription erp is set." in made
    assert "Its secret, shown this once: whsec_" in made
    assert "did you mean planning.*?" in said("set", "shop", "--url", receiver.url, "--kind", "planing.*", fails=True)
    assert "took" not in said("test", "erp", fails=True)  # The receiver knows another secret.
    said("pause", "erp", "--reason", "We move house.")
    assert "We move house." in said("show", "erp")
    said("resume", "erp")
    assert "told again what happened since 2026-01-01 00:00 UTC" in said("again", "erp", "--since", "2026-01-01")
    assert "Nothing was told yet." in said("events", "erp")
    assert "whsec_" in said("secret", "erp")
    said("remove", "erp", "--reason", "It was a test.")
    assert "There is no subscription erp." in said("show", "erp", fails=True)


def test_the_receiver_of_the_how_to_verifies_an_event_and_answers(settings: Any, tmp_path: Path) -> None:
    settings.LOOPBACK_ALLOWED = True
    text = (ROOT / "docs" / "how-to" / "subscribe-to-events.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    script = tmp_path / "receiver.py"
    script.write_text(code.replace("whsec_…", web.SECRET).replace("8000", str(port)), encoding="utf-8")
    subscribed(f"http://127.0.0.1:{port}/")
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as program:
        try:
            deadline = time.monotonic() + 20
            while (tried := try_subscription("erp", actor=ACTOR)).outcome != "taken":
                assert time.monotonic() < deadline, tried.sentence
                time.sleep(0.1)
            assert program.stdout is not None
            assert program.stdout.readline() == "subscription.tested subscription:erp\n"
        finally:
            program.kill()
