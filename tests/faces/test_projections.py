"""What is projected, by command and by program: the same figures, and every refusal a sentence."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from ownstock.access.actions import create_api_key
from ownstock.access.rules import Scope
from ownstock.catalog.models import ItemSite
from ownstock.planning import actions
from ownstock.planning.models import Proposal
from tests.faces.test_cli import answer
from tests.factories import ACTOR, TODAY, opening, sell_every_week, small_business

pytestmark = pytest.mark.django_db
WEEKLY = [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14]


@pytest.fixture
def proposal() -> Proposal:
    small_business(skus=["CUP"])
    sell_every_week("CUP", WEEKLY)
    opening("CUP", 4, moved_at=datetime(2026, 2, 28, 12, tzinfo=UTC))
    actions.plan(planned_on=TODAY, actor=ACTOR)
    return Proposal.objects.get()


def program(*scopes: Scope) -> Client:
    return Client(headers={"Authorization": f"Bearer {create_api_key('p', scopes=scopes or Scope, actor=ACTOR)}"})


def read(client: Client, path: str) -> Any:
    response = client.get(f"/api/{path}")
    assert response.status_code == 200, response.content
    return response.json()


def test_a_program_judges_sets_and_explains_a_quantity(proposal: Proposal) -> None:
    client, pk = program(), proposal.pk
    seen = read(client, f"proposals/{pk}/version")
    more = int(proposal.quantity) + 12
    one = read(client, f"proposals/{pk}/projection?quantity={more}")
    assert Decimal(one["expected_cost"]) > Decimal(one["proposed_cost"])
    assert len(one["path"]) == 28
    rows = [{"proposal": pk, "quantity": str(more)}]
    [many] = client.post("/api/proposals/projections", {"rows": rows}, content_type="application/json").json()
    assert (many["expected_cost"], many["path"]) == (one["expected_cost"], [])
    said = {"rows": [rows[0] | {"version": seen["version"]}], "reason_code": "price"}
    for status in (200, 409):
        response = client.post("/api/proposals/quantities", said, content_type="application/json")
        assert response.status_code == status, response.content
    assert "changed meanwhile by key:" in response.json()["detail"]
    bars = read(client, f"proposals/{pk}/waterfall")
    assert Decimal(bars[-1]["total"]) == more
    assert bars[-1]["step"] == "edited"
    fan = read(client, f"item-sites/{ItemSite.objects.get().pk}/fan")
    assert Decimal(fan["quantity"]) == more
    assert fan["origins"]["quantity"] == {"kind": "proposal", "key": str(pk)}


def test_a_program_reads_baskets_cash_and_figures(proposal: Proposal) -> None:
    actions.measure(TODAY)
    client = program(Scope.PLANNING_READ)
    [basket] = read(client, "baskets")
    assert Decimal(basket["order_value"]) == proposal.quantity * proposal.price
    assert read(client, "baskets/ALPHA/SHOP")["lines"][0]["proposal"] == proposal.pk
    assert client.get("/api/baskets/GAMMA/SHOP").status_code == 404
    assert sum(Decimal(week["proposed"]) for week in read(client, "cash")) == proposal.quantity * proposal.price
    assert len(read(client, "cash/months?months=3")) == 3
    [site] = read(client, "kpis/health?by=site")
    assert (site["group"], site["item_sites"]) == ("SHOP", 1)
    assert read(client, "kpis/formulas")["turns"]["version"] == 1
    assert read(client, "kpis/classes")[0]["item_sites"] == 1
    [trend] = read(client, "kpis/movements?since=2026-02-03&until=2026-03-02")
    assert Decimal(trend["issued_units"]) == sum(WEEKLY[-4:])
    assert client.get("/api/kpis/health?by=colour").status_code == 422
    assert client.post("/api/proposals/quantities", {}, content_type="application/json").status_code == 403
    body = {"month": "2026-05-14", "amount": "100"}
    assert program().post("/api/cash/budgets", body, content_type="application/json").status_code == 200
    assert {month["budget"] for month in read(client, "cash/months")} == {None, "100.0000"}


def test_a_person_does_the_same_by_command(proposal: Proposal) -> None:
    more = int(proposal.quantity) + 12
    told = answer("edit", proposal.pk, more, "--reason-code", "minimum", "--actor", "anna").stdout
    assert told.startswith(f"Proposal {proposal.pk}: {more} instead of {proposal.quantity:.0f}; expected cost +")
    [basket] = json.loads(answer("baskets", "--json").stdout)
    assert Decimal(basket["order_value"]) == more * proposal.price
    weeks = json.loads(answer("cash", "--ahead", "--budget", "50", "--month", "2026-05-01", "--json").stdout)
    assert sum(Decimal(week["proposed"]) for week in weeks) == more * proposal.price
    assert any(Decimal(week["planned"]) for week in weeks)
    [health] = json.loads(answer("health", "--measure", "--on", str(TODAY), "--json").stdout)
    assert Decimal(health["on_hand_value"]) == 10
    [moved] = json.loads(answer("monitor", "--json").stdout)
    assert Decimal(moved["issued_units"]) == sum(WEEKLY[-4:])
