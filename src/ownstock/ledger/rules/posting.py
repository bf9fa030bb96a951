"""What a posting must look like, and what its content is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from ownstock.base.errors import Refused
from ownstock.base.fingerprints import fingerprint_lines
from ownstock.base.text import plain

MAX_LINES = 100_000
MAX_KEY_LENGTH = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
QUANTITY_STEP = Decimal("0.0001")
MAX_QUANTITY = Decimal(10) ** 13


class Kind(StrEnum):
    """Why stock moved."""

    RECEIPT = "receipt"
    ISSUE = "issue"
    TRANSFER = "transfer"
    ADJUSTMENT = "adjustment"
    COUNT_DIFFERENCE = "count_difference"
    RETURN = "return"


class Status(StrEnum):
    """Whether stock may be used."""

    RELEASED = "released"
    QUARANTINE = "quarantine"
    ON_HOLD = "on_hold"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Line:
    """One movement asked for: so many of an item (or of a lot of it) from one place to another.

    `moved_at` None means now. `unit_cost` None means the item's standard cost; it is always of one stock unit. `unit` empty
    means the stock unit; of another one the quantity is converted, exactly. Codes, not ids: what a person would write.
    """

    sku: str
    source: str
    target: str
    quantity: Decimal
    lot: str = ""
    source_status: str = Status.RELEASED
    target_status: str = Status.RELEASED
    moved_at: datetime | None = None
    unit_cost: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class PostingRequest:
    """One document to post: all its lines or none. The key makes it happen once."""

    key: str
    kind: str
    lines: Sequence[Line]
    reference: str = ""
    is_assumed: bool = False


@dataclass(frozen=True, slots=True)
class Shortage:
    """A balance that a posting would take below zero."""

    sku: str
    location: str
    lot: str
    status: str
    on_hand: Decimal
    wanted: Decimal


def latest_moment(now: datetime) -> datetime:
    """The latest moment a movement may bear: a day ahead, for clocks and time zones that differ; beyond is a slip."""
    return now + timedelta(days=1)


def check(request: PostingRequest, *, now: datetime) -> None:
    """Refuse a posting whose form alone is wrong, with a sentence that names the line.

    Raises:
        Refused: no key, no lines or too many, an unknown kind or status, a quantity that is not positive, too large or
            too fine, a line that moves nothing, a moment without time zone or in the future.
    """
    if not 0 < len(request.key) <= MAX_KEY_LENGTH:
        raise Refused(f"A posting needs a key of 1 to {MAX_KEY_LENGTH} characters.", code="bad_key", key=request.key)
    if request.kind not in list(Kind):
        known = ", ".join(Kind)
        raise Refused(f"Posting {request.key}: {request.kind!r} is no kind of posting ({known}).", code="bad_kind")
    if not 0 < len(request.lines) <= MAX_LINES:
        raise Refused(
            f"Posting {request.key} has {len(request.lines)} lines; it needs 1 to {MAX_LINES:,}.", code="bad_line_count"
        )
    for number, line in enumerate(request.lines, start=1):
        if fault := line_fault(line, now=now):
            raise Refused(
                f"Posting {request.key}, line {number} ({line.sku}): {fault}",
                code="bad_line",
                key=request.key,
                line=number,
            )


def line_fault(line: Line, *, now: datetime) -> str | None:
    """What is wrong with a line's form, as a sentence; None when nothing is."""
    if not line.quantity.is_finite() or not 0 < line.quantity < MAX_QUANTITY:
        return f"the quantity {line.quantity} must be above zero and below {MAX_QUANTITY:,.0f}."
    if line.quantity != line.quantity.quantize(QUANTITY_STEP):
        return f"the quantity {line.quantity} has more than four decimals."
    if {line.source_status, line.target_status} - set(Status):
        return f"a status must be one of {', '.join(Status)}."
    if (line.source, line.source_status) == (line.target, line.target_status):
        return f"it moves from {line.source} to {line.target} and so moves nothing."
    if line.moved_at is not None and line.moved_at.tzinfo is None:
        return "its moment has no time zone."
    if line.moved_at is not None and line.moved_at > latest_moment(now):
        return f"it moved at {line.moved_at:%Y-%m-%d %H:%M}, which is yet to come."
    return None


def line_text(line: Line) -> str:
    """A line as the one text that its fingerprint is taken of."""
    moved_at = "" if line.moved_at is None else str((line.moved_at - EPOCH) // timedelta(microseconds=1))
    unit_cost = "" if line.unit_cost is None else f"{line.unit_cost:.4f}"
    places = f"{line.source}|{line.source_status}|{line.target}|{line.target_status}"
    text = f"{line.sku}|{line.lot}|{places}|{line.quantity:.4f}|{moved_at}|{unit_cost}"
    return f"{text}|{line.unit}" if line.unit else text


def content_hash(kind: str, reference: str, line_texts: Iterable[str]) -> bytes:
    """The fingerprint of what a posting asks for: the same key with another fingerprint is another request."""
    return fingerprint_lines([kind, reference, *line_texts])


def fingerprint_of_reversal(content_hash: bytes) -> bytes:
    """The fingerprint of what takes back a posting of this fingerprint."""
    return fingerprint_lines(["reversal", content_hash.hex()])


def key_again(key: str, times_undone: int) -> str:
    """The key of a document whose file was taken back and is imported again: `S-17`, then `S-17~2`, `S-17~3`.

    Raises:
        Refused: that would be too long for a key.
    """
    again = f"{key}~{times_undone + 1}" if times_undone else key
    if len(again) > MAX_KEY_LENGTH:
        raise Refused(f"The key {key} is too long to be posted again after it was taken back.", code="bad_key", key=key)
    return again


def reversal(request: PostingRequest, key: str) -> PostingRequest:
    """The posting that takes another back: the same lines the other way round, now."""
    lines = [
        replace(
            line,
            source=line.target,
            target=line.source,
            source_status=line.target_status,
            target_status=line.source_status,
            moved_at=None,
        )
        for line in request.lines
    ]
    return replace(request, key=key, lines=lines)


@dataclass(frozen=True, slots=True)
class ClosedLine:
    """A line that moved in a period that is closed."""

    key: str
    line: int
    sku: str
    location: str
    moved_at: datetime
    until_on: date


def closed_sentence(lines: Sequence[ClosedLine]) -> str:
    """Say which line moved too early; the first by name."""
    first = lines[0]
    more = f" So did {len(lines) - 1} more." if len(lines) > 1 else ""
    return (
        f"Posting {first.key}, line {first.line} ({first.sku}): it moved at {first.moved_at:%Y-%m-%d %H:%M} UTC, and "
        f"{first.location} is closed until {first.until_on}.{more} Post it with a later moment. Nothing was posted."
    )


def doubled_keys(requests: Iterable[PostingRequest]) -> list[str]:
    """Keys that stand more than once in one call, in order."""
    return sorted(key for key, times in Counter(r.key for r in requests).items() if times > 1)


def shortage_sentence(shortages: Sequence[Shortage]) -> str:
    """Say which balances would fall below zero and by how much; the first three by name."""
    named = [
        f"{s.sku}{f' lot {s.lot}' if s.lot else ''} at {s.location} ({s.status}): {plain(s.on_hand)} on hand, "
        f"{plain(s.wanted)} wanted"
        for s in shortages[:3]
    ]
    more = f"; and {len(shortages) - 3} more" if len(shortages) > 3 else ""
    return f"Not enough on hand: {'; '.join(named)}{more}. Nothing was posted."
