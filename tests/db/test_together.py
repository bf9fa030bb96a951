"""Posting together what many ask for at once: one transaction for all, and each refused for itself."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection, connections, transaction

from ownstock.base.errors import Refused
from ownstock.ledger import actions, queries
from ownstock.ledger.actions.posting import Posted
from ownstock.ledger.actions.together import FEW, Asked, Gathering, post_each
from ownstock.ledger.models import Posting
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.site.embedded.databases import Credentials
from tests.factories import opening, sale, small_business


@pytest.fixture(autouse=True)
def _business(committed_db: Credentials) -> None:
    small_business()
    opening("CUP", 10)


def asked(*requests: PostingRequest) -> list[Asked]:
    return [Asked(request, f"user:{number}") for number, request in enumerate(requests)]


@pytest.mark.parametrize(("count", "transactions"), [(FEW, FEW), (FEW + 1, 1)])
def test_each_document_is_posted_under_the_name_of_who_asked(count: int, transactions: int) -> None:
    answers = post_each(asked(*(sale("CUP", 1, key=f"k{n}") for n in range(count))))
    assert answers == [Posted(f"k{n}", is_new=True) for n in range(count)]
    posted = Posting.objects.filter(key__startswith="k").order_by("key")
    assert [posting.actor for posting in posted] == [f"user:{n}" for n in range(count)]
    assert posted.order_by().values("transaction_id").distinct().count() == transactions


def test_what_one_is_refused_for_leaves_the_others_alone() -> None:
    unknown = PostingRequest("x", Kind.ISSUE, [Line("MUG", "SHOP", "CUSTOMERS", Decimal(1))])
    requests = [sale("CUP", 1, key=f"a{n}") for n in range(4)]
    requests += [unknown, sale("CUP", 99, key="c"), sale("CUP", 0, key="d"), sale("CUP", 3, key="e")]
    answers = post_each(asked(*requests))
    assert [answer.code if isinstance(answer, Refused) else answer.is_new for answer in answers] == [
        *[True] * 4, "unknown_item", "not_enough_on_hand", "bad_line", True,
    ]  # fmt: skip
    assert queries.on_hand("CUP", "SHOP") == 3


def test_callers_who_wait_together_each_get_their_own_answer() -> None:
    gathering = Gathering()
    futures = [gathering.post(sale("CUP", 1, key=f"k{n}"), actor=f"user:{n}") for n in range(14)]
    answers = [_outcome(future) for future in futures]
    assert sorted(answers) == ["not_enough_on_hand"] * 4 + ["posted"] * 10
    assert (queries.on_hand("CUP", "SHOP"), queries.verify()) == (0, [])


def test_the_same_key_at_the_same_time_is_posted_once() -> None:
    gathering = Gathering()
    futures = [gathering.post(sale("CUP", 1, key="k"), actor="user:a") for _ in range(5)]
    futures.append(gathering.post(sale("CUP", 2, key="k"), actor="user:b"))
    assert sorted(map(_outcome, futures)) == ["key_reused", "posted", *["was posted"] * 4]
    assert queries.on_hand("CUP", "SHOP") == 9


def test_many_threads_post_soon_and_wait_for_no_connection() -> None:
    def post(number: int) -> bool:
        try:
            return actions.post_soon(sale("CUP", 1, key=f"k{number}"), actor="user:a").is_new
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as threads:
        assert all(threads.map(post, range(10)))
    assert queries.on_hand("CUP", "SHOP") == 0


def test_inside_a_transaction_it_is_posted_in_that_one() -> None:
    with transaction.atomic():
        actions.post_soon(sale("CUP", 1, key="k"), actor="user:a")
        transaction.set_rollback(True)
    assert not Posting.objects.filter(key="k").exists()
    assert connection.in_atomic_block is False


def _outcome(future: Future[Posted]) -> str:
    try:
        return "posted" if future.result(20).is_new else "was posted"
    except Refused as refusal:
        return refusal.code
