"""What a supplier's people see when they sign in: their own orders and nothing of anybody else."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ownstock.access import actions as access
from ownstock.access import queries as people
from ownstock.access.rules import Role
from ownstock.base.errors import Refused
from ownstock.catalog.actions import add_contact
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.models import Acknowledgement, PurchaseOrder
from tests.answer_cases import WANTED_ON, placed, shop_of_one_supplier
from tests.factories import ACTOR, Business
from tests.web_cases import PASSWORD, read, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def business(settings: Any) -> Business:
    settings.SMTP_URL = ""
    return shop_of_one_supplier()


def someone_of(supplier: str, name: str = "bob", *, enforce_csrf_checks: bool = False) -> Client:
    client = Client(enforce_csrf_checks=enforce_csrf_checks)
    add_contact(supplier, access.create_user(name, PASSWORD, actor=ACTOR), actor=ACTOR)
    client.force_login(people.user(name))
    return client


def boxes(client: Client, address: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag, attributes in read(client.get(address)).found:
        name, value = attributes.get("name"), attributes.get("value") or ""
        is_off = attributes.get("type") == "radio" and "checked" not in attributes
        if tag in ("input", "select") and name and not is_off:
            found[name] = value
    return found


def sheet(client: Client, **changes: str) -> bytes:
    """The open orders' sheet, every row filled in."""
    rows = list(csv.DictReader(io.StringIO(client.get("/portal/orders.csv").content.decode(), newline="")))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    filled = {"confirmed_quantity": "1", "promised_on": WANTED_ON.isoformat(), **changes}
    writer.writerows(row | filled for row in rows)
    return text.getvalue().encode()


def upload(client: Client, content: bytes, name: str = "answer.csv", address: str = "/portal/sheet") -> Any:
    return client.post(address, {"sheet": SimpleUploadedFile(name, content)})


def test_whoever_signs_in_for_a_supplier_lands_on_its_orders(business: Business, slow_passwords: None) -> None:
    someone_of("ALPHA")
    for asked in ("", "/", "/orders", "/portal"):
        response = Client().post("/sign-in", {"username": "bob", "password": PASSWORD, "next": asked}, follow=True)
        assert response.redirect_chain == [("/portal", 302)]
    asking = Client()
    form = asking.get("/portal/sheet", follow=True).content.decode()
    asked = re.findall(r'name="next" value="([^"]*)"', form)[0]
    assert (
        asking.post("/sign-in", {"username": "bob", "password": PASSWORD, "next": asked})["Location"] == "/portal/sheet"
    )
    assert "Nothing is open" in read(response).text


def test_the_portal_shows_the_suppliers_own_orders_once_they_are_sent(business: Business) -> None:
    order = placed(business, 120)
    draft = purchasing.draft(
        supplier=business.suppliers[0], site=business.site, ordered_on=order.ordered_on, actor=ACTOR,
        lines=[purchasing.DraftLine(business.suppliers[0].supply_terms.order_by("item_id")[0], Decimal(6), WANTED_ON)],
    )  # fmt: skip
    ours, theirs = someone_of("ALPHA"), someone_of("BETA", "eve")
    text = read(ours.get("/portal")).text
    assert order.number in text
    assert "not answered" in text
    assert draft.number not in text
    assert order.number not in read(theirs.get("/portal?show=all")).text


@pytest.mark.parametrize("number", ["another", "draft", "unknown"])
def test_anothers_order_a_draft_and_none_at_all_are_answered_alike(business: Business, number: str) -> None:
    order = placed(business, 120)
    client = someone_of("BETA")
    if number == "draft":
        PurchaseOrder.objects.filter(pk=order.pk).update(supplier=business.suppliers[1], sent_revision=None)
    asked = "PO-999999" if number == "unknown" else order.number
    pages = [client.get(f"/portal/orders/{asked}"), client.post(f"/portal/orders/{asked}", {"do": "confirm"})]
    assert [page.status_code for page in pages] == [404, 404]
    assert read(pages[0]).text.replace(asked, "") == read(client.get("/portal/orders/PO-000000")).text
    assert Acknowledgement.objects.count() == 0


