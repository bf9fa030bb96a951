"""What the ledger tells of demand and stock, as flows (`weeks.Flows`): all of planning's SQL over its tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from django.db import connection

from ownstock.engine.arrays import Ints
from ownstock.planning.inputs.columns import array_of, columns, columns_in_blocks
from ownstock.planning.inputs.weeks import Flows, no_flows

ALL_TRANSACTIONS = 2**64 - 1
COLUMNS = {"item_site": "bigint", "day": "integer", "demand": "bigint", "change": "bigint"}
# All flows come in blocks of so many ids of item-sites, sorted on the server, in so much of its memory or on its disk.
BLOCK_IDS = 1_024
SORT_MEMORY = "64MB"
# What leaves for a customer is demand, and so is what a transfer takes to another site of ours: a depot serves its branches.
# Goods on the way come from the other site's shelves, so to their target they are nothing that was returned.
WANTED = """
    o.kind = 'customer' OR o.kind = 'in_transit' AND EXISTS (
        SELECT FROM purchasing_transit_place x WHERE x.location_id = o.id AND x.target_id <> h.site_id)
"""
# What is asked for from so many days ago on is read apart from the rest, for which more months must be looked through.
RECENT_DAYS = 35

DAY = "(m.moved_at AT TIME ZONE nullif(z.time_zone, ''))::date - date '1970-01-01'"
END = f"""
    SELECT k.id AS item_site, {DAY} AS day,
        CASE WHEN {WANTED} THEN -({{sign}}) * (m.quantity * 10000)::bigint ELSE 0 END AS demand,
        CASE WHEN m.{{here}}_status = 'released' THEN {{sign}} * (m.quantity * 10000)::bigint ELSE 0 END AS change
    FROM {{movements}} AS m
    JOIN ledger_place h ON h.id = m.{{here}}_id AND h.holds
    JOIN ledger_place o ON o.id = m.{{there}}_id
    JOIN catalog_location z ON z.id = h.site_id
    JOIN {{item_sites}} AS k ON k.item_id = m.item_id AND k.site_id = h.site_id
"""


def _flows(movements: str, item_sites: str = "catalog_item_site", which: str = "") -> str:
    """Both ends of movements; every parameter within is to be given twice.

    Two readings joined by plain columns, of which the server knows the statistics: told by a column which end is meant, it
    guesses the rows a thousandfold wrong, and looks places up for each of them.
    """
    ends = (("source", "target", -1), ("target", "source", 1))
    return " UNION ALL ".join(
        END.format(movements=movements, item_sites=item_sites, here=here, there=there, sign=sign) + which
        for here, there, sign in ends
    )


# A movement bears at most the day after it was recorded (`ledger.rules`): no month before needs to be looked through. A week
# more is for clocks that differ; the day is for sites whose midnight lies before UTC's.
MOVED_SINCE = """
    m.moved_at >= (%s::date - 1)::timestamp AT TIME ZONE 'UTC'
    AND m.recorded_at >= (%s::date - 9)::timestamp AT TIME ZONE 'UTC'
    AND m.posting_id <> ALL (%s::bigint[])
"""
ALL = f"(SELECT m.* FROM ledger_movement m WHERE {MOVED_SINCE})"
# Each item-site since a day of its own. The movements of all their items are looked up once, and then seen from both ends.
ASKED = f"""
    WITH asked AS MATERIALIZED (
        SELECT s.id, s.item_id, s.site_id, a.since
        FROM unnest(%s::bigint[], %s::integer[]) AS a(id, since) JOIN catalog_item_site s ON s.id = a.id),
    moved AS MATERIALIZED (
        SELECT m.* FROM (SELECT item_id, min(since) AS since FROM asked GROUP BY item_id) i CROSS JOIN LATERAL (
            SELECT item_id, source_id, source_status, target_id, target_status, quantity, moved_at
            FROM ledger_movement m WHERE m.item_id = i.item_id
                AND m.moved_at >= (date '1970-01-01' + i.since - 1)::timestamp AT TIME ZONE 'UTC'
                AND {MOVED_SINCE} OFFSET 0) m)
    {_flows("moved", "asked", f"WHERE {DAY} >= k.since")}
