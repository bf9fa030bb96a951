"""How long measuring takes, and how long health and monitoring take to read: `python -m bench.kpis ITEM_SITES MOVEMENTS`."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bench.demand_history import installation_in, make_catalog, write_ledger


def spread() -> None:
    """Give items 40 categories and 50 suppliers, so that there are many groups."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE catalog_item SET category = 'C' || id % 40")
        cursor.execute(
            "INSERT INTO catalog_supplier (code, name, email, currency) "
            "SELECT 'V' || n, 'V', '', 'EUR' FROM generate_series(1, 49) n"
        )
        cursor.execute(
            "UPDATE catalog_supply_term SET supplier_id = (SELECT min(id) FROM catalog_supplier) + (id / 40) % 50"
        )
        cursor.execute("ANALYZE")


def timed(name: str, work: Callable[[], Any], times: int = 5) -> None:
    """Print the best and the worst of a few runs."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        took.append(time.perf_counter() - begun)
    print(f"{name}: {min(took) * 1000:.0f} to {max(took) * 1000:.0f} ms", flush=True)


def main() -> None:
    """Make, measure, read."""
    item_sites, movements = (int(text.replace("_", "")) for text in sys.argv[1:3])
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="ownstock-kpis-") as folder, installation_in(Path(folder)):
        from ownstock.ledger.actions.count_classes import classify
        from ownstock.planning import actions
        from ownstock.planning.queries import kpis

        make_catalog(item_sites)
        spread()
        write_ledger(movements, now)
        today = now.date()
        timed("classify", lambda: classify(today), 1)
        timed("measure, the first time", lambda: print(actions.measure(today)), 1)
        timed("measure, again", lambda: print(actions.measure(today + timedelta(days=1))), 1)
        timed("health of all", kpis.health)
        for by in kpis.GROUPS:
            timed(f"health by {by}", partial(kpis.health, by))
        timed("matrix", kpis.class_matrix)
        month = today - timedelta(days=27)
        for by in ("site", "supplier", "category"):
            timed(f"28 days by {by}", partial(kpis.monitor, by, month, today))
        timed("every day of a year", lambda: kpis.daily(today - timedelta(days=364), today))
        timed("worst 50 by excess", lambda: list(kpis.measured_item_sites("excess")[:50]))
        timed("first 50 by value", lambda: list(kpis.measured_item_sites()[:50]))


if __name__ == "__main__":
    main()
