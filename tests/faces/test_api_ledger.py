"""The ledger by program: movements, past instants, value, reversals, lots, and files."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ownstock.access import actions as access
from ownstock.access.rules import Scope
from ownstock.catalog.models import Item
from ownstock.ledger import actions
from ownstock.ledger.models import Balance
from tests.factories import ACTOR, opening, sale, small_business

pytestmark = pytest.mark.django_db
JANUARY = datetime(2026, 1, 5, 9, tzinfo=UTC)
ROWS = "posting_key,kind,sku,source,target,quantity\nS1,issue,CUP,SHOP,CUSTOMERS,3\nS2,issue,CUP,SHOP,CUSTOMERS,2\n"


@pytest.fixture
def program() -> Client:
    small_business()
    opening("CUP", 10, moved_at=JANUARY)
    token = access.create_api_key("test", scopes=list(Scope), actor=ACTOR)
    return Client(headers={"authorization": f"Bearer {token}"})


def get(program: Client, path: str, **asked: str) -> Any:
    response = program.get(f"/api/{path}", asked)
    assert response.status_code == 200, response.content
    return response.json()


def send(program: Client, path: str, body: dict[str, Any], key: str = "k1", method: str = "post") -> Any:
    call = getattr(program, method)
    return call(f"/api/{path}", json.dumps(body), "application/json", headers={"Idempotency-Key": key})


def upload(program: Client, rows: str, query: str = "", name: str = "sales.csv") -> Any:
    return program.post(f"/api/imports/movements{query}", {"file": SimpleUploadedFile(name, rows.encode())})


def test_movements_and_past_instants_are_found(program: Client) -> None:
    actions.post([sale("CUP", 3, key="s1")], actor=ACTOR)
    found = get(program, "movements", sku="CUP", site="SHOP", limit="1")
    assert (found["rows"][0]["posting"], found["rows"][0]["quantity"]) == ("s1", "3.0000")
    assert found["next"]
    assert get(program, "as-of", moment="2026-01-04T00:00:00Z") == {"rows": [], "count": 0}
    [row] = get(program, "as-of", moment="2026-01-06T00:00:00Z", sku="CUP")["rows"]
    assert (row["location"], row["on_hand"]) == ("SHOP", "10.0000")
    assert program.get("/api/as-of", {"moment": "2026-01-06T00:00:00"}).status_code == 422
    assert program.get("/api/as-of", {"moment": "2026-01-06T00:00:00Z", "sku": "X"}).status_code == 422


def test_value_is_in_the_companys_currency(program: Client) -> None:
    assert get(program, "value", sku="CUP")["currency"] == "EUR"


def test_a_posting_is_shown_and_taken_back_once(program: Client) -> None:
    actions.post([sale("CUP", 3, key="sale/17")], actor=ACTOR)
    assert get(program, "postings/sale/17")["lines"][0]["target"] == "CUSTOMERS"
    first, again = (send(program, "reversals/sale/17", {"reason": "typed twice"}, "back").json() for _ in range(2))
    assert (first, again) == ({"key": "back", "is_new": True}, {"key": "back", "is_new": False})
    assert get(program, "postings/sale/17")["reversed_by"] == "back"
    assert get(program, "postings/back")["reverses"] == "sale/17"
    assert program.get("/api/postings/none").status_code == 404
    assert send(program, "reversals/none", {"reason": "x"}).status_code == 404


def test_quality_describes_holds_releases_and_rejects(program: Client) -> None:
    Item.objects.filter(sku="PLATE").update(tracking="lot", receiving_status="quarantine")
    line = {
        "sku": "PLATE",
        "lot": "A",
        "source": "SUPPLIERS",
        "target": "SHOP",
        "quantity": "5",
        "target_status": "quarantine",
    }
    receipt = {"postings": [{"key": "r1", "kind": "receipt", "lines": [line]}]}
    other = access.create_api_key("receiver", scopes=[Scope.LEDGER_POST], actor=ACTOR)
    receiver = Client(headers={"authorization": f"Bearer {other}"})
    assert send(receiver, "postings", receipt).status_code == 200
    assert (
        send(program, "lots/PLATE/A", {"expires_on": "2199-01-01"}, method="put").json()["expires_on"] == "2199-01-01"
    )
    decision = {"location": "SHOP", "status": "quarantine", "reason": "assay"}
    assert send(receiver, "lots/PLATE/A/release", decision).status_code == 403
    assert send(program, "lots/PLATE/A/release", decision, "q1").json() == {"key": "q1", "is_new": True}
    held = send(program, "lots/PLATE/A/hold", {**decision, "status": "released", "quantity": "2"}, "q2")
    assert held.json()["is_new"] is True
    rejected = send(program, "lots/PLATE/A/reject", {**decision, "status": "on_hold"}, "q3")
    assert rejected.status_code == 200
    kept = {b.status: b.on_hand for b in Balance.objects.filter(item__sku="PLATE", on_hand__gt=0)}
    assert kept == {"released": 3, "rejected": 2}
    assert get(program, "lots/PLATE/A")["lot"] == "A"
    assert program.get("/api/lots/PLATE/B").status_code == 404


def test_a_file_is_checked_brought_in_and_taken_back(program: Client) -> None:
    dry = upload(program, ROWS, "?dry_run=true").json()
    assert (dry["created"], dry["file"], dry["headings"]["sku"]) == (2, None, "sku")
    brought = upload(program, ROWS).json()
    assert (brought["rows"], brought["created"]) == (2, 2)
    assert Balance.objects.get().on_hand == 5
    [listed] = get(program, "imports")["rows"]
    assert (listed["number"], listed["row_count"]) == (brought["file"], 2)
    undone = send(program, f"imports/{brought['file']}/undo", {"reason": "wrong day"}).json()
    assert undone["reversed"] == 2
    assert Balance.objects.get().on_hand == 10
    assert send(program, "imports/999/undo", {"reason": "x"}).status_code == 404


def test_a_bad_file_is_refused_row_by_row(program: Client) -> None:
    refused = upload(program, ROWS.replace("CUP", "MUG"))
    assert (refused.status_code, refused["Content-Type"]) == (422, "application/problem+json")
    assert [fault["row"] for fault in refused.json()["facts"]["faults"]] == [2, 3]
    assert upload(program, ROWS, name="sales.exe").status_code == 422
    assert program.post("/api/imports/nonsense", {"file": SimpleUploadedFile("a.csv", b"x")}).status_code == 422
