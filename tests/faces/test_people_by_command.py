"""People on the command line: made, shown, given roles, disabled."""

from __future__ import annotations

import json
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.factories import small_business

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def told(committed_db: object, ownstock: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """What a command answers to a program."""
    monkeypatch.setenv("OWNSTOCK_PASSWORD", "correct horse battery staple")

    def run(*words: str) -> Any:
        answer = ownstock(*words, "--json")
        return json.loads(answer.stdout or answer.stderr)

    return run


def test_a_person_is_made_given_a_role_and_disabled(told: Callable[..., Any]) -> None:
    told("user", "create", "anna", "--role", "planner")
    assert told("user", "role", "anna", "--add", "buyer", "--remove", "planner")["roles"] == "buyer"
    assert told("user", "disable", "anna")["is_active"] is False
    assert told("user", "list") == [{"username": "anna", "is_active": False, "roles": "buyer"}]
    assert told("user", "role", "zoe")["code"] == "no_user"


def test_a_person_of_a_supplier_is_linked_to_it_and_to_no_other(told: Callable[..., Any]) -> None:
    small_business()
    told("user", "create", "bob")
    assert told("user", "supplier", "bob", "ALPHA") == {"username": "bob", "supplier": "ALPHA"}
    assert told("user", "list")[0]["roles"] == "supplier"
    assert told("user", "supplier", "bob", "BETA")["code"] == "contact_of_another"
    assert told("user", "role", "bob", "--add", "admin")["code"] == "mixed_roles"
    assert told("user", "supplier", "bob", "GAMMA")["code"] == "no_supplier"
