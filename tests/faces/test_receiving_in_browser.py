"""The goods-in and the board of orders in a real browser: a scanner types, the network goes and comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from ownstock.ledger.models import Posting
from ownstock.ledger.queries import on_hand
from ownstock.purchasing.models import PurchaseOrder
from tests.browser import launch
from tests.faces.test_scans import CUP, LOT_A, PLATE, scannable
from tests.faces.test_web_in_browser import DESK, PHONE, Visit, address, opened, photograph
from tests.page_checks import Watch, axe, go_to
from tests.web_cases import signed_in

__all__ = ["address"]
pytestmark = pytest.mark.browser


def test_goods_are_scanned_on_a_phone_also_while_the_network_is_away(address: str, tmp_path: Path) -> None:
    order = scannable()
    signed_in()
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        with opened(browser, visit, PHONE, "light") as page:
            watch = Watch(page, address)
            go_to(page, "Receive")
            expect(page.get_by_label("Scan an order")).to_be_focused()
            photograph(page, tmp_path, "receive-phone-empty")
            _type(page, order.number)
            expect(page.locator("[data-now]")).to_contain_text(f"{order.number} from ALPHA")
            _type(page, f"01{CUP}10B1")
            expect(page.locator(".scan-row").first).to_contain_text("Received")
            watch.is_content()
            _away(page, tmp_path)
            _decide(page, tmp_path)
            assert axe(page) == []
            page.reload()
            expect(page.locator(".scan-row.received")).to_have_count(2)
        with opened(browser, visit, PHONE, "dark") as page:
            page.goto(f"{address}/receive?order={order.number}")
            _type(page, f"01{CUP}10C1")
            expect(page.locator(".scan-row").first).to_contain_text("Received")
            photograph(page, tmp_path, "receive-phone-night")
            assert axe(page) == []
        browser.close()
    assert visit.strangers == []
    # One of lot B1 is undone, twelve of A7 are there once, five plates are held, one of C1.
    assert (on_hand("CUP", "SHOP"), on_hand("PLATE", "SHOP")) == (13, 5)
    assert Posting.objects.filter(key__startswith="scan:").count() == 4


def _type(page: Page, text: str) -> None:
    """As a scanner does: wherever the focus came back to."""
    expect(page.get_by_label("Scan an order")).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def _away(page: Page, folder: Path) -> None:
    """Two scans wait on the device; one is removed before it left, the other is sent once when the network is back."""
    page.context.set_offline(True)
    _type(page, LOT_A)
    _type(page, LOT_A)
    expect(page.locator("[data-unsent]")).to_contain_text("2 scans not sent yet.")
    photograph(page, folder, "receive-phone-away")
    page.locator(".scan-row.waiting").first.get_by_role("button", name="Remove").click()
    expect(page.locator("[data-unsent]")).to_contain_text("1 scan not sent yet.")
    page.context.set_offline(False)
    expect(page.locator(".scan-row.received")).to_have_count(2)
    expect(page.locator("[data-unsent]")).to_be_hidden()


def _decide(page: Page, folder: Path) -> None:
    """Another item is asked for, and a receipt is undone by one press."""
    _type(page, f"(01){PLATE}(37)5")
    expect(page.locator(".scan-row").first).to_contain_text("is not on")
    photograph(page, folder, "receive-phone-asked")
    page.get_by_role("button", name="Keep it on hold").click()
    expect(page.locator(".scan-row.received")).to_have_count(3)
    page.locator(".scan-row", has_text="lot B1").get_by_role("button", name="Undo").click()
    expect(page.locator(".scan-row.undone")).to_have_count(1)
    page.locator(".scan-row.undone").get_by_role("button", name="Remove").click()
    page.locator(".scan-row.order").get_by_role("button", name="Remove").click()
    page.locator(".scan-row", has_text="PLATE").get_by_role("button", name="Remove").wait_for(state="detached")
    photograph(page, folder, "receive-phone")


def test_orders_stand_on_a_board_and_in_a_grid(address: str, tmp_path: Path) -> None:
    order = scannable()
    signed_in()
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for size, scheme, name in ((DESK, "light", "day"), (PHONE, "light", "phone")):
            with opened(browser, visit, size, scheme) as page:
                go_to(page, "Orders")
                expect(page.locator(".tabulator-row").first).to_contain_text(order.number)
                assert axe(page) == []
                photograph(page, tmp_path, f"orders-{name}")
                page.get_by_role("link", name="Board").click()
                lane = page.get_by_role("region", name="Unanswered")
                expect(lane).to_contain_text(order.number)
                assert axe(page) == []
                photograph(page, tmp_path, f"board-{name}")
                if name == "phone":
                    lane.get_by_role("button", name=f"Remind {order.number}").click()
                    expect(page.get_by_role("status")).to_contain_text("reminder")
        browser.close()
    assert (visit.complaints, visit.strangers) == ([], [])
    assert PurchaseOrder.objects.get().chases.count() == 1
