"""Demand history as it is when the whole ledger is read for it: what the history store is held against.

One query adds all movements up by the site's own day; polars makes weeks of them. Nothing here is shared with the product.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl
from django.db import connection

from ownstock.catalog.models import ItemSite
from ownstock.engine.history import DemandHistory, dense

WEEKS, DAYS_A_WEEK = 156, 7

DAILY_FLOWS = """
    SELECT e.item_id, e.site_id, (m.moved_at AT TIME ZONE l.time_zone)::date AS day,
        sum(e.issued)::float8, sum(e.returned)::float8, sum(e.change)::float8
    FROM ledger_movement m
    JOIN ledger_place s ON s.id = m.source_id
    JOIN ledger_place t ON t.id = m.target_id
    CROSS JOIN LATERAL (VALUES
        (m.item_id, s.site_id, s.holds, CASE WHEN t.kind = 'customer' THEN m.quantity ELSE 0 END, 0,
            CASE WHEN m.source_status = 'released' THEN -m.quantity ELSE 0 END),
        (m.item_id, t.site_id, t.holds, 0, CASE WHEN s.kind = 'customer' THEN m.quantity ELSE 0 END,
            CASE WHEN m.target_status = 'released' THEN m.quantity ELSE 0 END)
    ) AS e(item_id, site_id, holds, issued, returned, change)
    JOIN catalog_location l ON l.id = e.site_id
    WHERE e.holds AND m.moved_at >= %s
    GROUP BY 1, 2, 3
"""
USABLE = """
    SELECT b.item_id, p.site_id, sum(b.on_hand)::float8
    FROM ledger_balance b JOIN ledger_place p ON p.id = b.location_id LEFT JOIN ledger_lot t ON t.id = b.lot_id
    WHERE b.status = 'released' AND (t.expires_on IS NULL OR t.expires_on > %s)
    GROUP BY 1, 2
"""
FLOWS = {
    "item_id": pl.Int64, "site_id": pl.Int64, "day": pl.Date, "issued": pl.Float64, "returned": pl.Float64,
    "change": pl.Float64,
}  # fmt: skip


def full_history(planned_on: date) -> DemandHistory:
    """The last whole weeks of every item-site before a day, in the order of ids."""
    end = planned_on - timedelta(days=planned_on.weekday())
    start = end - timedelta(weeks=WEEKS)
    rows = ItemSite.objects.order_by("id").values_list("id", "item_id", "site_id")
    keys = pl.DataFrame(list(rows), schema=["item_site", "item_id", "site_id"], orient="row").cast(pl.Int64)
    flows = _daily_flows(keys, start)
    week = pl.col("day").dt.truncate("1w").alias("week_start_on")
    sums = flows.filter(pl.col("day").is_between(start, end, closed="left")).group_by("item_site", week)
    weekly = sums.agg(pl.col("issued").sum(), pl.col("returned").sum())
    empty = _empty_days(flows, _usable(keys, planned_on), start, end).group_by("item_site", week).len("empty_days")
    weeks = pl.DataFrame({"week_start_on": [start + timedelta(weeks=n) for n in range(WEEKS)]})
    share = 1 - pl.col("empty_days").fill_null(0) / DAYS_A_WEEK
    history = (
        keys.select("item_site")
        .join(weeks, how="cross")
        .join(weekly, on=["item_site", "week_start_on"], how="left")
        .join(empty, on=["item_site", "week_start_on"], how="left")
        .select("item_site", "week_start_on", pl.col("issued", "returned").fill_null(0.0), in_stock_fraction=share)
    )
    return dense(history, keys.select("item_site"))


def _daily_flows(keys: pl.DataFrame, start: date) -> pl.DataFrame:
    # A day early: the site's midnight may lie before UTC's.
    since = datetime.combine(start - timedelta(days=1), time(), ZoneInfo("UTC"))
    with connection.cursor() as cursor:
        cursor.execute(DAILY_FLOWS, [since])
        rows = cursor.fetchall()
    flows = pl.DataFrame(rows, schema=FLOWS, orient="row").filter(pl.col("day") >= start)
    return flows.join(keys, on=["item_id", "site_id"])


def _usable(keys: pl.DataFrame, planned_on: date) -> pl.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(USABLE, [planned_on])
        rows = cursor.fetchall()
    schema = {"item_id": pl.Int64, "site_id": pl.Int64, "usable": pl.Float64}
    found = pl.DataFrame(rows, schema=schema, orient="row")
    return keys.join(found, on=["item_id", "site_id"], how="left").with_columns(pl.col("usable").fill_null(0.0))


def _empty_days(flows: pl.DataFrame, usable: pl.DataFrame, start: date, end: date) -> pl.DataFrame:
    """Days on which an item-site had nothing usable and nothing moved: item_site, day."""
    first = pl.col("day").dt.offset_by("1d").clip(lower_bound=start)
    last = pl.col("day").shift(-1).over("item_site").dt.offset_by("-1d").fill_null(end)
    spans = _closings(flows, usable, start).with_columns(
        first=first, last=last.clip(upper_bound=end - timedelta(days=1))
    )
    # Rounded, for what is left of sums and differences of binary fractions is not something to sell.
    empty = spans.filter((pl.col("closing").round(4) <= 0) & (pl.col("first") <= pl.col("last")))
    return empty.select("item_site", day=pl.date_ranges("first", "last")).explode("day")


def _closings(flows: pl.DataFrame, usable: pl.DataFrame, start: date) -> pl.DataFrame:
    """What was on hand at the close of the day before `start`, and of each day with a change: item_site, day, closing."""
    later = pl.col("change").sum().over("item_site") - pl.col("change").cum_sum().over("item_site")
    closing = (
        flows.sort("item_site", "day")
        .join(usable.select("item_site", "usable"), on="item_site")
        .select("item_site", "day", "change", closing=pl.col("usable") - later)
    )
    total = closing.group_by("item_site").agg(pl.col("change").sum())
    opening = usable.join(total, on="item_site", how="left").select(
        "item_site",
        day=pl.lit(start - timedelta(days=1)),
        closing=pl.col("usable") - pl.col("change").fill_null(0.0),
    )
    return pl.concat([opening, closing.select("item_site", "day", "closing")]).sort("item_site", "day")
