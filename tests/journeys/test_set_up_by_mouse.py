"""A new user, a fresh installation, raw files: by mouse alone to an order that was sent; steps and waiting are counted."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect, sync_playwright

from ownstock.access.actions import create_user
from ownstock.exchange.models import SetUp
from ownstock.ledger.queries import on_hand
from tests.browser import launch
from tests.faces.test_web_in_browser import DESK, PHONE
from tests.live_cases import served
from tests.page_checks import Watch, axe, fits
from tests.raw_files import RawFiles, write

pytestmark = pytest.mark.browser
NAME, PASSWORD = "anna", "correct horse battery staple"
# A quarter of an hour is what a new user is promised.
MOST_SECONDS = 900


class Hand:
    """Somebody with a mouse: counts what they do and how long they wait."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = self.typed = 0
        self.waited = 0.0

    def click(self, role: str, name: str) -> None:
        self.clicks += 1
        self._timed(lambda: self.page.get_by_role(role, name=name).first.click())  # type: ignore[arg-type]

    def choose(self, label: str, value: str) -> None:
        self.clicks += 2
        self.page.get_by_label(label).select_option(value)

    def type(self, label: str, value: str) -> None:
        self.typed += 1
        self.page.get_by_label(label).fill(value)

    def bring(self, *paths: Path) -> None:
        self.clicks += 2
        self.page.get_by_label("files here").set_input_files([str(path) for path in paths])
        self.click("button", "Bring these files")

    def wait_for(self, heading: str, seconds: float = 120) -> None:
        first = self.page.get_by_role("heading", level=1)
        self._timed(lambda: expect(first).to_have_text(heading, timeout=seconds * 1000))

    def looks(self, name: str) -> None:
        """See that a page fits its window and that axe finds nothing; with OWNSTOCK_PICTURES keep pictures of it."""
        assert axe(self.page) == [], name
        if folder := os.environ.get("OWNSTOCK_PICTURES"):
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
            self.page.emulate_media(color_scheme="dark")
            self.page.screenshot(path=Path(folder) / f"{name}-dark.png", full_page=True)
            self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(PHONE)
        assert fits(self.page), f"{name} is wider than a phone"
        if folder:
            self.page.screenshot(path=Path(folder) / f"{name}-phone.png", full_page=True)
        self.page.set_viewport_size(DESK)

    def _timed(self, act: object) -> None:
        began = time.monotonic()
        act()  # type: ignore[operator]
        self.waited += time.monotonic() - began


