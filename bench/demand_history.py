"""What a plan knows of demand, from PostgreSQL: `python -m bench.demand_history [--movements N] [--item-sites N]`.

A database of its own in a temporary folder: three years of movements in the order of time, ten to a posting, at four sites in
four time zones, some told days late. The history store is built from all of them, told 10,000 more at a time, and asked for
what a plan asks. Beside it, in the same run: the same rows counted, and copied out of the database, which is what it cannot
go below. CPU seconds are this process's alone, not the server's. Prints a table and, last, one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import django
import numpy as np
import polars as pl

from bench.history import Report, peak_mib

ZONES = ["Europe/London", "Europe/Berlin", "America/New_York", "UTC"]
WEEKS, LINES, AT_ONCE = 156, 10, 1_000_000
# Of all movements: sold, come back, come from a supplier; the rest goes from site to site.
SOLD, BACK, BOUGHT = 0.75, 0.02, 0.20
TOLD_LATE, LATE_DAYS = 0.05, 3.0
ADDED, ADDED_OVER_DAYS = 10_000, (0.1, 4.0, 21.0)
FACTS = {"kind": "issue", "content_hash": "\\x00", "actor": "bench", "reference": "", "is_assumed": False}
POSTING = [pl.lit(value).alias(name) for name, value in {**FACTS, "line_hashes": "{}"}.items()]
STATUSES = [pl.lit("released").alias(f"{end}_status") for end in ("source", "target")]
# What each balance becomes by some postings.
BALANCE = """
    UPDATE ledger_balance b SET on_hand = b.on_hand + n.change
    FROM (
        SELECT m.item_id, e.place_id, sum(e.sign * m.quantity) AS change
        FROM ledger_movement m CROSS JOIN LATERAL (VALUES (m.source_id, -1), (m.target_id, 1)) AS e(place_id, sign)
        WHERE m.posting_id = ANY (%s) GROUP BY 1, 2
    ) n WHERE n.item_id = b.item_id AND n.place_id = b.location_id
