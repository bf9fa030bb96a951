"""What the ledger does by itself: room ahead, and an alert when something is not as it was posted."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from decimal import Decimal

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from ownstock.journal.queries import open_alerts, watermark_of_now
from ownstock.ledger import actions
from ownstock.ledger.actions.partitions import prepare_partitions
from ownstock.ledger.actions.verifying import verify_fully, verify_sample
from ownstock.ledger.models import Movement
from ownstock.ledger.queries import value_at
from ownstock.ledger.tasks import value_postings
from ownstock.site.embedded.databases import Credentials
from tests.factories import ACTOR, opening, sale, small_business


@pytest.fixture(autouse=True)
def _business(committed_db: Credentials) -> None:
    small_business()
    opening("CUP", 10)
    actions.post([sale("CUP", 3, key="s1")], actor=ACTOR)


def parts() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'ledger_movement'::regclass ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def test_months_to_come_have_their_part_before_they_begin() -> None:
    assert prepare_partitions(date(2031, 1, 15)) == 4
    assert prepare_partitions(date(2031, 1, 15)) == 0
    assert "ledger_movement_2031_04" in parts()


def test_a_movement_lies_in_the_part_of_the_month_in_which_it_was_recorded() -> None:
    month = f"ledger_movement_{datetime.now(UTC):%Y_%m}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableoid::regclass::text FROM ledger_movement")
        assert cursor.fetchall() == [(month,)]


def test_the_application_cannot_change_facts_in_any_part_nor_make_tables(committed_db: Credentials) -> None:
    for statement in (
        f"UPDATE ledger_movement_{datetime.now(UTC):%Y_%m} SET quantity = 1",
        "DELETE FROM ledger_movement_default",
        "TRUNCATE ledger_movement",
        "CREATE TABLE mine (id int)",
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as app:
            app.execute(statement)
    with psycopg.connect(committed_db.owner.conninfo) as owner:
        for statement in (f"DELETE FROM ledger_movement_{datetime.now(UTC):%Y_%m}", "TRUNCATE ledger_movement"):
            with pytest.raises(psycopg.Error, match="append-only"), owner.transaction():
                owner.execute(statement)
    assert Movement.objects.count() == 2


def test_an_altered_balance_raises_an_alert_which_ends_when_all_is_right_again(committed_db: Credentials) -> None:
    assert verify_sample(random.Random(1)) == []
    with psycopg.connect(committed_db.owner.conninfo) as owner:
        owner.execute("UPDATE ledger_balance SET on_hand = on_hand + 1")
    verify_fully()
    verify_fully()
    [alert] = open_alerts()
    assert alert.sentence.startswith("The ledger is not as it was posted: balance CUP at SHOP (released): 8 kept")
    actions.rebuild(actor=ACTOR)
    verify_fully()
    assert not open_alerts().exists()


def test_a_sample_finds_what_it_comes_upon(committed_db: Credentials) -> None:
    with psycopg.connect(committed_db.owner.conninfo) as owner:
        owner.execute("UPDATE ledger_balance SET on_hand = on_hand + 1")
    assert any(verify_sample(random.Random(seed)) for seed in range(5))
    assert open_alerts().get().kind == "ledger_altered"


def test_the_job_values_what_was_posted() -> None:
    watermark_of_now(20)
    value_postings(0)
    assert value_at() == Decimal("17.5")
