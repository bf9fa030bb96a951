"""Whatever happens to an order, in whatever sequence: what is on order, received, sent, returned and invoiced adds up.

Its state is legal, and everything that waits for somebody has an alert or a day on which it gets one.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import hypothesis.strategies as st
import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from ownstock.base.errors import Refused
from ownstock.catalog.queries import exchange_rates
from ownstock.journal.models import Alert, OutboxRow
from ownstock.ledger.models import Movement, ValuationEntry
from ownstock.ledger.queries import on_hand
from ownstock.ledger.rules.late_costs import LATE_COSTS
from ownstock.purchasing import actions, queries
from ownstock.purchasing.actions import ReceiptLine
from ownstock.purchasing.models import (
    Delivery,
    Discrepancy,
    Invoice,
    InvoiceLine,
    InvoiceShare,
    NoticeLine,
    OrderRevision,
    PurchaseOrder,
    Receipt,
    ReceiptRate,
    Settlement,
    ShippingNotice,
    SupplierReturn,
)
from ownstock.purchasing.queries.invoices import goods_not_invoiced
from ownstock.purchasing.queries.matching import kept_quantities
from ownstock.purchasing.queries.notices import in_force
from ownstock.purchasing.queries.rates import waiting_receipts
from ownstock.purchasing.queries.standing import standing
from ownstock.purchasing.queries.timers import overdue_of
from ownstock.purchasing.rules import (
    ANSWERABLE_STATES,
    LineAnswer,
    LineChange,
    OrderState,
    Promise,
    open_quantity,
)
from ownstock.purchasing.rules.discrepancies import SettlementKind
from ownstock.purchasing.rules.disputes import DisputeEnd
from ownstock.purchasing.rules.invoices import STEP, EnteredInvoice, EnteredInvoiceLine, InvoiceKind, InvoiceState
from ownstock.purchasing.rules.notices import Notice, NoticedLine, NoticePurpose
from tests.buying_cases import WANTED, drafted, one_supplier
from tests.factories import ACTOR

pytestmark = pytest.mark.django_db
IS_NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
# Shrinking a story takes minutes: by night there is time for it, else the story as it was found has to do.
PHASES = tuple(Phase) if IS_NIGHTLY else (Phase.explicit, Phase.generate)
STORIES, STEPS = (400, 60) if IS_NIGHTLY else (4, 40)
QUANTITIES = st.integers(1, 40).map(Decimal)
LINES = st.integers(1, 4)
DAYS = st.integers(-3, 20)
INVOICED_ON = WANTED + timedelta(days=1)
RATES = {WANTED: Decimal("0.5"), INVOICED_ON: Decimal("0.75")}
PURPOSES = st.sampled_from([NoticePurpose.ORIGINAL, *NoticePurpose])


DEEDS: list[Callable[..., None]] = []
DRAWN: dict[Callable[..., None], dict[str, st.SearchStrategy[Any]]] = {}
Deed = TypeVar("Deed", bound=Callable[..., None])


def deed(often: int = 1, **drawn: st.SearchStrategy[Any]) -> Callable[[Deed], Deed]:
    """Something that people do with an order, so often beside the others, with what is drawn for it."""

    def known(method: Deed) -> Deed:
        DEEDS.extend([method] * often)
        DRAWN[method] = drawn
        return method

    return known


class OrderLife(RuleBasedStateMachine):
    """One order, on which everybody does what they like; what is refused must change nothing."""

    @initialize(is_placed=st.sampled_from([True, True, True, False]), currency=st.sampled_from(["EUR", "USD"]))
    def begin(self, is_placed: bool, currency: str) -> None:
        self.point = transaction.atomic()
        self.point.__enter__()
        self.currency = currency
        PurchaseOrder.objects.update(currency=currency)
        self.number = PurchaseOrder.objects.get().number
        self.keys: list[str] = []
        self.messages = 0
        if is_placed:
            actions.place(self.number, actor=ACTOR)
        self.seen = self.picture()

    def teardown(self) -> None:
        if hasattr(self, "point"):
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)

    def attempt(self, verb: Any, *args: Any, **options: Any) -> bool:
        """Do it; a refusal must leave everything as it was."""
        try:
            with transaction.atomic():
                verb(*args, **options)
        except Refused:
            assert self.picture() == self.seen
            return False
        return True

    def picture(self) -> Any:
        deliveries = Delivery.objects.order_by("pk").values_list(
            "pk", "quantity", "received_quantity", "cancelled_quantity", "shipped_quantity", "latest_promised_on"
        )
        counted = (OrderRevision, OutboxRow, Receipt, Settlement, SupplierReturn, InvoiceShare, ShippingNotice)
        invoices = Invoice.objects.order_by("pk").values_list("number", "state")
        return [
            *deliveries, *invoices, PurchaseOrder.objects.get().state, *(model.objects.count() for model in counted)
        ]  # fmt: skip

    def still_open(self, line: int) -> Decimal:
        return sum((d.quantity for d in queries.open_deliveries() if d.line == line), Decimal(0))

    def received(self, line: int) -> Decimal:
        total = Delivery.objects.filter(line__line=line).aggregate(total=Sum("received_quantity"))["total"]
        return total or Decimal(0)

    @deed()
    def place(self) -> None:
        self.attempt(actions.place, self.number, actor=ACTOR)

    @deed(often=2, line=LINES, quantity=st.integers(0, 40).map(Decimal), days=DAYS)
    def change(self, line: int, quantity: Decimal, days: int) -> None:
        wanted = LineChange(line, quantity, WANTED + timedelta(days=days))
        if self.attempt(actions.change, self.number, [wanted], reason="now", actor=ACTOR):
            assert self.still_open(line) == max(quantity - self.received(line), 0)

    @deed(often=2, line=LINES, quantities=st.lists(QUANTITIES, max_size=3), days=DAYS)
    def answer(self, line: int, quantities: list[Decimal], days: int) -> None:
        self.messages += 1
        promises = tuple(Promise(q, WANTED + timedelta(days=days + n)) for n, q in enumerate(quantities))
        said = [LineAnswer(line, promises)]
        kept, is_kept = PurchaseOrder.objects.get().acknowledgements.count(), True
        try:
            actions.acknowledge(self.number, said, message_key=f"m{self.messages}", actor=ACTOR)
        except Refused as refusal:
            is_kept = refusal.code == "promised_too_much"
            assert self.picture() == self.seen
        assert PurchaseOrder.objects.get().acknowledgements.count() == kept + is_kept

    @deed(
        often=5,
        line=LINES,
        quantity=QUANTITIES,
        damaged=st.sampled_from([0, 0, 0, 3]),
        notice=st.sampled_from(["", "", "", "N0", "N1"]),
    )
    def receive(self, line: int, quantity: Decimal, damaged: int, notice: str) -> None:
        key = f"r{len(self.keys)}"
        goods = [ReceiptLine(line, quantity, damaged=Decimal(damaged), reason="broken" if damaged else "")]
        before = self.received(line)
        said = {"key": key, "received_on": WANTED, "actor": ACTOR, "notice": notice}
        if self.attempt(actions.receive, self.number, goods, **said):
            self.keys.append(key)
            assert self.received(line) == before + quantity + damaged
            self.changes_nothing(actions.receive, self.number, goods, **said)

    def changes_nothing(self, verb: Any, *args: Any, **options: Any) -> None:
        """The same once more, as a lost answer makes people and programs do."""
        before = self.picture()
        verb(*args, **options)
        assert self.picture() == before

    @deed(which=st.integers(0, 9))
    def take_back(self, which: int) -> None:
        if which < len(self.keys):
            key = self.keys[which]
            self.attempt(actions.take_back, key, new_key=f"{key}:back", actor=ACTOR, reason="wrong")

    @deed(line=LINES, quantity=QUANTITIES)
    def cut(self, line: int, quantity: Decimal) -> None:
        before = self.still_open(line)
        if self.attempt(actions.cut, self.number, line, quantity, actor=ACTOR, reason="short"):
            assert self.still_open(line) == before - quantity

    @deed()
    def cancel(self) -> None:
        if self.attempt(actions.cancel, self.number, reason="too late", actor=ACTOR):
            assert list(queries.open_deliveries()) == []

    @deed(often=3, number=st.sampled_from(["N0", "N1"]), line=LINES, quantity=QUANTITIES, days=DAYS, purpose=PURPOSES)
    def notice(self, number: str, line: int, quantity: Decimal, days: int, purpose: NoticePurpose) -> None:
        self.messages += 1
        lines = [] if purpose == NoticePurpose.CANCELLATION else [NoticedLine(self.number, quantity, line=line)]
        said = Notice(supplier="ALPHA", number=number, lines=lines, purpose=purpose, shipped_on=WANTED - timedelta(days=5),
                      expected_on=WANTED + timedelta(days=days))  # fmt: skip
        if self.attempt(actions.take_notice, said, message_key=f"m{self.messages}", actor=ACTOR):
            self.changes_nothing(actions.take_notice, said, message_key=f"m{self.messages}", actor=ACTOR)

    @deed(often=3, which=st.integers(0, 5), settled_as=st.sampled_from(SettlementKind))
    def settle(self, which: int, settled_as: SettlementKind) -> None:
        waiting = list(Discrepancy.objects.filter(settlement=None).order_by("pk"))
        pk = waiting[which % len(waiting)].pk if waiting else 0
        if self.attempt(actions.settle_discrepancy, pk, settled_as, reason="agreed", actor=ACTOR):
            self.changes_nothing(actions.settle_discrepancy, pk, settled_as, reason="agreed", actor=ACTOR)

    @deed(often=2, which=st.integers(0, 9), quantity=QUANTITIES)
    def send_back(self, which: int, quantity: Decimal) -> None:
        self.messages += 1
        receipt, key = self.keys[which % len(self.keys)] if self.keys else "none", f"back{self.messages}"
        said = {"key": key, "reason": "faulty", "actor": ACTOR}
        if self.attempt(actions.send_back, receipt, 1, quantity, **said):
            self.changes_nothing(actions.send_back, receipt, 1, quantity, **said)

    @deed(
        often=5,
        line=LINES,
        quantity=QUANTITIES,
        price=st.sampled_from(["2.40", "2.40", "2.70", "2.10"]),
        is_credit=st.booleans(),
    )
    def invoice(self, line: int, quantity: Decimal, price: str, is_credit: bool) -> None:
        self.messages += 1
        signed = -quantity if is_credit and Invoice.objects.exists() else quantity
        kind = InvoiceKind.INVOICE if signed > 0 else InvoiceKind.CREDIT_NOTE
        entered = EnteredInvoice(
            supplier="ALPHA", number=f"I{self.messages}", kind=kind, invoiced_on=INVOICED_ON, currency=self.currency,
            lines=[EnteredInvoiceLine(signed, Decimal(price), self.number, line)], total=signed * Decimal(price),
        )  # fmt: skip
        if self.attempt(actions.take_invoice, entered, message_key=f"m{self.messages}", actor=ACTOR):
            self.changes_nothing(actions.take_invoice, entered, message_key=f"m{self.messages}", actor=ACTOR)

    @deed(
        often=2,
        which=st.integers(0, 5),
        deed=st.sampled_from(["approve", "cancel", "price_accepted", "quantity_accepted"]),
    )
    def decide_on_invoice(self, which: int, deed: str) -> None:
        numbers = list(Invoice.objects.order_by("pk").values_list("number", flat=True))
        of = "ALPHA", numbers[which % len(numbers)] if numbers else "none"
        if deed == "approve":
            self.attempt(actions.approve_invoice, *of, actor=ACTOR)
        elif deed == "cancel":
            self.attempt(actions.cancel_invoice, *of, reason="wrong", actor=ACTOR)
        else:
            self.attempt(actions.settle_dispute, *of, DisputeEnd(deed), reason="agreed", actor=ACTOR)

    @deed(on=st.sampled_from([WANTED, INVOICED_ON]))
    def enter_rate(self, on: date) -> None:
        self.attempt(actions.set_rate, "USD", RATES[on], valid_from=on, actor=ACTOR)

    def on_order_is_what_is_open(self) -> None:
        still_open = sum(
            (open_quantity(d.quantity, d.received_quantity, d.cancelled_quantity) for d in Delivery.objects.all()),
            Decimal(0),
        )
        order = PurchaseOrder.objects.get()
        counted = sum((d.quantity for d in queries.open_deliveries()), Decimal(0))
        assert counted == still_open, order.state
        assert (order.state in (OrderState.CANCELLED, OrderState.RECEIVED, OrderState.CLOSED)) == (still_open == 0)

    def what_came_and_did_not_go_back_is_on_hand(self) -> None:
        came, back = total(standing(Receipt.objects.all(), "posting_key")), total(SupplierReturn.objects.all())
        shelf = sum((on_hand(sku, "SHOP") for sku in ("CUP", "PLATE", "BOWL")), Decimal(0))
        assert shelf == came - back >= 0
        received = Delivery.objects.aggregate(total=Sum("received_quantity"))["total"]
        replaced = Settlement.objects.filter(settled_as=SettlementKind.REPLACED, discrepancy__kind="damaged")
        assert (
            came - sum(row.discrepancy.quantity for row in replaced.select_related("discrepancy")) <= received <= came
        )
        for delivery in Delivery.objects.all():
            assert min(delivery.received_quantity, delivery.cancelled_quantity, delivery.shipped_quantity) >= 0
            assert delivery.quantity > 0

    def money_adds_up(self) -> None:
        shares = list(standing(InvoiceShare.objects.all(), "posting_key").select_related("invoice_line"))
        cost = {(m.posting.key, m.line): m.unit_cost for m in Movement.objects.select_related("posting")}
        came = defaultdict[tuple[str, int], Decimal](Decimal)
        for receipt in standing(Receipt.objects.all(), "posting_key"):
            came[receipt.posting_key, receipt.posting_line] += receipt.quantity
        paid, of_line = defaultdict[tuple[str, int], Decimal](Decimal), defaultdict[int, Decimal](Decimal)
        for share in shares:
            key = share.posting_key, share.posting_line
            paid[key] += share.quantity
            of_line[share.invoice_line_id] += share.quantity
            if share.quantity > 0:
                price = cost[key] if self.currency == "EUR" else Decimal("2.40")
                at_receipt = (price or Decimal(0)) * share.quantity
                assert at_receipt + share.price_variance == share.invoice_line.stock_price * share.quantity
        assert all(0 <= quantity <= came[key] for key, quantity in paid.items())
        for invoiced_line in InvoiceLine.objects.filter(pk__in=of_line):
            assert 0 <= of_line[invoiced_line.pk] / (invoiced_line.stock_units or 1) <= 1
        self.value_follows([share for share in shares if share.is_valued])
        order = PurchaseOrder.objects.get()
        live = InvoiceLine.objects.exclude(invoice__state=InvoiceState.CANCELLED)
        invoiced = dict(live.values_list("line").annotate(total=Sum("stock_units")).order_by())
        waiting = {row.line: row.quantity for row in goods_not_invoiced()}
        for line, kept in kept_quantities(order).items():
            left = max(kept - max(invoiced.get(line) or Decimal(0), Decimal(0)), Decimal(0))
            assert order.is_invoiced or waiting.get(line, 0) == left

    def value_follows(self, shares: list[InvoiceShare]) -> None:
        """What is invoiced went into the value once, by the rates of two days where it is of another currency."""
        added = defaultdict[str, Decimal](Decimal)
        for share in shares:
            rate = share.receipt_rate or Decimal(1)
            added["invoice_difference"] += (share.price_variance * rate).quantize(STEP)
            added["exchange_difference"] += share.exchange_difference
            if share.invoice_rate is not None:
                at_receipt = (share.invoice_line.stock_price * share.quantity - share.price_variance) * rate
                invoiced = share.invoice_line.stock_price * share.quantity * share.invoice_rate
                assert at_receipt + share.price_variance * rate + share.exchange_difference == invoiced
        rated = standing(ReceiptRate.objects.all(), "posting_key").aggregate(total=Sum("added"))["total"]
        added["order_price"] = rated or Decimal(0)
        entries = standing(ValuationEntry.objects.filter(reason__in=LATE_COSTS), "posting__key")
        late = dict(entries.values_list("reason").annotate(total=Sum("amount")).order_by())
        assert all(late.get(reason, 0) == amount for reason, amount in added.items())
        if exchange_rates().filter(valid_from=WANTED).exists():
            assert not waiting_receipts(self.currency).exists()

    def everything_that_waits_has_an_alert_or_a_day(self) -> None:
        told = set(Alert.objects.filter(cleared_at=None).values_list("key", flat=True))
        waiting = standing(Discrepancy.objects.filter(settlement=None), "receipt_key")
        assert {f"discrepancy:{pk}" for pk in waiting.values_list("pk", flat=True)} <= told
        disputed = Invoice.objects.filter(state=InvoiceState.DISPUTED).values_list("number", flat=True)
        assert {f"invoice_disputed:ALPHA/{number}" for number in disputed} <= told
        order = PurchaseOrder.objects.get()
        later = timezone.now() + timedelta(days=500)
        is_due = bool(overdue_of([order], now=later, today=later.date()))
        assert is_due == (order.state in ANSWERABLE_STATES and order.sent_at is not None)
        noticed = NoticeLine.objects.filter(notice__in=in_force()).aggregate(total=Sum("quantity"))["total"] or Decimal(
            0
        )
        marked = Delivery.objects.aggregate(total=Sum("shipped_quantity"))["total"] or Decimal(0)
        short = total(standing(Discrepancy.objects.filter(kind="short"), "receipt_key"))
        if noticed > marked + short:
            assert any(key.startswith("notice_over:") for key in told) or self.was_replaced()

    def was_replaced(self) -> bool:
        """Whether goods that came count as still to come: what was noticed of them came all the same."""
        return Settlement.objects.filter(settled_as=SettlementKind.REPLACED).exists()

    def each_revision_that_was_sent_left_once(self) -> None:
        order = PurchaseOrder.objects.get()
        rows = OutboxRow.objects.order_by("id").values_list("payload", flat=True)
        sent = [OrderRevision.objects.get(pk=payload["order_revision"]).number for payload in rows]
        assert sent == sorted(set(sent))
        assert order.sent_revision == (sent[-1] if sent else None)
        assert (order.state in (OrderState.DRAFT, OrderState.APPROVED)) <= (not sent)
        numbers = list(order.revisions.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))

    def lines_of_the_newest_revision_say_what_stands(self) -> None:
        newest = PurchaseOrder.objects.get().revisions.latest("number")
        for line in newest.lines.all():
            standing = sum((d.quantity - d.cancelled_quantity for d in line.deliveries.all()), Decimal(0))
            assert 0 <= standing <= line.quantity

    @rule(data=st.data(), what=st.sampled_from(sorted(DEEDS, key=DEEDS.count, reverse=True)))
    def step(self, data: st.DataObject, what: Callable[..., None]) -> None:
        """Somebody does something; where that changed anything, all of it still adds up."""
        what(self, **{name: data.draw(strategy, name) for name, strategy in DRAWN[what].items()})
        before, self.seen = self.seen, self.picture()
        if self.seen != before:
            self.on_order_is_what_is_open()
            self.what_came_and_did_not_go_back_is_on_hand()
            self.money_adds_up()
            self.everything_that_waits_has_an_alert_or_a_day()
            self.each_revision_that_was_sent_left_once()
            self.lines_of_the_newest_revision_say_what_stands()


def total(rows: Any) -> Decimal:
    """How many stock units rows are about in all."""
    return rows.aggregate(total=Sum("quantity"))["total"] or Decimal(0)


def test_an_order_adds_up_whatever_happens_to_it() -> None:
    one_supplier()
    drafted()
    chosen = settings(
        max_examples=STORIES, stateful_step_count=STEPS, suppress_health_check=list(HealthCheck), phases=PHASES
    )
    run_state_machine_as_test(OrderLife, settings=chosen)
    assert Receipt.objects.count() == 0
