"""Several drafts of one supplier become one order; nothing is lost, nothing is counted twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ownstock.base.errors import Refused
from ownstock.catalog.models import SupplyTerm
from ownstock.planning import actions as planning
from ownstock.planning.actions.merging import merge_orders
from ownstock.planning.models import Proposal
from ownstock.purchasing import actions, queries
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.rules import LineChange, OrderState
from tests.buying_cases import WANTED, drafted, line, one_supplier, open_by_line, people_with_limits, placed
from tests.factories import ACTOR, TODAY, sell_every_week

pytestmark = pytest.mark.django_db
WEEKLY = [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14]


@pytest.fixture(autouse=True)
def _business() -> None:
    one_supplier()


def test_drafts_of_one_supplier_become_one_order_and_say_so() -> None:
    first, second = drafted(), drafted(line("CUP", 6, WANTED + timedelta(days=7)), line("BOWL", 12))
    before = sum(d.quantity for d in queries.open_deliveries())
    [merged] = actions.merge([second.number, first.number], actor=ACTOR)
    assert (merged.order.number, open_by_line(first)) == (first.number, {1: 24, 2: 12, 3: 6, 4: 12})
    assert sum(d.quantity for d in queries.open_deliveries()) == before
    second.refresh_from_db()
    assert (second.state, second.merged_into) == (OrderState.CANCELLED, first)
    assert actions.place(first.number, actor=ACTOR).revisions.latest("number").lines.count() == 4


def test_what_does_not_belong_together_is_not_merged() -> None:
    first = drafted()
    with pytest.raises(Refused, match="No two of these drafts"):
        actions.merge([first.number], actor=ACTOR)
    SupplyTerm.objects.filter(item__sku="BOWL").update(currency="USD")
    with pytest.raises(Refused, match="No two of these drafts"):
        actions.merge([first.number, drafted(line("BOWL", 6)).number], actor=ACTOR)
    with pytest.raises(Refused, match="is placed; only drafts are merged"):
        actions.merge([first.number, placed().number], actor=ACTOR)


def test_proposals_follow_their_lines() -> None:
    for sku in ("CUP", "PLATE"):
        sell_every_week(sku, WEEKLY)
    planning.plan(planned_on=TODAY, actor=ACTOR)
    orders = [planning.approve([p.pk], actor=ACTOR)[0] for p in Proposal.objects.order_by("item_site__item__sku")]
    numbers = [order.number for order in orders]
    first = actions.change(
        numbers[0], [LineChange(1, requested_on=WANTED + timedelta(days=1))], reason="later", actor=ACTOR
    )
    [merged] = merge_orders(numbers, actor=ACTOR)
    assert merged == first
    proposals = Proposal.objects.select_related("item_site", "order_line__revision__purchase_order").order_by("pk")
    for proposal in proposals:
        assert proposal.order_line is not None
        assert proposal.order_line.revision.purchase_order == first
        assert proposal.order_line.item_id == proposal.item_site.item_id
        assert proposal.order_line.quantity == proposal.quantity
    assert planning.plan(planned_on=TODAY, actor=ACTOR).changed == 0


def test_who_wrote_a_draft_that_was_merged_does_not_approve_it() -> None:
    people_with_limits()
    first, second = drafted(line("CUP", 30), actor="user:anna"), drafted(line("CUP", 30), actor="user:carl")
    actions.merge([first.number, second.number], actor="user:ben")
    with pytest.raises(Refused, match="user:carl asked for"):
        actions.approve(first.number, actor="user:carl")
    actions.approve(first.number, actor="user:dora")
    assert PurchaseOrder.objects.get(pk=first.pk).state == OrderState.APPROVED
