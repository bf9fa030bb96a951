"""A passkey in a real browser: added, used alone, used beside the password, removed. The browser itself keeps the key."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect, sync_playwright

from ownstock.access.actions import create_user
from ownstock.access.rules import Role
from ownstock.journal.models import AuditEvent
from tests.browser import launch
from tests.faces.test_web_in_browser import address
from tests.factories import ACTOR
from tests.page_checks import is_of_the_stream
from tests.web_cases import NAME, PASSWORD

__all__ = ["address"]
pytestmark = pytest.mark.browser
KEEPER = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def is_fault(said: ConsoleMessage) -> bool:
    return said.type == "error" and not is_of_the_stream(said)


def by_password(page: Page, here: str) -> None:
    page.goto(f"{here}/sign-in")
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_passkey_signs_in_alone_and_beside_the_password(committed_db: object, address: str) -> None:
    create_user(NAME, PASSWORD, roles=[Role.BUYER], actor=ACTOR)
    # Browsers keep passkeys by the name of a site, and an address of numbers is none.
    here, faults = address.replace("127.0.0.1", "localhost"), []
    with sync_playwright() as playwright:
        page = launch(playwright).new_page()
        page.on("console", lambda said: faults.append(said.text) if is_fault(said) else None)
        keeper = page.context.new_cdp_session(page)
        keeper.send("WebAuthn.enable")
        made = keeper.send("WebAuthn.addVirtualAuthenticator", {"options": KEEPER})
        by_password(page, here)
        page.get_by_role("link", name=NAME).click()
        page.get_by_role("link", name="Add a passkey").click()
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
        page.get_by_label("What you call it").fill("My phone")
        page.get_by_role("button", name="Add it").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
        page.get_by_role("link", name="I have them").click()
        expect(page.get_by_text("My phone").first).to_be_visible()
        sign_out(page)

        page.get_by_role("button", name="Sign in by passkey").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Today")
        sign_out(page)

        by_password(page, here)
        expect(page.get_by_role("heading", level=1)).to_have_text("One step more")
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Today")

        page.get_by_role("link", name=NAME).click()
        page.get_by_role("link", name=re.compile("Remove")).click()
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("button", name="Remove it").click()
        expect(page.get_by_text("My phone")).to_have_count(0)
        sign_out(page)

        keeper.send("WebAuthn.setUserVerified", {"authenticatorId": made["authenticatorId"], "isUserVerified": True})
        page.get_by_role("button", name="Sign in by passkey").click()
        expect(page.get_by_role("alert").first).to_contain_text("not known here")
        assert [fault for fault in faults if "422" not in fault] == []
    told = (
        AuditEvent.objects.filter(subject=f"user:{NAME}")
        .order_by("id")
        .values_list("verb", "new__methods", "new__factor")
    )
    kept = [(verb.removeprefix("access."), methods or factor) for verb, methods, factor in told]
    assert [row for row in kept if row[0] in ("signed_in", "factor_added", "factor_removed")][:6] == [
        ("signed_in", ["password"]),
        ("factor_added", "webauthn"),
        ("factor_added", "recovery_codes"),
        ("signed_in", ["webauthn"]),
        ("signed_in", ["password", "webauthn"]),
        ("factor_removed", "webauthn"),
    ]
