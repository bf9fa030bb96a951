"""An invoice on paper becomes one in the books; what is not invoiced and how prices differ is found, down to the receipt."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect, sync_playwright

from ownstock.purchasing import actions
from ownstock.purchasing.models import Invoice, PurchaseOrder
from tests.browser import launch
from tests.faces.test_web_in_browser import DESK, PHONE, Visit, address, opened, photograph
from tests.factories import ACTOR, small_business
from tests.purchasing_cases import WANTED, came, invoiced, placed_order, state_of
from tests.web_cases import read, signed_in

__all__ = ["address"]
KEY = "00000000-0000-4000-8000-000000000007"


def lenient() -> None:
    actions.set_match_policy(price_tolerance_percent=Decimal(50), actor=ACTOR)


def page_for(order: PurchaseOrder) -> str:
    return reverse("web:invoice-enter", args=[order.number])


def paper(**said: str) -> dict[str, str]:
    head = {"key": KEY, "number": "INV-1", "invoiced_on": WANTED.isoformat(), "total": "48.00"}
    return head | {"quantity_1": "20", "price_1": "2.4"} | said


@pytest.fixture
def order(db: None) -> PurchaseOrder:
    return placed_order(small_business())


@pytest.fixture
def client(order: PurchaseOrder) -> Client:
    return signed_in()


def test_what_came_and_is_not_invoiced_is_filled_in_and_sent_twice_counts_once(
    client: Client, order: PurchaseOrder
) -> None:
    came(order, 20, key="dn1")
    invoiced(order, (5, "2.4"), number="INV-0")
    boxes = read(client.get(page_for(order)))
    assert [boxes.with_name(name)[0]["value"] for name in ("quantity_1", "price_1")] == ["15", "2.40"]
    said = paper(quantity_1="15", total="36.00")
    assert [client.post(page_for(order), said).status_code for _ in range(2)] == [302, 302]
    assert (Invoice.objects.count(), state_of()) == (2, "matched")


def test_an_invoice_that_differs_is_kept_and_its_page_says_why(client: Client, order: PurchaseOrder) -> None:
    came(order, 20, key="dn1")
    shown = read(client.post(page_for(order), paper(price_1="2.5", total="50.00"), follow=True)).text
    assert ("ALPHA, INV-1 is disputed." in shown, "price of 2.5 invoiced, 2.4 ordered" in shown) == (True, True)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"total": "49.00"}, "does not add up"),
        ({"quantity_1": ""}, "Fill in the quantity of at least one line."),
        ({"price_1": ""}, "At which price?"),
        ({"number": ""}, "This field is required."),
    ],
)
def test_a_paper_that_cannot_be_meant_is_not_kept(
    client: Client, order: PurchaseOrder, said: dict[str, str], sentence: str
) -> None:
    response = client.post(page_for(order), paper(**said))
    assert (response.status_code, sentence in read(response).text, Invoice.objects.count()) == (422, True, 0)


def test_a_credit_note_is_entered_with_its_figures_as_printed(client: Client, order: PurchaseOrder) -> None:
    came(order, 20, key="dn1")
    client.post(page_for(order), paper())
    credit = paper(key=KEY[:-1] + "8", number="CN-1", quantity_1="2", taxes="0.96", total="5.76", is_credit_note="on")
    assert client.post(page_for(order), credit).status_code == 302
    found = Invoice.objects.get(number="CN-1")
    assert (found.kind, found.total, found.lines.get().quantity) == ("credit_note", Decimal("-5.76"), -2)


def test_orders_that_never_left_have_no_invoice(client: Client, order: PurchaseOrder) -> None:
    assert client.get(reverse("web:invoice-enter", args=["PO-9"])).status_code == 404
    PurchaseOrder.objects.update(sent_revision=None)
    assert "was never sent to ALPHA" in read(client.get(page_for(order))).text


def test_variances_are_summed_and_lead_to_invoice_and_receipt(client: Client, order: PurchaseOrder) -> None:
    lenient()
    came(order, 20, key="dn1")
    came(order, 4, key="dn2")
    invoiced(order, (20, "2.5"))
    invoiced(order, (4, "2.2"), number="INV-2")
    invoiced(order, (1, "9.0"), number="INV-3")
    actions.cancel_invoice("ALPHA", "INV-3", reason="theirs", actor=ACTOR)
    for by, name in (("supplier", "ALPHA"), ("item", "CUP"), ("month", f"{WANTED:%b %Y}")):
        shown = read(client.get(reverse("web:variances"), {"by": by, "supplier": "ALPHA"}))
        assert f"{name} +1.20 EUR +2.1 % 58.80 24" in shown.text
        [narrowed] = [a["href"] for _, a in shown.found if "/variances/goods" in (a.get("href") or "")]
        goods = read(client.get(narrowed or ""))
        assert ("INV-3" in goods.text, "dn1 CUP 20 48.00 50.00 +2.00 EUR" in goods.text) == (False, True)
        assert "INV-2 ALPHA" in goods.text
        assert reverse("web:order", args=[order.number]) in [a.get("href") for _, a in goods.found]
    assert "No goods have been invoiced that are asked for" in read(
        client.get(reverse("web:variances"), {"sku": "PLATE", "begins_on": "nonsense"})
    ).text  # fmt: skip


@pytest.mark.browser
def test_finance_finds_what_is_missing_enters_it_and_reads_the_variance(address: str, tmp_path: Path) -> None:
    shop = small_business()
    first, second = placed_order(shop), placed_order(shop)
    lenient()
    for order, key in ((first, "DN-1"), (second, "DN-2")):
        came(order, 20, key=key)
    invoiced(first, (20, "2.2"), number="INV-0")
    signed_in()
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        with opened(browser, visit, DESK, "light") as page:
            _enter(page, tmp_path)
        for size, scheme, name in ((DESK, "light", "day"), (PHONE, "dark", "phone")):
            with opened(browser, visit, size, scheme) as page:
                _look(page, f"{address}/invoices", first, tmp_path, name)
        browser.close()
    assert (visit.complaints, visit.strangers) == ([], [])


def _enter(page: Page, folder: Path) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Invoices").click()
    page.get_by_role("link", name="Not invoiced yet").click()
    expect(page.get_by_role("cell", name="48.00 EUR")).to_be_visible()
    photograph(page, folder, "missing")
    page.get_by_role("link", name="Enter its invoice").click()
    expect(page.get_by_label("Invoiced, in")).to_have_value("20")
    page.get_by_label("Its number").fill("INV-1")
    page.get_by_label("Date of the invoice").fill(WANTED.isoformat())
    page.get_by_label("Price of one").fill("2.5")
    page.get_by_label("Total").fill("50")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("INV-1 matched")
    expect(page.get_by_role("row", name="DN-2 CUP 20 2.00")).to_be_visible()


def _look(page: Page, invoices: str, order: PurchaseOrder, folder: Path, name: str) -> None:
    page.goto(f"{invoices}/missing")
    expect(page.get_by_text("All that came is invoiced.")).to_be_visible()
    page.goto(f"{invoices}/enter?supplier=ALPHA")
    photograph(page, folder, f"choose-{name}")
    page.goto(f"{invoices}/enter/{order.number}")
    photograph(page, folder, f"enter-{name}")
    page.goto(f"{invoices}/variances?by=item")
    photograph(page, folder, f"variances-{name}")
    page.get_by_role("link", name="CUP").click()
    expect(page.get_by_role("link", name="INV-1")).to_be_visible()
    photograph(page, folder, f"goods-{name}")
