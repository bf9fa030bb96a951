"""Today in a real browser: from the keyboard, by day, by night and on a phone; what changes comes in under one's hands."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Page, expect, sync_playwright

from ownstock.journal import actions as journal
from ownstock.journal.models import Alert
from ownstock.planning.queries import business_day
from ownstock.purchasing import actions as purchasing
from tests.browser import launch
from tests.faces.test_web_in_browser import DESK, PHONE, Visit, address, opened, photograph
from tests.factories import ACTOR
from tests.page_checks import Watch, axe, go_to
from tests.web_cases import approved_order, pending, planned_shop, signed_in

__all__ = ["address"]
pytestmark = pytest.mark.browser
CAME = "document.body.dispatchEvent(new CustomEvent('live-journal_alert'))"


def test_the_day_is_worked_off_from_the_keyboard(address: str, tmp_path: Path) -> None:
    a_bad_morning()
    signed_in()
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for size, scheme, name in ((DESK, "light", "day"), (PHONE, "dark", "phone")):
            with opened(browser, visit, size, scheme) as page:
                watch = Watch(page, address)
                go_to(page, "Today")
                expect(page.locator(".todo").first).to_contain_text("PO-")
                assert axe(page) == []
                if name == "day":
                    _work(page)
                photograph(page, tmp_path, f"today-{name}")
                page.locator(".todo-sentence").first.click()
                expect(page.locator(".tabulator-row").first).to_contain_text("CUP")
                photograph(page, tmp_path, f"alert-{name}")
                assert axe(page) == []
                watch.is_content()
        browser.close()
    assert (visit.complaints, visit.strangers) == ([], [])
    assert Alert.objects.get(key="late").owner == "anna"
    assert Alert.objects.get(key="out").snoozed_because == "Goods are on the ferry."


def _work(page: Page) -> None:
    """Take on the first, put off the second; meanwhile one comes and one goes."""
    page.locator("h1").click()
    page.keyboard.press("j")
    expect(page.locator(".todo-sentence").nth(0)).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator(".todo").nth(0)).to_contain_text("anna")
    page.locator(".todo-sentence").nth(0).focus()
    page.keyboard.press("j")
    page.keyboard.press("s")
    page.keyboard.type("Goods are on the ferry.")
    page.keyboard.press("Enter")
    expect(page.locator(".todo")).to_have_count(4)
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    focused = page.evaluate("document.activeElement.id")
    elsewhere(_gamma_is_blocked)
    page.evaluate(CAME)
    expect(page.locator(".todo").first).to_contain_text("GAMMA is blocked.")
    expect(page.get_by_text("A line is held.")).to_have_count(0)
    assert page.evaluate("document.activeElement.id") == focused
    elsewhere(lambda: journal.clear_alert("gamma", because="it may be ordered from again"))
    page.evaluate(CAME)
    expect(page.get_by_text("GAMMA is blocked.")).to_have_count(0)


def _gamma_is_blocked() -> None:
    journal.raise_alert("gamma", kind="supplier_blocked", sentence="GAMMA is blocked.", facts={}, money=Decimal(9_000))
    journal.clear_alert("held", because="it was released")


def elsewhere(deed: Callable[[], None]) -> None:
    """Do something in a thread of its own, as somebody else would."""

    def done() -> None:
        try:
            deed()
        finally:
            connection.close()

    thread = threading.Thread(target=done)
    thread.start()
    thread.join()


def a_bad_morning() -> None:
    """Five things are wrong, each of another kind."""
    planned_shop()
    Alert.objects.all().delete()
    number, day = purchasing.place(approved_order().number, actor=ACTOR).number, business_day()
    plate = pending("PLATE")
    for key, kind, sentence, facts, more in (
        ("late", "late_delivery", f"{number}, line 1: 52 of CUP were expected on 3 Jan. Get a new promise.",
         {"number": number, "line": 1, "sku": "CUP", "quantity": "52", "days_late": 4},
         {"money": Decimal("1240.5"), "deadline_on": day - timedelta(days=2), "item_count": 1}),
        ("out", "stocked_out", "PLATE at SHOP is out of stock; 12.0 a week are wanted. Approve its proposal.",
         {"item_site": plate.item_site_id, "sku": "PLATE", "site": "SHOP", "supplier": "ALPHA", "proposal": plate.pk},
         {"money": Decimal(310), "deadline_on": day, "item_count": 1}),
        ("surplus", "surplus_on_order", "38 item-sites of ALPHA have more on order than is needed: goods of 8,120.00 USD.",
         {"supplier": "ALPHA", "value": "8120.00"}, {"money": Decimal(95), "item_count": 38}),
        ("new", "new_items", "3 item-sites have no history yet. Say which item they are like.", {}, {"item_count": 3}),
        ("held", "line_held", "A line is held.", {}, {"is_closable": True}),
    ):  # fmt: skip
        journal.raise_alert(key, kind=kind, sentence=sentence, facts=facts, **more)
