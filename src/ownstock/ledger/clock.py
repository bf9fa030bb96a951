"""The one clock of all who work on the ledger, whatever their own clocks say."""

from __future__ import annotations

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """The moment by the database's clock, which dates movements too: so the two can be compared."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
        return now
