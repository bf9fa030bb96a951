"""Answers that come late, twice, contradictory, to another revision, at another price: kept, and told where it matters."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.catalog.models import Location
from ownstock.journal.models import Alert
from ownstock.journal.queries import open_alerts
from ownstock.purchasing import actions, queries
from ownstock.purchasing.models import Acknowledgement, Delivery, PurchaseOrder
from ownstock.purchasing.rules import AnswerOutcome, LineAnswer, LineChange, OrderState, Promise
from tests.buying_cases import SUPPLIER, WANTED, answer, drafted, line, one_supplier, open_by_line, placed, receive
from tests.factories import ACTOR, TODAY

pytestmark = pytest.mark.django_db
MORE = [LineChange(1, Decimal(36))]


@pytest.fixture(autouse=True)
def _business() -> None:
    one_supplier()


def say(
    order: PurchaseOrder, said: LineAnswer, *, key: str = "m1", revision: int | None = None, at: datetime | None = None
) -> PurchaseOrder:
    return actions.acknowledge(
        order.number, [said], message_key=key, actor=SUPPLIER, revision=revision, written_at=at
    )  # fmt: skip


def cups(quantity: int, *, days: int = 0, price: str | None = None, comment: str = "") -> LineAnswer:
    told = None if price is None else Decimal(price)
    return LineAnswer(1, (Promise(Decimal(quantity), WANTED + timedelta(days=days)),), price=told, comment=comment)


def outcomes() -> list[str]:
    return list(Acknowledgement.objects.order_by("id").values_list("outcome", flat=True))


def alert(kind: str) -> Alert:
    return open_alerts().get(kind=kind)


def test_an_answer_to_an_older_revision_is_kept_and_told_and_changes_nothing() -> None:
    order = placed()
    actions.change(order.number, MORE, reason="more", actor=ACTOR)
    say(order, cups(24), revision=1)
    assert (outcomes(), open_by_line(order)) == (["older_revision"], {1: 36, 2: 12})
    assert "answered revision 1" in alert("older_answer").sentence
    assert say(order, cups(36), key="m2", revision=2).state == OrderState.ACKNOWLEDGED
    assert not open_alerts().exists()


def test_an_answer_to_a_revision_that_was_never_sent_is_refused() -> None:
    with pytest.raises(Refused, match="never sent as revision 2; the last that was is 1"):
        say(placed(), cups(24), revision=2)


def test_an_older_answer_that_comes_later_does_not_overwrite_a_newer_one() -> None:
    order, now = placed(), timezone.now()
    say(order, cups(24, days=3), key="newer", at=now)
    say(order, cups(12, days=9), key="older", at=now - timedelta(hours=1))
    assert outcomes() == ["applied", "overtaken"]
    assert Delivery.objects.get(line__line=1).latest_promised_on == WANTED + timedelta(days=3)


def test_the_same_message_with_other_content_is_refused_and_told() -> None:
    order = placed()
    say(order, cups(24))
    for other in (cups(20), cups(24, price="2.5")):
        with pytest.raises(Refused, match="came before with other content"):
            say(order, other)
    assert "Ask the supplier which of them holds" in alert("answer_conflict").sentence
    assert open_by_line(order) == {1: 24, 2: 12}


def test_more_promised_than_ordered_is_kept_without_effect_and_told() -> None:
    order = placed()
    for _ in range(2):
        with pytest.raises(Refused, match=r"more than was ordered|only 24 ordered"):
            say(order, cups(30))
    assert (outcomes(), open_by_line(order), order.state) == (["too_much"], {1: 24, 2: 12}, OrderState.PLACED)
    assert "30 promised, but only 24 ordered" in alert("promised_too_much").sentence
    say(order, cups(24), key="m2")
    assert not open_alerts().exists()


def test_a_rejected_line_is_told_with_the_need_that_it_leaves() -> None:
    order = placed()
    actions.acknowledge(
        order.number, [LineAnswer(1, (), reason="end of line")], message_key="m1", actor=SUPPLIER
    )  # fmt: skip
    told = alert("line_rejected")
    assert f"24 were wanted for {WANTED}" in told.sentence
    assert "end of line" in told.sentence
    assert open_by_line(order) == {2: 12}
    say(order, cups(24), key="m2")
    assert (open_by_line(order), open_alerts().count()) == ({1: 24, 2: 12}, 0)


def test_a_rejected_line_is_told_until_the_item_is_ordered_again_for_the_site() -> None:
    order = placed()
    say(order, LineAnswer(1, (), reason="end of line"))
    drafted(line("PLATE", 12))
    assert alert("line_rejected").facts["site"] == "SHOP"
    again = drafted(line("CUP", 24))
    assert not open_alerts().exists()
    assert Alert.objects.get().cleared_because == f"it is ordered again as {again.number}"
    other = placed(line("CUP", 6), line("PLATE", 6))
    say(other, LineAnswer(1, ()), key="m2")
    actions.change(again.number, [LineChange(1, Decimal(30))], reason="those too", actor=ACTOR)
    assert not open_alerts().exists()


def test_an_order_for_another_site_leaves_the_rejected_line_told() -> None:
    order = placed()
    say(order, LineAnswer(1, ()))
    shop = Location.objects.get(code="SHOP")
    there = Location.objects.create(code="DEPOT", name="Depot", kind="site", time_zone=shop.time_zone)
    Location.objects.filter(pk=there.pk).update(site=there)
    there.refresh_from_db()
    cups_there = [line("CUP", 24)]
    actions.draft(supplier=order.supplier, site=there, lines=cups_there, ordered_on=TODAY, actor=ACTOR)
    assert alert("line_rejected").facts["sku"] == "CUP"


@pytest.mark.parametrize("later", [cups(18), cups(24, days=5), LineAnswer(1, ())])
def test_a_supplier_that_takes_back_of_its_promise_is_taken_at_its_word_and_told_of(later: LineAnswer) -> None:
    order = placed()
    say(order, cups(24))
    say(order, later, key="m2")
    assert alert("line_rejected" if not later.promises else "promise_lowered").facts["line"] == 1
    delivery = Delivery.objects.get(line__line=1)
    assert (delivery.requested_on, delivery.first_promised_on) == (WANTED, WANTED)


def test_a_better_promise_is_no_news() -> None:
    order = placed()
    say(order, cups(24, days=5))
    say(order, cups(24, days=2), key="m2")
    assert not open_alerts().exists()


def test_a_price_that_differs_is_accepted_by_the_next_revision() -> None:
    order = placed()
    say(order, cups(24, price="2.60", comment="copper is dear"))
    assert "asks 2.60 EUR for CUP; ordered was 2.40" in alert("price_differs").sentence
    actions.settle_price(order.number, 1, is_accepted=True, reason="fair", actor=ACTOR)
    assert queries.lines(order)[0].price == Decimal("2.6")
    assert (order.revisions.count(), open_alerts().count()) == (2, 0)
    assert Delivery.objects.get(line__line=1).latest_promised_on == WANTED
    with pytest.raises(Refused, match="no other price"):
        actions.settle_price(order.number, 1, is_accepted=True, reason="fair", actor=ACTOR)


def test_a_price_that_differs_is_refused_and_the_ordered_one_stays() -> None:
    order = placed()
    say(order, cups(24, price="2.60"))
    actions.settle_price(order.number, 1, is_accepted=False, reason="as agreed", actor=ACTOR)
    assert (queries.lines(order)[0].price, order.revisions.count(), open_alerts().count()) == (Decimal("2.4"), 1, 0)


def test_comments_and_reasons_are_kept_with_the_answer() -> None:
    order = placed()
    say(order, cups(24, comment="by our own van"))
    assert Acknowledgement.objects.get().answer[0]["comment"] == "by our own van"


def test_an_answer_after_all_goods_came_is_kept_and_changes_nothing() -> None:
    order = placed()
    receive(order, 1, 24, key="dn1")
    assert receive(order, 2, 12, key="dn2").state == OrderState.RECEIVED
    assert say(order, cups(24)).state == OrderState.RECEIVED
    assert outcomes() == [AnswerOutcome.NOTHING_OPEN]


def test_a_promise_for_a_cancelled_order_is_told() -> None:
    order = placed()
    actions.cancel(order.number, reason="too late", actor=ACTOR)
    assert say(order, cups(24), revision=1).state == OrderState.CANCELLED
    assert "may come all the same" in alert("answer_after_cancellation").sentence


def test_an_answer_to_what_waits_to_be_changed_changes_nothing() -> None:
    order = placed()
    actions.change(order.number, [LineChange(2, Decimal(0))], reason="less", actor=ACTOR)
    with pytest.raises(Refused, match="has no line 2"):
        answer(order, 2, (12, 0))
