"""Whatever is done to transfers in whatever order: every unit is somewhere, on the way is what the entries say, and
what is refused changes nothing.

A plain model counts along: four numbers a line. The lines are of goods in lots, so that which lot is on the way matters.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item
from ownstock.ledger import queries as stock
from ownstock.ledger.models import Movement
from ownstock.purchasing.actions import transfers
from ownstock.purchasing.models import TransferOrder
from ownstock.purchasing.queries.transfers import open_transfers, transfer, transfer_differences, transfer_lines
from ownstock.purchasing.rules.transfers import TransferState
from tests.demand_cases import goods_in
from tests.factories import ACTOR
from tests.transfer_cases import ON_THE_WAY, drafted, lose, receive, ship, two_sites, where

pytestmark = pytest.mark.django_db
AT_THE_DEPOT, ASKED = 24, 12
EXAMPLES = 1_000 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 20
LOTS = ("", "A", "B")
VERBS = ("place", "ship", "receive", "damage", "lose", "cancel", "take_back", "repeat")
steps = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, 1), st.integers(1, 7), st.sampled_from(LOTS)), max_size=14
)


@dataclass
class Played:
    """What was asked so far: the orders, the keys that posted, and the last call, to be made again."""

    orders: list[TransferOrder]
    posted: list[str] = field(default_factory=list)
    last: Callable[[], object] | None = None

    def play(self, number: int, verb: str, which: int, quantity: int, lot: str) -> None:
        order, key = self.orders[which], f"k{number}"
        calls: dict[str, Callable[[], object]] = {
            "place": lambda: transfers.place(order.number, actor=ACTOR),
            "ship": lambda: ship(order, quantity, key=key, lot=lot, reason="as asked"),
            "receive": lambda: receive(order, quantity, key=key, lot=lot),
            "damage": lambda: receive(order, quantity, key=key, lot=lot, damaged=1),
            "lose": lambda: lose(order, quantity, key=key, lot=lot),
            "cancel": lambda: transfers.cancel(
                order.number, line=1, quantity=Decimal(quantity), key=key, reason="less", actor=ACTOR
            ),
            "take_back": lambda: self.take_back(quantity, key),
            "repeat": lambda: self.last and self.last(),
        }
        with transaction.atomic():
            calls[verb]()
        if verb in ("ship", "receive", "damage", "lose"):
            self.posted.append(key)
            self.last = calls[verb]

    def take_back(self, which: int, key: str) -> None:
        if self.posted:
            old = self.posted[which % len(self.posted)]
            transfers.take_back(old, new_key=f"back:{key}", actor=ACTOR, reason="a slip")


def standing() -> list[tuple[str, tuple[Decimal, ...]]]:
    found: list[tuple[str, tuple[Decimal, ...]]] = []
    for order in TransferOrder.objects.order_by("id"):
        [line] = transfer_lines(order)
        t = line.totals
        found.append((order.state, (t.shipped, t.received, t.lost, t.cancelled)))
    return found


def check(orders: list[TransferOrder]) -> None:
    totals = [transfer_lines(order)[0].totals for order in orders]
    depot, on_the_way, shop = where()
    assert depot == AT_THE_DEPOT - sum(t.shipped for t in totals)
    assert on_the_way == sum(t.on_the_way for t in totals) == stock.on_hand("CUP", ON_THE_WAY)
    assert shop == sum(t.received for t in totals)
    assert depot + on_the_way + shop + sum(t.lost for t in totals) == AT_THE_DEPOT
    assert all(min(t.to_ship, t.on_the_way, t.received, t.lost, t.cancelled) >= 0 for t in totals)
    assert transfer_differences() == []
    coming = sum((part.quantity for part in open_transfers()), Decimal(0))
    assert coming == sum(t.to_ship + t.on_the_way for t in totals)
    for order, t in zip(orders, totals, strict=True):
        is_done = transfer(order.number).state in (TransferState.RECEIVED, TransferState.CANCELLED)
        assert is_done == (not t.to_ship and not t.on_the_way)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=EXAMPLES)
@given(played=steps)
def test_every_unit_is_somewhere_whatever_is_done(played: list[tuple[str, int, int, str]]) -> None:
    with transaction.atomic():
        two_sites()
        Item.objects.filter(sku="CUP").update(tracking="lot")
        for lot in ("A", "B"):
            goods_in(AT_THE_DEPOT // 2, lot=lot, location="DEPOT")
        orders = [drafted(ASKED), drafted(ASKED)]
        game = Played(orders)
        for order in orders[:1]:
            transfers.place(order.number, actor=ACTOR)
        for number, step in enumerate(played):
            before = standing(), where(), Movement.objects.count()
            try:
                game.play(number, *step)
            except Refused:
                assert (standing(), where(), Movement.objects.count()) == before
            check(orders)
        transaction.set_rollback(True)
