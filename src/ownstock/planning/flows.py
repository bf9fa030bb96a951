"""What the ledger tells of demand and stock, as flows (`weeks.Flows`): all of planning's SQL over its tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from django.db import connection

from ownstock.engine.arrays import Ints
from ownstock.planning.copied import columns, columns_in_blocks
from ownstock.planning.weeks import Flows, no_flows

ALL_TRANSACTIONS = 2**64 - 1
COLUMNS = {"item_site": "bigint", "day": "integer", "demand": "bigint", "change": "bigint"}
# All flows come in blocks of so many ids of item-sites, sorted on the server, in so much of its memory or on its disk.
BLOCK_IDS = 1_024
SORT_MEMORY = "64MB"
# What is asked for from so many days ago on is read apart from the rest, for which more months must be looked through.
RECENT_DAYS = 35

FLOWS = """
    SELECT k.id AS item_site, (m.moved_at AT TIME ZONE z.time_zone)::date - date '1970-01-01' AS day,
        CASE WHEN o.kind = 'customer' THEN -e.sign * (m.quantity * 10000)::bigint ELSE 0 END AS demand,
        CASE WHEN e.status = 'released' THEN e.sign * (m.quantity * 10000)::bigint ELSE 0 END AS change
    FROM {movements} AS m
    CROSS JOIN LATERAL (VALUES
        (m.source_id, m.target_id, m.source_status, -1::bigint),
        (m.target_id, m.source_id, m.target_status, 1::bigint)) AS e(here_id, other_id, status, sign)
    JOIN ledger_place h ON h.id = e.here_id AND h.holds
    JOIN ledger_place o ON o.id = e.other_id
    JOIN catalog_location z ON z.id = h.site_id
    JOIN catalog_item_site k ON k.item_id = m.item_id AND k.site_id = h.site_id
"""

# A movement bears at most the day after it was recorded (`ledger.rules`): no month before needs to be looked through. A week
# more is for clocks that differ; the day is for sites whose midnight lies before UTC's.
MOVED_SINCE = """
    m.moved_at >= (%s::date - 1)::timestamp AT TIME ZONE 'UTC'
    AND m.recorded_at >= (%s::date - 9)::timestamp AT TIME ZONE 'UTC'
    AND m.posting_id <> ALL (%s::bigint[])
"""
OF_ASKED = "item_id IN (SELECT item_id FROM catalog_item_site WHERE id = ANY (%s::bigint[]))"
ALL = f"(SELECT m.* FROM ledger_movement m WHERE {MOVED_SINCE})"
ASKED = f"""(
    SELECT m.* FROM ledger_movement m
    WHERE {MOVED_SINCE} AND m.{OF_ASKED})
"""
RECORDED = """(
    SELECT m.* FROM ledger_posting p JOIN ledger_movement m ON m.posting_id = p.id AND m.recorded_at = p.recorded_at
    WHERE p.transaction_id >= %s::text::xid8 AND p.transaction_id < %s::text::xid8)
"""
CHANGES = f"""
    SELECT f.item_site, min(f.day) AS day, sum(f.demand)::bigint AS demand, sum(f.change)::bigint AS change
    FROM ({FLOWS.format(movements=RECORDED)}) f GROUP BY f.item_site
"""

RELEASED = """
    SELECT k.id AS item_site,
        (coalesce(sum(b.on_hand) FILTER (WHERE coalesce(least(t.expires_on, t.retest_on) > %s, true)), 0)
            * 10000)::bigint AS usable,
        (coalesce(sum(b.on_hand) FILTER (WHERE least(t.expires_on, t.retest_on) <= %s), 0) * 10000)::bigint AS expired
    FROM ledger_balance b
    JOIN ledger_place p ON p.id = b.location_id
    JOIN catalog_item_site k ON k.item_id = b.item_id AND k.site_id = p.site_id
    LEFT JOIN ledger_lot t ON t.id = b.lot_id
    WHERE b.status = 'released' {which}
    GROUP BY k.id
"""

# What says to which site, which day and which customer a movement belongs.
PLACES = """
    SELECT coalesce(max(id), 0), md5(coalesce(string_agg(format('%%s|%%s|%%s|%%s', id, kind, site_id, time_zone), ','
        ORDER BY id), '')) FROM catalog_location WHERE id <= %s
