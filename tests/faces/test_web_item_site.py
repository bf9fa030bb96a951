"""An item at a site on its page: how it stands, what is projected, what people know of it, its policy, its movements."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ownstock.access.models import User
from ownstock.access.rules import Role
from ownstock.catalog.models import Item, ItemSite
from ownstock.demand.actions.calendar import enter_events
from ownstock.demand.models import LifecycleStep
from ownstock.demand.rules.calendar import EventEntry
from ownstock.ledger import actions as ledger
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.planning.models import Override
from ownstock.planning.queries import fan
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.rules import LineAnswer, Promise
from ownstock.web.fan_pictures import demand_chart, outlook_chart
from tests.factories import ACTOR, TODAY
from tests.web_cases import Elements, approved_order, kept_shop, pending, read, signed_in

__all__ = ["kept_shop"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_shop")]


@pytest.fixture
def client() -> Client:
    return signed_in()


def cup() -> ItemSite:
    return ItemSite.objects.select_related("item", "site").get(item__sku="CUP")


def page(name: str = "item-site") -> str:
    return reverse(f"web:{name}", args=[cup().pk])


def told_chart(found: Elements) -> dict[str, Any]:
    [figure] = [attributes for tag, attributes in found.found if tag == "figure"]
    return dict(json.loads(figure["data-told"] or ""))


def series(option: dict[str, Any], name: str) -> list[Any]:
    return next(one["data"] for one in option["series"] if one["name"] == name)


def test_the_list_shows_what_is_usable_and_on_order_and_can_be_searched(client: Client) -> None:
    order = approved_order("CUP")
    ordered = order.revisions.get().lines.get().quantity
    text = read(client.get(reverse("web:item-sites"))).text
    assert f"CUP Cup SHOP 4 {ordered.normalize():f}" in text
    assert "PLATE Plate SHOP 4 0" in text
    assert "CUP" not in read(client.get(reverse("web:item-sites"), {"text": "plat"})).text


def test_the_page_shows_how_it_stands_with_each_number_linked_to_what_it_is_made_of(client: Client) -> None:
    order = approved_order("CUP")
    ordered = f"{order.revisions.get().lines.get().quantity.normalize():f}"
    found = read(client.get(page()))
    assert f"Usable 4 On order {ordered} Owed 0 Position {4 + int(ordered)}" in found.text
    assert "SHOP \u2013 released 4" in found.text
    assert f"{order.number}, line 1" in found.text
    links = {attributes.get("href") for tag, attributes in found.found if tag == "a"}
    assert {f"{page()}#on-hand", f"{page()}#on-order", page("item-site-demand"), f"/orders/{order.number}"} <= links
    assert f"Order {ordered} from ALPHA" in found.text


def test_the_outlook_is_a_chart_and_the_same_numbers_as_tables(client: Client) -> None:
    order = purchasing.place(approved_order("CUP").number, actor=ACTOR)
    half = order.revisions.get().lines.get().quantity / 2
    promises = (Promise(half, TODAY + timedelta(days=5)), Promise(half, TODAY + timedelta(days=12)))
    purchasing.acknowledge(order.number, [LineAnswer(1, promises)], message_key="m", actor=ACTOR)
    found = read(client.get(page("item-site-fan")))
    option = told_chart(found)["option"]
    arrivals = [one for one in series(option, "Open orders arrive") if one]
    assert [one["value"] for one in arrivals] == [float(half)] * 2
    assert arrivals[0]["href"] == f"/orders/{order.number}"
    on_hand = [value for value in series(option, "On hand") if value is not None]
    # The last sale, on a Wednesday, emptied the shelf; the days from then on are shaded.
    assert on_hand[-7:] == [56, 0, 0, 0, 0, 0, 0]
    shaded = series(option, "Nothing on hand")[: len(on_hand)]
    assert shaded == [1 if units == 0 else None for units in on_hand]
    outlook = fan(cup(), TODAY)
    day = outlook.projected[3]
    assert f"{day.p10:.0f} {day.p50:.0f} {day.p90:.0f}" in found.text
    assert "Money at stake" in found.text
    assert 0 <= outlook.reorder_point < outlook.order_up_to_level
    assert outlook.stock_out_on is not None
    assert outlook.cover_days == (outlook.stock_out_on - TODAY).days


def test_demand_and_forecast_are_drawn_with_events_and_weeks_that_were_sold_out(client: Client) -> None:
    span = TODAY + timedelta(days=7), TODAY + timedelta(days=13)
    enter_events([EventEntry("Spring fair", *span, ["CUP"], factor=Decimal(2))], actor=ACTOR)
    found = read(client.get(page("item-site-fan"), {"of": "demand"}))
    option = told_chart(found)["option"]
    history = [value for value in series(option, "Demand") if value is not None]
    assert sum(week["value"] for week in history) == 632
    [[area, _]] = option["series"][0]["markArea"]["data"]
    assert area["label"]["formatter"] == "Spring fair"
    expected = [value for value in series(option, "Forecast") if value is not None]
    # A fair that doubles demand is in the forecast that the page shows.
    assert expected[1] == pytest.approx(2 * expected[0], rel=0.35)
    assert "Spring fair, 9 Mar 2026 \u2013 15 Mar 2026: demand times 2" in found.text
    assert demand_chart(fan(cup(), TODAY), [])["label"] == "Demand by week and its forecast"


def test_an_override_is_shown_in_its_effect_before_it_is_kept_and_then_in_the_fan(client: Client) -> None:
    before = fan(cup(), TODAY)
    said = {
        "kind": "demand_times", "value": "2", "from_on": TODAY, "until_on": TODAY + timedelta(days=60),
        "reason_code": "project", "reason": "The school opens",
    }  # fmt: skip
    looked = read(client.post(page("item-site-known"), {**said, "reason": "", "do": "preview"}))
    assert "The next order becomes" in looked.text
    assert not Override.objects.exists()
    assert client.post(page("item-site-known"), {**said, "do": "keep"}).status_code == 302
    one = Override.objects.get()
    after = fan(cup(), TODAY)
    assert f"With this override {after.reason['decision']['quantity']}" in looked.text
    assert after.forecast[0].mean == pytest.approx(2 * before.forecast[0].mean)
    assert sum(week.quantity for week in after.ahead) > sum(week.quantity for week in before.ahead)
    text = read(client.get(page("item-site-known"))).text
    assert f"{one.number} Demand is so many times what is expected 2" in text
    assert "Project: The school opens anna" in text
    client.post(reverse("web:override-end", args=[one.number]), {"reason": "It stays shut"})
    assert fan(cup(), TODAY).forecast[0].mean == pytest.approx(before.forecast[0].mean)


def test_an_override_without_a_reason_or_with_days_that_run_backwards_is_refused_in_words(client: Client) -> None:
    said = {"kind": "demand_times", "value": "2", "from_on": TODAY, "until_on": TODAY - timedelta(days=1)}
    answer = client.post(page("item-site-known"), {**said, "reason_code": "other", "reason": "x", "do": "keep"})
    assert answer.status_code == 422
    assert "before it begins" in read(answer).text
    answer = client.post(page("item-site-known"), {**said, "until_on": TODAY, "reason_code": "other", "do": "keep"})
    assert answer.status_code == 422
    assert not Override.objects.exists()


def test_what_becomes_of_an_item_is_said_and_taken_back(client: Client) -> None:
    said = {
        "kind": "ends",
        "ends_on": TODAY + timedelta(days=30),
        "factor": "1",
        "is_here": "on",
        "reason": "No longer made",
    }
    assert client.post(page("item-site-lifecycle"), said).status_code == 302
    step = LifecycleStep.objects.get()
    assert step.site == cup().site
    assert "CUP: not sold any more from 1 Apr 2026 on" in read(client.get(page("item-site-known"))).text
    assert client.post(page("item-site-lifecycle"), {**said, "kind": "like", "ends_on": ""}).status_code == 422
    client.post(page("item-site-lifecycle"), {"number": step.number, "reason": "Made again"})
    assert "It goes on as it does." in read(client.get(page("item-site-known"))).text


def test_other_settings_are_tried_side_by_side_and_adopted_with_a_reason(client: Client) -> None:
    tried = {"shortage_cost": "90", "order_cost": "20"}
    text = read(client.post(page("item-site-policy"), {**tried, "do": "preview"})).text
    assert "All cost of a year, EUR" in text
    assert cup().shortage_cost != 90
    assert (
        "Say what is to be set, and why." in read(client.post(page("item-site-policy"), {**tried, "do": "adopt"})).text
    )
    assert client.post(page("item-site-policy"), {**tried, "reason": "Service", "do": "adopt"}).status_code == 302
    assert cup().shortage_cost == 90
    assert "Planning settings set · anna: Service" in read(client.get(page("item-site-comments"))).text


def test_people_comment_and_the_newest_stands_first(client: Client) -> None:
    for said in ("Ask ALPHA for a lower price", "They agreed"):
        assert client.post(page("item-site-comments"), {"text": said}).status_code == 302
    text = read(client.get(page("item-site-comments"))).text
    assert text.index("They agreed") < text.index("Ask ALPHA for a lower price")
    assert client.post(page("item-site-comments"), {"text": "  "}).status_code == 422


def test_supply_shows_terms_and_what_the_record_says_of_the_lead_time(client: Client) -> None:
    text = read(client.get(page("item-site-supply"))).text
    assert "ALPHA Supplier ALPHA ordered here CUP-S 2.40 EUR 1 6 14 days" in text
    assert pending("CUP").reason["lead_time"]["sentence"] in text


def test_an_open_page_hears_of_a_movement_of_its_own_and_of_nothing_else(client: Client) -> None:
    [now] = [attributes for tag, attributes in read(client.get(page())).found if attributes.get("id") == "now"]
    address = now["hx-get"] or ""
    assert f"live-stock:{Item.objects.get(sku='CUP').pk} from:body" in (now["hx-trigger"] or "")
    line = Line(sku="PLATE", source="DIFFERENCES", target="SHOP", quantity=Decimal(3))
    ledger.post([PostingRequest("plates", Kind.ADJUSTMENT, [line])], actor=ACTOR)
    assert client.get(address).status_code == 204
    line = Line(sku="CUP", source="DIFFERENCES", target="SHOP", quantity=Decimal(3))
    ledger.post([PostingRequest("cups", Kind.ADJUSTMENT, [line])], actor=ACTOR)
    answer = client.get(address)
    assert "Usable 7" in read(answer).text
    assert answer.headers["HX-Trigger"] == "item-site-moved"


def test_stock_and_movements_are_told_as_of_a_past_day_and_plainly_marked(client: Client) -> None:
    past_on = TODAY - timedelta(days=6)
    text = read(client.get(page(), {"on": past_on.isoformat()})).text
    assert "Stock and movements as of the close of 24 Feb 2026." in text
    assert "SHOP \u2013 released 56" in text
    assert "Stock until now" not in text
    rows = client.get(page("item-site-movement-rows"), {"on": past_on.isoformat()}).json()
    assert rows["count"] < client.get(page("item-site-movement-rows")).json()["count"]


def test_movements_come_as_a_grid_and_in_pages(client: Client) -> None:
    lines = [Line(sku="CUP", source="DIFFERENCES", target="SHOP", quantity=Decimal(1)) for _ in range(31)]
    ledger.post([PostingRequest(f"one:{n}", Kind.ADJUSTMENT, [line]) for n, line in enumerate(lines)], actor=ACTOR)
    assert "1 to 30 of 46" in read(client.get(page("item-site-movements"))).text
    assert "31 to 46 of 46" in read(client.get(page("item-site-movements"), {"page": 2})).text
    answer = client.get(page("item-site-movement-rows"), {"size": 10}).json()
    assert (len(answer["rows"]), answer["last_page"], answer["count"]) == (10, 5, 46)
    issue = next(row for row in client.get(page("item-site-movement-rows")).json()["rows"] if row["kind"] == "issue")
    assert (issue["quantity"], issue["source"], issue["target"]) == (-56, "SHOP", "CUSTOMERS")


def test_one_item_site_is_told_what_the_plan_of_all_was_told(client: Client) -> None:
    for sku in ("CUP", "PLATE"):
        proposal = pending(sku)
        beside = ("terms", "lead_time", "on_order", "not_counted_because_late", "in_quarantine", "transfers")
        kept = {k: v for k, v in proposal.reason.items() if k not in beside}
        told = fan(proposal.item_site, TODAY).reason
        assert {name: told[name] for name in kept} == kept


def test_an_item_that_cannot_be_planned_says_why_and_shows_the_past_alone(client: Client) -> None:
    ItemSite.objects.update(holding_rate=0)
    found = read(client.get(page("item-site-fan")))
    assert "It cannot be planned: Its holding rate is zero" in found.text
    assert series(outlook_chart(fan(cup(), TODAY))["option"], "Projected (P50)").count(None) > 0
    assert "It cannot be planned" in read(client.post(page("item-site-policy"), {"do": "preview"})).text


def test_who_may_only_look_sees_no_forms_and_cannot_send_them(client: Client) -> None:
    viewer = Client()
    viewer.force_login(User.objects.create(username="eve", roles=[Role.VIEWER]))
    for name in ("item-site-known", "item-site-policy", "item-site-comments"):
        assert "Keep it" not in viewer.get(page(name)).content.decode()
        assert viewer.post(page(name), {"do": "keep"}).status_code == 403


def test_an_item_site_that_does_not_exist_is_not_found(client: Client) -> None:
    for name in ("item-site", "item-site-fan", "item-site-known", "item-site-movement-rows"):
        assert client.get(reverse(f"web:{name}", args=[999_999])).status_code == 404
