"""Waiting until the watermark has passed a transaction.

Transactions in other databases of the same server hold it back too, and several tests share a server.
"""

from __future__ import annotations

import time

from ownstock.journal.queries import watermark
from ownstock.ledger.models import Posting

PATIENCE_SECONDS = 60


def newest_transaction() -> int:
    """The transaction that posted last."""
    return int(Posting.objects.latest("id").transaction_id)


def wait_until_below_watermark(transaction_id: int) -> None:
    """Until all that began before a transaction has ended, and itself."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while watermark() <= transaction_id:
        assert time.monotonic() < deadline, "somebody's transaction does not end"
        time.sleep(0.05)
