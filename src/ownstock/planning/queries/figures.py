"""What stands behind a figure of health: its days, the item-sites that make it, and the policy of each class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet

from ownstock.catalog.models import ItemSite
from ownstock.planning.models import KpiItemSite
from ownstock.planning.queries.kpis import daily, only_these
from ownstock.planning.queries.measured import SHIPPED_IN_TIME
from ownstock.planning.rules.kpis import RATE_DAYS, YEAR_DAYS, ratio

TREND_DAYS = 91
MOST_LINES = 500
SORTS: Mapping[str, str] = {
    "sku": "item_site__item__sku", "site": "site__code", "on_hand": "on_hand", "on_hand_value": "on_hand_value",
    "excess_value": "excess_value", "dead_value": "dead_value", "days_of_cover": "days_of_cover", "issued": "issued",
    "issued_in_year": "issued_in_year", "last_issued_on": "last_issued_on",
}  # fmt: skip
# Which item-sites make a figure, and which of them first.
BEHIND: Mapping[str, tuple[Q, str]] = {
    "on_hand_value": (Q(), "-on_hand_value"),
    "excess": (Q(excess_value__gt=0), "-excess_value"),
    "dead": (Q(dead_value__gt=0), "-dead_value"),
    "days_of_cover": (Q(), "-on_hand_value"),
    "availability": (Q(issued_in_year__gt=0, usable__lte=0), "-issued_in_year"),
    "turns": (Q(on_hand_value__gt=0), "-on_hand_value"),
}
POLICIES = """
    SELECT q.abc_class, q.xyz_class, count(*), sum(q.on_hand_value), sum(q.excess_value),
        min(k.review_period_days), max(k.review_period_days), min(k.holding_rate), max(k.holding_rate),
        min(k.shortage_cost / nullif(i.unit_cost, 0)), max(k.shortage_cost / nullif(i.unit_cost, 0)),
        avg(k.shortage_cost / nullif(i.unit_cost, 0))
    FROM planning_kpi_item_site q JOIN catalog_item_site k ON k.id = q.item_site_id JOIN catalog_item i ON i.id = k.item_id
    {wanted} GROUP BY 1, 2 ORDER BY 1, 2
"""
# Of customers' lines of a year, what each item-site lacked on the day that it was wanted.
FILLED = f"""
    SELECT q.item_site_id, i.sku, i.description, z.code, sum(l.quantity), sum(least(l.quantity, coalesce(e.shipped, 0)))
    FROM demand_line l JOIN catalog_item i ON i.id = l.item_id JOIN catalog_location z ON z.id = l.site_id
    JOIN catalog_item_site s ON s.item_id = l.item_id AND s.site_id = l.site_id
    JOIN planning_kpi_item_site q ON q.item_site_id = s.id LEFT JOIN catalog_supplier p ON p.id = q.supplier_id
    {SHIPPED_IN_TIME}
    WHERE l.wanted_on BETWEEN %(on)s::date - {YEAR_DAYS - 1} AND %(on)s {{wanted}}
    GROUP BY 1, 2, 3, 4 ORDER BY sum(l.quantity - least(l.quantity, coalesce(e.shipped, 0))) DESC, i.sku LIMIT {MOST_LINES}
"""
COUNTED = f"""
    SELECT q.item_site_id, i.sku, i.description, z.code, sum(l.expected_quantity),
        sum(abs(l.counted_quantity - l.expected_quantity))
    FROM ledger_count_line l JOIN ledger_cycle_count c ON c.id = l.cycle_count_id
    JOIN catalog_location z ON z.id = c.site_id JOIN catalog_item i ON i.id = l.item_id
    LEFT JOIN catalog_item_site s ON s.item_id = l.item_id AND s.site_id = c.site_id
    LEFT JOIN planning_kpi_item_site q ON q.item_site_id = s.id LEFT JOIN catalog_supplier p ON p.id = q.supplier_id
    WHERE NOT l.is_open AND l.counted_quantity IS NOT NULL AND l.expected_quantity IS NOT NULL
        AND l.counted_at >= %(on)s::date - {YEAR_DAYS} {{wanted}}
    GROUP BY 1, 2, 3, 4 ORDER BY 6 DESC, i.sku LIMIT {MOST_LINES}
