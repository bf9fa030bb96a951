"""Signing in with a second factor, recovery codes and lock-out; what the journal keeps of it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from click.testing import CliRunner
from django.core.cache import cache
from django.test import Client

from ownstock.access.actions import create_user, reset_second_factor
from ownstock.access.models import ApiKey, User
from ownstock.access.rules import HOLDS, Role
from ownstock.base.errors import Refused
from ownstock.journal.models import AuditEvent
from ownstock.site.entry import cli
from tests.factories import ACTOR
from tests.web_cases import NAME, PASSWORD, read

pytestmark = pytest.mark.django_db
ENTRY = {"username": NAME, "password": PASSWORD}


@pytest.fixture(autouse=True)
def _nobody_tried_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def anna(*roles: Role) -> User:
    return create_user(NAME, PASSWORD, roles=roles or [Role.BUYER], actor=ACTOR)


def signed_in_by_password() -> Client:
    client = Client()
    assert client.post("/sign-in", ENTRY).status_code == 302
    return client


def code_of(secret: str, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def with_app(client: Client) -> tuple[str, list[str]]:
    """Set up an app on the account's pages; its secret, and the recovery codes that are shown then."""
    assert client.get("/account/app")["Location"].startswith("/account/again")
    assert "Is it you?" in read(client.get("/account/again")).text
    client.post("/account/again", {"password": PASSWORD, "next": "/account/app"})
    secret = read(client.get("/account/app")).text.split("Enter this secret in the app:")[1].split()[0]
    response = client.post("/account/app", {"code": code_of(secret)}, follow=True)
    return secret, re.findall(r'<li class="code">([^<]+)</li>', response.content.decode())


def events(verb: str) -> list[tuple[str, object]]:
    return list(AuditEvent.objects.filter(verb=f"access.{verb}").order_by("id").values_list("subject", "new"))


def test_an_app_is_set_up_and_then_asked_for_beside_the_password(
    django_capture_on_commit_callbacks: Any,
) -> None:
    anna()
    client = signed_in_by_password()
    with django_capture_on_commit_callbacks(execute=True):
        secret, codes = with_app(client)
    assert len(codes) == 10
    kept = Authenticator.objects.get(type="totp")
    assert secret not in str(kept.data)
    client.post("/sign-out")
    response = client.post("/sign-in", {**ENTRY, "next": "/orders"})
    assert response["Location"] == "/sign-in/second"
    assert client.get("/orders").status_code == 302
    wrong = client.post("/sign-in/second", {"code": "000000"})
    assert "The code is wrong" in read(wrong).text
    assert client.post("/sign-in/second", {"code": code_of(secret, 1)})["Location"] == "/orders"
    assert client.get("/orders").status_code == 200
    assert events("factor_added") == [
        (f"user:{NAME}", {"factor": "totp"}),
        (f"user:{NAME}", {"factor": "recovery_codes"}),
    ]
    assert events("second_factor_failed") == [(f"user:{NAME}", {"factor": "totp"})]
    assert [new for _, new in events("signed_in")] == [{"methods": ["password"]}, {"methods": ["password", "totp"]}]


def test_a_code_counts_once_and_a_recovery_code_too() -> None:
    anna()
    client = signed_in_by_password()
    secret, codes = with_app(client)
    for code, is_in in ((code_of(secret, 1), True), (code_of(secret, 1), False), (codes[0], True), (codes[0], False)):
        fresh = Client()
        fresh.post("/sign-in", ENTRY)
        fresh.post("/sign-in/second", {"code": code})
        assert (fresh.get("/orders").status_code == 200) is is_in


def test_changes_of_the_sign_in_ask_again_who_is_there_and_removing_is_kept() -> None:
    user = anna()
    client = signed_in_by_password()
    with_app(client)
    stranger = Client()
    stranger.force_login(user)
    assert stranger.get("/account/app/remove")["Location"].startswith("/account/again")
    response = client.post("/account/app/remove", follow=True)
    assert "Set it up" in read(response).text
    assert not Authenticator.objects.filter(user=user).exists()
    assert (f"user:{NAME}", {"factor": "totp"}) in events("factor_removed")


