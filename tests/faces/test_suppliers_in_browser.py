"""The pages of suppliers in a real browser: by day, by night and on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser import launch
from tests.faces.test_web_in_browser import DESK, Visit, address, opened, photograph
from tests.page_checks import go_to
from tests.supplier_cases import full_register
from tests.web_cases import signed_in

__all__ = ["address"]
pytestmark = pytest.mark.browser


def test_suppliers_are_found_and_read(address: str, tmp_path: Path) -> None:
    full_register()
    signed_in()
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        with opened(browser, visit, DESK, "light") as page:
            _read(page, tmp_path)
        browser.close()
    assert (visit.complaints, visit.strangers) == ([], [])


def _read(page: Page, folder: Path) -> None:
    go_to(page, "Suppliers")
    expect(page.get_by_role("heading", level=1)).to_have_text("Suppliers")
    expect(page.get_by_role("row", name="BETA")).to_contain_text("blocked")
    photograph(page, folder, "suppliers")
    page.get_by_role("row", name="F-1").get_by_role("link", name="ALPHA").click()
    expect(page.get_by_role("heading", name="Agreement F-1")).to_be_visible()
    expect(page.get_by_role("row", name="ISO 9001")).to_contain_text("400")
    photograph(page, folder, "supplier")
    for task in ("decide", "certificate", "agree"):
        page.goto(page.url.partition("/suppliers/")[0] + f"/suppliers/ALPHA/{task}")
        photograph(page, folder, f"supplier-{task}")
    page.get_by_role("link", name="Back to the supplier").click()
    page.get_by_role("link", name="Decide").click()
    page.get_by_label("Decision").select_option("blocked")
    page.get_by_label("Why").fill("Insolvent.")
    page.get_by_role("button", name="Show what it touches").click()
    expect(page.get_by_role("status")).to_contain_text("1 item that it sells us: CUP")
    photograph(page, folder, "supplier-touches")