"""
COLUMNS = {
    "site": "z.code", "supplier": "p.code", "category": "q.category", "abc_class": "q.abc_class",
    "xyz_class": "q.xyz_class",
}  # fmt: skip
LINES = {"fill_rate": FILLED, "record_accuracy": COUNTED}


@dataclass(frozen=True, slots=True)
class CellPolicy:
    """A cell of the ABC/XYZ matrix with the policy of its item-sites: from the least to the most of each setting.

    `shortage_times` is the shortage cost as so many times the unit cost.
    """

    abc_class: str
    xyz_class: str
    item_sites: int
    on_hand_value: Decimal
    excess: Decimal | None
    review_days: tuple[int, int]
    holding_rate: tuple[Decimal, Decimal]
    shortage_times: tuple[Decimal | None, Decimal | None]
    shortage_average: Decimal | None


@dataclass(frozen=True, slots=True)
class BehindLine:
    """What of an item-site was counted in fill rate (`whole` wanted, `part` shipped in time) or accuracy (expected, off)."""

    item_site: int | None
    sku: str
    description: str
    site: str
    whole: Decimal
    part: Decimal


def trend(
    on: date, only: Mapping[str, str] | None = None, days: int = TREND_DAYS
) -> dict[str, list[tuple[date, float | None]]]:
    """The days of each figure up to a day, as far as each day was measured: for sparklines and charts.

    Cover, turns and fill rate of a day look back from it as the figures do; record accuracy has no days.
    """
    first = on - timedelta(days=days - 1)
    rows = {row["day_on"]: row for row in daily(first - timedelta(days=YEAR_DAYS), on, only)}
    found: dict[str, list[tuple[date, float | None]]] = {name: [] for name in ("on_hand_value", *_OF_A_DAY)}
    sums = _Rolling(rows)
    for n in range(days):
        day = first + timedelta(days=n)
        row = rows.get(day)
        if row is not None:
            found["on_hand_value"].append((day, float(row["on_hand_value"])))
            for name, figure in _OF_A_DAY.items():
                found[name].append((day, figure(row, sums, day)))
    return found


class _Rolling:
    """Sums of the days before a day, by running totals."""

    def __init__(self, rows: Mapping[date, Mapping[str, Any]]) -> None:
        self.totals: dict[str, list[float]] = {}
        self.days = sorted(rows)
        self.place = {day: n for n, day in enumerate(self.days)}
        for name in ("issued_value", "on_hand_value", "wanted_units", "supplied_units"):
            total, sums = 0.0, [0.0]
            for day in self.days:
                total += float(rows[day][name] or 0)
                sums.append(total)
            self.totals[name] = sums

    def of(self, name: str, day: date, days: int) -> float:
        """The sum of so many days up to a day; days before the first count nothing."""
        last = self.place[day] + 1
        return self.totals[name][last] - self.totals[name][max(last - days, 0)]


def _money(name: str) -> Any:
    return lambda row, sums, day: None if row[name] is None else float(row[name])


def _available(row: Mapping[str, Any], sums: _Rolling, day: date) -> float | None:
    short = row["stocked_out"]
    return None if short is None else ratio(row["selling"] - short, row["selling"])


_OF_A_DAY: Mapping[str, Any] = {
    "excess": _money("excess_value"),
    "dead": _money("dead_value"),
    "availability": _available,
    "days_of_cover": lambda row, sums, day: ratio(
        float(row["on_hand_value"]), sums.of("issued_value", day, RATE_DAYS) / RATE_DAYS
    ),
    "fill_rate": lambda row, sums, day: ratio(
        sums.of("supplied_units", day, YEAR_DAYS), sums.of("wanted_units", day, YEAR_DAYS)
    ),
    "turns": lambda row, sums, day: ratio(
        sums.of("issued_value", day, YEAR_DAYS), sums.of("on_hand_value", day, YEAR_DAYS) / YEAR_DAYS
    ),
}


def item_sites_behind(
    figure: str, only: Mapping[str, str] | None = None, *, text: str = "", sorts: Sequence[str] = ()
) -> QuerySet[KpiItemSite]:
    """The item-sites that make a figure, those that make most of it first; `text` is in the item's code or description."""
    where, order = BEHIND.get(figure, BEHIND["on_hand_value"])
    rows = only_these(KpiItemSite.objects.select_related("item_site__item", "site", "supplier").filter(where), only)
    if text:
        rows = rows.filter(Q(item_site__item__sku__istartswith=text) | Q(item_site__item__description__icontains=text))
    named = [
        F(one.lstrip("-")).desc(nulls_last=True) if one.startswith("-") else F(one).asc(nulls_last=True)
        for one in sorts
    ]
    return rows.order_by(*named, "item_site_id") if named else rows.order_by(order, "item_site_id")


def lines_behind(figure: str, on: date, only: Mapping[str, str] | None = None) -> list[BehindLine]:
    """The item-sites that fill rate or record accuracy counted, those that took most from it first; 500 at most."""
    wanted, values = _wanted(only)
    with connection.cursor() as cursor:
        cursor.execute(LINES[figure].format(wanted=wanted), {**values, "on": on})
        return [BehindLine(*row) for row in cursor.fetchall()]


def class_policies(only: Mapping[str, str] | None = None) -> list[CellPolicy]:
    """The ABC/XYZ matrix as of the last measuring, with the policy that the item-sites of each cell have."""
    wanted, values = _wanted(only)
    join = "LEFT JOIN catalog_location z ON z.id = q.site_id LEFT JOIN catalog_supplier p ON p.id = q.supplier_id WHERE true"
    with connection.cursor() as cursor:
        cursor.execute(POLICIES.format(wanted=join + wanted), values)
        return [
            CellPolicy(row[0], row[1], row[2], row[3], row[4], row[5:7], row[7:9], row[9:11], row[11])
            for row in cursor.fetchall()
        ]


def item_sites_of_cell(abc_class: str, xyz_class: str, only: Mapping[str, str] | None = None) -> QuerySet[ItemSite]:
    """The item-sites of a cell of the matrix, the most valuable stock first."""
    cell = {**(only or {}), "abc_class": abc_class, "xyz_class": xyz_class}
    measured = only_these(KpiItemSite.objects.all(), cell)
    rows = ItemSite.objects.select_related("item", "site").filter(pk__in=measured.values("item_site_id"))
    return rows.order_by("-kpi__on_hand_value", "pk")


def _wanted(only: Mapping[str, str] | None) -> tuple[str, dict[str, str]]:
    given = {name: value for name, value in (only or {}).items() if name in COLUMNS}
    return "".join(f" AND {COLUMNS[name]} = %({name})s" for name in given), given