def test_five_wrong_passwords_close_a_name_for_a_while_and_all_are_written_down() -> None:
    anna()
    for _ in range(5):
        assert "do not belong together" in read(Client().post("/sign-in", {**ENTRY, "password": "wrong"})).text
    assert "tried too often" in read(Client().post("/sign-in", ENTRY)).text
    assert events("sign_in_failed") == [(f"user:{NAME}", None)] * 5
    assert AuditEvent.objects.filter(verb="access.signed_in").count() == 0


def test_what_is_typed_as_a_name_is_not_kept_where_it_is_none() -> None:
    Client().post("/sign-in", {"username": "my secret pass phrase", "password": "x"})
    assert events("sign_in_failed") == [("sign_in:nobody", None)]


def test_a_password_is_changed_and_ends_every_other_session() -> None:
    anna()
    client, other = signed_in_by_password(), signed_in_by_password()
    new = "a longer horse and a battery"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert (
        "too short" in read(client.post("/account/password", {**form, "password1": "short", "password2": "short"})).text
    )
    assert client.post("/account/password", form)["Location"] == "/account"
    assert client.get("/orders").status_code == 200
    assert other.get("/orders").status_code == 302
    assert Client().post("/sign-in", {**ENTRY, "password": new}).status_code == 302
    assert events("password_changed") == [(f"user:{NAME}", None)]


def test_a_role_may_ask_for_a_second_factor(settings: Any) -> None:
    anna(Role.ADMIN)
    settings.SECOND_FACTOR_ROLES = frozenset({"admin", "finance"})
    client = signed_in_by_password()
    assert client.get("/orders")["Location"] == "/account"
    assert "Your role asks for a second factor" in read(client.get("/account")).text
    with_app(client)
    assert client.get("/orders").status_code == 200
    buyer = Client()
    buyer.force_login(create_user("bob", PASSWORD, roles=[Role.BUYER], actor=ACTOR))
    assert buyer.get("/orders").status_code == 200


def test_nobody_signs_up_and_a_disabled_account_does_not_sign_in() -> None:
    anna()
    User.objects.update(is_active=False)
    assert "do not belong together" in read(Client().post("/sign-in", ENTRY)).text
    for address in ("/signup", "/account/signup", "/accounts/signup/", "/account/email"):
        assert Client().get(address).status_code == 404


def test_a_suppliers_people_keep_their_own_account_and_land_on_the_portal() -> None:
    anna(Role.SUPPLIER)
    client = Client()
    assert client.post("/sign-in", {**ENTRY, "next": "/orders"})["Location"] == "/portal"
    assert client.get("/account").status_code == 200
    assert client.get("/sign-in")["Location"] == "/portal"


def test_whoever_lost_the_phone_is_let_in_by_password_once_the_factor_is_reset() -> None:
    anna()
    client = signed_in_by_password()
    with_app(client)
    reset_second_factor(NAME, actor="user:boss", reason="lost her phone")
    assert client.get("/orders").status_code == 302
    assert Client().post("/sign-in", ENTRY)["Location"] == "/"
    told = AuditEvent.objects.get(verb="access.second_factor_reset")
    assert (told.old, told.reason) == ({"factors": ["recovery_codes", "totp"]}, "lost her phone")
    with pytest.raises(Refused, match="no second factor"):
        reset_second_factor(NAME, actor="user:boss")


def test_a_key_may_be_made_with_all_that_a_role_may_do() -> None:
    made = CliRunner().invoke(cli, ["key", "create", "a plan", "--role", "planner", "--json"], obj=nullcontext)
    assert made.exit_code == 0, made.output
    assert set(ApiKey.objects.get().scopes) == HOLDS[Role.PLANNER]
