"""Suppliers on the command line, over HTTP and on their pages."""

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
from ownstock.access.rules import Role, Scope
from ownstock.catalog import queries
from ownstock.catalog.models import Agreement, Certificate, Item, Qualification
from ownstock.planning.queries import business_day
from ownstock.site.entry import cli
from tests.factories import ACTOR, Business, small_business
from tests.supplier_cases import full_register
from tests.web_cases import signed_in

pytestmark = pytest.mark.django_db


def run(*words: object) -> Result:
    return CliRunner(catch_exceptions=False).invoke(cli, ["supplier", *map(str, words)], obj=nullcontext)


def answer(*words: object) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def business() -> Business:
    made = small_business()
    Item.objects.update(category="china")
    return made


@pytest.fixture
def program(business: Business) -> Client:
    scopes = [scope for scope in Scope if scope.startswith("suppliers:")]
    token = access.create_api_key("the register", scopes=scopes, actor=ACTOR)
    return Client(headers={"Authorization": f"Bearer {token}"})


def send(program: Client, method: str, path: str, body: dict[str, Any]) -> Any:
    return getattr(program, method)(f"/api/suppliers/{path}", json.dumps(body), content_type="application/json")


@pytest.fixture
def full(db: None) -> Business:
    return full_register()


def test_a_supplier_is_qualified_and_shown_on_the_command_line(business: Business) -> None:
    told = answer(
        "qualify", "ALPHA", "conditional", "--category", "china", "--condition", "Inspect all.", "--reason", "New."
    )
    assert told.startswith("ALPHA is conditional for category china from ")
    shown = answer("show", "ALPHA")
    assert "Inspect all." in shown
    assert "CUP" in shown
    assert "conditional" in answer("list")


def test_the_command_line_says_what_speaks_against_an_order(business: Business) -> None:
    assert answer("check", "ALPHA", "CUP").startswith("Nothing speaks against ordering CUP from ALPHA")
    answer("qualify", "ALPHA", "blocked", "--reason", "Insolvent.")
    assert "ALPHA is blocked for CUP: Insolvent." in answer("check", "ALPHA", "CUP")
    assert json.loads(answer("check", "ALPHA", "CUP", "--json"))[0]["code"] == "supplier_blocked"


def test_a_certificate_is_entered_with_its_document(business: Business, tmp_path: Path) -> None:
    paper = tmp_path / "iso.pdf"
    paper.write_bytes(b"%PDF-1.7 paper")
    answer("certificate", "add", "ALPHA", "ISO 9001", "Q-1", "--file", paper, "--valid-to", "2030-01-01")
    kept = Certificate.objects.get()
    assert (bytes(kept.document or b""), kept.document_name, len(kept.document_hash)) == (
        b"%PDF-1.7 paper",
        "iso.pdf",
        64,
    )
    answer("certificate", "document", "ALPHA", "ISO 9001", "Q-1", tmp_path / "copy.pdf")
    assert (tmp_path / "copy.pdf").read_bytes() == b"%PDF-1.7 paper"
    assert run("certificate", "document", "ALPHA", "ISO 9001", "Q-1", tmp_path / "copy.pdf").exit_code == 1
    answer("certificate", "require", "ISO 9001", "--category", "china", "--reason", "Policy.")
    assert "china" in answer("certificate", "needs")
    answer("certificate", "withdraw", "ALPHA", "ISO 9001", "Q-1", "--reason", "Revoked.", "--on", "2029-01-01")
    answer("certificate", "waive", "ISO 9001", "--category", "china", "--reason", "Policy.")
    assert answer("certificate", "needs") == "No certificate is needed.\n"


def test_an_agreement_is_entered_changed_and_shown(business: Business) -> None:
    answer("agreement", "add", "ALPHA", "F-1", "valid_from=2026-01-01", "order_weekdays=mon thu", "net_days=60",
           "rebate_tiers=10000:1 50000:2.5")  # fmt: skip
    answer("agreement", "add", "ALPHA", "F-1", "net_days=30", "order_weekdays=")
    agreed = Agreement.objects.get()
    assert (agreed.net_days, agreed.order_weekdays, len(agreed.rebate_tiers)) == (30, [], 2)
    assert "10000:1 50000:2.5" in answer("agreement", "show", "ALPHA", "--on", "2026-06-01")
    refused = run("agreement", "add", "ALPHA", "F-2", "valid_from=2026-02-01")
    assert refused.exit_code == 1
    assert "together with F-1" in refused.output
    assert run("agreement", "add", "ALPHA", "F-1", "order_weekdays=someday").exit_code == 2


