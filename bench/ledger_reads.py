"""Questions to a large ledger: on hand, a page of balances, past instants, a recall; each asked many times at random."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from bench.ledger_api import Api
from bench.ledger_large import BEGINNING, DAYS, LARGE_LOT, LOTS, Large
from ownstock.api.pages import Part, page
from ownstock.ledger import queries
from ownstock.ledger.queries import trace as tracing

PAGE, PLACES = 50, 200
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

    def here(self) -> dict[str, Question]:
        """On hand and pages, by calling the queries."""

        def ask(*, limit: int, after: str = "", **where: str) -> dict[str, Any]:
            return page(queries.balances(**where), Part(limit=limit, after=after), keys_first=True)

        return {"on_hand": self.on_hand, **self._pages(ask)}

    def through(self, api: Api) -> dict[str, Question]:
        """The same questions through HTTP."""
        connection = api.connect()

        def ask(**asked: Any) -> dict[str, Any]:
            found: dict[str, Any] = api.ask(connection, "GET", f"/balances?{urlencode(asked)}")
            return found

        def on_hand() -> None:
            assert ask(sku=self.sku(), location=self.site())["rows"]

        return {"on_hand": on_hand, **self._pages(ask)}

    def _pages(self, ask: Callable[..., dict[str, Any]]) -> dict[str, Question]:
        """Fifty balances of all, and of a site, from any item on; places are asked for before the clock starts."""
        places = [ask(sku=self.sku(), limit=1)["next"] for _ in range(PLACES)]

        def fifty(**where: str) -> None:
            assert ask(limit=PAGE, after=self._rng.choice(places), **where)["rows"]

        return {"page": fifty, "page_of_site": lambda: fifty(location=self.site())}

    def past(self) -> None:
        """What was on hand of an item at a site at any past instant."""
        moment = BEGINNING + timedelta(days=31 + self._rng.random() * (DAYS - 31))
        assert queries.as_of(moment, sku=self.sku(), location=self.site())

    def past_of_all(self) -> None:
        """What was on hand of everything, half-way through."""
        assert queries.as_of(BEGINNING + timedelta(days=DAYS / 2))

    def recall(self) -> None:
        """Everything about a lot, both ways, reconciled."""
        _trace(self.sku(), self.large.lot(self._rng.randrange(LOTS)))

    def recall_of_large_lot(self) -> None:
        """The same of the lot that moved most."""
        _trace(self.company.sku(0), LARGE_LOT)


def _trace(sku: str, lot: str) -> None:
    found = tracing.trace([tracing.lot_named(sku, lot)])
    assert found.movements
    assert found.is_closed
