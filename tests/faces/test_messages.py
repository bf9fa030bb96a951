"""Channels and messages by command, by program and on pages; and what a supplier's system posts to us."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.test import Client
from standardwebhooks import Webhook

from ownstock.access import actions as access
from ownstock.access.rules import Scope
from ownstock.automation.actions import dispatch_due
from ownstock.catalog.models import Location, SupplyTerm
from ownstock.exchange.channels.rules import ChannelKind, Content, MessageFormat
from ownstock.exchange.inbox.actions import apply, take_in
from ownstock.exchange.models import Channel, ChannelSecret, InboundMessage
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.models import Acknowledgement
from ownstock.site.entry import cli
from tests.channel_cases import channel, folder_channel
from tests.factories import ACTOR, TODAY, Business, small_business
from tests.web_cases import signed_in
from tests.web_receiver import SECRET

pytestmark = pytest.mark.django_db
INBOX = "/api/v1/inbox/alpha-webhook"


@pytest.fixture(autouse=True)
def business(settings: Any, tmp_path: Path) -> Business:
    settings.CHANNELS_FOLDER, settings.OUTBOX_FOLDER, settings.SMTP_URL = tmp_path / "channels", tmp_path / "outbox", ""
    return small_business()


def run(*words: str, typed: str = "") -> Result:
    return CliRunner(catch_exceptions=False).invoke(cli, list(words), obj=nullcontext, input=typed)


@pytest.fixture
def program() -> Client:
    token = access.create_api_key("a program", scopes=Scope, actor=ACTOR)
    return Client(headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def inbox() -> Channel:
    return channel(
        ChannelKind.WEBHOOK, MessageFormat.CSV, {}, contents=(Content.ANSWERS,), secrets={"webhook_secret": SECRET}
    )


def answer_to(number: str, quantity: int = 12) -> str:
    head = "message_id,order_number,line,sku,answer,quantity,promised_on"
    return f"{head}\nA-1,{number},1,CUP,accepted,{quantity},2026-03-20\n"


def post(
    body: str, *, message_id: str = "msg-1", at: datetime | None = None, signature: str = "", to: str = INBOX
) -> Any:
    at = at or datetime.now(UTC)
    head = {
        "webhook-id": message_id, "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature or Webhook(SECRET).sign(message_id, at, body),
    }  # fmt: skip
    return Client().post(to, body, content_type="text/csv", headers=head)


def test_what_a_supplier_signs_is_kept_and_applied_and_told_the_same_again(inbox: Channel) -> None:
    number = place_order()
    first, again = post(answer_to(number)), post(answer_to(number))
    assert (first.status_code, first.json()) == (202, again.json())
    assert (InboundMessage.objects.filter(repeats=None).get().state, Acknowledgement.objects.count()) == ("applied", 1)


def place_order() -> str:
    [term] = SupplyTerm.objects.filter(supplier__code="ALPHA")
    line = purchasing.DraftLine(term, Decimal(12), TODAY + timedelta(days=14))
    site = Location.objects.get(code="SHOP")
    order = purchasing.draft(supplier=term.supplier, site=site, lines=[line], ordered_on=TODAY, actor=ACTOR)
    purchasing.place(order.number, actor=ACTOR)
    return order.number


def test_other_content_under_the_same_identity_is_a_conflict(inbox: Channel) -> None:
    number = place_order()
    post(answer_to(number))
    other = post(answer_to(number, 6))
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")


@pytest.mark.parametrize(
    "wrong",
    [
        {"away": timedelta(minutes=-6)},
        {"away": timedelta(minutes=6)},
        {"signature": "v1,AAAA"},
        {"signature": "nonsense"},
        {"signature": "v1," + "A" * 500},
        {"message_id": ""},
        {"message_id": "x" * 201},
        {"to": "/api/v1/inbox/nobody"},
    ],
)
def test_what_is_not_signed_leaves_no_trace(wrong: dict[str, Any], inbox: Channel) -> None:
    wrong = dict(wrong)
    at = datetime.now(UTC) + wrong.pop("away", timedelta())
    refused = post("x", at=at, **wrong)
    assert (refused.status_code, refused.json()["code"]) == (401, "bad_signature")
    assert "The signature does not fit this address" in refused.json()["detail"]
    assert not InboundMessage.objects.exists()


def test_a_body_that_was_changed_on_the_way_is_refused(inbox: Channel) -> None:
    at = datetime.now(UTC)
    assert post("other", at=at, signature=Webhook(SECRET).sign("msg-1", at, "as signed")).status_code == 401


def test_a_channel_is_set_shown_tried_and_removed_by_command() -> None:
    words = (
        "--supplier",
        "ALPHA",
        "--kind",
        "folder",
        "--format",
        "csv",
        "--carry",
        "orders",
        "--set",
        "out_folder=a/out",
    )
    assert run("channel", "set", "alpha", *words).exit_code == 0
    assert json.loads(run("channel", "show", "alpha", "--json").stdout)["settings"] == {"out_folder": "a/out"}
    assert "alpha" in run("channel", "list").stdout
    assert run("channel", "test", "alpha").stdout.startswith("It was taken: ")
    assert "out_folder" in run("channel", "settings", "folder", "csv").stdout
    assert "Nothing is fetched by the channel alpha." in run("channel", "poll", "alpha").stderr
    assert run("channel", "remove", "alpha").exit_code == 0
    assert "There is no channel alpha" in run("channel", "show", "alpha").stderr


def test_a_secret_is_asked_for_unseen_or_made_and_shown_once() -> None:
    words = ("--supplier", "ALPHA", "--kind", "webhook", "--format", "json", "--carry", "answers")
    made = run("channel", "set", "alpha", *words, "--fresh-secret")
    assert "Its secret, shown this once: whsec_" in made.stdout
    assert "whsec_" not in run("channel", "show", "alpha", "--json").stdout
    again = run("channel", "set", "alpha", *words, "--secret", "webhook_secret", typed=f"{SECRET}\n")
    assert again.exit_code == 0
    assert SECRET not in again.output
    assert ChannelSecret.objects.count() == 1


def test_programs_set_channels_and_get_no_secret_back(program: Client) -> None:
    body = {
        "supplier": "ALPHA", "kind": "folder", "format": "csv", "contents": ["orders"],
        "settings": {"out_folder": "alpha/out"},
    }  # fmt: skip
    made = program.put("/api/channels/alpha", json.dumps(body), content_type="application/json")
    assert (made.status_code, made.json()["settings"]) == (200, {"out_folder": "alpha/out"})
    assert program.post("/api/channels/alpha/test").json()["outcome"] == "taken"
    assert [c["name"] for c in program.get("/api/channels").json()] == ["alpha"]
    wrong = program.put("/api/channels/x", json.dumps({**body, "settings": {}}), content_type="application/json")
    assert (wrong.status_code, "out_folder is missing" in wrong.json()["detail"]) == (422, True)
    assert program.delete("/api/channels/alpha").status_code == 200
    assert program.get("/api/channels/alpha").status_code == 404


def some_messages() -> tuple[str, InboundMessage]:
    """An order that left, and an answer that was set aside."""
    made = folder_channel()
    number = place_order()
    dispatch_due(10)
    bad = "message_id,order_number,line,answer\nA-<script>alert(1)</script>,PO-9,1,accepted\n"
    return number, apply(take_in(made, bad.encode(), name="<b>answer</b>.csv"))


def test_the_log_by_command(tmp_path: Path) -> None:
    number, came = some_messages()
    rows = json.loads(run("message", "list", "--json").stdout)
    assert [(row["direction"], row["state"]) for row in rows] == [("in", "quarantined"), ("out", "sent")]
    assert run("message", "list", "--state", "quarantined").stdout.count("\n") == 2
    shown = run("message", "show", rows[1]["key"]).stdout
    assert f"{number}-1.csv" in shown
    assert "taken" in shown
    assert run("message", "save", f"in-{came.pk}", str(tmp_path / "raw")).exit_code == 0
    assert (tmp_path / "raw").read_bytes() == bytes(came.content)
    assert "is quarantined" in run("message", "replay", f"in-{came.pk}").stdout
    assert run("message", "discard", f"in-{came.pk}", "--reason", "a test").exit_code == 0
    assert "There is no message x" in run("message", "show", "x").stderr
    assert run("message", "replay", rows[1]["key"]).exit_code == 2


def test_the_log_for_programs(program: Client) -> None:
    number, came = some_messages()
    [went] = program.get("/api/messages/out").json()["rows"]
    assert (went["file_name"], went["state"]) == (f"{number}-1.csv", "sent")
    [told] = program.get("/api/messages/in?state=quarantined").json()["rows"]
    assert (told["id"], told["fault_place"]) == (came.pk, came.fault_place)
    assert program.get(f"/api/messages/in-{came.pk}/content").content == bytes(came.content)
    assert program.get(f"/api/messages/out-{went['id']}").json()["attempts"][0]["outcome"] == "taken"
    assert program.post(f"/api/messages/in-{came.pk}/replay").json()["state"] == "quarantined"
    assert program.post(f"/api/messages/out-{went['id']}/replay").status_code == 422
    body = json.dumps({"reason": "a test"})
    done = program.post(f"/api/messages/in-{came.pk}/discard", body, content_type="application/json")
    assert done.json()["state"] == "discarded"
    assert program.get("/api/messages/in-99999").status_code == 404


def test_the_log_on_pages_shows_what_came_and_renders_none_of_it() -> None:
    _, came = some_messages()
    client = signed_in()
    page = client.get("/messages").content.decode()
    assert "&lt;b&gt;answer&lt;/b&gt;.csv" in page
    assert f"in-{came.pk}" not in client.get("/messages?direction=out").content.decode()
    assert "no such message" in client.get("/messages?supplier=BETA&state=sent").content.decode()
    one = client.get(f"/messages/in-{came.pk}").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in one
    assert "<script>alert" not in one
    raw = client.get(f"/messages/in-{came.pk}/content")
    assert (raw.content, raw.headers["Content-Type"]) == (bytes(came.content), "application/octet-stream")
    assert raw.headers["Content-Disposition"] == f'attachment; filename="in-{came.pk}"'
    assert client.get("/messages/in-99999").status_code == 404
    assert client.get("/messages/x").status_code == 404


def test_a_page_replays_and_discards() -> None:
    _, came = some_messages()
    client = signed_in()
    assert "is quarantined" in client.post(f"/messages/in-{came.pk}/replay", follow=True).content.decode()
    assert client.post(f"/messages/in-{came.pk}/discard").status_code == 422
    done = client.post(f"/messages/in-{came.pk}/discard", {"reason": "by mistake"}, follow=True)
    assert "is discarded; its bytes stay." in done.content.decode()
