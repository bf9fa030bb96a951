"""Certificates of conformity as people enter them: on the order's page and by command, with their documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect, sync_playwright

from ownstock.access.actions import create_api_key
from ownstock.access.rules import Scope
from ownstock.ledger.queries import on_hand
from ownstock.purchasing.models import ConformityCertificate, PurchaseOrder
from tests.browser import launch
from tests.db.test_conformity import PAPER, came, certified_company, paper
from tests.faces.test_cli import answer, run
from tests.faces.test_web_in_browser import DESK, PHONE, Visit, address, opened, photograph
from tests.factories import ACTOR
from tests.web_cases import read, signed_in

__all__ = ["address"]


@pytest.fixture
def order(db: None) -> PurchaseOrder:
    return certified_company()


@pytest.fixture
def client(order: PurchaseOrder) -> Client:
    return signed_in()


def page(order: PurchaseOrder, name: str = "conformity", *more: int) -> str:
    return reverse(f"web:{name}", args=[order.number, *more])


def test_the_page_fills_in_what_is_missing_keeps_the_document_and_gives_it_back(
    client: Client, order: PurchaseOrder
) -> None:
    came(order, "A", 10)
    shown = read(client.get(page(order)))
    said = {name: shown.with_name(name)[0].get("value") or "" for name in ("lot", "quantity")}
    assert said == {"lot": "A", "quantity": "10"}
    upload = SimpleUploadedFile("../evil.pdf", PAPER)
    whole = said | {"line": "1", "number": "COC-1", "document": upload}
    assert "The certificate COC-1 is kept." in read(client.post(page(order), whole, follow=True)).text
    kept = ConformityCertificate.objects.get()
    given = client.get(page(order, "conformity-document", kept.pk))
    assert (given.content, "evil" in given.headers["Content-Disposition"]) == (PAPER, False)
    wrong = client.post(page(order), whole | {"number": "C2", "document": SimpleUploadedFile("a.pdf", b"MZ")})
    assert (wrong.status_code, "neither PDF, PNG nor JPEG" in read(wrong).text) == (422, True)
    assert "Say why" in read(client.post(page(order, "conformity-withdraw", kept.pk), {})).text
    withdrawn = client.post(page(order, "conformity-withdraw", kept.pk), {"reason": "forged"}, follow=True)
    assert "withdrawn COC-1, line 1, lot A: forged (anna)" in read(withdrawn).text
    assert client.get(page(order, "conformity-document", kept.pk + 1)).status_code == 404


def test_a_certificate_is_entered_by_command_and_its_lot_released(order: PurchaseOrder, tmp_path: Path) -> None:
    came(order, "A", 10)
    file = tmp_path / "coc.pdf"
    file.write_bytes(PAPER)
    lot = ("lot", "release", "CUP", "SHOP", "--lot", "A", "--reason", "certified", "--actor", "user:quinn")
    assert "10 cannot be released, 0 can" in run(*lot, "--key", "ok").stderr
    add = ("conformity", "add", order.number, 1, "COC-1", "--lot", "A", "--file", file)
    told = answer(*add, "--quantity", 10).stdout
    assert told.strip() == f"COC-1 covers 10 CUP of line 1 of {order.number}, lot A."
    decide = ("supplier", "qualify", "ALPHA", "approved", "--source-class", "authorised_distributor")
    answer(*decide, "--valid-from", order.ordered_on, "--reason", "Letter of the maker.")
    [goods] = json.loads(answer("conformity", "goods", order.number, "--json").stdout)
    assert (float(goods["certified"]), float(goods["missing"])) == (10, 0)
    assert goods["source_class"] == "authorised_distributor"
    answer(*lot, "--key", "ok")
    assert on_hand("CUP", "SHOP", status="released") == 10
    [row] = json.loads(answer("conformity", "list", order.number, "--json").stdout)
    copy = tmp_path / "copy.pdf"
    answer("conformity", "document", row["id"], copy)
    assert copy.read_bytes() == PAPER
    answer("conformity", "withdraw", row["id"], "--reason", "forged")
    assert json.loads(answer("conformity", "list", order.number, "--json").stdout)[0]["counts"] is False


def test_a_program_brings_a_certificate_fetches_its_document_and_withdraws_it(order: PurchaseOrder) -> None:
    program = Client(headers={"Authorization": f"Bearer {create_api_key('quality', scopes=Scope, actor=ACTOR)}"})
    place = f"/api/purchase-orders/{order.number}/conformity-certificates"
    one = f"{place}?line=1&certificate=COC-1&quantity=10&lot=A"
    brought = [program.post(one, {"file": SimpleUploadedFile("../evil.html", PAPER)}) for _ in range(2)]
    assert [response.status_code for response in brought] == [201, 201]
    [kept] = program.get(place).json()
    assert (kept["number"], kept["sku"], kept["lot"], float(kept["quantity"])) == ("COC-1", "CUP", "A", 10)
    assert (kept["counts"], kept["withdrawn_because"]) == (True, "")
    assert kept == brought[1].json()
    other = program.post(one.replace("=10", "=12"), {"file": SimpleUploadedFile("a.pdf", PAPER)})
    assert (other.status_code, other.json()["code"]) == (409, "number_reused")
    wrong = program.post(one.replace("COC-1", "COC-2"), {"file": SimpleUploadedFile("a.pdf", b"MZ")})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "unknown_document")
    got = program.get(f"{place}/{kept['id']}/document")
    assert (got.content, got.headers["Content-Type"]) == (PAPER, "application/octet-stream")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert program.get(f"{place.replace(order.number, 'PO-1')}/{kept['id']}/document").status_code == 404
    withdraw = f"{place}/{kept['id']}/withdraw"
    gone = program.post(withdraw, {"reason": "forged"}, content_type="application/json").json()
    assert (gone["counts"], gone["withdrawn_because"]) == (False, "forged")
    assert program.get(place).json() == [gone]


@pytest.mark.browser
def test_what_is_not_certified_is_seen_and_a_certificate_entered(address: str, tmp_path: Path) -> None:
    order = certified_company()
    came(order, "A", 10)
    came(order, "B", 5)
    paper(order, "A", 10)
    signed_in()
    file = tmp_path / "coc.pdf"
    file.write_bytes(PAPER)
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for size, scheme, name in ((DESK, "light", "day"), (PHONE, "dark", "phone")):
            with opened(browser, visit, size, scheme) as window:
                window.goto(f"{address}/orders/{order.number}")
                window.get_by_role("link", name="Conformity").click()
                photograph(window, tmp_path, f"conformity-{name}")
                if name == "phone":
                    window.get_by_label("Its number").fill("COC-2")
                    window.get_by_label("Document").set_input_files(file)
                    window.get_by_role("button", name="Keep it").click()
                    expect(window.get_by_role("status")).to_contain_text("COC-2 is kept")
        browser.close()
    assert (visit.complaints, visit.strangers) == ([], [])
    assert ConformityCertificate.objects.get(number="COC-2").lot == "B"
