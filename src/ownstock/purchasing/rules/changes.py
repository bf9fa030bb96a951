"""Pure decisions about a change of an order: what may be asked anew of a line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from ownstock.base.errors import Refused
from ownstock.base.text import plain


@dataclass(frozen=True, slots=True)
class AskedLine:
    """What a revision asks of a line: so many stock units, for a day, at a price of one.

    `is_day_reckoned`: the day comes of a lead time and not of a person, so that it moves on where the order leaves later.
    """

    quantity: Decimal
    requested_on: date
    price: Decimal
    is_day_reckoned: bool = False


@dataclass(frozen=True, slots=True)
class LineChange:
    """What is to be different of a line; None leaves it as it is, a quantity of zero takes the line out."""

    line: int
    quantity: Decimal | None = None
    requested_on: date | None = None
    price: Decimal | None = None


def changed(asked: AskedLine, change: LineChange, *, received: Decimal) -> AskedLine | None:
    """What the next revision asks of a line; None where it is taken out.

    Raises:
        Refused: less than nothing is asked for, or less than has already come.
    """
    day = change.requested_on or asked.requested_on
    new = AskedLine(
        asked.quantity if change.quantity is None else change.quantity,
        day,
        asked.price if change.price is None else change.price,
        is_day_reckoned=asked.is_day_reckoned and day == asked.requested_on,
    )
    if new.quantity < 0 or new.price < 0:
        raise Refused(
            f"Line {change.line}: neither a quantity nor a price is below zero.", code="below_zero", line=change.line
        )
    if change.quantity is not None and new.quantity < received:
        raise Refused(
            f"Line {change.line}: {plain(received)} already received; {plain(new.quantity)} is less. "
            f"Ask for {plain(received)} or more.",
            code="less_than_received",
            line=change.line,
            received=str(received),
            quantity=str(new.quantity),
        )
    return new if new.quantity else None


def is_promised_anew(before: AskedLine, after: AskedLine) -> bool:
    """Whether a promise falls with a change: a price alone leaves it as it is."""
    return (before.quantity, before.requested_on) != (after.quantity, after.requested_on)


def together(first: AskedLine, second: AskedLine) -> AskedLine | None:
    """What one line asks instead of two of the same goods: as much as both, for the earlier day.

    None where they stay apart: their prices differ, or their days do and a person typed one.
    """
    are_reckoned = first.is_day_reckoned and second.is_day_reckoned
    if first.price != second.price or not (are_reckoned or first.requested_on == second.requested_on):
        return None
    day = min(first.requested_on, second.requested_on)
    return AskedLine(first.quantity + second.quantity, day, first.price, are_reckoned)


def leaving(asked: AskedLine, on: date, lead_time_days: int | None) -> AskedLine:
    """What is asked of a line that leaves on a day: a reckoned day is no sooner than it can come, where that is known."""
    if lead_time_days is None or not asked.is_day_reckoned:
        return asked
    return replace(asked, requested_on=max(asked.requested_on, on + timedelta(days=lead_time_days)))
