"""Which class an item is of at a site, and how the items of a class are counted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby

from django.db import connection, transaction

from ownstock.base.errors import Refused
from ownstock.journal import actions as journal
from ownstock.ledger.models import CountPolicy
from ownstock.ledger.queries import counts as queries
from ownstock.ledger.rules.counting import CLASS_YEAR_DAYS, AbcClass, abc_classes

KEEP = """
    INSERT INTO ledger_classification (site_id, item_id, abc_class, issued_value, classified_on)
    SELECT *, %s FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::numeric[])
    ON CONFLICT (item_id, site_id) DO UPDATE SET
        abc_class = excluded.abc_class, issued_value = excluded.issued_value, classified_on = excluded.classified_on
"""
FIELDS = ("cumulative_share", "every_days", "tolerance_share", "tolerance_units", "tolerance_amount")


@transaction.atomic
def classify(on: date) -> dict[AbcClass, int]:
    """Give every item at every site its class, by the value of its issues in the year before a day; how many are in each.

    Again on the same day it gives the same. Two at once: the second waits for the first and writes the same.
    """
    until = datetime.combine(on, time(), UTC)
    values = queries.issued_values(until - timedelta(days=CLASS_YEAR_DAYS), until)
    classes = _classes(values)
    sites, items, amounts = (list(column) for column in zip(*values, strict=True)) if values else ([], [], [])
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [on, sites, items, list(map(str, classes)), amounts])
    return {name: classes.count(name) for name in AbcClass}


def _classes(values: Iterable[tuple[int, int, Decimal]]) -> list[AbcClass]:
    cuts = queries.cuts()
    by_site = groupby(values, key=lambda row: row[0])
    return [found for _, rows in by_site for found in abc_classes([value for _, _, value in rows], cuts)]


@transaction.atomic
def set_policy(
    abc_class: AbcClass, *, actor: str, reason: str, cumulative_share: Decimal | None = None, every_days: int | None = None,
    tolerance_share: Decimal | None = None, tolerance_units: Decimal | None = None, tolerance_amount: Decimal | None = None,
) -> CountPolicy:  # fmt: skip
    """Say how the items of a class are counted; what is not given stays.

    Raises:
        Refused: no reason, or a value that cannot be: a share outside 0 to 1, no day, a tolerance below zero.
    """
    policy = CountPolicy.objects.select_for_update().get(abc_class=abc_class)
    given = (cumulative_share, every_days, tolerance_share, tolerance_units, tolerance_amount)
    new = {name: value for name, value in zip(FIELDS, given, strict=True) if value is not None}
    _refuse_unfit(new, reason)
    old = {name: getattr(policy, name) for name in new}
    if not new or old == new:
        return policy
    for name, value in new.items():
        setattr(policy, name, value)
    policy.save(update_fields=list(new))
    journal.record(
        actor=actor, verb="ledger.count_policy_set", subject=f"count_policy:{abc_class}", reason=reason,
        old={name: str(value) for name, value in old.items()}, new={name: str(value) for name, value in new.items()},
    )  # fmt: skip
    return policy


def _refuse_unfit(new: dict[str, Decimal | int], reason: str) -> None:
    if not reason.strip():
        raise Refused("Say why the items of the class are to be counted otherwise.", code="no_reason")
    for name, value in new.items():
        if value < 0 or (name.endswith("share") and value > 1) or (name == "every_days" and value < 1):
            raise Refused(f"{name} cannot be {value}.", code="bad_policy", field=name)
