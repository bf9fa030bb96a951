"""What moved: so far today by group, and the movements behind a figure of monitoring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from ownstock.planning.queries.kpis import checked_group
from ownstock.planning.queries.measured import ends

MOST_MOVEMENTS = 10_000
# On the day on which clocks are put back.
LONGEST_DAY = timedelta(hours=25)
KEYS = {
    "site": "z.code", "supplier": "coalesce(p.code, '')", "category": "coalesce(q.category, '')",
    "abc_class": "coalesce(q.abc_class, '')", "xyz_class": "coalesce(q.xyz_class, '')",
}  # fmt: skip
# Item-sites that came since the last measuring are in no group but their site's.
MEASURED = """
    JOIN catalog_location z ON z.id = e.site_id
    LEFT JOIN planning_kpi_item_site q ON q.item_site_id = e.item_site_id LEFT JOIN catalog_supplier p ON p.id = q.supplier_id
"""
# How few movements are of today PostgreSQL cannot know beforehand: told so early, it would join them in the worst order.
TODAY = """
    WITH recent AS MATERIALIZED (
        SELECT * FROM ledger_movement
        WHERE moved_at >= %(moved_since)s AND recorded_at >= %(since)s::date - 9),
    moved AS MATERIALIZED ({ends})
    SELECT {key}, count(*), sum(e.issued), sum(e.issued * i.unit_cost), sum(e.received), sum(e.received * i.unit_cost),
        max(e.moved_at), sum(e.change * i.unit_cost)
    FROM moved e JOIN catalog_item i ON i.id = e.item_id {measured}
    WHERE e.day_on = (now() AT TIME ZONE e.time_zone)::date GROUP BY 1 ORDER BY 4 DESC, 1
"""
BEHIND = """
    SELECT e.moved_at, e.time_zone, e.item_site_id, i.sku, i.description, z.code, o.kind, o.reference, o.key, e.change,
        e.issued, e.received
    FROM {ends} e JOIN catalog_item i ON i.id = e.item_id JOIN ledger_posting o ON o.id = e.posting_id {measured}
    WHERE e.day_on BETWEEN %(since)s AND %(until)s {wanted}
    ORDER BY e.moved_at DESC, e.movement_id DESC, e.change LIMIT %(limit)s OFFSET %(first)s
"""
FLOWS = {"issued": "e.issued <> 0", "received": "e.received <> 0"}


@dataclass(frozen=True, slots=True)
class MovedToday:
    """What moved of a group since its sites' midnight."""

    group: str
    movements: int
    issued_units: Decimal
    issued_value: Decimal
    received_units: Decimal
    received_value: Decimal
    last_moved_at: datetime
    stock_change: Decimal


@dataclass(frozen=True, slots=True)
class MovedLine:
    """One movement as an item-site saw it: by how many units it changed what is there, and what of it counts."""

    moved_at: datetime
    time_zone: str
    item_site: int
    sku: str
    description: str
    site: str
    kind: str
    reference: str
    key: str
    change: Decimal
    issued: Decimal
    received: Decimal


def moved_today(by: str = "site") -> list[MovedToday]:
    """What moved today so far, by group, most issued first. It reads the newest part of the ledger alone."""
    key = KEYS[checked_group(by)]
    sql = TODAY.format(key=key, ends=ends("recent"), measured=MEASURED)
    now = datetime.now(UTC)
    return [MovedToday(*row) for row in _rows(sql, {"since": now.date(), "moved_since": now - LONGEST_DAY})]


def movements_behind(
    since: date, until: date, *, only: Mapping[str, str] | None = None, flow: str = "", first: int = 0, limit: int = 100
) -> list[MovedLine]:
    """The movements that a figure of a span sums, the newest first; `flow`: those alone that issued or received something.

    They are those of `measure`: what a movement changed at a site. What stayed within a site is not among them.
    """
    values: dict[str, Any] = {"since": since, "until": until, "limit": limit, "first": min(first, MOST_MOVEMENTS)}
    wanted = [FLOWS[flow]] if flow in FLOWS else []
    for name, value in (only or {}).items():
        wanted.append(f"{KEYS[checked_group(name)]} = %({name})s")
        values[name] = value
    sql = BEHIND.format(
        ends=f"({ends('ledger_movement')})", measured=MEASURED, wanted="".join(f" AND {one}" for one in wanted)
    )
    return [MovedLine(*row) for row in _rows(sql, values)]


def _rows(sql: str, values: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
