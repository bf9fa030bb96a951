"""The calendar and the overrides of all items: by page, by file and by program."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ownstock.access import actions as access
from ownstock.access.rules import Scope
from ownstock.base.errors import Refused
from ownstock.catalog.models import ItemSite
from ownstock.demand.actions.calendar import enter_events
from ownstock.demand.calendar_imports import import_events
from ownstock.demand.models import DemandEvent
from ownstock.demand.queries.calendar import events
from ownstock.demand.rules.calendar import EventEntry
from ownstock.planning.actions.overrides import OverrideEntry, end_override, override
from ownstock.planning.models import OverrideEffect, OverrideValue, PlanningRun
from ownstock.planning.rules.overrides import OverrideKind, ReasonCode
from tests.factories import ACTOR, TODAY
from tests.web_cases import planned_shop, read, signed_in

pytestmark = pytest.mark.django_db
HEAD = "name,from_on,until_on,factor,skus,categories,sites,reason\n"
WEEK = timedelta(days=7)


@pytest.fixture
def client() -> Client:
    planned_shop()
    return signed_in()


def test_the_calendar_lists_events_by_week_and_suggests_what_earlier_ones_did(client: Client) -> None:
    enter_events([EventEntry("Fair", TODAY - 5 * WEEK, TODAY - 5 * WEEK + timedelta(days=6), ["CUP"])], actor=ACTOR)
    said = {"name": "fair", "from_on": TODAY + WEEK, "until_on": TODAY + WEEK + timedelta(days=6), "skus": "CUP, PLATE"}
    looked = read(client.post(reverse("web:calendar"), {**said, "do": "suggest"})).text
    assert "Earlier ones suggest a factor of" in looked
    assert DemandEvent.objects.count() == 1
    assert client.post(reverse("web:calendar"), {**said, "factor": "1.5", "do": "keep"}).status_code == 302
    text = read(client.get(reverse("web:calendar"))).text
    assert "Week of 9 Mar 2026" in text
    assert "CUP, PLATE" in text
    assert "1.5" in text
    assert "Week of 26 Jan 2026" in read(client.get(reverse("web:calendar") + "?past")).text
    refused = client.post(reverse("web:calendar"), {**said, "skus": "VASE", "do": "keep"})
    assert (refused.status_code, "there is no item" in read(refused).text) == (422, True)


def test_an_event_is_said_anew_and_called_off_on_its_page(client: Client) -> None:
    [one] = enter_events([EventEntry("Fair", TODAY, TODAY + WEEK)], actor=ACTOR)
    address = reverse("web:event", args=[one.number])
    said = {"name": "Fair", "from_on": TODAY, "until_on": TODAY + WEEK, "factor": "3", "reason": "As last year"}
    assert client.post(address, said).status_code == 302
    assert events().get().factor == 3
    assert client.post(address, {"do": "cancel", "reason": ""}).status_code == 422
    assert client.post(address, {"do": "cancel", "reason": "Rain"}).status_code == 302
    assert not events().exists()
    assert "called off" in read(client.get(address)).text


def test_a_file_of_events_is_taken_once_and_a_faulty_one_is_refused_by_row(client: Client, tmp_path: Path) -> None:
    def sent(text: str) -> str:
        file = SimpleUploadedFile("events.csv", (HEAD + text).encode(), "text/csv")
        return read(client.post(reverse("web:calendar-import"), {"file": file}, follow=True)).text

    good = "Fair,2026-03-09,2026-03-15,1.5,CUP;PLATE,,SHOP,x\nClosed,2026-04-06,2026-04-07,,,,,\n"
    assert "2 events are kept; 0 stood already." in sent(good)
    assert "0 events are kept; 2 stood already." in sent(good)
    assert events().first().skus == ["CUP", "PLATE"]
    told = sent("Fair,2026-03-09,2026-03-01,1.5,,,,x\nFair,2026-03-09,2026-03-15,2,VASE,,,x\n")
    assert "before it begins" in told
    assert "There is no item VASE" in told
    path = tmp_path / "events.csv"
    path.write_text(HEAD + "Fair,2026-05-04,2026-05-10,0,,,,\n", encoding="utf-8")
    with pytest.raises(Refused):
        import_events(path, actor=ACTOR)
    assert events().count() == 2


def test_the_grid_of_overrides_tells_who_knew_what_until_when_and_what_it_was_worth(client: Client) -> None:
    def entry(sku: str, until: int) -> OverrideEntry:
        span = TODAY, TODAY + timedelta(days=until)
        return OverrideEntry(sku, "SHOP", OverrideKind.DEMAND_TIMES, Decimal(2), *span, ReasonCode.PROJECT, "School")

    first, second = override([entry("CUP", 20), entry("PLATE", 30)], actor="user:anna")
    effect = OverrideEffect.objects.create(
        override=first, run=PlanningRun.objects.get(), planned_on=TODAY, quantity_with=10, quantity_without=4,
        lead_time_days=14, review_period_days=7, terms={},
    )  # fmt: skip
    OverrideValue.objects.create(
        effect=effect, demand_before=0, demand_within=0, cost_with=10, cost_without=22, value=12
    )
    end_override(second.number, on=TODAY, actor="user:ben", because="Shut")
    [row] = client.get(reverse("web:override-rows"), {"filter.sku": "cu"}).json()["rows"]
    assert (row["number"], row["actor"], row["saved"]) == (first.number, "anna", 12.0)
    assert row["reason"] == "Project: School"
    [gone] = client.get(reverse("web:override-rows") + "?over").json()["rows"]
    assert (gone["number"], gone["actor"]) == (second.number, "anna")
    text = read(client.get(reverse("web:overrides"))).text
    assert "anna 1 1 0 +12.00" in text
    assert "Project 1 1 0 +12.00" in text
    assert client.post(reverse("web:overrides-end"), {"override": [first.pk], "reason": ""}).status_code == 422
    assert client.post(reverse("web:overrides-end"), {"override": [first.pk], "reason": "Shut"}).status_code == 302
    assert client.get(reverse("web:override-rows")).json()["count"] == 0
    known = read(client.get(reverse("web:item-site-known", args=[first.item_site_id]))).text
    assert "saved +12.00 EUR" in known


def test_a_program_says_what_becomes_of_items_and_tries_and_adopts_settings() -> None:
    planned_shop()
    token = access.create_api_key("the planner", scopes=[Scope.PLANNING_READ, Scope.PLANNING_WRITE], actor=ACTOR)
    client = Client(headers={"Authorization": f"Bearer {token}"})

    def sent(address: str, **body: object) -> dict[str, Any]:
        answer = client.post(f"/api/{address}", body, "application/json")
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    step = sent("lifecycle-steps", kind="ends", sku="CUP", site="SHOP", ends_on="2026-06-01", reason="Old")
    assert client.get("/api/lifecycle-steps").json()["rows"] == [step]
    sent(f"lifecycle-steps/{step['number']}/cancellations", reason="Kept")
    assert client.get("/api/lifecycle-steps").json()["rows"] == []
    span = {"from_on": "2026-03-02", "until_on": "2026-04-30"}
    tried = sent("override-previews", sku="CUP", site="SHOP", kind="demand_times", value="2", **span)
    assert tried["is_heard"]
    assert tried["units"] == tried["after"]["quantity"] - tried["before"]["quantity"] > 0
    found = sent("policy-previews", sku="CUP", site="SHOP", shortage_cost="90", order_cost=5)
    assert found["after"]["fill_rate"] >= found["before"]["fill_rate"]
    adopt = {"sku": "CUP", "site": "SHOP", "shortage_cost": "90", "reason": "Service"}
    assert sent("policy-adoptions", **adopt) == {"changed": 1}
    assert sent("policy-adoptions", **adopt) == {"changed": 0}
    assert ItemSite.objects.get(item__sku="CUP").shortage_cost == 90
    unknown = client.post("/api/policy-previews", {"sku": "VASE", "site": "SHOP"}, "application/json")
    assert (unknown.status_code, "VASE is not planned at SHOP" in unknown.json()["detail"]) == (422, True)
