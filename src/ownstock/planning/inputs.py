"""Everything the engine is given, read in one place and in one snapshot.

Here, and nowhere else, exact decimals become the engine's floats.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl
from django.db import connection

from ownstock.catalog.models import ItemSite, SupplyTerm
from ownstock.catalog.queries import item_sites, terms_to_order_by
from ownstock.journal.queries import watermark
from ownstock.planning.rules import (
    closed_weeks_start,
    earliest_arrival_in_days,
    fault_of,
)
from ownstock.purchasing.queries import OpenDelivery, open_deliveries
from ownstock.purchasing.rules import expected_arrival_in_days, is_past_limit

HISTORY_WEEKS = 156
DAYS_A_WEEK = 7

# What left to customers, what came back, and how usable stock changed, by item, site and the site's own day.
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
    WHERE e.holds AND m.moved_at >= %s AND (%s::bigint IS NULL OR m.item_id = %s)
    GROUP BY 1, 2, 3
"""

USABLE = """
    SELECT b.item_id, p.site_id, sum(b.on_hand)::float8
    FROM ledger_balance b JOIN ledger_place p ON p.id = b.location_id LEFT JOIN ledger_lot t ON t.id = b.lot_id
    WHERE b.status = 'released' AND (t.expires_on IS NULL OR t.expires_on > %s)
        AND (%s::bigint IS NULL OR b.item_id = %s)
    GROUP BY 1, 2
"""

