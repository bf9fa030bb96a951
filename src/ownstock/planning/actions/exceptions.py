"""Telling people what a plan finds out of order, one alert a root cause, each with what it costs if nobody acts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ownstock.catalog.models import Supplier
from ownstock.catalog.queries import base_currency
from ownstock.journal.queries import open_alerts
from ownstock.journal.worklist import Told, Worth, tell_all, value_all
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
    value_all("late_delivery", _worth(found.rows(found.BY_LATE_LINE)))
    value_all("supplier_blocked", _worth(found.rows(found.BY_BLOCKED_SUPPLIER, **_hanging())))
    return new


def _worth(rows: Sequence[Row]) -> dict[str, Worth]:
    return {row["key"]: Worth(money(row["money"]), row["planned_on"], row["item_sites"]) for row in rows}


def _hanging() -> dict[str, list[Any]]:
    """The item-sites that hang on suppliers that may not be ordered from, each with the key of that alert."""
    told = dict(open_alerts().filter(kind="supplier_blocked").values_list("facts__supplier", "key"))
    suppliers = Supplier.objects.filter(code__in=told).order_by("code")
    hanging = [
        (told[s.code], s.pk, item.item_site.pk) for s in suppliers for item in what_hangs(s, business_day()).items
    ]
    keys, ids, item_sites = zip(*hanging, strict=True) if hanging else ((), (), ())
    return {"keys": list(keys), "suppliers": list(ids), "item_sites": list(item_sites)}
