"""Valuing what was posted: after the posting, never in it, so that no item's value is a lock that all its postings queue at.

What goods take with them depends on what came before them, and that may still change. So each item is replayed from its
first movement that is new (`rules.valuation`), and what differs from what was entered is entered. Killed half-way, it finds
on the next run that nothing of what it entered differs any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from django.db import connection, transaction

from ownstock.base.errors import Refused
from ownstock.base.progress import Progress, silent
from ownstock.catalog.models import Item
from ownstock.catalog.queries import base_currency
from ownstock.journal import actions as journal
from ownstock.journal.queries import watermark_of_now
from ownstock.ledger.models import Movement, Posting, Valuation, ValuationEntry, ValuationMark
from ownstock.ledger.queries import valuation as queries
from ownstock.ledger.queries.closings import closed_until
from ownstock.ledger.queries.valuation import FlowRow
from ownstock.ledger.rules.late_costs import REVALUATION, SHORTAGE_COVERED, LateCost
from ownstock.ledger.rules.posting import QUANTITY_STEP
from ownstock.ledger.rules.valuation import STEPS, Flow, Layers, effects

ACTOR = "job:value"
LOCK = 0x0D5_7021
ITEMS_AT_ONCE = 200
# After so many movements of an item what lies there is kept, so that what comes late is replayed from nearby.
KEPT_EVERY = 500
# The same where a run ended, unless so few movements came since that reading them again costs less than keeping it.
KEPT_AT_END = 50
BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
FORGET = """
DELETE FROM ledger_valuation v USING unnest(%s::bigint[], %s::timestamptz[]) AS start(item_id, moment)
WHERE v.item_id = start.item_id AND v.moved_at >= start.moment
"""
COLUMNS = "item_id, posting_id, line, amount, currency, reason, reference, actor, valued_at"


@dataclass(slots=True)
class _Replay:
    """What the replay of one item gave: entries to append, and what lay there along the way."""

    entries: list[tuple[FlowRow, int, str]] = field(default_factory=list)
    kept: list[Valuation] = field(default_factory=list)


def value(progress: Progress = silent, *, patience_seconds: float = 0) -> int:
    """Value everything that was posted; returns how many entries that took. One at a time: a second caller waits.

    Postings below the watermark alone are read (law 4), so that a slow one is never passed over. While somebody is at work,
    even in another database of the server, what was committed since waits for them; `patience_seconds` says for how long
    this waits with it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        mark, _ = ValuationMark.objects.get_or_create(pk=1)
        until = watermark_of_now(patience_seconds)
        starts = sorted(queries.starts(mark.watermark, until).items())
        entered = 0
        for first in range(0, len(starts), ITEMS_AT_ONCE):
            entered += _value(starts[first : first + ITEMS_AT_ONCE])
            progress(min(first + ITEMS_AT_ONCE, len(starts)), len(starts))
        ValuationMark.objects.filter(pk=1).update(watermark=until)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return entered


@transaction.atomic
def _value(starts: Sequence[tuple[int, datetime]]) -> int:
    """Replay some items, each from a moment on."""
    methods = dict(Item.objects.filter(pk__in=[item for item, _ in starts]).values_list("id", "valuation_method"))
    before = _kept_before(starts)
    rows = queries.flows([(item, *_position(before.get(item))) for item, _ in starts])
    replays = [
        _replayed(list(group), before.get(item), methods[item]) for item, group in groupby(rows, attrgetter("item_id"))
    ]
    _append([entry for replay in replays for entry in replay.entries])
    Valuation.objects.bulk_create([kept for replay in replays for kept in replay.kept], batch_size=1_000)
    return sum(len(replay.entries) for replay in replays)


def _kept_before(starts: Sequence[tuple[int, datetime]]) -> dict[int, Valuation]:
    """What is kept of each item from before its moment; what is kept of later is forgotten."""
    items, moments = [item for item, _ in starts], [moment for _, moment in starts]
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [items, moments])
    newest = Valuation.objects.filter(item_id__in=items).order_by("item_id", "-moved_at", "-movement_id")
    return {kept.item_id: kept for kept in newest.distinct("item_id")}


def _position(kept: Valuation | None) -> tuple[datetime, int]:
    return (kept.moved_at, kept.movement_id) if kept else (BEGINNING, 0)


