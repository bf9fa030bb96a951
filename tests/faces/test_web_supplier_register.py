"""The register of suppliers is kept on pages: once however often somebody presses, and as their roles permit."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ownstock.access.actions import create_user
from ownstock.access.queries import user
from ownstock.access.rules import Role
from ownstock.catalog.models import (
    Agreement,
    Certificate,
    CertificateRequirement,
    Closure,
    Item,
    Qualification,
    SupplierContact,
)
from ownstock.journal.models import AuditEvent
from ownstock.planning.queries import business_day
from ownstock.web.views.supplier_register import TASKS
from tests.factories import ACTOR, Business, small_business
from tests.purchasing_cases import placed_order
from tests.supplier_cases import full_register
from tests.web_cases import PASSWORD, read, signed_in

pytestmark = pytest.mark.django_db
PAPER = b"%PDF-1.7 paper"


@pytest.fixture
def shop() -> Business:
    return full_register()


@pytest.fixture
def client(shop: Business) -> Client:
    return signed_in()


def of_roles(*roles: Role) -> Client:
    client = Client()
    client.force_login(create_user("quinn", PASSWORD, roles=list(roles), actor=ACTOR))
    return client


def send(client: Client, task: str, **boxes: Any) -> Any:
    return client.post(f"/suppliers/ALPHA/{task}", {"do": "do", **boxes})


def twice(client: Client, task: str, **boxes: Any) -> None:
    """Press a button twice; both presses are answered as done."""
    assert [send(client, task, **boxes).status_code for _ in range(2)] == [302, 302]


def document(content: bytes = PAPER, name: str = "scan.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_decision_is_taken_once_with_its_scope_days_and_reason(client: Client) -> None:
    before, on = Qualification.objects.count(), business_day()
    ends = on + timedelta(days=30)
    twice(client, "decide", state="blocked", skus="CUP; PLATE", valid_from=on, valid_to=ends, reason="Insolvent.")
    decided = Qualification.objects.latest("id")
    assert Qualification.objects.count() == before + 1
    assert (decided.state, decided.skus, decided.valid_to) == ("blocked", ["CUP", "PLATE"], ends)
    assert (decided.decided_by, decided.reason) == ("user:anna", "Insolvent.")


def test_what_a_decision_touches_is_shown_and_nothing_decided() -> None:
    made, client = placed_order(small_business(), "CUP", "PLATE", quantity=24).number, signed_in()
    Item.objects.update(category="china")
    page = send(client, "decide", do="look", state="blocked", categories="china", valid_from=business_day(), reason="x")
    text = read(page).text
    assert "2 items that it sells us: CUP, PLATE" in text
    assert "Nobody else sells 2 of them" in text
    assert made in text
    assert "115.20 EUR" in text
    assert not Qualification.objects.exists()
    assert 'value="blocked" selected' in page.content.decode()


@pytest.mark.parametrize(
    ("task", "boxes", "box", "sentence"),
    [
        ("decide", {"state": "blocked"}, "reason", "required"),
        ("decide", {"state": "no", "reason": "x"}, "state", "not one of"),
        ("certificate", {"kind": "ISO 9001"}, "number", "required"),
        ("close", {"begins_on": "soon"}, "begins_on", "valid date"),
        ("agree", {"code_of_it": "F-1", "order_weekdays": "someday"}, "order_weekdays", "must be weekdays"),
        ("agree", {"code_of_it": "F-1", "net_days": "-1"}, "net_days", "greater than or equal to 0"),
    ],
)
def test_what_is_wrong_stands_beside_its_box(
    client: Client, task: str, boxes: dict[str, str], box: str, sentence: str
) -> None:
    response = send(client, task, **boxes)
    assert response.status_code == 422
    [shown] = read(response).with_name(box)
    assert shown["aria-invalid"] == "true"
    assert sentence in read(response).text


def test_a_refusal_keeps_what_was_typed(client: Client) -> None:
    response = send(client, "decide", state="blocked", skus="NONE", valid_from=business_day(), reason="Why <b>not</b>")
    assert response.status_code == 422
    assert "There is no item NONE" in read(response).text
    assert b"Why &lt;b&gt;not&lt;/b&gt;" in response.content


def test_a_certificate_is_kept_with_its_document_under_a_name_of_ours(client: Client) -> None:
    for _ in range(2):
        boxes = {"kind": "GMP", "number": "7/8", "valid_from": business_day(), "document": document(name="../x.html")}
        assert send(client, "certificate", **boxes).status_code == 302
    kept = Certificate.objects.get(kind="GMP")
    assert (kept.document_name, bytes(kept.document or b"")) == ("ALPHA-GMP-7-8.pdf", PAPER)
    assert AuditEvent.objects.filter(subject="certificate:ALPHA/GMP/7/8").count() == 1
    got = client.get("/suppliers/ALPHA/document?kind=GMP&number=7/8")
    assert (got.content, got.headers["Content-Type"]) == (PAPER, "application/octet-stream")
    assert got.headers["Content-Disposition"] == 'attachment; filename="ALPHA-GMP-7-8.pdf"'
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get("/suppliers/ALPHA/document?kind=GMP&number=9").status_code == 404


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"<script>", "neither PDF, PNG nor JPEG"), (b"%PDF-" + b"x" * (5 << 20), "more than 5 MiB"), (b"", "is empty")],
)
def test_a_document_of_another_kind_or_size_is_refused(client: Client, content: bytes, sentence: str) -> None:
    boxes = {"kind": "GMP", "number": "7", "valid_from": business_day(), "document": document(content)}
    response = send(client, "certificate", **boxes)
    assert (response.status_code, sentence in read(response).text) == (422, True)
    assert not Certificate.objects.filter(kind="GMP").exists()


def test_a_certificate_is_withdrawn_required_and_waived(client: Client) -> None:
    on = business_day() + timedelta(days=1)
    form = client.get("/suppliers/ALPHA/withdraw?kind=ISO%209001&number=Q-1")
    assert read(form).with_name("number")[0]["value"] == "Q-1"
    assert (
        send(client, "withdraw", kind="ISO 9001", number="Q-1", withdrawn_on=on, reason="Revoked.").status_code == 302
    )
    assert Certificate.objects.get().valid_to == business_day()
    twice(client, "require", kind="GMP", sku="CUP", reason="Policy.")
    assert CertificateRequirement.objects.get(kind="GMP").supplier is not None
    assert send(client, "waive", kind="ISO 9001", category="china", of_all="on", reason="Policy.").status_code == 302
    assert [need.kind for need in CertificateRequirement.objects.all()] == ["GMP"]


def test_an_agreement_is_changed_term_by_term_and_one_more_is_entered(client: Client) -> None:
    page = read(client.get("/suppliers/ALPHA/agree"))
    boxes = {a["name"]: a.get("value") or "" for tag, a in page.found if tag == "input" and a.get("name")}
    assert (boxes["order_weekdays"], boxes["rebate_tiers"]) == ("mon thu", "10000:1 50000:2.5")
    held = {name: value for name, value in boxes.items() if name and name != "csrfmiddlewaretoken"}
    chosen = {"incoterm": "DAP", "rebate_base": "whole"}
    events = AuditEvent.objects.count()
    twice(client, "agree", **held, **chosen)
    assert AuditEvent.objects.count() == events
    twice(client, "agree", **{**held, **chosen, "net_days": "30", "order_weekdays": "tue", "reason": "Talks."})
    agreed = Agreement.objects.get()
    assert (agreed.net_days, agreed.order_weekdays, agreed.minimum_order_value) == (30, [2], Decimal(500))
    other = send(client, "agree", **{**held, **chosen, "code_of_it": "F-2"})
    assert (other.status_code, "together with F-1" in read(other).text) == (422, True)


def test_days_are_closed_and_opened_again(client: Client) -> None:
    begins = business_day() + timedelta(days=60)
    twice(client, "close", begins_on=begins, ends_on=begins, reason="Fair.")
    assert Closure.objects.count() == 2
    assert send(client, "reopen", begins_on=begins, reason="No fair.").status_code == 302
    again = send(client, "reopen", begins_on=begins, reason="No fair.")
    assert (again.status_code, "No closure of ALPHA begins on" in read(again).text) == (422, True)


def test_people_of_a_supplier_are_let_in_and_out(client: Client) -> None:
    create_user("bob", PASSWORD, roles=[Role.SUPPLIER], actor=ACTOR)
    twice(client, "admit", username="bob")
    assert "bob" in read(client.get("/suppliers/ALPHA")).text
    assert send(client, "dismiss", username="bob", reason="Left.").status_code == 302
    assert not SupplierContact.objects.exists()
    response = send(client, "admit", username="anna")
    assert (response.status_code, "not a supplier" in read(response).text) == (422, True)
    assert not user("anna").is_supplier


PERMITTED = {
    Role.QUALITY: {"decide", "certificate", "withdraw", "require", "waive", "agree", "close", "reopen"},
    Role.BUYER: {"agree", "close", "reopen"},
    Role.ADMIN: set(TASKS),
    Role.VIEWER: set(),
    Role.FINANCE: set(),
}


@pytest.mark.parametrize("role", PERMITTED)
def test_who_has_roles_does_what_they_permit_and_sees_the_rest(role: Role) -> None:
    full_register()
    client, before = of_roles(role), AuditEvent.objects.count()
    opened = {task for task in TASKS if client.get(f"/suppliers/ALPHA/{task}").status_code == 200}
    assert opened == PERMITTED[role]
    for task in set(TASKS) - opened:
        assert send(client, task).status_code == 403
    assert AuditEvent.objects.count() == before
    page = read(client.get("/suppliers/ALPHA"))
    links = {
        str(a["href"]).partition("?")[0].rpartition("/")[2] for tag, a in page.found if tag == "a" and a.get("href")
    }
    assert links & set(TASKS) == opened - {"admit", "dismiss"} | ({"admit"} & opened)


def test_a_supplier_that_there_is_not_has_no_pages(client: Client) -> None:
    assert {client.get(f"/suppliers/NOBODY/{task}").status_code for task in TASKS} == {404}
