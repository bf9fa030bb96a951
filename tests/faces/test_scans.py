"""Goods that are received by scanning their packings: on the page, on the command line, as the items were imported."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect, sync_playwright

from ownstock.base.errors import Refused
from ownstock.catalog import imports as catalog
from ownstock.catalog.models import Item
from ownstock.ledger.models import Lot
from ownstock.ledger.queries import on_hand
from ownstock.purchasing.models import PurchaseOrder
from tests.browser import launch
from tests.faces.test_cli import answer, run
from tests.faces.test_web_in_browser import DESK, PHONE, Visit, address, opened, photograph
from tests.factories import ACTOR, TODAY, small_business
from tests.purchasing_cases import WANTED, noticed, placed_order
from tests.web_cases import Elements, read, signed_in

__all__ = ["address"]
CUP, PLATE = "09506000134352", "04006381333931"
LOT_A = f"(01){CUP}(10)A7(17)301231(37)12"


def scannable() -> PurchaseOrder:
    """An order for cups, which have lots; plates have a GTIN and are not on it."""
    order = placed_order(small_business())
    for sku, gtin in (("CUP", CUP), ("PLATE", PLATE)):
        Item.objects.filter(sku=sku).update(gtin=gtin)
    Item.objects.filter(sku="CUP").update(tracking="lot")
    return order


@pytest.fixture
def order(db: None) -> PurchaseOrder:
    return scannable()


@pytest.fixture
def client(order: PurchaseOrder) -> Client:
    return signed_in()


def boxes(page: Elements) -> dict[str, str]:
    """What a browser would send of the page's boxes."""
    found = {a["name"]: a.get("value") or "" for tag, a in page.found if tag == "input" and a.get("name")}
    return {str(name): value for name, value in found.items() if name not in ("reason", "receipt")}


def scan(client: Client, order: PurchaseOrder, *codes: str, query: str = "") -> Elements:
    """The page after scans, one after another, as a scanner types them."""
    page = reverse("web:receive", args=[order.number]) + query
    shown = read(client.get(page))
    for code in codes:
        shown = read(client.post(page, boxes(shown) | {"received_on": WANTED.isoformat(), "scan": code}))
    return shown


def test_scans_fill_lot_expiry_and_quantity_and_one_press_receives(client: Client, order: PurchaseOrder) -> None:
    shown = scan(client, order, LOT_A, f"]C101{CUP}10A7\x1d3712", f"01{CUP}10B1")
    assert "Filled in: 1 CUP, lot B1. Press Receive" in shown.text
    assert on_hand("CUP", "SHOP") == 0
    said = boxes(shown) | {"received_on": TODAY.isoformat()}
    assert (said["quantity_1"], said["lot_1"], said["expires_on_1"]) == ("24", "A7", "2030-12-31")
    assert (said["quantity_1_2"], said["lot_1_2"]) == ("1", "B1")
    assert client.post(reverse("web:receive", args=[order.number]), said).status_code == 302
    assert on_hand("CUP", "SHOP") == 25
    assert str(Lot.objects.get(code="A7").expires_on) == "2030-12-31"


def test_a_scan_counts_anew_what_was_announced_or_filled_in(client: Client, order: PurchaseOrder) -> None:
    assert "instead of the 24 that stood there" in scan(client, order, LOT_A, query="?fill=open").text
    noticed(order, 6)
    assert boxes(scan(client, order, LOT_A, LOT_A, query="?notice=ASN-1"))["quantity_1"] == "24"


def test_a_single_piece_counts_once(client: Client, order: PurchaseOrder) -> None:
    Item.objects.filter(sku="CUP").update(tracking="serial")
    one, other = f"(01){CUP}(21)S1(37)5", f"(01){CUP}(21)S2"
    shown = scan(client, order, one, other, one)
    assert "S1: it was scanned before; scan each piece once." in shown.text
    said = boxes(shown)
    assert [said[name] for name in ("quantity_1", "lot_1", "quantity_1_2", "lot_1_2")] == ["1", "S1", "1", "S2"]


