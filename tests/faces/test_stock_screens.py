"""Monitoring, health and cash as pages: every figure is that of small data reckoned by hand, and leads to what makes it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from ownstock.access.models import User
from ownstock.catalog.models import Agreement, ExchangeRate, ItemSite, Supplier
from ownstock.journal import jobs
from ownstock.journal.models import AuditEvent, JobRun
from ownstock.ledger import actions as ledger
from ownstock.planning import actions
from ownstock.planning.models import CashBudget, ItemSitePlan, PlannedSpend, Proposal
from ownstock.planning.queries.figures import class_policies, trend
from ownstock.planning.queries.moved import moved_today, movements_behind
from ownstock.planning.tasks import look_ahead_of_the_plan
from tests.factories import ACTOR, TODAY, opening, sale, sell_every_week, small_business
from tests.web_cases import read, signed_in

pytestmark = pytest.mark.django_db
# Ten a week, and in the last four weeks twenty.
CUPS = [10] * 8 + [20] * 4
COST, PRICE, LEAD, NET = Decimal("2.5"), Decimal("2.4"), 14, 45


@pytest.fixture(autouse=True)
def _shop() -> None:
    small_business(skus=["CUP", "PLATE", "OLD"])
    sell_every_week("CUP", CUPS)
    opening("CUP", 40, moved_at=at(-10))
    sell_every_week("PLATE", [30, 0, 0] * 4)
    opening("OLD", 100, moved_at=at(-300))
    Agreement.objects.create(
        supplier=Supplier.objects.get(code="ALPHA"),
        code="A1",
        valid_from=date(2020, 1, 1),
        currency="EUR",
        net_days=NET,
    )
    actions.plan(planned_on=TODAY, actor=ACTOR)
    actions.measure(TODAY)


def at(days: int) -> datetime:
    return datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC) + timedelta(days=days)


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, response.content
    return read(response).text


def rows(client: Client, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(path).json()["rows"]
    return found


def test_monitoring_sets_days_beside_others_and_every_number_opens_its_movements() -> None:
    client = signed_in()
    told = text(client, "/monitoring?by=supplier")
    # 4 x 20 cups beside 4 x 10; the plates 30 in one week of the span and 60 in two of the other.
    alpha, beta = 80 * COST, 30 * COST
    assert f"ALPHA {40 * COST + 100 * COST:.0f}" in told
    assert f"{alpha:.0f} 100.0" in told.replace("\u202f", " ")
    assert f"{alpha + beta:.0f} " in told
    page = client.get("/monitoring?by=supplier").content.decode()
    link = "/monitoring/movements?supplier=ALPHA&amp;preset=4w"
    assert link in page
    behind = movements_behind(TODAY - timedelta(days=27), TODAY, only={"supplier": "ALPHA"}, flow="issued")
    assert [line.issued for line in behind] == [20] * 4
    assert sum(line.issued for line in movements_behind(TODAY - timedelta(days=27), TODAY)) * COST == alpha + beta
    told = text(client, "/monitoring/movements?supplier=ALPHA&preset=4w&flow=issued")
    assert told.count("CUP Cup") == 4
    assert "PLATE" not in told
    [cup] = [row for row in rows(client, "/monitoring/items/rows?filter.sku=cup") if row["sku"] == "CUP"]
    assert (cup["issued"], cup["trend"], cup["on_hand"]) == (80, 100, 40)
    other = text(
        client, f"/monitoring?since={TODAY - timedelta(days=6)}&until={TODAY}&against={TODAY - timedelta(days=55)}"
    )
    assert "100.0" in other
    assert client.get("/monitoring?by=colour&since=x&page=y&preset=z").status_code == 200


def test_what_is_posted_today_stands_in_todays_part_and_only_that() -> None:
    assert moved_today() == []
    ledger.post([sale("CUP", 4, key="now"), sale("CUP", 2, key="late", moved_at=at(0))], actor=ACTOR)
    [shop] = moved_today()
    assert (shop.group, shop.movements, shop.issued_units, shop.issued_value, shop.stock_change) == (
        "SHOP",
        1,
        4,
        10,
        -10,
    )
    [alpha] = moved_today("supplier")
    assert alpha.group == "ALPHA"
    told = text(signed_in(), "/monitoring/today")
    assert "SHOP 1 4 10.00" in told


def test_health_tells_each_figure_with_its_formula_and_the_item_sites_behind_it() -> None:
    client = signed_in()
    told = text(client, "/stock-health")
    assert f"Stock value {140 * COST:.0f}" in told
    assert f"Dead stock {100 * COST:.0f}" in told
    assert "Availability 50.0" in told
    levels = ItemSitePlan.objects.values_list("item_site__item__sku", "order_up_to_level")
    on_hand = {"CUP": 40, "PLATE": 0, "OLD": 100}
    excess = sum(max(on_hand[sku] - level, Decimal(0)) * COST for sku, level in levels if level is not None)
    assert excess > 0
    assert f"Excess {excess:.0f}" in told
    dead = text(client, "/stock-health/dead")
    assert "where nothing was issued in 180 days version 1" in dead
    assert [row["sku"] for row in rows(client, "/stock-health/dead/rows")] == ["OLD"]
    assert [row["sku"] for row in rows(client, "/stock-health/availability/rows")] == ["PLATE"]
    ranked = [row["sku"] for row in rows(client, "/stock-health/on_hand_value/rows?sort=on_hand")]
    assert ranked == ["PLATE", "CUP", "OLD"]
    written = client.get("/stock-health/dead/file.csv").getvalue().decode().splitlines()
    assert written[0].startswith("item,description,site")
    assert [line.split(",")[0] for line in written[1:]] == ["OLD"]
    for name in ("excess", "days_of_cover", "fill_rate", "turns", "record_accuracy"):
        assert client.get(f"/stock-health/{name}").status_code == 200
    assert client.get("/stock-health/luck").status_code == 404
    days = trend(TODAY)
    assert days["on_hand_value"][-1] == (TODAY, float(140 * COST))
    assert days["availability"][-1][1] == 0.5
    assert days["availability"][-2][1] is None


def test_a_cell_tells_its_policy_previews_a_change_and_takes_it_over_with_its_reason() -> None:
    client = signed_in()
    cells = {(cell.abc_class, cell.xyz_class): cell for cell in class_policies()}
    [key] = [key for key in cells if key[1] in ("Y", "Z")][:1] or [next(iter(cells))]
    cell = cells[key]
    assert (cell.shortage_times, cell.review_days) == ((Decimal("1.2"), Decimal("1.2")), (7, 7))
    path = f"/stock-health/policy?abc_class={key[0]}&xyz_class={key[1]}"
    assert "1.20" in text(client, "/stock-health")
    before = dict(ItemSite.objects.values_list("pk", "shortage_cost"))
    told = text(client, f"{path}&try=1&shortage_cost=60")
    assert "Inventory value" in told
    assert dict(ItemSite.objects.values_list("pk", "shortage_cost")) == before
    assert "Fill in what is to change" in text(client, f"{path}&try=1")
    refused = client.post(path, {"shortage_cost": "60"})
    assert refused.status_code == 422
    assert client.post(path, {"shortage_cost": "60", "reason": "Service"}).status_code == 302
    assert ItemSite.objects.filter(shortage_cost=60).count() == cell.item_sites
    assert AuditEvent.objects.filter(verb="catalog.planning_settings_set", reason="Service").count() == cell.item_sites


def test_cash_tells_each_week_by_its_terms_and_leads_to_the_lines() -> None:
    client = signed_in()
    cup = Proposal.objects.get(item_site__item__sku="CUP")
    due_on = cup.requested_on + timedelta(days=NET)
    week = due_on - timedelta(days=due_on.weekday())
    told = text(client, "/cash")
    assert f"{cup.quantity * PRICE:,.0f}" in told
    lines = text(client, f"/cash/lines?week={week}&kind=proposed")
    assert f"CUP Proposed ALPHA {cup.quantity * PRICE:,.2f} EUR" in lines
    assert f" {NET} {due_on:%-d %b %Y}" in lines
    [order] = actions.approve([cup.pk], actor=ACTOR)
    lines = text(client, f"/cash/lines?week={week}")
    assert f"{order.number} CUP Ordered ALPHA" in lines
    assert "not agreed" in text(client, "/cash/lines?supplier=BETA")
    assert client.get("/cash/lines?week=soon&kind=none&page=x").status_code == 200


def test_a_month_over_its_budget_is_cut_from_the_page_with_the_reason() -> None:
    client = signed_in()
    cup = Proposal.objects.get(item_site__item__sku="CUP")
    month = (cup.requested_on + timedelta(days=NET)).replace(day=1)
    client.post("/cash/budget", {"month": month, "amount": "10"})
    assert CashBudget.objects.get().amount == 10
    told = text(client, "/cash")
    assert "over by" in told
    assert f"What is cut first in {month:%B %Y}" in told
    assert client.post("/cash/cut", {"month": month, "proposal": [cup.pk]}).status_code == 302
    cup.refresh_from_db()
    assert (cup.state, cup.decided_because) == ("rejected", f"budget: {month:%B %Y} has 10.00")
    assert client.post("/cash/cut", {"month": month, "proposal": [cup.pk]}).status_code == 409
    client.post("/cash/budget", {"month": month, "amount": ""})
    assert not CashBudget.objects.exists()
    assert client.post("/cash/cut", {"month": month, "proposal": [cup.pk]}).status_code == 422


def test_a_rate_that_is_missing_is_entered_on_the_page_by_those_who_set_limits() -> None:
    client, buyer = Client(), Client()
    for browser, role in ((client, "finance"), (buyer, "buyer")):
        browser.force_login(User.objects.create(username=role, roles=[role]))
    said = {"currency": "usd", "rate": "0.92", "valid_from": TODAY.isoformat()}
    assert client.post("/cash/rate", {**said, "rate": "much"}).status_code == 302
    assert not ExchangeRate.objects.exists()
    told = read(client.get("/cash?currency=USD&valid_from=2026-01-05"))
    assert "A rate is a number above 0" in told.text
    asked = {box["name"]: box.get("value") for _, box in told.found if (box.get("id") or "").startswith("rate-")}
    assert asked == {"currency": "USD", "rate": None, "valid_from": "2026-01-05"}
    client.post("/cash/rate", said)
    assert ExchangeRate.objects.get(currency="USD", valid_from=TODAY).rate == Decimal("0.92")
    assert client.post("/cash/rate", {**said, "currency": "EUR"}).status_code == 422
    assert buyer.post("/cash/rate", said).status_code == 403
    assert "Enter an exchange rate" not in text(buyer, "/cash")


def test_looking_ahead_is_asked_for_on_the_page_and_done_by_the_worker_with_progress() -> None:
    client = signed_in()
    assert "nobody looked ahead" in text(client, "/cash")
    for _ in range(2):
        assert client.post("/cash/look-ahead").status_code == 302
    run = jobs.begin("look_ahead", task="ownstock.look_ahead")
    jobs.note_progress(run.pk, "planned orders", 1, 3)
    told = client.get("/cash/progress").content.decode()
    assert "planned orders 1 / 3" in told
    assert "A run that falls silent is begun again by itself." in told
    assert 'hx-trigger="every 2s"' in told
    jobs.fail(run, "Nothing.")
    look_ahead_of_the_plan(0)
    assert PlannedSpend.objects.exists()
    done = JobRun.objects.get(job="look_ahead")
    assert done.state == "done"
    told = text(client, "/cash/progress")
    assert f"As of the plan of {TODAY:%-d %b %Y}" in told
