"""Demand lines: what one must look like, where it is on its way, what it may be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ownstock.base.errors import Refused
from ownstock.base.text import plain

MAX_LINES = 10_000
MAX_KEY_LENGTH = 200
MAX_REFERENCE_LENGTH = 200
QUANTITY_STEP = Decimal("0.0001")
MAX_QUANTITY = Decimal(10) ** 13


class DemandState(StrEnum):
    """Where a demand line is. What is open of it is owed to the customer."""

    OPEN = "open"
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


OPEN_STATES = frozenset({DemandState.OPEN, DemandState.PART_SHIPPED})


class EntryKind(StrEnum):
    """What happened to a demand line."""

    ALLOCATED = "allocated"
    RELEASED = "released"
    SHIPPED = "shipped"
    TAKEN_BACK = "taken_back"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class EnteredLine:
    """A line of a customer's order: so many stock units of an item from a site, wanted on a day. The key makes it one."""

    key: str
    customer: str
    sku: str
    site: str
    quantity: Decimal
    wanted_on: date
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """So many stock units of a demand line."""

    number: str
    quantity: Decimal


def check_entered(lines: Sequence[EnteredLine]) -> None:
    """Refuse lines whose form alone is wrong, with a sentence that names the line.

    Raises:
        Refused: too many lines, no key, a key that stands twice, a quantity that is not positive, too large or too fine.
    """
    if len(lines) > MAX_LINES:
        raise Refused(f"{len(lines):,} lines; at most {MAX_LINES:,} at once.", code="too_many_lines")
    seen: set[str] = set()
    for line in lines:
        if not 0 < len(line.key) <= MAX_KEY_LENGTH:
            raise Refused(f"A demand line needs a key of 1 to {MAX_KEY_LENGTH} characters.", code="bad_key")
        if line.key in seen:
            raise Refused(f"The key {line.key} stands twice in one call.", code="doubled_key", key=line.key)
        if len(line.reference) > MAX_REFERENCE_LENGTH:
            raise Refused(f"{line.key}: the reference is longer than {MAX_REFERENCE_LENGTH}.", code="bad_reference")
        if fault := quantity_fault(line.quantity):
            raise Refused(f"{line.key} ({line.sku}): {fault}", code="bad_quantity", key=line.key)
        seen.add(line.key)


def quantity_fault(quantity: Decimal) -> str | None:
    """What is wrong with a quantity, as a sentence; None when nothing is."""
    if not quantity.is_finite() or not 0 < quantity < MAX_QUANTITY:
        return f"the quantity {quantity} must be above zero and below {MAX_QUANTITY:,.0f}."
    if quantity != quantity.quantize(QUANTITY_STEP):
        return f"the quantity {quantity} has more than four decimals."
    return None


def check_part(part: Part, still_open: Decimal, verb: str) -> None:
    """Refuse to do to a line more than it has open; `verb` says what: "shipped", "cut".

    Raises:
        Refused: the quantity is malformed, or more than is open.
    """
    if fault := quantity_fault(part.quantity):
        raise Refused(f"{part.number}: {fault}", code="bad_quantity", number=part.number)
    if part.quantity > still_open:
        raise Refused(
            f"{part.number}: {plain(part.quantity)} cannot be {verb}; {plain(still_open)} is open.",
            code="more_than_open",
            number=part.number,
            still_open=str(still_open),
        )


def content_of(line: EnteredLine) -> dict[str, Any]:
    """What a line asks for: the same key with other content is another line."""
    return {
        "customer": line.customer, "reference": line.reference, "sku": line.sku, "site": line.site,
        "quantity": f"{line.quantity:.4f}", "wanted_on": line.wanted_on.isoformat(),
    }  # fmt: skip


def state_of(quantity: Decimal, shipped: Decimal, cancelled: Decimal) -> DemandState:
    """Where a line is by its totals; what was cancelled of a line that was shipped in part leaves it shipped."""
    if quantity > shipped + cancelled:
        return DemandState.PART_SHIPPED if shipped else DemandState.OPEN
    return DemandState.SHIPPED if shipped else DemandState.CANCELLED
