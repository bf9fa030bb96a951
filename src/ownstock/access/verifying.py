"""Verifying the chain of seals as a job, at night and when somebody asks: what was found is recorded, and people are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction

from ownstock.access import chain
from ownstock.access.rules import broken_seal_sentence
from ownstock.journal import actions as journal
from ownstock.journal.asking import ask_the_worker
from ownstock.journal.models import AuditEvent
from ownstock.journal.running import report

JOB, TASK, DAY_SECONDS = "verify_seal", "ownstock.verify_seal", 86_400
BROKEN = "seal_broken"
# Nobody reads more; `ownstock audit verify` names them all.
FINDINGS_COUNTED, FINDINGS_KEPT = 1_000, 20


@dataclass(frozen=True, slots=True)
class Verification:
    """How a walk along the chain ended: how far it went, how much was found, and the first of it in words."""

    verified_at: datetime
    seals: int
    rows: int
    findings: int
    sentences: list[str]


@transaction.atomic
def ask_to_verify(*, actor: str) -> None:
    """Have the worker verify the chain now; what waits already is not begun twice."""
    journal.record(actor=actor, verb="access.verification_asked", subject=f"job:{JOB}")
    ask_the_worker(TASK)


def verify_and_tell() -> None:
    """Walk the whole chain, record what was found, and raise an alert while anything is not as it was sealed."""
    last = chain.head()
    walk = chain.verify(progress=lambda done, total: report("reading seals", done, total))
    found = [one.sentence for one in islice(walk, FINDINGS_COUNTED)]
    number, rows = (0, 0) if last is None else (last.number, last.rows_so_far)
    facts = {"seals": number, "rows": rows, "findings": len(found), "sentences": found[:FINDINGS_KEPT]}
    with transaction.atomic():
        journal.record(actor=f"job:{JOB}", verb="access.seal_verified", subject=f"seal:{number}", new=facts)
        if found:
            sentence = broken_seal_sentence(found, is_all=len(found) < FINDINGS_COUNTED)
            journal.raise_alert(BROKEN, kind=BROKEN, sentence=sentence, facts=facts)
        else:
            journal.clear_alert(BROKEN, because="all is as it was sealed")
        journal.beat(JOB, expected_every_seconds=DAY_SECONDS)


def last_verification() -> Verification | None:
    """The last walk that came to its end; None while there was none."""
    told = AuditEvent.objects.filter(verb="access.seal_verified").order_by("-recorded_at", "-pk").first()
    return None if told is None else Verification(verified_at=told.recorded_at, **(told.new or {}))
