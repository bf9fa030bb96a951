"""Taking a whole imported file back: by reversals, all of its postings or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.base.progress import Progress, silent
from ownstock.catalog.rules import STOCK_KINDS, ReceivingStatus
from ownstock.journal import actions as journal
from ownstock.ledger.actions.posting import append
from ownstock.ledger.columns import Headers, Lines
from ownstock.ledger.models import ImportedFile, Movement, Posting
from ownstock.ledger.names import refuse_unfit_reversal, resolve
from ownstock.ledger.queries.postings import request_of
from ownstock.ledger.rules.posting import fingerprint_of_reversal, reversal

POSTINGS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking a file back did: postings reversed, and those that had been reversed before."""

    file: str
    reversed: int
    reversed_before: int


@transaction.atomic
def undo_import(file_id: int, *, reason: str, actor: str, progress: Progress = silent) -> Undone:
    """Reverse every posting that a file brought, the latest first, all or none. The file may be imported again then.

    Raises:
        Refused: there is no such file, it was taken back already, no reason is given, goods have moved on since, or it would
            take back what quality decided.
    """
    file = ImportedFile.objects.select_for_update().filter(pk=file_id).first()
    if file is None:
        raise Refused(f"There is no imported file {file_id}.", code="no_imported_file", file=file_id)
    if file.undone_at is not None:
        raise Refused(f"{file.name} was taken back at {file.undone_at:%Y-%m-%d %H:%M} UTC.", code="undone_already")
    if not reason.strip():
        raise Refused(f"Say why {file.name} is taken back.", code="no_reason")
    brought = Posting.objects.filter(imported_file=file, reverses=None)
    total, done = brought.count(), 0
    left = brought.filter(reversed_by=None)
    undone = left.count()
    for postings in _latest_first(list(left.order_by("-pk").values_list("pk", flat=True))):
        _refuse_decided(postings)
        append(*_reversals(file, postings), actors=[actor] * len(postings), imported_file=file)
        done += len(postings)
        progress(done, undone)
    file.undone_at = timezone.now()
    file.save(update_fields=["undone_at"])
    journal.record(
        actor=actor, verb="ledger.import_undone", subject=f"imported_file:{file.pk}", old={"file": file.name},
        new={"postings": undone}, reason=reason,
    )  # fmt: skip
    return Undone(file.name, undone, total - undone)


def _latest_first(ids: Sequence[int]) -> Iterator[list[Posting]]:
    for start in range(0, len(ids), POSTINGS_AT_ONCE):
        part = ids[start : start + POSTINGS_AT_ONCE]
        yield list(Posting.objects.filter(pk__in=part).order_by("-pk"))


def _refuse_decided(postings: Sequence[Posting]) -> None:
    """Refuse to take back what was rejected or held, as `reverse` does: postings that change a status are few."""
    changed = Movement.objects.filter(
        posting__in=postings, item__receiving_status=ReceivingStatus.QUARANTINE, source__kind__in=STOCK_KINDS,
        target__kind__in=STOCK_KINDS,
    ).exclude(source_status=F("target_status"))  # fmt: skip
    ids = set(changed.values_list("posting_id", flat=True))
    requests = [reversal(request_of(posting), posting.key) for posting in postings if posting.pk in ids]
    names = resolve(requests)
    for request in requests:
        refuse_unfit_reversal(request, names)


def _reversals(file: ImportedFile, postings: Sequence[Posting]) -> tuple[Headers, Lines]:
    """The postings as columns, every line the other way round, now."""
    headers, lines = Headers(), Lines()
    rows = Movement.objects.filter(posting__in=postings).order_by("posting_id", "line")
    of_posting = {pk: list(found) for pk, found in groupby(rows, attrgetter("posting_id"))}
    for number, posting in enumerate(postings, start=1):
        headers.keys.append(f"undo:{file.pk}:{posting.pk}")
        headers.content_hashes.append(fingerprint_of_reversal(bytes(posting.content_hash)))
        headers.kinds.append(posting.kind)
        headers.references.append(posting.reference)
        headers.reversed_ids.append(posting.pk)
        headers.assumed.append(posting.is_assumed)
        for row in of_posting[posting.pk]:
            _append_reversed(lines, number, headers.keys[-1], row)
    return headers, lines


def _append_reversed(lines: Lines, number: int, key: str, row: Movement) -> None:
    lines.postings.append(number)
    lines.keys.append(key)
    lines.numbers.append(row.line)
    lines.items.append(row.item_id)
    lines.lots.append(row.lot_id)
    lines.sources.append(row.target_id)
    lines.source_statuses.append(row.target_status)
    lines.targets.append(row.source_id)
    lines.target_statuses.append(row.source_status)
    lines.quantities.append(row.quantity)
    lines.moments.append(None)
    lines.unit_costs.append(row.unit_cost)
