"""People on the command line: made, shown, given roles, disabled."""

from __future__ import annotations

import json
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import pytest

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
