"""What an agreement with a supplier says of an order: when it can be placed, what it lacks, what comes back at the end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from ownstock.base.text import plain

DAYS_LOOKED_AHEAD = 366
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Incoterm(StrEnum):
    """Who carries cost and risk up to where: the eleven rules of Incoterms 2020."""

    EXW = "EXW"
    FCA = "FCA"
    CPT = "CPT"
    CIP = "CIP"
    DAP = "DAP"
    DPU = "DPU"
    DDP = "DDP"
    FAS = "FAS"
    FOB = "FOB"
    CFR = "CFR"
    CIF = "CIF"


class RebateBase(StrEnum):
    """On what a tier's rebate is paid: the whole turnover once the tier is reached, or the part above its threshold."""

    WHOLE = "whole"
    ABOVE = "above"


class Minimums(Protocol):
    """What an agreement asks of one order; None: nothing."""

    @property
    def currency(self) -> str:
        """Of its minimum order value."""

    @property
    def minimum_order_value(self) -> Decimal | None:
        """In its currency."""

    @property
    def minimum_order_weight_kg(self) -> Decimal | None:
        """Of all lines together."""

    @property
    def minimum_order_volume_l(self) -> Decimal | None:
        """Of all lines together."""


@dataclass(frozen=True, slots=True)
class OrderSize:
    """How much an order is: value in the agreement's currency, weight, volume; None where an item of it does not say."""

    value: Decimal
    weight_kg: Decimal | None
    volume_l: Decimal | None


def overlaps(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    """Whether two spans of days, both ends included and None without end, have a day in common."""
    return one[0] <= (other[1] or date.max) and other[0] <= (one[1] or date.max)


def next_order_day(on: date, *, order_weekdays: Collection[int], closures: Iterable[tuple[date, date]]) -> date | None:
    """The first day from a day on that an order can be placed: a weekday that is agreed (1 Monday … 7 Sunday; none: any),
    and not a day on which the supplier is closed (first and last day of each closure). None within a year there is none.
    """
    closed = list(closures)
    for ahead in range(DAYS_LOOKED_AHEAD + 1):
        day = on + timedelta(days=ahead)
        is_closed = any(begins_on <= day <= ends_on for begins_on, ends_on in closed)
        if not is_closed and (not order_weekdays or day.isoweekday() in order_weekdays):
            return day
    return None


@dataclass(frozen=True, slots=True)
class SupplierCalendar:
    """On which days a supplier takes orders, as `next_order_day` has it: weekdays, none: any; and when it is closed."""

    weekdays: frozenset[int] = frozenset()
    closures: tuple[tuple[date, date], ...] = ()

    def next_day(self, on: date) -> date | None:
        """The first day from a day on that it takes orders; None within a year there is none."""
        return next_order_day(on, order_weekdays=self.weekdays, closures=self.closures)


@dataclass(frozen=True, slots=True)
class NextOrderDays:
    """When an order decided on a day leaves, and when the one that is decided a review period later does."""

    decided_on: date
    review_period_days: int
    leaves_on: date
    next_on: date
    calendar: SupplierCalendar

    @property
    def wait_days(self) -> int:
        """How long the order waits for its day."""
        return (self.leaves_on - self.decided_on).days

    @property
    def days_between(self) -> int:
        """From this order to the next: at least the review period."""
        return (self.next_on - self.leaves_on).days

    @property
    def is_bound(self) -> bool:
        """Whether the supplier has a say in it: it takes orders on some weekdays only, or is closed meanwhile."""
        return bool(self.calendar.weekdays or self.wait_days) or self.days_between > self.review_period_days

    def every(self, review_period_days: int) -> NextOrderDays:
        """The same, were an order placed every so many days."""
        return _days_of(self.decided_on, self.leaves_on, self.calendar, review_period_days)


def next_order_days(on: date, calendar: SupplierCalendar, *, review_period_days: int) -> NextOrderDays | None:
    """When an order decided on a day leaves, and the one after it; None where none can within a year.

    The next is decided a review period after this one left. Where it could not leave within a year from then, it is taken to
    leave at once: what is to last for so long is for people to say.
    """
    leaves_on = calendar.next_day(on)
    return None if leaves_on is None else _days_of(on, leaves_on, calendar, review_period_days)


def _days_of(on: date, leaves_on: date, calendar: SupplierCalendar, review_period_days: int) -> NextOrderDays:
    again_on = leaves_on + timedelta(days=review_period_days)
    return NextOrderDays(on, review_period_days, leaves_on, calendar.next_day(again_on) or again_on, calendar)


def shortfall(agreed: Minimums, order: OrderSize) -> str:
    """In a sentence what an order lacks of the agreed minimums; empty where nothing.

    A weight or a volume that is not known lacks nothing: it cannot be told.
    """
    measures = [
        (agreed.minimum_order_value, order.value, agreed.currency, 2),
        (agreed.minimum_order_weight_kg, order.weight_kg, "kg", 0),
        (agreed.minimum_order_volume_l, order.volume_l, "l", 0),
    ]
    lacks = [
        f"{plain(least - there, decimals=decimals)} {unit} of at least {plain(least, decimals=decimals)} {unit}"
        for least, there, unit, decimals in measures
        if least is not None and there is not None and there < least
    ]
    return f"The order lacks {' and '.join(lacks)}." if lacks else ""


def rebate(tiers: Sequence[Sequence[Decimal]], turnover: Decimal, *, base: RebateBase) -> Decimal:
    """What a supplier pays back of a turnover, in its currency, to the cent.

    Each tier is (from which turnover, percent). On the `whole`: the percentage of the highest tier that is reached, of all;
    `above`: each tier's percentage of the part between its threshold and the next.
    """
    reached = sorted((start, percent) for start, percent in tiers if start <= turnover)
    if not reached:
        return Decimal("0.00")
    if base is RebateBase.WHOLE:
        paid = turnover * reached[-1][1]
    else:
        ends = [start for start, _ in reached[1:]] + [turnover]
        paid = sum(((end - start) * percent for (start, percent), end in zip(reached, ends, strict=True)), Decimal(0))
    return (paid / 100).quantize(Decimal("0.01"))
