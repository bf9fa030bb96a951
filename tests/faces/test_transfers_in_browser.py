"""A transfer in a real browser: placed at a desk, shipped and received on a phone with a nervous finger."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect, sync_playwright

from ownstock.ledger.models import Posting
from tests.browser import launch
from tests.demand_cases import goods_in
from tests.faces.test_web_in_browser import DESK, PHONE, Visit, address, opened, photograph
from tests.transfer_cases import drafted, two_sites, where
from tests.web_cases import signed_in

pytestmark = pytest.mark.browser
__all__ = ["address"]


def test_a_transfer_from_desk_to_phone(address: str, tmp_path: Path) -> None:
    two_sites()
    for lot, days in (("LOT-A", 30), ("LOT-B", 90)):
        goods_in(6, lot=lot, expires_on=timezone.localdate() + timedelta(days=days), location="DEPOT-A1")
    order = drafted(10, today=timezone.localdate())
    drafted(4, source="SHOP", target="DEPOT")
    signed_in()
    visit, page_of = Visit(address), f"{address}/transfers/{order.number}"
    with sync_playwright() as playwright:
        browser = launch(playwright)
        with opened(browser, visit, DESK, "light") as page:
            _place(page, address, order.number, tmp_path)
        with opened(browser, visit, PHONE, "light") as page:
            _ship(page, page_of, tmp_path)
            _receive(page, page_of, tmp_path)
        with opened(browser, visit, DESK, "dark") as page:
            page.goto(page_of)
            photograph(page, tmp_path, "transfer-dark")
            page.goto(f"{page_of}/receive")
            photograph(page, tmp_path, "transfer-receive-dark")
        browser.close()
    # The browser itself notes the one form that was sent without a reason, and refused.
    assert [told for told in visit.complaints if "422" not in told] == visit.strangers == []
    assert (where(), Posting.objects.filter(kind="transfer").count()) == ((2, 1, 9), 2)


def _place(page: Page, address: str, number: str, folder: Path) -> None:
    page.get_by_role("link", name="Transfers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Transfers")
    photograph(page, folder, "transfers-light")
    page.get_by_role("link", name=number).click()
    page.get_by_role("button", name="Place the transfer").click()
    expect(page.get_by_role("status")).to_contain_text("is placed")
    photograph(page, folder, "transfer-light")


def _ship(page: Page, address: str, folder: Path) -> None:
    page.goto(f"{address.rpartition('/')[0]}")
    photograph(page, folder, "transfers-phone")
    page.goto(f"{address}/ship?fill=open")
    expect(page.get_by_text("lot LOT-A")).to_be_visible()
    photograph(page, folder, "transfer-ship-phone")
    page.get_by_role("button", name="Ship").dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text("shipped")
    photograph(page, folder, "transfer-phone")


def _receive(page: Page, address: str, folder: Path) -> None:
    page.goto(f"{address}/receive?fill=open")
    photograph(page, folder, "transfer-receive-phone")
    page.get_by_label("Came sound of line 1").last.fill("2")
    page.get_by_label("Damaged of line 1").last.fill("1")
    page.get_by_role("button", name="Receive").click()
    expect(page.get_by_role("alert").first).to_contain_text("Say why goods came damaged")
    page.get_by_label("What is damaged").fill("two cups broke")
    page.get_by_role("button", name="Receive").dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text("part received")
