"""A whole plan of a company with receipts and open orders, from PostgreSQL: `python -m bench.plan_with_receipts`.

    python -m bench.plan_with_receipts [--item-sites N] [--receipts N] [--movements N] [--profile FILE]

A database of its own in a temporary folder (`bench.demand_history`): item-sites at four sites, items of 2,000 suppliers, half
of which keep their promises; orders of five lines that came, and a fifth as many that are open. Measured is what suppliers'
records cost from the tables to what the engine is given, then a plan as `ownstock plan` makes it, twice: the first
proposes, the second finds nothing new. Prints a table and, last, one line of JSON; `--profile` writes where the time went.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.demand_history import ZONES, installation_in, make_catalog, write_ledger
from bench.history import Report, peak_mib

SUPPLIERS, LINES, LEAD_DAYS = 2_000, 5, 14
OPEN_SHARE = 5
# Order k is of supplier k % SUPPLIERS, for each site in turn, and for five of its items in turn. It comes up to two weeks
# late, of every second supplier on the day. A receipt has the key of a posting of the ledger.
ORDERS = """
    CREATE TEMPORARY TABLE drawn AS
        SELECT k AS id, k %% %(suppliers)s AS supplier, k / %(suppliers)s AS turn, k > %(came)s AS is_open,
            CASE WHEN k > %(came)s THEN %(today)s::date - (k %% 10)::integer
                ELSE %(today)s::date - 40 - (k * 7919 %% 700)::integer END AS ordered_on
        FROM generate_series(1, %(came)s + %(open)s) k;
    INSERT INTO purchasing_purchase_order (id, number, supplier_id, site_id, currency, state, ordered_on, created_by,
            placed_at, is_invoiced)
        SELECT id, 'PO-' || id, (SELECT min(id) FROM catalog_supplier WHERE code <> 'V') + supplier,
            (SELECT min(id) FROM catalog_location WHERE kind = 'site') + turn %% %(sites)s, 'EUR',
            CASE WHEN is_open THEN 'placed' ELSE 'received' END, ordered_on, 'bench', ordered_on, false FROM drawn;
    INSERT INTO purchasing_order_revision (id, purchase_order_id, number, created_by, reason)
        SELECT id, id, 1, 'bench', '' FROM drawn;
    INSERT INTO purchasing_order_line (id, revision_id, line, item_id, supplier_sku, quantity, purchase_unit, units_numerator,
            units_denominator, price, requested_on)
        SELECT id * %(lines)s + j, id, j, (SELECT min(id) FROM catalog_item) + supplier
            + %(suppliers)s * ((turn / %(sites)s * %(lines)s + j) %% (%(items)s / %(suppliers)s)), '', 6, 'each', 1, 1, 2,
            ordered_on + %(lead)s
        FROM drawn CROSS JOIN generate_series(1, %(lines)s) j;
    INSERT INTO purchasing_delivery (id, line_id, number, quantity, requested_on, first_promised_on, latest_promised_on,
            shipped_quantity, received_quantity, cancelled_quantity, refused_quantity)
        SELECT l.id, l.id, 1, 6, l.requested_on, l.requested_on, l.requested_on + (d.id %% 3 = 0)::integer, 0,
            CASE WHEN is_open THEN 0 ELSE 6 END, 0, 0
        FROM purchasing_order_line l JOIN drawn d ON d.id = l.revision_id;
    INSERT INTO purchasing_receipt (id, delivery_id, posting_key, posting_line, quantity, received_on)
        SELECT l.id, l.id, 'p' || l.revision_id, 1, 6,
            l.requested_on + CASE WHEN d.supplier %% 2 = 0 THEN 0 ELSE (d.id * 31 %% 15)::integer END
        FROM purchasing_order_line l JOIN drawn d ON d.id = l.revision_id WHERE NOT d.is_open;