"""
# A few new postings among millions, each looked up: how many there are the server guesses from what was there long before.
CHANGES = f"""
    WITH recorded AS MATERIALIZED (
        SELECT m.* FROM ledger_posting p CROSS JOIN LATERAL (
            SELECT item_id, source_id, source_status, target_id, target_status, quantity, moved_at FROM ledger_movement
            WHERE posting_id = p.id AND recorded_at = p.recorded_at OFFSET 0) m
        WHERE p.transaction_id >= %s::text::xid8 AND p.transaction_id < %s::text::xid8),
    item_sites AS MATERIALIZED (SELECT id, item_id, site_id FROM catalog_item_site)
    SELECT f.item_site, min(f.day) AS day, sum(f.demand)::bigint AS demand, sum(f.change)::bigint AS change
    FROM ({_flows("recorded", "item_sites")}) f GROUP BY f.item_site
"""

RELEASED = """
    SELECT k.id AS item_site,
        (coalesce(sum(b.on_hand) FILTER (WHERE coalesce(least(t.expires_on, t.retest_on) > %s, true)), 0)
            * 10000)::bigint AS usable,
        (coalesce(sum(b.on_hand) FILTER (WHERE least(t.expires_on, t.retest_on) <= %s), 0) * 10000)::bigint AS expired
    FROM {balances}
    LEFT JOIN ledger_lot t ON t.id = b.lot_id
    WHERE b.status = 'released' {which}
    GROUP BY k.id
"""
BALANCES = """
    ledger_balance b
    JOIN ledger_place p ON p.id = b.location_id
    JOIN catalog_item_site k ON k.item_id = b.item_id AND k.site_id = p.site_id
"""
# Some item-sites are looked up in each place of their sites, if no site has more places than so many.
FEW_PLACES = 16
BALANCES_OF_FEW_PLACES = """
    catalog_item_site k
    JOIN ledger_place p ON p.site_id = k.site_id
    CROSS JOIN LATERAL (SELECT * FROM ledger_balance WHERE item_id = k.item_id AND location_id = p.id OFFSET 0) b
"""
MOST_PLACES = """
    SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM ledger_place WHERE site_id IS NOT NULL GROUP BY site_id) s
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
    """Every flow since a day, all those of BLOCK_IDS consecutive ids together; none of the postings `beyond`.

    Within a transaction alone: while they are read, its queries are planned as it suits millions of rows.
    """
    parameters = [since_on, since_on, list(beyond)]
    with _planned_for_millions():
        blocks = columns_in_blocks(_flows(ALL), parameters * 2, COLUMNS, f"item_site / {BLOCK_IDS}")
        for block in blocks:
            yield Flows(*block)


@contextmanager
def _planned_for_millions() -> Iterator[None]:
    """Let the server read all once: it takes the flows for few, and would look all movements of an item up for each site.

    Nor can it string together what lies in a hash table without memory for all of it.
    """
    so = {"work_mem": SORT_MEMORY, "enable_hashagg": "off", "enable_nestloop": "off", "enable_mergejoin": "off"}
    with connection.cursor() as cursor:
        for name, value in so.items():
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
    yield
    with connection.cursor() as cursor:
        for name in so:
            cursor.execute(f"SET LOCAL {name} TO DEFAULT")


def flows_of(item_sites: Ints, since: Ints, beyond: Sequence[int] = ()) -> Flows:
    """The flows of some item-sites [k], each since its own day [k]; none of the postings `beyond`."""
    recent = since >= since.max(initial=0) - RECENT_DAYS
    found = no_flows()
    for some in (recent, ~recent):
        if some.any():
            found = found.and_then(_since_the_first(item_sites[some], since[some], beyond))
    return found


def _since_the_first(item_sites: Ints, since: Ints, beyond: Sequence[int]) -> Flows:
    first_on = date_of(int(since.min()))
    parameters = [array_of(item_sites), array_of(since), first_on, first_on, list(beyond)]
    return Flows(*columns(ASKED, parameters, COLUMNS))


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


def released(on: date, item_sites: Ints | Sequence[int] | None = None) -> pl.DataFrame:
    """What is released at each item-site that has a balance: item_site, usable, and expired by a day."""
    types = dict.fromkeys(["item_site", "usable", "expired"], "bigint")
    if item_sites is None:
        balances, which, asked = BALANCES, "", []
    else:
        balances = BALANCES_OF_FEW_PLACES if _most_places() <= FEW_PLACES else BALANCES
        which, asked = "AND k.id = ANY (%s::bigint[])", [array_of(item_sites)]
    found = columns(RELEASED.format(balances=balances, which=which), [on, on, *asked], types)
    return pl.DataFrame(found, schema=list(types))


def _most_places() -> int:
    """How many places the site with most of them has."""
    with connection.cursor() as cursor:
        cursor.execute(MOST_PLACES)
        [most] = cursor.fetchone()
    return int(most)


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
