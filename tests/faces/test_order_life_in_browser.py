"""The pages of an order's life in a real browser: by day and by night, at a desk and on a phone, nothing sticks out."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import ViewportSize, expect, sync_playwright

from ownstock.access.actions import create_user
from ownstock.access.rules import Role
from ownstock.purchasing import actions
from ownstock.purchasing.rules import LineAnswer, LineChange, Promise
from tests.browser import launch
from tests.buying_cases import SUPPLIER, WANTED, line, one_supplier, placed
from tests.faces.test_web_in_browser import DESK, PHONE, Visit, address, opened
from tests.factories import ACTOR
from tests.web_cases import NAME, PASSWORD

pytestmark = pytest.mark.browser
__all__ = ["address"]


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_an_order_is_changed_and_its_price_accepted(address: str, size: ViewportSize, scheme: str) -> None:
    one_supplier()
    create_user(NAME, PASSWORD, actor=ACTOR, roles=[Role.BUYER])
    order = placed(line("CUP", 24), line("PLATE", 12))
    said = LineAnswer(1, (Promise(Decimal(24), WANTED),), price=Decimal("2.6"), reason="copper is dear")
    actions.acknowledge(order.number, [said], message_key="m1", actor=SUPPLIER)
    actions.change(order.number, [LineChange(2, Decimal(18))], reason="more plates", actor=ACTOR)
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        with opened(browser, visit, size, scheme) as page:
            page.goto(f"{address}/orders/{order.number}")
            expect(page.get_by_text("12 → 18")).to_be_visible()
            page.get_by_role("button", name="Accept 2.60").click()
            expect(page.get_by_text("The price of line 1 is accepted.")).to_be_visible()
            page.get_by_role("link", name="Change", exact=True).click()
            page.get_by_label("Quantity of line 1").fill("30")
            page.get_by_label("Why").fill("more are sold")
            page.get_by_role("button", name="Change the order").click()
            expect(page.get_by_text("24 → 30")).to_be_visible()
            page.get_by_role("link", name="Cancel", exact=True).click()
            page.get_by_label("Why").fill("no longer sold")
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            page.get_by_role("button", name="Cancel the order").click()
            expect(page.get_by_text(f"Nothing more of {order.number} is wanted.")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        browser.close()
    assert (visit.complaints, visit.strangers) == ([], [])
