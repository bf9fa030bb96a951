"""Whatever happens to an order, in whatever sequence: what is on order, received and sent adds up, and its state is legal."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import hypothesis.strategies as st
import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ownstock.base.errors import Refused
from ownstock.journal.models import OutboxRow
from ownstock.ledger.queries import on_hand
from ownstock.purchasing import actions, queries
from ownstock.purchasing.actions import ReceiptLine
from ownstock.purchasing.models import Delivery, OrderRevision, PurchaseOrder, Receipt
from ownstock.purchasing.rules import LineAnswer, LineChange, OrderState, Promise, open_quantity
from tests.buying_cases import WANTED, drafted, one_supplier
from tests.factories import ACTOR

pytestmark = pytest.mark.django_db
QUANTITIES = st.integers(1, 40).map(Decimal)
LINES = st.integers(1, 4)
DAYS = st.integers(-3, 20)


class OrderLife(RuleBasedStateMachine):
    """One order, on which everybody does what they like; what is refused must change nothing."""

    @initialize()
    def begin(self) -> None:
        self.point = transaction.atomic()
        self.point.__enter__()
        one_supplier()
        self.number = drafted().number
        self.keys: list[str] = []
        self.messages = 0

    def teardown(self) -> None:
        if hasattr(self, "point"):
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)

    def attempt(self, verb: Any, *args: Any, **options: Any) -> bool:
        """Do it; a refusal must leave everything as it was."""
        before = self.picture()
        try:
            with transaction.atomic():
                verb(*args, **options)
        except Refused:
            assert self.picture() == before
            return False
        return True

    def picture(self) -> Any:
        deliveries = Delivery.objects.order_by("pk").values_list(
            "pk", "quantity", "received_quantity", "cancelled_quantity"
        )
        return [
            *deliveries,
            PurchaseOrder.objects.get().state,
            OrderRevision.objects.count(),
            OutboxRow.objects.count(),
        ]

    def still_open(self, line: int) -> Decimal:
        return sum((d.quantity for d in queries.open_deliveries() if d.line == line), Decimal(0))

    def received(self, line: int) -> Decimal:
        total = Delivery.objects.filter(line__line=line).aggregate(total=Sum("received_quantity"))["total"]
        return total or Decimal(0)

    @rule()
    def place(self) -> None:
        self.attempt(actions.place, self.number, actor=ACTOR)

    @rule(line=LINES, quantity=st.integers(0, 40).map(Decimal), days=DAYS)
    def change(self, line: int, quantity: Decimal, days: int) -> None:
        wanted = LineChange(line, quantity, WANTED + timedelta(days=days))
        if self.attempt(actions.change, self.number, [wanted], reason="now", actor=ACTOR):
            assert self.still_open(line) == max(quantity - self.received(line), 0)

    @rule(line=LINES, quantities=st.lists(QUANTITIES, max_size=3), days=DAYS)
    def answer(self, line: int, quantities: list[Decimal], days: int) -> None:
        self.messages += 1
        promises = tuple(Promise(q, WANTED + timedelta(days=days + n)) for n, q in enumerate(quantities))
        said = [LineAnswer(line, promises)]
        before_and_after: list[tuple[Any, Any]] = []
        kept, before, is_kept = PurchaseOrder.objects.get().acknowledgements.count(), self.picture(), True
        try:
            actions.acknowledge(self.number, said, message_key=f"m{self.messages}", actor=ACTOR)
        except Refused as refusal:
            is_kept = refusal.code == "promised_too_much"
            before_and_after.append((before, self.picture()))
        assert PurchaseOrder.objects.get().acknowledgements.count() == kept + is_kept
        assert all(earlier == later for earlier, later in before_and_after)

    @rule(line=LINES, quantity=QUANTITIES)
    def receive(self, line: int, quantity: Decimal) -> None:
        key = f"r{len(self.keys)}"
        goods = [ReceiptLine(line, quantity)]
        before = self.received(line)
        if self.attempt(actions.receive, self.number, goods, key=key, received_on=WANTED, actor=ACTOR):
            self.keys.append(key)
            assert self.received(line) == before + quantity

    @rule(which=st.integers(0, 9))
    def take_back(self, which: int) -> None:
        if which < len(self.keys):
            key = self.keys[which]
            self.attempt(actions.take_back, key, new_key=f"{key}:back", actor=ACTOR, reason="wrong")

    @rule(line=LINES, quantity=QUANTITIES)
    def cut(self, line: int, quantity: Decimal) -> None:
        before = self.still_open(line)
        if self.attempt(actions.cut, self.number, line, quantity, actor=ACTOR, reason="short"):
            assert self.still_open(line) == before - quantity

    @rule()
    def cancel(self) -> None:
        if self.attempt(actions.cancel, self.number, reason="too late", actor=ACTOR):
            assert list(queries.open_deliveries()) == []

    @invariant()
    def on_order_is_what_is_open(self) -> None:
        if not hasattr(self, "number"):
            return
        still_open = sum(
            (open_quantity(d.quantity, d.received_quantity, d.cancelled_quantity) for d in Delivery.objects.all()),
            Decimal(0),
        )
        order = PurchaseOrder.objects.get()
        counted = sum((d.quantity for d in queries.open_deliveries()), Decimal(0))
        assert counted == still_open, order.state
        assert (order.state in (OrderState.CANCELLED, OrderState.RECEIVED, OrderState.CLOSED)) == (still_open == 0)

    @invariant()
    def received_is_what_is_on_hand(self) -> None:
        if not hasattr(self, "number"):
            return
        received = Delivery.objects.aggregate(total=Sum("received_quantity"))["total"]
        shelf = sum((on_hand(sku, "SHOP") for sku in ("CUP", "PLATE", "BOWL")), Decimal(0))
        assert received == shelf
        for delivery in Delivery.objects.all():
            assert min(delivery.received_quantity, delivery.cancelled_quantity) >= 0
            assert delivery.quantity > 0

    @invariant()
    def each_revision_that_was_sent_left_once(self) -> None:
        if not hasattr(self, "number"):
            return
        order = PurchaseOrder.objects.get()
        rows = OutboxRow.objects.order_by("id").values_list("payload", flat=True)
        sent = [OrderRevision.objects.get(pk=payload["order_revision"]).number for payload in rows]
        assert sent == sorted(set(sent))
        assert order.sent_revision == (sent[-1] if sent else None)
        assert (order.state in (OrderState.DRAFT, OrderState.APPROVED)) <= (not sent)
        numbers = list(order.revisions.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))

    @invariant()
    def lines_of_the_newest_revision_say_what_stands(self) -> None:
        if not hasattr(self, "number"):
            return
        newest = PurchaseOrder.objects.get().revisions.latest("number")
        for line in newest.lines.all():
            standing = sum((d.quantity - d.cancelled_quantity for d in line.deliveries.all()), Decimal(0))
            assert 0 <= standing <= line.quantity


def test_an_order_adds_up_whatever_happens_to_it() -> None:
    run_state_machine_as_test(OrderLife, settings=settings(max_examples=12, stateful_step_count=25))
    assert Receipt.objects.count() == 0
