"""Demand history from the store, from the ledger, and from the ledger read as a whole are one and the same."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item, ItemSite, Location
from ownstock.engine.history import DemandHistory
from ownstock.engine.history_store import HistoryStore
from ownstock.ledger import actions as ledger
from ownstock.ledger.models import Lot
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.planning.inputs import flows, history
from ownstock.planning.sessions import one_snapshot
from tests.factories import ACTOR, TODAY, keep, small_business
from tests.full_reading import full_history

# Midnights before and after that of UTC.
SITES = {"SHOP": "Europe/London", "WEST": "America/New_York", "EAST": "Pacific/Kiritimati"}
HELD = "on_hold"


def with_several_sites() -> None:
    """The small business with sites in three time zones, and a bin in one of them."""
    small_business(skus=["CUP"])
    for code, zone in list(SITES.items())[1:]:
        site = Location.objects.create(code=code, name=code, kind="site", time_zone=zone)
        Location.objects.filter(pk=site.pk).update(site=site)
    shop = Location.objects.get(code="SHOP")
    Location.objects.create(code="BIN", name="Bin", kind="bin", parent=shop, site=shop)


def known(store: HistoryStore | None, planned_on: date) -> DemandHistory:
    """What a plan would know of every item-site."""
    with one_snapshot():
        return history.demand_history(flows.all_item_sites(), flows.released(planned_on), planned_on, store)


def assert_as_read_as_a_whole(found: DemandHistory, planned_on: date) -> None:
    wanted = full_history(planned_on)
    assert found.first_on == wanted.first_on
    assert found.item_sites.to_list() == wanted.item_sites.to_list()
    assert np.array_equal(found.demand, wanted.demand)
    assert np.array_equal(found.in_stock, wanted.in_stock)


@contextmanager
def somebody_at_work() -> Iterator[None]:
    """A transaction that has begun to write and does not end: nothing above it is below the watermark."""
    owner = connections["owner"]
    owner.set_autocommit(False)
    try:
        with owner.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
        yield
    finally:
        owner.rollback()
        owner.set_autocommit(True)


line = st.fixed_dictionaries(
    {
        "item": st.sampled_from([0, 0, 0, 1, 1, 2]),
        "what": st.sampled_from(
            ["sold", "sold", "sold", "came", "came", "back", "back", "moved", "binned", "held", "freed"]
        ),
        "site": st.sampled_from(["SHOP", "SHOP", "SHOP", "WEST", "EAST"]),
        "quantity": st.sampled_from(["0.1", "0.2", "0.3", "1", "2.5"]),
        "days_ago": st.sampled_from([-8, 0, 1, 1, 2, 5, 6, 8, 9, 13, 60, 380, 1_090, 1_200]),
        "hour": st.integers(0, 23),
        "lot": st.sampled_from(["", "L"]),
    }
)
step = st.one_of(
    st.lists(line, min_size=1, max_size=2),
    st.lists(line, min_size=1, max_size=2),
    st.sampled_from(["refresh", "refresh", "reverse", "new item-site", "expire", "work", "rest"]),
)
# Which day is planned for, from TODAY.
planned_in = st.sampled_from([-25, -7, 0, 0, 4, 14])
EXAMPLE = itertools.count()


@dataclass
class Run:
    """Items of one example, and what happens to them."""

    number: int = field(default_factory=lambda: next(EXAMPLE))
    keys: list[str] = field(default_factory=list)
    reversed: int = 0

    def __post_init__(self) -> None:
        self.items = [
            Item.objects.create(sku=f"I{self.number}.{n}", description="x", unit_cost=Decimal(2)) for n in range(3)
        ]
        keep(self.items[0], *SITES)
        keep(self.items[1], "SHOP")
        long_ago = datetime(2022, 1, 1, tzinfo=UTC)
        there = [
            Line(item.sku, "DIFFERENCES", site, Decimal("2.4"), lot=lot, moved_at=long_ago)
            for item, site, lot in itertools.product(self.items, SITES, ["", "L"])
            if lot or item != self.items[1]
        ]
        ledger.post([PostingRequest(f"{self.number}:opening", Kind.ADJUSTMENT, there)], actor=ACTOR)

    def line(self, drawn: dict[str, str]) -> Line:
        site = drawn["site"]
        source, target = {
            "sold": (site, "CUSTOMERS"), "came": ("SUPPLIERS", site), "back": ("CUSTOMERS", site),
            "moved": (site, "EAST" if site != "EAST" else "WEST"), "binned": ("SHOP", "BIN"), "held": (site, site),
            "freed": (site, site),
        }[drawn["what"]]  # fmt: skip
        days, hours = int(drawn["days_ago"]), int(drawn["hour"])
        moment = datetime(TODAY.year, TODAY.month, TODAY.day, hours, 30, tzinfo=UTC) - timedelta(days=days)
        return Line(
            self.items[int(drawn["item"])].sku, source, target, Decimal(drawn["quantity"]), lot=drawn["lot"],
            moved_at=moment, source_status=HELD if drawn["what"] == "freed" else "released",
            target_status=HELD if drawn["what"] == "held" else "released",
        )  # fmt: skip

    def post(self, drawn: list[dict[str, str]]) -> None:
        key = f"{self.number}:{len(self.keys)}"
        with suppress(Refused):
            ledger.post([PostingRequest(key, Kind.TRANSFER, [self.line(one) for one in drawn])], actor=ACTOR)
            self.keys.append(key)

    def reverse(self) -> None:
        if self.reversed < len(self.keys):
            key = self.keys[self.reversed]
            with suppress(Refused):
                ledger.reverse(key, new_key=f"back:{key}", actor=ACTOR, reason="typed twice")
            self.reversed += 1

    def new_item_site(self) -> None:
        if not ItemSite.objects.filter(item=self.items[2]).exists():
            keep(self.items[2], "EAST", "SHOP")

    def expire(self) -> None:
        Lot.objects.filter(item__in=self.items).update(expires_on=TODAY - timedelta(days=3))


@pytest.mark.usefixtures("committed_db")
def test_a_store_that_grew_is_the_ledger_read_as_a_whole() -> None:
    with_several_sites()
    stores: list[HistoryStore | None] = [None]

    @settings(max_examples=10, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(step, planned_in), min_size=4, max_size=16))
    def runs(steps: list[tuple[str | list[dict[str, str]], int]]) -> None:
        run, working = Run(), ExitStack()

        def work() -> None:
            working.close()
            working.enter_context(somebody_at_work())

        verbs: dict[str, Callable[[], None]] = {
            "reverse": run.reverse, "new item-site": run.new_item_site, "expire": run.expire, "rest": working.close,
            "work": work,
        }  # fmt: skip
        with working:
            for what, days in [*steps, ("refresh", 0)]:
                planned_on = TODAY + timedelta(days=days)
                if isinstance(what, list):
                    run.post(what)
                elif what == "refresh":
                    stores[0] = history.refresh(planned_on)
                    assert stores[0] is not None
                else:
                    verbs[what]()
                assert_as_read_as_a_whole(known(stores[0], planned_on), planned_on)
        assert_as_read_as_a_whole(known(None, TODAY), TODAY)

    runs()
