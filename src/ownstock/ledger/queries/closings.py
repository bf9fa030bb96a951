"""Which periods are closed, and what was on hand at their end."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models import Max

from ownstock.ledger.models import Closing

# Whoever was at work when a closing was announced may not have seen it: a transaction that has written, or a statement that
# began to read before.
OLDER_WRITERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND greatest(age(backend_xid), age(backend_xmin)) >= age(%(announced)s::text::xid)
"""

# What changed since the closing before, on top of what it kept: only keys that changed are kept anew.
KEEP_BALANCES = """
    INSERT INTO ledger_closing_balance (closing_id, item_id, location_id, lot_id, status, on_hand)
    SELECT %(closing)s, d.item_id, d.location_id, d.lot_id, d.status, coalesce(k.on_hand, 0) + d.change
    FROM (
        SELECT e.item_id, e.location_id, e.lot_id, e.status, sum(e.change) AS change
        FROM ledger_movement m
        CROSS JOIN LATERAL (VALUES
            (m.item_id, m.source_id, m.lot_id, m.source_status, -m.quantity),
            (m.item_id, m.target_id, m.lot_id, m.target_status, m.quantity)
        ) AS e(item_id, location_id, lot_id, status, change)
        JOIN ledger_place p ON p.id = e.location_id AND p.holds AND p.site_id IS NOT DISTINCT FROM %(site)s
        WHERE m.moved_at >= %(since)s AND m.moved_at < %(until)s
            AND m.recorded_at >= %(since)s::timestamptz - interval '1 day'
        GROUP BY 1, 2, 3, 4
    ) d
    LEFT JOIN (
        SELECT DISTINCT ON (b.item_id, b.location_id, b.lot_id, b.status) b.*
        FROM ledger_closing_balance b JOIN ledger_closing c ON c.id = b.closing_id
        WHERE c.site_id IS NOT DISTINCT FROM %(site)s AND c.until_at <= %(since)s
        ORDER BY b.item_id, b.location_id, b.lot_id, b.status, c.until_at DESC
    ) k ON k.item_id = d.item_id AND k.location_id = d.location_id AND k.lot_id IS NOT DISTINCT FROM d.lot_id
        AND k.status = d.status
    WHERE d.change <> 0
"""
BEGINNING = "-infinity"


def closed_until(site_id: int | None) -> datetime | None:
    """Until when a site's past is closed, its balances kept; None where nothing is."""
    closed = Closing.objects.filter(site_id=site_id, closed_at__isnull=False)
    return closed.aggregate(latest=Max("until_at"))["latest"]


def are_older_writers_at_work(announced: str) -> bool:
    """Whether anybody is still at work who may not have seen what transaction `announced` committed."""
    with connection.cursor() as cursor:
        cursor.execute(OLDER_WRITERS, {"announced": announced})
        return bool(cursor.fetchone()[0])
