"""Value follows the goods: by average and first in first out, whatever comes late, and what was taken back is as if never."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item
from ownstock.ledger import actions, queries
from ownstock.ledger.models import Valuation, ValuationEntry
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.ledger.rules.late_costs import LateCost
from ownstock.site.embedded.databases import Credentials
from tests.factories import ACTOR, opening, sale, small_business

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _business(committed_db: Credentials) -> None:
    small_business()


def receipt(key: str, quantity: int, cost: str, *, day: int) -> None:
    moved_at = NOON + timedelta(days=day)
    line = Line("CUP", "SUPPLIERS", "SHOP", Decimal(quantity), unit_cost=Decimal(cost), moved_at=moved_at)
    actions.post([PostingRequest(key, Kind.RECEIPT, [line])], actor=ACTOR)


def issue(key: str, quantity: int, *, day: int) -> None:
    actions.post([sale("CUP", quantity, key=key, moved_at=NOON + timedelta(days=day))], actor=ACTOR)


def method(name: str) -> None:
    Item.objects.update(valuation_method=name)


def entries(key: str) -> list[tuple[str, Decimal]]:
    rows = ValuationEntry.objects.filter(posting__key=key).order_by("id")
    return list(rows.values_list("reason", "amount"))


@pytest.mark.parametrize(("name", "left"), [("moving_average", 30), ("fifo", 40), ("standard", 35)])
def test_value_follows_the_goods_by_the_items_own_method(name: str, left: int) -> None:
    method(name)
    receipt("r1", 10, "2", day=0)
    receipt("r2", 10, "4", day=1)
    issue("s1", 10, day=2)
    actions.value(patience_seconds=20)
    assert queries.value_at() == left
    assert queries.value_at(NOON + timedelta(days=1)) == 60


def test_valuing_again_enters_nothing() -> None:
    receipt("r1", 10, "2", day=0)
    issue("s1", 3, day=1)
    assert actions.value(patience_seconds=20) == 2
    assert actions.value(patience_seconds=20) == 0
    ValuationEntry.objects.get(posting__key="s1", amount=-6)


def test_a_receipt_dated_back_changes_what_later_issues_took() -> None:
    method("fifo")
    receipt("r1", 10, "2", day=1)
    issue("s1", 5, day=2)
    actions.value(patience_seconds=20)
    receipt("r0", 5, "1", day=0)
    assert actions.value(patience_seconds=20) == 2
    assert entries("s1") == [("issue", -10), ("revaluation", 5)]
    assert queries.value_at() == 20


def test_an_invoice_that_differs_is_shared_by_what_left_and_what_is_there() -> None:
    receipt("r1", 10, "2", day=0)
    issue("s1", 4, day=1)
    actions.value(patience_seconds=20)
    late = {"reason": LateCost.INVOICE_DIFFERENCE, "reference": "INV 7", "actor": ACTOR}
    actions.add_late_cost("r1", 1, Decimal(5), key="i7", **late)  # type: ignore[arg-type]
    actions.add_late_cost("r1", 1, Decimal(5), key="i7", **late)  # type: ignore[arg-type]
    actions.value(patience_seconds=20)
    assert entries("r1") == [("receipt", 20), ("invoice_difference", 5)]
    assert entries("s1") == [("issue", -8), ("revaluation", -2)]
    assert queries.value_at() == 15


def test_a_late_cost_needs_a_receipt_and_an_amount() -> None:
    receipt("r1", 10, "2", day=0)
    issue("s1", 4, day=1)
    issue("s0", 1, day=1)
    actions.reverse("s0", new_key="s0:back", actor=ACTOR, reason="typed twice")
    for key, line, amount, sentence in (
        ("s1", 1, "5", "brings no goods in"), ("s0:back", 1, "5", "brings no goods in"),
        ("r1", 2, "5", "no movement r1, line 2"), ("x", 1, "5", "no movement x"),
        ("r1", 1, "0", "cannot be added"), ("r1", 1, "0.00001", "four decimals"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=sentence):
            actions.add_late_cost(
                key, line, Decimal(amount), reason=LateCost.LANDED_COST, reference="F 1", key="f1", actor=ACTOR
            )


def test_what_was_taken_back_is_valued_as_if_it_had_never_been() -> None:
    receipt("r1", 10, "2", day=0)
    receipt("wrong", 10, "9", day=1)
    issue("s1", 4, day=2)
    actions.value(patience_seconds=20)
    assert entries("s1") == [("issue", -22)]
    actions.reverse("wrong", new_key="wrong:back", actor=ACTOR, reason="not ours")
    actions.value(patience_seconds=20)
    assert entries("s1") == [("issue", -22), ("revaluation", 14)]
    assert (entries("wrong"), entries("wrong:back")) == ([("receipt", 90)], [("receipt", -90)])
    assert queries.value_at() == 12


def test_a_reversal_takes_back_the_value_it_brought_whatever_the_standard_is_now() -> None:
    receipt("r1", 3, "3.3333", day=0)
    Item.objects.update(unit_cost=Decimal(9))
    actions.reverse("r1", new_key="r1:back", actor=ACTOR, reason="wrong supplier")
    actions.value(patience_seconds=20)
    assert queries.value_at() == 0


def test_goods_sold_before_they_were_posted_are_set_right_by_their_receipt() -> None:
    opening("CUP", 4, moved_at=NOON + timedelta(days=5))
    issue("s1", 4, day=0)
    receipt("r1", 10, "3", day=1)
    actions.value(patience_seconds=20)
    assert entries("r1") == [("receipt", 30), ("shortage_covered", -2)]
    assert queries.value_at() == 6 * 3 + 4 * Decimal("2.5")


def test_a_long_history_is_valued_on_from_what_was_kept() -> None:
    for number in range(30):
        lines = [Line("CUP", "SUPPLIERS", "SHOP", Decimal(2), unit_cost=Decimal(n % 7 + 1)) for n in range(40)]
        actions.post([PostingRequest(f"r{number}", Kind.RECEIPT, lines)], actor=ACTOR)
        actions.post([sale("CUP", 50, key=f"s{number}")], actor=ACTOR)
    actions.value(patience_seconds=20)
    assert Valuation.objects.count() == 3
    before = queries.value_at()
    issue("back", 1, day=0)
    actions.value(patience_seconds=20)
    assert Valuation.objects.count() == 3
    assert queries.value_at() < before
