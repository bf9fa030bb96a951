"""A large ledger, built by posting documents as the product does: a tenth as many balances as movements.

Every item has lots in every site. Each (item, site, lot) is received once from a supplier; what follows goes to customers,
one movement of ten to another site. One lot more goes to customers piece by piece, in a hundredth as many movements as there
are in all: whoever recalls it must read them all. All is drawn from fixed seeds and dated over three years in the order of
posting, so that a build that was broken off goes on where it stopped.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import connections

from bench.ledger_cost import Cost
from bench.ledger_home import Company, count_of, fill_catalogue
from bench.ledger_site import ACTOR
from bench.ledger_workers import Gate, together
from ownstock.ledger import actions
from ownstock.ledger.models import Posting
from ownstock.ledger.rules import Kind, Line, PostingRequest

BEGINNING, DAYS = datetime(2023, 1, 1, tzinfo=UTC), 3 * 365
RECEIVED_DAYS = 30
SITES, LOTS = 10, 5
LINES_OF_A_POSTING, LINES_OF_A_CALL = 10, 2_000
RECEIVED = Decimal(1_000)
TRANSFERRED = 0.1
# The lot that moved most leaves within the last days, of which no period is closed.
LARGE_LOT, LARGE_LOT_SHARE, LARGE_LOT_DAYS = "ALL", 0.01, 60


@dataclass(frozen=True)
class Large:
    """A company of so many movements; a tenth as many balances."""

    movements: int

    @property
    def company(self) -> Company:
        """Its items and places."""
        return Company(items=max(self.movements // (10 * SITES * LOTS), 1), sites=SITES)

    @property
    def balances(self) -> int:
        """So many (item, site, lot)."""
        return self.company.item_sites * LOTS

    def lot(self, number: int) -> str:
        """The code of one of an item's lots, counted from 0."""
        return f"L{number}"

    def receipts(self, first: int, end: int) -> Iterator[Line]:
        """What fills the balances numbered from `first` to before `end`."""
        company = self.company
        for k in range(first, min(end, self.balances)):
            item, site, lot = k // (SITES * LOTS), k // LOTS % SITES, k % LOTS
            moved_at = BEGINNING + timedelta(days=RECEIVED_DAYS * k / self.balances)
            supplier = company.supplier((item + lot) % company.suppliers)
            yield Line(company.sku(item), supplier, company.site(site), RECEIVED, self.lot(lot), moved_at=moved_at)

    def departures(self, first: int, end: int) -> Iterator[Line]:
        """The movements numbered from `first` to before `end` of those that follow."""
        company, rng = self.company, random.Random(first)
        count = self.movements - self.balances
        for k in range(first, min(end, count)):
            days = RECEIVED_DAYS + (DAYS - RECEIVED_DAYS) * k / count
            item, site, lot = rng.randrange(company.items), rng.randrange(SITES), rng.randrange(LOTS)
            target = company.customer(rng.randrange(company.customers))
            if rng.random() < TRANSFERRED:
                target = company.site((site + 1 + rng.randrange(SITES - 1)) % SITES)
            yield Line(
                company.sku(item), company.site(site), target, Decimal(rng.randrange(1, 4)), self.lot(lot),
                moved_at=BEGINNING + timedelta(days=days, seconds=rng.randrange(3600)),
            )  # fmt: skip

    @property
    def large_lot_movements(self) -> int:
        """So many movements has the lot that moved most."""
        return int(self.movements * LARGE_LOT_SHARE)

    def lines_of_large_lot(self) -> Iterator[Line]:
        """It comes at once, and leaves by single pieces until one is left."""
        company, count = self.company, self.large_lot_movements
        sku, site = company.sku(0), company.site(0)
        for k in range(count):
            moved_at = BEGINNING + timedelta(days=DAYS - LARGE_LOT_DAYS * (1 - k / count))
            if k:
                customer = company.customer(k % company.customers)
                yield Line(sku, site, customer, Decimal(1), LARGE_LOT, moved_at=moved_at)
            else:
                yield Line(sku, company.supplier(0), site, Decimal(count), LARGE_LOT, moved_at=moved_at)


def missing_calls(large: Large, *, is_receiving: bool) -> list[int]:
    """The numbers of the first lines of the calls that are still to be made."""
    kind, count = _part(large, is_receiving)
    made = set(Posting.objects.filter(key__startswith=f"{kind}-", key__endswith="-0").values_list("key", flat=True))
    return [first for first in range(0, count, LINES_OF_A_CALL) if f"{kind}-{first}-0" not in made]


def _part(large: Large, is_receiving: bool) -> tuple[str, int]:
    return ("received", large.balances) if is_receiving else ("left", large.movements - large.balances)


def post_calls(gate: Gate, number: int, large: Large, is_receiving: bool, shares: list[list[int]]) -> None:
    """One process: its share of the calls, drawn and posted."""
    share = list(reversed(shares[number]))
    kind, _ = _part(large, is_receiving)
    lines_of = large.receipts if is_receiving else large.departures

    def post() -> int:
        first = share.pop()
        lines = list(lines_of(first, first + LINES_OF_A_CALL))
        actions.post(documents(f"{kind}-{first}", Kind.RECEIPT if is_receiving else Kind.ISSUE, lines), actor=ACTOR)
        return len(lines)

    connections["default"].ensure_connection()
    gate.timed(lambda: not share, post)
    connections.close_all()


def documents(key: str, kind: Kind, lines: Sequence[Line]) -> list[PostingRequest]:
    """So many lines as documents of a few lines each, their keys beginning alike."""
    parts = [lines[k : k + LINES_OF_A_POSTING] for k in range(0, len(lines), LINES_OF_A_POSTING)]
    return [PostingRequest(f"{key}-{k}", kind, part, f"document {k}") for k, part in enumerate(parts)]


def post_in_calls(key: str, lines: Sequence[Line]) -> None:
    """Post so many lines as documents, many at once; what was posted before under the same key is passed over."""
    for first in range(0, len(lines), LINES_OF_A_CALL):
        if not Posting.objects.filter(key=f"{key}-{first}-0").exists():
            part = lines[first : first + LINES_OF_A_CALL]
            actions.post(documents(f"{key}-{first}", Kind.ISSUE, part), actor=ACTOR)


def post_large_lot(large: Large) -> None:
    """Receive and issue the lot that moved most, where that was not done."""
    post_in_calls("large-lot", list(large.lines_of_large_lot()))


def build(large: Large, processes: int, server_pid: int, *, is_receiving: bool) -> Cost:
    """Post what is still missing of one part, by so many processes at once."""
    missing = missing_calls(large, is_receiving=is_receiving)
    shares = [missing[k::processes] for k in range(processes)]
    return together(processes, post_calls, (large, is_receiving, shares), server_pid=server_pid).cost


def fill(large: Large) -> None:
    """Give a new database its catalogue."""
    if not count_of("catalog_item"):
        fill_catalogue(large.company)
