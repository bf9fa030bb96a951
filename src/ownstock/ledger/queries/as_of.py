"""What was on hand at a past instant: as we know it now, and as it was believed at another instant.

Two clocks: `moved_at` is when the goods moved, `recorded_at` when the database was told. A closing keeps what was on hand at
its end, so that only what moved since is added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item, Location
from ownstock.ledger.models import Lot

# `bound` is the earliest moment from which movements must be added up: only where every site was closed is there any.
AS_OF = """
    WITH base AS (
        SELECT DISTINCT ON (c.site_id) c.site_id, c.until_at FROM ledger_closing c
        WHERE c.closed_at <= %(believed_at)s AND c.until_at <= %(moment)s
        ORDER BY c.site_id, c.until_at DESC
    ), bound AS MATERIALIZED (
        SELECT CASE WHEN bool_and(b.until_at IS NOT NULL) THEN min(b.until_at) ELSE '-infinity' END AS since
        FROM (SELECT DISTINCT site_id FROM ledger_place WHERE holds) p
        LEFT JOIN base b ON b.site_id IS NOT DISTINCT FROM p.site_id
    ), kept AS (
        SELECT DISTINCT ON (k.item_id, k.location_id, k.lot_id, k.status) k.item_id, k.location_id, k.lot_id, k.status,
            k.on_hand AS change
        FROM ledger_closing_balance k
        JOIN ledger_closing c ON c.id = k.closing_id
        JOIN base b ON b.site_id IS NOT DISTINCT FROM c.site_id AND c.until_at <= b.until_at
        WHERE {kept}
        ORDER BY k.item_id, k.location_id, k.lot_id, k.status, c.until_at DESC
    ), moved AS (
        SELECT e.item_id, e.location_id, e.lot_id, e.status, e.change
        FROM ledger_movement m
        CROSS JOIN LATERAL (VALUES
            (m.item_id, m.source_id, m.lot_id, m.source_status, -m.quantity),
            (m.item_id, m.target_id, m.lot_id, m.target_status, m.quantity)
        ) AS e(item_id, location_id, lot_id, status, change)
        JOIN ledger_place p ON p.id = e.location_id AND p.holds
        LEFT JOIN base b ON b.site_id IS NOT DISTINCT FROM p.site_id
        WHERE m.moved_at >= (SELECT since FROM bound) AND m.moved_at <= %(moment)s
            AND m.moved_at >= coalesce(b.until_at, '-infinity')
            AND m.recorded_at >= (SELECT since - interval '1 day' FROM bound) AND m.recorded_at <= %(believed_at)s
            AND {moved}
    )
    SELECT i.sku, l.code, coalesce(t.code, ''), n.status, n.on_hand
    FROM (
        SELECT item_id, location_id, lot_id, status, sum(change) AS on_hand
        FROM (SELECT * FROM kept UNION ALL SELECT * FROM moved) c
        GROUP BY item_id, location_id, lot_id, status HAVING sum(change) <> 0
    ) n
    JOIN catalog_item i ON i.id = n.item_id JOIN catalog_location l ON l.id = n.location_id
    LEFT JOIN ledger_lot t ON t.id = n.lot_id
    ORDER BY 1, 2, 3, 4
"""


@dataclass(frozen=True, slots=True)
class BalanceAsOf:
    """What was on hand of an item in one place, lot and status at a past instant; below zero where goods left that came
    later, by the moments that were posted."""

    sku: str
    location: str
    lot: str
    status: str
    on_hand: Decimal


def as_of(
    moment: datetime, *, sku: str = "", location: str = "", lot: str = "", believed_at: datetime | None = None
) -> list[BalanceAsOf]:
    """What was on hand at a moment, both ends of the moment included; of one item, at one location, of one lot, or of all.

    `believed_at` leaves out what the database was told later: what did we believe then? An import is believed from the
    moment it began to be written, not from its end.

    Raises:
        Refused: a moment has no time zone, there is no such item or location, or a lot is named without its item.
    """
    if moment.tzinfo is None or (believed_at is not None and believed_at.tzinfo is None):
        raise Refused(f"The moment {moment} has no time zone; add one, such as +00:00.", code="no_time_zone")
    wanted = _wanted(sku, location, lot)
    if wanted is None:
        return []
    columns, ids = wanted
    asked: dict[str, Any] = {"moment": moment, "believed_at": believed_at or "infinity", **ids}
    statement = AS_OF.format(kept=_where("k", "k", columns), moved=_where("m", "e", columns))
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return [BalanceAsOf(*row) for row in cursor.fetchall()]


def _where(fact: str, end: str, columns: Sequence[str]) -> str:
    """The conditions on a fact's item and lot, and on the location of its end; none is true."""
    tables = {"item_id": fact, "lot_id": fact, "location_id": end}
    return " AND ".join(f"{tables[column]}.{column} = %({column})s" for column in columns) or "true"


def _wanted(sku: str, location: str, lot: str) -> tuple[list[str], dict[str, int]] | None:
    """Which ids are asked for, by column; None where the lot is not known, and so was never there."""
    ids: dict[str, int] = {}
    if sku:
        ids["item_id"] = _id_of(Item, "item", sku=sku)
    if location:
        ids["location_id"] = _id_of(Location, "location", code=location)
    if lot:
        if not sku:
            raise Refused(f"Name the item of lot {lot}.", code="lot_without_item", lot=lot)
        found = Lot.objects.filter(item_id=ids["item_id"], code=lot).values_list("id", flat=True).first()
        if found is None:
            return None
        ids["lot_id"] = found
    return list(ids), ids


def _id_of(model: type[Item] | type[Location], noun: str, **code: str) -> int:
    found = model.objects.filter(**code).values_list("id", flat=True).first()
    if found is None:
        [value] = code.values()
        raise Refused(f"There is no {noun} {value} in the catalogue.", code=f"unknown_{noun}", unknown=[value])
    return int(found)
