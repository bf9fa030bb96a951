"""Health and monitoring: what was measured, by site, supplier, category or class, for any days and beside any others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, F, Max, QuerySet, Sum

from ownstock.base.errors import Refused
from ownstock.planning.models import KpiDay, KpiItemSite
from ownstock.planning.rules.kpis import RATE_DAYS, YEAR_DAYS, change, ratio

GROUPS: Mapping[str, str] = {
    "site": "site__code", "supplier": "supplier__code", "category": "category", "abc_class": "abc_class",
    "xyz_class": "xyz_class",
}  # fmt: skip
RANKINGS = {"on_hand_value": "-on_hand_value", "excess": "-excess_value", "dead": "-dead_value"}
SUMS = (
    "item_sites", "on_hand_value", "on_hand_units", "issued_units", "issued_value", "received_value", "movements",
    "wanted_units", "supplied_units", "excess_value", "dead_value", "selling", "stocked_out",
)  # fmt: skip
ACCURACY = """
    SELECT s.code, sum(abs(l.counted_quantity - l.expected_quantity)), sum(l.expected_quantity)
    FROM ledger_count_line l JOIN ledger_cycle_count c ON c.id = l.cycle_count_id JOIN catalog_location s ON s.id = c.site_id
    WHERE NOT l.is_open AND l.counted_quantity IS NOT NULL AND l.expected_quantity IS NOT NULL AND l.counted_at >= %s
    GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Health:
    """The health of a group (all: `group` empty) at the close of a day; figures that nothing is known for are None.

    Formulas: `rules.kpis.KPI_FORMULAS`.
    """

    group: str
    item_sites: int
    on_hand_value: Decimal
    excess: Decimal | None
    dead: Decimal | None
    days_of_cover: float | None
    availability: float | None
    fill_rate: float | None
    turns: float | None
    record_accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class ClassCell:
    """A cell of the ABC/XYZ matrix."""

    abc_class: str
    xyz_class: str
    item_sites: int
    on_hand_value: Decimal
    excess: Decimal | None


@dataclass(frozen=True, slots=True)
class Trend:
    """What moved in a group in a span of days, and how that differs from another span: shares, 0.1 is ten percent more."""

    group: str
    on_hand_value: Decimal
    issued_units: Decimal
    issued_value: Decimal
    received_value: Decimal
    movements: int
    consumption_rate: float
    days_of_cover: float | None
    stock_change: float | None
    sales_change: float | None
    movements_change: float | None


def measured_on() -> date | None:
    """The last day that was measured."""
    return KpiDay.objects.filter(dimension="site").aggregate(last=Max("day_on"))["last"]


def health(by: str = "", *, on: date | None = None, only: Mapping[str, str] | None = None) -> list[Health]:
    """The health at the close of a day (by default the last measured), of all or by group, the most valuable first.

    `only` names groups that are looked at: {"site": "SHOP"}.
    """
    last = on or measured_on()
    if last is None:
        return []
    now = _sums(_days(last, last, only, by), by)
    year = _sums(_days(last - timedelta(days=YEAR_DAYS - 1), last, only, by), by)
    rates = _sums(_days(last - timedelta(days=RATE_DAYS - 1), last, only, by), by)
    accuracy = _accuracy(last, only) if by in ("", "site") else {}
    found = [_health(key, row, year[key], rates[key], accuracy.get(key)) for key, row in now.items()]
    return sorted(found, key=lambda one: -one.on_hand_value)


def class_matrix(only: Mapping[str, str] | None = None) -> list[ClassCell]:
    """The ABC/XYZ matrix as of the last measuring."""
    rows = only_these(KpiItemSite.objects.all(), only).values_list("abc_class", "xyz_class")
    found = rows.annotate(Count("pk"), Sum("on_hand_value"), Sum("excess_value")).order_by("abc_class", "xyz_class")
    return [ClassCell(*row) for row in found]


def measured_item_sites(ranking: str = "on_hand_value", only: Mapping[str, str] | None = None) -> QuerySet[KpiItemSite]:
    """Item-sites as they were measured last, those with most stock value, excess or dead stock first.

    Raises:
        Refused: there is no such ranking.
    """
    if ranking not in RANKINGS:
        raise Refused(f"Rank by one of: {', '.join(RANKINGS)}.", code="unknown_ranking")
    rows = only_these(KpiItemSite.objects.select_related("item_site__item", "site", "supplier"), only)
    if ranking == "excess":
        rows = rows.filter(excess_value__gt=0)
    return rows.order_by(RANKINGS[ranking], "item_site_id")


