"""Counts while others work: two approvers, two openers, sales during an approval."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest

from ownstock.base.errors import Refused
from ownstock.ledger import actions, queries
from ownstock.ledger.actions import counts
from ownstock.ledger.actions.count_approval import Approved, approve
from ownstock.ledger.actions.count_opening import open_count
from ownstock.ledger.models import CountLine, CycleCount, Posting
from ownstock.ledger.rules.counting import Counted
from tests.db.test_races import together
from tests.factories import ACTOR, opening, sale, small_business

pytestmark = pytest.mark.usefixtures("committed_db")


def counted_sheet(quantity: int) -> str:
    """A sheet of 100 cups by the record, of which two people counted so many."""
    small_business()
    opening("CUP", 100)
    number = open_count("SHOP", skus=["CUP"], actor="user:eve").number
    for who in ("user:ann", "user:bob"):
        counts.enter(number, [Counted(Decimal(quantity), line=1)], counter=who)
    return number


def test_of_two_approvers_at_once_one_posts_and_both_have_the_answer() -> None:
    number = counted_sheet(90)
    answers = together([lambda n=n: approve(number, actor=f"user:{n}", reason="?") for n in range(4)])  # type: ignore[misc]
    assert sorted(a.is_new for a in answers if isinstance(a, Approved)) == [False, False, False, True]
    assert queries.on_hand("CUP", "SHOP") == 90
    assert Posting.objects.filter(kind="count_difference").count() == 1


def test_sales_during_the_approval_are_neither_lost_nor_counted_twice() -> None:
    number = counted_sheet(90)

    def sell(client: int) -> int:
        sold = 0
        for n in range(10):
            with suppress(Refused):
                actions.post([sale("CUP", 1, key=f"{client}:{n}")], actor=ACTOR)
                sold += 1
        return sold

    def settle() -> int:
        approve(number, actor="user:cat", reason="shrinkage")
        return 0

    sold = together([*(lambda c=c: sell(c) for c in range(5)), settle])
    assert sum(n for n in sold if isinstance(n, int)) == 50
    assert queries.on_hand("CUP", "SHOP") == 40
    assert queries.verify() == []


def test_of_two_openers_at_once_each_item_is_on_one_sheet() -> None:
    small_business()
    opening("CUP", 10)
    opening("PLATE", 10)
    answers = together([lambda n=n: open_count("SHOP", actor=f"user:{n}") for n in range(4)])  # type: ignore[misc]
    assert sum(isinstance(a, CycleCount) for a in answers) == 1
    assert {a.code for a in answers if isinstance(a, Refused)} <= {"being_counted", "nothing_to_count"}
    assert CountLine.objects.count() == 2


def test_a_count_that_comes_with_the_approval_is_in_it_or_refused() -> None:
    number = counted_sheet(90)

    def recount() -> bool:
        return bool(counts.enter(number, [Counted(Decimal(90), line=1)], counter="user:dan"))

    entered, approved = together([recount, lambda: approve(number, actor="user:cat", reason="?").is_new])
    assert approved is True
    assert entered is True or (isinstance(entered, Refused) and entered.code == "count_ended")
    assert queries.on_hand("CUP", "SHOP") == 90
