"""A transfer drafted in a real browser, by keys and by mouse: codes are looked up, lines added, what is usable shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from ownstock.purchasing.models import TransferOrder
from tests.browser import launch
from tests.faces.test_web_in_browser import DESK, PHONE, Visit, address, opened, photograph
from tests.page_checks import axe
from tests.transfer_cases import drafted, two_sites
from tests.web_cases import signed_in

pytestmark = pytest.mark.browser
__all__ = ["address"]


def test_a_transfer_is_drafted_by_keys_at_a_desk_and_by_mouse_on_a_phone(address: str, tmp_path: Path) -> None:
    two_sites(30)
    drafted(1)
    signed_in()
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        with opened(browser, visit, DESK, "light") as page:
            _by_keys(page, tmp_path)
        with opened(browser, visit, PHONE, "light") as page:
            _by_mouse(page, address, tmp_path)
        with opened(browser, visit, DESK, "dark") as page:
            page.goto(f"{address}/transfers/new?source=DEPOT&target=SHOP&sku_1=CUP&quantity_1=40")
            photograph(page, tmp_path, "transfer-new-dark")
            assert axe(page) == []
        browser.close()
    assert [told for told in visit.complaints if "422" not in told] == visit.strangers == []
    desk, phone = TransferOrder.objects.exclude(lines__quantity=1).order_by("id")
    assert [list(order.lines.order_by("line").values_list("item__sku", "quantity")) for order in (desk, phone)] == [
        [("CUP", 12), ("PLATE", 3)], [("PLATE", 7)],
    ]  # fmt: skip


def _by_keys(page: Page, folder: Path) -> None:
    page.get_by_role("link", name="Transfers").click()
    page.get_by_role("link", name="New transfer").click()
    photograph(page, folder, "transfer-new-empty")
    page.get_by_label("From", exact=True).select_option("DEPOT")
    page.get_by_label("To", exact=True).select_option("SHOP")
    expect(page.get_by_text("3 days on the last one from DEPOT to SHOP")).to_be_visible()
    page.get_by_label("Wanted there on").fill("2026-03-09")
    page.get_by_label("Days on the way").fill("3")
    item = page.get_by_label("Item of line 1", exact=True)
    item.press_sequentially("cu")
    expect(page.locator("#items option")).to_have_attribute("value", "CUP")
    item.fill("CUP")
    page.keyboard.press("Tab")
    # What is known of the line comes while its quantity is typed, and takes nothing of it away.
    page.keyboard.type("40")
    expect(page.locator("#known-1")).to_contain_text("30")
    page.keyboard.press("Enter")
    expect(page.locator("#known-1")).to_contain_text("10 too few")
    expect(page.get_by_label("Item of line 2", exact=True)).to_be_focused()
    assert page.get_by_label("Quantity of line 1", exact=True).input_value() == "40"
    page.keyboard.type("PLATE")
    page.keyboard.press("Tab")
    page.keyboard.type("3")
    page.get_by_role("button", name="More lines").click()
    expect(page.get_by_label("Item of line 10", exact=True)).to_be_visible()
    expect(page.get_by_label("Item of line 3", exact=True)).to_be_focused()
    page.get_by_label("Quantity of line 1", exact=True).fill("12")
    photograph(page, folder, "transfer-new-light")
    assert axe(page) == []
    page.get_by_role("button", name="Draft the transfer").dblclick()
    expect(page.get_by_role("status")).to_contain_text("is drafted; place it next.")


def _by_mouse(page: Page, address: str, folder: Path) -> None:
    page.goto(f"{address}/transfers/new?source=DEPOT&target=SHOP&transit_days=3&requested_on=2026-03-09&sku_2=BOWL")
    page.get_by_label("Quantity of line 1", exact=True).fill("7")
    page.get_by_role("button", name="Draft the transfer").click()
    expect(page.get_by_text("Line 1, item: there is no item BOWL.")).to_be_visible()
    photograph(page, folder, "transfer-new-refused-phone")
    page.get_by_label("Item of line 1", exact=True).fill("PLATE")
    photograph(page, folder, "transfer-new-phone")
    page.get_by_role("button", name="Draft the transfer").click()
    expect(page.get_by_role("status")).to_contain_text("is drafted; place it next.")