def monitor(
    by: str, since: date, until: date, *, against: date | None = None, only: Mapping[str, str] | None = None
) -> list[Trend]:
    """What moved by group between two days, both included, beside as many days from `against` on (default: just before)."""
    days = (until - since).days + 1
    if days < 1:
        raise Refused(f"The span ends on {until}, before it begins on {since}.", code="empty_span")
    before_on = against or since - timedelta(days=days)
    now = _sums(_days(since, until, only, by), by)
    before = _sums(_days(before_on, before_on + timedelta(days=days - 1), only, by), by)
    closes = _sums(_days(until, until, only, by), by)
    closes_before = _sums(
        _days(before_on + timedelta(days=days - 1), before_on + timedelta(days=days - 1), only, by), by
    )
    none: dict[str, Any] = dict.fromkeys(SUMS)
    found = [
        _trend(key, days, row, before.get(key, none), closes.get(key, none), closes_before.get(key, none))
        for key, row in now.items()
    ]
    return sorted(found, key=lambda one: -one.issued_value)


def daily(since: date, until: date, only: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """The sums of every day of a span, for a chart: stock value and units, issues, receipts, movements."""
    rows = _days(since, until, only).values("day_on").annotate(**{name: Sum(name) for name in SUMS})
    return [dict(row) for row in rows.order_by("day_on")]


def _days(since: date, until: date, only: Mapping[str, str] | None, by: str = "") -> QuerySet[KpiDay]:
    """The rows of a span of the dimension asked for; a site narrows any, a group of a dimension that one alone."""
    names = {checked_group(name) for name in (by, *(only or {})) if name} - {"site"}
    if len(names) > 1:
        raise Refused(
            f"Days are kept by site and one more: {' and '.join(sorted(names))} are not crossed.", code="not_crossed"
        )
    rows = KpiDay.objects.filter(day_on__range=(since, until), dimension=names.pop() if names else "site")
    for name, value in (only or {}).items():
        rows = rows.filter(**{"site__code" if name == "site" else "key": value})
    return rows


def only_these(rows: QuerySet[Any], only: Mapping[str, str] | None) -> QuerySet[Any]:
    """Measured item-sites of these groups alone."""
    for name, value in (only or {}).items():
        rows = rows.filter(**{GROUPS[checked_group(name)]: value})
    return rows


def checked_group(group: str) -> str:
    """A kind of group, refused where there is none such."""
    if group not in GROUPS:
        raise Refused(f"Group by one of: {', '.join(GROUPS)}.", code="unknown_group")
    return group


def _sums(rows: QuerySet[KpiDay], by: str) -> dict[str, dict[str, Any]]:
    """The sums of a span by group; all in one where no group is asked for."""
    sums = {f"total_{name}": Sum(name) for name in SUMS}
    if not by:
        found: Sequence[dict[str, Any]] = [rows.aggregate(**sums) | {"group": ""}]
    else:
        found = [
            dict(row)
            for row in rows.values(group=F("site__code" if by == "site" else "key")).annotate(**sums).order_by()
        ]
    return {row["group"]: {name: row[f"total_{name}"] for name in SUMS} for row in found}


def _health(
    key: str, now: dict[str, Any], year: dict[str, Any], rates: dict[str, Any], accuracy: float | None
) -> Health:
    average = (year["on_hand_value"] or 0) / YEAR_DAYS
    short = now["stocked_out"]
    return Health(
        key, now["item_sites"] or 0, now["on_hand_value"] or Decimal(0), now["excess_value"], now["dead_value"],
        ratio(now["on_hand_value"], (rates["issued_value"] or 0) / RATE_DAYS),
        None if short is None else ratio(now["selling"] - short, now["selling"]),
        ratio(year["supplied_units"], year["wanted_units"]), ratio(year["issued_value"], average), accuracy,
    )  # fmt: skip


def _trend(
    key: str,
    days: int,
    now: dict[str, Any],
    before: dict[str, Any],
    close: dict[str, Any],
    close_before: dict[str, Any],
) -> Trend:
    return Trend(
        key, close["on_hand_value"] or Decimal(0), now["issued_units"], now["issued_value"], now["received_value"],
        now["movements"], float(now["issued_units"]) / days, ratio(close["on_hand_value"], now["issued_value"] / days),
        change(close["on_hand_value"], close_before["on_hand_value"]), change(now["issued_value"], before["issued_value"]),
        change(now["movements"], before["movements"]),
    )  # fmt: skip


def _accuracy(on: date, only: Mapping[str, str] | None) -> dict[str, float | None]:
    """Record accuracy by site and of all; it is known of sites alone."""
    if only and set(only) - {"site"}:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(ACCURACY, [on - timedelta(days=YEAR_DAYS)])
        rows = [row for row in cursor.fetchall() if not only or row[0] == only["site"]]
    found = {code: _one_less(off, expected) for code, off, expected in rows}
    return found | {"": _one_less(sum(row[1] for row in rows), sum(row[2] for row in rows))}


def _one_less(off: Decimal | int, expected: Decimal | int) -> float | None:
    share = ratio(float(off), float(expected))
    return None if share is None else 1 - share
