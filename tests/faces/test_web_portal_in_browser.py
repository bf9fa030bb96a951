"""A supplier's people sign in, look and answer, in a real browser by day, by night and on a phone."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from ownstock.access.actions import create_user
from ownstock.catalog.actions import add_contact
from ownstock.catalog.models import Company
from ownstock.exchange.confirmations.queries import sheet_of
from ownstock.purchasing.models import Acknowledgement, Invoice, PurchaseOrder, ShippingNotice
from tests.answer_cases import WANTED_ON, placed, sent_message, shop_of_one_supplier
from tests.browser import launch
from tests.faces.test_web_answer_in_browser import window
from tests.faces.test_web_in_browser import DESK, PHONE, Visit, address, photograph
from tests.factories import ACTOR
from tests.web_cases import PASSWORD

__all__ = ["address"]
pytestmark = pytest.mark.browser


@pytest.fixture
def orders(committed_db: object, settings: Any) -> list[PurchaseOrder]:
    settings.PUBLIC_URL, settings.SMTP_URL = "", ""
    Company.objects.update(name="Heart & Home Ltd")
    business = shop_of_one_supplier()
    add_contact("ALPHA", create_user("bob", PASSWORD, actor=ACTOR), actor=ACTOR)
    found = [placed(business, 120, 30), placed(business, 60)]
    sent_message(found[0])
    return found


def filled(orders: list[PurchaseOrder], quantity: str) -> bytes:
    rows = list(csv.DictReader(io.StringIO(sheet_of(orders).decode(), newline="")))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(row | {"confirmed_quantity": quantity, "promised_on": WANTED_ON.isoformat()} for row in rows)
    return text.getvalue().encode()


def sign_in(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("Name").fill("bob")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Orders from Heart & Home Ltd")


def test_a_suppliers_round_through_the_portal(address: str, orders: list[PurchaseOrder], tmp_path: Path) -> None:
    wrong, right = filled(orders, "1000"), filled(orders, "5")
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = window(browser, visit, PHONE, "light")
        page.goto(f"{address}/sign-in")
        sign_in(page, f"{address}/sign-in")
        photograph(page, tmp_path, "portal-phone")
        page.get_by_role("link", name=orders[0].number).click()
        page.get_by_role("button", name="Confirm all as asked").click()
        expect(page.get_by_role("status").first).to_contain_text("Your answer was taken down")
        photograph(page, tmp_path, "portal-order-phone")
        page.close()
        page = window(browser, visit, DESK, "dark")
        sign_in(page, f"{address}/sign-in")
        photograph(page, tmp_path, "portal-dark")
        page.get_by_role("link", name="Answer by file").click()
        page.get_by_label("CSV or XLSX").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": wrong})
        page.get_by_role("button", name="Take it down").click()
        expect(page.get_by_role("heading", level=2)).to_contain_text("Nothing was taken down")
        photograph(page, tmp_path, "portal-sheet-faults-dark")
        page.get_by_label("CSV or XLSX").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": right})
        page.get_by_role("button", name="Take it down").click()
        expect(page.get_by_role("status")).to_contain_text(f"{orders[1].number}: 1 line taken down.")
        photograph(page, tmp_path, "portal-taken-dark")
        page.goto(f"{address}/orders")
        expect(page.get_by_role("heading", level=1)).to_have_text("Not found")
        photograph(page, tmp_path, "portal-not-found-dark")
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
        browser.close()
    unforeseen = [c for c in visit.complaints if "422" not in c and "404" not in c]
    assert (visit.strangers, unforeseen) == ([], [])
    assert Acknowledgement.objects.count() == 3


def test_a_shipment_is_announced_and_an_invoice_sent(address: str, orders: list[PurchaseOrder], tmp_path: Path) -> None:
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for size, scheme, name in ((DESK, "light", "day"), (PHONE, "dark", "phone")):
            page = window(browser, visit, size, scheme)
            sign_in(page, f"{address}/sign-in")
            _announce(page, orders[0].number, tmp_path, name)
            _ask_for_money(page, orders[0].number, tmp_path, name)
            page.context.close()
        browser.close()
    assert (visit.complaints, visit.strangers) == ([], [])
    assert ShippingNotice.objects.count() == Invoice.objects.count() == 2


def _announce(page: Page, number: str, folder: Path, name: str) -> None:
    page.get_by_role("link", name=number).click()
    page.get_by_role("link", name="Announce a shipment").click()
    page.get_by_label("Your number").fill(f"ASN-{name}")
    page.get_by_label("Shipped on").fill(WANTED_ON.isoformat())
    page.get_by_label("Arrives on").fill(WANTED_ON.isoformat())
    page.get_by_label("Shipped, in case, line 1, lot 1").fill("1")
    photograph(page, folder, f"notice-{name}")
    page.get_by_role("button", name="Announce").click()
    expect(page.get_by_role("status")).to_contain_text(f"Your notice ASN-{name} is taken down.")
    photograph(page, folder, f"notices-{name}")


def _ask_for_money(page: Page, number: str, folder: Path, name: str) -> None:
    page.get_by_role("link", name=number).first.click()
    page.get_by_role("link", name="Send an invoice").click()
    page.get_by_label("Your number").fill(f"INV-{name}")
    page.get_by_label("Date of the invoice").fill(WANTED_ON.isoformat())
    page.get_by_label("Total").fill("14.40")
    page.get_by_label("Invoiced, in case, line 1").fill("1")
    photograph(page, folder, f"invoice-{name}")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text(f"Your invoice INV-{name} is taken down.")
    photograph(page, folder, f"invoices-{name}")