@contextmanager
def worker(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The worker as `ownstock serve` runs it."""
    environment = {**os.environ, "OWNSTOCK_SECRET_KEY": settings.SECRET_KEY}
    program = subprocess.Popen([sys.executable, "-m", "ownstock", "worker"], env=environment)
    try:
        yield program
    finally:
        program.kill()
        program.wait(10)


@pytest.fixture
def home(beside_browser: None, slow_passwords: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh installation with one user, its folders here."""
    for name in ("OWNSTOCK_HOME", "OWNSTOCK_UPLOADS", "OWNSTOCK_OUTBOX"):
        monkeypatch.setenv(name, str(tmp_path / name.removeprefix("OWNSTOCK_").lower()))
    create_user(NAME, PASSWORD, actor="test")
    return tmp_path


def test_from_raw_files_to_a_sent_order(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = write(home / "raw", seed=7, items=12, dialect="de")
    began = time.monotonic()
    with served() as (port, _), sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport=DESK)
        page.set_default_timeout(60_000)
        watch = Watch(page, f"http://127.0.0.1:{port}")
        page.goto(f"{watch.address}/set-up")
        page.get_by_label("Name").fill(NAME)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        hand = Hand(page)
        _company(hand)
        _files(hand, raw, home)
        _import_killed_half_way(hand, home)
        with worker(home):
            number = _order(hand)
            _sent(hand, home, number)
        watch.is_content()
        browser.close()
    seconds = time.monotonic() - began
    assert {sku: on_hand(sku, "MAINWAREHOUSE") for sku in raw.skus} == raw.on_hand
    with capsys.disabled():
        print(f"\n{hand.clicks} clicks, {hand.typed} typed, {hand.waited:.0f} s waited, {seconds:.0f} s in all")
    assert seconds < MOST_SECONDS


def _company(hand: Hand) -> None:
    hand.wait_for("Welcome to Ownstock")
    hand.looks("1-welcome")
    hand.click("link", "Begin with my files")
    hand.type("Name of the company", "Muster GmbH")
    hand.choose("Currency of its costs", "EUR")
    hand.choose("Its clock", "Europe/Berlin")
    hand.looks("2-company")
    hand.click("button", "Next: the files")


def _files(hand: Hand, raw: RawFiles, home: Path) -> None:
    """Bring a bad file first, see its faults, take it out, bring the mended one; leave a row of junk out."""
    bad = home / "articles-bad.csv"
    lines = raw.items.read_bytes().splitlines()
    costs = lines[0].split(b";").index(b"Einstandspreis")
    bad.write_bytes(b"\n".join([lines[0], *(_spoilt(line, costs) for line in lines[1:])]))
    hand.wait_for("Your files")
    hand.looks("3-no-files")
    hand.bring(bad, raw.stock, raw.sales)
    hand.wait_for("Your files")
    hand.looks("4-files")
    hand.click("link", bad.name)
    expect(hand.page.get_by_role("cell", name="'cheap' must be a number").first).to_be_visible()
    hand.looks("5-faults")
    hand.click("link", "Your files")
    hand.click("button", f"Take out: {bad.name}")
    hand.bring(raw.items)
    hand.click("link", raw.stock.name)
    expect(hand.page.get_by_role("heading", name="1 fault")).to_be_visible()
    hand.click("button", "Leave these rows out")
    hand.click("link", raw.sales.name)
    expect(hand.page.get_by_role("combobox", name="Menge")).to_have_value("quantity")
    hand.looks("6-mapping")
    hand.click("button", "Keep and check")
    hand.click("link", "Next: what is assumed")
    hand.looks("7-assumptions")


def _spoilt(line: bytes, column: int) -> bytes:
    cells = line.split(b";")
    cells[column] = b"cheap"
    return b";".join(cells)


def _import_killed_half_way(hand: Hand, home: Path) -> None:
    """The worker is killed while it imports; another one goes on where it was."""
    hand.click("button", "Import and plan")
    hand.wait_for("Your files come in")
    hand.looks("8-waiting")
    with worker(home) as first:
        deadline = time.monotonic() + 90
        while not SetUp.objects.filter(files__state="imported").exists():
            assert time.monotonic() < deadline, "Nothing was imported."
            time.sleep(0.05)
        first.kill()
        first.wait(10)
    assert SetUp.objects.get().state == "at_work"


def _order(hand: Hand) -> str:
    """Go on, see what the data lack, read why, approve and place."""
    hand._timed(lambda: expect(hand.page.get_by_role("button", name="Go on")).to_be_visible(timeout=90_000))
    hand.looks("9-silent")
    hand.click("button", "Go on")
    hand.wait_for("Data health")
    expect(hand.page.get_by_text("lack a lead time")).to_be_visible()
    hand.looks("10-health")
    hand.click("link", "See the proposals")
    hand.page.locator("main a[href^='/proposals/']:not([href*='file'])").first.click()
    explained = hand.page.get_by_role("heading", name="How the quantity adds up")
    beside = hand.page.locator("h2 a[href^='/proposals/']").first
    expect(explained.or_(beside)).to_be_visible()
    if beside.is_visible():
        hand.clicks += 1
        beside.click()
    expect(explained).to_be_visible()
    hand.looks("11-proposal")
    hand.clicks += 1
    hand.page.get_by_role("button", name=re.compile(r"^Approve [\d,]+")).click()
    place = hand.page.get_by_role("button", name="Place the order")
    expect(place).to_be_visible()
    number = hand.page.get_by_role("heading", level=1).inner_text().split()[0]
    hand.click("button", "Place the order")
    expect(hand.page.get_by_role("status").first).to_contain_text("is placed")
    return number


def _sent(hand: Hand, home: Path, number: str) -> None:
    """The worker sends it: it lies in the outbox."""
    deadline = time.monotonic() + 90
    while not list((home / "outbox").glob(f"*{number}*")):
        assert time.monotonic() < deadline, "The order was not sent."
        time.sleep(0.1)
