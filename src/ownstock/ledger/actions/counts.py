"""Counting: taking what was counted, sending a line back, leaving one out, cancelling a sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from ownstock.base.errors import Refused
from ownstock.journal import actions as journal
from ownstock.ledger.actions.count_opening import (
    Place,
    classes_of,
    place_of,
    refuse_busy,
    subject,
    within,
)
from ownstock.ledger.clock import database_now
from ownstock.ledger.models import CountEntry, CountLine, CycleCount
from ownstock.ledger.names import items_named, lots_named
from ownstock.ledger.queries import counts as queries
from ownstock.ledger.queries.closings import closed_until
from ownstock.ledger.rules.counting import (
    AbcClass,
    Counted,
    CountState,
    found_fault,
    moment_fault,
    quantity_fault,
    slip_fault,
)
from ownstock.ledger.rules.posting import Status


@transaction.atomic
def enter(number: str, counts: Sequence[Counted], *, counter: str, is_second: bool = False) -> list[CountEntry]:
    """Take what somebody counted, all or nothing; returns the entries that are new.

    A correction is another entry. Goods that are not on the sheet become a line of it. `is_second` says that somebody else
    counted these lines before. The same count of the same moment again adds nothing.

    Raises:
        Refused: the sheet has ended, a line is unknown or left out, a quantity or moment cannot be, found goods are on
            another sheet, or (of a second count) nobody or the same person counted the line before.
    """
    sheet = locked(number)
    lines = {line.line: line for line in queries.lines_of(sheet)}
    earlier = queries.entries_of(lines.values())
    now, closed_until_at = database_now(), closed_until(sheet.site_id)
    entries = []
    for counted in counts:
        line = _line_of(sheet, lines, counted)
        counted_at = counted.counted_at or now
        fault = quantity_fault(counted.quantity, line.item.tracking) or moment_fault(
            counted_at, counts_from_at=_counts_from(sheet, line), now=now, closed_until_at=closed_until_at
        )
        if fault:
            raise _line_refused(sheet, line, fault)
        if is_second:
            _refuse_no_second(sheet, line, earlier[line.pk], counter)
        if not _is_known(earlier[line.pk], counter, counted):
            entries.append(
                CountEntry(
                    line=line, counting_round=line.counting_round, quantity=counted.quantity, counted_at=counted_at,
                    counter=counter,
                )
            )  # fmt: skip
    CountEntry.objects.bulk_create(entries)
    if entries:
        journal.record(
            actor=counter, verb="ledger.counted", subject=subject(sheet),
            new={"lines": {str(entry.line.line): str(entry.quantity) for entry in entries}},
        )  # fmt: skip
    return entries


def _counts_from(sheet: CycleCount, line: CountLine) -> datetime:
    """From when on a count counts: since the sheet was opened, and of found goods since another sheet of them was approved.

    What that sheet found is posted as of its approval; an earlier count would find it once more.
    """
    if not line.is_found:
        return sheet.opened_at
    same = CountLine.objects.filter(
        item=line.item, location=line.location, lot=line.lot, status=line.status, counted_at__isnull=False
    )
    return max(same.aggregate(at=Max("cycle_count__ended_at"))["at"] or sheet.opened_at, sheet.opened_at)


def _is_known(earlier: Sequence[CountEntry], counter: str, counted: Counted) -> bool:
    """Whether this very count was entered before."""
    known = {(entry.counter, entry.quantity, entry.counted_at) for entry in earlier}
    return (counter, counted.quantity, counted.counted_at) in known


def _refuse_no_second(sheet: CycleCount, line: CountLine, earlier: Sequence[CountEntry], counter: str) -> None:
    counters = {entry.counter for entry in earlier}
    if not counters:
        raise _line_refused(sheet, line, "nobody counted it yet; this is a first count.")
    if counter in counters:
        fault = f"{counter} counted it before; the second count is another person's."
        raise _line_refused(sheet, line, fault, code="same_counter")


def _line_of(sheet: CycleCount, lines: dict[int, CountLine], counted: Counted) -> CountLine:
    """The open line that a count is of; goods that are not on the sheet are put on it."""
    if counted.line is None:
        line = _found_line(sheet, lines, counted)
        lines[line.line] = line
        return line
    line = _open_line(sheet, lines, counted.line)
    own = Counted(
        counted.quantity, sku=line.item.sku, location=line.location.code, lot=line.lot.code if line.lot else "",
        status=line.status,
    )  # fmt: skip
    if fault := slip_fault(counted, own):
        raise _line_refused(sheet, line, fault)
    return line


def _open_line(sheet: CycleCount, lines: Mapping[int, CountLine], number: int) -> CountLine:
    line = lines.get(number)
    if line is None:
        raise Refused(f"{sheet.number} has no line {number}.", code="no_count_line", number=sheet.number, line=number)
    if not line.is_open:
        raise _line_refused(sheet, line, "it was left out.")
    return line


def _found_line(sheet: CycleCount, lines: Mapping[int, CountLine], counted: Counted) -> CountLine:
    if not counted.sku or not counted.location:
        raise Refused("Name a line of the sheet, or item and location of goods that were found.", code="no_line")
    item, location = items_named({counted.sku})[counted.sku], within(sheet.site, counted.location)
    counted = replace(counted, status=counted.status or Status.RELEASED)
    if fault := found_fault(counted, item.tracking):
        raise Refused(
            f"{sheet.number}, {counted.sku} found at {location}: {fault}", code="bad_count", number=sheet.number
        )
    lot_id = lots_named({(item.id, counted.lot): item})[item.id, counted.lot].id if counted.lot else None
    place = Place(item.id, location.pk, lot_id, counted.status)
    return next((line for line in lines.values() if line.is_open and place_of(line) == place), None) or _added(
        sheet, place
    )


def _added(sheet: CycleCount, place: Place) -> CountLine:
    refuse_busy([place])
    last = sheet.lines.order_by("-line").values_list("line", flat=True).first() or 0
    line = CountLine(
        cycle_count=sheet, line=last + 1, item_id=place.item_id, location_id=place.location_id, lot_id=place.lot_id,
        status=place.status, abc_class=classes_of(sheet.site, [place]).get(place.item_id, AbcClass.C), is_found=True,
    )  # fmt: skip
    try:
        with transaction.atomic():
            line.save()
    except IntegrityError as error:
        raise Refused("The goods found were just put on another sheet; count again.", code="being_counted") from error
    return line


@transaction.atomic
def reject(number: str, line: int, *, reason: str, actor: str) -> CountLine:
    """Have a line counted anew: what was counted of it so far no longer counts, and stays in the record.

    Raises:
        Refused: no reason, the sheet has ended, no such open line, or nobody counted it yet.
    """
    sheet, found = _line_to_decide(number, line, reason)
    if not found.entries.filter(counting_round=found.counting_round).exists():
        raise _line_refused(sheet, found, "nobody counted it yet.")
    found.counting_round += 1
    found.save(update_fields=["counting_round"])
    _record_decision("ledger.count_rejected", sheet, line, reason, actor)
    return found


@transaction.atomic
def leave_out(number: str, line: int, *, reason: str, actor: str) -> CountLine:
    """Take a line off a sheet without an outcome; its item is due as before.

    Raises:
        Refused: no reason, the sheet has ended, or no such open line.
    """
    sheet, found = _line_to_decide(number, line, reason)
    found.is_open, found.reason = False, reason
    found.save(update_fields=["is_open", "reason"])
    sheet.lines.filter(item=found.item).update(is_whole=False)
    _record_decision("ledger.count_left_out", sheet, line, reason, actor)
    return found


@transaction.atomic
def cancel(number: str, *, reason: str, actor: str) -> CycleCount:
    """End a sheet without posting anything; what it was to count is due as before. Again changes nothing.

    Raises:
        Refused: no reason, or the sheet is approved.
    """
    _refuse_no_reason(reason, number)
    sheet = locked(number, is_ended_too=True)
    if sheet.state == CountState.CANCELLED:
        return sheet
    if sheet.state != CountState.OPEN:
        raise _ended(sheet)
    sheet.lines.update(is_open=False)
    sheet.state, sheet.ended_by, sheet.ended_at = CountState.CANCELLED, actor, database_now()
    sheet.save(update_fields=["state", "ended_by", "ended_at"])
    journal.record(actor=actor, verb="ledger.count_cancelled", subject=subject(sheet), reason=reason)
    return sheet


def _line_to_decide(number: str, line: int, reason: str) -> tuple[CycleCount, CountLine]:
    _refuse_no_reason(reason, f"{number}, line {line}")
    sheet = locked(number)
    return sheet, _open_line(sheet, {found.line: found for found in queries.lines_of(sheet)}, line)


def _refuse_no_reason(reason: str, what: str) -> None:
    if not reason.strip():
        raise Refused(f"{what}: say why.", code="no_reason")


def _record_decision(verb: str, sheet: CycleCount, line: int, reason: str, actor: str) -> None:
    journal.record(actor=actor, verb=verb, subject=subject(sheet), new={"line": line}, reason=reason)


def locked(number: str, *, is_ended_too: bool = False) -> CycleCount:
    """A sheet, locked until the transaction ends.

    Raises:
        Refused: there is none of this number, or (unless `is_ended_too`) it has ended.
    """
    queries.cycle_count(number)
    sheet = CycleCount.objects.select_for_update(of=("self",)).select_related("site").get(number=number)
    if sheet.state != CountState.OPEN and not is_ended_too:
        raise _ended(sheet)
    return sheet


def _ended(sheet: CycleCount) -> Refused:
    return Refused(f"{sheet.number} is {sheet.state}; it cannot be changed.", code="count_ended", number=sheet.number)


def _line_refused(sheet: CycleCount, line: CountLine, fault: str, *, code: str = "bad_count") -> Refused:
    return Refused(
        f"{sheet.number}, line {line.line} ({line.item.sku}): {fault}", code=code, number=sheet.number, line=line.line
    )
