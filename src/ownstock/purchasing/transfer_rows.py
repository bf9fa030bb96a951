"""The rows of one transfer order as its actions take and leave them: locked, read, appended to, settled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.catalog.models import Location
from ownstock.journal import actions as journal
from ownstock.purchasing.models import TransferEntry, TransferLine, TransferOrder
from ownstock.purchasing.queries.transfers import on_the_way
from ownstock.purchasing.rules.transfers import MAX_KEY_LENGTH, OnTheWay, TransferState, transfer_state

TOTALS = ["shipped_quantity", "received_quantity", "lost_quantity", "cancelled_quantity"]


class LockedTransfer:
    """A transfer order that nobody else changes until the transaction ends, with its lines and what is on the way."""

    def __init__(self, number: str) -> None:
        """Raises Refused where there is none of this number."""
        rows = TransferOrder.objects.select_for_update(of=("self",)).select_related("source", "target", "transit")
        found = rows.filter(number=number).first()
        if found is None:
            raise no_transfer(number)
        self.order = found
        self.lines = {line.line: line for line in found.lines.select_related("item").order_by("line")}
        self.subject = subject_of(found)

    def line(self, number: int) -> TransferLine:
        """One of its lines. Raises Refused where it has no such line."""
        if number not in self.lines:
            raise Refused(
                f"{self.order.number} has no line {number}.", code="no_line", number=self.order.number, line=number
            )
        return self.lines[number]

    def on_the_way(self) -> list[OnTheWay]:
        """What left and has neither come nor been lost, what left first first."""
        return on_the_way(self.order)

    def refuse_unless(self, states: Iterable[TransferState], to_be: str) -> None:
        """Refuse a step out of order. Raises Refused unless it is in one of the states."""
        if self.order.state not in set(states):
            raise Refused(
                f"{self.order.number} is {self.order.state}; it cannot be {to_be}.", code="wrong_state",
                number=self.order.number, state=self.order.state,
            )  # fmt: skip

    def append(self, entries: Sequence[TransferEntry]) -> None:
        """Append what happened, and bring the totals of the lines and the order's state in line with it."""
        TransferEntry.objects.bulk_create(entries)
        for entry in entries:
            line = self.lines[entry.line.line]
            line.shipped_quantity += entry.shipped_change
            line.received_quantity += entry.received_change
            line.lost_quantity += entry.lost_change
            line.cancelled_quantity += entry.cancelled_change
        TransferLine.objects.bulk_update(self.lines.values(), TOTALS, batch_size=500)
        self.settle()

    def settle(self) -> None:
        """Bring the state in line with the totals, and close the alerts of lines that wait for nothing any more."""
        totals = [line.totals for line in self.lines.values()]
        self.order.state = transfer_state(totals, is_placed=self.order.placed_at is not None)
        self.order.save(update_fields=["state", "placed_at"])
        number = self.order.number
        done = [late_key(number, n) for n, t in zip(self.lines, totals, strict=True) if not t.to_ship + t.on_the_way]
        journal.clear_alerts(done, because="nothing of it is to be shipped or on the way any more")

    def record(self, verb: str, *, actor: str, new: dict[str, Any], reason: str = "") -> None:
        """Write an event of the order into the journal."""
        journal.record(actor=actor, verb=f"purchasing.{verb}", subject=self.subject, new=new, reason=reason)


def once(verb: str, key: str, content: object, act: Callable[[], None]) -> None:
    """Do something once per key: the same call again does nothing.

    Raises:
        Refused: no key or one that is too long, or the key was used for other content.
    """
    if not 0 < len(key) <= MAX_KEY_LENGTH:
        raise Refused(f"Give a key of 1 to {MAX_KEY_LENGTH} characters: it makes this happen once.", code="bad_key")

    def answered() -> dict[str, Any]:
        act()
        return {}

    journal.answer_once(f"transfer.{verb}", key, content, answered)


def refuse_reused(key: str) -> Refused:
    """The refusal of a key under which another posting stands."""
    return Refused(f"The key {key} was already used for another posting; use a new key.", code="key_reused", key=key)


def no_transfer(number: str) -> Refused:
    """The refusal of a number that no transfer order has."""
    return Refused(f"There is no transfer order {number}.", code="no_transfer", number=number)


def needs_reason(reason: str, what: str) -> None:
    """Refuse what is done without a reason. Raises Refused."""
    if not reason.strip():
        raise Refused(f"Say why {what}.", code="no_reason")


def day_at(site: Location, moved_at: datetime | None) -> date:
    """The day of a moment (None: now) as a site counts days."""
    return (moved_at or timezone.now()).astimezone(ZoneInfo(site.time_zone)).date()


def subject_of(order: TransferOrder) -> str:
    """The key under which the journal names a transfer order."""
    return f"transfer_order:{order.number}"


def late_key(number: str, line: int) -> str:
    """The key of the alert about a line that is late."""
    return f"late_transfer:{number}/{line}"
