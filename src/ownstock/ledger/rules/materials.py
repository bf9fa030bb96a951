"""What an item's own rules demand of a movement: lots, serial numbers, quarantine, expiry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from ownstock.base.text import plain
from ownstock.catalog.rules import STOCK_KINDS, LocationKind, ReceivingStatus, Tracking
from ownstock.ledger.rules.posting import Line, Status

REJECTED_STAYS = "what was rejected stays so; return it or scrap it."


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What the ledger must know of an item."""

    id: int
    tracking: str = Tracking.NONE
    receiving_status: str = ReceivingStatus.RELEASED


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What the ledger must know of a location; `time_zone` is its site's, or UTC."""

    id: int
    kind: str
    time_zone: str = "UTC"

    @property
    def holds(self) -> bool:
        """Whether a balance is kept here."""
        return self.kind in STOCK_KINDS


@dataclass(frozen=True, slots=True)
class LotFacts:
    """What the ledger must know of a lot."""

    id: int
    expires_on: date | None = None
    retest_on: date | None = None


def unusable_sentence(lot: LotFacts, on: date) -> str | None:
    """Why a lot must not be used on a day, as the end of a sentence; None when it may."""
    if lot.expires_on is not None and on >= lot.expires_on:
        return f"expired on {lot.expires_on}"
    if lot.retest_on is not None and on >= lot.retest_on:
        return f"was to be tested again by {lot.retest_on}"
    return None


def material_fault(
    line: Line,
    item: ItemFacts,
    source: PlaceFacts,
    target: PlaceFacts,
    lot: LotFacts | None,
    *,
    at: datetime,
    is_release: bool = False,
) -> str | None:
    """What an item's own rules have against a line, as a sentence; None when nothing.

    `at` is when it moves. `is_release` says that quality releases the goods: nothing else may make them usable where the
    item's goods come into quarantine.
    """
    return (
        _lot_fault(line, item)
        or (None if is_release else _status_fault(line, item, source, target))
        or _customer_fault(line, source, target, lot, at)
    )


def _lot_fault(line: Line, item: ItemFacts) -> str | None:
    if item.tracking == Tracking.NONE:
        return None
    if not line.lot:
        return f"its goods are told apart by {'serial number' if item.tracking == Tracking.SERIAL else 'lot'}: name it."
    if item.tracking == Tracking.SERIAL and line.quantity != 1:
        return f"a serial number is one piece; {line.quantity} was asked for."
    return None


def _status_fault(line: Line, item: ItemFacts, source: PlaceFacts, target: PlaceFacts) -> str | None:
    if item.receiving_status == ReceivingStatus.RELEASED:
        return None
    if source.kind == LocationKind.SUPPLIER and line.target_status != Status.QUARANTINE:
        return "its goods come into quarantine: post it with the target status quarantine."
    return within_fault(line, item, source, target)


def within_fault(line: Line, item: ItemFacts, source: PlaceFacts, target: PlaceFacts) -> str | None:
    """Why goods that stay in the house may not change status so, by whatever posting but a release; None when they may."""
    if item.receiving_status == ReceivingStatus.RELEASED or not (source.holds and target.holds):
        return None
    if line.source_status == Status.REJECTED != line.target_status:
        return REJECTED_STAYS
    if line.source_status != Status.RELEASED == line.target_status:
        return "only a release by quality makes its goods usable: use release."
    return None


def _customer_fault(
    line: Line, source: PlaceFacts, target: PlaceFacts, lot: LotFacts | None, at: datetime
) -> str | None:
    if target.kind != LocationKind.CUSTOMER:
        return None
    if line.source_status != Status.RELEASED:
        return f"only released goods go to customers; these are {line.source_status}."
    if lot is not None and (why := unusable_sentence(lot, at.astimezone(ZoneInfo(source.time_zone)).date())):
        return f"lot {line.lot} {why}."
    return None


def inexact_sentence(quantity: Decimal, unit: str, stock_unit: str) -> str:
    """Say that a quantity of a unit is no exact number of stock units."""
    return f"{plain(quantity)} {unit} is no exact number of {stock_unit} to four decimals."


def status_change_fault(item: ItemFacts, source_status: str, target_status: str) -> str | None:
    """Why goods may not go from one status to another, as the end of a sentence; None when they may."""
    if source_status == target_status:
        return f"it is {source_status} already."
    is_strict = item.receiving_status == ReceivingStatus.QUARANTINE
    if is_strict and source_status == Status.REJECTED and target_status != Status.REJECTED:
        return REJECTED_STAYS
    return None
