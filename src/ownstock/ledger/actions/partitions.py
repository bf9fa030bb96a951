"""The parts that movements lie in, made ahead, month by month."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection

AHEAD_DAYS = 92


def prepare_partitions(today: date) -> int:
    """Make the monthly parts for the next three months; returns how many were missing.

    Should it not have run for longer, what is posted meanwhile lies in the part for everything else, and stays there.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_make_partitions(%s, %s)", [today, today + timedelta(days=AHEAD_DAYS)])
        return int(cursor.fetchone()[0])
