"""The API is what its description says, whatever is asked by whom: no fault of ours, no answer that it does not name.

Each operation is asked by generated calls, right ones and wrong ones. `HYPOTHESIS_PROFILE=nightly` asks for many more.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.middleware.csrf import _get_new_csrf_string
from hypothesis import HealthCheck, Phase
from ninja.openapi.schema import OpenAPISchema
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from ownstock.access import actions as access
from ownstock.access.rules import HOLDS, Role, Scope
from ownstock.api.urls import api
from ownstock.site.programs import ProgramApplication
from tests.faces.test_api_scopes import NEEDED
from tests.faces.test_role_matrix import ELSEWHERE, asked, asks, things
from tests.factories import ACTOR

MANY = int(os.environ.get("OWNSTOCK_EXAMPLES", "60"))
EXAMPLES = MANY if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 2
ALWAYS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
CHECKS = {GenerationMode.POSITIVE: ALWAYS, GenerationMode.NEGATIVE: [*ALWAYS, negative_data_rejection]}
PROGRAM, NOBODY = "a program", "nobody"


class ProgramsByWSGI(WSGIHandler):
    """Answers as programs are answered, without the middleware of pages."""

    load_middleware = ProgramApplication.load_middleware

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """The answer, whole; the connection is the test's, which no request may close."""
        signals = (request_started, request_finished)
        for signal in signals:
            signal.disconnect(close_old_connections)
        try:
            response: Any = super().__call__(environ, start_response)
            content = b"".join(response)
            response.close()
            return [content]
        finally:
            for signal in signals:
                signal.connect(close_old_connections)


def described() -> Any:
    """The operations, as a program reads them from the description."""
    generation = GenerationConfig(allow_extra_parameters=False)
    config = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=generation)))
    return schemathesis.openapi.from_wsgi("/api/openapi.json", ProgramsByWSGI(), config=config)


def callers() -> dict[str, dict[str, str]]:
    """The headers by which each may call: a program by its key, nobody, and people of each role by their session."""
    token = access.create_api_key(PROGRAM, scopes=Scope, actor=ACTOR)
    headers: dict[str, dict[str, str]] = {PROGRAM: {"Authorization": f"Bearer {token}"}, NOBODY: {}}
    for role in Role:
        csrf, session = _get_new_csrf_string(), asks(role).cookies[settings.SESSION_COOKIE_NAME].value
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={csrf}"
        headers[role] = {"Cookie": cookies, "X-CSRFToken": csrf}
    return headers


def names_of(there: dict[str, dict[str, object]], path: str) -> dict[str, Any]:
    """Of the names in an address, those of something that is there."""
    folder = {
        "proposals": "", "item-sites": "/item-sites/", "transfer-orders": "/transfers/", "events": "/calendar/",
        "overrides": "/overrides/", "purchase-orders": "", "suppliers": "", "jobs": "/jobs/", "discrepancies": "",
    }.get(path.split("/")[2])  # fmt: skip
    if folder is None:
        return {}
    known = {**there[""], **there[folder]}
    known |= {"proposal": there[""]["pk"]} if "number" in known else {}
    if folder == "/jobs/":
        known["number"] = known["pk"]
    return {name: known[name] for name in re.findall(r"{(\w+)}", path) if name in known}


def faults(case: Any, mode: GenerationMode, who: str, headers: dict[str, str]) -> Iterator[str]:
    """What is wrong with the answer to a call, in sentences; what the call did is undone."""
    case.headers = {name: value for name, value in case.headers.items() if name not in ("Authorization", "Cookie")}
    case.cookies = {}
    with transaction.atomic():
        response = case.call(headers=headers)
        transaction.set_rollback(True)
    try:
        case.validate_response(response, checks=CHECKS[mode], headers=headers)
    except FailureGroup as group:
        for fault in group.exceptions:
            yield f"{case.operation.label} for {who}: {fault}\n{case.as_curl_command()}\n{response.text[:300]}"


def tried(
    operation: Any, mode: GenerationMode, known: dict[str, Any], everybody: dict[str, dict[str, str]]
) -> list[str]:
    """What is wrong with the answers of an operation to generated calls of one kind.

    Those who may call take turns; the first right call is everybody's.
    """
    needed = set(NEEDED.get((operation.method, operation.path), ()))
    allowed = [PROGRAM, *(role for role in Role if needed <= HOLDS[role])]
    found: list[str] = []
    calls: list[str] = []

    @hypothesis.seed(len(known))
    @hypothesis.settings(
        max_examples=EXAMPLES, database=None, deadline=None, derandomize=False, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @hypothesis.given(case=operation.as_strategy(mode))
    def call(case: Any) -> None:
        if mode is GenerationMode.POSITIVE and len(calls) % 2 == 0:
            case.path_parameters = {**case.path_parameters, **known}
        is_first = mode is GenerationMode.POSITIVE and not calls
        calls.append(allowed[len(calls) % len(allowed)])
        for who in everybody if is_first else calls[-1:]:
            found.extend(faults(case, mode, who, everybody[who]))

    # Where nothing is asked, no call is wrong.
    with suppress(hypothesis.errors.Unsatisfiable):
        call()
    return found


@pytest.mark.django_db
def test_every_operation_answers_as_described_whatever_is_asked_and_whoever_asks() -> None:
    there, everybody, found = things(), callers(), []
    for result in described().get_all_operations():
        operation = result.ok()
        for mode in GenerationMode:
            found += tried(operation, mode, names_of(there, operation.path), everybody)
    assert found == [], "\n\n".join(found)


@pytest.mark.django_db
def test_people_of_a_supplier_are_refused_by_every_operation_also_where_it_is_about_their_own() -> None:
    there, let_in = things(), []
    for who in (Role.SUPPLIER, ELSEWHERE):
        client = asks(who)
        for method, path in NEEDED:
            known = names_of(there, path)
            address = re.sub(r"{(\w+)}", lambda name, known=known: str(known.get(name[1], 1)), path)  # type: ignore[misc]
            response = asked(client, method.upper(), address)
            if (response.status_code, response.json()["code"]) != (403, "role_missing"):
                let_in.append(f"{method} {address} for {who}: {response.status_code}")
    assert let_in == []


def test_each_name_in_the_description_means_one_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Any] = {}
    ambiguous: set[str] = set()

    def add(schema: OpenAPISchema, definitions: dict[str, Any]) -> None:
        ambiguous.update(name for name, meaning in definitions.items() if told.setdefault(name, meaning) != meaning)
        schema.schemas.update(definitions)

    monkeypatch.setattr(OpenAPISchema, "add_schema_definitions", add)
    api.get_openapi_schema()
    assert ambiguous == set()
    assert len(told) > 100
