"""Whether the server's count of transactions lies beyond all that is stored, and how it gets there.

Facts carry the id of the transaction that wrote them, and readers of what is new take those below the watermark. A dump that
is restored into another server brings the facts, but that server counts from where it is.
"""

from __future__ import annotations

from django.db import connection

from ownstock.access import sealing
from ownstock.exchange.models import Subscription
from ownstock.journal.queries import next_transaction
from ownstock.ledger.models import ValuationMark
from ownstock.planning.models import ReplanCursor

# So many take a few seconds: time enough for who waits to see it go on.
COUNTED_AT_ONCE = 500_000
# An id is used up by a transaction that does nothing: a few bytes in the log, and no wait for the disk.
USE_IDS = "DO $$ BEGIN FOR i IN 1..{} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"


def require_counted_on() -> None:
    """Refuse to work where what is new could not be told from what is old.

    Raises:
        Refused: what is stored comes from transactions that this server has not come to.
    """
    if ids_to_count() > 0:
        raise sealing.began_anew(next_transaction(), _reached())


def ids_to_count() -> int:
    """How many ids the server must use up until all that is stored is of the past; 0 where it is."""
    return max(_reached() - next_transaction(), 0)


def count_on(ids: int) -> int:
    """Use up so many ids, or as many as take a few seconds; returns how many are left then."""
    connection.ensure_connection()
    session = connection.connection
    session.execute("SET synchronous_commit = off")
    try:
        # Prepared, it could not commit on its way.
        session.execute(USE_IDS.format(min(ids, COUNTED_AT_ONCE)), prepare=False)
    finally:
        session.execute("RESET synchronous_commit")
    return ids_to_count()


def _reached() -> int:
    """The id up to which a server had counted that wrote what is stored: facts, seals, and how far each reader has come."""
    valued = ValuationMark.objects.values_list("watermark", flat=True)
    planned = ReplanCursor.objects.values_list("watermark", flat=True)
    told = Subscription.objects.values_list("told_transaction", flat=True)
    return max([sealing.reached_transaction(), *valued, *planned, *told])
