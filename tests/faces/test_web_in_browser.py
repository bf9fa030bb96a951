"""One buyer's round in a real browser: sign in, approve, place, enter the answer, receive on a phone."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, ViewportSize, expect, sync_playwright

from ownstock.ledger.models import Posting
from ownstock.ledger.queries import on_hand
from ownstock.purchasing.models import PurchaseOrder
from tests.browser import launch
from tests.page_checks import is_of_the_stream
from tests.web_cases import NAME, PASSWORD, pending, planned_shop, signed_in

pytestmark = pytest.mark.browser
DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


class Silent(WSGIRequestHandler):
    """Tells nobody about its requests."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(committed_db: object) -> Iterator[str]:
    """Our pages, served on this machine from a database that keeps."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), Silent)
    server.daemon_threads = True
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)


class Visit:
    """What a browser asked for and complained about while somebody used it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.complaints: list[str] = []
        self.strangers: list[str] = []

    def listen(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._see)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not is_of_the_stream(message):
            self.complaints.append(message.text)

    def _see(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:")):
            self.strangers.append(request.url)


@contextmanager
def opened(browser: Browser, visit: Visit, size: ViewportSize, scheme: str) -> Iterator[Page]:
    """A window of a size, by day or by night, in which Anna signs in from the keyboard."""
    page = browser.new_page(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
    page.set_default_timeout(20_000)
    visit.listen(page)
    page.goto(f"{visit.address}/proposals")
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Proposals")
    yield page
    page.close()


def fits(page: Page) -> bool:
    """Whether the page is no wider than its window: nothing scrolls sideways but inside its own frame."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def photograph(page: Page, folder: Path, name: str) -> None:
    """See that a page fits its window; with OWNSTOCK_PICTURES set, keep a picture for people to look at."""
    assert fits(page), f"{name} is wider than its window"
    if "OWNSTOCK_PICTURES" in os.environ:
        page.screenshot(path=folder / f"{name}.png", full_page=True)


def test_a_buyers_round_from_proposal_to_goods_on_the_shelf(address: str, tmp_path: Path) -> None:
    planned_shop()
    signed_in()
    proposal = pending("CUP")
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        with opened(browser, visit, DESK, "light") as page:
            number = _approve_and_place(page, proposal.pk, tmp_path)
        with opened(browser, visit, DESK, "dark") as page:
            page.goto(f"{address}/item-sites/{proposal.item_site_id}")
            expect(page.get_by_role("img", name="Stock until now and as projected")).to_be_visible()
            photograph(page, tmp_path, "item-site-dark")
        with opened(browser, visit, PHONE, "light") as page:
            photograph(page, tmp_path, "proposals-phone")
            _receive_twice(page, f"{address}/orders/{number}", tmp_path)
        browser.close()
    assert (visit.complaints, visit.strangers) == ([], [])
    assert PurchaseOrder.objects.get(number=number).state == "received"
    assert on_hand("CUP", "SHOP") == 4 + proposal.quantity
    assert Posting.objects.filter(kind="receipt").count() == 1


def _approve_and_place(page: Page, proposal: int, folder: Path) -> str:
    """Read why, approve, place, enter the supplier's answer; returns the order's number."""
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    photograph(page, folder, "proposals-light")
    page.locator(f"a[href='/proposals/{proposal}']").click()
    expect(page.get_by_role("heading", name="How the quantity adds up")).to_be_visible()
    photograph(page, folder, "proposal-light")
    page.get_by_role("link", name="Proposals").first.click()
    page.get_by_role("row", name="CUP").first.get_by_role("checkbox").check()
    page.get_by_role("button", name="Approve ticked").click()
    number = page.get_by_role("heading", level=1).inner_text().split()[0]
    page.get_by_role("button", name="Place the order").click()
    expect(page.get_by_role("status")).to_contain_text("is placed")
    page.get_by_role("link", name="Enter the supplier").click()
    page.get_by_role("link", name="Fill in everything as asked").click()
    page.get_by_role("button", name="Keep the answer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("acknowledged")
    photograph(page, folder, "order-light")
    return number


def _receive_twice(page: Page, order: str, folder: Path) -> None:
    """Receive everything on a phone, with a nervous finger."""
    page.goto(f"{order}/receive?fill=open")
    photograph(page, folder, "receive-phone")
    page.get_by_role("button", name="Receive").dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text("received")
    photograph(page, folder, "order-phone")
    page.go_back()
    expect(page.get_by_text("Nothing is open on this order.")).to_be_visible()
