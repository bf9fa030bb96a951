"""Answering the questions of a recall: the ledger's trace, joined with the orders and suppliers above it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.catalog.models import Company
from ownstock.exchange.evidence.dossier import Dossier, Match, OrderFacts
from ownstock.journal.models import AuditEvent
from ownstock.journal.queries import trail
from ownstock.ledger.queries.trace import NamedLots, lot_named, lots_of_postings, lots_of_reference, trace
from ownstock.ledger.rules.tracing import TracedMovement
from ownstock.purchasing.models import OrderLine, Receipt

AT_ONCE = 10_000
ORDER = "revision__purchase_order__"
COLUMNS = (f"{ORDER}number", "line", f"{ORDER}ordered_on", f"{ORDER}supplier__code", f"{ORDER}supplier__name")


def of_lot(sku: str, code: str, *, asked_by: str, at: datetime | None = None) -> Dossier:
    """Where a lot (or a serial number) came from, where it went, what is left.

    Raises:
        Refused: the item has no such lot, or more belongs to it than can be read.
    """
    question = f"Where did lot {code} of {sku} come from, where did it go, and what is left of it?"
    return _dossier(question, f"lot:{sku}/{code}", NamedLots((lot_named(sku, code),), ()), asked_by, at)


def of_order(number: str, *, asked_by: str, at: datetime | None = None) -> Dossier:
    """What became of all lots that came for a purchase order.

    Raises:
        Refused: no goods with a lot came for it, or more belongs to it than can be read.
    """
    receipts = Receipt.objects.filter(delivery__line__revision__purchase_order__number=number)
    keys = list(receipts.values_list("posting_key", flat=True).distinct())
    received, named = lots_of_postings(keys), lots_of_reference(number)
    found = NamedLots(
        tuple(sorted({*received.lots, *named.lots})),
        tuple(sorted({*received.skus_without_lot, *named.skus_without_lot})),
    )
    question = f"What became of the goods that came for purchase order {number}?"
    return _dossier(question, f"purchase_order:{number}", found, asked_by, at)


def of_document(reference: str, *, asked_by: str, at: datetime | None = None) -> Dossier:
    """What the lots were that went out under a document, where they came from, and where else they went.

    Raises:
        Refused: no goods with a lot moved under it, or more belongs to it than can be read.
    """
    question = f"Which lots moved under document {reference}, where did they come from, and where else did they go?"
    return _dossier(question, f"document:{reference}", lots_of_reference(reference), asked_by, at)


def _dossier(question: str, subject: str, found: NamedLots, asked_by: str, at: datetime | None) -> Dossier:
    if not found.lots:
        raise Refused(f"No goods with a lot moved under {subject.partition(':')[2]}.", code="no_lot", subject=subject)
    answer = trace(found.lots, at=at)
    return Dossier(
        question=question,
        subject=subject,
        asked_by=asked_by,
        made_at=timezone.now().replace(microsecond=0),
        company=Company.objects.get().name,
        trace=answer,
        orders=orders_behind(answer.receipts),
        skus_without_lot=found.skus_without_lot,
    )


def orders_behind(movements: Sequence[TracedMovement]) -> dict[tuple[str, int], OrderFacts]:
    """The orders that goods came for, by posting key and item: by their receipts, else by the postings' references."""
    found: dict[tuple[str, int], OrderFacts] = {}
    references = sorted({m.reference for m in movements if m.reference})
    by_number = {
        (row[0], row[-1]): _facts(Match.REFERENCE, row[:-1])
        for part in _parts(references)
        for row in OrderLine.objects.filter(**{f"{ORDER}number__in": part}).values_list(*COLUMNS, "item_id")
    }
    for movement in movements:
        if (movement.reference, movement.item_id) in by_number:
            found[movement.key, movement.item_id] = by_number[movement.reference, movement.item_id]
    for part in _parts(sorted({m.key for m in movements})):
        rows = Receipt.objects.filter(posting_key__in=part).order_by("-id")
        columns = [f"delivery__line__{column}" for column in COLUMNS]
        for key, item, *row in rows.values_list("posting_key", "delivery__line__item_id", *columns):
            found[key, item] = _facts(Match.RECEIPT, tuple(row))
    return found


def _facts(match: Match, row: Sequence[object]) -> OrderFacts:
    number, line, ordered_on, code, name = row
    return OrderFacts(match, number, line, ordered_on, code, name)  # type: ignore[arg-type]


def _parts(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


def evidence_made(subject: str, sha256: str) -> AuditEvent | None:
    """Who made the evidence pack about a subject that has a hash, and when; None where the journal knows none."""
    rows = trail(subject).filter(verb="exchange.evidence_made")
    return next((row for row in rows if (row.new or {}).get("sha256") == sha256), None)


def drills() -> QuerySet[AuditEvent]:
    """Which recall drills were done, newest first."""
    return AuditEvent.objects.filter(verb="exchange.drill_recorded").order_by("-id")
