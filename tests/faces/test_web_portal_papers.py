"""A supplier's people announce goods and send invoices on their own pages, each once, and see nobody else's."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver

from ownstock.catalog.models import SupplyTerm
from ownstock.purchasing.models import Delivery, Invoice, NoticeLine, PurchaseOrder, ShippingNotice
from ownstock.web.security import AUDIENCE, SUPPLIERS
from tests.answer_cases import WANTED_ON, placed, shop_of_one_supplier
from tests.faces.test_web_portal import boxes, someone_of
from tests.faces.test_web_suppliers_stay_out import address_of, every_pattern
from tests.factories import TODAY, Business
from tests.web_cases import read

pytestmark = pytest.mark.django_db
NOTICE = {"number": "ASN-1", "shipped_on": str(TODAY), "expected_on": str(WANTED_ON), "carrier": "DHL"}
INVOICE = {"number": "INV-1", "invoiced_on": str(TODAY), "total": "288"}


@pytest.fixture
def business(settings: Any) -> Business:
    settings.SMTP_URL = ""
    return shop_of_one_supplier()


@pytest.fixture
def order(business: Business) -> PurchaseOrder:
    """120 cups, which are 20 cases, at 2.40 each."""
    return placed(business, 120)


def twice(client: Client, order: PurchaseOrder, paper: str, **said: str) -> list[int]:
    """Fill in a paper and press twice; how both presses were answered."""
    address = f"/portal/orders/{order.number}/{paper}"
    sent = {**boxes(client, address), **said}
    return [client.post(address, sent).status_code for _ in range(2)]


def shipped() -> Decimal:
    return sum((delivery.shipped_quantity for delivery in Delivery.objects.all()), Decimal(0))


def test_a_shipment_is_announced_once_with_its_lots(order: PurchaseOrder) -> None:
    client = someone_of("ALPHA")
    lots = {"quantity_1_1": "12", "lot_1_1": "L1", "expires_on_1_1": "2030-01-31", "quantity_1_2": "4", "lot_1_2": "L2"}
    assert twice(client, order, "notice", **NOTICE, **lots) == [302, 302]
    notice = ShippingNotice.objects.get()
    assert (notice.number, notice.carrier, notice.actor) == ("ASN-1", "DHL", "user:bob")
    lines = NoticeLine.objects.order_by("number").values_list("quantity", "lot", "expires_on__year")
    assert list(lines) == [(72, "L1", 2030), (24, "L2", None)]
    assert shipped() == 96
    text = read(client.get("/portal/notices")).text
    assert "72 each of CUP, lot L1, expires 31 Jan 2030" in text


def test_a_notice_is_replaced_only_where_that_is_said(order: PurchaseOrder) -> None:
    client = someone_of("ALPHA")
    twice(client, order, "notice", **NOTICE, quantity_1_1="12")
    assert twice(client, order, "notice", **NOTICE, quantity_1_1="10") == [422, 422]
    assert ShippingNotice.objects.count() == 1
    assert twice(client, order, "notice", **NOTICE, quantity_1_1="10", replaces="on") == [302, 302]
    assert "replaced" in read(client.get("/portal/notices")).text
    assert shipped() == 60


def test_an_invoice_is_sent_once_and_matched(order: PurchaseOrder) -> None:
    client = someone_of("ALPHA")
    assert boxes(client, f"/portal/orders/{order.number}/invoice")["price_1"] == "14.40"
    assert twice(client, order, "invoice", **INVOICE, quantity_1="20") == [302, 302]
    invoice = Invoice.objects.get()
    assert (invoice.total, invoice.state, invoice.taken_by) == (288, "waiting", "user:bob")
    assert invoice.lines.get().stock_units == 120
    assert "INV-1" in read(client.get("/portal/invoices")).text


@pytest.mark.parametrize(
    ("paper", "said", "sentence"),
    [
        ("notice", {**NOTICE}, "quantity of at least one line"),
        ("notice", {**NOTICE, "number": "", "quantity_1_1": "1"}, "required"),
        ("notice", {**NOTICE, "expected_on": "2020-01-01", "quantity_1_1": "1"}, "before they were shipped"),
        ("notice", {**NOTICE, "quantity_1_1": "-1"}, "greater than or equal to 0"),
        ("invoice", {**INVOICE, "quantity_1": "19"}, "does not add up"),
        ("invoice", {**INVOICE, "quantity_1": "20", "price_1": ""}, "At which price?"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_taken(
    order: PurchaseOrder, paper: str, said: dict[str, str], sentence: str
) -> None:
    client = someone_of("ALPHA")
    address = f"/portal/orders/{order.number}/{paper}"
    response = client.post(address, {**boxes(client, address), **said})
    assert (response.status_code, sentence in read(response).text) == (422, True)
    assert (ShippingNotice.objects.count(), Invoice.objects.count()) == (0, 0)


FILE = "number,invoiced_on,currency,total,purchase_order,line,quantity,price"


def bring(client: Client, *rows: str, head: str = FILE) -> Any:
    content = "\n".join([head, *rows]).encode()
    return client.post("/portal/invoices/file", {"sheet": SimpleUploadedFile("invoices.csv", content)})


def test_invoices_come_by_file_and_the_same_file_changes_nothing(order: PurchaseOrder) -> None:
    client = someone_of("ALPHA")
    row = f"INV-7,{TODAY},EUR,288,{order.number},1,120,2.40"
    assert [bring(client, row).status_code for _ in range(2)] == [302, 302]
    assert Invoice.objects.get().supplier == order.supplier
    assert "1 new invoice taken down." in read(client.get("/portal/invoices")).text


def test_a_file_names_no_other_supplier_and_no_order_of_another(order: PurchaseOrder) -> None:
    other = someone_of("BETA", "eve")
    stolen = bring(other, f"INV-8,{TODAY},EUR,2.40,{order.number},1,1,2.40")
    unknown = bring(other, f"INV-8,{TODAY},EUR,2.40,PO-999999,1,1,2.40")
    texts = [read(page).text for page in (stolen, unknown)]
    assert [page.status_code for page in (stolen, unknown)] == [422, 422]
    assert texts[0].replace(order.number, "") == texts[1].replace("PO-999999", "")
    assert "ALPHA" not in texts[0]
    forged = bring(other, f"ALPHA,INV-8,{TODAY},EUR,2.40,,,1,2.40", head=f"supplier,{FILE}")
    assert "bring invoices of BETA alone" in read(forged).text
    assert not Invoice.objects.exists()


def test_no_address_shows_or_takes_anything_of_another_supplier(business: Business) -> None:
    first = placed(business, 120)
    SupplyTerm.objects.update(supplier=business.suppliers[1])
    second = placed(business, 60, supplier=1)
    people = {first: someone_of("ALPHA", "bob"), second: someone_of("BETA", "eve")}
    for order, client in people.items():
        twice(client, order, "notice", **{**NOTICE, "number": f"ASN-{order.supplier.code}"}, quantity_1_1="1")
        total = {**INVOICE, "number": f"INV-{order.supplier.code}", "total": "14.40"}
        twice(client, order, "invoice", **total, quantity_1="1")
    before = ShippingNotice.objects.count(), Invoice.objects.count()
    assert before == (2, 2)
    walked = 0
    for route, pattern in every_pattern(get_resolver()):
        if getattr(pattern.callback, AUDIENCE, "") != SUPPLIERS:
            continue
        for theirs, other in ((first, second), (second, first)):
            client, address = people[other], address_of(route, pattern, theirs.number)
            for response in (client.get(address), client.post(address, {"do": "confirm"})):
                walked += 1
                assert "number" not in pattern.pattern.converters or response.status_code == 404, address
                told = response.content.decode()
                secrets = (theirs.supplier.code, f"ASN-{theirs.supplier.code}", f"INV-{theirs.supplier.code}")
                assert not [secret for secret in secrets if secret in told], address
                assert theirs.number not in told or response.status_code == 404, address
    assert walked > 30
    assert (ShippingNotice.objects.count(), Invoice.objects.count()) == before
    assert {n.supplier.code for n in ShippingNotice.objects.all()} == {"ALPHA", "BETA"}
