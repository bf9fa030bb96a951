"""Transfers among many, and in value: what several do at once happens once, who is killed leaves nothing half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from ownstock.access import sealing
from ownstock.access.chain import verify as verify_seal
from ownstock.base.errors import Refused
from ownstock.ledger import queries as stock
from ownstock.ledger.actions.closings import close
from ownstock.ledger.actions.valuation import value
from ownstock.ledger.models import ClosingBalance, Posting, ValuationEntry
from ownstock.purchasing.actions import transfers
from ownstock.purchasing.actions.transfers import ShippedPart
from ownstock.purchasing.models import TransferEntry
from ownstock.purchasing.queries.transfers import transfer, transfer_differences, transfer_lines
from tests.db.test_races import together
from tests.factories import ACTOR, opening
from tests.transfer_cases import ON_THE_WAY, drafted, lose, nothing_promised, placed, receive, ship, two_sites, where

pytestmark = pytest.mark.usefixtures("committed_db")
CLIENTS = 6


def amount() -> Decimal:
    return sum(ValuationEntry.objects.values_list("amount", flat=True), Decimal(0))


def test_the_value_of_the_stock_stays_but_for_what_is_lost() -> None:
    two_sites(30)
    order = placed(10)
    ship(order, 10)
    receive(order, 8)
    value()
    assert amount() == 30 * Decimal("2.5")
    lose(order, 2)
    value()
    assert (amount(), transfer(order.number).state) == (28 * Decimal("2.5"), "received")


def test_goods_on_the_way_are_closed_with_the_places_of_no_site() -> None:
    """Sent before the end of the period, received after it: at its end they were on the way, neither here nor there."""
    two_sites()
    days_ago = [timezone.now() - timedelta(days=days) for days in range(7)]
    opening("CUP", 30, location="DEPOT", key="opening:depot", moved_at=days_ago[6])
    order = placed(10)
    parts = [ShippedPart(1, Decimal(10))]
    transfers.ship(order.number, parts, key="s1", promised=nothing_promised, actor=ACTOR, moved_at=days_ago[5])
    receive(order, 10)
    close(days_ago[2].date(), actor=ACTOR)
    kept = {b.location.code: (b.closing.site_id, b.on_hand) for b in ClosingBalance.objects.select_related("location")}
    assert kept[ON_THE_WAY] == (None, 10)
    assert (kept["DEPOT"][1], "SHOP" in kept) == (20, False)
    then = {b.location: b.on_hand for b in stock.as_of(days_ago[1], sku="CUP")}
    assert (then, where()) == ({"DEPOT": 20, ON_THE_WAY: 10}, (20, 0, 10))


def test_several_who_ship_one_line_ship_it_once() -> None:
    two_sites(100)
    order = placed(10)
    answers = together([lambda n=n: ship(order, 4, key=f"s{n}") for n in range(CLIENTS)])  # type: ignore[misc]
    refused = [answer.code for answer in answers if isinstance(answer, Refused)]
    assert refused == ["more_than_open"] * (CLIENTS - 2)
    assert (where(), transfer_differences()) == ((92, 8, 0), [])


def test_one_key_sent_by_several_ships_once() -> None:
    two_sites(100)
    order = placed(10)
    together([lambda: ship(order, 4) for _ in range(CLIENTS)])
    assert (where(), Posting.objects.filter(kind="transfer").count()) == ((96, 4, 0), 1)


def test_shipping_while_somebody_cancels_never_exceeds_what_was_asked_for() -> None:
    two_sites(100)
    order = placed(10)

    def act(client: int) -> None:
        for turn in range(4):
            with suppress(Refused):
                if client % 2:
                    transfers.cancel(
                        order.number, line=1, quantity=Decimal(1), key=f"c{client}:{turn}", reason="less", actor=ACTOR
                    )
                else:
                    ship(order, 1, key=f"s{client}:{turn}")

    together([lambda n=n: act(n) for n in range(CLIENTS)])  # type: ignore[misc]
    [line] = transfer_lines(order)
    assert line.shipped_quantity + line.cancelled_quantity == 10
    assert (where(), transfer_differences()) == ((100 - line.shipped_quantity, line.shipped_quantity, 0), [])


def test_goods_that_go_both_ways_at_once_never_deadlock() -> None:
    """Four directions of shipping and receiving over two sites: every lock is taken in the order of the balances."""
    two_sites(200)
    there = placed(100)
    ship(there, 100, key="first")
    receive(there, 50, key="first:r")
    back, again = placed(40, source="SHOP", target="DEPOT"), placed(40)
    ship(back, 5, key="back:0")

    def act(client: int) -> None:
        for turn in range(4):
            key = f"{client}:{turn}"
            with suppress(Refused):
                if client % 4 == 0:
                    ship(back, 2, key=f"b{key}")
                elif client % 4 == 1:
                    receive(back, 1, key=f"rb{key}")
                elif client % 4 == 2:
                    ship(again, 2, key=f"a{key}")
                else:
                    receive(there, 2, key=f"rt{key}")

    together([lambda n=n: act(n) for n in range(8)])  # type: ignore[misc]
    assert (transfer_differences(), stock.verify()) == ([], [])
    on_the_way = sum(t.on_the_way for order in (there, back, again) for t in [transfer_lines(order)[0].totals])
    assert sum(where()) - stock.on_hand("CUP", ON_THE_WAY) + on_the_way == 200


KILLED = """
import os, signal, sys
from ownstock.purchasing.transfer_rows import LockedTransfer
import tests.transfer_cases as cases
from ownstock.purchasing.queries.transfers import transfer

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

step, number = sys.argv[1:]
setattr(LockedTransfer, step, die)
cases.ship(transfer(number), 4)
"""


@pytest.mark.parametrize("step", ["append", "settle", "record"])
def test_who_is_killed_while_shipping_leaves_neither_movement_nor_entry(step: str) -> None:
    """After the posting, before the entries are written; between them and the state; before the event."""
    two_sites(30)
    order = placed(10)
    program = "import django; django.setup()\n" + KILLED
    ended = subprocess.run(
        [sys.executable, "-c", program, step, order.number], env={**os.environ}, check=False, capture_output=True
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    assert (where(), TransferEntry.objects.count(), transfer_differences()) == ((30, 0, 0), 0, [])
    assert ship(order, 4).state == "part_shipped"
    assert where() == (26, 4, 0)


def test_entries_are_facts_that_are_sealed() -> None:
    two_sites(30)
    ship(placed(10), 4)
    sealing.seal()
    assert list(verify_seal()) == []


def test_two_who_begin_at_once_make_one_place_on_the_way() -> None:
    two_sites(30)
    answers = together([lambda: drafted() for _ in range(CLIENTS)])
    assert len({answer.transit_id for answer in answers if not isinstance(answer, Exception)}) == 1
