"""Notices, discrepancies and invoices on the command line, over HTTP and from files."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ownstock.access import actions as access
from ownstock.access.rules import Scope
from ownstock.ledger.queries import on_hand
from ownstock.purchasing.models import Invoice, PurchaseOrder
from ownstock.purchasing.queries.discrepancies import discrepancies
from ownstock.site.entry import cli
from tests.factories import ACTOR, small_business
from tests.purchasing_cases import came, invoiced, parts, placed_order, state_of

pytestmark = pytest.mark.django_db
HEADINGS = "supplier,number,invoiced_on,currency,total,taxes,purchase_order,line,quantity,price\n"


@pytest.fixture
def order() -> PurchaseOrder:
    return placed_order(small_business())


def run(*words: object) -> Result:
    return CliRunner(catch_exceptions=False).invoke(cli, [str(word) for word in words], obj=nullcontext)


def answer(*words: object) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def enter(order: PurchaseOrder, quantity: int, price: str, total: str, *, number: str = "INV-1") -> Any:
    return answer(
        "invoice", "enter", "ALPHA", number, "--invoiced-on", "2026-03-16", "--total", total, "--order", order.number,
        "--line", 1, f"--quantity={quantity}", "--price", price,
    )  # fmt: skip


def test_a_notice_is_taken_listed_and_received_by_command(order: PurchaseOrder) -> None:
    answer(
        "notice", "take", "ALPHA", "ASN-1", "--order", order.number, "--line", 1, "--quantity", 10, "--lot", "L1",
        "--expected-on", "2026-03-07",
    )  # fmt: skip
    assert parts(order)[0] == (10, 10, 0, 5)
    assert answer("notice", "list")[0]["number"] == "ASN-1"
    assert answer("notice", "show", "ALPHA", "ASN-1")[0]["lot"] == "L1"
    answer(
        "receive", order.number, "--line", 1, "--quantity", 6, "--damaged", 2, "--reason", "crushed", "--lot", "L1",
        "--notice", "ASN-1", "--key", "dn1", "--on", "2026-03-07",
    )  # fmt: skip
    found = answer("discrepancy", "list")
    assert [(row["kind"], row["quantity"]) for row in found] == [("short", "2"), ("damaged", "2")]
    answer("discrepancy", "settle", found[1]["number"], "returned", "--reason", "broken")
    assert [row["kind"] for row in answer("discrepancy", "list")] == ["short"]
    assert "no notice ASN-9" in run("notice", "show", "ALPHA", "ASN-9").stderr


def test_goods_go_back_by_command(order: PurchaseOrder) -> None:
    came(order, 24, key="dn1")
    told = answer("discrepancy", "send-back", "dn1", 4, "--key", "b1", "--reason", "wrong colour")
    assert (told["expected_credit"], on_hand("CUP", "SHOP")) == ("9.6", 20)


def test_an_invoice_is_entered_shown_and_approved_by_command(order: PurchaseOrder) -> None:
    came(order, 20, key="dn1")
    assert answer("invoice", "missing")[0]["value"] == "48"
    assert enter(order, 24, "2.4", "57.60")["state"] == "waiting"
    shown = answer("invoice", "show", "ALPHA", "INV-1")
    line = shown["lines"][0]
    assert (line["ordered"], line["received"], line["quantity"], line["findings"]) == ("24", "20", "24", "not_received")
    assert "4 of 24 have not come yet" in run("invoice", "show", "ALPHA", "INV-1").stdout
    came(order, 4, key="dn2")
    assert answer("invoice", "approve", "ALPHA", "INV-1", "--actor", "user:finance")["state"] == "approved"
    assert [row["number"] for row in answer("invoice", "list", "--state", "approved")] == ["INV-1"]


def test_a_dispute_is_raised_settled_and_an_invoice_cancelled_by_command(order: PurchaseOrder) -> None:
    came(order, 24, key="dn1")
    assert enter(order, 24, "2.5", "60")["state"] == "disputed"
    reason = ("--reason", "as by phone")
    assert answer("invoice", "settle", "ALPHA", "INV-1", "price_accepted", *reason)["state"] == "matched"
    assert answer("invoice", "variance")[0]["variance"] == "2.40"
    [of_alpha] = answer("invoice", "variance", "--by", "supplier", "--sku", "CUP")
    assert (of_alpha["supplier"], of_alpha["invoiced"], of_alpha["percent"]) == ("ALPHA", "60.00", "4.2")
    assert answer("invoice", "variance", "--to", "2000-01-01") == []
    assert answer("invoice", "dispute", "ALPHA", "INV-1", *reason)["state"] == "disputed"
    assert answer("invoice", "settle", "ALPHA", "INV-1", "resolved", *reason)["state"] == "matched"
    assert answer("invoice", "cancel", "ALPHA", "INV-1", *reason)["state"] == "cancelled"
    assert enter(order, 24, "2.4", "57.60")["is_new"]


def test_the_policy_of_matching_is_shown_and_set_by_command(order: PurchaseOrder) -> None:
    came(order, 24, key="dn1")
    enter(order, 24, "2.5", "60")
    assert answer("invoice", "policy")[0]["price_tolerance_percent"] == "0"
    assert answer("invoice", "policy", "--price-tolerance", 5, "--approver-apart")[0]["is_approver_apart"] is True
    assert answer("invoice", "match", "ALPHA", "INV-1")["state"] == "matched"
    assert "is below zero" in run("invoice", "policy", "--price-tolerance=-1").stderr


def test_an_invoice_that_does_not_add_up_is_refused_by_command(order: PurchaseOrder) -> None:
    result = run(
        "invoice", "enter", "ALPHA", "INV-1", "--invoiced-on", "2026-03-16", "--total", 60, "--order", order.number,
        "--line", 1, "--quantity", 24, "--price", "2.4",
    )  # fmt: skip
    assert (result.exit_code, "a difference of 2.40" in result.stderr) == (1, True)


def write(folder: Path, *rows: str) -> Path:
    path = folder / "invoices.csv"
    path.write_text(HEADINGS + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def test_a_file_of_invoices_is_taken_whole_and_once(order: PurchaseOrder, tmp_path: Path) -> None:
    came(order, 20, key="dn1")
    path = write(
        tmp_path, f"ALPHA,INV-1,2026-03-16,EUR,48.00,,{order.number},1,10,2.4",
        f"ALPHA,INV-1,2026-03-16,EUR,48.00,,{order.number},1,10,2.4",
        f"ALPHA,INV-2,2026-03-16,EUR,11.52,1.92,{order.number},1,4,2.4",
    )  # fmt: skip
    assert answer("import", "invoices", path, "--dry-run")["created"] == 2
    assert Invoice.objects.count() == 0
    assert answer("import", "invoices", path)["created"] == 2
    assert answer("import", "invoices", path)["created"] == 0
    assert (state_of(), state_of("INV-2")) == ("matched", "waiting")


def test_a_file_with_faults_tells_them_all_and_takes_nothing(order: PurchaseOrder, tmp_path: Path) -> None:
    path = write(
        tmp_path, f"ALPHA,INV-1,2026-03-16,EUR,24.00,,{order.number},1,10,2.4",
        f"ALPHA,INV-2,2026-03-16,EUR,99.00,,{order.number},1,10,2.4",
        f"ALPHA,INV-3,2026-03-16,EUR,48.00,,{order.number},1,10,2.4",
        f"ALPHA,INV-3,2026-03-16,USD,48.00,,{order.number},1,10,2.4",
        f"GAMMA,INV-4,2026-03-16,EUR,24.00,,{order.number},1,10,2.4",
    )  # fmt: skip
    told = run("import", "invoices", path).stderr
    assert ("row 3, total" in told, "row 5, currency" in told, "no supplier GAMMA" in told) == (True, True, True)
    assert not Invoice.objects.exists()


@pytest.fixture
def program(order: PurchaseOrder) -> Client:
    token = access.create_api_key("the till", scopes=Scope, actor=ACTOR)
    return Client(headers={"Authorization": f"Bearer {token}"})


def post(program: Client, path: str, body: object, *, key: str = "k1", status: int = 200) -> Any:
    response = program.post(f"/api/{path}", body, content_type="application/json", headers={"Idempotency-Key": key})
    assert response.status_code == status, response.content
    return response.json()


def test_a_program_brings_a_file_of_invoices_by_the_scope_that_enters_them(
    program: Client, order: PurchaseOrder, tmp_path: Path
) -> None:
    came(order, 20, key="dn1")
    content = write(tmp_path, f"ALPHA,INV-1,2026-03-16,EUR,24.00,,{order.number},1,10,2.4").read_bytes()

    def brought(client: Client, path: str) -> tuple[int, Any]:
        answer = client.post(f"/api/{path}", {"file": SimpleUploadedFile("invoices.csv", content)})
        return answer.status_code, answer.json()

    assert brought(program, "invoices/files?dry_run=true")[1]["created"] == 1
    assert not Invoice.objects.exists()
    assert [brought(program, "invoices/files")[1]["created"] for _ in range(2)] == [1, 0]
    assert state_of() == "matched"
    token = access.create_api_key("of items", scopes=[Scope.IMPORTS_WRITE], actor=ACTOR)
    of_items = Client(headers={"Authorization": f"Bearer {token}"})
    assert [brought(of_items, path)[0] for path in ("invoices/files", "imports/invoices")] == [403, 422]


def test_a_program_tells_of_goods_on_their_way_and_of_what_was_wrong_with_them(
    program: Client, order: PurchaseOrder
) -> None:
    body = {
        "supplier": "ALPHA", "number": "ASN-1", "expected_on": "2026-03-07",
        "lines": [{"order_number": order.number, "code": "CUP-S", "quantity": "10", "marks": ["00312345678901234569"]}],
    }  # fmt: skip
    taken = post(program, "shipping-notices", body)
    assert (taken["lines"][0]["sku"], parts(order)[0]) == ("CUP", (10, 10, 0, 5))
    assert post(program, "shipping-notices", body) == taken
    post(program, "shipping-notices", {**body, "carrier": "other"}, status=409)
    assert [row["number"] for row in program.get("/api/shipping-notices").json()["rows"]] == ["ASN-1"]
    goods = {
        "received_on": "2026-03-07", "notice": "ASN-1",
        "lines": [{"line": 1, "quantity": "8", "damaged": "2", "reason": "crushed", "lot": "L1"}],
        "wrong": [{"line": 1, "sku": "PLATE", "quantity": "3"}],
    }  # fmt: skip
    post(program, f"purchase-orders/{order.number}/receipts", goods, key="dn1")
    rows = program.get("/api/discrepancies").json()["rows"]
    assert [row["kind"] for row in rows] == ["wrong_item", "damaged"]
    settled = post(program, f"discrepancies/{rows[0]['id']}/settlement", {"settled_as": "returned", "reason": "theirs"})
    assert (settled["settled_as"], settled["ways_out"]) == ("returned", [])
    back = {"receipt_key": "dn1", "quantity": "1", "reason": "scratched"}
    assert post(program, "supplier-returns", back, key="b1")["expected_credit"] == "2.4000"
    post(program, "discrepancies/999/settlement", {"settled_as": "returned", "reason": "x"}, status=404)
    assert discrepancies().count() == 1


def test_a_program_enters_disputes_settles_approves_and_cancels_invoices(program: Client, order: PurchaseOrder) -> None:
    came(order, 24, key="dn1")
    line = {"quantity": "24", "price": "2.5", "order_number": order.number, "line": 1}
    body = {
        "supplier": "ALPHA", "number": "INV-1", "invoiced_on": "2026-03-16", "currency": "EUR", "total": "72.00",
        "lines": [line], "charges": [{"kind": "tax", "amount": "12.00"}],
    }  # fmt: skip
    assert program.get("/api/goods-not-invoiced").json()["rows"][0]["value"] == "57.60"
    taken = post(program, "invoices", body)
    assert (taken["state"], taken["findings"][0]["code"], taken["lines"][0]["order_price"]) == (
        "disputed", "price_over", "2.4000",
    )  # fmt: skip
    assert post(program, "invoices", body)["state"] == "disputed"
    assert post(program, "invoices", {**body, "total": "73.00"}, status=422)["code"] == "does_not_add_up"
    settled = {"settled_as": "price_accepted", "reason": "new list"}
    assert post(program, "invoices/ALPHA/INV-1/settlement", settled)["state"] == "matched"
    [summed] = program.get("/api/price-variances?by=month&supplier=ALPHA").json()["rows"]
    assert (summed["name"][-3:], summed["variance"], summed["exchange_difference"]) == ("-01", "2.4000", "0.0000")
    assert post(program, "invoices/ALPHA/INV-1/disputes", {"reason": "late"})["state"] == "disputed"
    post(program, "invoices/ALPHA/INV-1/settlement", {"settled_as": "resolved", "reason": "fine"})
    assert post(program, "invoices/ALPHA/INV-1/approval", {})["approved_by"].startswith("key:")
    assert program.get("/api/invoices", {"state": "approved"}).json()["rows"][0]["number"] == "INV-1"
    post(program, "invoices/ALPHA/INV-1/cancellation", {"reason": "x"}, status=422)
    assert program.get("/api/invoices/ALPHA/INV-9").status_code == 404
    invoiced(order, (1, "2.4"), number="INV-2")
    assert post(program, "invoices/ALPHA/INV-2/cancellation", {"reason": "theirs"})["state"] == "cancelled"
