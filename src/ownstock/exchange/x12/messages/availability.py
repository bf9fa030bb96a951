"""What a supplier has of its items, 846: at hand now, and coming on which days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ownstock.exchange.documents import AvailabilityDocument, AvailableLine
from ownstock.exchange.x12.envelope import Message, element
from ownstock.exchange.x12.messages import parts
from ownstock.exchange.x12.syntax import Segment

KIND = "846"
UNDERSTOOD = {"ST", "BIA", "CUR", "N1", "N2", "N3", "N4", "CTT", "SE"}
UNDERSTOOD_OF_LINE = {"LIN", "PID", "QTY", "SCH", "CTP"}
# For sale, at hand, in the order in which one is taken.
AT_HAND = ("33", "17", "V1")


def read_availability(message: Message) -> AvailabilityDocument:
    """The report that a message says."""
    header, lines, rest = parts.parted(message, "LIN", ("CTT", "SE"))
    opening = parts.first_of(header, "BIA")
    return AvailabilityDocument(
        number=element(opening, 3),
        written_on=parts.date_of(element(opening, 4)),
        purpose=parts.purpose_of(element(opening, 1)),
        currency=parts.currency_of(header),
        parties=parts.parties_of(header),
        lines=tuple(_line(block, index) for index, block in enumerate(lines, start=1)),
        kept=parts.kept_of([*header, *rest], UNDERSTOOD),
    )


def _line(block: parts.Block, index: int) -> AvailableLine:
    at_hand = _at_hand(block.segments)
    return AvailableLine(
        line=element(block.opening, 1) or str(index),
        codes=parts.codes_of(block.opening, 2),
        quantity=parts.decimal_of(element(at_hand, 2)),
        unit=element(at_hand, 3),
        description=parts.description_of(block.segments),
        price=parts.decimal_of(element(parts.first_of(block.segments, "CTP"), 3)),
        coming=tuple(_coming(block.segments)),
        place=block.place,
        kept=parts.kept_of(block.segments, UNDERSTOOD_OF_LINE),
    )


def _at_hand(segments: list[Segment]) -> Segment:
    said = (parts.first_of(segments, "QTY", kind) for kind in AT_HAND)
    return next((segment for segment in said if len(segment) > 1), ["QTY"])


def _coming(segments: list[Segment]) -> Iterator[tuple[date, Decimal]]:
    for segment in parts.all_of(segments, "SCH"):
        on, quantity = parts.date_of(element(segment, 6)), parts.decimal_of(element(segment, 1))
        if on and quantity is not None:
            yield on, quantity
