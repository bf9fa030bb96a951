"""People and their roles: given, taken, kept in the journal; sessions that end with the account."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from ownstock.access import actions, queries
from ownstock.access.rules import INTERNAL_ROLES, Role, roles_after
from ownstock.base.errors import Refused
from ownstock.journal.models import AuditEvent

PASSWORD = "correct horse battery staple"
ACTOR = "test"
ROLES = st.sets(st.sampled_from(list(Role)))


def person(name: str = "anna", *roles: Role) -> None:
    actions.create_user(name, PASSWORD, roles=roles, actor=ACTOR)


@pytest.mark.django_db
def test_roles_are_given_and_taken_with_what_was_before_and_after_in_the_journal() -> None:
    person("anna", Role.PLANNER)
    actions.change_roles("anna", add=[Role.BUYER], remove=[Role.PLANNER], actor="user:boss", reason="moved")
    assert queries.roles_of("user:anna") == {Role.BUYER}
    event = AuditEvent.objects.get(verb="access.roles_changed")
    assert (event.actor, event.subject, event.reason) == ("user:boss", "user:anna", "moved")
    assert (event.old, event.new) == ({"roles": ["planner"]}, {"roles": ["buyer"]})


@pytest.mark.django_db
def test_a_role_that_is_held_already_changes_nothing() -> None:
    person("anna", Role.BUYER)
    actions.change_roles("anna", add=[Role.BUYER], remove=[Role.FINANCE], actor=ACTOR)
    assert not AuditEvent.objects.filter(verb="access.roles_changed").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("actor", ["job:plan", "key:12345678", "user:nobody", "anna", ""])
def test_whoever_is_no_person_here_has_no_roles(actor: str) -> None:
    person("anna", Role.BUYER)
    assert queries.roles_of(actor) == frozenset()


@pytest.mark.django_db
def test_an_account_that_is_disabled_has_no_roles() -> None:
    person("anna", Role.BUYER)
    actions.disable_user("anna", actor=ACTOR)
    assert queries.roles_of("user:anna") == frozenset()


@pytest.mark.django_db
def test_nobody_is_a_supplier_and_one_of_ours() -> None:
    person("anna", Role.BUYER)
    with pytest.raises(Refused, match="Make two accounts"):
        actions.change_roles("anna", add=[Role.SUPPLIER], actor=ACTOR)
    with pytest.raises(Refused, match="Make two accounts"):
        person("bob", Role.SUPPLIER, Role.ADMIN)


@pytest.mark.django_db
def test_an_account_keeps_its_last_role() -> None:
    person("bob", Role.SUPPLIER)
    with pytest.raises(Refused, match="keeps its last role"):
        actions.change_roles("bob", remove=[Role.SUPPLIER], actor=ACTOR)
    assert queries.roles_of("user:bob") == {Role.SUPPLIER}


@pytest.mark.django_db
def test_a_person_unknown_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="There is no user zoe"):
        actions.change_roles("zoe", add=[Role.BUYER], actor=ACTOR)
    with pytest.raises(Refused, match="There is no user zoe"):
        queries.user("zoe")


@pytest.mark.django_db
def test_what_a_disabled_person_has_open_ends_and_does_not_come_back() -> None:
    person("anna")
    person("ben")
    browsers = {name: Client() for name in ("anna", "ben")}
    for name, browser in browsers.items():
        browser.force_login(queries.user(name))
    actions.disable_user("anna", actor=ACTOR, reason="left")
    assert browsers["anna"].get(reverse("web:proposals")).status_code == 302
    actions.enable_user("anna", actor=ACTOR)
    assert browsers["anna"].get(reverse("web:proposals")).status_code == 302
    assert browsers["ben"].get(reverse("web:proposals")).status_code == 200
    assert [e.verb for e in AuditEvent.objects.filter(subject="user:anna").order_by("id")] == [
        "access.user_created",
        "access.user_disabled",
        "access.user_enabled",
    ]


@given(held=ROLES, add=ROLES, remove=ROLES)
def test_whatever_is_given_and_taken_a_suppliers_account_never_becomes_one_of_ours(
    held: set[Role], add: set[Role], remove: set[Role]
) -> None:
    try:
        before = roles_after([], add=held, remove=[])
        after = roles_after(before, add=add, remove=remove)
    except Refused:
        return
    assert not (Role.SUPPLIER in after and len(after) > 1)
    assert bool(after) or not before
    assert set(after) <= (set(before) | add)


def test_the_roles_of_ours_are_all_but_the_suppliers() -> None:
    assert set(Role) - set(INTERNAL_ROLES) == {Role.SUPPLIER}