"""


def make_suppliers() -> None:
    """Each item of the catalogue bought from one of many suppliers."""
    from django.db import connections

    from ownstock.catalog.models import Supplier

    named = [Supplier(code=f"V{n}", name=f"V{n}", currency="EUR") for n in range(SUPPLIERS)]
    first = min(supplier.pk for supplier in Supplier.objects.bulk_create(named))
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_supply_term SET supplier_id = %s + (item_id - (SELECT min(id) FROM catalog_item)) %% %s",
            [first, SUPPLIERS],
        )


def write_orders(receipts: int, item_sites: int, today: Any) -> None:
    """Orders that came and orders that are open, as the database's owner: ordering and receiving them would take hours."""
    from django.db import connections

    came = receipts // LINES
    numbers = {
        "suppliers": SUPPLIERS, "came": came, "open": came // OPEN_SHARE, "today": today, "lines": LINES,
        "sites": len(ZONES), "items": item_sites // len(ZONES), "lead": LEAD_DAYS,
    }  # fmt: skip
    with connections["owner"].cursor() as cursor:
        for statement in ORDERS.split(";")[:-1]:
            cursor.execute(statement, numbers)
        cursor.execute("ANALYZE")


def measure(item_sites: int, receipts: int, movements: int, profile: Path | None) -> dict[str, Any]:
    """All steps, in a database that is there already."""
    from ownstock.planning import actions
    from ownstock.planning.inputs import history
    from ownstock.planning.inputs.lead_times import supplier_records
    from ownstock.planning.inputs.read_inputs import planning_inputs
    from ownstock.planning.sessions import one_snapshot

    now = datetime.now(UTC)
    today = now.date()
    report = Report({"bench": "plan_with_receipts", "item_sites": item_sites, "receipts": receipts})
    report.fields["load_before"] = round(os.getloadavg()[0], 2)
    report.time("catalog", f"{item_sites:,} item-sites made", partial(make_catalog, item_sites))
    report.time("movements", f"{movements:,} movements made", partial(write_ledger, movements, now), movements)
    make_suppliers()
    report.time("orders", f"{receipts:,} receipts made", partial(write_orders, receipts, item_sites, today), receipts)
    store = report.time("store", "history store built", partial(history.refresh, today))

    def inputs() -> Any:
        with one_snapshot():
            return planning_inputs(today, store=store)

    report.time("records", "suppliers' records read and learned", partial(supplier_records, today), receipts, times=2)
    outlook(report, today)
    profiled(profile, partial(report.time, "inputs", "all inputs of a plan", inputs, item_sites))
    plan = partial(actions.plan, planned_on=today, actor="bench")
    profiled(profile and profile.with_suffix(".plan"), partial(report.time, "plan", "a plan", plan, item_sites))
    report.time("again", "the same again", plan, item_sites)
    report.fields.update(peak_mib=peak_mib(), load_after=round(os.getloadavg()[0], 2))
    return report.fields


def outlook(report: Report, today: Any) -> None:
    """What suppliers' records cost from the records to the frames, everything else being read."""
    from ownstock.planning.inputs.lead_times import (
        Candidate,
        arrival_rows,
        lead_time_rows,
        supplier_records,
        supply_outlook,
    )
    from ownstock.planning.inputs.read_inputs import planning_inputs

    records, sources = supplier_records(today), planning_inputs(today).sources
    keys = np.fromiter(sources, np.int64, len(sources))
    candidates = [
        Candidate(s.item_site, s.term, s.requested_in_days, [c.delivery for c in s.coming], s.order_days)
        for s in sources.values()
    ]

    def frames() -> Any:
        found = supply_outlook(candidates, records, today)
        return lead_time_rows(keys, found), arrival_rows(keys, found)

    leads, _ = report.time("outlook", "what they tell of each item-site, as the engine is given it", frames, times=2)
    report.fields["lead_time_rows"] = leads.height


def profiled(path: Path | None, what: Callable[[], Any]) -> Any:
    """Do something, and write where its time went."""
    if path is None:
        return what()
    profile = cProfile.Profile()
    answer = profile.runcall(what)
    profile.dump_stats(path)
    return answer


def main() -> None:
    """Read the size from the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--item-sites", type=int, default=200_000)
    parser.add_argument("--receipts", type=int, default=500_000)
    parser.add_argument("--movements", type=int, default=3_000_000)
    parser.add_argument("--profile", type=Path)
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="ownstock-", ignore_cleanup_errors=True) as folder,
        installation_in(Path(folder)),
    ):
        measured = measure(chosen.item_sites, chosen.receipts, chosen.movements, chosen.profile)
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
