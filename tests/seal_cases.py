"""What tests of the seal share: sealing all there is, and doing as the owner what only the owner can."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from ownstock.access import chain, sealing
from ownstock.access.rules import SEALED_AT_ONCE
from ownstock.journal.queries import fact_models
from ownstock.site.embedded.databases import Credentials

PATIENCE_SECONDS = 60.0


def seal_all(most: int = SEALED_AT_ONCE) -> int:
    """Seal until nothing waits: on the tests' server others' transactions, in other databases, hold the watermark back."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    sealed = sealing.seal(most)
    while chain.waiting_rows():
        assert time.monotonic() < deadline, "Waited in vain until everything was sealed."
        time.sleep(0.05)
        sealed += sealing.seal(most)
    return sealed


def findings() -> list[str]:
    """What `audit verify` would say."""
    return [finding.sentence for finding in chain.verify()]


@contextmanager
def as_owner(credentials: Credentials) -> Iterator[psycopg.Connection]:
    """The owner's connection, with the triggers that protect facts and seals out of the way."""
    tables = [*(model._meta.db_table for model in fact_models()), "ledger_movement", "access_seal"]
    with psycopg.connect(credentials.owner.conninfo, autocommit=True) as owner:
        for table in tables:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield owner
        for table in tables:
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
