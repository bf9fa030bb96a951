"""The pages of who may sign in: people are let in, given roles, ended; keys are made, shown once, revoked."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from ownstock.access.actions import create_api_key, create_user
from ownstock.access.models import ApiKey, User
from ownstock.access.rules import HOLDS, Role, Scope
from ownstock.catalog.models import Supplier, SupplierContact
from ownstock.journal import actions as journal
from ownstock.journal.models import AuditEvent
from tests.factories import ACTOR
from tests.web_cases import PASSWORD, read

pytestmark = pytest.mark.django_db
SHOWN = re.compile(r'<strong class="code any">([^<]+)</strong>')


def boss() -> Client:
    """A browser in which the only administrator is signed in."""
    client = Client()
    client.force_login(create_user("boss", PASSWORD, roles=[Role.ADMIN], actor=ACTOR))
    return client


def person(name: str = "anna", *roles: Role) -> User:
    return create_user(name, PASSWORD, roles=roles or [Role.BUYER], actor=ACTOR)


def done(client: Client, who: User, do: str, **said: object) -> str:
    """What the page tells after something was done to an account."""
    return read(client.post(f"/people/{who.pk}", {"do": do, "reason": "she asked", **said}, follow=True)).text


def can_sign_in(name: str, password: str) -> bool:
    return bool(Client().post("/sign-in", {"username": name, "password": password}).status_code == 302)


def test_somebody_is_let_in_by_a_password_that_is_shown_once_and_does_what_the_roles_say() -> None:
    client = boss()
    page = client.post("/people", {"username": "mia", "email": "mia@example.org", "roles": ["buyer", "planner"]})
    [password] = SHOWN.findall(page.content.decode())
    assert "no-store" in page["Cache-Control"]
    assert can_sign_in("mia", password)
    assert password not in client.get("/people").content.decode()
    mia = User.objects.get(username="mia")
    assert (mia.roles, mia.email) == (["planner", "buyer"], "mia@example.org")
    event = AuditEvent.objects.get(verb="access.user_created", subject="user:mia")
    assert (event.actor, event.new) == ("user:boss", {"roles": ["planner", "buyer"]})


def test_a_suppliers_person_is_let_in_with_their_supplier_or_not_at_all() -> None:
    client = boss()
    refused = client.post("/people", {"username": "bob", "supplier": "NONE"})
    assert refused.status_code == 404
    assert "NONE" in read(refused).text
    assert not User.objects.filter(username="bob").exists()
    Supplier.objects.create(code="ALPHA", name="Alpha Ltd")
    both = read(client.post("/people", {"username": "bob", "supplier": "ALPHA", "roles": ["buyer"]})).text
    assert "nobody is of both sides" in both
    client.post("/people", {"username": "bob", "supplier": "ALPHA"})
    bob = User.objects.get(username="bob")
    assert (bob.roles, bob.supplier_contact.supplier.code) == (["supplier"], "ALPHA")
    assert "Alpha Ltd" in read(client.get("/people")).text
    assert "acts for no supplier any more" in done(client, bob, "unlink")
    assert not SupplierContact.objects.exists()
    assert "and nothing else" in done(client, bob, "link", supplier="ALPHA")
    assert SupplierContact.objects.get().user == bob


def test_roles_are_given_and_taken_with_the_reason_in_the_audit() -> None:
    client, anna = boss(), person()
    told = done(client, anna, "roles", held="buyer", roles=["finance", "viewer"])
    assert "The roles of anna are kept." in told
    event = AuditEvent.objects.get(verb="access.roles_changed")
    assert (event.actor, event.old, event.new, event.reason) == (
        "user:boss", {"roles": ["buyer"]}, {"roles": ["viewer", "finance"]}, "she asked",
    )  # fmt: skip


def test_a_role_that_another_administrator_gave_meanwhile_stays() -> None:
    client, anna = boss(), person("anna", Role.BUYER, Role.QUALITY)
    done(client, anna, "roles", held="buyer", roles=["buyer", "planner"])
    anna.refresh_from_db()
    assert anna.roles == ["planner", "buyer", "quality"]


@pytest.mark.parametrize("said", [{"roles": []}, {"roles": ["buyer"], "reason": ""}, {"roles": ["supplier"]}])
def test_the_last_role_stays_and_nothing_is_changed_without_a_reason(said: dict[str, object]) -> None:
    client, anna = boss(), person()
    page = client.post(f"/people/{anna.pk}", {"do": "roles", "held": "buyer", "reason": "x", **said})
    assert page.status_code == 422
    assert read(page).with_name("held")
    anna.refresh_from_db()
    assert anna.roles == ["buyer"]


def test_the_last_administrator_stays_one_and_nobody_shuts_themselves_out() -> None:
    client = boss()
    me = User.objects.get(username="boss")
    assert "is the last administrator" in done(client, me, "roles", held="admin", roles=["viewer"])
    assert "You cannot end your own access" in done(client, me, "end")
    assert "You cannot replace your own password here" in done(client, me, "password")
    assert "You cannot take your own second factor away here" in done(client, me, "factor")
    person("vera", Role.ADMIN)
    done(client, me, "roles", held="admin", roles=["viewer"])
    me.refresh_from_db()
    assert (me.roles, me.is_active) == (["viewer"], True)
    assert client.get("/people").status_code == 403


def test_access_is_ended_with_all_that_is_open_and_restored() -> None:
    client, anna, browser = boss(), person(), Client()
    browser.force_login(anna)
    assert "anna cannot sign in any more." in done(client, anna, "end")
    assert browser.get("/orders")["Location"].startswith("/sign-in")
    assert not can_sign_in("anna", PASSWORD)
    assert "ended" in read(client.get("/people")).text
    assert "anna can sign in again." in done(client, anna, "restore")
    assert can_sign_in("anna", PASSWORD)


def test_who_lost_phone_and_password_gets_in_again() -> None:
    client, anna = boss(), person()
    Authenticator.objects.create(user=anna, type="totp", data={"secret": "x"})
    assert "with a second factor" in read(client.get(f"/people/{anna.pk}")).text
    assert "anna signs in by password alone." in done(client, anna, "factor")
    assert not Authenticator.objects.exists()
    page = client.post(f"/people/{anna.pk}", {"do": "password", "reason": "forgot it"})
    [password] = SHOWN.findall(page.content.decode())
    assert not can_sign_in("anna", PASSWORD)
    assert can_sign_in("anna", password)
    verbs = AuditEvent.objects.filter(subject="user:anna", actor="user:boss").order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["access.second_factor_reset", "access.password_replaced"]
    assert password not in str(list(AuditEvent.objects.values_list("old", "new", "reason")))


def test_an_address_is_kept_and_an_unknown_account_or_deed_is_told() -> None:
    client, anna = boss(), person()
    done(client, anna, "email", email="anna@example.org")
    assert "anna@example.org" in read(client.get("/people?text=EXAMPLE")).text
    assert "Nobody fits." in read(client.get("/people?text=nobody")).text
    assert "Enter a valid email address." in done(client, anna, "email", email="anna")
    assert client.get("/people/999999").status_code == 404
    assert client.post(f"/people/{anna.pk}", {"do": "dance"}).status_code == 422


def test_a_key_is_shown_once_opens_what_was_ticked_and_is_revoked() -> None:
    client = boss()
    form = {"label": "shop", "expires_in_days": 30, "roles": ["viewer"], "scopes": ["demand:write"]}
    page = client.post("/people/keys", form)
    [token] = SHOWN.findall(page.content.decode())
    key = ApiKey.objects.get()
    assert set(key.scopes) == HOLDS[Role.VIEWER] | {Scope.DEMAND_WRITE}
    assert key.expires_at is not None
    assert 29 <= (key.expires_at - timezone.now()).days <= 30
    asking = {"Authorization": f"Bearer {token}"}
    assert Client().get("/api/balances", headers=asking).status_code == 200
    assert token not in client.get("/people/keys").content.decode()
    assert "revoked" not in read(client.get("/people/keys")).text
    client.post(f"/people/keys/{key.prefix}/revoke")
    assert Client().get("/api/balances", headers=asking).status_code == 401
    assert "revoked" in read(client.get("/people/keys")).text
    assert client.post(f"/people/keys/{key.prefix}/revoke").status_code == 422
    assert (
        "a key without that opens nothing" in read(client.post("/people/keys", form | {"roles": [], "scopes": []})).text
    )


def test_a_key_says_when_it_last_changed_anything() -> None:
    client = boss()
    create_api_key("idle", scopes=[Scope.LEDGER_READ], actor=ACTOR)
    assert "nothing yet" in read(client.get("/people/keys")).text
    journal.record(actor=ApiKey.objects.get().actor, verb="ledger.posted", subject="movement:1")
    assert "nothing yet" not in read(client.get("/people/keys")).text


def test_the_page_of_roles_says_in_words_what_each_may_do() -> None:
    text = read(boss().get("/people/roles")).text
    for role in Role:
        assert role.meaning in text
        assert all(scope.meaning in text for scope in HOLDS[role])


def test_a_hundred_accounts_are_told_in_as_few_questions_as_one(django_assert_max_num_queries: object) -> None:
    client = boss()
    User.objects.bulk_create(User(username=f"p{n:03}", roles=["supplier" if n % 2 else "buyer"]) for n in range(100))
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        assert "1 to 50 of 101" in read(client.get("/people")).text
