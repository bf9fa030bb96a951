"""An item at a site on its page: on hand, past and expected stock, movements, terms."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from ownstock.catalog.models import ItemSite
from ownstock.ledger import actions as ledger
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.planning.queries import item_site_outlook
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.queries import open_deliveries
from ownstock.purchasing.rules import LineAnswer, Promise
from ownstock.web.pictures import outlook_picture
from tests.factories import ACTOR, TODAY
from tests.web_cases import approved_order, pending, planned_shop, read, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    planned_shop()
    return signed_in()


def cup() -> ItemSite:
    return ItemSite.objects.select_related("item", "site").get(item__sku="CUP")


def page(row: ItemSite) -> str:
    return reverse("web:item-site", args=[row.pk])


def test_the_list_shows_what_is_usable_and_on_order_and_can_be_searched(client: Client) -> None:
    order = approved_order("CUP")
    ordered = order.revisions.get().lines.get().quantity
    text = read(client.get(reverse("web:item-sites"))).text
    assert f"CUP Cup SHOP 4 {ordered.normalize():f}" in text
    assert "PLATE Plate SHOP 4 0" in text
    assert "CUP" not in read(client.get(reverse("web:item-sites"), {"text": "plat"})).text


def test_the_page_shows_stock_by_place_and_lot_movements_terms_and_the_proposal(client: Client) -> None:
    line = Line(sku="CUP", source="DIFFERENCES", target="SHOP", quantity=Decimal(3), lot="L1")
    ledger.post([PostingRequest("found", Kind.ADJUSTMENT, [line], reference="shelf 4", is_assumed=True)], actor=ACTOR)
    text = read(client.get(page(cup()))).text
    for told in (
        "SHOP L1 released 3",
        "adjustment assumed +3 DIFFERENCES SHOP L1 shelf 4 found",
        "issue \u221256 SHOP CUSTOMERS",
    ):
        assert told in text
    assert "ALPHA Supplier ALPHA CUP-S 2.40 EUR 1 6 14 days" in text
    assert f"Order {pending('CUP').quantity.normalize():f} from ALPHA" in text


def test_the_picture_has_a_title_a_description_and_a_table_of_the_same_numbers(client: Client) -> None:
    found = read(client.get(page(cup())))
    assert "Stock until now and as expected" in found.text
    assert "4 usable on 2 Mar 2026; 632 were wanted in 26 weeks" in found.text
    [picture] = [attributes for tag, attributes in found.found if tag == "svg"]
    assert (picture["role"], picture["aria-labelledby"]) == ("img", "outlook-title outlook-told")
    assert "23 Feb 2026 56" in found.text


def test_expected_stock_falls_by_the_mean_rises_with_arrivals_and_ends_at_zero(client: Client) -> None:
    order = approved_order("CUP")
    purchasing.place(order.number, actor=ACTOR)
    half = order.revisions.get().lines.get().quantity / 2
    promises = (Promise(half, TODAY + timedelta(days=5)), Promise(half, TODAY + timedelta(days=90)))
    purchasing.acknowledge(order.number, [LineAnswer(1, promises)], message_key="m", actor=ACTOR)
    outlook = item_site_outlook(cup(), TODAY)
    mean = outlook.reason["forecast"]["mean_per_day"]
    on_hand = [close.on_hand for close in outlook.expected]
    assert on_hand[:3] == [4, 0, 0]
    assert on_hand[5] == pytest.approx(float(half) - mean)
    assert min(on_hand) == 0
    picture = outlook_picture(outlook, open_deliveries(), TODAY)
    assert [arrival.label for arrival in picture.arrivals] == [f"+{half.normalize():f} {order.number}"] * 2
    assert len(picture.empty) == 4


def test_backorders_let_expected_stock_fall_below_zero(client: Client) -> None:
    ItemSite.objects.update(unserved_demand="backorder")
    outlook = item_site_outlook(cup(), TODAY)
    mean = outlook.reason["forecast"]["mean_per_day"]
    assert outlook.expected[-1].on_hand == pytest.approx(4 - mean * 21)


def test_past_stock_ends_with_what_is_there(client: Client) -> None:
    outlook = item_site_outlook(cup(), TODAY)
    assert outlook.past[0].day_on == TODAY - timedelta(weeks=26, days=1)
    assert [close.on_hand for close in outlook.past][-2:] == [56, 0]


def test_one_item_site_is_told_what_the_plan_of_all_was_told(client: Client) -> None:
    for sku in ("CUP", "PLATE"):
        proposal = pending(sku)
        beside = ("terms", "lead_time", "on_order", "not_counted_because_late", "in_quarantine", "transfers")
        kept = {k: v for k, v in proposal.reason.items() if k not in beside}
        assert item_site_outlook(proposal.item_site, TODAY).reason == kept


def test_an_item_that_cannot_be_planned_says_why_in_place_of_the_picture(client: Client) -> None:
    ItemSite.objects.update(holding_rate=0)
    found = read(client.get(page(cup())))
    assert "It cannot be planned: Its holding rate is zero" in found.text
    assert "svg" not in [tag for tag, _ in found.found]


def test_movements_come_in_pages(client: Client) -> None:
    lines = [Line(sku="CUP", source="DIFFERENCES", target="SHOP", quantity=Decimal(1)) for _ in range(31)]
    ledger.post([PostingRequest(f"one:{n}", Kind.ADJUSTMENT, [line]) for n, line in enumerate(lines)], actor=ACTOR)
    assert "1 to 30 of 46" in read(client.get(page(cup()))).text
    assert "31 to 46 of 46" in read(client.get(page(cup()), {"page": 2})).text


def test_an_item_site_that_does_not_exist_is_not_found(client: Client) -> None:
    assert client.get(reverse("web:item-site", args=[999_999])).status_code == 404
