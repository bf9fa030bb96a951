"""Whatever is wrong with a call, the API says so in a sentence, as `application/problem+json`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from ownstock.access import actions as access
from ownstock.access.rules import Scope
from tests.factories import ACTOR, small_business

pytestmark = pytest.mark.django_db
NUL = chr(0)


@pytest.fixture
def program() -> Client:
    small_business()
    token = access.create_api_key("test", scopes=list(Scope), actor=ACTOR)
    return Client(headers={"authorization": f"Bearer {token}"})


def problem(response: Any, status: int, code: str) -> str:
    """The sentence of a refusal."""
    assert (response.status_code, response.headers["Content-Type"]) == (status, "application/problem+json")
    body = response.json()
    assert (body["status"], body["code"]) == (status, code)
    return str(body["detail"])


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_an_address_where_nothing_is_served_is_told_in_a_sentence(method: str) -> None:
    told = problem(getattr(Client(enforce_csrf_checks=True), method)("/api/orders/7"), 404, "no_such_address")
    assert told == "There is nothing at /api/orders/7; /api/openapi.json names what there is."


def test_an_address_with_a_line_break_is_told_like_any_other_where_nothing_is_served(program: Client) -> None:
    problem(program.get("/api/postings/a%0Ab"), 404, "no_such_address")


def test_a_day_too_far_away_to_be_reckoned_with_is_told_in_a_sentence(program: Client) -> None:
    response = program.get("/api/kpis/movements?since=0001-01-01&until=9999-12-31")
    assert "too far away" in problem(response, 422, "malformed")


def test_a_method_that_an_address_does_not_take_is_told_with_those_it_takes(program: Client) -> None:
    response = program.delete("/api/balances")
    assert problem(response, 405, "wrong_method") == "/api/balances takes GET, not DELETE."
    assert response.headers["Allow"] == "GET"


def test_a_body_that_is_no_json_is_told_in_a_sentence(program: Client) -> None:
    response = program.post("/api/postings", '{"postings": [', "application/json")
    assert problem(response, 400, "unreadable").startswith("The request's body is not JSON")


def test_a_character_that_no_text_may_have_is_told_in_a_sentence(program: Client) -> None:
    line = {"sku": "CUP", "source": "DIFFERENCES", "target": "SHOP", "quantity": "1"}
    body = {"postings": [{"key": f"a{NUL}b", "kind": "adjustment", "lines": [line]}]}
    for response in (
        program.get("/api/balances", {"sku": NUL}),
        program.post("/api/postings", json.dumps(body), "application/json"),
    ):
        assert "NUL" in problem(response, 422, "malformed")
