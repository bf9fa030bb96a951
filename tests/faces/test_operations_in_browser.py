"""Automation, jobs and the audit trail in a real browser: two people, by day, by night, on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from ownstock.access.models import User
from ownstock.access.sealing import seal
from ownstock.automation import queries
from ownstock.automation.actions.reviewing import lose
from ownstock.automation.models import AutomationRun, StandingRule
from ownstock.automation.rules.autonomy import Evidence
from ownstock.journal import actions as journal
from ownstock.journal import jobs
from ownstock.journal.models import AuditEvent, JobRun
from ownstock.purchasing.models import PurchaseOrder
from tests.automation_cases import EARLY, automatic_shop, rule, run
from tests.browser import launch
from tests.faces.test_web_in_browser import DESK, PHONE, address, photograph
from tests.factories import TODAY
from tests.page_checks import Watch, axe
from tests.web_cases import pending

__all__ = ["address"]
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("beside_browser")]


@contextmanager
def window(browser: Browser, address: str, who: str, *, size: ViewportSize = DESK) -> Iterator[Page]:
    """A window in which somebody is signed in already."""
    client = Client()
    client.force_login(User.objects.get(username=who))
    cookie = client.cookies["sessionid"].value
    context = browser.new_context(viewport=size)
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
    page = context.new_page()
    page.set_default_timeout(20_000)
    watch = Watch(page, address)
    try:
        yield page
        watch.is_content()
    finally:
        context.close()


def _jobs_in_trouble() -> None:
    with_step = jobs.begin("plan", task="ownstock.plan")
    jobs.note_progress(with_step.pk, "forecasting", 30, 120)
    for attempts in (5, 1):
        dead = jobs.begin(f"measure-{attempts}", task="ownstock.measure")
        JobRun.objects.filter(pk=dead.pk).update(attempts=attempts)
        dead.attempts = attempts
        jobs.fail(dead, "DiskFull: no space is left.")
    journal.beat("sweep", expected_every_seconds=60)


def test_a_rule_is_previewed_agreed_to_by_another_acts_and_is_taken_back_paused_and_ended(
    address: str, tmp_path: Path
) -> None:
    shop = automatic_shop()
    with transaction.atomic():
        words = "Anna turned it down: too much."
        lose(shop.item_sites[0], words, evidence=Evidence.REJECTED, today=TODAY, proposal=pending("CUP"))
    with sync_playwright() as playwright:
        browser = launch(playwright)
        with window(browser, address, "anna") as page:
            _propose(page, address, tmp_path)
        with window(browser, address, "dora") as page:
            _agree(page, address, tmp_path)
        run(EARLY)
        with window(browser, address, "anna") as page:
            _take_back_and_pause(page, address, tmp_path)
        rule("second")
        _look_at_what_came(browser, address, tmp_path)
        browser.close()


def _propose(page: Page, address: str, pictures: Path) -> None:
    page.goto(f"{address}/automation/rules/new")
    page.get_by_label("Name").fill("weekly-basics")
    page.get_by_label("What it does").select_option("place")
    page.get_by_label("Value of one order, at most").fill("100")
    page.get_by_role("button", name="Show what it would do today").click()
    expect(page.locator("#preview")).to_contain_text("Value of the order")
    assert not StandingRule.objects.exists()
    page.get_by_label("Value of one order, at most").fill("5000")
    page.get_by_role("button", name="Show what it would do today").click()
    expect(page.locator("#preview .tiles dd").first).to_contain_text("2 of 2")
    photograph(page, pictures, "rule-form-day")
    assert axe(page) == []
    page.get_by_role("button", name="Propose it").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("weekly-basics proposed")
    expect(page.get_by_text("It takes somebody else")).to_be_visible()
    expect(page.get_by_role("button", name="I agree")).to_have_count(0)


def _agree(page: Page, address: str, pictures: Path) -> None:
    page.goto(f"{address}/automation/rules")
    page.get_by_role("link", name=re.compile("weekly-basics")).click()
    expect(page.get_by_role("heading", name="What exactly is agreed to")).to_be_visible()
    expect(page.locator("#preview")).to_contain_text("Would approve")
    photograph(page, pictures, "rule-proposed-day")
    assert axe(page) == []
    page.get_by_role("button", name="I agree").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("in force")
    assert StandingRule.objects.get().approved_by == "user:dora"


def _take_back_and_pause(page: Page, address: str, pictures: Path) -> None:
    number = PurchaseOrder.objects.get().number
    page.goto(f"{address}/automation")
    expect(page.get_by_text("Automation is on")).to_be_visible()
    expect(page.get_by_role("link", name=number)).to_be_visible()
    photograph(page, pictures, "automation-on")
    page.get_by_role("link", name=f"Run {AutomationRun.objects.latest('id').pk}").click()
    expect(page.locator(".checks .met").first).to_contain_text("the order is")
    photograph(page, pictures, "run-day")
    assert axe(page) == []
    page.get_by_label(f"Why {number} is taken back").fill("a fair is coming")
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text(f"{number} is taken back; proposals that wait again: 2")).to_be_visible()
    page.goto(f"{address}/automation")
    page.get_by_label("Why").fill("stock-take")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Automation is paused")).to_be_visible()
    assert "stock-take" in queries.paused(timezone.now())[""]
    photograph(page, pictures, "automation-paused")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Automation is on")).to_be_visible()
    page.goto(f"{address}/automation/settings")
    page.get_by_label("Plan each night").fill("2")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator(".trail")).to_contain_text("nightly plan at hour → 2")
    assert queries.policy().nightly_plan_at_hour == 2
    page.goto(f"{address}/automation/rules/{StandingRule.objects.get().pk}")
    page.get_by_label("Why").fill("too wide")
    page.get_by_role("button", name="End it now").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("ended")
    photograph(page, pictures, "rule-ended")


def _look_at_what_came(browser: Browser, address: str, pictures: Path) -> None:
    """What stands on pages only now, on a phone: what ended, what a run did, what an item lost."""
    item_site, number = (
        queries.autonomies().filter(item_site__item__sku="CUP").get().item_site_id,
        StandingRule.objects.earliest("id").pk,
    )
    pages = {
        "rule": f"/rules/{number}", "items": "/items", "item": f"/items/{item_site}",
        "run": f"/runs/{AutomationRun.objects.latest('id').pk}",
    }  # fmt: skip
    with window(browser, address, "anna", size=PHONE) as page:
        for name, folder in pages.items():
            page.goto(f"{address}/automation{folder}")
            if name == "items":
                expect(page.locator(".tabulator-row").filter(has_text="CUP")).to_contain_text("Anna turned it down")
            photograph(page, pictures, f"{name}-phone")
            assert (name, axe(page)) == (name, [])


def test_jobs_show_how_far_they_are_and_what_failed_and_the_audit_who_did_what(address: str, tmp_path: Path) -> None:
    automatic_shop()
    User.objects.filter(username="dora").update(roles=["admin"])
    _jobs_in_trouble()
    rule()
    seal()
    with sync_playwright() as playwright:
        browser = launch(playwright)
        with window(browser, address, "dora") as page:
            _work_jobs(page, address, tmp_path)
            _search(page, address, tmp_path)
        browser.close()


def _work_jobs(page: Page, address: str, pictures: Path) -> None:
    page.goto(f"{address}/jobs")
    expect(page.locator("#running")).to_contain_text("30 / 120")
    running = JobRun.objects.get(state="running")
    jobs.note_progress(running.pk, "deciding", 90, 120)
    expect(page.locator("#running")).to_contain_text("90 / 120")
    photograph(page, pictures, "jobs-day")
    assert axe(page) == []
    dead, failed = JobRun.objects.get(state="dead"), JobRun.objects.get(state="failed")
    page.get_by_label(f"Why {dead.job} is let go").fill("the disk is larger now")
    page.get_by_role("row", name=dead.job).get_by_role("button", name="Let go").click()
    expect(page.get_by_text(f"{dead.job} is let go.")).to_be_visible()
    assert JobRun.objects.get(pk=dead.pk).state == "discarded"
    page.get_by_role("row", name=failed.job).get_by_role("button", name="Try again").click()
    expect(page.get_by_text(f"{failed.job} is tried again.")).to_be_visible()
    assert JobRun.objects.get(pk=failed.pk).state == "waiting"


def _search(page: Page, address: str, pictures: Path) -> None:
    now = timezone.now()
    AuditEvent.objects.bulk_create(
        AuditEvent(actor="user:eve", verb="planning.noted", subject=f"item:{n}", recorded_at=now - timedelta(minutes=n))
        for n in range(120)
    )
    page.goto(f"{address}/audit")
    photograph(page, pictures, "audit-day")
    assert axe(page) == []
    rows = page.locator("tbody tr")
    page.get_by_label("Who").fill("user:eve")
    page.get_by_role("button", name="Show").click()
    expect(rows).to_have_count(50)
    page.get_by_role("link", name="Older").click()
    page.get_by_role("link", name="Older").click()
    expect(rows).to_have_count(20)
    expect(rows.last).to_contain_text("item:119")
    with page.expect_download() as saved:
        page.get_by_role("link", name="CSV").click()
    assert len(saved.value.path().read_text(encoding="utf-8").splitlines()) == 121
    page.goto(f"{address}/audit?verb=automation.rule_approved")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("agreed to the rule as the second person")
    rows.first.get_by_role("link", name="standing_rule:basics").click()
    expect(rows).to_have_count(2)
