"""A key opens what its scopes say, until its last day, and nothing else: every scope against every endpoint."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone

from ownstock.access import actions as access
from ownstock.access.models import ApiKey
from ownstock.access.queries import live_key
from ownstock.access.rules import ALL_SCOPES, DAYS_OF_A_KEY, KeyState, Scope, key_state, scopes_named
from ownstock.api.inbox import Signature
from ownstock.api.keys import KeyHolder
from ownstock.api.urls import api
from ownstock.base.errors import Refused
from ownstock.journal.queries import trail
from ownstock.site.entry import cli
from tests.docs.sources import ROOT
from tests.factories import ACTOR

# A supplier's system signs what it posts; it is handed no key of ours.
SIGNED = {("post", "/api/v1/inbox/{channel}")}


def scopes_of(operation: Any) -> tuple[Scope, ...]:
    [holder] = operation.auth_callbacks
    assert isinstance(holder, KeyHolder)
    return holder.scopes


def needed() -> dict[tuple[str, str], tuple[Scope, ...]]:
    """What every endpoint states that it needs, by method and path."""
    return {
        (method.lower(), f"/api{path.replace('{path:', '{')}"): scopes_of(operation)
        for _, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
        if not isinstance(operation.auth_callbacks[0], Signature)
    }


# The page on the API says it in words, endpoint by endpoint; a test below compares the two.
NEEDED = needed()

# One for all calls: each new one would make the whole chain of the site's middleware anew.
PROGRAM = Client()


def call(token: str, method: str, path: str) -> Any:
    """What a call answers a key."""
    address, headers = re.sub(r"\{\w+\}", "PO-1", path), {"Authorization": f"Bearer {token}"}
    return getattr(PROGRAM, method)(address, content_type="application/json", headers=headers)


def strayed(token: str, held: Sequence[Scope], method: str, path: str) -> str:
    """In a sentence, what a call answers otherwise than the scopes of a key say; empty where it answers as they say."""
    missing = [scope for scope in NEEDED[method, path] if scope not in held]
    # What is let in may write or break something; it is undone.
    with nullcontext() if missing else transaction.atomic():
        response = call(token, method, path)
        if not missing:
            transaction.set_rollback(True)
    status, named = response.status_code, f"{method.upper()} {path}"
    if not missing:
        return f"{named} answers {status} to a key with {', '.join(held)}." if status in (401, 403) else ""
    problem = response.json() if response.headers["Content-Type"] == "application/problem+json" else {}
    facts = problem.get("facts", {})
    is_refused = (status, problem.get("code"), facts.get("missing")) == (403, "missing_scope", missing)
    is_told = is_refused and set(facts["held"]) == set(held) and all(scope in problem["detail"] for scope in missing)
    return "" if is_told else f"{named} answers {status} to a key that lacks {', '.join(missing)}: {problem}"


def run(*words: str) -> Result:
    return CliRunner(catch_exceptions=False).invoke(cli, list(words), obj=nullcontext)


def test_every_endpoint_states_what_it_needs() -> None:
    paths = api.get_openapi_schema()["paths"]
    assert set(NEEDED) | SIGNED == {(method, path) for path, operations in paths.items() for method in operations}
    assert [endpoint for endpoint, scopes in NEEDED.items() if not 0 < len(scopes) < len(Scope)] == []


@pytest.mark.parametrize("scope", Scope)
def test_a_key_opens_what_its_scope_says_and_nothing_else(db: None, scope: Scope) -> None:
    """One call of each need is tried with it; the two tests below try every call with all but one, and with what it needs."""
    token = access.create_api_key("a program", scopes=[scope], actor=ACTOR)
    one_of_each = {scopes: endpoint for endpoint, scopes in NEEDED.items()}
    assert [told for endpoint in one_of_each.values() if (told := strayed(token, [scope], *endpoint))] == []


def test_a_key_with_all_that_is_needed_and_no_more_opens(db: None) -> None:
    tokens = {scopes: access.create_api_key("a program", scopes=scopes, actor=ACTOR) for scopes in set(NEEDED.values())}
    answers = [strayed(tokens[scopes], scopes, *endpoint) for endpoint, scopes in NEEDED.items()]
    assert [told for told in answers if told] == []


def test_a_key_with_every_scope_but_one_that_is_needed_does_not_open(db: None) -> None:
    others = {scope: [other for other in Scope if other is not scope] for scope in Scope}
    tokens = {lacked: access.create_api_key("a program", scopes=held, actor=ACTOR) for lacked, held in others.items()}
    answers = [
        strayed(tokens[lacked], others[lacked], *endpoint) for endpoint, scopes in NEEDED.items() for lacked in scopes
    ]
    assert [told for told in answers if told] == []
    assert len(answers) >= len(NEEDED) > 100


def test_an_operation_that_states_no_scope_needs_them_all() -> None:
    [default] = api.auth  # type: ignore[misc]
    assert isinstance(default, KeyHolder)
    assert set(default.scopes) == set(Scope)


def test_an_expired_key_is_told_so_and_opens_nothing(db: None) -> None:
    token = access.create_api_key("a program", scopes=Scope, actor=ACTOR)
    ApiKey.objects.update(expires_at=timezone.now())
    for method, path in NEEDED:
        response = call(token, method, path)
        assert (response.status_code, response.json()["code"]) == (401, "key_expired")
        assert response.headers["WWW-Authenticate"] == "Bearer"
    guessed = call(f"{token[:8]}{'0' * 64}", "get", "/api/balances")
    assert guessed.json()["code"] == "no_live_key"


def test_a_key_lives_for_a_year_unless_told_otherwise(db: None) -> None:
    for words, days in (((), DAYS_OF_A_KEY), (("--expires-in-days", "3"), 3)):
        assert run("key", "create", f"for {days}", "--scope", "ledger:read", *words).exit_code == 0
        expires_at = ApiKey.objects.get(label=f"for {days}").expires_at
        assert expires_at is not None
        lives = expires_at - timezone.now()
        assert timedelta(days=days, minutes=-1) < lives <= timedelta(days=days)
    assert run("key", "create", "for ever", "--scope", "all", "--expires-in-days", "0").exit_code == 2
    with pytest.raises(Refused, match="lives for 1 to"):
        access.create_api_key("for ever", scopes=Scope, expires_in_days=100_000, actor=ACTOR)


def test_a_key_without_a_scope_is_refused_with_all_there_are(db: None) -> None:
    refused = run("key", "create", "the till")
    assert refused.exit_code == 1
    assert all(f"{scope}: {scope.meaning}" in refused.stderr for scope in Scope)
    assert "There is no scope ledger:burn." in run("key", "create", "the till", "--scope", "ledger:burn").stderr
    with pytest.raises(Refused, match="opens nothing"):
        access.create_api_key("the till", scopes=[], actor=ACTOR)
    assert not ApiKey.objects.exists()


def test_scopes_are_kept_once_each_and_told_to_the_journal(db: None) -> None:
    words = ("--scope", "orders:read", "--scope", "ledger:read", "--scope", "orders:read")
    made = json.loads(run("key", "create", "the till", *words, "--json").stdout)
    assert made["scopes"] == ["ledger:read", "orders:read"]
    key = ApiKey.objects.get()
    assert key.scopes == made["scopes"]
    assert trail(key.actor).get().new["scopes"] == made["scopes"]
    assert scopes_named([ALL_SCOPES, "audit:read"]) == list(Scope)


def test_keys_are_listed_with_what_they_may_do_and_until_when(db: None) -> None:
    tokens = [access.create_api_key(label, scopes=[Scope.AUDIT_READ], actor=ACTOR) for label in ("old", "ended", "new")]
    ApiKey.objects.filter(label="old").update(expires_at=timezone.now())
    access.revoke_api_key(tokens[1][:8], actor=ACTOR)
    rows = json.loads(run("key", "list", "--json").stdout)
    assert [(row["label"], row["state"], row["scopes"]) for row in rows] == [
        ("new", "live", "audit:read"), ("ended", "revoked", "audit:read"), ("old", "expired", "audit:read"),
    ]  # fmt: skip
    assert rows[0]["expires_at"].endswith("Z")
    assert not any(token in run("key", "list").stdout for token in tokens)


def test_a_key_expires_to_the_moment() -> None:
    now = timezone.now()
    moment = timedelta(microseconds=1)
    assert key_state(None, now + moment, now=now) is KeyState.LIVE
    assert key_state(None, now, now=now) is KeyState.EXPIRED
    assert key_state(None, None, now=now) is KeyState.LIVE
    assert key_state(now, now - moment, now=now) is KeyState.REVOKED


def test_keys_of_before_there_were_scopes_keep_what_they_could_do(committed_db: Any) -> None:
    token = access.create_api_key("of before", scopes=[Scope.AUDIT_READ], actor=ACTOR)
    for target in ("0003_seal_functions", "0004_key_scopes"):
        executor = MigrationExecutor(connections["owner"])
        executor.migrate([("access", target)])
    key = live_key(token)
    assert key is not None
    of_then = import_module("ownstock.access.migrations.0004_key_scopes").ALL
    assert (key.scopes, key.expires_at) == (of_then, None)
    assert set(of_then) <= set(Scope)


def test_the_page_on_the_api_names_the_scope_of_every_call() -> None:
    page = (ROOT / "docs" / "how-to" / "call-the-api.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `([A-Z]+) (/api/[^`]+)` \| ([^|]+) \|", page, re.MULTILINE)
    listed = {
        (method.lower(), re.sub(r"PO-\d+", "{number}", path)): tuple(re.findall(r"[a-z:]+", scopes))
        for method, path, scopes in told
    }
    assert listed.keys() == NEEDED.keys() | SIGNED
    assert {call: scopes for call, scopes in listed.items() if call not in SIGNED} == NEEDED
    assert all(f"| `{scope}` | {scope.meaning} |" in page for scope in Scope)
