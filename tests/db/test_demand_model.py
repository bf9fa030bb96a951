"""The verbs of demand, in any order, beside a plain model in memory that knows no database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ownstock.base.errors import Refused
from ownstock.demand import actions, queries
from ownstock.demand.models import DemandLine
from ownstock.ledger.models import Balance
from tests.demand_cases import allocate, entered, goods_in, goods_lost, promised, shipped
from tests.factories import ACTOR, TODAY, small_business

EXPIRES_IN = {"": None, "A": 20, "B": 40}
LIFE = {"ANNA": 0, "BERT": 30}
QUANTITIES = st.integers(1, 12)
LOTS = st.sampled_from(sorted(EXPIRES_IN))
WANTED = st.tuples(QUANTITIES, st.integers(-2, 15), st.sampled_from(sorted(LIFE)))


@dataclass
class Wanted:
    """A line as the model knows it."""

    number: str
    wanted_in: int
    life: int
    quantity: int
    shipped: int = 0
    cut: int = 0
    promised: dict[str, int] = field(default_factory=dict)

    @property
    def open(self) -> int:
        return self.quantity - self.shipped - self.cut

    def may_have(self, lot: str) -> bool:
        expires = EXPIRES_IN[lot]
        return expires is None or expires - max(self.wanted_in, 0) > self.life


def fefo_order() -> list[str]:
    return sorted(EXPIRES_IN, key=lambda lot: EXPIRES_IN[lot] or 10**6)


@dataclass
class Plain:
    """What must be: goods by lot, lines, and who holds what."""

    on_hand: dict[str, int] = field(default_factory=lambda: dict.fromkeys(EXPIRES_IN, 0))
    lines: list[Wanted] = field(default_factory=list)

    def free(self, lot: str) -> int:
        return max(self.on_hand[lot] - sum(line.promised.get(lot, 0) for line in self.lines), 0)

    def held(self) -> Iterator[tuple[Wanted, str, int]]:
        """What of every promise is there, those who want it first before others."""
        for lot, left in self.on_hand.items():
            for line in sorted(self.lines, key=lambda each: (each.wanted_in, each.number)):
                share = min(line.promised.get(lot, 0), left)
                left -= share
                yield line, lot, share

    def short(self) -> dict[str, int]:
        lost: dict[str, int] = {}
        for line, lot, share in self.held():
            lost[line.number] = lost.get(line.number, 0) + line.promised.get(lot, 0) - share
        return {number: quantity for number, quantity in lost.items() if quantity}

    def allocate(self, chosen: list[Wanted]) -> None:
        held = list(self.held())
        for line in chosen:
            line.promised = {lot: share for other, lot, share in held if other is line and share}
        for line in sorted(chosen, key=lambda each: (each.wanted_in, each.number)):
            for lot in fefo_order():
                share = min(line.open - sum(line.promised.values()), self.free(lot))
                if share > 0 and line.may_have(lot):
                    line.promised[lot] = line.promised.get(lot, 0) + share

    def let_go(self, line: Wanted, quantity: int) -> None:
        for lot in reversed(fefo_order()):
            share = min(line.promised.get(lot, 0), quantity)
            quantity -= share
            if share:
                line.promised[lot] -= share
        line.promised = {lot: left for lot, left in line.promised.items() if left}

    def ship(self, line: Wanted, quantity: int) -> bool:
        """Own goods first, then free ones; False where that is not enough."""
        own = {lot: share for other, lot, share in self.held() if other is line}
        free = {lot: self.free(lot) for lot in EXPIRES_IN if line.may_have(lot)}
        taken: dict[str, int] = {}
        for goods in (own, free):
            for lot in fefo_order():
                share = min(goods.get(lot, 0), quantity - sum(taken.values()))
                taken[lot] = taken.get(lot, 0) + share
                if goods is own and share:
                    line.promised[lot] -= share
        if sum(taken.values()) < quantity:
            for lot, share in own.items():
                line.promised[lot] = line.promised.get(lot, 0) + min(share, taken.get(lot, 0))
            line.promised = {lot: left for lot, left in line.promised.items() if left}
            return False
        for lot, share in taken.items():
            self.on_hand[lot] -= share
        line.shipped += quantity
        self.let_go(line, max(sum(line.promised.values()) - line.open, 0))
        return True


class DemandMachine(RuleBasedStateMachine):
    """Every verb on the database and on the model; after each, both say the same."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        small_business(skus=["CUP"])
        for code, life in LIFE.items():
            actions.set_customer(code, code.title(), minimum_remaining_life_days=life, actor=ACTOR)
        self.plain = Plain()
        self.steps = 0
        self.shipments: list[tuple[str, Wanted, int]] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    def key(self) -> str:
        self.steps += 1
        return f"key{self.steps}"

    def line(self, choice: int) -> Wanted:
        return self.plain.lines[choice % len(self.plain.lines)]

    @initialize(goods=st.lists(QUANTITIES, min_size=3, max_size=3), wanted=st.lists(WANTED, min_size=3, max_size=4))
    def begin(self, goods: list[int], wanted: list[tuple[int, int, str]]) -> None:
        """Goods of every lot and some lines, allocated: so that every verb has something to do from the first step."""
        for lot, quantity in zip(EXPIRES_IN, goods, strict=True):
            self.receive(lot, quantity)
        for quantity, wanted_in, customer in wanted:
            self.enter(quantity, wanted_in, customer)
        self.allocate(list(range(len(wanted))))

    @rule(lot=LOTS, quantity=QUANTITIES)
    def receive(self, lot: str, quantity: int) -> None:
        days = EXPIRES_IN[lot]
        goods_in(quantity, lot=lot, expires_on=None if days is None else TODAY + timedelta(days=days), key=self.key())
        self.plain.on_hand[lot] += quantity

    @rule(wanted=WANTED)
    def order(self, wanted: tuple[int, int, str]) -> None:
        self.enter(*wanted)

    def enter(self, quantity: int, wanted_in: int, customer: str) -> None:
        line = entered(self.key(), quantity, customer=customer, days=wanted_in)
        self.plain.lines.append(Wanted(line.number, wanted_in, LIFE[customer], quantity))

    @precondition(lambda self: self.plain.lines)
    @rule(choices=st.lists(st.integers(0, 20), min_size=1, max_size=3))
    def allocate(self, choices: list[int]) -> None:
        chosen = list({line.number: line for line in map(self.line, choices)}.values())
        after = allocate(*(queries.demand_line(line.number) for line in chosen))
        self.plain.allocate(chosen)
        for line in after:
            assert line.allocated_quantity <= line.open_quantity
        assert not {line.number for line in chosen} & set(self.plain.short())

    @precondition(lambda self: self.plain.lines)
    @rule(choice=st.integers(0, 20), quantity=QUANTITIES)
    def release(self, choice: int, quantity: int) -> None:
        line = self.line(choice)
        if quantity > sum(line.promised.values()):
            with pytest.raises(Refused, match="is allocated"):
                actions.release(line.number, Decimal(quantity), actor=ACTOR)
        else:
            actions.release(line.number, Decimal(quantity), actor=ACTOR)
            self.plain.let_go(line, quantity)

    @precondition(lambda self: self.plain.lines)
    @rule(choice=st.integers(0, 20), quantity=QUANTITIES)
    def ship(self, choice: int, quantity: int) -> None:
        line, key = self.line(choice), self.key()
        row = queries.demand_line(line.number)
        if quantity > line.open:
            with pytest.raises(Refused, match="is open"):
                shipped(row, quantity, key=key)
        elif self.plain.ship(line, quantity):
            shipped(row, quantity, key=key)
            self.shipments.append((key, line, quantity))
        else:
            with pytest.raises(Refused, match="cannot be shipped from SHOP"):
                shipped(row, quantity, key=key)

    @precondition(lambda self: self.plain.lines)
    @rule(choice=st.integers(0, 20), quantity=QUANTITIES)
    def cut(self, choice: int, quantity: int) -> None:
        line = self.line(choice)
        if quantity > line.open:
            with pytest.raises(Refused, match="is open"):
                actions.cut(line.number, Decimal(quantity), actor=ACTOR, reason="wanted less")
        else:
            actions.cut(line.number, Decimal(quantity), actor=ACTOR, reason="wanted less")
            line.cut += quantity
            self.plain.let_go(line, max(sum(line.promised.values()) - line.open, 0))

    @precondition(lambda self: self.shipments)
    @rule(choice=st.integers(0, 20))
    def take_back(self, choice: int) -> None:
        key, line, quantity = self.shipments.pop(choice % len(self.shipments))
        before = self.lots_on_hand()
        actions.take_back(key, new_key=self.key(), actor=ACTOR, reason="never left")
        line.shipped -= quantity
        after = self.lots_on_hand()
        assert sum(after.values()) - sum(before.values()) == quantity
        self.plain.on_hand = after

    @rule(lot=LOTS, quantity=QUANTITIES)
    def lose(self, lot: str, quantity: int) -> None:
        quantity = min(quantity, self.plain.on_hand[lot])
        if quantity:
            goods_lost(quantity, lot=lot, key=self.key())
            self.plain.on_hand[lot] -= quantity

    def lots_on_hand(self) -> dict[str, int]:
        found = dict.fromkeys(EXPIRES_IN, 0)
        for lot, on_hand in Balance.objects.values_list("lot__code", "on_hand"):
            found[lot or ""] += int(on_hand)
        return found

    @invariant()
    def both_say_the_same(self) -> None:
        assert self.lots_on_hand() == self.plain.on_hand
        rows = {row.number: row for row in DemandLine.objects.all()}
        for line in self.plain.lines:
            row = rows[line.number]
            assert (row.shipped_quantity, row.cancelled_quantity) == (line.shipped, line.cut)
            assert {("" if lot == "SHOP" else lot): q for lot, q in promised(row).items()} == line.promised
        found: dict[str, int] = {}
        for short in queries.short_allocations(TODAY):
            found[short.number] = found.get(short.number, 0) + int(short.short)
        assert found == self.plain.short()

    @invariant()
    def totals_are_the_sums_of_their_entries(self) -> None:
        assert queries.differences() == []


@pytest.mark.django_db
def test_the_verbs_of_demand_do_what_a_plain_model_does() -> None:
    run_state_machine_as_test(
        DemandMachine, settings=settings(max_examples=settings.default.max_examples // 2, stateful_step_count=20)
    )