"""
DATABASE = """
    SELECT s.system_identifier::text, c.timeline_id::bigint, d.oid::bigint,
        (SELECT coalesce(max(id), 0) FROM journal_audit_event WHERE subject = 'ledger:balances')
    FROM pg_control_system() s, pg_control_checkpoint() c, pg_database d WHERE d.datname = current_database()
"""


def all_flows(since_on: date, beyond: Sequence[int] = ()) -> Iterator[Flows]:
    """Every flow since a day, all those of BLOCK_IDS consecutive ids together; none of the postings `beyond`."""
    with connection.cursor() as cursor:
        # To string together what lies in a hash table, the server would need memory for all of it.
        cursor.execute(
            "SELECT set_config('work_mem', %s, true), set_config('enable_hashagg', 'off', true)", [SORT_MEMORY]
        )
    parameters = [since_on, since_on, list(beyond)]
    blocks = columns_in_blocks(FLOWS.format(movements=ALL), parameters, COLUMNS, f"item_site / {BLOCK_IDS}")
    return (Flows(*block) for block in blocks)


def flows_of(item_sites: Ints, since: Ints, beyond: Sequence[int] = ()) -> Flows:
    """The flows of some item-sites [k], each since its own day [k]; none of the postings `beyond`."""
    recent = since >= since.max(initial=0) - RECENT_DAYS
    found = no_flows()
    for some in (recent, ~recent):
        if some.any():
            found = found.and_then(_since_the_first(item_sites[some], since[some], beyond))
    order = np.argsort(item_sites)
    own_since = since[order][np.searchsorted(item_sites, found.item_site, sorter=order)]
    return found.some(found.day >= own_since)


def _since_the_first(item_sites: Ints, since: Ints, beyond: Sequence[int]) -> Flows:
    first_on = date_of(int(since.min()))
    query = f"{FLOWS.format(movements=ASKED)} WHERE k.id = ANY (%s::bigint[])"
    keys = item_sites.tolist()
    return Flows(*columns(query, [first_on, first_on, list(beyond), keys, keys], COLUMNS))


def all_item_sites() -> Ints:
    """The ids of all item-sites, in order."""
    [ids] = columns("SELECT id FROM catalog_item_site", [], {"id": "bigint"})
    return np.sort(ids)


def changes(since: int, until: int = ALL_TRANSACTIONS) -> Flows:
    """What transactions from `since` on, below `until`, brought: a row for each item-site, of the first day, with sums."""
    return Flows(*columns(CHANGES, [str(since), str(until)], COLUMNS))


def postings_since(watermark: int) -> list[int]:
    """The postings that are to be seen here, although not all transactions from theirs on have ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM ledger_posting WHERE transaction_id >= %s::text::xid8", [str(watermark)])
        return [posting_id for (posting_id,) in cursor.fetchall()]


def released(on: date, item_sites: Sequence[int] | None = None) -> pl.DataFrame:
    """What is released at each item-site that has a balance: item_site, usable, and expired by a day."""
    which, asked = (
        ("", []) if item_sites is None else (f"AND b.{OF_ASKED} AND k.id = ANY (%s::bigint[])", [item_sites] * 2)
    )
    types = dict.fromkeys(["item_site", "usable", "expired"], "bigint")
    found = columns(RELEASED.format(which=which), [on, on, *asked], types)
    return pl.DataFrame(found, schema=["item_site", "usable", "expired"])


def ledger_identity(until_location: int | None = None) -> dict[str, Any]:
    """Which ledger this is, as it reads now: the database, and all places up to one, by default the newest.

    Where it differs, what was read before is worth nothing: another database, one that was put back to an earlier state,
    balances that were repaired, a place that moved to another site, a site in another time zone.
    """
    with connection.cursor() as cursor:
        cursor.execute(DATABASE)
        database = list(cursor.fetchone())
        cursor.execute(PLACES, [2**63 - 1 if until_location is None else until_location])
        newest, places = cursor.fetchone()
    return {"database": database, "until_location": newest, "places": places}


def day_of(day_on: date) -> int:
    """A day, counted from 1970-01-01."""
    return (day_on - date(1970, 1, 1)).days


def date_of(day: int) -> date:
    """The day so many days after 1970-01-01."""
    return date.fromordinal(date(1970, 1, 1).toordinal() + day)
