"""How far we are with what we promised to buy and with rebates, and the warning before less is bought."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from ownstock.access.actions import create_api_key
from ownstock.access.rules import Scope
from ownstock.catalog import actions as catalog
from ownstock.catalog.models import Item, VolumeCommitment
from ownstock.catalog.rules import CommitmentOutlook
from ownstock.journal.models import Alert
from ownstock.planning.queries import business_day
from ownstock.purchasing import actions
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.queries.commitments import (
    CommitmentStanding,
    Purchases,
    commitment_standings,
    rebate_standing,
)
from ownstock.site.entry import cli
from tests.factories import ACTOR, TODAY, small_business
from tests.purchasing_cases import WANTED, came, invoiced, placed_order
from tests.web_cases import read, signed_in

pytestmark = pytest.mark.django_db
LATER = TODAY + timedelta(days=100)


@pytest.fixture
def order() -> PurchaseOrder:
    """24 cups and 24 plates at 2.40; 12 cups came and were invoiced at 2.50."""
    shop = small_business()
    Item.objects.filter(sku="CUP").update(category="china")
    order = placed_order(shop, "CUP", "PLATE")
    came(order, 12, key="r1")
    invoiced(order, (12, "2.50"))
    return order


def promise(order: PurchaseOrder, *, until: date = LATER, **said: Any) -> VolumeCommitment:
    return VolumeCommitment.objects.create(supplier=order.supplier, valid_from=TODAY, valid_to=until, **said)


def standing(order: PurchaseOrder, on: date = WANTED) -> CommitmentStanding:
    [found] = commitment_standings(order.supplier, on)
    return found


def bought(*figures: int | str) -> Purchases:
    return Purchases(*(Decimal(figure) for figure in figures))


def test_units_are_told_as_ordered_received_invoiced_and_coming(order: PurchaseOrder) -> None:
    promise(order, item=Item.objects.get(sku="CUP"), quantity=48)
    assert standing(order).bought == bought(24, 12, 12, 12)
    assert (standing(order).pace.reached, standing(order).pace.percent) == (12, 25)


def test_money_counts_as_it_is_invoiced(order: PurchaseOrder) -> None:
    promise(order, amount=200, currency="EUR")
    assert standing(order).bought == bought("115.20", "28.80", "30.00", "86.40")
    assert standing(order).pace.reached == 30


def test_a_commitment_of_a_category_leaves_other_items_out(order: PurchaseOrder) -> None:
    promise(order, category="china", quantity=48)
    assert standing(order).bought.ordered == 24


def test_what_is_cancelled_taken_back_or_of_another_span_does_not_count(order: PurchaseOrder) -> None:
    promise(order, quantity=48)
    actions.cancel(order.number, reason="enough", actor=ACTOR)
    actions.take_back("r1", new_key="r1-back", reason="wrong goods", actor=ACTOR)
    actions.cancel_invoice("ALPHA", "INV-1", reason="wrong", actor=ACTOR)
    assert standing(order).bought.received == standing(order).bought.invoiced == 0
    VolumeCommitment.objects.update(valid_from=TODAY - timedelta(days=50), valid_to=TODAY - timedelta(days=1))
    assert commitment_standings(order.supplier, WANTED) == []
    assert standing(order, TODAY - timedelta(days=1)).bought.ordered == 0


def test_what_is_due_after_the_last_day_does_not_keep_it(order: PurchaseOrder) -> None:
    promise(order, item=Item.objects.get(sku="CUP"), quantity=24, until=WANTED + timedelta(days=1))
    assert standing(order).pace.outlook is CommitmentOutlook.ON_TRACK
    VolumeCommitment.objects.update(valid_to=WANTED - timedelta(days=1))
    assert standing(order, WANTED - timedelta(days=1)).bought.coming == 0


def test_people_are_warned_in_time_once_and_until_it_is_kept(order: PurchaseOrder) -> None:
    promise(order, item=Item.objects.get(sku="CUP"), quantity=480)
    catalog.set_supplier_rules(commitment_warning_days=80, actor=ACTOR)
    assert actions.warn_of_commitments(WANTED) == 0
    day = LATER - timedelta(days=80)
    assert [actions.warn_of_commitments(day), actions.warn_of_commitments(day)] == [1, 1]
    alert = Alert.objects.get(kind="commitment")
    assert alert.sentence.startswith(
        f"ALPHA was promised 480 each of CUP until {LATER}; 12 are reached, and at this rate"
    )
    assert alert.facts["days_left"] == 80
    VolumeCommitment.objects.update(quantity=12)
    assert actions.warn_of_commitments(day) == 0
    assert Alert.objects.get(kind="commitment").cleared_at is not None


def test_a_rebate_is_earned_by_what_came_and_by_what_was_invoiced(order: PurchaseOrder) -> None:
    terms = {"valid_from": TODAY, "valid_to": LATER, "rebate_tiers": [[29, 1], [100, 3]]}
    agreed = catalog.keep_agreement("ALPHA", "F-1", terms, actor=ACTOR)
    found = rebate_standing(agreed, WANTED)
    assert found is not None
    assert (found.on_received.turnover, found.on_received.earned, found.on_received.next_from) == (
        Decimal("28.80"), Decimal("0.00"), 29,
    )  # fmt: skip
    assert (found.on_invoiced.turnover, found.on_invoiced.earned, found.on_invoiced.next_from) == (
        30, Decimal("0.30"), 100,
    )  # fmt: skip
    # 15 of 101 days are gone.
    assert found.on_invoiced.expected_turnover == 202
    assert found.on_invoiced.expected == Decimal("6.06")


def test_both_are_told_by_command(order: PurchaseOrder) -> None:
    promise(order, quantity=480)
    catalog.keep_agreement("ALPHA", "F-1", {"valid_from": TODAY, "rebate_tiers": [[10, 1]]}, actor=ACTOR)

    def told(*words: str) -> Any:
        result = CliRunner(catch_exceptions=False).invoke(cli, ["supplier", *words, "--json"], obj=nullcontext)
        return json.loads(result.output)

    [commitment] = told("commitments", "ALPHA", "--on", str(WANTED))
    assert (commitment["for"], commitment["outlook"]) == ("everything", "behind")
    received, by_invoice = told("rebate", "ALPHA", "--on", str(WANTED))
    assert (received["by"], Decimal(by_invoice["earned"])) == ("received", Decimal("0.30"))
    assert told("commitments", "BETA") == told("rebate", "BETA") == []


def test_a_program_reads_both(order: PurchaseOrder) -> None:
    promise(order, amount=200, currency="EUR")
    catalog.keep_agreement("ALPHA", "F-1", {"valid_from": TODAY, "rebate_tiers": [[10, 1]]}, actor=ACTOR)
    token = create_api_key("x", scopes=[Scope.SUPPLIERS_READ], actor=ACTOR)
    program = Client(headers={"Authorization": f"Bearer {token}"})
    told = program.get(f"/api/suppliers/ALPHA/progress?on={WANTED}").json()
    assert [(one["scope"], one["unit"], one["outlook"]) for one in told["commitments"]] == [
        ("everything", "EUR", "on_track")
    ]
    assert Decimal(told["rebate"]["on_invoiced"]["earned"]) == Decimal("0.30")


def test_its_page_shows_both(order: PurchaseOrder) -> None:
    promise(order, quantity=4_800, until=business_day() + timedelta(days=100))
    catalog.keep_agreement("ALPHA", "F-1", {"valid_from": TODAY, "rebate_tiers": [[10, 1]]}, actor=ACTOR)
    text = read(signed_in().get("/suppliers/ALPHA")).text
    assert "behind" in text
    assert "0.30 EUR of 30.00 invoiced" in text