FLOWS = {
    "item_id": pl.Int64, "site_id": pl.Int64, "day": pl.Date, "issued": pl.Float64, "returned": pl.Float64,
    "change": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """An item-site that can be planned, with the supply term it is ordered by and the lead time that holds now."""

    item_site: ItemSite
    term: SupplyTerm
    lead_time_days: int


@dataclass(frozen=True, slots=True)
class PlanningInputs:
    """Everything one run knows: the engine's five frames, keyed by item-site id, and what stands beside them."""

    planned_on: date
    watermark: int
    sources: dict[int, Source]
    unplanned: dict[int, dict[str, str]]
    late: list[OpenDelivery]
    history: pl.DataFrame
    position: pl.DataFrame
    arrivals: pl.DataFrame
    supply: pl.DataFrame
    economics: pl.DataFrame

    @property
    def frames(self) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """The five frames in the engine's order."""
        return self.history, self.position, self.arrivals, self.supply, self.economics


def planning_inputs(planned_on: date, *, only: ItemSite | None = None) -> PlanningInputs:
    """Read everything a plan for a business day needs: whole weeks of demand before it, stock, orders, terms, costs.

    `only` reads it for one item-site. Call it in one snapshot: stock that was received and the order it was received for
    are then read as one.
    """
    seen = watermark()
    rows = [only] if only else list(item_sites())
    terms = terms_to_order_by(rows, on=planned_on)
    coming: dict[tuple[int, int], list[OpenDelivery]] = defaultdict(list)
    late = []
    for delivery in open_deliveries(item_site=(only.item_id, only.site_id) if only else None):
        if is_past_limit(delivery.expected_on, planned_on):
            late.append(delivery)
        else:
            coming[delivery.item_id, delivery.site_id].append(delivery)
    sources, unplanned = _sources(rows, terms, coming, planned_on)
    keys = _keys(sources)
    usable = _usable(keys, planned_on)
    return PlanningInputs(
        planned_on, seen, sources, unplanned, late,
        history=_history(keys, usable, planned_on),
        position=usable.select("item_site", usable=pl.col("usable").floor(), backordered=pl.lit(0.0)),
        arrivals=_arrivals(sources, coming, planned_on),
        supply=_supply(sources),
        economics=_economics(sources),
    )  # fmt: skip


def _sources(
    rows: list[ItemSite],
    terms: dict[int, SupplyTerm | None],
    coming: dict[tuple[int, int], list[OpenDelivery]],
    planned_on: date,
) -> tuple[dict[int, Source], dict[int, dict[str, str]]]:
    """Part what can be planned from what cannot, the latter each with a sentence."""
    sources: dict[int, Source] = {}
    unplanned: dict[int, dict[str, str]] = {}
    for row in rows:
        term = terms[row.pk]
        if fault := fault_of(row, row.item.unit_cost, has_term=term is not None):
            unplanned[row.pk] = {"sku": row.item.sku, "site": row.site.code, "sentence": fault}
        elif term is not None:
            waiting = [
                (d.requested_on, expected_arrival_in_days(d.expected_on, planned_on))
                for d in coming[row.item_id, row.site_id]
                if d.supplier_id == term.supplier_id
            ]
            lead_time = earliest_arrival_in_days(term.lead_time_days, waiting, planned_on)
            sources[row.pk] = Source(row, term, lead_time)
    return sources, unplanned


def _keys(sources: dict[int, Source]) -> pl.DataFrame:
    rows = [(pk, s.item_site.item_id, s.item_site.site_id) for pk, s in sources.items()]
    return pl.DataFrame(rows, schema=["item_site", "item_id", "site_id"], orient="row").cast(pl.Int64)


def _one_item(keys: pl.DataFrame) -> int | None:
    """The item, where one item-site alone is read: its index then serves."""
    return keys["item_id"].item() if keys.height == 1 else None


def _usable(keys: pl.DataFrame, planned_on: date) -> pl.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(USABLE, [planned_on, *[_one_item(keys)] * 2])
        rows = cursor.fetchall()
    schema = {"item_id": pl.Int64, "site_id": pl.Int64, "usable": pl.Float64}
    found = pl.DataFrame(rows, schema=schema, orient="row")
    return keys.join(found, on=["item_id", "site_id"], how="left").with_columns(pl.col("usable").fill_null(0.0))


def _history(keys: pl.DataFrame, usable: pl.DataFrame, planned_on: date) -> pl.DataFrame:
    """Weekly demand, returns and share of days in stock, for every item-site and each of the last whole weeks."""
    end = closed_weeks_start(planned_on)
    start = end - timedelta(weeks=HISTORY_WEEKS)
    flows = _daily_flows(keys, start)
    week = pl.col("day").dt.truncate("1w").alias("week_start_on")
    sums = flows.filter(pl.col("day").is_between(start, end, closed="left")).group_by("item_site", week)
    weekly = sums.agg(pl.col("issued").sum(), pl.col("returned").sum())
    empty = _empty_days(flows, usable, start, end).group_by("item_site", week).len("empty_days")
    weeks = pl.DataFrame({"week_start_on": [start + timedelta(weeks=n) for n in range(HISTORY_WEEKS)]})
    share = 1 - pl.col("empty_days").fill_null(0) / DAYS_A_WEEK
    return (
        keys.select("item_site")
        .join(weeks, how="cross")
        .join(weekly, on=["item_site", "week_start_on"], how="left")
        .join(empty, on=["item_site", "week_start_on"], how="left")
        .select("item_site", "week_start_on", pl.col("issued", "returned").fill_null(0.0), in_stock_fraction=share)
        .sort("item_site", "week_start_on")
    )


def _daily_flows(keys: pl.DataFrame, start: date) -> pl.DataFrame:
    # A day early: the site's midnight may lie before UTC's.
    since = datetime.combine(start - timedelta(days=1), time(), ZoneInfo("UTC"))
    with connection.cursor() as cursor:
        cursor.execute(DAILY_FLOWS, [since, *[_one_item(keys)] * 2])
        rows = cursor.fetchall()
    flows = pl.DataFrame(rows, schema=FLOWS, orient="row").filter(pl.col("day") >= start)
    return flows.join(keys, on=["item_id", "site_id"])


def _empty_days(flows: pl.DataFrame, usable: pl.DataFrame, start: date, end: date) -> pl.DataFrame:
    """Days on which an item-site had nothing usable and nothing moved: item_site, day."""
    spans = (
        _closings(flows, usable, start)
        .with_columns(
            first=pl.col("day").dt.offset_by("1d").clip(lower_bound=start),
            last=pl.col("day")
            .shift(-1)
            .over("item_site")
            .dt.offset_by("-1d")
            .fill_null(end)
            .clip(upper_bound=end - timedelta(days=1)),
        )
        .filter((pl.col("closing") <= 0) & (pl.col("first") <= pl.col("last")))
    )
    return spans.select("item_site", day=pl.date_ranges("first", "last")).explode("day")


def closings_since(inputs: PlanningInputs, start: date) -> pl.DataFrame:
    """What was usable at the close of the day before `start` and of each day with a change until the day planned for.

    Columns: item_site, day, closing (stock units).
    """
    keys = _keys(inputs.sources)
    closings = _closings(_daily_flows(keys, start), _usable(keys, inputs.planned_on), start)
    return closings.filter(pl.col("day") <= inputs.planned_on)


def _closings(flows: pl.DataFrame, usable: pl.DataFrame, start: date) -> pl.DataFrame:
    """What was on hand at the close of the day before `start`, and of each day with a change: item_site, day, closing.

    Walks back from what is usable now: what was on hand at the close of a day is today's less all later changes.
    """
    later = pl.col("change").sum().over("item_site") - pl.col("change").cum_sum().over("item_site")
    closing = (
        flows.sort("item_site", "day")
        .join(usable.select("item_site", "usable"), on="item_site")
        .select("item_site", "day", "change", closing=pl.col("usable") - later)
    )
    opening = usable.join(closing.group_by("item_site").agg(pl.col("change").sum()), on="item_site", how="left").select(
        "item_site",
        day=pl.lit(start - timedelta(days=1)),
        closing=pl.col("usable") - pl.col("change").fill_null(0.0),
    )
    return pl.concat([opening, closing.select("item_site", "day", "closing")]).sort("item_site", "day")


def _arrivals(
    sources: dict[int, Source], coming: dict[tuple[int, int], list[OpenDelivery]], planned_on: date
) -> pl.DataFrame:
    rows = [
        (pk, expected_arrival_in_days(delivery.expected_on, planned_on), float(delivery.quantity // 1))
        for pk, source in sources.items()
        for delivery in coming[source.item_site.item_id, source.item_site.site_id]
        if delivery.quantity >= 1
    ]
    schema = {"item_site": pl.Int64, "arrives_in_days": pl.Int64, "quantity": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _supply(sources: dict[int, Source]) -> pl.DataFrame:
    rows = [
        (
            pk, s.lead_time_days, s.item_site.review_period_days, s.term.moq, s.term.order_multiple,
            float(s.item_site.item.unit_cost),
        )
        for pk, s in sources.items()
    ]  # fmt: skip
    whole = dict.fromkeys(["item_site", "lead_time_days", "review_period_days", "moq", "order_multiple"], pl.Int64)
    return pl.DataFrame(rows, schema={**whole, "unit_cost": pl.Float64}, orient="row")


def _economics(sources: dict[int, Source]) -> pl.DataFrame:
    rows = [
        (pk, float(s.item_site.holding_rate), float(s.item_site.shortage_cost), s.item_site.unserved_demand)
        for pk, s in sources.items()
    ]
    schema = {
        "item_site": pl.Int64, "holding_rate": pl.Float64, "shortage_cost": pl.Float64, "unserved_demand": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")
