"""Approval by amount and role: nobody approves what they asked for, split orders are seen through, more needs it anew."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from ownstock.access.actions import create_user
from ownstock.access.rules import Role
from ownstock.base.errors import Refused
from ownstock.catalog.actions.rates import set_exchange_rate
from ownstock.catalog.models import SupplyTerm
from ownstock.journal.models import OutboxRow
from ownstock.journal.queries import trail
from ownstock.purchasing import actions
from ownstock.purchasing.models import OrderApproval, PurchaseOrder
from ownstock.purchasing.queries.approvals import limits_in_force
from ownstock.purchasing.rules import LineChange, OrderState
from tests.buying_cases import WANTED, answer, drafted, line, one_supplier, open_by_line, people_with_limits
from tests.factories import ACTOR, TODAY

pytestmark = pytest.mark.django_db
ANNA, BEN, CARL, DORA = "user:anna", "user:ben", "user:carl", "user:dora"


@pytest.fixture(autouse=True)
def _business() -> None:
    """Anna and Ben are buyers (100 alone, nothing of others), Carl may approve 200, Dora of finance 1,000."""
    one_supplier()
    people_with_limits()


def cups(quantity: int, *, actor: str = ANNA) -> PurchaseOrder:
    """A draft of cups at 2.40."""
    return drafted(line("CUP", quantity), actor=actor)


def test_a_small_order_is_placed_without_approval() -> None:
    assert actions.place(cups(40).number, actor=ANNA).state == OrderState.PLACED


def test_an_order_above_the_limit_is_not_sent_before_it_is_approved() -> None:
    order = cups(60)
    with pytest.raises(Refused, match=r"144\.00 EUR, and needs approval first\. carl, dora may approve it"):
        actions.place(order.number, actor=ANNA)
    assert OutboxRow.objects.count() == 0
    assert actions.approve(order.number, actor=CARL).state == OrderState.APPROVED
    assert actions.place(order.number, actor=ANNA).state == OrderState.PLACED
    approval = OrderApproval.objects.get()
    assert (approval.approver, approval.role, approval.limit, approval.amount) == (CARL, "controller", 200, 144)


def test_nobody_approves_what_they_asked_for() -> None:
    order = cups(60, actor=CARL)
    with pytest.raises(Refused, match=r"user:carl asked for .* somebody else approves it\. dora may approve it"):
        actions.approve(order.number, actor=CARL)


def test_nobody_approves_what_they_changed() -> None:
    order = cups(60)
    actions.change(order.number, [LineChange(1, Decimal(61))], reason="one more", actor=CARL)
    with pytest.raises(Refused, match="asked for"):
        actions.approve(order.number, actor=CARL)
    actions.change(order.number, [LineChange(1, Decimal(62))], reason="one more", actor=ANNA)
    with pytest.raises(Refused, match="asked for"):
        actions.approve(order.number, actor=CARL)


@pytest.mark.parametrize(
    ("actor", "sentence"),
    [(BEN, "may approve nothing"), (CARL, r"may approve up to 200\.00 EUR"), ("key:4f2a", "may approve nothing")],
)
def test_who_has_no_limit_or_too_small_a_one_is_refused_and_told_who_has(actor: str, sentence: str) -> None:
    order = cups(120)
    with pytest.raises(Refused, match=rf"288\.00 EUR; {actor} {sentence}.*dora may approve it"):
        actions.approve(order.number, actor=actor)


def test_an_amount_that_nobody_may_approve_says_what_to_do() -> None:
    with pytest.raises(Refused, match=r"No role has a limit of 2,?400\.00 EUR or more: set one"):
        actions.approve(cups(1000).number, actor=DORA)


def test_a_split_order_is_seen_through() -> None:
    first, second = cups(40), cups(41)
    for order, other in ((first, second), (second, first)):
        with pytest.raises(Refused, match=rf"194\.40 EUR together with {other.number}, of the same days"):
            actions.place(order.number, actor=ANNA)
    assert actions.place(cups(40, actor=BEN).number, actor=BEN).state == OrderState.PLACED
    actions.cancel(second.number, reason="one is enough", actor=ANNA)
    assert actions.place(first.number, actor=ANNA).state == OrderState.PLACED


def test_orders_of_other_days_are_judged_alone() -> None:
    first = cups(40)
    PurchaseOrder.objects.filter(pk=first.pk).update(created_at=first.created_at - timedelta(days=4))
    assert actions.place(cups(41).number, actor=ANNA).state == OrderState.PLACED


def test_an_approval_holds_for_less_and_for_another_day_and_not_for_more() -> None:
    order = cups(60)
    actions.approve(order.number, actor=CARL)
    later = LineChange(1, Decimal(58), requested_on=WANTED + timedelta(days=2))
    assert actions.change(order.number, [later], reason="less", actor=ANNA).state == OrderState.APPROVED
    for more in (LineChange(1, Decimal(61)), LineChange(1, Decimal(58), price=Decimal("2.41"))):
        assert actions.change(order.number, [more], reason="more", actor=ANNA).state == OrderState.DRAFT
        with pytest.raises(Refused, match="needs approval first"):
            actions.place(order.number, actor=ANNA)


def test_another_item_needs_another_approval() -> None:
    order = cups(60)
    actions.approve(order.number, actor=CARL)
    less = LineChange(1, Decimal(40))
    assert (
        actions.change(order.number, [less, line("BOWL", 6)], reason="bowls too", actor=ANNA).state == OrderState.DRAFT
    )


def test_a_change_of_a_placed_order_waits_for_its_approval_and_counts_meanwhile() -> None:
    order = actions.place(cups(40).number, actor=ANNA)
    answer(order, 1, (40, 0))
    actions.change(order.number, [LineChange(1, Decimal(60))], reason="more are sold", actor=ANNA)
    assert (OutboxRow.objects.count(), open_by_line(order)) == (1, {1: 60})
    with pytest.raises(Refused, match="needs approval first"):
        actions.place(order.number, actor=ANNA)
    actions.approve(order.number, actor=CARL)
    actions.place(order.number, actor=ANNA)
    actions.place(order.number, actor=ANNA)
    assert list(OutboxRow.objects.order_by("id").values_list("topic", flat=True)) == [
        "purchase_order.placed", "purchase_order.changed",
    ]  # fmt: skip


def test_a_change_to_less_of_a_placed_order_leaves_at_once() -> None:
    order = cups(60)
    actions.approve(order.number, actor=CARL)
    actions.place(order.number, actor=ANNA)
    actions.change(order.number, [LineChange(1, Decimal(50))], reason="less", actor=ANNA)
    assert OutboxRow.objects.count() == 2


def test_what_was_looked_at_is_what_is_approved() -> None:
    order = cups(60)
    actions.change(order.number, [LineChange(1, Decimal(62))], reason="more", actor=ANNA)
    with pytest.raises(Refused, match="was changed meanwhile: it is at revision 2"):
        actions.approve(order.number, actor=CARL, revision=1)
    assert actions.approve(order.number, actor=CARL, revision=2).state == OrderState.APPROVED
    with pytest.raises(Refused, match=r"user:carl approved .* already"):
        actions.approve(order.number, actor=DORA)


def test_what_waits_for_nothing_is_not_approved() -> None:
    order = actions.place(cups(40).number, actor=ANNA)
    with pytest.raises(Refused, match="nothing of it waits"):
        actions.approve(order.number, actor=CARL)
    with pytest.raises(Refused, match="needs no approval; place it"):
        actions.approve(cups(1, actor=BEN).number, actor=CARL)


def test_a_job_counts_as_whoever_asked_and_any_person_with_a_limit_approves() -> None:
    order = cups(1, actor="job:rules")
    with pytest.raises(Refused, match="needs approval first"):
        actions.place(order.number, actor="job:rules")
    actions.approve(order.number, actor=CARL)
    assert actions.place(order.number, actor="job:rules").state == OrderState.PLACED


def test_an_order_in_another_currency_is_judged_by_the_rate_of_its_day() -> None:
    SupplyTerm.objects.update(currency="USD")
    order = cups(60)
    with pytest.raises(
        Refused, match=r"Enter it on the page Cash, or by: ownstock rate set USD RATE --from 2026-03-02"
    ):
        actions.place(order.number, actor=ANNA)
    set_exchange_rate("USD", Decimal("0.5"), valid_from=TODAY - timedelta(days=9), actor=ACTOR)
    assert actions.place(order.number, actor=ANNA).state == OrderState.PLACED


def test_a_limit_holds_once_a_second_person_confirms_it() -> None:
    before = limits_in_force()
    actions.set_limit(Role.BUYER, approves_up_to=None, places_alone_up_to=Decimal(500), actor=DORA)
    assert limits_in_force() == before
    with pytest.raises(Refused, match="somebody else has to confirm"):
        actions.confirm_limit(Role.BUYER, actor=DORA)
    with pytest.raises(Refused, match="may not set limits"):
        actions.confirm_limit(Role.BUYER, actor=ANNA)
    actions.confirm_limit(Role.BUYER, actor="user:eve")
    [buyer] = [limit for limit in limits_in_force() if limit.role == "buyer"]
    assert buyer.places_alone_up_to == 500
    with pytest.raises(Refused, match="No limit of the role buyer waits"):
        actions.confirm_limit(Role.BUYER, actor="user:eve")
    event = list(trail("approval_limit:buyer"))[-1]
    assert (event.old, event.new) == (
        {"approves_up_to": None, "places_alone_up_to": "100.0000"},
        {"approves_up_to": None, "places_alone_up_to": "500.0000"},
    )


def test_when_all_limits_are_taken_away_nobody_needs_approval() -> None:
    for role in (Role.BUYER, Role.CONTROLLER, Role.FINANCE):
        actions.set_limit(role, approves_up_to=None, places_alone_up_to=None, actor=DORA)
        actions.confirm_limit(role, actor="user:eve")
    assert actions.place(cups(9999).number, actor=ANNA).state == OrderState.PLACED


def test_an_approval_is_never_changed() -> None:
    actions.approve(cups(60).number, actor=CARL)
    with pytest.raises(Exception, match=r"append-only|permission denied"), transaction.atomic():
        OrderApproval.objects.update(approver=DORA)


def test_somebody_of_two_roles_has_the_higher_limit() -> None:
    create_user("fay", "correct horse battery staple", actor=ACTOR, roles=[Role.BUYER, Role.FINANCE])
    assert actions.approve(cups(120).number, actor="user:fay").state == OrderState.APPROVED
