"""Keeping evidence: a pack is written and the journal knows it; a drill is recorded."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from ownstock.base.errors import Refused, Unavailable
from ownstock.exchange.evidence import pack
from ownstock.exchange.evidence.dossier import Dossier, Match, net
from ownstock.exchange.evidence.names import Naming
from ownstock.exchange.evidence.pack import EvidencePack
from ownstock.journal import actions as journal

MAX_SUBJECT_LENGTH = 200
# Within so many minutes a recall's dossier must be there.
DRILL_MINUTES = 15


@transaction.atomic
def keep_pack(dossier: Dossier, folder: Path, naming: Naming) -> tuple[EvidencePack, Path]:
    """Write the evidence pack of a dossier into a folder; the journal remembers who made it, when, and its hash.

    The file is there before the journal's entry is committed: no entry without its file.

    Raises:
        Unavailable: the folder cannot be written to.
    """
    made = pack.render(dossier, naming)
    path = folder / made.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(made.content)
        os.replace(unfinished, path)
    except OSError as fault:
        raise Unavailable(f"The pack cannot be written to {path} ({fault}).", code="folder_not_writable") from fault
    journal.record(
        actor=dossier.asked_by,
        verb="exchange.evidence_made",
        subject=dossier.subject[:MAX_SUBJECT_LENGTH],
        new={"file": made.name, "sha256": made.sha256, "question": dossier.question, **_told(dossier)},
    )
    return made, path


def record_drill(dossier: Dossier, *, minutes: Decimal, trace_seconds: float, result: str) -> dict[str, object]:
    """Record that a recall was done as an exercise: how long people took for it, and what came of it, in their words.

    Returns what the journal keeps: beside that, what the trace said and whether it was in time.

    Raises:
        Refused: the time is not above zero, or no result is given.
    """
    if minutes <= 0 or not result.strip():
        raise Refused("A drill needs the minutes it took, above zero, and its result in words.", code="bad_drill")
    kept = {
        "minutes": str(minutes),
        "is_in_time": minutes <= DRILL_MINUTES,
        "trace_seconds": round(trace_seconds, 3),
        **_told(dossier),
    }
    journal.record(
        actor=dossier.asked_by,
        verb="exchange.drill_recorded",
        subject=f"recall_drill:{dossier.subject}"[:MAX_SUBJECT_LENGTH],
        new=kept,
        reason=result,
    )
    return kept


def _told(dossier: Dossier) -> dict[str, object]:
    trace = dossier.trace
    known = [a for a in dossier.arrivals if a.order.match is not Match.NONE and net(a.movement)]
    return {
        "as_of": None if trace.at is None else trace.at.isoformat(),
        "adds_up": trace.is_closed,
        "lots": len(trace.reconciliations),
        "movements": len(trace.movements),
        "suppliers": sorted({a.order.supplier_code for a in known}),
        "documents": len(dossier.document_sums),
        "limits": len(dossier.limits),
    }