"""


@contextmanager
def installation_in(folder: Path) -> Iterator[None]:
    """An installation of its own, its tables made."""
    os.environ |= {"OWNSTOCK_HOME": str(folder), "DJANGO_SETTINGS_MODULE": "ownstock.site.settings"}
    os.environ.pop("DATABASE_URL", None)
    django.setup()
    from django.db import connections

    from ownstock.site import installation

    installation.locate()
    installation.migrate()
    try:
        yield
    finally:
        connections.close_all()


def make_catalog(item_sites: int) -> None:
    """Sites, the world around them, items and what planning needs of them, and what is on hand at the end."""
    from ownstock.catalog.models import Item, ItemSite, Location, Supplier, SupplyTerm
    from ownstock.ledger.models import Balance

    sites = [Location.objects.create(code=f"S{n}", name="S", kind="site", time_zone=z) for n, z in enumerate(ZONES)]
    for place in sites:
        Location.objects.filter(pk=place.pk).update(site=place)
    for kind in ("customer", "supplier"):
        Location.objects.create(code=kind, name=kind, kind=kind)
    supplier = Supplier.objects.create(code="V", name="V", currency="EUR")
    names = [f"I{n:06}" for n in range(item_sites // len(ZONES))]
    items = Item.objects.bulk_create([Item(sku=name, description="x", unit_cost=Decimal(2)) for name in names], 5_000)
    economics = {"holding_rate": Decimal("0.25"), "shortage_cost": Decimal(3), "unserved_demand": "lost"}
    kept = [ItemSite(item=item, site=site, **economics) for item in items for site in sites]
    ItemSite.objects.bulk_create(kept, 5_000)
    term = {"order_multiple": 6, "price": Decimal(2), "currency": "EUR", "lead_time_days": 14}
    terms = [SupplyTerm(supplier=supplier, item=item, valid_from=date(2020, 1, 1), **term) for item in items]
    SupplyTerm.objects.bulk_create(terms, 5_000)
    there = [
        Balance(item_id=k.item_id, location_id=k.site_id, status="released", on_hand=Decimal(500 + n % 60))
        for n, k in enumerate(kept)
    ]
    Balance.objects.bulk_create(there, 5_000)


class Drawn:
    """Movements drawn from a fixed seed."""

    def __init__(self, seed: int) -> None:
        from ownstock.catalog.models import ItemSite, Location

        self.rng = np.random.default_rng(seed)
        keys = ItemSite.objects.order_by("id").values_list("item_id", "site_id")
        self.item, self.site = np.array(keys, np.int64).T
        self.share = np.cumsum(np.random.default_rng(0).gamma(0.5, 1, self.item.size))
        self.customer, self.supplier = (Location.objects.get(kind=kind).pk for kind in ("customer", "supplier"))

    def movements(self, posting: Any, recorded_at: Any, late_days: Any) -> pl.DataFrame:
        """Movements of postings [m], recorded at moments [m], told so many days late [m]."""
        rng, count = self.rng, posting.size
        place = np.searchsorted(self.share, rng.random(count) * self.share[-1])
        here, what = self.site[place], rng.random(count)
        elsewhere = self.site[(place + 1) % self.site.size]
        is_sold, is_back, is_bought = (what < most for most in np.cumsum([SOLD, BACK, BOUGHT]))
        outside = np.where(is_sold | is_back, self.customer, self.supplier)
        is_coming = ~is_sold & is_bought
        moved_at = recorded_at - (late_days * 86_400e6).astype("timedelta64[us]")
        return pl.DataFrame(
            {
                "posting_id": posting,
                "line": np.arange(count) % LINES + 1,
                "item_id": self.item[place],
                "source_id": np.where(is_coming, outside, here),
                "target_id": np.where(is_sold, outside, np.where(is_coming, here, elsewhere)),
                "quantity": rng.integers(1, 6, count) * np.where(is_coming & ~is_back, 4, 1),
                "moved_at": pl.Series(moved_at).dt.replace_time_zone("UTC"),
                "recorded_at": pl.Series(recorded_at).dt.replace_time_zone("UTC"),
            }
        ).with_columns(STATUSES)


def write_ledger(number: int, end_at: datetime) -> None:
    """Three years of movements until a moment, as the database's owner, by COPY: posting them would take hours."""
    from django.db import connections

    drawn, rng = Drawn(seed=1), np.random.default_rng(2)
    start = np.datetime64((end_at - timedelta(weeks=WEEKS)).replace(tzinfo=None), "us")
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT ledger_make_partitions(%s, %s)", [(end_at - timedelta(weeks=WEEKS + 1)).date(), end_at.date()]
        )
        for first in range(0, number, AT_ONCE):
            row = np.arange(first, min(first + AT_ONCE, number))
            moment = start + (row // LINES * LINES / number * WEEKS * 7 * 86_400e6).astype("timedelta64[us]")
            late = (rng.random(row.size) < TOLD_LATE) * rng.exponential(LATE_DAYS, row.size)
            copy_in(cursor, drawn.movements(row // LINES + 1, moment, late))
        cursor.execute("SELECT setval('ledger_posting_id_seq', %s)", [number // LINES + 1])
        cursor.execute("ANALYZE")


def copy_in(cursor: Any, movements: pl.DataFrame) -> None:
    """Write movements and their postings."""
    postings = movements.select(id="posting_id", recorded_at="recorded_at").unique(maintain_order=True)
    keyed = postings.with_columns(pl.format("p{}", "id").alias("key"), *POSTING)
    for table, frame in (("ledger_posting", keyed), ("ledger_movement", movements)):
        with cursor.copy(f"COPY {table} ({', '.join(frame.columns)}) FROM STDIN (FORMAT csv)") as copy:
            copy.write(frame.write_csv(include_header=False).encode())


def post_more(seed: int, over_days: float) -> None:
    """10,000 more in one transaction, moved in the last days."""
    from django.db import connections, transaction

    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT nextval('ledger_posting_id_seq') FROM generate_series(1, %s)", [ADDED // LINES])
        posting = np.repeat([number for (number,) in cursor.fetchall()], LINES)
        now = np.full(ADDED, np.datetime64(datetime.now(UTC).replace(tzinfo=None), "us"))
        late = np.random.default_rng(seed).random(ADDED) * over_days
        copy_in(cursor, Drawn(seed).movements(posting, now, late))
        cursor.execute(BALANCE, [np.unique(posting).tolist()])


def count_rows() -> int:
    """All movements, every quantity looked at."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(quantity), max(moved_at) FROM ledger_movement")
        return int(cursor.fetchone()[0])


def copy_out() -> int:
    """What planning needs of every movement, as it stands, out of the database."""
    from django.db import connection

    columns = "item_id, source_id, target_id, source_status, target_status, quantity, moved_at"
    with connection.cursor() as cursor:
        copying = cursor.copy(f"COPY (SELECT {columns} FROM ledger_movement) TO STDOUT (FORMAT binary)")
        with copying as rows:
            return sum(len(row) for row in rows)


def measure_plan(report: Report, planned_on: date, store: Any) -> None:
    """What a plan reads, with the store and without; both must be the same."""
    from ownstock.catalog.models import ItemSite
    from ownstock.planning.inputs import flows, history
    from ownstock.planning.inputs.read_inputs import planning_inputs
    from ownstock.planning.sessions import one_snapshot

    keys = flows.all_item_sites()

    def known(store: Any) -> Any:
        with one_snapshot():
            return history.demand_history(keys, flows.released(planned_on), planned_on, store)

    warm = report.time("demand_warm", "demand of all item-sites, from the store", partial(known, store), times=3)
    full = report.time("demand_full", "the same from the ledger", partial(known, None))
    assert np.array_equal(warm.demand, full.demand), "the store has other demand"
    assert np.array_equal(warm.in_stock, full.in_stock), "the store has other times in stock"
    report.time("inputs", "all inputs of a plan, warm store", partial(planning_inputs, planned_on, store=store))
    one = ItemSite.objects.select_related("item", "site").get(pk=int(keys[keys.size // 2]))
    report.time("one", "all inputs of one item-site", partial(planning_inputs, planned_on, only=one), times=5)


def measure(number: int, item_sites: int) -> dict[str, Any]:
    """All steps, in a database that is there already."""
    from ownstock.planning.inputs import history

    now = datetime.now(UTC)
    report = Report({"bench": "demand_history", "movements": number, "item_sites": item_sites, "weeks": WEEKS})
    report.fields["load_before"] = round(os.getloadavg()[0], 2)
    report.time("catalog", f"{item_sites:,} item-sites made", partial(make_catalog, item_sites))
    report.time("generate", f"{number:,} movements generated", partial(write_ledger, number, now), number)
    report.time("count", "counted by PostgreSQL (the raw limit)", count_rows, number, times=2)
    report.time("copy", "copied out, row by row", copy_out, number)
    refresh = partial(history.refresh, now.date())
    report.time("rebuild", "history store built from all movements", refresh, number)
    report.fields["rebuild_peak_mib"] = peak_mib()
    store = report.time("nothing_new", "refreshed with nothing new, opened", refresh)
    for seed, days in enumerate(ADDED_OVER_DAYS, start=3):
        post_more(seed, days)
        what = f"{ADDED:,} new movements of the last {days:g} days, opened"
        store = report.time(f"refresh_{days:g}_days", what, refresh, ADDED)
    measure_plan(report, now.date(), store)
    report.fields["peak_mib"] = peak_mib()
    return report.fields


def main() -> None:
    """Read the size from the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--movements", type=int, default=10_000_000)
    parser.add_argument("--item-sites", type=int, default=200_000)
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="ownstock-", ignore_cleanup_errors=True) as folder,
        installation_in(Path(folder)),
    ):
        measured = measure(chosen.movements, chosen.item_sites)
    print(f"most memory: {measured['rebuild_peak_mib']} MiB to the store, {measured['peak_mib']} MiB in all")
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
