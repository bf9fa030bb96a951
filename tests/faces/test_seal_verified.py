"""Whether everything is as it was sealed is seen every night and when somebody asks, and told where people look."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from ownstock.access import chain
from ownstock.access.actions import create_api_key
from ownstock.access.rules import ChainHead, Scope
from ownstock.access.tasks import verify_the_seal
from ownstock.access.verifying import last_verification
from ownstock.journal import actions as journal
from ownstock.journal import jobs
from ownstock.journal.models import AuditEvent
from ownstock.journal.queries import open_alerts
from ownstock.site.embedded.databases import Credentials
from tests.factories import ACTOR
from tests.seal_cases import as_owner, seal_all
from tests.web_cases import read, signed_in


@pytest.fixture
def auditor(committed_db: Credentials) -> Client:
    """Anna, after five orders were placed, each sealed in a link of its own."""
    client = signed_in()
    for number in range(5):
        journal.record(actor="user:anna", verb="purchasing.placed", subject=f"purchase_order:PO-{number}")
        seal_all()
    return client


def head_now() -> str:
    last = chain.head()
    assert last is not None
    return str(ChainHead(last.number, bytes(last.hash)))


def test_who_asks_on_the_page_sees_how_far_it_is_and_that_all_is_as_it_was_sealed(auditor: Client) -> None:
    assert "not yet" in read(auditor.get("/audit")).text
    for _ in range(2):
        assert auditor.post("/audit/verify", {"next": "/audit"})["Location"] == "/audit"
    assert "It waits for the worker." in read(auditor.get("/audit")).text
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name = 'ownstock.verify_seal'")
        assert cursor.rowcount == 1, "Asked twice, it stands in the queue once."
    run = jobs.begin("verify_seal", task="ownstock.verify_seal")
    jobs.note_progress(run.pk, "seals", 2, 5)
    assert "2 of 5 seals are read." in read(auditor.get("/audit/verifying")).text
    jobs.finish(run)
    verify_the_seal(0)
    assert auditor.get("/audit/verifying?reload=1").headers["HX-Refresh"] == "true"
    sealed = chain.head()
    assert sealed is not None
    told = read(auditor.get("/audit")).text
    assert f"{sealed.rows_so_far} facts in {sealed.number} seals were read" in told
    assert "all is as it was sealed." in told
    assert AuditEvent.objects.filter(verb="access.verification_asked", actor="user:anna").count() == 2


def test_what_was_edited_behind_our_back_is_an_alert_until_it_is_as_it_was(
    auditor: Client, committed_db: Credentials
) -> None:
    event = AuditEvent.objects.get(subject="purchase_order:PO-3")
    with as_owner(committed_db) as owner:
        owner.execute("UPDATE journal_audit_event SET actor = 'user:eve' WHERE id = %s", [event.pk])
    verify_the_seal(0)
    [alert] = open_alerts().filter(kind="seal_broken")
    assert f"audit event {event.pk} (user:eve purchasing.placed purchase_order:PO-3) was edited" in alert.sentence
    found = last_verification()
    assert found is not None
    assert found.findings == 1
    told = read(auditor.get("/audit")).text
    assert "1 thing is not as it was sealed." in told
    assert found.sentences[0] in told
    with as_owner(committed_db) as owner:
        owner.execute("UPDATE journal_audit_event SET actor = 'user:anna' WHERE id = %s", [event.pk])
    verify_the_seal(0)
    assert not open_alerts().filter(kind="seal_broken").exists()
    assert "all is as it was sealed." in read(auditor.get("/audit")).text


def test_a_head_that_was_kept_is_looked_up_on_the_page(auditor: Client) -> None:
    kept = head_now()
    journal.record(actor="user:anna", verb="purchasing.placed", subject="purchase_order:PO-9")
    seal_all()
    assert kept != head_now()
    assert "It is in the chain, as you kept it" in read(auditor.get("/audit", {"kept": kept})).text
    number, _, digest = kept.partition(":")
    of_another = f"{number}:{digest[::-1]}"
    assert "the chain was made anew" in read(auditor.get("/audit", {"kept": of_another})).text
    assert "the end was cut off" in read(auditor.get("/audit", {"kept": f"999:{digest}"})).text
    assert "twelve is no head of the chain" in read(auditor.get("/audit", {"kept": "twelve"})).text


def test_a_program_asks_for_it_and_reads_what_was_found(auditor: Client) -> None:
    key = create_api_key("the auditors", scopes=[Scope.AUDIT_READ], actor=ACTOR)
    program = Client(headers={"Authorization": f"Bearer {key}"})
    seal_all()
    assert program.get("/api/audit/seal").json()["verification"] is None
    assert program.post("/api/audit/verifications").status_code == 202
    verify_the_seal(0)
    said = program.get("/api/audit/seal", {"kept": head_now()}).json()
    assert (said["head"], said["kept_finding"]) == (head_now(), None)
    assert (said["verification"]["findings"], said["verification"]["seals"]) == (0, int(said["head"].partition(":")[0]))
    refused = program.get("/api/audit/seal", {"kept": "twelve"})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_head")
