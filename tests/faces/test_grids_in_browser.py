"""The grid of items and the chart of a scorecard in a real browser: by day, by night, on a phone, from the keyboard."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from ownstock.catalog.models import Item, ItemSite
from tests.browser import launch
from tests.faces.test_web_in_browser import DESK, PHONE, Visit, address, opened, photograph
from tests.page_checks import Watch, axe, go_to
from tests.scorecard_cases import a_year_of_orders
from tests.switching_cases import alpha_sells_all
from tests.web_cases import signed_in

__all__ = ["address"]
pytestmark = pytest.mark.browser
MANY = 250


def test_items_are_a_grid_and_lead_times_a_chart_that_the_policy_allows(address: str, tmp_path: Path) -> None:
    alpha_sells_all()
    a_year_of_orders()
    _many_items()
    signed_in()
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for size, scheme, name in ((DESK, "light", "day"), (PHONE, "dark", "phone")):
            with opened(browser, visit, size, scheme) as page:
                watch = Watch(page, address)
                go_to(page, "Items")
                expect(page.locator(".tabulator-row").first).to_contain_text("CUP")
                photograph(page, tmp_path, f"items-{name}")
                assert axe(page) == []
                if name == "day":
                    _work_the_grid(page)
                page.goto(f"{address}/suppliers/ALPHA/scorecard")
                chart = page.get_by_role("img", name="Receipts by days from the order")
                expect(chart.locator("svg").get_by_text("days", exact=True)).to_be_visible()
                assert axe(page) == []
                photograph(page, tmp_path, f"scorecard-{name}")
                watch.is_content()
        browser.close()
    assert (visit.complaints, visit.strangers) == ([], [])


def _many_items() -> None:
    one = Item.objects.get(sku="CUP")
    usual = {
        field.attname: getattr(one, field.attname) for field in Item._meta.concrete_fields if not field.primary_key
    }
    items = Item.objects.bulk_create(
        Item(**{**usual, "sku": f"MUG-{n:03}", "description": f"Mug {n}"}) for n in range(MANY)
    )
    like = ItemSite.objects.filter(item=one).first()
    assert like is not None
    fields = [field.attname for field in ItemSite._meta.concrete_fields if not field.primary_key]
    ItemSite.objects.bulk_create(
        ItemSite(**{**{name: getattr(like, name) for name in fields}, "item_id": item.pk}) for item in items
    )


def _work_the_grid(page: Page) -> None:
    """Filter, turn pages, sort and follow a link, by keyboard where one can."""
    rows = page.locator(".tabulator-row")
    page.get_by_label("Filter Item").press_sequentially("mug-1")
    expect(rows.first).to_contain_text("MUG-100")
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    expect(rows.first).to_contain_text("CUP")
    page.get_by_role("button", name="Last").click()
    expect(rows.first).to_contain_text("MUG-199")
    title = page.get_by_role("columnheader", name="Item").locator(".tabulator-col-title")
    title.click()
    expect(rows.first).to_contain_text("CUP")
    title.click()
    expect(rows.first).to_contain_text("PLATE")
    rows.first.locator("[tabulator-field=description]").click()
    page.keyboard.press("ArrowDown")
    active = page.locator(".tabulator-cell.tabulator-range-only-cell-selected")
    expect(active.filter(has_text=re.compile("mug.249", re.IGNORECASE))).not_to_have_count(0)
