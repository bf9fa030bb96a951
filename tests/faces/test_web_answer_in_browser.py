"""A supplier answers orders in a real browser: by a link on a phone and at a desk, by day and by night."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from ownstock.catalog.models import Company
from ownstock.exchange.models import AnswerLink
from ownstock.purchasing.models import Acknowledgement, Delivery, PurchaseOrder
from tests.answer_cases import PUBLIC, placed, shop_of_one_supplier, token_of
from tests.browser import launch
from tests.faces.test_web_in_browser import DESK, PHONE, Visit, address, photograph

__all__ = ["address"]
pytestmark = pytest.mark.browser


@pytest.fixture
def order(committed_db: object, settings: Any) -> PurchaseOrder:
    settings.PUBLIC_URL, settings.SMTP_URL = PUBLIC, ""
    Company.objects.update(name="Heart & Home Ltd")
    return placed(shop_of_one_supplier(), 120, 30, 12)


def window(browser: Browser, visit: Visit, size: ViewportSize, scheme: str, *, script: bool = True) -> Page:
    page = browser.new_page(viewport=size, color_scheme=scheme, java_script_enabled=script)  # type: ignore[arg-type]
    page.set_default_timeout(20_000)
    visit.listen(page)
    return page


def test_a_supplier_answers_by_the_link(address: str, order: PurchaseOrder, tmp_path: Path) -> None:
    link = f"{address}/answer/{token_of(order)}"
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        _splits_and_rejects_on_a_phone(window(browser, visit, PHONE, "light"), link, tmp_path)
        browser.close()
    assert (visit.strangers, visit.complaints) == ([], [])
    rows = Delivery.objects.filter(line__line=1).order_by("number").values_list("quantity", "latest_promised_on")
    assert [(int(quantity), day) for quantity, day in rows] == [(90, date(2026, 3, 16)), (30, date(2026, 3, 30))]
    assert Acknowledgement.objects.count() == 1


def test_a_supplier_confirms_at_a_desk_by_night(address: str, order: PurchaseOrder, tmp_path: Path) -> None:
    link = f"{address}/answer/{token_of(order)}"
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        _confirms_at_a_desk_by_night(window(browser, visit, DESK, "dark"), link, tmp_path)
        browser.close()
    assert (visit.strangers, [c for c in visit.complaints if "422" not in c]) == ([], [])
    assert Acknowledgement.objects.count() == 1


def test_an_expired_link_says_what_to_do(address: str, order: PurchaseOrder, tmp_path: Path) -> None:
    link = f"{address}/answer/{token_of(order)}"
    AnswerLink.objects.update(expires_at=timezone.now())
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = window(browser, visit, PHONE, "dark")
        page.goto(link)
        expect(page.get_by_role("heading", level=1)).to_have_text("This link opens no order")
        photograph(page, tmp_path, "answer-expired-phone")
        browser.close()
    assert (visit.strangers, [c for c in visit.complaints if "404" not in c]) == ([], [])


def _splits_and_rejects_on_a_phone(page: Page, link: str, folder: Path) -> None:
    page.goto(link)
    expect(page.get_by_role("button", name="Confirm all as asked")).to_be_visible()
    photograph(page, folder, "answer-phone")
    page.get_by_text("Answer line by line").click()
    line = page.locator("fieldset").filter(has_text="CUP-S")
    expect(line.get_by_label("case of line 1")).to_be_hidden()
    line.get_by_label("Otherwise").check()
    line.get_by_role("button", name="Another delivery").click()
    line.get_by_label("Delivery 1: case").fill("15")
    line.get_by_label("Delivery 2: case").fill("5")
    line.get_by_label("on day, line 1, delivery 2").fill("2026-03-30")
    plates = page.locator("fieldset").filter(has_text="PLATE-S")
    plates.get_by_label("Not at all").check()
    plates.get_by_label("Reason").select_option(label="We do not sell it any more.")
    plates.get_by_label("In your words").fill("Its successor is PLATE-2.")
    photograph(page, folder, "answer-lines-phone")
    page.get_by_role("button", name="Send this answer").last.click()
    expect(page.get_by_role("status").first).to_contain_text("Your answer was taken down")
    expect(page.get_by_text("5 case on 30 Mar 2026")).to_be_visible()
    photograph(page, folder, "answer-receipt-phone")


def _confirms_at_a_desk_by_night(page: Page, link: str, folder: Path) -> None:
    page.goto(link)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.get_by_text("Answer line by line").click()
    photograph(page, folder, "answer-lines-dark")
    page.get_by_text("Reject the whole order").click()
    page.get_by_role("button", name="Reject all lines").click()
    expect(page.get_by_text("Choose a reason.").last).to_be_visible()
    photograph(page, folder, "answer-reject-dark")
    page.get_by_role("button", name="Confirm all as asked").dblclick()
    expect(page.get_by_role("status").first).to_contain_text("Your answer was taken down")
    photograph(page, folder, "answer-receipt-dark")


def test_a_supplier_without_scripts_splits_and_confirms(address: str, order: PurchaseOrder, tmp_path: Path) -> None:
    link = f"{address}/answer/{token_of(order)}"
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = window(browser, visit, DESK, "light", script=False)
        page.goto(link)
        photograph(page, tmp_path, "answer-light")
        page.get_by_text("Answer line by line").click()
        page.get_by_label("Otherwise, line 1").check()
        page.get_by_role("button", name="Another delivery of line 1").click()
        page.get_by_label("Delivery 2: case").fill("30")
        page.get_by_role("button", name="Send this answer").last.click()
        expect(page.get_by_role("alert").first).to_contain_text("Nothing was kept")
        photograph(page, tmp_path, "answer-mistake-light")
        page.get_by_label("Delivery 1: case").fill("10")
        page.get_by_label("Delivery 2: case").fill("10")
        page.get_by_label("on day, line 1, delivery 2").fill("2026-04-30")
        page.get_by_role("button", name="Send this answer").last.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("Your answer was taken down")
        photograph(page, tmp_path, "answer-receipt-light")
        browser.close()
    assert (visit.strangers, [c for c in visit.complaints if "422" not in c]) == ([], [])
    assert Acknowledgement.objects.count() == 1
