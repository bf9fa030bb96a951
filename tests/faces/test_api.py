"""What programs may ask over HTTP: with a key, once per key of theirs, and with every refusal as a problem."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ownstock.access import actions as access
from ownstock.access.rules import Scope
from ownstock.api.orders import AcknowledgementIn, ReceiptIn
from ownstock.api.postings import PostingsIn
from ownstock.api.urls import api
from ownstock.catalog.models import Location
from ownstock.journal.models import Heartbeat
from ownstock.ledger.models import Balance, Movement, Posting
from ownstock.planning import actions as planning
from ownstock.planning.models import Proposal
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.models import Acknowledgement, PurchaseOrder
from tests.docs.sources import ROOT
from tests.factories import ACTOR, TODAY, opening, sell_every_week, small_business

WEEKLY = [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14]
PROMISE = {"answers": [{"line": 1, "promises": [{"quantity": "6", "promised_on": "2026-03-16"}]}]}
GOODS: dict[str, Any] = {"received_on": "2026-03-16", "lines": [{"line": 1, "quantity": "6"}]}


@pytest.fixture
def token(db: None) -> str:
    return access.create_api_key("the till", scopes=Scope, actor=ACTOR)


@pytest.fixture
def program(token: str) -> Client:
    """A program with a live key, beside a small business."""
    small_business()
    return Client(headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def order(program: Client) -> PurchaseOrder:
    """An order of one line of cups, placed."""
    sell_every_week("CUP", WEEKLY)
    opening("CUP", 4)
    planning.plan(planned_on=TODAY, actor=ACTOR)
    [drafted] = planning.approve([Proposal.objects.get().pk], actor=ACTOR)
    return purchasing.place(drafted.number, actor=ACTOR)


def post(program: Client, path: str, body: object, *, key: str = "") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return program.post(f"/api/{path}", body, content_type="application/json", headers=headers)


def posting(key: str = "a1", quantity: object = "7", **changes: object) -> dict[str, Any]:
    line = {"sku": "CUP", "source": "DIFFERENCES", "target": "SHOP", "quantity": quantity, **changes}
    return {"postings": [{"key": key, "kind": "adjustment", "lines": [line]}]}


def assert_problem(response: Any, status: int, code: str) -> Any:
    """The problem of a refusal, which must be of this status and code."""
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code), problem
    return problem


def test_what_is_on_hand_is_listed_in_parts(program: Client) -> None:
    opening("CUP", 12)
    opening("PLATE", 3)
    first = program.get("/api/balances", {"limit": 1}).json()
    [row] = first["rows"]
    assert (row["sku"], row["location"], row["lot"], Decimal(row["on_hand"])) == ("CUP", "SHOP", None, 12)
    last = program.get("/api/balances", {"limit": 1, "after": first["next"]}).json()
    assert ([row["sku"] for row in last["rows"]], last["next"]) == (["PLATE"], None)
    [plate] = program.get("/api/balances", {"sku": "PLATE", "location": "SHOP"}).json()["rows"]
    assert plate["sku"] == "PLATE"
    assert program.get("/api/balances", {"location": "NOWHERE"}).json() == {"rows": [], "next": None}


def received(number: int) -> datetime:
    """The moments of some receipts, two of which are the same."""
    return datetime(2026, 1, 5 + number // 2, tzinfo=UTC)


def parts_of(program: Client, path: str, **asked: Any) -> list[Any]:
    """All rows of a list, asked for part by part."""
    rows, after = [], ""
    while True:
        part = program.get(path, {**asked, "after": after}).json()
        assert part["rows"]
        rows += part["rows"]
        if part["next"] is None:
            return rows
        after = part["next"]


@pytest.mark.parametrize(
    ("path", "asked"),
    [("balances", {}), ("balances", {"location": "SHOP"}), ("movements", {"sku": "CUP", "site": "SHOP"})],
)
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_parts_make_the_whole_list(program: Client, path: str, asked: dict[str, Any], limit: int) -> None:
    shop = Location.objects.get(code="SHOP")
    for number in range(5):
        bin_code = Location.objects.create(code=f"BIN{number}", name="bin", kind="bin", site=shop).code
        opening("CUP", 1 + number, key=f"cups {number}", moved_at=received(number), location=bin_code)
        opening("CUP", 1, key=f"more {number}")
    opening("PLATE", 3)
    whole = program.get(f"/api/{path}", asked).json()
    assert whole["next"] is None
    assert parts_of(program, f"/api/{path}", limit=limit, **asked) == whole["rows"]


def test_what_comes_meanwhile_moves_no_row_to_another_part(program: Client) -> None:
    for number in range(3):
        opening("CUP", 1 + number, key=f"cups {number}", moved_at=received(number))
    asked: dict[str, Any] = {"sku": "CUP", "site": "SHOP", "limit": 1}
    first = program.get("/api/movements", asked).json()
    opening("CUP", 9, key="just now")
    second = program.get("/api/movements", {**asked, "after": first["next"]}).json()
    assert [Decimal(part["rows"][0]["quantity"]) for part in (first, second)] == [3, 2]


@pytest.mark.parametrize("asked", [{}, {"sku": "CUP"}])
def test_an_index_leads_to_any_part_of_the_balances(program: Client, asked: dict[str, Any]) -> None:
    opening("CUP", 1)
    opening("PLATE", 1)
    after = program.get("/api/balances", {"limit": 1}).json()["next"]
    with CaptureQueriesContext(connection) as sent:
        program.get("/api/balances", {**asked, "after": after})
    [statement] = [query["sql"] for query in sent if "ledger_balance" in query["sql"]]
    with connection.cursor() as cursor:
        # So few rows would be read one after another.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        plan = " ".join(row[0] for row in cursor.fetchall())
    assert re.search(r"Index Cond: \(+ROW\(item_id, location_id, id\) > ROW\(", plan), plan


@pytest.mark.parametrize("after", ["17", "WyIxIl0:abc", '["1","1","1"]'])
def test_a_place_that_was_not_given_out_is_refused(program: Client, after: str) -> None:
    problem = assert_problem(program.get("/api/balances", {"after": after}), 422, "unknown_place")
    assert "`next` of the part before" in problem["detail"]


def test_a_place_in_another_list_is_refused(program: Client) -> None:
    opening("CUP", 1, key="cup")
    opening("CUP", 2, key="cups")
    asked: dict[str, Any] = {"sku": "CUP", "site": "SHOP", "limit": 1}
    moved = program.get("/api/movements", asked).json()
    assert_problem(program.get("/api/balances", {"after": moved["next"]}), 422, "unknown_place")


@pytest.mark.parametrize("asked", [{"limit": 1001}, {"limit": 0}, {"after": "x" * 501}])
def test_a_part_is_bounded(program: Client, asked: dict[str, Any]) -> None:
    problem = assert_problem(program.get("/api/balances", asked), 422, "malformed")
    assert problem["fields"][0]["field"] == f"query.{next(iter(asked))}"


def test_a_proposal_carries_its_reason(program: Client, order: PurchaseOrder) -> None:
    [row] = program.get("/api/proposals", {"state": "approved"}).json()["rows"]
    proposal = Proposal.objects.get()
    assert (row["id"], Decimal(row["quantity"]), row["reason"]) == (proposal.pk, proposal.quantity, proposal.reason)
    nothing: dict[str, Any] = {"rows": [], "next": None}
    assert program.get("/api/proposals").json() == nothing
    assert program.get("/api/proposals", {"state": "approved", "supplier": "BETA"}).json() == nothing


def test_an_order_shows_what_is_open(program: Client, order: PurchaseOrder) -> None:
    found = program.get(f"/api/purchase-orders/{order.number}").json()
    assert (found["number"], found["state"], found["supplier"]) == (order.number, "placed", "ALPHA")
    [line] = found["lines"]
    assert line["deliveries"][0]["open_quantity"] == line["quantity"]


def test_an_order_that_does_not_exist_is_not_found(program: Client) -> None:
    problem = assert_problem(program.get("/api/purchase-orders/PO-000099"), 404, "no_order")
    assert problem["detail"] == "There is no purchase order PO-000099."
    assert problem["facts"] == {"number": "PO-000099"}
    assert_problem(post(program, "purchase-orders/PO-000099/receipts", GOODS, key="n1"), 404, "no_order")


def test_an_answer_counts_once_whichever_way_its_identity_comes(program: Client, order: PurchaseOrder) -> None:
    path = f"purchase-orders/{order.number}/acknowledgements"
    answered = post(program, path, PROMISE, key="mail-1").json()
    assert answered["state"] == "acknowledged"
    assert answered["lines"][0]["deliveries"][0]["latest_promised_on"] == "2026-03-16"
    again = post(program, path, {**PROMISE, "message_key": "mail-1"})
    assert (again.status_code, again.json()) == (200, answered)
    assert Acknowledgement.objects.count() == 1
    assert Acknowledgement.objects.get().actor.startswith("key:")


def test_an_answer_needs_an_identity(program: Client, order: PurchaseOrder) -> None:
    assert_problem(post(program, f"purchase-orders/{order.number}/acknowledgements", PROMISE), 422, "no_message_key")


def test_a_receipt_happens_once(program: Client, order: PurchaseOrder) -> None:
    path = f"purchase-orders/{order.number}/receipts"
    before = Balance.objects.get(item__sku="CUP").on_hand
    first, again = (post(program, path, GOODS, key="note-1") for _ in range(2))
    assert (first.status_code, again.status_code, first.json()) == (200, 200, again.json())
    assert Balance.objects.get(item__sku="CUP").on_hand == before + 6
    assert Movement.objects.filter(posting__key="note-1").count() == 1


def test_the_key_of_a_receipt_cannot_carry_other_goods(program: Client, order: PurchaseOrder) -> None:
    path = f"purchase-orders/{order.number}/receipts"
    post(program, path, GOODS, key="note-1")
    other = {**GOODS, "lines": [{"line": 1, "quantity": "5"}]}
    assert_problem(post(program, path, other, key="note-1"), 409, "key_reused")


def test_a_receipt_needs_a_key(program: Client, order: PurchaseOrder) -> None:
    problem = assert_problem(post(program, f"purchase-orders/{order.number}/receipts", GOODS), 422, "malformed")
    assert problem["fields"][0]["field"] == "header.Idempotency-Key"


def test_movements_are_posted_once_and_by_the_key_that_called(program: Client, token: str) -> None:
    first, again = (post(program, "postings", posting()).json() for _ in range(2))
    assert (first, again) == ([{"key": "a1", "is_new": True}], [{"key": "a1", "is_new": False}])
    assert Balance.objects.get().on_hand == 7
    assert Posting.objects.get(key="a1").actor == f"key:{token[:8]}"


def test_what_is_not_there_cannot_leave(program: Client) -> None:
    problem = assert_problem(
        post(program, "postings", posting(source="SHOP", target="CUSTOMERS")), 422, "not_enough_on_hand"
    )
    assert problem["facts"]["shortages"][0][:2] == ["CUP", "SHOP"]
    assert_problem(post(program, "postings", posting(sku="MUG")), 422, "unknown_item")
    assert not Movement.objects.exists()


@pytest.mark.parametrize("quantity", [0, "-1", "1.00001", "much", "NaN"])
def test_a_malformed_field_is_named(program: Client, quantity: object) -> None:
    problem = assert_problem(post(program, "postings", posting(quantity=quantity)), 422, "malformed")
    assert problem["fields"][0]["field"] == "body.postings.0.lines.0.quantity"


def test_what_is_no_json_is_refused(program: Client) -> None:
    response = program.post("/api/postings", "{", content_type="application/json")
    assert_problem(response, 400, "unreadable")


def test_a_request_that_is_too_large_is_refused(program: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert_problem(post(program, "postings", posting()), 413, "too_large")


SIGNED = "/api/v1/inbox/{channel}"


def endpoints() -> list[tuple[str, str, str]]:
    """Method, address, and by what a caller is known: suppliers, who hold no key of ours, sign what they post."""
    paths = api.get_openapi_schema()["paths"].items()
    return [
        (method, re.sub(r"{[a-z:]+}", "PO-1", path), "Signature" if path == SIGNED else "Bearer")
        for path, item in paths
        for method in item
    ]


@pytest.mark.parametrize(("method", "path", "proof"), endpoints())
def test_no_endpoint_answers_without_a_live_key_or_a_signature(token: str, method: str, path: str, proof: str) -> None:
    revoked = Client(headers={"Authorization": f"Bearer {token}"})
    access.revoke_api_key(token[:8], actor=ACTOR)
    guessed = Client(headers={"Authorization": f"Bearer {token[:8]}{'0' * 64}"})
    for caller in (Client(), revoked, guessed):
        response = getattr(caller, method)(path, content_type="application/json")
        assert_problem(response, 401, "no_live_key" if proof == "Bearer" else "bad_signature")
        assert response.headers["WWW-Authenticate"] == proof


def test_every_endpoint_is_documented(program: Client) -> None:
    described = program.get("/api/openapi.json").json()
    assert described["info"]["title"] == "Ownstock"
    operations = [(path, operation) for path, item in described["paths"].items() for operation in item.values()]
    assert all(operation["summary"] and operation["description"] for _, operation in operations)
    for path, operation in operations:
        holders: list[dict[str, list[str]]] = (
            [{"Signature": []}] if path == SIGNED else [{"KeyHolder": []}, {"SessionHolder": []}]
        )
        assert operation["security"] == holders, path
    scheme = described["components"]["securitySchemes"]["Signature"]
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", "webhook-signature")
    signed = described["paths"][SIGNED]["post"]
    assert {one["name"] for one in signed["parameters"]} == {"channel", "webhook-id", "webhook-timestamp"}
    assert set(signed["responses"]) == {"202", "400", "401", "404", "409", "413", "422", "503"}


def test_the_calls_shown_in_the_documentation_are_well_formed() -> None:
    page = (ROOT / "docs" / "how-to" / "call-the-api.md").read_text(encoding="utf-8")
    bodies = [json.loads(body) for body in re.findall(r"-d '(.*?)'$", page, re.MULTILINE | re.DOTALL)]
    receipt, acknowledgement, postings = bodies
    assert ReceiptIn(**receipt).lines[0].quantity == 24
    assert AcknowledgementIn(**acknowledgement).answers[0].line == 1
    assert PostingsIn(**postings).postings[0].key == "till-08"
    paths = {
        re.sub("PO-[0-9]+", "{number}", path) for path in re.findall(r"`(?:GET|POST|PUT|DELETE) (/api/[^`]+)`", page)
    }
    assert paths == set(api.get_openapi_schema()["paths"])


def test_all_is_well(db: None) -> None:
    response = Client().get("/health")
    assert response.status_code == 200
    assert response.json() == {
        "database": "answers", "jobs": [], "jobs_dead": 0, "last_plan_age_seconds": None, "outbox_dead": 0,
        "outbox_oldest_seconds": None, "seal_oldest_seconds": 0.0, "ticker_age_seconds": None,
        "version": api.version, "worker_age_seconds": None,
    }  # fmt: skip


def test_a_silent_job_is_no_health(db: None) -> None:
    Heartbeat.objects.create(job="sweep", beat_at=timezone.now() - timedelta(hours=1), expected_every_seconds=60)
    response = Client().get("/health")
    assert (response.status_code, response.json()["jobs"]) == (503, ["sweep"])


def test_a_database_that_is_gone_is_told_so(committed_db: Any) -> None:
    token = access.create_api_key("the till", scopes=Scope, actor=ACTOR)
    connections["default"].close()
    connections["default"].settings_dict.update(HOST="127.0.0.1", PORT="1")
    asked = Client(headers={"Authorization": f"Bearer {token}"}).get("/api/balances")
    assert_problem(asked, 503, "database_not_ready")
    assert asked.headers["Retry-After"] == "5"
    health = Client().get("/health")
    assert (health.status_code, health.json()["database"]) == (503, "does not answer")
