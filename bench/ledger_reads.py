"""Questions to a large ledger: on hand, a page of balances, past instants, a recall; each asked many times at random."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from importlib import import_module

from bench.ledger_api import Api
from bench.ledger_large import BEGINNING, DAYS, LOTS, Large
from ownstock.ledger import queries

PAGE = 50
Question = Callable[[], object]


class Asking:
    """Questions about random items, sites, lots and moments of a large ledger."""

    def __init__(self, large: Large) -> None:
        self.large = large
        self.company = large.company
        self._rng = random.Random(11)

    def sku(self) -> str:
        """Any item."""
        return self.company.sku(self._rng.randrange(self.company.items))

    def site(self) -> str:
        """Any site."""
        return self.company.site(self._rng.randrange(self.company.sites))

    def on_hand(self) -> None:
        """What is on hand of an item at a site, all lots."""
        assert queries.on_hand(self.sku(), self.site()) > 0

    def page(self) -> None:
        """Fifty balances of all, from anywhere, and how many there are, as the API asks."""
        self._page()

    def page_of_site(self) -> None:
        """Fifty balances of a site."""
        self._page(location__code=self.site())

    def _page(self, **where: str) -> None:
        found = queries.balances(**where)
        first = self._offset(self.company.sites if where else 1)
        assert len(list(found[first : first + PAGE])) == PAGE
        assert found.count() >= PAGE

    def _offset(self, parts: int) -> int:
        return self._rng.randrange(max(self.large.balances // parts - 2 * PAGE, 1))

    def here(self) -> dict[str, Question]:
        """On hand and pages, by calling the queries."""
        return {"on_hand": self.on_hand, "page": self.page, "page_of_site": self.page_of_site}

    def through(self, api: Api) -> dict[str, Question]:
        """The same questions through HTTP."""
        connection = api.connect()

        def ask(path: str, least: int) -> None:
            assert len(api.ask(connection, "GET", f"/balances?{path}")["rows"]) >= least

        return {
            "on_hand": lambda: ask(f"sku={self.sku()}&location={self.site()}", 1),
            "page": lambda: ask(f"limit={PAGE}&offset={self._offset(1)}", PAGE),
            "page_of_site": lambda: ask(
                f"location={self.site()}&limit={PAGE}&offset={self._offset(self.company.sites)}", PAGE
            ),
        }

    def past(self) -> Question | None:
        """What was on hand of an item at a site at any past instant; None where the ledger cannot tell yet."""
        ask = getattr(queries, "as_of", None)
        if ask is None:
            return None

        def question() -> None:
            moment = BEGINNING + timedelta(days=31 + self._rng.random() * (DAYS - 31))
            assert ask(moment, sku=self.sku(), location=self.site())

        return question

    def past_of_all(self) -> Question | None:
        """What was on hand of everything, half-way through; None where the ledger cannot tell yet."""
        ask = getattr(queries, "as_of", None)
        return None if ask is None else lambda: len(ask(BEGINNING + timedelta(days=DAYS / 2)))

    def recall(self) -> Question | None:
        """Everything about a lot, both ways, reconciled; None where the ledger cannot tell yet."""
        with suppress(ImportError):
            tracing = import_module("ownstock.ledger.queries.trace")

            def question() -> None:
                lot = tracing.lot_named(self.sku(), self.large.lot(self._rng.randrange(LOTS)))
                found = tracing.trace([lot])
                assert found.movements
                assert found.reconciliations

            return question
        return None
