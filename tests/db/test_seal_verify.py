"""`audit verify` names what the database's owner edited, deleted, exchanged or slipped in, and touched seals."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import nullcontext

import pytest
from click.testing import CliRunner, Result

from ownstock.access import chain
from ownstock.access.models import Seal
from ownstock.access.rules import ChainHead, parse_head
from ownstock.base.errors import Refused
from ownstock.journal import actions as journal
from ownstock.journal.models import AuditEvent
from ownstock.ledger import actions as ledger
from ownstock.ledger.models import Posting
from ownstock.site.embedded.databases import Credentials
from ownstock.site.entry import cli
from tests.factories import ACTOR, opening, sale, small_business
from tests.seal_cases import as_owner, findings, seal_all

Tamper = Callable[[str], None]


@pytest.fixture
def tamper(committed_db: Credentials) -> Tamper:
    """Seal a small history in several links, then do as the owner what only the owner can."""
    small_business()
    opening("CUP", 10)
    ledger.post([sale("CUP", 3, key="s1")], actor=ACTOR)
    for number in range(4):
        journal.record(actor="user:anna", verb="purchasing.placed", subject=f"purchase_order:PO-{number}")
        seal_all(most=2)

    def tamper(statement: str) -> None:
        with as_owner(committed_db) as owner:
            owner.execute(statement)

    return tamper


def order_event(number: int) -> AuditEvent:
    return AuditEvent.objects.get(subject=f"purchase_order:PO-{number}")


def seal_of(event: AuditEvent) -> Seal:
    return Seal.objects.get(table_name="journal_audit_event", ids__contains=[event.pk])


def told(event: AuditEvent) -> str:
    return f"audit event {event.pk} (user:anna purchasing.placed {event.subject})"


def run(*words: str) -> Result:
    return CliRunner(catch_exceptions=False).invoke(cli, ["audit", *words], obj=nullcontext)


def head_now() -> ChainHead:
    last = chain.head()
    assert last is not None
    return ChainHead(last.number, bytes(last.hash))


def test_an_untouched_history_is_whole(tamper: Tamper) -> None:
    assert findings() == []
    result = run("verify", "--head", str(head_now()))
    assert result.exit_code == 0, result.output
    rows = AuditEvent.objects.count() + Posting.objects.count()
    assert result.output == (
        f"All is as it was sealed: {rows} rows in {Seal.objects.count()} seals. 0 rows are not sealed yet.\n"
    )


@pytest.mark.parametrize(
    "change",
    ["actor = 'user:eve'", "recorded_at = recorded_at + interval '1 microsecond'", "new = '{}'", "reason = ' '"],
)
def test_an_edited_event_is_named(tamper: Tamper, change: str) -> None:
    event = order_event(1)
    tamper(f"UPDATE journal_audit_event SET {change} WHERE id = {event.pk}")
    [finding] = findings()
    event.refresh_from_db()
    link = seal_of(event)
    assert finding == (
        f"audit event {event.pk} ({event}) was edited after it was sealed "
        f"({link}, {link.sealed_at:%Y-%m-%d %H:%M:%S} UTC)."
    )


def test_an_edited_posting_is_named_by_its_key(tamper: Tamper) -> None:
    tamper("UPDATE ledger_posting SET reference = 'another' WHERE key = 's1'")
    assert [f.place for f in chain.verify()] == [f"posting {Posting.objects.get(key='s1').pk} (s1)"]


def test_a_deleted_event_is_named(tamper: Tamper) -> None:
    event = order_event(2)
    tamper(f"DELETE FROM journal_audit_event WHERE id = {event.pk}")
    [finding] = findings()
    assert finding.startswith(f"audit event {event.pk} was deleted (seal ")


def test_two_events_whose_contents_were_exchanged_are_both_named(tamper: Tamper) -> None:
    one, other = order_event(1), order_event(3)
    columns = "actor, verb, subject, old, new, reason, recorded_at, transaction_id"
    tamper(
        f"UPDATE journal_audit_event e SET ({columns}) = (SELECT {columns} FROM journal_audit_event o "
        f"WHERE o.id = {one.pk + other.pk} - e.id) WHERE e.id IN ({one.pk}, {other.pk})"
    )
    places = {finding.place for finding in chain.verify()}
    assert {place.split(" (")[0] for place in places} == {f"audit event {one.pk}", f"audit event {other.pk}"}


def test_two_events_whose_ids_were_exchanged_are_both_named(tamper: Tamper) -> None:
    one, other = order_event(1), order_event(3)
    for before, after in ((one.pk, -1), (other.pk, one.pk), (-1, other.pk)):
        tamper(f"UPDATE journal_audit_event SET id = {after} WHERE id = {before}")
    places = {finding.place for finding in chain.verify()}
    assert {place.split(" (")[0] for place in places} == {f"audit event {one.pk}", f"audit event {other.pk}"}


def test_an_event_slipped_in_behind_the_seal_is_named(tamper: Tamper) -> None:
    old = order_event(0)
    tamper(
        "INSERT INTO journal_audit_event (transaction_id, actor, verb, subject, reason) "
        f"VALUES ('{old.transaction_id}', 'user:eve', 'purchasing.placed', 'purchase_order:PO-9', '')"
    )
    [finding] = findings()
    event = AuditEvent.objects.get(actor="user:eve")
    assert finding.startswith(
        f"audit event {event.pk} (user:eve purchasing.placed purchase_order:PO-9) was slipped in among what is sealed"
    )


def test_an_event_moved_to_another_transaction_is_named(tamper: Tamper) -> None:
    event = order_event(0)
    tamper(f"UPDATE journal_audit_event SET transaction_id = '1' WHERE id = {event.pk}")
    assert any(finding.startswith(f"{told(event)} was edited after it was sealed") for finding in findings())


@pytest.mark.parametrize(
    "change",
    ["ids = ids || 99::bigint", "row_hashes[1] = sha256('x')", "sealed_at = sealed_at - interval '1 day'",
     "columns = columns[1:3]", "rows_so_far = 1000", "until_id = until_id + 1"],
)  # fmt: skip
def test_an_edited_seal_is_named(tamper: Tamper, change: str) -> None:
    tamper(f"UPDATE access_seal SET {change} WHERE number = 3")
    assert findings() == ["seal 3 was edited; nobody can tell whether what it covers is as it was."]


def test_a_seal_that_was_made_anew_after_an_edit_no_longer_fits_the_chain(tamper: Tamper) -> None:
    event = order_event(1)
    link = seal_of(event)
    tamper(f"UPDATE journal_audit_event SET actor = 'user:eve' WHERE id = {event.pk}")
    made_anew = (
        "SELECT array_agg(row_hash) FROM access_row_hashes(s.table_name, s.columns, s.since_transaction_id, s.since_id, "
        "s.until_transaction_id, s.until_id, 100)"
    )
    tamper(f"UPDATE access_seal s SET row_hashes = ({made_anew}) WHERE number = {link.number}")
    tamper(f"UPDATE access_seal s SET hash = access_seal_hash(s) WHERE number = {link.number}")
    after = link.number + 1
    assert findings() == [f"seal {after} does not follow from seal {link.number}: one of them was exchanged."]


def test_a_seal_that_begins_too_late_is_named(tamper: Tamper) -> None:
    last = head_now().number
    tamper(f"UPDATE access_seal SET since_id = since_id + 1 WHERE number = {last}")
    tamper(f"UPDATE access_seal s SET hash = access_seal_hash(s) WHERE number = {last}")
    assert findings() == [f"seal {last} leaves out rows of journal_audit_event that came before its own."]


def test_two_seals_that_were_exchanged_are_both_named(tamper: Tamper) -> None:
    for before, after in ((2, -1), (3, 2), (-1, 3)):
        tamper(f"UPDATE access_seal SET number = {after} WHERE number = {before}")
    assert {"seal 2", "seal 3"} <= {finding.place for finding in chain.verify()}


def test_functions_that_were_replaced_hide_nothing(tamper: Tamper) -> None:
    event = order_event(1)
    tamper(f"UPDATE journal_audit_event SET actor = 'user:eve' WHERE id = {event.pk}")
    tamper(
        "CREATE OR REPLACE FUNCTION access_row_hashes(of_table text, of_columns text[], since_transaction_id xid8, "
        "since_id bigint, until_transaction_id xid8, until_id bigint, most integer) "
        "RETURNS TABLE (row_id bigint, row_transaction_id xid8, row_hash bytea) LANGUAGE sql AS "
        "'SELECT unnest(ids), since_transaction_id, unnest(row_hashes) FROM access_seal s WHERE s.since_id = $4'"
    )
    tamper("CREATE OR REPLACE FUNCTION access_seal_hash(s access_seal) RETURNS bytea LANGUAGE sql AS 'SELECT $1.hash'")
    [finding] = findings()
    assert finding.startswith(f"audit event {event.pk} (user:eve purchasing.placed {event.subject}) was edited")


def test_deleted_seals_are_named(tamper: Tamper) -> None:
    tamper("DELETE FROM access_seal WHERE number IN (1, 3, 4)")
    missing = "nobody can tell whether what they covered is as it was."
    assert findings() == [f"seal 1 was deleted; {missing}", f"seals 3 to 4 were deleted; {missing}"]


def test_a_tail_that_was_cut_off_shows_by_a_head_that_was_kept(tamper: Tamper) -> None:
    kept = head_now()
    link = seal_of(order_event(2))
    tamper(f"DELETE FROM access_seal WHERE number >= {link.number}")
    for number in (2, 3):
        tamper(f"DELETE FROM journal_audit_event WHERE id = {order_event(number).pk}")
    assert findings() == []
    last = link.number - 1
    assert [f.sentence for f in chain.verify(kept=kept)] == [
        f"the chain ends at seal {last}, but seal {kept.number} was kept: the end was cut off."
    ]
    seal_all(most=2)
    journal.record(actor="user:eve", verb="a.b", subject="x:1")
    seal_all(most=1)
    result = run("verify", "--head", str(kept))
    assert result.exit_code == 1
    assert "was kept" in result.output


def test_a_chain_made_anew_as_a_whole_shows_by_a_head_that_was_kept(tamper: Tamper) -> None:
    kept = head_now()
    event = order_event(1)
    tamper(f"UPDATE journal_audit_event SET actor = 'user:eve' WHERE id = {event.pk}")
    tamper("DELETE FROM access_seal")
    seal_all(most=1)
    assert findings() == []
    [finding] = [f.sentence for f in chain.verify(kept=kept)]
    assert finding == (
        f"seal {kept.number} is not the one that was kept: the chain was made anew, up to there at least."
    )


def test_an_earlier_head_is_still_there_when_the_chain_has_grown(tamper: Tamper) -> None:
    kept = head_now()
    journal.record(actor="user:anna", verb="a.b", subject="x:1")
    seal_all()
    assert list(chain.verify(kept=kept)) == []


def test_a_table_that_was_emptied_is_told_row_by_row_and_no_further_than_asked(tamper: Tamper) -> None:
    tamper("TRUNCATE journal_audit_event")
    result = run("verify", "--limit", "2", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert len(found) == 2
    assert all("was deleted" in row["finding"] for row in found)
    assert "There may be more than 2" in result.stderr


def test_many_rows_slipped_in_are_all_named(tamper: Tamper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "SEALED_AT_ONCE", 3)
    old = order_event(0)
    tamper(
        "INSERT INTO journal_audit_event (transaction_id, actor, verb, subject, reason) "
        f"SELECT '{old.transaction_id}', 'user:eve', 'a.b', 'x:' || n, '' FROM generate_series(1, 10) n"
    )
    assert sum("was slipped in" in finding for finding in findings()) == 10


def test_the_head_is_printed_in_the_form_in_which_it_is_asked_for(tamper: Tamper) -> None:
    first, second = run("head").stdout.splitlines()
    assert parse_head(first) == head_now()
    assert re.fullmatch(r"Sealed at \S+ \S+ UTC: \d+ rows; 0 rows are waiting\.", second)
    assert json.loads(run("head", "--json").stdout)["head"] == first


@pytest.mark.parametrize("text", ["", "12", "0:" + "a" * 64, "12:abc", "12:" + "g" * 64])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="no head of the chain"):
        parse_head(text)


def test_the_trail_of_one_thing_is_shown(tamper: Tamper) -> None:
    [row] = json.loads(run("trail", "purchase_order:PO-1", "--json").stdout)
    assert (row["actor"], row["verb"]) == ("user:anna", "purchasing.placed")
    assert run("trail", "purchase_order:PO-77").stdout == "Nothing is recorded of purchase_order:PO-77.\n"


def test_before_the_first_seal_there_is_no_head(committed_db: Credentials) -> None:
    journal.record(actor="user:anna", verb="a.b", subject="x:1")
    assert run("head").stdout == "Nothing is sealed yet; 1 row is waiting.\n"
    assert run("verify").exit_code == 0
