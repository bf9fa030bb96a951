"""Approving a sheet: somebody who did not count takes its differences into the ledger, in one posting, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from ownstock.base.errors import Refused
from ownstock.catalog.queries import world_location
from ownstock.catalog.rules import LocationKind
from ownstock.journal import actions as journal
from ownstock.ledger.actions.count_opening import subject
from ownstock.ledger.actions.counts import locked
from ownstock.ledger.actions.posting import post
from ownstock.ledger.clock import database_now
from ownstock.ledger.models import CountLine, CycleCount
from ownstock.ledger.queries import counts as queries
from ownstock.ledger.queries.counts import Difference
from ownstock.ledger.rules.counting import CountState
from ownstock.ledger.rules.posting import Kind, Line, PostingRequest

# As the posting function does: serial numbers first, then balances, made at zero where missing, all in one order for
# everybody. Until they are held, somebody may post between the look at them and the posting of the difference.
WANTED = """
    WITH wanted AS (
        SELECT item_id, location_id, lot_id, status FROM ledger_count_line WHERE cycle_count_id = %(sheet)s AND is_open
    )
"""
HOLD_SERIALS = f"""
    {WANTED} SELECT t.id FROM ledger_lot t JOIN wanted w ON w.lot_id = t.id WHERE t.is_serial
    ORDER BY t.id FOR NO KEY UPDATE OF t
"""
MAKE = f"""
    {WANTED} INSERT INTO ledger_balance (item_id, location_id, lot_id, status, on_hand)
    SELECT w.item_id, w.location_id, w.lot_id, w.status, 0 FROM wanted w
    WHERE NOT EXISTS (
        SELECT FROM ledger_balance b WHERE b.location_id = w.location_id AND b.item_id = w.item_id
        AND b.lot_id IS NOT DISTINCT FROM w.lot_id AND b.status = w.status)
    ORDER BY w.location_id, w.item_id, w.lot_id, w.status
    ON CONFLICT (location_id, item_id, lot_id, status) DO NOTHING
"""
HOLD = f"""
    {WANTED} SELECT b.id FROM wanted w JOIN ledger_balance b ON b.location_id = w.location_id AND b.item_id = w.item_id
        AND b.lot_id IS NOT DISTINCT FROM w.lot_id AND b.status = w.status
    ORDER BY b.id FOR NO KEY UPDATE OF b
"""


@dataclass(frozen=True, slots=True)
class Approved:
    """What an approval did: the posting's key (empty where nothing differed), the differences, whether this call did it."""

    posting_key: str
    differences: list[Difference]
    is_new: bool


@transaction.atomic
def approve(number: str, *, actor: str, reasons: Mapping[int, str] | None = None, reason: str = "") -> Approved:
    """Take the differences of a sheet into the ledger, now. Approved before: the same answer, and nothing is posted.

    `reasons` says, by line, why a line is out of tolerance; `reason` says it of every line that has none of its own.

    Raises:
        Refused: the actor counted, a line still needs a count or a reason, the sheet is cancelled, or a balance would fall
            below zero because goods have left since (the sentence names it: have the line counted anew).
    """
    sheet = locked(number, is_ended_too=True)
    if sheet.state == CountState.APPROVED:
        return Approved(
            _key_of(queries.differences(number, viewer=actor), number), queries.differences(number, viewer=actor), False
        )
    if sheet.state == CountState.CANCELLED:
        raise Refused(f"{number} is cancelled; it cannot be approved.", code="count_ended", number=number)
    _refuse_counter(sheet, actor)
    lines = [line for line in queries.lines_of(sheet) if line.is_open]
    _hold_balances(sheet)
    found = queries.settled_differences(number, lines)
    told = _reasons(number, found, reasons or {}, reason)
    _post(number, found, actor)
    _end(sheet, lines, found, told, actor)
    return Approved(_key_of(found, number), found, is_new=True)


def _refuse_counter(sheet: CycleCount, actor: str) -> None:
    if actor in queries.counters_of(sheet):
        raise Refused(
            f"{actor} counted on {sheet.number}; somebody who did not must approve it.",
            code="counter_approves",
            number=sheet.number,
        )


def _hold_balances(sheet: CycleCount) -> None:
    with connection.cursor() as cursor:
        for statement in (HOLD_SERIALS, MAKE, HOLD):
            cursor.execute(statement, {"sheet": sheet.pk})


def _reasons(number: str, found: Sequence[Difference], own: Mapping[int, str], reason: str) -> dict[int, str]:
    """Why each line is out of tolerance, by line."""
    if unknown := sorted(set(own) - {row.line for row in found}):
        raise Refused(f"{number} has no line {unknown[0]} to give a reason for.", code="no_count_line", line=unknown[0])
    told = {row.line: (own.get(row.line) or ("" if row.is_within_tolerance else reason)).strip() for row in found}
    if missing := [row.line for row in found if not row.is_within_tolerance and row.difference and not told[row.line]]:
        raise Refused(
            f"{number}: say why line {', '.join(map(str, missing[:10]))} differs by more than is tolerated.",
            code="no_reason",
            number=number,
            lines=missing,
        )
    return told


def _key_of(found: Sequence[Difference], number: str) -> str:
    return f"count:{number}" if any(row.difference for row in found) else ""


def _post(number: str, found: Sequence[Difference], actor: str) -> None:
    if key := _key_of(found, number):
        world = world_location(LocationKind.COUNT_DIFFERENCE)
        lines = [_line(row, world) for row in found if row.difference]
        [posted] = post([PostingRequest(key, Kind.COUNT_DIFFERENCE, lines, reference=number)], actor=actor)
        if not posted.is_new:
            raise Refused(f"The key {key} was used for a posting that is not this sheet's.", code="key_reused", key=key)


def _line(row: Difference, world: str) -> Line:
    source, target = (world, row.location) if row.difference > 0 else (row.location, world)
    return Line(
        sku=row.sku, source=source, target=target, quantity=abs(row.difference), lot=row.lot, source_status=row.status,
        target_status=row.status,
    )  # fmt: skip


def _end(
    sheet: CycleCount, lines: Sequence[CountLine], found: Sequence[Difference], told: Mapping[int, str], actor: str
) -> None:
    for line, row in zip(lines, found, strict=True):
        line.is_open, line.reason = False, told[row.line]
        line.counted_quantity, line.expected_quantity = row.counted_quantity, row.expected_quantity
        line.counted_at, line.unit_cost = row.counted_at, row.unit_cost
        line.is_within_tolerance = row.is_within_tolerance
    outcome = [
        "is_open",
        "reason",
        "counted_quantity",
        "expected_quantity",
        "counted_at",
        "unit_cost",
        "is_within_tolerance",
    ]
    CountLine.objects.bulk_update(lines, outcome, batch_size=500)
    sheet.state, sheet.ended_by, sheet.ended_at = CountState.APPROVED, actor, database_now()
    sheet.save(update_fields=["state", "ended_by", "ended_at"])
    journal.record(
        actor=actor, verb="ledger.count_approved", subject=subject(sheet),
        old={"expected": {str(row.line): str(row.expected_quantity) for row in found if row.difference}},
        new={
            "counted": {str(row.line): str(row.counted_quantity) for row in found if row.difference},
            "reasons": {str(line): why for line, why in told.items() if why}, "posting": _key_of(found, sheet.number),
        },
    )  # fmt: skip
