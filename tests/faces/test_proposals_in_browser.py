"""The grid of proposals in a real browser: a quantity edited, pasted, taken back, disputed; ticks, panel, orders."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest
from django.db import connection
from playwright.sync_api import Locator, Page, Route, expect, sync_playwright

from ownstock.planning import actions as planning
from ownstock.planning.models import ProposalEdit
from ownstock.purchasing.models import PurchaseOrder
from tests.browser import launch
from tests.faces.test_web_in_browser import DESK, PHONE, Visit, address, opened, photograph
from tests.page_checks import Watch, axe
from tests.web_cases import pending, planned_shop, signed_in

__all__ = ["address"]
pytestmark = pytest.mark.browser
Answer = TypeVar("Answer")
PASTE = """([place, text]) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  place.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def test_a_planner_works_the_grid_from_the_keyboard(address: str, tmp_path: Path) -> None:
    planned_shop()
    signed_in()
    cup, plate = pending("CUP"), pending("PLATE")
    more = int(cup.quantity) + 24
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        with opened(browser, visit, DESK, "light") as page:
            page.route("**/live?*", lambda route: route.fulfill(content_type="text/event-stream", body=": quiet\n\n"))
            watch = Watch(page, address)
            page.goto(f"{address}/proposals")
            grid = page.locator("[data-proposals]")
            _edit(page, "CUP", str(more))
            dialog = page.get_by_role("dialog", name="Why another quantity?")
            expect(dialog).to_be_visible()
            expect(_cell(page, "CUP", "cost_difference")).to_contain_text(".")
            assert int(grid.get_attribute("data-judged-in") or 9999) < 2000
            expect(grid).to_have_attribute("data-redrawn-in", re.compile(r"\d"))
            print(f"From Enter to the band drawn anew: {grid.get_attribute('data-redrawn-in')} ms.")
            page.keyboard.press("Escape")
            expect(_cell(page, "CUP", "quantity")).to_have_text(f"{cup.quantity:.0f}")
            _edit(page, "CUP", str(more))
            dialog.get_by_label("Reason").select_option("price")
            dialog.get_by_label("The same for all edits").check()
            dialog.get_by_role("button", name="Set the quantity").click()
            expect(_cell(page, "CUP", "state_of_edit")).to_contain_text("The price")
            expect(page.locator("#panel")).to_contain_text("Set by a person")
            expect(page.locator("#panel svg")).to_be_visible()
            assert axe(page) == []
            photograph(page, tmp_path, "proposals-day")
            _paste_and_take_back(page, f"{cup.quantity + 48:.0f}\n{plate.quantity + 12:.0f}")
            assert aside(lambda: pending("PLATE").quantity) == plate.quantity
            _dispute(page, cup.pk, more + 24)
            _tick_all_before_the_rows_are_there(page, address)
            _tick_and_approve(page)
            assert (watch.strangers, watch.failures) == ([], [])
        with opened(browser, visit, PHONE, "dark") as page:
            page.route("**/live?*", lambda route: route.fulfill(content_type="text/event-stream", body=": quiet\n\n"))
            page.goto(f"{address}/proposals?filter.sku=pla")
            expect(page.locator(".tabulator-row")).to_have_count(1)
            assert axe(page) == []
            photograph(page, tmp_path, "proposals-phone")
            page.goto(f"{address}/proposals/{plate.pk}")
            expect(page.locator("figure svg").first).to_be_visible()
            assert axe(page) == []
            photograph(page, tmp_path, "proposal-phone")
        browser.close()
    assert visit.complaints == visit.strangers == []
    assert PurchaseOrder.objects.count() == 1
    assert set(ProposalEdit.objects.values_list("reason_code", flat=True)) == {"price", "cash"}


def aside(deed: Callable[[], Answer]) -> Answer:
    """Do something in the database from another thread: the browser's own has a loop that forbids it."""

    def done() -> Answer:
        try:
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(done).result()


def _row(page: Page, sku: str) -> Locator:
    return page.locator(".tabulator-row").filter(has=page.locator("a.code", has_text=sku))


def _cell(page: Page, sku: str, field: str) -> Locator:
    return _row(page, sku).locator(f"[tabulator-field={field}]")


def _edit(page: Page, sku: str, quantity: str) -> None:
    """Enter opens the cell, Enter ends it."""
    _cell(page, sku, "quantity").click()
    page.keyboard.press("Enter")
    page.keyboard.type(quantity)
    page.keyboard.press("Enter")


def _paste_and_take_back(page: Page, column: str) -> None:
    _cell(page, "CUP", "quantity").click()
    page.locator("[data-proposals] .tabulator").evaluate("(place, text) => (" + PASTE + ")([place, text])", column)
    expect(page.get_by_text("2 quantities set.")).to_be_visible()
    expect(_cell(page, "PLATE", "state_of_edit")).to_contain_text("The price")
    _cell(page, "PLATE", "quantity").click()
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Taken back.")).to_be_visible()
    expect(_cell(page, "PLATE", "state_of_edit")).to_have_text("")


def _dispute(page: Page, proposal: int, mine: int) -> None:
    """Ben sets a quantity while Anna looks at the page; she is shown both."""
    theirs = Decimal(mine) - 12
    change = planning.QuantityChange(proposal, theirs)
    aside(lambda: planning.change_quantity([change], reason_code="cash", actor="user:ben"))
    _edit(page, "CUP", str(mine))
    dialog = page.get_by_role("dialog", name="Changed meanwhile")
    expect(dialog).to_contain_text(f"changed meanwhile by ben: now {theirs:.0f}, you set {mine}")
    dialog.get_by_role("button", name=f"Set {mine}").click()
    expect(_cell(page, "CUP", "quantity")).to_have_text(str(mine))
    assert aside(lambda: pending("CUP").quantity) == mine


def _tick_all_before_the_rows_are_there(page: Page, address: str) -> None:
    """Whoever is quicker than the rows has chosen them all the same; each box is read out by its item."""
    waiting: list[Route] = []
    page.route("**/proposals/rows?*", lambda route: waiting.append(route))
    page.goto(f"{address}/proposals")
    everything = page.locator(".tabulator-header input[type=checkbox]")
    everything.check()
    page.unroute("**/proposals/rows?*")
    for route in waiting:
        route.continue_()
    expect(page.locator("#ticked")).to_contain_text("2 ticked")
    expect(page.get_by_role("checkbox", name="CUP SHOP")).to_be_checked()
    everything.uncheck()
    expect(page.get_by_role("checkbox", name="PLATE SHOP")).not_to_be_checked()


def _tick_and_approve(page: Page) -> None:
    _cell(page, "CUP", "description").click()
    page.keyboard.press("Space")
    expect(page.locator("#ticked")).to_contain_text("1 ticked")
    expect(page.locator("#ticked")).to_contain_text("every minimum is met")
    page.get_by_role("button", name="Approve ticked").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("PO-")
