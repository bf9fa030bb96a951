"""What follows movements on the large ledger: demand history brought up to date, items classified and counted in cycles."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings

from bench.ledger_cost import costing, percentile, total
from bench.ledger_home import analyze, count_of
from bench.ledger_large import BEGINNING, DAYS, LOTS, Large, post_in_calls
from bench.ledger_report import Figure, at_most, written
from bench.ledger_run import Run
from bench.ledger_site import ACTOR
from ownstock.catalog.models import Item, ItemSite, Location
from ownstock.ledger.actions.count_classes import classify
from ownstock.ledger.actions.count_opening import open_count
from ownstock.ledger.actions.counts import cancel
from ownstock.ledger.queries import counts
from ownstock.ledger.rules import Line
from ownstock.planning.inputs import history

# The large ledger ends here, and plans are made for this day.
END = BEGINNING + timedelta(days=DAYS)
ADDED, ADDED_OVER_DAYS, TIMES = 10_000, (0.1, 4.0, 21.0), 3
ECONOMICS = {"holding_rate": Decimal("0.25"), "shortage_cost": Decimal(3), "unserved_demand": "lost"}
SHEET_LINES = 200


def measure_history(run: Run, large: Large) -> None:
    """Build the history store, then post more, dated back by so many days at most, and refresh it; several times."""
    settings.HISTORY_FOLDER = Path(os.environ["OWNSTOCK_HOME"]) / "history"
    _keep_item_sites()
    movements = count_of("ledger_movement")
    with costing(run.pid) as cost:
        history.refresh(END.date())
    cost.count = movements
    run.report.rate("history", f"demand history of {large.company.item_sites:,} item-sites", cost, "movements/s")
    for days in ADDED_OVER_DAYS:
        _bring_up_to_date(run, large, days)


def _bring_up_to_date(run: Run, large: Large, days: float) -> None:
    """The middle of a few refreshes; the longest beside it, for once in a while the store's tables are written anew."""
    added = min(ADDED, large.movements // 20)
    costs = []
    for _ in range(TIMES):
        post_in_calls(f"history-{time.time_ns()}", _drawn(large, added, days))
        with costing(run.pid) as cost:
            history.refresh(END.date())
        cost.count = added
        costs.append(cost)
    middle, most = (1e3 * percentile([cost.seconds for cost in costs], percent) for percent in (50, 100))
    what = f"  brought up to date by {added:,} movements of the last {days:g} days"
    beside = f"most {written(most)} ms"
    name, each_us = f"history_{days:g}_days", total(costs).each_us()
    run.report.add(Figure(name, what, middle, "ms p50", each_us, beside, at_most(1_000, "ms"), {"most_ms": most}))


def _keep_item_sites() -> None:
    """Plan every item at every site."""
    if ItemSite.objects.exists():
        return
    sites = list(Location.objects.filter(kind="site"))
    kept = (ItemSite(item=item, site=site, **ECONOMICS) for item in Item.objects.all() for site in sites)
    ItemSite.objects.bulk_create(kept, 5_000)
    analyze()


def _drawn(large: Large, count: int, days: float) -> list[Line]:
    """Single pieces of any lots to any customers, moved in the last days."""
    company, rng = large.company, random.Random(time.time_ns())
    return [
        Line(
            company.sku(rng.randrange(company.items)), company.site(rng.randrange(company.sites)),
            company.customer(rng.randrange(company.customers)), Decimal(1), large.lot(rng.randrange(LOTS)),
            moved_at=END - timedelta(days=days * rng.random()),
        )
        for _ in range(count)
    ]  # fmt: skip


def measure_counts(run: Run, large: Large) -> None:
    """Classify all item-sites, see what is due, open a sheet of it."""
    site, today = large.company.site(0), datetime.now(UTC).date()
    asked: tuple[tuple[str, str, Callable[[], object]], ...] = (
        ("count_classes", f"classes of {large.company.item_sites:,} item-sites", lambda: classify(END.date())),
        (
            "count_due",
            f"  what is due at a site, {large.company.items:,} items",
            lambda: counts.due(today, site=site),
        ),
        ("count_sheet", f"  a sheet of {SHEET_LINES} lines opened and cancelled", lambda: _open_and_cancel(site)),
    )
    for name, what, ask in asked:
        with costing(run.pid) as cost:
            ask()
        cost.count = 1
        run.report.add(Figure(name, what, cost.seconds, "s", cost.each_us()))


def _open_and_cancel(site: str) -> None:
    sheet = open_count(site, line_count=SHEET_LINES, actor=ACTOR)
    cancel(sheet.number, reason="only measured", actor=ACTOR)
