"""Facts are sealed after they are committed: each once, in whatever order they committed, by however many sealers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import DatabaseError, connections, transaction

from ownstock.access import chain, sealing
from ownstock.access.models import Seal
from ownstock.base.errors import Refused
from ownstock.journal import actions as journal
from ownstock.journal.models import AuditEvent
from ownstock.journal.queries import fact_models, watermark
from ownstock.ledger.models import Posting
from ownstock.site.embedded.databases import Credentials
from tests.factories import opening, small_business
from tests.seal_cases import PATIENCE_SECONDS, as_owner, findings, seal_all

pytestmark = pytest.mark.usefixtures("committed_db")
EVENT = "INSERT INTO journal_audit_event (actor, verb, subject, reason) VALUES ('test', 'a.b', %s, '')"


def tell(*subjects: str) -> None:
    for subject in subjects:
        journal.record(actor="test", verb="a.b", subject=subject)


def sealed_ids(table: str = "journal_audit_event") -> list[int]:
    return [row_id for link in Seal.objects.filter(table_name=table).order_by("number") for row_id in link.ids]


def test_audit_events_and_postings_are_facts_that_are_sealed() -> None:
    assert {AuditEvent, Posting} <= set(fact_models())
    for model in fact_models():
        names = {field.name for field in model._meta.concrete_fields}
        assert {"id", "transaction_id", "recorded_at"} <= names
        assert "transaction_id" in {index.fields[0] for index in model._meta.indexes}


def test_every_fact_is_sealed_once_and_nothing_is_found() -> None:
    small_business()
    opening("CUP", 10)
    tell("x:1", "x:2")
    facts = sum(model._default_manager.count() for model in fact_models())
    assert seal_all() == facts
    assert sealing.seal() == 0
    assert sealed_ids() == list(AuditEvent.objects.order_by("id").values_list("id", flat=True))
    assert sealed_ids("ledger_posting") == [Posting.objects.get().pk]
    assert findings() == []
    last = chain.head()
    assert last is not None
    assert last.rows_so_far == facts


def test_many_rows_make_links_of_bounded_size_also_within_one_transaction() -> None:
    with transaction.atomic():
        tell(*(f"x:{n}" for n in range(7)))
    assert seal_all(most=3) == 7
    assert [len(link.ids) for link in Seal.objects.order_by("number")] == [3, 3, 1]
    tell("x:7")
    seal_all(most=3)
    assert Counter(sealed_ids()) == Counter(AuditEvent.objects.values_list("id", flat=True))
    assert findings() == []


def test_a_full_link_is_followed_by_what_its_own_transaction_wrote_and_no_row_is_left_out() -> None:
    with transaction.atomic():
        tell(*(f"x:{n}" for n in range(6)))
    assert seal_all(most=3) == 6
    assert [len(link.ids) for link in Seal.objects.order_by("number")] == [3, 3]
    assert findings() == []


def test_a_large_transaction_is_finished_before_what_came_after_it() -> None:
    with transaction.atomic():
        tell(*(f"x:{n}" for n in range(4)))
    tell("x:4")
    assert seal_all(most=3) == 5
    assert [len(link.ids) for link in Seal.objects.order_by("number")] == [3, 1, 1]
    assert findings() == []


def test_two_transactions_that_commit_out_of_order_are_both_sealed_once(committed_db: Credentials) -> None:
    with psycopg.connect(committed_db.app.conninfo) as slow:
        slow.execute(EVENT, ["slow"])
        tell("quick")
        sealing.seal()
        assert sealed_ids() == []
        slow.commit()
    seal_all()
    ids = dict(AuditEvent.objects.values_list("subject", "id"))
    assert sealed_ids() == [ids["slow"], ids["quick"]]
    assert findings() == []


def test_what_was_rolled_back_is_not_sealed(committed_db: Credentials) -> None:
    with psycopg.connect(committed_db.app.conninfo) as undecided:
        undecided.execute(EVENT, ["never"])
        undecided.rollback()
    tell("kept")
    seal_all()
    assert sealed_ids() == [AuditEvent.objects.get().pk]
    assert findings() == []


def test_sealers_at_once_seal_every_row_once() -> None:
    tell(*(f"x:{n}" for n in range(60)))

    def seal(_: int) -> int:
        try:
            return sealing.seal(most=2)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        sealed = sum(pool.map(seal, range(4)))
    assert sealed + seal_all(most=2) == 60
    assert sealed_ids() == sorted(AuditEvent.objects.values_list("id", flat=True))
    assert findings() == []


SEAL_AND_DIE = """
import os, django; django.setup()
from ownstock.access import sealing
from django.db import transaction
with transaction.atomic():
    assert sealing.seal(most=2) > 0
    os.kill(os.getpid(), 9)
"""


def test_a_sealer_that_is_killed_leaves_nothing_half() -> None:
    tell("x:1", "x:2", "x:3")
    seal_all(most=2)
    before = Seal.objects.count()
    tell("x:4", "x:5", "x:6")
    wait_until_sealable()
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "ownstock.site.settings"}
    died = subprocess.run([sys.executable, "-c", SEAL_AND_DIE], env=environment, capture_output=True, check=False)
    assert died.returncode == -9, died.stderr.decode()
    assert Seal.objects.count() == before
    assert seal_all(most=2) == 3
    assert findings() == []


def wait_until_sealable() -> None:
    """Until no transaction of other tests holds the watermark back."""
    last = AuditEvent.objects.latest("id")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while watermark() <= last.transaction_id:
        assert time.monotonic() < deadline, "Waited in vain for the watermark."
        time.sleep(0.05)


def test_a_column_that_came_later_breaks_no_older_seal(committed_db: Credentials) -> None:
    tell("x:1")
    seal_all()
    with as_owner(committed_db) as owner:
        owner.execute("ALTER TABLE journal_audit_event ADD COLUMN mood text DEFAULT 'good'")
        assert findings() == []
        owner.execute("ALTER TABLE journal_audit_event DROP COLUMN mood")


def test_a_column_that_is_gone_is_named(committed_db: Credentials) -> None:
    tell("x:1")
    seal_all()
    with as_owner(committed_db) as owner:
        owner.execute("ALTER TABLE journal_audit_event RENAME COLUMN reason TO why")
        [finding] = findings()
        assert finding.startswith(
            'seal 1 cannot be checked against journal_audit_event: column "reason" does not exist'
        )
        owner.execute("ALTER TABLE journal_audit_event RENAME COLUMN why TO reason")


def test_hashes_do_not_depend_on_the_settings_of_whoever_asks() -> None:
    tell("x:1")
    seal_all()
    with connections["default"].cursor() as cursor:
        cursor.execute("SET TimeZone = 'Asia/Tokyo'; SET bytea_output = 'escape'; SET extra_float_digits = 0")
        assert findings() == []


def test_a_database_that_counts_transactions_from_anew_is_told_so(committed_db: Credentials) -> None:
    tell("x:1")
    seal_all()
    with as_owner(committed_db) as owner:
        owner.execute("UPDATE access_seal SET until_transaction_id = '9000000000000'")
    with pytest.raises(Refused, match="restored into a new server"):
        sealing.seal()


def test_the_application_can_neither_edit_nor_delete_a_seal() -> None:
    tell("x:1")
    seal_all()
    for change in ("UPDATE access_seal SET number = 2", "DELETE FROM access_seal", "TRUNCATE access_seal"):
        with pytest.raises(DatabaseError), connections["default"].cursor() as cursor:
            cursor.execute(change)
    with pytest.raises(DatabaseError, match="append-only"), connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM access_seal")
