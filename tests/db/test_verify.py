"""`verify` names what the database's owner deleted, doubled or altered; `rebuild` mends balances and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal

import psycopg
import pytest

from ownstock.ledger import actions, queries
from ownstock.ledger.rules import Kind, Line, PostingRequest
from ownstock.site.embedded.databases import Credentials
from tests.factories import ACTOR, opening, sale, small_business

COLUMNS = "posting_id, line, item_id, lot_id, source_id, source_status, target_id, target_status, quantity, moved_at"


@pytest.fixture
def tamper(committed_db: Credentials) -> Callable[[str], None]:
    """Do as the owner what only the owner can: change facts behind the ledger's back."""
    small_business()
    opening("CUP", 10)
    actions.post([sale("CUP", 3, key="s1")], actor=ACTOR)
    lines = [Line("CUP", "SUPPLIERS", "SHOP", Decimal(5)), Line("PLATE", "SUPPLIERS", "SHOP", Decimal(7))]
    actions.post([PostingRequest("r1", Kind.RECEIPT, lines)], actor=ACTOR)

    def tamper(statement: str) -> None:
        with as_owner(committed_db) as owner:
            owner.execute(statement)

    return tamper


@contextmanager
def as_owner(credentials: Credentials) -> Iterator[psycopg.Connection]:
    with psycopg.connect(credentials.owner.conninfo, autocommit=True) as owner:
        tables = ("ledger_posting", "ledger_movement", "ledger_valuation_entry", "journal_audit_event")
        for table in tables:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield owner
        for table in tables:
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def places() -> list[str]:
    return [finding.place for finding in queries.verify()]


def test_an_untouched_ledger_verifies(tamper: Callable[[str], None]) -> None:
    assert queries.verify() == []


def test_a_deleted_movement_is_named(tamper: Callable[[str], None]) -> None:
    tamper(
        "DELETE FROM ledger_movement m USING ledger_posting p WHERE p.id = m.posting_id AND p.key = 'r1' AND m.line = 2"
    )
    first, second = queries.verify()
    assert first.sentence == "movement r1, line 2 was deleted."
    assert second.sentence == "balance PLATE at SHOP (released): 7 kept, but its movements say 0."


def test_a_doubled_movement_is_named(tamper: Callable[[str], None]) -> None:
    tamper(
        f"INSERT INTO ledger_movement ({COLUMNS}) SELECT {COLUMNS} FROM ledger_movement "
        "WHERE posting_id = (SELECT id FROM ledger_posting WHERE key = 's1')"
    )
    first, second = queries.verify()
    assert first.sentence.startswith("movement s1, line 1 (row ")
    assert first.sentence.endswith("stands more than once.")
    assert second.sentence == "balance CUP at SHOP (released): 12 kept, but its movements say 9."


@pytest.mark.parametrize(
    "change",
    [
        "quantity = 4",
        "moved_at = moved_at + interval '1 microsecond'",
        "item_id = (SELECT id FROM catalog_item WHERE sku = 'PLATE')",
        "target_id = (SELECT id FROM catalog_location WHERE code = 'DIFFERENCES')",
        "source_status = 'on_hold'",
    ],
)
def test_an_altered_movement_is_named(tamper: Callable[[str], None], change: str) -> None:
    tamper(f"UPDATE ledger_movement SET {change} WHERE posting_id = (SELECT id FROM ledger_posting WHERE key = 's1')")
    assert any(
        f.sentence.startswith("movement s1, line 1 (row ") and f.sentence.endswith("was altered.")
        for f in queries.verify()
    )


def test_a_movement_slipped_into_a_posting_is_named(tamper: Callable[[str], None]) -> None:
    columns = COLUMNS.replace("line,", "")
    tamper(f"INSERT INTO ledger_movement (line, {columns}) SELECT 9, {columns} FROM ledger_movement WHERE line = 2")
    assert any("movement r1, line 9" in place for place in places())


def test_an_altered_balance_is_named_and_rebuild_mends_it(tamper: Callable[[str], None]) -> None:
    tamper(
        "UPDATE ledger_balance SET on_hand = on_hand + 1 WHERE item_id = (SELECT id FROM catalog_item WHERE sku = 'CUP')"
    )
    [finding] = queries.verify()
    assert finding.sentence == "balance CUP at SHOP (released): 13 kept, but its movements say 12."
    [difference] = actions.rebuild(actor=ACTOR)
    assert (difference.kept, difference.derived) == (13, 12)
    assert queries.verify() == []
    assert queries.on_hand("CUP", "SHOP") == 12


def test_balances_that_were_lost_are_rebuilt_from_the_movements(tamper: Callable[[str], None]) -> None:
    before = {(b.item.sku, b.on_hand) for b in queries.balances()}
    tamper("DELETE FROM ledger_balance")
    assert len(actions.rebuild(actor=ACTOR)) == 2
    assert {(b.item.sku, b.on_hand) for b in queries.balances()} == before


def test_a_rebuild_of_a_sound_ledger_changes_nothing(tamper: Callable[[str], None]) -> None:
    assert actions.rebuild(actor=ACTOR) == []