def _replayed(rows: Sequence[FlowRow], before: Valuation | None, method: str) -> _Replay:
    """Replay one item's movements; those that were taken back, and what took them back, cancel each other."""
    replay = _Replay()
    layers = Layers.of(before.layers) if before else Layers()
    counted = [row for row in rows if not row.is_cancelled]
    valued = zip(counted, effects(map(_flow, counted), layers, method), strict=True)
    for number, (row, effect) in enumerate(valued, start=1):
        replay.entries += _differences(row, effect.amount - _steps(row.late), effect.corrected)
        if number % KEPT_EVERY == 0 or (number == len(counted) and number % KEPT_EVERY >= KEPT_AT_END):
            replay.kept.append(_kept(row, layers))
    replay.entries += _cancelled([row for row in rows if row.is_cancelled])
    return replay


def _flow(row: FlowRow) -> Flow:
    returns = row.comes_from_customer and row.quantity > 0
    return Flow(_steps(row.quantity), _steps(row.unit_cost), _steps(row.late), returns)


def _differences(row: FlowRow, own: int, corrected: int) -> Iterator[tuple[FlowRow, int, str]]:
    """What must be entered for a movement so that its entries add up to what it changes in the value."""
    entered = _steps(row.entered - row.late)
    if not row.times:
        yield row, own, row.kind
        if corrected:
            yield row, corrected, SHORTAGE_COVERED
    elif entered != own + corrected:
        yield row, own + corrected - entered, REVALUATION


def _cancelled(rows: Sequence[FlowRow]) -> Iterator[tuple[FlowRow, int, str]]:
    """What must be entered so that what was taken back and what took it back add up to nothing."""
    originals = {(row.posting_id, row.line): row for row in rows if row.is_reversed}
    for row in rows:
        original = originals.get((row.reverses_id or 0, row.line))
        if original is None:
            continue
        entered = _steps(original.entered)
        if not original.times:
            own = _steps(original.quantity * original.unit_cost)
            yield original, own, original.kind
            entered += own
        if not row.times or _steps(row.entered) != -entered:
            yield row, -entered - _steps(row.entered), REVALUATION if row.times else row.kind


def _kept(row: FlowRow, layers: Layers) -> Valuation:
    return Valuation(item_id=row.item_id, moved_at=row.moved_at, movement_id=row.movement_id, layers=list(layers.left))


def _steps(number: Decimal) -> int:
    return int((number * STEPS).to_integral_value())


def _append(entries: Sequence[tuple[FlowRow, int, str]]) -> None:
    currency = base_currency()
    with connection.cursor() as cursor, cursor.copy(f"COPY ledger_valuation_entry ({COLUMNS}) FROM STDIN") as copy:
        for row, steps, reason in entries:
            amount = Decimal(steps) * QUANTITY_STEP
            copy.write_row((row.item_id, row.posting_id, row.line, amount, currency, reason, "", ACTOR, row.valued_at))


@transaction.atomic
def add_late_cost(
    posting_key: str, line: int, amount: Decimal, *, reason: LateCost, reference: str, key: str, actor: str
) -> None:
    """Add a cost that became known after the goods of a receipt came: freight, or what an invoice differs by (signed).

    What of the goods has left already takes its share with the next valuation. The same key again changes nothing.

    Raises:
        Refused: there is no such movement, it brings no goods in, the amount is nothing or finer than four decimals, or the
            key was used for something else.
    """
    movement = _receipt(posting_key, line)
    if not amount.is_finite() or not amount or amount != amount.quantize(QUANTITY_STEP):
        raise Refused(f"A cost of {amount} cannot be added; it has four decimals at most.", code="bad_amount")
    content = [posting_key, line, f"{amount:.4f}", str(reason), reference]

    def add() -> dict[str, object]:
        closed = closed_until(movement.target.site_id)
        ValuationEntry.objects.create(
            item_id=movement.item_id, posting_id=movement.posting_id, line=line, amount=amount, currency=base_currency(),
            reason=reason, reference=reference, actor=actor, valued_at=max(movement.moved_at, closed or movement.moved_at),
        )  # fmt: skip
        new = {"line": line, "amount": f"{amount:.4f}", "reason": str(reason), "reference": reference}
        journal.record(actor=actor, verb="ledger.cost_added", subject=f"posting:{posting_key}", new=new)
        return {}

    journal.answer_once("ledger.add_late_cost", key, content, add)


def _receipt(posting_key: str, line: int) -> Movement:
    """The movement of a posting's line, if it brings goods in. Raises Refused if not."""
    posting = Posting.objects.filter(key=posting_key).first()
    rows = Movement.objects.filter(posting=posting, line=line).select_related("source", "target")
    movement = rows.first() if posting else None
    if movement is None:
        raise Refused(f"There is no movement {posting_key}, line {line}.", code="no_posting", key=posting_key)
    if movement.source.holds_stock or not movement.target.holds_stock or (posting and posting.reverses_id):
        raise Refused(f"{posting_key}, line {line} brings no goods in; a cost belongs to a receipt.", code="no_receipt")
    return movement
