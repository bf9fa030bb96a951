"""What arrives and what is paid, on the pages: by notice, with damage, settled, matched, disputed, approved."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from ownstock.ledger.models import Lot
from ownstock.ledger.queries import on_hand
from ownstock.purchasing.actions import set_match_policy, set_rate
from ownstock.purchasing.models import Invoice, PurchaseOrder
from ownstock.purchasing.queries.discrepancies import discrepancies
from ownstock.purchasing.rules.notices import NoticedLine
from tests.factories import ACTOR, TODAY, small_business
from tests.purchasing_cases import WANTED, came, invoiced, noticed, placed_order, state_of
from tests.web_cases import read, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> PurchaseOrder:
    return placed_order(small_business())


@pytest.fixture
def client(order: PurchaseOrder) -> Client:
    return signed_in()


def receive(order: PurchaseOrder, notice: str = "") -> str:
    return reverse("web:receive", args=[order.number]) + (f"?notice={notice}" if notice else "")


def boxes(**said: object) -> dict[str, object]:
    return {"key": str(uuid4()), "received_on": TODAY.isoformat(), **said}


def page(name: str, invoice: str = "INV-1") -> str:
    return reverse(f"web:{name}", args=[Invoice.objects.exclude(state="cancelled").get(number=invoice).pk])


def test_a_notice_fills_the_form_with_quantities_lots_and_expiry(client: Client, order: PurchaseOrder) -> None:
    lines = [
        NoticedLine(order.number, Decimal(6), line=1, lot="A", expires_on=TODAY),
        NoticedLine(order.number, Decimal(4), line=1, lot="B"),
    ]
    noticed(order, lines=lines, shipped_on=TODAY)
    shown = read(client.get(receive(order, "ASN-1")))
    assert [shown.with_name(name)[0]["value"] for name in ("quantity_1", "lot_1", "quantity_1_2", "lot_1_2")] == [
        "6", "A", "4", "B",
    ]  # fmt: skip
    assert shown.with_name("expires_on_1")[0]["value"] == TODAY.isoformat()
    said = boxes(rows="1 1_2", quantity_1="6", lot_1="A", expires_on_1="2027-01-31", quantity_1_2="3", lot_1_2="B")
    assert client.post(receive(order, "ASN-1"), said).status_code == 302
    assert client.post(receive(order, "ASN-1"), said).status_code == 302
    assert (on_hand("CUP", "SHOP"), [(d.kind, d.quantity) for d in discrepancies()]) == (9, [("short", 1)])
    assert str(Lot.objects.get(code="A").expires_on) == "2027-01-31"


def test_damage_and_another_item_are_entered_and_settled_on_pages(client: Client, order: PurchaseOrder) -> None:
    said = boxes(
        rows="1", quantity_1="20", damaged_1="4", reason_1="crushed", wrong_line="1", wrong_sku="PLATE",
        wrong_quantity="2", is_wrong_kept="on",
    )  # fmt: skip
    client.post(receive(order), said)
    text = read(client.get(reverse("web:discrepancies"))).text
    assert ("crushed" in text, "wrong item 2 PLATE" in text) == (True, True)
    for row in discrepancies():
        settled = {"settled_as": "returned", "reason": "theirs"}
        client.post(reverse("web:discrepancy-settle", args=[row.pk]), settled)
    assert "Nothing is to be settled." in read(client.get(reverse("web:discrepancies"))).text
    assert "Returned by anna: theirs" in read(client.get(reverse("web:discrepancies"), {"all": 1})).text
    assert on_hand("CUP", "SHOP") == 20


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"wrong_sku": "PLATE"}, "Say which item came, how many"),
        ({"wrong_line": "1", "wrong_sku": "SAUCER", "wrong_quantity": "1"}, "There is no item SAUCER"),
        ({"damaged_1": "many"}, "Enter a number."),
        ({"rows": "7 x", "quantity_1": ""}, "Fill in the quantity of at least one line."),
    ],
)
def test_a_receipt_that_cannot_be_meant_says_what_to_mend(
    client: Client, order: PurchaseOrder, said: dict[str, str], sentence: str
) -> None:
    response = client.post(receive(order), boxes(**said))
    assert (response.status_code, sentence in read(response).text) == (422, True)


def test_a_receipt_is_taken_back_from_its_page(client: Client, order: PurchaseOrder) -> None:
    came(order, 24, key="dn1")
    assert "dn1" in read(client.get(receive(order))).text
    address = reverse("web:take-back", args=[order.number])
    assert "Say why" in read(client.post(address, {"receipt": "dn1"})).text
    client.post(address, {"receipt": "dn1", "reason": "counted wrong"})
    order.refresh_from_db()
    assert (on_hand("CUP", "SHOP"), order.state) == (0, "placed")


def test_an_invoice_stands_beside_what_was_ordered_and_what_came(client: Client, order: PurchaseOrder) -> None:
    came(order, 20, key="dn1")
    invoiced(order, (24, "2.5"))
    assert "INV-1" in read(client.get(reverse("web:invoices"), {"state": "disputed"})).text
    shown = read(client.get(page("invoice")))
    assert "price of 2.5 invoiced, 2.4 ordered" in shown.text
    assert "4 of 24 have not come yet" in shown.text
    assert [a["data-label"] for _, a in shown.found if "differs" in (a.get("class") or "")] == [
        "Invoiced", "Price invoiced",
    ]  # fmt: skip
    assert client.get(reverse("web:invoice", args=[999])).status_code == 404


def test_an_invoice_is_disputed_settled_approved_and_cancelled_on_its_page(
    client: Client, order: PurchaseOrder
) -> None:
    came(order, 24, key="dn1")
    assert "57.60 EUR" in read(client.get(reverse("web:not-invoiced"))).text
    invoiced(order, (24, "2.4"))
    assert "All that came is invoiced." in read(client.get(reverse("web:not-invoiced"))).text
    assert "Say what is wrong" in read(client.post(page("invoice-dispute"), {})).text
    client.post(page("invoice-dispute"), {"reason": "late"})
    assert "only what is matched" in read(client.post(page("invoice-approve"))).text
    assert "Say how the dispute ends" in read(client.post(page("invoice-settle"), {})).text
    client.post(page("invoice-settle"), {"settled_as": "resolved", "reason": "fine"})
    text = read(client.post(page("invoice-approve"), follow=True)).text
    assert ("It is approved for payment." in text, "approved by anna" in text, state_of()) == (True, True, "approved")
    invoiced(order, (1, "2.4"), number="INV-2")
    client.post(page("invoice-cancel", "INV-2"), {"reason": "theirs"})
    assert Invoice.objects.get(number="INV-2").state == "cancelled"


def test_exchange_differences_stand_beside_price_variances_where_there_are_any(
    client: Client, order: PurchaseOrder
) -> None:
    set_match_policy(price_tolerance_percent=Decimal(50), actor=ACTOR)
    came(order, 24, key="dn1", on=TODAY)
    assert "Exchange difference" not in read(client.get(reverse("web:variances"))).text
    PurchaseOrder.objects.update(currency="USD")
    invoiced(order, (24, "2.5"), currency="USD")
    hint = "An exchange rate is missing"
    assert hint in read(client.get(page("invoice"))).text
    set_rate("USD", Decimal("0.75"), valid_from=WANTED, actor=ACTOR)
    set_rate("USD", Decimal("0.5"), valid_from=TODAY, actor=ACTOR)
    assert hint not in read(client.get(page("invoice"))).text
    sums = read(client.get(reverse("web:variances"))).text
    assert "Exchange difference of USD, in EUR" in sums
    assert "+15.00 EUR" in sums
    assert "+15.00 EUR" in read(client.get(reverse("web:variance-goods"))).text
