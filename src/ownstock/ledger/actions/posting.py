"""Posting and taking back: the only ways by which facts come into the ledger."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item, Location
from ownstock.journal import actions as journal
from ownstock.ledger.actions.one_line import post_one_line
from ownstock.ledger.columns import Headers, Lines, columns_of, hash_of
from ownstock.ledger.models import ImportedFile, Lot, Posting
from ownstock.ledger.names import refuse_unfit, refuse_unfit_reversal, resolve
from ownstock.ledger.queries.postings import request_of
from ownstock.ledger.rules.posting import (
    ClosedLine,
    PostingRequest,
    Shortage,
    check,
    closed_sentence,
    doubled_keys,
    reversal,
    shortage_sentence,
)

KEY_REUSED, NOT_ENOUGH, CLOSED, SERIAL_TWICE = "OS001", "OS002", "OS006", "OS007"
REVERSED_ONCE = "ledger_posting_reverses_id_key"
HEADER_TYPES = ["text[]", "bytea[]", "text[]", "text[]", "bigint[]", "boolean[]"]
LINE_TYPES = [
    "int[]", "text[]", "int[]", "bigint[]", "bigint[]", "bigint[]", "text[]", "bigint[]", "text[]", "numeric[]",
    "timestamptz[]", "numeric[]",
]  # fmt: skip
ARGUMENTS = ", ".join(f"%s::{name}" for name in ["text[]", "bigint", *HEADER_TYPES, *LINE_TYPES])


@dataclass(frozen=True, slots=True)
class Posted:
    """The answer to one posting: its key, and whether this call posted it or an earlier one had."""

    key: str
    is_new: bool


def post(requests: Sequence[PostingRequest], *, actor: str) -> list[Posted]:
    """Post documents, all or none; each key happens once, and the same key with the same content gives the same answer.

    A batch is one instant: balances are checked after all its lines, not between them.

    Raises:
        Refused: a line is malformed, names something unknown or breaks its item's own rules, a key was used for other
            content, a line moved in a period that is closed, or a balance would fall below zero (the sentence names item,
            place, what is on hand and what was wanted).
    """
    now = timezone.now()
    for request in requests:
        check(request, now=now)
    if doubled := doubled_keys(requests):
        raise Refused(f"The key {doubled[0]} stands twice in one call.", code="doubled_key", keys=doubled)
    if not requests:
        return []
    is_new = post_one_line(requests, actor=actor)
    if is_new is not None:
        return [Posted(requests[0].key, is_new)]
    return post_lines(requests, actors=[actor] * len(requests), now=now)


@transaction.atomic
def post_lines(
    requests: Sequence[PostingRequest], *, actors: Sequence[str], now: datetime, is_release: bool = False
) -> list[Posted]:
    """Post checked documents by the posting function, each under its actor.

    `is_release` lets quality make goods usable (see `materials`).
    """
    names = resolve(requests)
    try:
        refuse_unfit(requests, names, now=now, is_release=is_release)
    except Refused:
        # What was posted before is answered as it was, whatever has become of its lots since.
        refuse_unfit(_not_posted(requests), names, now=now, is_release=is_release)
    headers, lines = columns_of(requests, names, reversed_id=None)
    return append(headers, lines, actors=actors)


def _not_posted(requests: Sequence[PostingRequest]) -> list[PostingRequest]:
    """Those that nothing was posted for under their key, or something else."""
    rows = Posting.objects.filter(key__in=[request.key for request in requests]).values_list("key", "content_hash")
    posted = {key: bytes(content_hash) for key, content_hash in rows}
    return [request for request in requests if posted.get(request.key) != hash_of(request)]


def append(
    headers: Headers, lines: Lines, *, actors: Sequence[str], imported_file: ImportedFile | None = None
) -> list[Posted]:
    """Hand columns to the posting function, an actor for each header.

    For callers that have checked and resolved what they post: `post_lines`, the import and its undoing.
    """
    file = imported_file.pk if imported_file else None
    parameters = [_array_text(actors), file, *_arrays(headers), *_arrays(lines)]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT posting_key, is_new FROM ledger_post({ARGUMENTS})", parameters)
            return [Posted(key, is_new) for key, is_new in cursor.fetchall()]
    except DatabaseError as error:
        raise _refusal(error) from error


def _arrays(columns: Headers | Lines) -> list[str | list[bytes]]:
    """The columns in their order, as PostgreSQL's array texts: a quarter of the driver's time for long lists."""
    found = [getattr(columns, field.name) for field in fields(columns)]
    return [values if values and isinstance(values[0], bytes) else _array_text(values) for values in found]


def _array_text(values: Sequence[object]) -> str:
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str | datetime):
        return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


def _refusal(error: DatabaseError) -> Exception:
    """What the database refused, as a sentence; any other fault as it is."""
    cause = error.__cause__
    if not isinstance(cause, psycopg.Error):
        return error
    if cause.diag.constraint_name == REVERSED_ONCE:
        return Refused("This posting was reversed by somebody else just now.", code="already_reversed")
    if cause.sqlstate == SERIAL_TWICE:
        return Refused("A serial number would be on hand twice. Nothing was posted.", code="serial_twice")
    if cause.diag.message_detail is None:
        return error
    if cause.sqlstate == KEY_REUSED:
        keys = json.loads(cause.diag.message_detail)
        return Refused(
            f"The key {keys[0]} was already used for a posting with other content; use a new key.",
            code="key_reused",
            keys=keys,
        )
    if cause.sqlstate == NOT_ENOUGH:
        shortages = _shortages(json.loads(cause.diag.message_detail, parse_float=Decimal))
        return Refused(
            shortage_sentence(shortages), code="not_enough_on_hand", shortages=[astuple(s) for s in shortages]
        )
    if cause.sqlstate == CLOSED:
        closed = _closed(json.loads(cause.diag.message_detail))
        return Refused(closed_sentence(closed), code="period_closed", lines=[astuple(line) for line in closed[:100]])
    return error


def _shortages(rows: Sequence[dict[str, Any]]) -> list[Shortage]:
    skus, codes = _skus(rows), _codes(rows)
    lots = dict(Lot.objects.filter(id__in={r["lot"] for r in rows if r["lot"]}).values_list("id", "code"))
    found = [
        Shortage(
            sku=skus[row["item"]],
            location=codes[row["location"]],
            lot=lots.get(row["lot"], ""),
            status=row["status"],
            on_hand=Decimal(row["on_hand"]),
            wanted=Decimal(row["wanted"]),
        )
        for row in rows
    ]
    return sorted(found, key=lambda s: (s.sku, s.location, s.lot, s.status))


def _closed(rows: Sequence[dict[str, Any]]) -> list[ClosedLine]:
    skus, codes = _skus(rows), _codes(rows)
    return [
        ClosedLine(
            key=row["key"],
            line=row["line"],
            sku=skus[row["item"]],
            location=codes[row["location"]],
            moved_at=datetime.fromisoformat(row["moved_at"]).astimezone(UTC),
            until_on=date.fromisoformat(row["until_on"]),
        )
        for row in rows
    ]


def _skus(rows: Sequence[dict[str, Any]]) -> dict[int, str]:
    return dict(Item.objects.filter(id__in={r["item"] for r in rows}).values_list("id", "sku"))


def _codes(rows: Sequence[dict[str, Any]]) -> dict[int, str]:
    return dict(Location.objects.filter(id__in={r["location"] for r in rows}).values_list("id", "code"))


@transaction.atomic
def reverse(key: str, *, new_key: str, actor: str, reason: str) -> Posted:
    """Take a posting back by posting its lines the other way round; nothing is edited.

    Raises:
        Refused: there is no such posting, it was reversed already, it is itself a reversal, or the goods have moved on.
    """
    posting = Posting.objects.filter(key=key).first()
    if posting is None:
        raise Refused(f"There is no posting {key}.", code="no_posting", key=key)
    if posting.reverses_id is not None:
        raise Refused(f"{key} is itself a reversal; post anew instead.", code="is_reversal", key=key)
    earlier = Posting.objects.filter(reverses=posting).first()
    if earlier is not None:
        if earlier.key == new_key:
            return Posted(new_key, is_new=False)
        raise Refused(f"{key} was already reversed by {earlier.key}.", code="already_reversed", key=key)
    request = reversal(request_of(posting), new_key)
    names = resolve([request])
    refuse_unfit_reversal(request, names)
    headers, lines = columns_of([request], names, reversed_id=posting.pk)
    [posted] = append(headers, lines, actors=[actor])
    if not posted.is_new:
        raise Refused(
            f"The key {new_key} was already used for another posting; use a new key.", code="key_reused", keys=[new_key]
        )
    journal.record(actor=actor, verb="ledger.reversed", subject=f"posting:{key}", new={"by": new_key}, reason=reason)
    return posted
