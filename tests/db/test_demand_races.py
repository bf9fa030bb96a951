"""Many at once over the same goods: each unit is promised once, shipped once, and nobody deadlocks."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

import pytest
from django.db.models import Sum

from ownstock.base.errors import Refused
from ownstock.demand import actions, queries
from ownstock.demand.models import Allocation, DemandEntry, DemandLine
from ownstock.demand.rules import Part
from ownstock.ledger import actions as ledger
from ownstock.ledger import queries as stock
from tests.db.test_races import CLIENTS, together
from tests.demand_cases import allocate, entered, goods_in, wants
from tests.factories import ACTOR, TODAY, sale, small_business

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture(autouse=True)
def _business(committed_db: object) -> None:
    small_business()
    actions.set_customer("ANNA", "Anna's", actor=ACTOR)


def calls_of(act: Callable[[int], object]) -> list[Callable[[], object]]:
    return [lambda client=client: act(client) for client in range(CLIENTS)]  # type: ignore[misc]


def promised_of(sku: str = "CUP") -> Decimal:
    return Allocation.objects.filter(line__item__sku=sku).aggregate(total=Sum("quantity"))["total"] or Decimal(0)


def test_eight_who_allocate_the_same_goods_promise_each_unit_once() -> None:
    goods_in(50)
    lines = [entered(f"k{n}", 10) for n in range(CLIENTS)]
    together(calls_of(lambda client: allocate(lines[client])))
    assert promised_of() == 50
    assert (queries.short_allocations(TODAY), queries.differences()) == ([], [])


def test_eight_who_allocate_the_same_lines_promise_them_once() -> None:
    goods_in(50)
    lines = [entered(f"k{n}", 3) for n in range(5)]
    together(calls_of(lambda client: allocate(*random.Random(client).sample(lines, 5))))
    assert (promised_of(), queries.differences()) == (15, [])
    assert DemandEntry.objects.count() == 5


def test_allocating_shipping_releasing_and_selling_at_once_never_ships_what_is_promised_to_others() -> None:
    """Eight clients over two items in any order; the till takes from one of them beside."""
    for sku in ("CUP", "PLATE"):
        goods_in(60, sku=sku)
    lines = [entered(f"{sku}{n}", 12, sku=sku) for n in range(CLIENTS) for sku in ("CUP", "PLATE")]

    def act(client: int) -> list[str]:
        choose = random.Random(client)
        refused = []
        for turn in range(8):
            line = choose.choice(lines)
            try:
                if turn % 4 == 0:
                    allocate(*choose.sample(lines, 4))
                elif turn % 4 == 3:
                    actions.release(line.number, actor=ACTOR)
                else:
                    parts = [Part(line.number, Decimal(choose.randint(1, 4)))]
                    actions.ship(parts, key=f"{client}:{turn}", actor=ACTOR)
            except Refused as no:
                refused.append(no.code)
        return refused

    answers = together(calls_of(act))
    codes = {code for answer in answers for code in answer}  # type: ignore[attr-defined]
    assert codes <= {"promised_to_others", "not_enough_available", "more_than_open"}
    shipped = {line.pk: line.shipped_quantity for line in DemandLine.objects.all()}
    left = sum(stock.on_hand(sku, "SHOP") for sku in ("CUP", "PLATE"))
    assert left + sum(shipped.values()) == 120
    assert (queries.short_allocations(TODAY), queries.differences(), stock.verify()) == ([], [], [])


def test_a_shipment_sent_by_eight_under_one_key_leaves_once() -> None:
    goods_in(50)
    line = entered("k1", 40)
    together(calls_of(lambda client: actions.ship([Part(line.number, Decimal(5))], key="s1", actor=ACTOR)))
    assert (queries.demand_line(line.number).shipped_quantity, stock.on_hand("CUP", "SHOP")) == (5, 45)


def test_eight_who_ship_and_cut_one_line_never_exceed_what_was_ordered() -> None:
    goods_in(100)
    line = entered("k1", 20)

    def act(client: int) -> None:
        for turn in range(4):
            with suppress(Refused):
                if client % 2:
                    actions.cut(line.number, Decimal(2), actor=ACTOR, reason="wanted less")
                else:
                    actions.ship([Part(line.number, Decimal(2))], key=f"{client}:{turn}", actor=ACTOR)

    together(calls_of(act))
    after = queries.demand_line(line.number)
    assert (after.open_quantity, after.shipped_quantity + after.cancelled_quantity) == (0, 20)
    assert stock.on_hand("CUP", "SHOP") == 100 - after.shipped_quantity


def test_a_line_entered_by_eight_under_one_key_is_one_line() -> None:
    lines = [wants(f"k{n}", 5) for n in range(10)]

    def act(client: int) -> list[str]:
        return sorted(row.number for row in actions.enter(random.Random(client).sample(lines, 10), actor=ACTOR))

    answers = together(calls_of(act))
    assert DemandLine.objects.count() == 10
    assert answers == [answers[0]] * CLIENTS


def test_goods_that_the_till_sold_are_not_promised_as_well() -> None:
    """Postings and allocations take turns at the balance: what is promised was there when it was promised."""
    goods_in(40)
    lines = [entered(f"k{n}", 5) for n in range(4)]
    calls: list[Callable[[], object]] = [lambda line=line: allocate(line) for line in lines]  # type: ignore[misc]
    calls += [lambda n=n: ledger.post([sale("CUP", 5, key=f"till{n}")], actor=ACTOR) for n in range(4)]  # type: ignore[misc]
    together(calls)
    assert (promised_of(), stock.on_hand("CUP", "SHOP")) == (20, 20)
    assert queries.short_allocations(TODAY) == []
