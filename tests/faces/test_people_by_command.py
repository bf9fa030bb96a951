"""People on the command line: made, shown, given roles, disabled."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.faces.test_cli import run
from tests.factories import small_business

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWNSTOCK_PASSWORD", "correct horse battery staple")


def told(*words: str) -> Any:
    """What a command answers to a program."""
    answer = run(*words, "--json")
    return json.loads(answer.stdout or answer.stderr)


def test_a_person_is_made_given_a_role_and_disabled() -> None:
    told("user", "create", "anna", "--role", "planner")
    assert told("user", "role", "anna", "--add", "buyer", "--remove", "planner")["roles"] == "buyer"
    assert told("user", "disable", "anna")["is_active"] is False
    assert told("user", "list") == [{"username": "anna", "is_active": False, "roles": "buyer"}]
    assert told("user", "role", "zoe")["code"] == "no_user"


def test_a_person_of_a_supplier_is_linked_to_it_and_to_no_other() -> None:
    small_business()
    told("user", "create", "bob")
    assert told("user", "supplier", "bob", "ALPHA") == {"username": "bob", "supplier": "ALPHA"}
    assert told("user", "list")[0]["roles"] == "supplier"
    assert told("user", "supplier", "bob", "BETA")["code"] == "contact_of_another"
    assert told("user", "role", "bob", "--add", "admin")["code"] == "mixed_roles"
    assert told("user", "supplier", "bob", "GAMMA")["code"] == "no_supplier"
