"""Monitoring, health and cash in a real browser: by day, by night, on a phone; live, and from a bar to its lines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Page, expect, sync_playwright

from ownstock.ledger import actions as ledger
from ownstock.planning import actions as planning
from tests.browser import launch
from tests.faces.test_web_in_browser import DESK, Visit, address, opened, photograph
from tests.factories import ACTOR, TODAY, sale
from tests.page_checks import Watch, axe, go_to
from tests.web_cases import planned_shop, signed_in

__all__ = ["address"]
pytestmark = pytest.mark.browser


def test_figures_are_watched_and_opened(address: str, tmp_path: Path) -> None:
    planned_shop()
    planning.measure(TODAY)
    planning.look_ahead()
    signed_in()
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        with opened(browser, visit, DESK, "light") as page:
            watch = Watch(page, address)
            go_to(page, "Monitoring")
            expect(page.get_by_role("img", name="Stock value by day").locator("svg")).to_be_visible()
            looked_at(page, tmp_path, "monitoring")
            _today_is_loaded_anew(page)
            go_to(page, "Health")
            looked_at(page, tmp_path, "health")
            page.get_by_role("link", name="Dead stock", exact=True).click()
            expect(page.get_by_text("version 1")).to_be_visible()
            expect(page.locator("[data-grid]")).not_to_have_attribute("aria-busy", "true")
            looked_at(page, tmp_path, "figure")
            go_to(page, "Cash")
            expect(page.get_by_role("img", name="What is to be paid by week").locator("svg")).to_be_visible()
            looked_at(page, tmp_path, "cash")
            _a_bar_opens_its_lines(page)
            watch.is_content()
        browser.close()
    assert (visit.complaints, visit.strangers) == ([], [])


def looked_at(page: Page, folder: Path, name: str) -> None:
    """The page fits, and axe finds nothing."""
    photograph(page, folder, name)
    assert axe(page) == [], name


def _today_is_loaded_anew(page: Page) -> None:
    """What the stream tells of a posting brings today's part up to date, without the rest of the page."""
    row = page.locator("#today").get_by_role("row", name="SHOP")
    before = row.inner_text()
    with ThreadPoolExecutor(1) as beside:
        beside.submit(_sell_one).result()
    page.evaluate("document.body.dispatchEvent(new CustomEvent('live-posting'))")
    expect(row).not_to_have_text(before)


def _sell_one() -> None:
    ledger.post([sale("CUP", 1, key="as one looks")], actor=ACTOR)
    connection.close()


def _a_bar_opens_its_lines(page: Page) -> None:
    page.get_by_text("As a table, with links to the lines").click()
    page.locator("table a[href*='kind=proposed']").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Proposed")
    expect(page.get_by_role("row", name="CUP")).to_be_visible()
    expect(page.locator(".stamp")).to_contain_text(str(TODAY.year))
