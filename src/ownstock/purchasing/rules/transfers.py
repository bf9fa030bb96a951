"""Pure decisions about transfers between sites of ours: where an order is, what may be shipped, received and lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.purchasing.rules.lateness import expected_arrival_in_days

MAX_TRANSFER_LINES = 1_000
MAX_TRANSIT_DAYS = 365
MAX_KEY_LENGTH = 200
QUANTITY_STEP = Decimal("0.0001")
MAX_QUANTITY = Decimal(10) ** 13
NOTHING = Decimal(0)


class TransferState(StrEnum):
    """Where a transfer order is. Received: nothing is to be shipped any more, and nothing is on the way."""

    DRAFT = "draft"
    PLACED = "placed"
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"
    PART_RECEIVED = "part_received"
    RECEIVED = "received"
    CANCELLED = "cancelled"


OPEN_TRANSFER_STATES = frozenset(TransferState) - {TransferState.RECEIVED, TransferState.CANCELLED}


class TransferEntryKind(StrEnum):
    """What happened to a line of a transfer order."""

    SHIPPED = "shipped"
    RECEIVED = "received"
    LOST = "lost"
    CANCELLED = "cancelled"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Totals:
    """The totals of a line, or of all lines together: asked for, and what became of it."""

    quantity: Decimal
    shipped: Decimal = NOTHING
    received: Decimal = NOTHING
    lost: Decimal = NOTHING
    cancelled: Decimal = NOTHING

    @property
    def to_ship(self) -> Decimal:
        """What has still to leave the source."""
        return self.quantity - self.shipped - self.cancelled

    @property
    def on_the_way(self) -> Decimal:
        """What left the source and has neither come nor been lost."""
        return self.shipped - self.received - self.lost

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            self.quantity + other.quantity, self.shipped + other.shipped, self.received + other.received,
            self.lost + other.lost, self.cancelled + other.cancelled,
        )  # fmt: skip


def transfer_state(lines: Iterable[Totals], *, is_placed: bool) -> TransferState:
    """Where an order is, by the totals of its lines."""
    whole = sum(lines, Totals(NOTHING))
    if not whole.shipped:
        if not whole.to_ship:
            return TransferState.CANCELLED
        return TransferState.PLACED if is_placed else TransferState.DRAFT
    if not whole.to_ship and not whole.on_the_way:
        return TransferState.RECEIVED
    if whole.received or whole.lost:
        return TransferState.PART_RECEIVED
    return TransferState.PART_SHIPPED if whole.to_ship else TransferState.SHIPPED


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """What is on the way of a line: so much of a lot that left with one shipment, and when it is expected."""

    line: int
    shipment_key: str
    lot_id: int | None
    lot: str
    quantity: Decimal
    expected_on: date


def due_to_leave_on(requested_on: date, transit_days: int) -> date:
    """The day on which goods must leave to be there on the day they are asked for."""
    return requested_on - timedelta(days=transit_days)


def transfer_arrival_in_days(expected_on: date, today: date, *, transit_days: int, is_shipped: bool) -> int:
    """In how many days a transfer is expected: as a delivery is; what has not left yet needs its days on the road."""
    days = expected_arrival_in_days(expected_on, today)
    return days if is_shipped else max(days, transit_days)


def quantity_fault(quantity: Decimal) -> str | None:
    """What is wrong with a quantity, as a sentence; None when nothing is."""
    if not quantity.is_finite() or not 0 < quantity < MAX_QUANTITY:
        return f"the quantity {quantity} must be above zero and below {MAX_QUANTITY:,.0f}."
    if quantity != quantity.quantize(QUANTITY_STEP):
        return f"the quantity {quantity} has more than four decimals."
    return None


def check_quantity(number: str, line: int, quantity: Decimal) -> None:
    """Refuse a quantity that is no quantity. Raises Refused."""
    if fault := quantity_fault(quantity):
        raise Refused(f"{number}, line {line}: {fault}", code="bad_quantity", number=number, line=line)


def check_at_most(number: str, line: int, quantity: Decimal, most: Decimal, *, verb: str, what: str) -> None:
    """Refuse to do to a line more than there is: `verb` says what is done, `what` of what there is no more.

    Raises:
        Refused: the quantity is malformed, or more than there is.
    """
    check_quantity(number, line, quantity)
    if quantity > most:
        raise Refused(
            f"{number}, line {line}: {plain(quantity)} cannot be {verb}; {plain(most)} {what}.",
            code="more_than_open", number=number, line=line, wanted=str(quantity), most=str(most),
        )  # fmt: skip


def taken_from(
    number: str, line: int, there: Sequence[OnTheWay], quantity: Decimal, *, lot: str = ""
) -> list[tuple[OnTheWay, Decimal]]:
    """Which goods on the way a quantity is: what left first, first; of one lot where it is named.

    Raises:
        Refused: less is on the way, or several lots are and it is not said which.
    """
    of_line = [part for part in there if part.line == line and (not lot or part.lot == lot)]
    whole = sum((part.quantity for part in of_line), NOTHING)
    called = f"of lot {lot} is on the way" if lot else "is on the way"
    check_at_most(number, line, quantity, whole, verb="taken in", what=called)
    lots = sorted({part.lot for part in of_line})
    if quantity < whole and len(lots) > 1:
        raise Refused(
            f"{number}, line {line}: lots {', '.join(lots)} are on the way; say which of them came.",
            code="which_lot", number=number, line=line, lots=lots,
        )  # fmt: skip
    shares = []
    for part in of_line:
        share = min(part.quantity, quantity)
        if share > 0:
            shares.append((part, share))
            quantity -= share
    return shares
