"""The message log in a real browser: by day, by night and on a phone; what a supplier sent is shown and never run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from ownstock.automation.actions import dispatch_due
from ownstock.exchange.channels.rules import MessageFormat
from ownstock.exchange.inbox.actions import apply, take_in
from ownstock.purchasing.models import PurchaseOrder
from tests.browser import launch
from tests.channel_cases import folder_channel, place
from tests.faces.test_web_in_browser import DESK, Visit, address, opened, photograph
from tests.factories import small_business
from tests.page_checks import go_to
from tests.web_cases import signed_in

__all__ = ["address"]
pytestmark = pytest.mark.browser
EVIL = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"


@pytest.fixture
def log(address: str, settings: Any, tmp_path: Path) -> str:
    """Two orders that left, an answer that was taken, one that was set aside; the key of the last."""
    settings.CHANNELS_FOLDER, settings.OUTBOX_FOLDER, settings.SMTP_URL = tmp_path / "channels", tmp_path / "outbox", ""
    shop = small_business()
    channel = folder_channel(MessageFormat.CSV)
    for item in (0, 1):
        place(shop, item=item)
    dispatch_due(10)
    number = PurchaseOrder.objects.get(supplier__code="ALPHA").number
    head = "message_id,order_number,line,sku,answer,quantity,promised_on,comment\n"
    apply(take_in(channel, f"{head}A-1,{number},1,CUP,accepted,12,2026-03-20,\n".encode(), name="answer.csv"))
    bad = f"{head}A-2,{number},9,NONE,accepted,12,2026-03-20,{EVIL}\n".replace('"', "'")
    return f"in-{apply(take_in(channel, bad.encode(), name=EVIL)).pk}"


def test_the_log_is_found_and_read(log: str, address: str, tmp_path: Path) -> None:
    signed_in()
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        with opened(browser, visit, DESK, "light") as page:
            _read(page, log, tmp_path)
        browser.close()
    assert (visit.complaints, visit.strangers) == ([], [])


def _read(page: Page, log: str, folder: Path) -> None:
    go_to(page, "Messages")
    expect(page.get_by_role("heading", level=1)).to_have_text("Messages")
    expect(page.get_by_role("row", name=log)).to_contain_text("quarantined")
    photograph(page, folder, "messages")
    page.get_by_label("State").select_option("quarantined")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name=log).click()
    expect(page.get_by_text("has no line 9 and none of NONE")).to_be_visible()
    expect(page.get_by_label("The message as text")).to_contain_text("<script>document.title='run'</script>")
    expect(page).to_have_title(f"{log} · Ownstock")
    photograph(page, folder, "message")
