"""The pages of what arrives and is paid in a real browser: by day, by night and on a phone."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from ownstock.purchasing import actions
from ownstock.purchasing.actions import ReceiptLine
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.rules.invoices import ChargeKind, EnteredCharge
from tests.browser import launch
from tests.faces.test_web_in_browser import DESK, PHONE, Visit, address, opened, photograph
from tests.factories import ACTOR, small_business
from tests.page_checks import go_to
from tests.purchasing_cases import WANTED, invoiced, noticed, placed_order
from tests.web_cases import signed_in

__all__ = ["address"]
pytestmark = pytest.mark.browser


def busy_week() -> PurchaseOrder:
    """An order of which a part came, four of it damaged; invoiced in full at a higher price; the rest is on its way."""
    order = placed_order(small_business())
    damaged = ReceiptLine(1, Decimal(10), damaged=Decimal(4), reason="crushed corner")
    actions.receive(order.number, [damaged], key="DN-4711", received_on=WANTED, actor=ACTOR)
    invoiced(order, (24, "2.5"), charges=(EnteredCharge(Decimal("12.00"), "20 % VAT", ChargeKind.TAX),))
    noticed(order, 6, number="ASN-2", expected_in=20)
    return order


def test_what_arrives_and_is_paid_is_seen_and_dealt_with(address: str, tmp_path: Path) -> None:
    order = busy_week()
    signed_in()
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        with opened(browser, visit, DESK, "light") as page:
            _read(page, f"{address}/orders/{order.number}/receive?notice=ASN-2", tmp_path)
        with opened(browser, visit, PHONE, "light") as page:
            _deal(page)
        browser.close()
    assert (visit.complaints, visit.strangers) == ([], [])


def _read(page: Page, receive: str, folder: Path) -> None:
    go_to(page, "Invoices")
    photograph(page, folder, "invoices")
    page.get_by_role("link", name="INV-1").click()
    expect(page.get_by_text("price of 2.5 invoiced, 2.4 ordered")).to_have_count(2)
    photograph(page, folder, "invoice")
    page.get_by_role("link", name="Invoices").first.click()
    page.get_by_role("link", name="Not as ordered").click()
    expect(page.get_by_text("crushed corner")).to_be_visible()
    photograph(page, folder, "discrepancies")
    page.goto(receive)
    expect(page.get_by_label("Came sound")).to_have_value("6")
    photograph(page, folder, "receive")


def _deal(page: Page) -> None:
    """Settle what is damaged, end the dispute about the price, receive the rest: from a phone."""
    go_to(page, "Invoices")
    page.get_by_role("link", name="Not as ordered").click()
    page.get_by_label("It is").select_option("accepted")
    page.get_by_label("Why").fill("only the box")
    page.get_by_role("button", name="Settle").click()
    expect(page.get_by_text("Nothing is to be settled.")).to_be_visible()
    go_to(page, "Invoices")
    page.get_by_role("link", name="INV-1").click()
    page.get_by_label("The dispute ends as").select_option("price_accepted")
    page.get_by_label("Why").first.fill("new price list")
    page.get_by_role("button", name="End the dispute").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("waiting")
