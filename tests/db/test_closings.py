"""Closed periods: nothing is posted into them, and what was on hand at any instant is found from them."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from ownstock.base.errors import Refused, Unavailable
from ownstock.catalog.models import Location
from ownstock.ledger import actions, queries
from ownstock.ledger.models import ClosingBalance, Posting
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.site.embedded.databases import Credentials
from tests.factories import ACTOR, opening, sale, small_business

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _business(committed_db: Credentials) -> None:
    small_business()
    opening("CUP", 10, moved_at=NOON)
    actions.post([sale("CUP", 3, key="s1", moved_at=NOON + timedelta(days=1))], actor=ACTOR)


def on_hand(moment: datetime, **where: str) -> Decimal:
    return sum((row.on_hand for row in queries.as_of(moment, **where)), Decimal(0))  # type: ignore[arg-type]


@pytest.mark.parametrize("closes", [[], [date(2026, 3, 3)], [date(2026, 3, 3), date(2026, 3, 4)]])
def test_what_was_on_hand_at_an_instant_is_the_same_with_and_without_closings(closes: list[date]) -> None:
    for until_on in closes:
        actions.close(until_on, actor=ACTOR)
    actions.post([sale("CUP", 2, key="s2", moved_at=NOON + timedelta(days=5))], actor=ACTOR)
    found = [on_hand(NOON + timedelta(days=days), sku="CUP", location="SHOP") for days in (-1, 0, 1, 3, 5)]
    assert found == [0, 10, 7, 7, 5]
    assert on_hand(NOON + timedelta(days=5)) == 5


def test_what_moved_in_a_closed_period_is_refused_and_named() -> None:
    actions.close(date(2026, 3, 4), actor=ACTOR)
    late = sale("CUP", 1, key="s2", moved_at=NOON)
    with pytest.raises(Refused) as refusal:
        actions.post([late], actor=ACTOR)
    assert str(refusal.value) == (
        "Posting s2, line 1 (CUP): it moved at 2026-03-02 12:00 UTC, and SHOP is closed until 2026-03-04. "
        "Post it with a later moment. Nothing was posted."
    )
    assert not Posting.objects.filter(key="s2").exists()
    actions.post([sale("CUP", 1, key="s3", moved_at=datetime(2026, 3, 4, tzinfo=UTC))], actor=ACTOR)


def test_a_period_ends_at_the_midnight_of_each_site() -> None:
    far = Location.objects.create(code="TOKYO", name="Tokyo", kind="site", time_zone="Asia/Tokyo")
    Location.objects.filter(pk=far.pk).update(site=far)
    actions.close(date(2026, 3, 3), actor=ACTOR)
    before_noon_there = datetime(2026, 3, 2, 16, tzinfo=UTC)
    opening("CUP", 5, key="there", location="TOKYO", moved_at=before_noon_there)
    with pytest.raises(Refused, match="SHOP is closed until 2026-03-03"):
        opening("CUP", 5, key="here", moved_at=before_noon_there)


def test_closing_again_changes_nothing_and_what_is_not_past_cannot_be_closed() -> None:
    first = actions.close(date(2026, 3, 4), actor=ACTOR)
    kept = ClosingBalance.objects.count()
    assert [c.pk for c in actions.close(date(2026, 3, 4), actor=ACTOR)] == [c.pk for c in first]
    assert ClosingBalance.objects.count() == kept == 1
    with pytest.raises(Refused, match="closed until 2026-03-04 already"):
        actions.close(date(2026, 3, 3), actor=ACTOR)
    with pytest.raises(Refused, match="has not begun at SHOP"):
        actions.close(date(2199, 1, 1), actor=ACTOR)


def test_a_closing_keeps_only_balances_that_changed() -> None:
    actions.close(date(2026, 3, 3), actor=ACTOR)
    actions.close(date(2026, 3, 4), actor=ACTOR)
    actions.close(date(2026, 3, 5), actor=ACTOR)
    assert [kept.on_hand for kept in ClosingBalance.objects.order_by("id")] == [10, 7]


def test_a_posting_under_way_when_the_closing_is_announced_is_in_it() -> None:
    is_posted, may_end = threading.Event(), threading.Event()

    def post_slowly() -> None:
        with transaction.atomic():
            actions.post([sale("CUP", 2, key="slow", moved_at=NOON + timedelta(days=1))], actor=ACTOR)
            is_posted.set()
            may_end.wait(20)
        connection.close()

    slow = threading.Thread(target=post_slowly)
    slow.start()
    is_posted.wait(20)
    with pytest.raises(Unavailable, match="at work in the database"):
        actions.close(date(2026, 3, 4), actor=ACTOR, patience_seconds=0.2)
    with pytest.raises(Refused, match="SHOP is closed until 2026-03-04"):
        actions.post([sale("CUP", 1, key="later", moved_at=NOON)], actor=ACTOR)
    may_end.set()
    actions.close(date(2026, 3, 4), actor=ACTOR)
    slow.join()
    assert [kept.on_hand for kept in ClosingBalance.objects.all()] == [5]


def test_what_was_believed_leaves_out_what_was_told_later() -> None:
    before = Posting.objects.get(key="s1").recorded_at
    opening("CUP", 4, key="late", moved_at=NOON)
    moment = NOON + timedelta(days=2)
    assert on_hand(moment, sku="CUP") == 11
    [row] = queries.as_of(moment, sku="CUP", believed_at=before)
    assert row.on_hand == 7
    actions.close(date(2026, 3, 4), actor=ACTOR)
    [row] = queries.as_of(moment, sku="CUP", believed_at=before)
    assert row.on_hand == 7


def test_a_lot_has_its_own_past() -> None:
    line = Line("CUP", "SUPPLIERS", "SHOP", Decimal(6), lot="L1", moved_at=NOON)
    actions.post([PostingRequest("r1", Kind.RECEIPT, [line])], actor=ACTOR)
    assert on_hand(NOON, sku="CUP", lot="L1") == 6
    assert queries.as_of(NOON, sku="CUP", lot="L2") == []


def test_a_question_that_cannot_be_answered_is_refused() -> None:
    for where, sentence in (
        ({"lot": "L1"}, "Name the item"),
        ({"sku": "X"}, "no item X"),
        ({"location": "X"}, "no loc"),
    ):
        with pytest.raises(Refused, match=sentence):
            queries.as_of(NOON, **where)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="no time zone"):
        queries.as_of(datetime(2026, 1, 1))  # noqa: DTZ001
