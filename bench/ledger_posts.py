"""Posting through `ledger.actions.post`: single lines by many processes, batches by few, opening balances."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from decimal import Decimal
from itertools import count

from django.db import connections

from bench.ledger_home import Company, analyze, count_of, fill_catalogue, open_database
from bench.ledger_site import ACTOR
from bench.ledger_workers import AllDone, Gate, together
from ownstock.ledger import actions
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.site.embedded.client import Server

LINES_AT_ONCE = 1_000
# Each process posts so many single lines before its clock starts, to be connected and to have its plans.
BEFORE_THE_CLOCK = 3
OPENING = Decimal(100_000_000)
REFERENCE = "delivery note 17"


def open_company(server: Server, name: str, company: Company) -> None:
    """Open a company's database; a new one is given its catalogue, and enough on hand for everything."""
    open_database(server, name)
    if not count_of("catalog_item"):
        fill_catalogue(company)
        opening(company)
        analyze()


def opening(company: Company) -> None:
    """Give every item-site enough on hand for everything that follows."""
    pairs = [(item, site) for site in range(company.sites) for item in range(company.items)]
    for first in range(0, len(pairs), LINES_AT_ONCE):
        lines = [
            Line(company.sku(item), company.supplier(0), company.site(site), OPENING)
            for item, site in pairs[first : first + LINES_AT_ONCE]
        ]
        actions.post([PostingRequest(f"opening-{first}", Kind.RECEIPT, lines)], actor=ACTOR)


def one_line(company: Company, rng: random.Random, *, is_hot: bool, key: str) -> PostingRequest:
    """An issue of one unit: of any item-site, or always of the same."""
    item, site = (0, 0) if is_hot else (rng.randrange(company.items), rng.randrange(company.sites))
    line = Line(company.sku(item), company.site(site), company.customer(0), Decimal(1))
    return PostingRequest(key, Kind.ISSUE, [line], REFERENCE)


def post_singles(gate: Gate, number: int, company: Company, seconds: float, is_hot: bool, run: str) -> None:
    """One process: single lines, one after the other, for so many seconds."""
    rng, numbers = random.Random(number), count()

    def post() -> int:
        request = one_line(company, rng, is_hot=is_hot, key=f"{run}-{number}-{next(numbers)}")
        return sum(posted.is_new for posted in actions.post([request], actor=ACTOR))

    for _ in range(BEFORE_THE_CLOCK):
        post()
    ends_at: list[float] = []

    def is_over() -> bool:
        if not ends_at:
            ends_at.append(time.perf_counter() + seconds)
        return time.perf_counter() > ends_at[0]

    gate.timed(is_over, post)
    connections.close_all()


def singles(company: Company, processes: int, seconds: float, *, is_hot: bool, run: str, server_pid: int) -> AllDone:
    """Single lines by several processes at once."""
    return together(processes, post_singles, (company, seconds, is_hot, run), server_pid=server_pid)


def batch(
    company: Company, rng: random.Random, *, key: str, postings: int, lines: int = LINES_AT_ONCE
) -> list[PostingRequest]:
    """So many issues of one unit, as so many documents of the same size."""
    made = [
        Line(
            company.sku(rng.randrange(company.items)),
            company.site(rng.randrange(company.sites)),
            company.customer(rng.randrange(company.customers)),
            Decimal(1),
        )
        for _ in range(lines)
    ]
    size = lines // postings
    parts = (made[first : first + size] for first in range(0, lines, size))
    return [PostingRequest(f"{key}-{k}", Kind.ISSUE, part, REFERENCE) for k, part in enumerate(parts)]


def post_batches(gate: Gate, number: int, company: Company, batches: int, postings: int, lines: int, run: str) -> None:
    """One process: so many batches, made before the clock starts."""
    rng = random.Random(number)
    made = [batch(company, rng, key=f"{run}-{number}-{k}", postings=postings, lines=lines) for k in range(batches + 1)]
    actions.post(made.pop(), actor=ACTOR)

    def post() -> int:
        requests = made.pop()
        return _lines_of(requests) if all(p.is_new for p in actions.post(requests, actor=ACTOR)) else 0

    gate.timed(lambda: not made, post)
    connections.close_all()


def _lines_of(requests: Sequence[PostingRequest]) -> int:
    return sum(len(request.lines) for request in requests)


def batches(
    company: Company, processes: int, each: int, *, postings: int, run: str, server_pid: int, lines: int = LINES_AT_ONCE
) -> AllDone:
    """Batches of so many lines by several processes at once; counts movements."""
    return together(processes, post_batches, (company, each, postings, lines, run), server_pid=server_pid)
