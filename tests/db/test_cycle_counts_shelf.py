"""Counts beside a physical shelf: whatever moves meanwhile and whoever miscounts, the record is right afterwards."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ownstock.catalog.models import Location
from ownstock.ledger import actions, queries
from ownstock.ledger.actions import counts
from ownstock.ledger.actions.count_approval import approve
from ownstock.ledger.actions.count_opening import open_count
from ownstock.ledger.clock import database_now
from ownstock.ledger.models import CountPolicy
from ownstock.ledger.queries import counts as count_queries
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.ledger.rules.counting import Counted, CountVerdict
from tests.factories import ACTOR, small_business

pytestmark = pytest.mark.django_db
SKUS, PLACES, STATUSES = ("CUP", "PLATE"), ("SHOP", "BIN-1", "BIN-2"), ("released", "on_hold")
APPROVER = "user:approver"
Key = tuple[str, str, str]


@dataclass
class Shelf:
    """What is really there, beside the ledger; people move goods, and tell the ledger at once, later, or never."""

    chance: random.Random
    there: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    told_late: list[PostingRequest] = field(default_factory=list)
    owed: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    posted: int = 0

    def on_hand(self, key: Key) -> Decimal:
        sku, place, status = key
        return queries.on_hand(sku, place, status=status)

    def any_key(self) -> Key:
        return self.chance.choice(SKUS), self.chance.choice(PLACES), self.chance.choice(STATUSES)

    def move(self) -> None:
        """Goods come, leave, change their place or status; the ledger hears of it now, or before the approval."""
        way = self.chance.choice(["comes", "leaves", "moves"])
        source, target = self.any_key(), self.any_key()
        source = (target[0], *source[1:])
        free = min(self.there[source], int(self.on_hand(source)) - self.owed[source])
        quantity = self.chance.randint(1, 5) if way == "comes" else min(free, self.chance.randint(1, 5))
        if quantity < 1 or (way == "moves" and source == target):
            return
        if way != "comes":
            self.there[source] -= quantity
        if way != "leaves":
            self.there[target] += quantity
        is_late = self.chance.random() < 0.4
        if is_late and way != "comes":
            self.owed[source] += quantity
        self.tell(way, source, target, quantity, database_now() if is_late else None)

    def tell(self, way: str, source: Key, target: Key, quantity: int, moved_at: datetime | None) -> None:
        """Post what moved, or keep it to be told late where it has a moment."""
        self.posted += 1
        _, begins, before = ("", "DIFFERENCES", target[2]) if way == "comes" else source
        _, ends, after = ("", "DIFFERENCES", source[2]) if way == "leaves" else target
        line = Line(
            target[0], begins, ends, Decimal(quantity), source_status=before, target_status=after, moved_at=moved_at
        )
        request = PostingRequest(f"m{self.posted}", Kind.TRANSFER, [line])
        if moved_at is None:
            actions.post([request], actor=ACTOR)
        else:
            self.told_late.append(request)

    def tell_what_is_late(self) -> None:
        """In any order: a batch is one instant."""
        self.chance.shuffle(self.told_late)
        actions.post(self.told_late, actor=ACTOR)
        self.told_late.clear()
        self.owed.clear()

    def lose_and_misplace(self) -> None:
        """What nobody tells the ledger."""
        for key in [key for key, quantity in self.there.items() if quantity]:
            if self.chance.random() < 0.5:
                gone = self.chance.randint(1, self.there[key])
                self.there[key] -= gone
                if self.chance.random() < 0.5:
                    self.there[key[0], self.chance.choice(PLACES), key[2]] += gone


def stock_up(shelf: Shelf) -> None:
    for sku in SKUS:
        for place in PLACES[:2]:
            quantity = shelf.chance.randint(1, 30)
            line = Line(sku, "SUPPLIERS", place, Decimal(quantity))
            actions.post([PostingRequest(f"o:{sku}:{place}", Kind.RECEIPT, [line])], actor=ACTOR)
            shelf.there[sku, place, "released"] += quantity


def count_one(shelf: Shelf, number: str, counter: str, key: Key, *, errs: int = 0) -> None:
    sku, place, status = key
    counted_at = database_now() if shelf.chance.random() < 0.5 else None
    quantity = Decimal(shelf.there[key] + errs)
    counted = Counted(quantity, sku=sku, location=place, status=status, counted_at=counted_at)
    counts.enter(number, [counted], counter=counter)


def keys_to_count(shelf: Shelf, number: str) -> list[Key]:
    rows = count_queries.sheet_lines(count_queries.cycle_count(number))
    needed = [(r.sku, r.location, r.status) for r in rows if r.verdict != CountVerdict.SETTLED]
    on_sheet = {(r.sku, r.location, r.status) for r in rows}
    found = [key for key, quantity in shelf.there.items() if quantity and key not in on_sheet]
    return needed + [key for key in found if shelf.on_hand(key) + owed_in(shelf, key) != shelf.there[key]]


def owed_in(shelf: Shelf, key: Key) -> int:
    """What will still be told of a place."""
    total = 0
    for request in shelf.told_late:
        [line] = request.lines
        if (line.sku, line.target, line.target_status) == key:
            total += int(line.quantity)
        if (line.sku, line.source, line.source_status) == key:
            total -= int(line.quantity)
    return total


def assert_record_is_shelf(shelf: Shelf) -> None:
    keys = {(sku, place, status) for sku in SKUS for place in PLACES for status in STATUSES}
    assert {key: shelf.on_hand(key) for key in keys} == {key: shelf.there[key] for key in keys}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_after_the_approval_on_hand_is_what_is_there(seed: int) -> None:
    with transaction.atomic():
        tell_a_story(Shelf(random.Random(seed)))
        transaction.set_rollback(True)


def tell_a_story(shelf: Shelf) -> None:
    site = small_business().site
    for code in PLACES[1:]:
        Location.objects.create(code=code, name=code, kind="bin", parent=site, site=site)
    CountPolicy.objects.update(tolerance_share=0, tolerance_units=0)
    stock_up(shelf)
    for _ in range(6):
        shelf.move()
    shelf.tell_what_is_late()
    shelf.lose_and_misplace()
    number = open_count("SHOP", actor="user:opener").number
    counters, errors = 0, 0
    while keys := keys_to_count(shelf, number):
        counters += 1
        for key in keys:
            shelf.move()
            errors += 1
            is_wrong = counters < 4 and shelf.chance.random() < 0.3
            count_one(shelf, number, f"user:counter-{counters}", key, errs=1000 + errors if is_wrong else 0)
            if shelf.chance.random() < 0.2:
                shelf.tell_what_is_late()
        assert counters < 12, "the counts never settle"
    shelf.tell_what_is_late()
    while keys := keys_to_count(shelf, number):
        counters += 1
        for key in keys:
            count_one(shelf, number, f"user:counter-{counters}", key)
    approve(number, actor=APPROVER, reason="what is there is there")
    assert_record_is_shelf(shelf)
    for _ in range(4):
        shelf.move()
    shelf.tell_what_is_late()
    assert_record_is_shelf(shelf)
    assert queries.verify() == []
