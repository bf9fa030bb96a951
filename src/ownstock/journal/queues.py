"""Queues of the outbox: rows that wait for the same server go one after another, so that a slow one holds up nobody else.

Who tells a row holds its queue by a lock of its connection: whoever is killed lets go of it in the same moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error as DatabaseError
from django.db import connection

from ownstock.journal import actions, queries
from ownstock.journal.models import OutboxRow

# Any number serves, as long as nobody else locks it in the same database.
QUEUES = 7_267_005


@contextmanager
def claimed(*, lease_seconds: int) -> Iterator[OutboxRow | None]:
    """Hold the next due row whose queue is free, under a lease, for as long as the block lasts; None when there is none."""
    busy: set[str] = set()
    while (queue := queries.next_queue(busy)) is not None:
        with held(queue) as is_free:
            row = actions.claim(lease_seconds=lease_seconds, queue=queue) if is_free else None
            if row is not None:
                yield row
                return
        busy.add(queue)
    yield None


@contextmanager
def held(queue: str) -> Iterator[bool]:
    """Hold a queue, unless somebody else does; tells whether it is held now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [QUEUES, queue])
        is_free = bool(cursor.fetchone()[0])
    try:
        yield is_free
    finally:
        # Where the connection has gone the lock has gone with it.
        with suppress(DatabaseError):
            if is_free:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [QUEUES, queue])


def is_held(queue: str) -> bool:
    """Whether somebody holds a queue now; asking keeps nobody from it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid::bigint = %s AND objsubid = 2 "
            "AND objid::bigint = hashtext(%s)::bigint & 4294967295 "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            [QUEUES, queue],
        )
        return bool(cursor.fetchone()[0])
