"""What runs in Tryton's own environment: `python ledger_tryton_work.py DATABASE WORK ARGUMENTS`, all in JSON but the first.

Tryton's own code, in process: models, workflow and transactions as its server's dispatcher runs them, without HTTP. Each
process makes itself ready, says so, waits for a line on standard input, works, and tells what it did.
"""

from __future__ import annotations

import importlib
import json
import random
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

ADMIN, RETRIES, PAUSE_SECONDS = 1, 5, 0.02
OPENING = 100_000_000
BEFORE_THE_CLOCK = 3
backend: Any = importlib.import_module("trytond.backend")
Pool: Any = importlib.import_module("trytond.pool").Pool
Transaction: Any = importlib.import_module("trytond.transaction").Transaction


def today() -> date:
    """The day that moves are made on."""
    return datetime.now(UTC).date()


class GivenUp(Exception):
    """A transaction did not succeed in five attempts."""


class Tryton:
    """One database of Tryton, and the records that all work names."""

    def __init__(self, database: str) -> None:
        self.database = database
        self.pool = Pool(database)
        self.pool.init()
        self.retries = 0
        with Transaction().start(database, ADMIN, readonly=True):
            companies = self.model("company.company").search([])
            self.company = companies[0].id if companies else None
            self.currency = companies[0].currency.id if companies else None
            unit = self.model("product.uom").search([("symbol", "=", "u")], limit=1)
            self.unit = unit[0].id
            self.customer, self.supplier = (self._outside(kind) for kind in ("customer", "supplier"))
            found = self.model("stock.location").search([("code", "like", "site %")], order=[("id", "ASC")])
            self.sites = [location.id for location in found]
            self.products = [p.id for p in self.model("product.product").search([], order=[("id", "ASC")])]

    def _outside(self, kind: str) -> int:
        return int(self.model("stock.location").search([("type", "=", kind)], limit=1)[0].id)

    def model(self, name: str) -> Any:
        """One of Tryton's models."""
        return self.pool.get(name)

    def transaction(self, work: Callable[[], Any]) -> Any:
        """Do the work in a transaction of its own; again where another was first, as Tryton's dispatcher does."""
        for attempt in range(1, RETRIES + 1):
            try:
                with Transaction().start(self.database, ADMIN, context={"company": self.company}):
                    return work()
            except backend.DatabaseOperationalError:
                self.retries += 1
                time.sleep(PAUSE_SECONDS * attempt)
        raise GivenUp

    def moves(self, pairs: list[tuple[int, int]], *, is_receipt: bool = False, quantity: float = 1) -> list[Any]:
        """Moves of (product, site), saved and not yet done."""
        Move = self.model("stock.move")
        made = []
        for product, site in pairs:
            ends = (self.supplier, site) if is_receipt else (site, self.customer)
            made.append(
                Move(
                    product=product, unit=self.unit, quantity=quantity, from_location=ends[0], to_location=ends[1],
                    company=self.company, currency=self.currency, unit_price=Decimal(1), effective_date=today(),
                )
            )  # fmt: skip
        Move.save(made)
        return made

    def drawn(self, rng: random.Random, count: int) -> list[tuple[int, int]]:
        """So many pairs of product and site."""
        return [(rng.choice(self.products), rng.choice(self.sites)) for _ in range(count)]


def fill(tryton: Tryton, items: int, sites: int) -> dict[str, Any]:
    """Make the company, its products and places, and enough on hand of each."""
    tryton.transaction(lambda: _make_company(tryton))
    ready = Tryton(tryton.database)
    ready.transaction(lambda: _make_catalogue(ready, items, sites))
    ready = Tryton(tryton.database)

    def receive(pairs: list[tuple[int, int]]) -> None:
        ready.model("stock.move").do(ready.moves(pairs, is_receipt=True, quantity=OPENING))

    for site in ready.sites:
        for first in range(0, items, 500):
            pairs = [(product, site) for product in ready.products[first : first + 500]]
            ready.transaction(partial(receive, pairs))
    return {"moves": len(ready.sites) * items}


def _make_company(tryton: Tryton) -> None:
    Currency, Party = tryton.model("currency.currency"), tryton.model("party.party")
    Company, User = tryton.model("company.company"), tryton.model("res.user")
    currency = Currency(name="Euro", symbol="EUR", code="EUR", rounding=Decimal("0.01"))
    currency.save()
    party = Party(name="Bench")
    party.save()
    company = Company(party=party, currency=currency)
    company.save()
    User.write([User(ADMIN)], {"companies": [("add", [company.id])], "company": company.id})


def _make_catalogue(tryton: Tryton, items: int, sites: int) -> None:
    Template, Product = tryton.model("product.template"), tryton.model("product.product")
    Location = tryton.model("stock.location")
    storage = Location.search([("type", "=", "storage"), ("parent", "!=", None)], limit=1)[0]
    Location.save([Location(name=f"site {k}", code=f"site {k}", type="storage", parent=storage) for k in range(sites)])
    templates = [Template(name=f"item {k}", type="goods", default_uom=tryton.unit) for k in range(items)]
    Template.save(templates)
    missing = [template for template in templates if not template.products]
    Product.save([Product(template=template) for template in missing])


def post(tryton: Tryton, number: int, seconds: float, lines: int, is_assigned: bool) -> dict[str, Any]:
    """Customer moves, so many in each transaction, for so long; assigned first (which looks for stock), or done at once."""
    rng, Move = random.Random(number), tryton.model("stock.move")

    def once() -> None:
        moves = tryton.moves(tryton.drawn(rng, lines))
        if is_assigned:
            assert Move.assign_try(moves), "Tryton found too little on hand."
        Move.do(moves)

    for _ in range(BEFORE_THE_CLOCK):
        with suppress(GivenUp):
            tryton.transaction(once)
    _wait()
    done, failed, start, cpu_start = 0, 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - start < seconds:
        try:
            tryton.transaction(once)
            done += lines
        except GivenUp:
            failed += 1
    return {
        "count": done, "seconds": time.perf_counter() - start, "cpu_s": time.process_time() - cpu_start,
        "retries": tryton.retries, "failed": failed,
    }  # fmt: skip


def on_hand(tryton: Tryton, calls: int) -> dict[str, Any]:
    """What is on hand of a product in a place, again and again; seconds of each."""
    rng, Product = random.Random(1), tryton.model("product.product")
    _wait()
    latencies = []
    for product, site in tryton.drawn(rng, calls):
        start = time.perf_counter()
        with Transaction().start(tryton.database, ADMIN, readonly=True, context={"company": tryton.company}):
            context = {"stock_date_end": today()}
            with Transaction().set_context(context):
                found = Product.products_by_location([site], grouping_filter=([product],))
        latencies.append(time.perf_counter() - start)
        assert found[site, product] > 0
    return {"latencies_s": latencies}


def _wait() -> None:
    print("ready", flush=True)
    sys.stdin.readline()


WORK: dict[str, Callable[..., dict[str, Any]]] = {"fill": fill, "post": post, "on_hand": on_hand}

if __name__ == "__main__":
    print(json.dumps(WORK[sys.argv[2]](Tryton(sys.argv[1]), **json.loads(sys.argv[3]))), flush=True)
