"""Posting: what moves, what is refused, what happens once."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from ownstock.base.errors import Refused
from ownstock.ledger import actions, queries
from ownstock.ledger.models import Balance, Movement, Posting
from ownstock.ledger.rules import Kind, Line, PostingRequest
from tests.factories import ACTOR, opening, sale, small_business

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _business() -> None:
    small_business()


def test_a_movement_changes_the_balance_where_stock_is_held() -> None:
    opening("CUP", 10)
    actions.post([sale("CUP", 3, key="s1")], actor=ACTOR)
    assert queries.on_hand("CUP", "SHOP") == 7
    assert not Balance.objects.filter(location__code="CUSTOMERS").exists()


def test_the_same_key_with_the_same_content_posts_nothing_twice() -> None:
    opening("CUP", 10)
    first = actions.post([sale("CUP", 3, key="s1")], actor=ACTOR)
    again = actions.post([sale("CUP", 3, key="s1")], actor=ACTOR)
    assert ([p.is_new for p in first], [p.is_new for p in again]) == ([True], [False])
    assert queries.on_hand("CUP", "SHOP") == 7


def test_the_same_key_with_other_content_is_refused() -> None:
    opening("CUP", 10)
    actions.post([sale("CUP", 3, key="s1")], actor=ACTOR)
    with pytest.raises(Refused, match=r"key s1 was already used"):
        actions.post([sale("CUP", 4, key="s1")], actor=ACTOR)
    assert queries.on_hand("CUP", "SHOP") == 7


def test_selling_more_than_is_on_hand_is_refused_with_the_figures() -> None:
    opening("CUP", 2)
    with pytest.raises(Refused) as refusal:
        actions.post([sale("CUP", 3, key="s1")], actor=ACTOR)
    assert str(refusal.value) == "Not enough on hand: CUP at SHOP (released): 2 on hand, 3 wanted. Nothing was posted."
    assert refusal.value.facts["shortages"] == [("CUP", "SHOP", "", "released", Decimal(2), Decimal(3))]
    assert not Posting.objects.filter(key="s1").exists()


def test_a_batch_is_posted_whole_or_not_at_all() -> None:
    opening("CUP", 5)
    with pytest.raises(Refused):
        actions.post([sale("CUP", 3, key="s1"), sale("PLATE", 1, key="s2")], actor=ACTOR)
    assert queries.on_hand("CUP", "SHOP") == 5


def test_a_document_may_move_many_items_and_a_lot_is_made_when_first_named() -> None:
    lines = [
        Line("CUP", "SUPPLIERS", "SHOP", Decimal(5), lot="L1"),
        Line("PLATE", "SUPPLIERS", "SHOP", Decimal("2.5")),
    ]
    actions.post([PostingRequest("r1", Kind.RECEIPT, lines, reference="DN 17")], actor=ACTOR)
    kept = [(b.item.sku, b.lot.code if b.lot else "", b.on_hand) for b in queries.balances()]
    assert kept == [("CUP", "L1", Decimal(5)), ("PLATE", "", Decimal("2.5"))]


def test_a_change_of_status_is_a_movement() -> None:
    opening("CUP", 5)
    hold = Line("CUP", "SHOP", "SHOP", Decimal(2), source_status="released", target_status="on_hold")
    actions.post([PostingRequest("h1", Kind.TRANSFER, [hold])], actor=ACTOR)
    assert queries.on_hand("CUP", "SHOP", status="on_hold") == 2
    assert queries.on_hand("CUP", "SHOP", status="released") == 3


def test_a_reversal_takes_the_posting_back_and_happens_once() -> None:
    opening("CUP", 10)
    actions.post([sale("CUP", 3, key="s1")], actor=ACTOR)
    actions.reverse("s1", new_key="s1:back", actor=ACTOR, reason="typed twice")
    assert queries.on_hand("CUP", "SHOP") == 10
    assert actions.reverse("s1", new_key="s1:back", actor=ACTOR, reason="typed twice").is_new is False
    with pytest.raises(Refused, match="already reversed by s1:back"):
        actions.reverse("s1", new_key="another", actor=ACTOR, reason="again")
    with pytest.raises(Refused, match="itself a reversal"):
        actions.reverse("s1:back", new_key="another", actor=ACTOR, reason="again")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (Line("CUP", "SHOP", "CUSTOMERS", Decimal(0)), "must be above zero"),
        (Line("CUP", "SHOP", "CUSTOMERS", Decimal("NaN")), "must be above zero"),
        (Line("CUP", "SHOP", "CUSTOMERS", Decimal("0.00001")), "more than four decimals"),
        (Line("CUP", "SHOP", "SHOP", Decimal(1)), "moves nothing"),
        (Line("CUP", "SHOP", "CUSTOMERS", Decimal(1), source_status="lost"), "a status must be one of"),
        (Line("CUP", "SHOP", "CUSTOMERS", Decimal(1), moved_at=datetime(2026, 1, 1)), "no time zone"),  # noqa: DTZ001
        (Line("CUP", "SHOP", "CUSTOMERS", Decimal(1), moved_at=datetime(2199, 1, 1, tzinfo=UTC)), "yet to come"),
        (Line("MUG", "SHOP", "CUSTOMERS", Decimal(1)), "no item MUG"),
        (Line("CUP", "MOON", "CUSTOMERS", Decimal(1)), "no location MOON"),
    ],
)
def test_a_malformed_line_is_refused_with_a_sentence(line: Line, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        actions.post([PostingRequest("k", Kind.ISSUE, [line])], actor=ACTOR)
    assert not Posting.objects.exists()


def test_a_key_twice_in_one_call_is_refused() -> None:
    with pytest.raises(Refused, match="stands twice"):
        actions.post([sale("CUP", 1, key="k"), sale("CUP", 2, key="k")], actor=ACTOR)


def test_a_reversal_under_the_key_of_another_posting_is_refused() -> None:
    opening("CUP", 10)
    actions.post([sale("CUP", 3, key="s1")], actor=ACTOR)
    back = Line("CUP", "CUSTOMERS", "SHOP", Decimal(3), unit_cost=Decimal("2.5"))
    actions.post([PostingRequest("back", Kind.ISSUE, [back])], actor=ACTOR)
    with pytest.raises(Refused, match="The key back was already used for another posting"):
        actions.reverse("s1", new_key="back", actor=ACTOR, reason="typed twice")


def test_facts_cannot_be_changed_by_the_application() -> None:
    opening("CUP", 5)
    for statement in (
        "UPDATE ledger_movement SET quantity = 1",
        "DELETE FROM ledger_posting",
        "DELETE FROM journal_audit_event",
    ):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_posting_says_who_posted_it_and_when() -> None:
    opening("CUP", 5)
    posting = Posting.objects.get()
    assert (posting.actor, posting.movements.get().recorded_at) == (ACTOR, posting.recorded_at)


def test_a_movement_may_be_dated_back() -> None:
    moment = datetime(2026, 1, 5, 9, tzinfo=UTC)
    opening("CUP", 5, moved_at=moment)
    assert Movement.objects.get().moved_at == moment


def test_the_view_of_places_holds_stock_where_the_catalogue_says_so() -> None:
    from ownstock.catalog.rules import STOCK_KINDS, LocationKind

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_viewdef('ledger_place')")
        definition = cursor.fetchone()[0]
    assert {kind for kind in LocationKind if f"'{kind}'" in definition} == STOCK_KINDS
