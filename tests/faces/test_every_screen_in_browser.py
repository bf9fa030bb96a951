"""Every page there is, looked at in a browser by day, by night and on a phone: whole, readable, quiet."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver
from playwright.sync_api import Browser, Page, sync_playwright

from ownstock.access.models import User
from ownstock.access.rules import Role
from ownstock.automation.actions import dispatch_due
from ownstock.exchange import answer_links
from ownstock.exchange.models import OutboundMessage, UploadedFile
from ownstock.planning.models import KpiItemSite
from ownstock.purchasing.models import PurchaseOrder
from ownstock.web.security import AUDIENCE, SUPPLIERS
from tests.answer_cases import PUBLIC
from tests.browser import launch
from tests.channel_cases import folder_channel
from tests.faces.test_role_matrix import OF_THEIR_OWN, asks, filled, patterns, things
from tests.faces.test_web_in_browser import DESK, PHONE, address
from tests.page_checks import Watch, axe, fits

__all__ = ["address"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
INNER = "everybody of ours"
# Of these nothing stays to be looked at: a second factor on its way, one that is not there, what is a paper and no page.
OF_A_MOMENT = re.compile(
    r"/account/(again/|app/remove|codes|passkeys/)|/sign-in/(second|passkey)|.*/conformity/<int:pk>/|.*/document$"
)
WAITS = "[data-grid]:not(.ready), [data-grid][aria-busy], [data-chart]:not(.ready), .htmx-request"
STANDS = f"() => document.readyState === 'complete' && !document.querySelector('{WAITS}')"
# By night other things can be wrong than by day: colours, which no width changes; on a phone all but these.
COLOURS = ("color-contrast", "link-in-text-block")


@dataclass
class Sweep:
    """A round of the pages: which, who looks, and everything that was wrong."""

    pictures: Path | None
    wrong: list[str] = field(default_factory=list)

    def visit(self, page: Page, watch: Watch, route: str, here: str) -> None:
        """Load a page once, and look at it by day, by night, and on a phone."""
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.set_viewport_size(DESK)
        page.goto(watch.address + here)
        page.wait_for_function(STANDS)
        self.look(page, route, "light-desk")
        page.emulate_media(color_scheme="dark")
        self.look(page, route, "dark-desk", only=COLOURS)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(PHONE)
        self.look(page, route, "light-phone", left_out=COLOURS)
        self.wrong += [f"{route}: {said}" for said in watch.told()]

    def look(
        self, page: Page, route: str, how: str, *, only: tuple[str, ...] = (), left_out: tuple[str, ...] = ()
    ) -> None:
        self.wrong += [f"{route} {how}: {found}" for found in axe(page, only=only, left_out=left_out)]
        if not fits(page):
            self.wrong.append(f"{route} {how}: something is wider than the window")
        if self.pictures:
            name = re.sub(r"\W+", "-", route).strip("-") or "today"
            page.screenshot(path=self.pictures / f"{name}.{how}.png", full_page=True)


def filled_company(settings: Any, folder: Path) -> tuple[dict[str, dict[str, object]], Client]:
    """A company in which something is there for every page; whose browser may see all that is ours."""
    settings.UPLOADS_FOLDER, settings.PUBLIC_URL, settings.SMTP_URL = folder / "uploads", PUBLIC, ""
    settings.CHANNELS_FOLDER, settings.OUTBOX_FOLDER = folder / "channels", folder / "outbox"
    there = things()
    number = str(there[""]["number"])
    order = PurchaseOrder.objects.get(number=number)
    folder_channel()
    link = answer_links.new_address()
    answer_links.keep(link, order.revisions.latest("number"))
    there["/answer/"] = {"token": link.rpartition("/")[2]}
    User.objects.create(username=INNER, roles=[role for role in Role if role is not Role.SUPPLIER])
    client = asks(INNER)
    company = {"name": "Heart & Home Ltd", "currency": "EUR", "site": "SHOP", "time_zone": "Europe/London"}
    client.post("/set-up/company", company)
    client.post("/set-up/files", {"files": [SimpleUploadedFile("items.csv", b"SKU,Name\nMUG,A mug\nJAR,A jar\n")]})
    there["/set-up/files/"] = {"pk": UploadedFile.objects.get().pk}
    dispatch_due(10)
    there["/messages/"] = {"key": f"out-{OutboundMessage.objects.latest('id').pk}"}
    return there, client


def screens(
    there: dict[str, dict[str, object]], clients: dict[str, Client]
) -> tuple[list[tuple[str, str, str]], list[str]]:
    """(who, route, address) of every page of the URL configuration that is one, and the routes for which nothing is there."""
    found, missing = [], []
    cell = KpiItemSite.objects.values("abc_class", "xyz_class").earliest("pk")
    asked = {"/stock-health/policy": f"?{urlencode(cell)}"}
    for route, view in dict(patterns(get_resolver())).items():
        if route in OF_THEIR_OWN or OF_A_MOMENT.match(route):
            continue
        is_open = not getattr(view, "login_required", True)
        who = "nobody" if is_open else Role.SUPPLIER if getattr(view, AUDIENCE, "") == SUPPLIERS else INNER
        here = filled(route, there) + asked.get(route, "")
        answer = clients[who].get(here)
        is_page = b"<html" in getattr(answer, "content", b"")[:400]
        if answer.status_code == 404 or (is_page and answer.status_code >= 400):
            missing.append(f"{answer.status_code} {route} as {here}")
        elif is_page:
            found.append((who, route, here))
    return found, missing


@pytest.fixture
def pictures(tmp_path: Path) -> Path | None:
    """Where pictures are kept for people to look at, if anybody asks for them."""
    return tmp_path if "OWNSTOCK_PICTURES" in os.environ else None


def test_every_screen_is_whole_readable_and_quiet_by_day_by_night_and_on_a_phone(
    address: str, settings: Any, tmp_path: Path, pictures: Path | None
) -> None:
    there, ours = filled_company(settings, tmp_path)
    clients = {INNER: ours, Role.SUPPLIER: asks(Role.SUPPLIER), "nobody": asks("nobody")}
    found, missing = screens(there, clients)
    cookies = {who: client.cookies["sessionid"].value for who, client in clients.items() if who != "nobody"}
    sweep = Sweep(pictures, [f"Nothing plausible is there for {one}: name it in `things`." for one in missing])
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for who in clients:
            _go_round(
                browser, address, cookies.get(who), sweep, [(route, here) for one, route, here in found if one == who]
            )
        browser.close()
    assert sweep.wrong == [], "\n".join(sweep.wrong)
    assert len(found) > 80


def _go_round(browser: Browser, address: str, cookie: str | None, sweep: Sweep, pages: list[tuple[str, str]]) -> None:
    """Visit pages in one window, as whoever the cookie says."""
    with browser.new_context(viewport=DESK) as context:
        if cookie:
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
        page = context.new_page()
        # This server has no stream.
        page.route("**/live?*", lambda route: route.fulfill(content_type="text/event-stream", body="retry: 60000\n\n"))
        watch = Watch(page, address)
        for route, here in pages:
            sweep.visit(page, watch, route, here)
