"""The life of an order on the command line: limits, rates, approving, changing, reminding, merging, cancelling."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ownstock.purchasing.models import PurchaseOrder
from tests.buying_cases import SUPPLIER, WANTED, drafted, line, one_supplier, people_with_limits, placed
from tests.faces.test_cli import run

pytestmark = pytest.mark.django_db
ANNA, CARL, DORA, EVE = (f"user:{name}" for name in ("anna", "carl", "dora", "eve"))


@pytest.fixture(autouse=True)
def _business() -> None:
    one_supplier()
    people_with_limits()


def told(*words: object) -> Any:
    answer = run(*words, "--json")
    return json.loads(answer.stdout or answer.stderr)


def test_a_limit_is_set_by_one_and_confirmed_by_another() -> None:
    assert told("limit", "set", "buyer", "--places-alone-up-to", 500, "--actor", DORA)["confirmed_by"] is None
    assert told("limit", "confirm", "buyer", "--actor", DORA)["code"] == "own_limit"
    assert told("limit", "confirm", "buyer", "--actor", EVE)["confirmed_by"] == EVE
    assert told("limit", "list")[0]["places_alone_up_to"] == "500"


def test_a_rate_is_entered_and_listed() -> None:
    told("rate", "set", "USD", "0.92", "--from", "2026-03-02")
    assert [row["currency"] for row in told("rate", "list")] == ["USD"]
    assert told("rate", "set", "EUR", "1")["code"] == "bad_currency"


def test_an_order_is_listed_as_waiting_approved_and_placed_with_the_others_that_may_leave() -> None:
    order = drafted(line("CUP", 60), actor=ANNA)
    assert [row["number"] for row in told("orders", "--waiting", "approval")] == [order.number]
    assert told("place", "--all", "--actor", ANNA) == []
    assert told("order", "approve", order.number, "--actor", ANNA)["code"] == "own_order"
    assert told("order", "approve", order.number, "--revision", 1, "--actor", CARL)["state"] == "approved"
    assert [row["state"] for row in told("place", "--all", "--actor", ANNA)] == ["placed"]


def test_an_order_is_changed_reminded_of_and_cancelled() -> None:
    order = placed(actor=ANNA)
    words = ("--line", 1, "--sku", "BOWL", "--quantity", 20, "--quantity", 6, "--requested-on", WANTED.isoformat())
    changed = told("order", "change", order.number, *words, "--reason", "bowls", "--actor", ANNA)
    assert (changed["revision"], changed["state"]) == (2, "placed")
    assert [row["sku"] for row in told("order", order.number)["deliveries"]] == ["CUP", "PLATE", "BOWL"]
    assert {row["waiting"] for row in told("order", "overdue", "--on", "2026-04-01")} == {"late"}
    told("order", "chase", order.number, "--actor", ANNA)
    assert told("order", "chase", order.number, "--actor", ANNA)["code"] == "chased_already"
    assert told("order", "overdue", "--due-only", "--on", "2026-04-01") == []
    assert told("order", "cancel", order.number, "--reason", "enough", "--actor", ANNA)["state"] == "cancelled"


def test_drafts_are_merged() -> None:
    first, second = drafted(actor=ANNA), drafted(line("BOWL", 6), actor=ANNA)
    assert [row["number"] for row in told("order", "merge", first.number, second.number)] == [first.number]
    assert PurchaseOrder.objects.get(pk=second.pk).state == "cancelled"


def test_another_price_is_refused_where_the_supplier_named_none() -> None:
    order = placed(actor=ANNA)
    told("acknowledge", order.number, "--accept-all", "--actor", SUPPLIER)
    words = ("order", "settle-price", order.number, 1, "--accept", "--reason", "fair", "--actor", ANNA)
    assert told(*words)["code"] == "no_price_differs"
