"""The ledger by command: closing, as of, value, late costs, lots, picking, other units."""

from __future__ import annotations

import json
from contextlib import nullcontext

import pytest
from click.testing import CliRunner, Result

from ownstock.catalog.models import Item, ItemUnit
from ownstock.ledger.models import Balance, Lot
from ownstock.site.embedded.databases import Credentials
from ownstock.site.entry import cli
from tests.factories import opening, small_business
from tests.seal_cases import as_owner, seal_all


@pytest.fixture(autouse=True)
def _business(committed_db: Credentials) -> None:
    small_business()
    opening("CUP", 10)


def run(*words: object) -> Result:
    return CliRunner(catch_exceptions=False).invoke(cli, [str(word) for word in words], obj=nullcontext)


def answer(*words: object) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


def receive(lot: str, quantity: int = 10) -> None:
    answer(
        "post", "--key", f"r:{lot}", "--kind", "receipt", "--sku", "PLATE", "--quantity", quantity, "--lot", lot, "--source",
        "SUPPLIERS", "--target", "SHOP", "--target-status", "quarantine", "--actor", "user:rita",
    )  # fmt: skip


def test_a_period_is_closed_and_what_was_on_hand_is_found_from_it() -> None:
    assert "SHOP" in answer("ledger", "close", "2026-01-01")
    assert "has not begun" in run("ledger", "close", "2199-01-01").output
    assert answer("ledger", "as-of", "2025-12-31T00:00:00Z") == "Nothing was on hand.\n"
    rows = json.loads(answer("ledger", "as-of", "2199-01-01T00:00:00Z", "--sku", "CUP", "--json"))
    assert [(row["location"], row["on_hand"]) for row in rows] == [("SHOP", "10")]


def test_value_is_told_with_late_costs_in_it() -> None:
    assert answer("ledger", "value") == "25 EUR\n"
    late = ("ledger", "add-cost", "opening:CUP", "1", "5", "--reason", "landed_cost", "--key", "f1")
    assert answer(*late) == "5 is added to opening:CUP, line 1.\n"
    assert answer(*late) == "5 is added to opening:CUP, line 1.\n"
    assert answer("ledger", "value", "--sku", "CUP") == "30 EUR\n"
    assert run("ledger", "add-cost", "none", "1", "5", "--reason", "landed_cost", "--key", "f2").exit_code == 1


def test_goods_are_described_released_held_and_picked() -> None:
    Item.objects.filter(sku="PLATE").update(tracking="lot", receiving_status="quarantine")
    receive("A")
    answer("lot", "describe", "PLATE", "A", "--expires-on", "2199-01-01")
    assert "2199-01-01" in answer("lot", "list", "PLATE")
    by_rita = run(
        "lot", "release", "PLATE", "SHOP", "--lot", "A", "--reason", "ok", "--key", "q1", "--actor", "user:rita"
    )
    assert (by_rita.exit_code, "somebody else must release it" in by_rita.output) == (1, True)
    release = ("lot", "release", "PLATE", "SHOP", "--lot", "A", "--reason", "assay", "--key", "q1", "--actor", "user:q")
    assert answer(*release) == "PLATE lot A at SHOP is released.\n"
    assert answer(*release).endswith("That was done before.\n")
    answer("lot", "hold", "PLATE", "SHOP", "--lot", "A", "--quantity", "4", "--reason", "complaint", "--key", "q2")
    assert "A" in answer("pick", "PLATE", "SHOP", "6", "--target", "CUSTOMERS", "--key", "p1")
    assert run("pick", "PLATE", "SHOP", "1", "--target", "CUSTOMERS", "--key", "p2").output.startswith(
        "Only 0 of PLATE"
    )
    assert Balance.objects.get(item__sku="PLATE", on_hand__gt=0).status == "on_hold"
    assert Lot.objects.get().code == "A"


def test_a_pick_is_suggested_without_posting_and_a_named_lot_needs_its_reason() -> None:
    for lot, expires_on in (("EARLY", "2199-01-31"), ("LATE", "2199-12-31")):
        receive(lot)
        answer("lot", "describe", "PLATE", lot, "--expires-on", expires_on)
        quality = ["--reason", "fine", "--key", f"ok:{lot}", "--actor", "user:quinn"]
        answer("lot", "release", "PLATE", "SHOP", "--lot", lot, *quality)
    assert answer("pick", "PLATE", "SHOP", 3, "--suggest").split()[-3:] == ["SHOP", "EARLY", "3"]
    assert "--suggest" in run("pick", "PLATE", "SHOP", 3).stderr
    late = ["pick", "PLATE", "SHOP", 3, "--target", "CUSTOMERS", "--key", "p", "--lot", "LATE"]
    assert "say why they are left behind" in run(*late).stderr
    assert answer(*late, "--reason", "the customer asked").split()[-3:] == ["SHOP", "LATE", "3"]


def test_the_trail_shows_what_was_before_and_after() -> None:
    receive("A")
    answer("lot", "describe", "PLATE", "A", "--expires-on", "2199-01-31")
    told = answer("audit", "trail", "lot:PLATE/A")
    assert "expires_on: none" in told
    assert "expires_on: 2199-01-31" in told


def test_another_unit_is_converted_exactly_or_refused() -> None:
    ItemUnit.objects.create(item=Item.objects.get(sku="CUP"), unit="box", units_numerator=12)
    ItemUnit.objects.create(item=Item.objects.get(sku="CUP"), unit="third", units_numerator=1, units_denominator=3)
    words = ("post", "--kind", "receipt", "--sku", "CUP", "--source", "SUPPLIERS", "--target", "SHOP")
    answer(*words, "--key", "b1", "--quantity", "2", "--unit", "box")
    assert Balance.objects.get().on_hand == 34
    answer(*words, "--key", "b2", "--quantity", "6", "--unit", "third")
    assert Balance.objects.get().on_hand == 36
    assert (
        "is no exact number of stock units" in run(*words, "--key", "b3", "--quantity", "1", "--unit", "third").output
    )
    assert "no unit pallet" in run(*words, "--key", "b4", "--quantity", "1", "--unit", "pallet").output


def test_a_posting_that_the_owner_deleted_whole_is_named_by_its_seal(committed_db: Credentials) -> None:
    sold = ("post", "--key", "s1", "--kind", "issue", "--sku", "CUP", "--quantity", 3)
    answer(*sold, "--source", "SHOP", "--target", "CUSTOMERS")
    seal_all()
    assert answer("ledger", "verify") == "The ledger is as it was posted.\n"
    with as_owner(committed_db) as owner:
        owner.execute("DELETE FROM ledger_movement WHERE posting_id = (SELECT id FROM ledger_posting WHERE key = 's1')")
        owner.execute("DELETE FROM ledger_posting WHERE key = 's1'")
        owner.execute("UPDATE ledger_balance SET on_hand = 10")
    found = run("ledger", "verify")
    assert found.exit_code == 1
    assert "was deleted" in found.output