def test_an_order_is_answered_as_by_a_link_in_the_persons_own_name(business: Business) -> None:
    order = placed(business, 120)
    client = someone_of("ALPHA", enforce_csrf_checks=True)
    address = f"/portal/orders/{order.number}"
    sent = {**boxes(client, address), "do": "confirm"}
    forged = {name: value for name, value in sent.items() if name != "csrfmiddlewaretoken"}
    assert client.post(address, forged).status_code == 403
    assert client.post(address, sent).status_code == 303
    assert Acknowledgement.objects.get().actor == "user:bob"
    assert "Your answer was taken down" in read(client.get(address)).text
    assert "answered" in read(client.get("/portal")).text


def test_a_sheet_is_brought_and_taken_down(business: Business) -> None:
    first, second = placed(business, 120), placed(business, 60, 30)
    client = someone_of("ALPHA")
    response = upload(client, sheet(client))
    assert response.status_code == 303
    assert f"{first.number}: 1 line taken down." in read(client.get("/portal")).text
    assert {a.purchase_order for a in Acknowledgement.objects.all()} == {first, second}
    upload(client, sheet(client))
    assert "known already" in read(client.get("/portal")).text
    assert Acknowledgement.objects.count() == 2


def test_a_sheet_at_fault_is_told_row_by_row_and_nothing_is_taken(business: Business) -> None:
    placed(business, 120)
    client = someone_of("ALPHA")
    response = upload(client, sheet(client, confirmed_quantity="<b>21</b>"))
    assert response.status_code == 422
    assert "<b>21</b>" in read(response).text
    assert b"<b>" not in response.content
    assert "Nothing was taken down" in read(response).text
    assert Acknowledgement.objects.count() == 0


def test_a_sheet_answers_no_order_of_another_supplier(business: Business) -> None:
    placed(business, 120)
    stolen = sheet(someone_of("ALPHA"))
    response = upload(someone_of("BETA", "eve"), stolen)
    assert response.status_code == 422
    assert "No such order was sent" in read(response).text
    assert Acknowledgement.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("answer.exe", b"MZ"),
        ("../../etc/passwd.csv", b"\0\0"),
        ("x.csv", b"PK\x03\x04"),
        ("x.xlsx", b"no"),
        ("x.csv", b""),
    ],
)
def test_files_that_are_none_are_refused_with_a_sentence(business: Business, name: str, content: bytes) -> None:
    response = upload(someone_of("ALPHA"), content, name)
    assert response.status_code == 422
    assert read(response).with_name("sheet")
    assert "passwd" not in read(response).text


def test_no_file_and_one_too_large_are_told_so(business: Business) -> None:
    client = someone_of("ALPHA")
    assert "Choose a file first" in read(client.post("/portal/sheet")).text
    assert "larger than 5 MiB" in read(upload(client, b"x" * ((5 << 20) + 1))).text


def test_our_own_people_bring_sheets_too(business: Business) -> None:
    order = placed(business, 120)
    content = sheet(someone_of("ALPHA"))
    client = signed_in()
    assert upload(client, content, address="/answers").status_code == 303
    assert f"{order.number}: 1 line taken down." in read(client.get("/orders")).text
    assert Acknowledgement.objects.get().actor == "user:anna"


def test_an_account_that_acts_for_nobody_is_told_so(business: Business) -> None:
    client = Client()
    client.force_login(access.create_user("bob", PASSWORD, roles=[Role.SUPPLIER], actor=ACTOR))
    for address in ("/portal", "/portal/sheet", "/portal/orders.csv", "/portal/orders/PO-000001"):
        response = client.get(address)
        assert (response.status_code, "No supplier yet" in read(response).text) == (403, True)


def test_our_own_people_cannot_be_a_suppliers_as_well(business: Business) -> None:
    anna = access.create_user("anna", PASSWORD, roles=[Role.BUYER], actor=ACTOR)
    with pytest.raises(Refused, match="Make two accounts"):
        add_contact("ALPHA", anna, actor=ACTOR)


def test_a_suppliers_page_that_is_not_there_leads_back_to_the_orders(business: Business) -> None:
    page = read(someone_of("ALPHA").get("/orders"))
    links = {a["href"] for tag, a in page.found if tag == "a" and a.get("href")}
    assert links == {"#content", "/portal", "/account"}
