"""Telling people what a plan finds out of order, one alert a root cause, each with what it costs if nobody acts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ownstock.catalog.models import Supplier
from ownstock.catalog.queries import base_currency
from ownstock.journal.queries import open_alerts
from ownstock.journal.worklist import Told, tell_all, worth
from ownstock.planning.queries import business_day
from ownstock.planning.queries import exceptions as found
from ownstock.planning.queries.switching import what_hangs
from ownstock.planning.rules.exceptions import KINDS, Row, money, said_of_all

ENDED = "the plan no longer finds it"


def tell_exceptions() -> int:
    """Bring the alerts about item-sites in line with what the last plan says of them; returns how many are new.

    What runs short by a late line or a blocked supplier is told as what that costs, not once more by itself.
    """
    asked = {
        "each": found.rows(found.EACH_RUNS_OUT, found.ONE_BY_ONE),
        "others": found.rows(found.OTHERS_RUN_OUT, found.ONE_BY_ONE),
        "jumped": found.rows(found.JUMPED, found.ONE_BY_ONE),
        "on_order": found.rows(found.ON_ORDER),
        "excess": found.rows(found.EXCESS),
        "dead": found.rows(found.DEAD_STOCK),
        "unplanned": found.rows(found.UNPLANNED),
        "new": found.rows(found.NEW),
    }
    new = tell_all(KINDS, [Told(**said) for said in said_of_all(asked, base_currency())], because=ENDED)
    _value("late_delivery", found.rows(found.BY_LATE_LINE))
    _value("supplier_blocked", found.rows(found.BY_BLOCKED_SUPPLIER, **_hanging()))
    return new


def _hanging() -> dict[str, list[Any]]:
    """The item-sites that hang on suppliers that may not be ordered from, each with the key of that alert."""
    told = dict(open_alerts().filter(kind="supplier_blocked").values_list("facts__supplier", "key"))
    suppliers = Supplier.objects.filter(code__in=told).order_by("code")
    hanging = [
        (told[s.code], s.pk, item.item_site.pk) for s in suppliers for item in what_hangs(s, business_day()).items
    ]
    names = ("keys", "suppliers", "item_sites")
    return (
        dict(zip(names, map(list, zip(*hanging, strict=True)), strict=True))
        if hanging
        else {name: [] for name in names}
    )


def _value(kind: str, rows: Sequence[Row]) -> None:
    """Say of the open alerts of a kind what each costs; those that cost nothing any more are worth nothing again."""
    for row in rows:
        worth(row["key"], money=money(row["money"]), deadline_on=row["planned_on"], item_count=row["item_sites"])
    costly = {row["key"] for row in rows}
    valued = open_alerts().filter(kind=kind).exclude(money=None).values_list("key", flat=True)
    for key in sorted(set(valued) - costly):
        worth(key, money=None)