def test_closures_and_lapses_on_the_command_line(full: Business) -> None:
    answer("close", "ALPHA", "2030-08-01", "2030-08-21", "--reason", "Summer")
    assert "Summer" in answer("show", "ALPHA")
    answer("reopen", "ALPHA", "2030-08-01", "--reason", "They work.")
    assert "The approval for category china" in answer("lapse", "list")
    assert answer("lapse", "list", "--days", "5") == "Nothing lapses.\n"


def test_the_company_says_how_strict_it_is(business: Business) -> None:
    words = ["company", "rules", "--require-qualification", "--lapse-warning-days", "60"]
    told = CliRunner(catch_exceptions=False).invoke(cli, words, obj=nullcontext).output
    assert "only approved suppliers" in told
    assert "60 days" in told
    [objection] = queries.objections(business.suppliers[0], business.items, business_day())
    assert objection.code == "supplier_not_qualified"


def test_a_program_decides_on_a_supplier_and_asks_about_it(program: Client) -> None:
    body = {"state": "blocked", "skus": ["CUP"], "valid_from": "2026-01-01", "reason": "Insolvent."}
    assert send(program, "post", "ALPHA/qualifications", body).status_code == 201
    assert send(program, "post", "ALPHA/qualifications", body).status_code == 201
    assert Qualification.objects.count() == 1
    told = program.get("/api/suppliers/ALPHA/objections?sku=CUP&sku=PLATE").json()
    assert [(one["code"], one["facts"]["skus"]) for one in told["objections"]] == [("supplier_blocked", ["CUP"])]
    assert program.get("/api/suppliers").json()["rows"][0]["state"] == "blocked"


def test_a_program_keeps_an_agreement_and_certificates(program: Client) -> None:
    terms = {"valid_from": "2026-01-01", "net_days": 60, "incoterm": "DAP", "rebate_tiers": [["10000", "1.5"]]}
    kept = send(program, "put", "ALPHA/agreements/F-1", terms)
    assert (kept.status_code, kept.json()["currency"], kept.json()["net_days"]) == (200, "EUR", 60)
    again = send(program, "put", "ALPHA/agreements/F-1", {"valid_from": "2026-01-01", "discount_days": 10})
    assert (again.json()["net_days"], again.json()["discount_days"]) == (60, 10)
    certificate = {"kind": "ISO 9001", "number": "Q-1", "valid_from": "2026-01-01"}
    assert send(program, "post", "ALPHA/certificates", certificate).status_code == 201
    closure = {"begins_on": "2026-08-01", "ends_on": "2026-08-21"}
    assert send(program, "post", "ALPHA/closures", closure).status_code == 201
    found = program.get("/api/suppliers/ALPHA?on=2026-03-01").json()
    assert (found["agreement"]["code"], len(found["certificates"]), len(found["closures"])) == ("F-1", 1, 1)


DOCUMENT = "/api/suppliers/ALPHA/certificates/document?kind=ISO%209001&number=Q/1"


def test_a_program_brings_and_fetches_the_document_of_a_certificate(program: Client) -> None:
    assert program.get(DOCUMENT).status_code == 404
    send(program, "post", "ALPHA/certificates", {"kind": "ISO 9001", "number": "Q/1", "valid_from": "2026-01-01"})
    assert program.get(DOCUMENT).json()["code"] == "no_document"
    brought = program.post(DOCUMENT, {"file": SimpleUploadedFile("../../evil.html", b"%PDF-1.7 paper")})
    assert (brought.status_code, brought.json()["document_name"]) == (200, "ALPHA-ISO-9001-Q-1.pdf")
    got = program.get(DOCUMENT)
    assert (got.content, got.headers["Content-Type"]) == (b"%PDF-1.7 paper", "application/octet-stream")
    assert got.headers["Content-Disposition"] == 'attachment; filename="ALPHA-ISO-9001-Q-1.pdf"'
    assert got.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"<html>", "unknown_document"), (b"%PDF-" + b"x" * (5 << 20), "document_too_large"), (b"MZ", "unknown_document")],
)
def test_a_document_that_is_none_is_refused(program: Client, content: bytes, code: str) -> None:
    send(program, "post", "ALPHA/certificates", {"kind": "ISO 9001", "number": "Q/1", "valid_from": "2026-01-01"})
    refused = program.post(DOCUMENT, {"file": SimpleUploadedFile("paper.pdf", content)})
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert Certificate.objects.get().document is None


