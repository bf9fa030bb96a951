"""Balances made anew: they are a cache of the movements, and this is how it is filled."""

from __future__ import annotations

from django.db import connections, transaction

from ownstock.journal import actions as journal
from ownstock.ledger.models import Balance
from ownstock.ledger.queries.verification import ALL_ITEMS, REPAIR_BALANCES, BalanceDifference, balance_differences


def rebuild(*, actor: str) -> list[BalanceDifference]:
    """Make every balance anew from the movements, as the database's owner; returns what differed before.

    Postings wait while it runs: the balances are locked against writers from the comparison to the last row.
    """
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(f"LOCK TABLE {Balance._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
        differences = balance_differences(using="owner")
        cursor.execute(REPAIR_BALANCES, {"first": 0, "end": ALL_ITEMS})
    if differences:
        journal.record(
            actor=actor,
            verb="ledger.rebuilt",
            subject="ledger:balances",
            old={"differences": [d.sentence for d in differences[:100]], "count": len(differences)},
        )
    return differences
