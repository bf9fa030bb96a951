"""Many at once: stock is sold exactly, a key happens once, nobody deadlocks, a plan does not overrun an approval."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connections

from ownstock.base.errors import OwnstockError, Refused, Unavailable
from ownstock.ledger import actions, queries
from ownstock.ledger.models import Posting
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.planning import actions as planning
from ownstock.planning.models import Proposal
from ownstock.purchasing.models import PurchaseOrder
from tests.factories import ACTOR, TODAY, opening, sale, sell_every_week, small_business

pytestmark = pytest.mark.usefixtures("committed_db")
CLIENTS = 8
Answer = TypeVar("Answer")


def together(calls: Sequence[Callable[[], Answer]]) -> list[Answer | OwnstockError]:
    """Start every call at the same moment, each on a connection of its own; refusals are answers too."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Answer]) -> Answer | OwnstockError:
        barrier.wait()
        try:
            return call()
        except (Refused, Unavailable) as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_exactly_the_stock_is_issued_when_more_is_wanted_than_there_is() -> None:
    small_business()
    opening("CUP", 50)

    def sell(client: int) -> int:
        sold = 0
        for number in range(10):
            with suppress(Refused):
                actions.post([sale("CUP", 1, key=f"{client}:{number}")], actor=ACTOR)
                sold += 1
        return sold

    sold = together([lambda client=client: sell(client) for client in range(CLIENTS)])  # type: ignore[misc]
    assert sum(n for n in sold if isinstance(n, int)) == 50
    assert queries.on_hand("CUP", "SHOP") == 0
    assert queries.verify() == []


def test_eight_clients_with_the_same_keys_post_each_once() -> None:
    small_business()
    opening("CUP", 100)

    def post_all() -> int:
        answers = [actions.post([sale("CUP", 1, key=f"k{n}")], actor=ACTOR)[0].is_new for n in range(20)]
        return sum(answers)

    answers = together([post_all] * CLIENTS)
    assert sum(n for n in answers if isinstance(n, int)) == 20
    assert Posting.objects.filter(kind=Kind.ISSUE).count() == 20
    assert queries.on_hand("CUP", "SHOP") == 80


def test_the_same_key_with_different_content_is_accepted_from_one_client_only() -> None:
    small_business()
    opening("CUP", 100)
    answers = together([lambda n=n: actions.post([sale("CUP", n + 1, key="k")], actor=ACTOR) for n in range(CLIENTS)])  # type: ignore[misc]
    refused = [a for a in answers if isinstance(a, Refused)]
    assert (len(refused), {r.code for r in refused}) == (CLIENTS - 1, {"key_reused"})
    assert queries.verify() == []


def test_documents_that_name_the_same_items_in_any_order_never_deadlock() -> None:
    skus = [f"I{n}" for n in range(12)]
    small_business(skus=skus)

    def post_shuffled(client: int) -> int:
        order = random.Random(client)
        for number in range(15):
            lines = [Line(sku, "SUPPLIERS", "SHOP", Decimal(1)) for sku in order.sample(skus, len(skus))]
            actions.post([PostingRequest(f"{client}:{number}", Kind.RECEIPT, lines)], actor=ACTOR)
        return 15

    answers = together([lambda client=client: post_shuffled(client) for client in range(CLIENTS)])  # type: ignore[misc]
    assert answers == [15] * CLIENTS
    assert {queries.on_hand(sku, "SHOP") for sku in skus} == {Decimal(15 * CLIENTS)}


def test_a_reversal_by_two_people_happens_once() -> None:
    small_business()
    opening("CUP", 10)
    actions.post([sale("CUP", 3, key="s1")], actor=ACTOR)
    answers = together(
        [lambda n=n: actions.reverse("s1", new_key=f"back{n}", actor=ACTOR, reason="typed twice") for n in range(4)]  # type: ignore[misc]
    )
    assert sum(isinstance(a, Refused) for a in answers) == 3
    assert queries.on_hand("CUP", "SHOP") == 10


def test_a_proposal_approved_by_two_people_makes_one_order() -> None:
    small_business(skus=["CUP"])
    sell_every_week("CUP", [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14])
    planning.plan(planned_on=TODAY, actor=ACTOR)
    proposal = Proposal.objects.get()
    answers = together([lambda: planning.approve([proposal.pk], actor=ACTOR)] * 4)
    assert sum(isinstance(a, Refused) for a in answers) == 3
    assert PurchaseOrder.objects.count() == 1


def test_plans_and_approvals_at_once_never_order_twice() -> None:
    small_business(skus=["CUP"])
    sell_every_week("CUP", [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14])
    planning.plan(planned_on=TODAY, actor=ACTOR)
    proposal = Proposal.objects.get()
    calls: list[Callable[[], object]] = [lambda: planning.approve([proposal.pk], actor=ACTOR)]
    calls += [lambda: planning.plan(planned_on=TODAY, actor=ACTOR)] * 4
    together(calls)
    planning.plan(planned_on=TODAY, actor=ACTOR)
    assert Proposal.objects.count() == 1
    assert PurchaseOrder.objects.count() == 1
