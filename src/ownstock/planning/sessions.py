"""How planning stands towards others who use the database: in one snapshot, one of a kind at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

PLANNING_LOCK = 0x0D5_7011
HISTORY_LOCK = 0x0D5_7012


@contextmanager
def one_snapshot() -> Iterator[None]:
    """One view of the database from the first read to the last write; inside a caller's transaction, that one."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


@contextmanager
def held(lock: int) -> Iterator[bool]:
    """Hold an advisory lock of the database if nobody else does; tells whether it is held."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock])
        is_held = bool(cursor.fetchone()[0])
    try:
        yield is_held
    finally:
        if is_held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])
