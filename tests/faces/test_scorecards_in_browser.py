"""A supplier's scorecard and its replacement in a real browser: by day, by night and on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from ownstock.access.actions import create_user
from ownstock.catalog.actions import add_contact
from ownstock.purchasing.models import PurchaseOrder
from tests.browser import launch
from tests.faces.test_web_in_browser import DESK, PHONE, Visit, address, opened, photograph
from tests.factories import ACTOR
from tests.page_checks import go_to
from tests.scorecard_cases import a_year_of_orders
from tests.switching_cases import alpha_sells_all, ordered
from tests.web_cases import PASSWORD, signed_in

__all__ = ["address"]
pytestmark = pytest.mark.browser


def test_a_supplier_is_judged_blocked_and_replaced(address: str, tmp_path: Path) -> None:
    alpha_sells_all()
    a_year_of_orders()
    ordered("CUP", "PLATE")
    signed_in()
    add_contact("ALPHA", create_user("sue", PASSWORD, actor=ACTOR), actor=ACTOR)
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for size, scheme, name in ((DESK, "light", "day"), (PHONE, "light", "phone")):
            with opened(browser, visit, size, scheme) as page:
                _judge(page, tmp_path, name)
                if name == "day":
                    _block(page)
                _weigh(page, tmp_path, name)
        with opened(browser, visit, PHONE, "dark") as page:
            _replace(page, tmp_path)
        page = browser.new_page(viewport=PHONE)
        visit.listen(page)
        _comment(page, address, tmp_path)
        browser.close()
    assert (visit.complaints, visit.strangers) == ([], [])
    assert PurchaseOrder.objects.filter(supplier__code="BETA", state="draft").count() == 1


def _judge(page: Page, folder: Path, name: str) -> None:
    main = page.get_by_role("navigation", name="Main")
    for link in main.get_by_role("link").all():
        expect(link).to_be_in_viewport(ratio=1)
    go_to(page, "Suppliers")
    page.get_by_role("link", name="ALPHA").first.click()
    page.get_by_role("link", name="Scorecard").click()
    expect(page.get_by_role("row", name="On time in full, by the requested day")).to_contain_text("60.00 %")
    expect(page.get_by_role("img", name="Receipts by days from the order")).to_be_visible()
    photograph(page, folder, f"scorecard-{name}")
    page.get_by_role("link", name="On time in full, by the requested day").click()
    expect(page.get_by_role("row").filter(has_text="late")).to_have_count(3)
    photograph(page, folder, f"counted-{name}")


def _block(page: Page) -> None:
    page.get_by_role("link", name="ALPHA").first.click()
    page.get_by_role("link", name="Decide").click()
    page.get_by_label("Decision").select_option("blocked")
    page.get_by_label("Why").fill("Insolvent.")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_role("status")).to_contain_text("it is decided")


def _weigh(page: Page, folder: Path, name: str) -> None:
    page.get_by_role("link", name="Ownstock").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    expect(page.get_by_role("main")).to_contain_text("ALPHA may not be ordered from")
    photograph(page, folder, f"today-{name}")
    page.get_by_role("link", name="Move its items").first.click()
    page.get_by_label("What moving one item costs once, EUR").fill("50")
    page.get_by_role("button", name="Show when it is paid for").click()
    expect(page.get_by_role("row").filter(has_text="BETA")).to_contain_text("never")
    photograph(page, folder, f"switch-{name}")


def _replace(page: Page, folder: Path) -> None:
    page.get_by_role("link", name="Ownstock").click()
    page.get_by_role("link", name="Move its items").first.click()
    page.get_by_label("Why").fill("Insolvent.")
    page.get_by_role("button", name="Switch").click()
    expect(page.get_by_role("status")).to_contain_text("Drafted:")
    photograph(page, folder, "switched-phone")


def _comment(page: Page, address: str, folder: Path) -> None:
    page.goto(f"{address}/portal/scorecard")
    page.get_by_label("Name").fill("sue")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Of", exact=True).select_option("otif_requested")
    page.get_by_label("What you say").fill("Your dock was closed on two of these days.")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("article")).to_contain_text("Your dock was closed")
    photograph(page, folder, "portal-phone")
