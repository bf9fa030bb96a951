"""The morning's digest: who asked for it is told what costs money, once a working day, by a real mail server."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from decimal import Decimal
from email import message_from_bytes, policy
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from ownstock.access.models import User
from ownstock.automation.actions import dispatch_due
from ownstock.automation.actions.digests import Wish, set_digest, tell_due
from ownstock.automation.models import DigestMail, DigestSetting
from ownstock.base.errors import Refused
from ownstock.cli.digest import digest
from ownstock.journal import actions as journal
from ownstock.journal.models import Alert, AuditEvent, OutboxRow
from tests.factories import small_business
from tests.mail_server import Mood, mail_server

pytestmark = pytest.mark.django_db
# A Monday, seven o'clock in Berlin.
MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def test_a_digest_leaves_once_a_morning_with_the_dearest_first_and_the_same_bytes_again(settings: Any) -> None:
    settings.PUBLIC_URL = "https://stock.example"
    anna = a_planner_who_asked(Wish(is_on=True, hour=7, time_zone="Europe/Berlin", least_money=Decimal(50)))
    three_things()
    with mail_server() as server:
        settings.SMTP_URL = server.url
        server.turns(Mood.CUT)
        assert tell_due(MONDAY) == 1
        dispatch_due(1)
        server.turns(Mood.KIND)
        OutboxRow.objects.update(due_at=MONDAY)
        dispatch_due(1)
    first, second = server.received
    assert first == second
    assert server.recipients == ["anna@shop.example"] * 2
    mail = message_from_bytes(second, policy=policy.default)
    text = mail.get_content()
    assert mail["Subject"] == "2 things to look at on 2026-11-23"
    assert text.index("Plates are out.") < text.index("Cups are late.")
    assert "Too many spoons." not in text
    assert f"https://stock.example/today/{Alert.objects.get(key='out').pk}" in text
    assert mail["List-Unsubscribe"] == "<https://stock.example/account/digest>"
    assert tell_due(MONDAY) == 0
    assert AuditEvent.objects.filter(verb="automation.digest_sent").count() == 1
    assert DigestMail.objects.get().user == anna


@pytest.mark.parametrize(
    ("wish", "moment", "why"),
    [
        (Wish(True, 8, "Europe/Berlin"), MONDAY, "its hour has not come"),
        (Wish(True, 7, "Europe/Berlin"), MONDAY.replace(day=22), "it is Sunday"),
        (Wish(False, 0, "UTC"), MONDAY, "it is switched off"),
        (Wish(True, 0, "UTC", groups=["new"]), MONDAY, "nothing of these kinds is wrong"),
        (Wish(True, 0, "UTC", sites=["DEPOT"], groups=["stocked_out"]), MONDAY, "nothing is wrong at this site"),
        (Wish(True, 0, "UTC", least_money=Decimal(9_999)), MONDAY, "nothing is worth as much"),
    ],
)
def test_nothing_leaves_where(wish: Wish, moment: datetime, why: str) -> None:
    a_planner_who_asked(wish)
    three_things()
    assert tell_due(moment) == 0, why


def test_who_may_not_see_the_list_any_more_is_told_nothing() -> None:
    anna = a_planner_who_asked(Wish(True, 0, "UTC"))
    three_things()
    User.objects.filter(pk=anna.pk).update(roles=["supplier"])
    assert tell_due(MONDAY) == 0


def test_a_digest_needs_an_address_an_hour_and_a_clock() -> None:
    small_business()
    ben = User.objects.create(username="ben", roles=["planner"])
    for wish, code in (
        (Wish(True, 7, "UTC"), "no_address"), (Wish(False, 24, "UTC"), "bad_hour"),
        (Wish(False, 7, "Mars/Olympus"), "bad_time_zone"), (Wish(False, 7, "UTC", groups=["weather"]), "bad_group"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            set_digest(ben, wish, actor="user:ben")
        assert refused.value.code == code
    assert not DigestSetting.objects.exists()


def test_a_person_sets_it_on_a_page_and_sees_what_would_be_told() -> None:
    anna = a_planner_who_asked(Wish(False, 0, "UTC"))
    three_things()
    client = Client()
    client.force_login(anna)
    assert "Plates are out." in client.get("/account/digest").content.decode()
    form = {
        "is_on": "on",
        "hour": "6",
        "time_zone": "Europe/Berlin",
        "least_money": "100",
        "groups": ["late"],
        "sites": "SHOP, B",
    }
    assert client.post("/account/digest", {**form, "hour": "24"}).status_code == 422
    assert client.post("/account/digest", {**form, "now": "1"}).status_code == 302
    setting = DigestSetting.objects.get()
    assert (setting.is_on, setting.groups, setting.sites) == (True, ["late"], ["SHOP", "B"])
    assert OutboxRow.objects.get().topic == "digest.written"
    page = client.get("/account/digest").content.decode()
    assert "Cups are late." in page
    assert "Plates are out." not in page


def test_a_command_shows_and_sends_it() -> None:
    a_planner_who_asked(Wish(False, 0, "UTC"))
    three_things()
    shown = CliRunner().invoke(digest, ["anna"], obj=nullcontext)
    assert shown.output.index("Plates are out.") < shown.output.index("Too many spoons.")
    sent = CliRunner().invoke(digest, ["anna", "--send"], obj=nullcontext)
    assert "On its way to anna@shop.example." in sent.output
    assert "left today already" in CliRunner().invoke(digest, ["anna", "--send"], obj=nullcontext).output


def a_planner_who_asked(wish: Wish) -> User:
    """Anna, who wants to be told."""
    small_business()
    anna = User.objects.create(username="anna", email="anna@shop.example", roles=["planner"])
    set_digest(anna, wish, actor="user:anna")
    return anna


def three_things() -> None:
    """A stock-out of 900, a late order of 120, an excess of 10."""
    Alert.objects.all().delete()
    for key, kind, sentence, money in (
        ("late", "late_delivery", "Cups are late.", 120), ("out", "stocked_out", "Plates are out.", 900),
        ("much", "excess", "Too many spoons.", 10),
    ):  # fmt: skip
        journal.raise_alert(key, kind=kind, sentence=sentence, facts={"site": "SHOP"}, money=Decimal(money))
