"""A supplier's pages: what is open at it, what it could be told, what better terms would be worth."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect, sync_playwright

from ownstock.catalog.models import Item, SupplyTerm
from ownstock.planning.actions import plan
from ownstock.planning.models import ItemSitePlan
from ownstock.planning.queries.negotiation import Asked, Sums, bought_from, negotiation, worth_of_items
from ownstock.purchasing import actions
from tests.browser import launch
from tests.faces.test_web_in_browser import DESK, Visit, address, opened, photograph
from tests.factories import ACTOR, TODAY
from tests.page_checks import axe
from tests.web_cases import approved_order, planned_shop, read, signed_in

__all__ = ["address"]


@pytest.fixture
def client(db: None) -> Client:
    planned_shop()
    return signed_in()


def test_a_supplier_shows_what_is_open_at_it(client: Client) -> None:
    order = actions.place(approved_order("CUP").number, actor=ACTOR)
    text = read(client.get(reverse("web:supplier", args=[order.supplier.code]))).text
    assert re.search(r"Open orders\s*1\b", text)
    assert re.search(r"Unanswered\s*1\b", text)
    listed = client.get(reverse("web:order-rows"), {"supplier": order.supplier.code}).json()
    assert [row["number"] for row in listed["rows"]] == [order.number]
    assert client.get(reverse("web:order-rows"), {"supplier": "OTHER"}).json()["count"] == 0


def test_what_a_supplier_is_told_has_its_items_and_not_our_stock(client: Client) -> None:
    plan_row = ItemSitePlan.objects.filter(item_site__item__sku="CUP").select_related("supplier").get()
    assert plan_row.supplier is not None
    code = plan_row.supplier.code
    assert "CUP" in read(client.get(reverse("web:supplier-forecast", args=[code]))).text
    Item.objects.update(description="=cmd()")
    answer = client.get(reverse("web:forecast-file", args=[code, "csv"]))
    lines = answer.getvalue().decode().splitlines()
    assert lines[0] == "Item,Description,Site,Unit,Used a week,Proposed now,Wanted on"
    assert lines[1].split(",")[1] == "'=cmd()"
    assert float(lines[1].split(",")[4]) == pytest.approx((plan_row.demand_a_day or 0) * 7, abs=0.01)
    assert client.get(reverse("web:forecast-file", args=["NOBODY", "csv"])).status_code == 404


def test_a_lower_moq_is_worth_what_a_year_without_it_saves(client: Client) -> None:
    SupplyTerm.objects.filter(item__sku="CUP").update(moq=Decimal(600))
    plan(planned_on=TODAY, actor=ACTOR)
    supplier = next(row.supplier for row in ItemSitePlan.objects.filter(item_site__item__sku="CUP") if row.supplier)
    asked = Asked(moq_share=0.1, lead_time_share=0.5, price_off_percent=10)
    rows = worth_of_items(supplier, asked, first=0)
    whole = negotiation(supplier, asked, Sums().with_rows(rows))
    [cup] = [row for row in rows if row.plan.item_site.item.sku == "CUP"]
    assert cup.moq is not None
    assert cup.moq > 0
    assert (whole.items, whole.price) == (bought_from(supplier).count(), pytest.approx(whole.spend / 10))
    assert whole.moq == pytest.approx(sum(row.moq or 0 for row in rows))
    # What was not replayed is told in proportion to what is spent on it.
    half = negotiation(supplier, asked, Sums(1, whole.spend / 2, 10.0, 4.0))
    assert (half.moq, half.lead_time, half.rest_spend) == (
        pytest.approx(20), pytest.approx(8), pytest.approx(whole.spend / 2),
    )  # fmt: skip


def test_the_sheet_is_reckoned_part_by_part(client: Client) -> None:
    supplier = next(row.supplier for row in ItemSitePlan.objects.filter(item_site__item__sku="CUP") if row.supplier)
    page = read(client.get(reverse("web:negotiation", args=[supplier.code])))
    [part] = [str(a["hx-get"]) for _, a in page.found if a.get("hx-get")]
    text = client.get(part).content.decode()
    assert "CUP" in text
    assert f"{bought_from(supplier).count()} of {bought_from(supplier).count()} items replayed" in text
    refused = client.get(reverse("web:negotiation", args=[supplier.code]), {"moq_percent": "0"})
    assert (refused.status_code, "hx-get" in refused.content.decode()) == (422, False)


@pytest.mark.browser
def test_a_supplier_is_prepared_for_on_its_pages(address: str, tmp_path: Path) -> None:
    planned_shop()
    signed_in()
    code = next(r.supplier.code for r in ItemSitePlan.objects.filter(item_site__item__sku="CUP") if r.supplier)
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        with opened(browser, visit, DESK, "light") as page:
            page.goto(f"{address}/suppliers/{code}")
            expect(page.get_by_text("Open orders")).to_be_visible()
            assert axe(page) == []
            photograph(page, tmp_path, "supplier")
            page.get_by_role("link", name="Forecast to share").click()
            expect(page.get_by_role("row", name="CUP")).to_be_visible()
            assert axe(page) == []
            photograph(page, tmp_path, "forecast")
            page.get_by_role("link", name="Negotiation sheet").click()
            expect(page.get_by_role("row", name="CUP")).to_be_visible()
            expect(page.locator("#sheet")).to_contain_text("items replayed")
            expect(page.locator("#next-part")).to_have_count(0)
            assert axe(page) == []
            photograph(page, tmp_path, "negotiation")
        browser.close()
    assert (visit.complaints, visit.strangers) == ([], [])
