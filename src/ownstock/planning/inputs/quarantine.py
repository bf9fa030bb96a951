"""Goods in quarantine: how many of what, and when they are expected to be released.

The ledger does not know which of the goods that came on several days were released since: the oldest are taken to have
been, so what is left came last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from ownstock.planning.inputs.columns import array_of

# Goods that move within a site, or leave it and come back, in quarantine all the while, did not come anew.
IN_QUARANTINE = """
    WITH held AS (
        SELECT k.id AS item_site, b.item_id, b.lot_id, k.site_id, i.release_days, sum(b.on_hand) AS on_hand
        FROM ledger_balance b
        JOIN ledger_place p ON p.id = b.location_id
        JOIN catalog_item i ON i.id = b.item_id AND i.release_days IS NOT NULL
        JOIN catalog_item_site k ON k.item_id = b.item_id AND k.site_id = p.site_id
        WHERE b.status = 'quarantine' AND b.on_hand > 0 {which}
        GROUP BY k.id, b.item_id, b.lot_id, i.release_days
    ), came AS (
        SELECT h.item_site, h.lot_id, h.on_hand, m.quantity,
            (m.moved_at AT TIME ZONE nullif(z.time_zone, ''))::date + h.release_days AS expected_on,
            sum(m.quantity) OVER (PARTITION BY h.item_site, h.lot_id
                ORDER BY m.moved_at DESC, m.posting_id DESC, m.line DESC) AS newer_too
        FROM held h
        JOIN catalog_location z ON z.id = h.site_id
        JOIN ledger_movement m ON m.item_id = h.item_id AND m.lot_id IS NOT DISTINCT FROM h.lot_id
            AND m.target_status = 'quarantine'
        JOIN ledger_place t ON t.id = m.target_id AND t.holds AND t.site_id = h.site_id
        JOIN ledger_place s ON s.id = m.source_id
        WHERE NOT (s.holds AND s.site_id = h.site_id AND m.source_status = 'quarantine')
    )
    SELECT c.item_site, coalesce(l.code, ''), sum(least(c.quantity, c.on_hand - c.newer_too + c.quantity)), c.expected_on,
        l.expires_on, l.retest_on
    FROM came c LEFT JOIN ledger_lot l ON l.id = c.lot_id
    WHERE c.newer_too - c.quantity < c.on_hand
    GROUP BY c.item_site, l.code, c.expected_on, l.expires_on, l.retest_on
    ORDER BY c.item_site, c.expected_on, l.code
"""


@dataclass(frozen=True, slots=True)
class InQuarantine:
    """Goods in quarantine, and the day on which they are expected to be released."""

    lot: str
    quantity: Decimal
    expected_on: date
    expires_on: date | None = None
    retest_on: date | None = None

    def is_fit(self, on: date) -> bool:
        """Whether they may still be used on a day."""
        ends = [day for day in (self.expires_on, self.retest_on) if day]
        return not ends or min(ends) > on


def in_quarantine(item_sites: Sequence[int] | None = None) -> dict[int, list[InQuarantine]]:
    """What is in quarantine of items whose release days are known, at some item-sites or all; of each soonest first."""
    found: dict[int, list[InQuarantine]] = defaultdict(list)
    which, asked = ("", []) if item_sites is None else ("AND k.id = ANY (%s::bigint[])", [array_of(item_sites)])
    with connection.cursor() as cursor:
        cursor.execute(IN_QUARANTINE.format(which=which), asked)
        for item_site_id, *goods in cursor.fetchall():
            found[item_site_id].append(InQuarantine(*goods))
    return dict(found)
