"""Telling people what a plan finds out of order, one alert a root cause, each with what it costs if nobody acts."""

from __future__ import annotations

from collections.abc import Sequence

from ownstock.catalog.queries import base_currency
from ownstock.journal.queries import open_alerts
from ownstock.journal.worklist import Told, tell_all, worth
from ownstock.planning.queries import exceptions as found
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
    _value("supplier_blocked", found.rows(found.BY_BLOCKED_SUPPLIER))
    return new


def _value(kind: str, rows: Sequence[Row]) -> None:
    """Say of the open alerts of a kind what each costs; those that cost nothing any more are worth nothing again."""
    for row in rows:
        worth(row["key"], money=money(row["money"]), deadline_on=row["planned_on"], item_count=row["item_sites"])
    costly = {row["key"] for row in rows}
    valued = open_alerts().filter(kind=kind).exclude(money=None).values_list("key", flat=True)
    for key in sorted(set(valued) - costly):
        worth(key, money=None)
