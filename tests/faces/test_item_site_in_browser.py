"""The page of an item-site in a real browser: the fan, an override tried and kept, a movement that reaches an open page."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from ownstock.ledger import actions as ledger
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.planning.models import Override
from tests.browser import launch
from tests.faces.test_web_in_browser import DESK, address, photograph
from tests.factories import ACTOR, TODAY
from tests.page_checks import Watch, axe
from tests.web_cases import NAME, PASSWORD, pending, planned_shop, signed_in

__all__ = ["address"]
pytestmark = pytest.mark.browser
PARTS = ("", "/demand", "/known", "/policy", "/supply", "/movements", "/comments")
OTHERS = ("/calendar", "/overrides")


def test_a_planner_reads_the_fan_says_what_is_known_and_sees_stock_move(address: str, tmp_path: Path) -> None:
    planned_shop()
    signed_in()
    cup = pending("CUP").item_site
    here = f"{address}/item-sites/{cup.pk}"
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport=DESK)
        page.set_default_timeout(30_000)
        # This server has no stream: each ends at once, and the page opens the next.
        page.route("**/live?*", lambda route: route.fulfill(content_type="text/event-stream", body="retry: 200\n\n"))
        page.goto(f"{address}/sign-in?next=/calendar")
        page.get_by_label("Name", exact=True).fill(NAME)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Calendar")
        watch = Watch(page, address)
        page.goto(here)
        expect(page.get_by_role("img", name="Stock until now and as projected").locator("svg")).to_be_visible()
        _stock_moves(page, cup.item_id)
        _say_and_keep(page, here)
        for seen in (*(here + part for part in PARTS), *(address + other for other in OTHERS)):
            page.goto(seen)
            if seen in (here, f"{here}/demand"):
                expect(page.locator("figure[data-chart] svg").first).to_be_visible()
            _grid_stands(page)
            assert axe(page) == []
            photograph(page, tmp_path, f"item-site{seen.removeprefix(address).replace('/', '-')}")
        watch.is_content()
        browser.close()
    assert Override.objects.get().value == 3


def _grid_stands(page: Page) -> None:
    """Where the page has a grid, its rows have come."""
    if page.locator("[data-grid]").count():
        expect(page.locator("[data-grid].ready:not([aria-busy])")).to_be_visible()


def _stock_moves(page: Page, item: int) -> None:
    """Goods are found while the page is open; the stream tells it, and it shows it without being loaded."""
    line = Line(sku="CUP", source="DIFFERENCES", target="SHOP", quantity=Decimal(9))
    request = PostingRequest("found", Kind.ADJUSTMENT, [line])
    # Playwright's loop runs in this thread, and Django does not speak to the database from there.
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(ledger.post, [request], actor=ACTOR).result()
    told = json.dumps({"subjects": [f"stock:{item}"], "tables": {}, "is_complete": True})
    event = f"event: changed\ndata: {told}\n\n"
    # Only a page that asks for the stock of this item is told.
    asked = f"**/live?*stock%3A{item}*"
    page.route(asked, lambda route: route.fulfill(content_type="text/event-stream", body=event), times=1)
    expect(page.locator("#now")).to_contain_text("13")
    expect(page.get_by_role("img", name="Stock until now and as projected").locator("svg")).to_be_visible()


def _say_and_keep(page: Page, here: str) -> None:
    """The effect is shown in place, what was typed stays, and then it is kept."""
    page.goto(f"{here}/known")
    page.get_by_label("By how much").fill("3")
    page.get_by_label("Last day").fill((TODAY + timedelta(days=60)).isoformat())
    page.get_by_role("button", name="Show what it changes").click()
    expect(page.get_by_text("The next order becomes")).to_be_visible()
    assert page.get_by_label("By how much").input_value().startswith("3")
    page.get_by_label("Why, in your words").first.fill("The school opens")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("status")).to_contain_text("Your override is kept")