REFUSED = [
    (f"(01){CUP[:-1]}3", "has a wrong check digit: its last digit is 3, 2 belongs there."),
    (f"(01){PLATE}", "PLATE (GTIN 04006381333931) is not on the order"),
    ("(01)00614141000036", "No item has the GTIN 00614141000036."),
    (f"(01){CUP}(10)OLD(17)250131", "CUP lot OLD expired on 2025-01-31: it is not received as sound."),
]


@pytest.mark.parametrize(("code", "sentence"), REFUSED)
def test_a_bad_scan_is_told_on_the_page_and_loses_nothing(
    client: Client, order: PurchaseOrder, code: str, sentence: str
) -> None:
    shown = scan(client, order, LOT_A, code)
    assert sentence in shown.text
    assert boxes(shown)["quantity_1"] == "12"


@pytest.mark.parametrize(("code", "sentence"), REFUSED)
def test_a_bad_scan_receives_nothing_by_command(order: PurchaseOrder, code: str, sentence: str) -> None:
    told = run("receive", order.number, "--scan", LOT_A, "--scan", code, "--key", "DN-1")
    assert (sentence in told.stderr, on_hand("CUP", "SHOP")) == (True, 0)


def test_scans_are_received_by_command(order: PurchaseOrder) -> None:
    scans = ("--scan", LOT_A, "--scan", f"01{CUP}10B1|302", "--scan", LOT_A)
    answer("receive", order.number, *scans, "--key", "DN-1", "--on", WANTED.isoformat())
    assert on_hand("CUP", "SHOP") == 26
    assert list(Lot.objects.order_by("code").values_list("code", flat=True)) == ["A7", "B1"]
    assert "--scan for each packing" in run("receive", order.number, *scans, "--all-open", "--key", "DN-2").stderr


def faults(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "items.csv"
    path.write_text(f"sku,description,unit_cost,gtin\n{text}", encoding="utf-8")
    try:
        catalog.import_items(path, actor=ACTOR)
    except Refused as refusal:
        found: Any = refusal.facts["faults"]
        return [f"{fault['row']}: {fault['sentence']}" for fault in found]
    return []


def test_items_are_imported_with_their_gtins(db: None, tmp_path: Path) -> None:
    assert faults(tmp_path, "MUG,Mug,2,4006381333931\nJUG,Jug,3,\nPAN,Pan,9,\n") == []
    assert list(Item.objects.order_by("sku").values_list("gtin", flat=True)) == [None, PLATE, None]
    [wrong] = faults(tmp_path, "JUG,Jug,3,4006381333932\n")
    assert "wrong check digit" in wrong
    [again] = faults(tmp_path, f"JUG,Jug,3,{PLATE}\n")
    assert "MUG has the GTIN 04006381333931; an item has its own." in again
    assert len(faults(tmp_path, "JUG,Jug,3,96385074\nPAN,Pan,9,00000096385074\n")) == 1


@pytest.mark.browser
def test_a_scanner_that_types_and_presses_enter_fills_the_page(address: str, tmp_path: Path) -> None:
    order = scannable()
    signed_in()
    visit = Visit(address)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for size, scheme, name in ((DESK, "light", "day"), (PHONE, "dark", "phone")):
            with opened(browser, visit, size, scheme) as page:
                page.goto(f"{address}/orders/{order.number}/receive")
                page.get_by_label("Received on").fill(WANTED.isoformat())
                page.get_by_label("Scan a packing").focus()
                page.keyboard.type(f"01{CUP}10A7|17301231")
                page.keyboard.press("Enter")
                expect(page.get_by_label("Scan a packing")).to_be_focused()
                page.keyboard.type(LOT_A)
                page.keyboard.press("Enter")
                expect(page.get_by_label("Came sound")).to_have_value("13")
                expect(page.get_by_label("Lot expires on")).to_have_value("2030-12-31")
                photograph(page, tmp_path, f"scan-{name}")
        browser.close()
    assert (visit.complaints, visit.strangers) == ([], [])
    assert re.fullmatch("placed|acknowledged", PurchaseOrder.objects.get().state)