def test_a_program_says_which_certificates_are_needed_and_withdraws_one(program: Client) -> None:
    need = {"kind": "ISO 9001", "category": "china", "reason": "Policy."}
    assert send(program, "post", "certificate-needs", need).status_code == 201
    told = program.get("/api/suppliers/certificate-needs").json()
    assert told == [{"kind": "ISO 9001", "supplier": None, "category": "china", "sku": None}]
    send(program, "post", "ALPHA/certificates", {"kind": "ISO 9001", "number": "Q-1", "valid_from": "2026-01-01"})
    gone = {"kind": "ISO 9001", "number": "Q-1", "on": "2026-03-01", "reason": "Revoked."}
    assert send(program, "post", "ALPHA/certificates/withdraw", gone).json()["valid_to"] == "2026-02-28"
    assert send(program, "post", "certificate-needs/waive", need).json() == {"done": True}
    assert program.get("/api/suppliers/certificate-needs").json() == []


def test_a_program_takes_a_closure_back(program: Client) -> None:
    send(program, "post", "ALPHA/closures", {"begins_on": "2026-08-01", "ends_on": "2026-08-21"})
    back = {"begins_on": "2026-08-01", "reason": "They work."}
    assert send(program, "post", "ALPHA/closures/reopen", back).status_code == 200
    assert send(program, "post", "ALPHA/closures/reopen", back).json()["code"] == "no_closure"


def test_a_program_says_who_signs_in_and_makes_no_account_of_ours_a_suppliers(program: Client) -> None:
    access.create_user("bob", "correct horse battery staple", roles=[Role.SUPPLIER], actor=ACTOR)
    access.create_user("anna", "correct horse battery staple", actor=ACTOR)
    assert send(program, "post", "ALPHA/contacts", {"username": "bob"}).status_code == 201
    refused = send(program, "post", "ALPHA/contacts", {"username": "anna"})
    assert (refused.status_code, refused.json()["code"]) == (422, "not_a_supplier_account")
    assert [one["username"] for one in program.get("/api/suppliers/ALPHA/contacts").json()] == ["bob"]
    end = {"username": "bob", "reason": "Left."}
    assert send(program, "post", "BETA/contacts/remove", end).json()["code"] == "no_contact"
    assert send(program, "post", "ALPHA/contacts/remove", end).status_code == 200
    assert program.get("/api/suppliers/ALPHA/contacts").json() == []


def test_what_lapses_is_told_over_http(full: Business) -> None:
    program = Client(headers={"Authorization": f"Bearer {access.create_api_key('x', scopes=list(Scope), actor=ACTOR)}"})
    [lapse] = program.get("/api/suppliers/lapses").json()
    assert (lapse["kind"], lapse["supplier"], lapse["skus_alone"]) == ("qualification", "ALPHA", ["CUP"])


def test_a_supplier_that_there_is_not_is_told_everywhere(business: Business, program: Client) -> None:
    assert program.get("/api/suppliers/NOBODY").status_code == 404
    assert run("show", "NOBODY").exit_code == 1
    assert signed_in().get("/suppliers/NOBODY").status_code == 404


def test_the_page_of_a_supplier_shows_everything_of_it(full: Business) -> None:
    page = signed_in().get("/suppliers/ALPHA").content.decode()
    for shown in (
        "Audit of 2026.",
        "china",
        "ISO 9001",
        "400",
        "F-1",
        "60 days",
        "500.00",
        "Mon, Thu",
        "Summer.",
        "CUP",
        "2.00",
    ):
        assert shown in page, shown
    everything = signed_in_again().get("/suppliers").content.decode()
    assert "The approval for category china" in everything
    assert "BETA" in everything


def signed_in_again() -> Client:
    client = Client()
    client.force_login(access.create_user("ben", "correct horse battery staple", actor=ACTOR))
    return client
