"""Interchanges into bytes: the same segments with the same delimiters, so that what was read can be written again."""

from __future__ import annotations

from ownstock.base.errors import Refused
from ownstock.exchange.x12.problems import shown
from ownstock.exchange.x12.syntax import BYTE_ORDER_MARK, Cut, Delimiters, Scan, Segment


def write_scan(read: Scan) -> bytes:
    """The file again: byte by byte where nothing uneven stood between its segments, else the same segments."""
    mark = BYTE_ORDER_MARK if read.has_mark else ""
    return (mark + "".join(map(text_of, read.cuts))).encode(read.encoding)


def text_of(cut: Cut) -> str:
    """One interchange as text."""
    element, between = cut.delimiters.element, cut.delimiters.terminator + cut.line_end
    return between.join([element.join(segment) for segment in cut.segments]) + cut.ending


def trimmed(segment: Segment) -> Segment:
    """Without the empty elements at its end, as the standard wants a segment written."""
    last = len(segment)
    while last > 1 and not segment[last - 1]:
        last -= 1
    return segment[:last]


def refuse_delimiters(segments: list[Segment], delimiters: Delimiters) -> None:
    """Refuse a text that holds a delimiter or a line end: X12 has no way to quote it, and to change it silently is no way.

    ISA is not asked, as it names the delimiters; a component separator divides composites and is judged by their tables.
    """
    forbidden = delimiters.element + delimiters.terminator + delimiters.repetition + "\r\n"
    for segment in segments:
        for position, value in enumerate(segment):
            if segment[0] != "ISA" and any(c in value for c in forbidden):
                raise Refused(
                    f"Element {position} of {segment[0]} would be {shown(value)}, which holds a character that divides "
                    "the message; choose another text or other delimiters.",
                    code="delimiter_in_value",
                    tag=segment[0],
                    element=position,
                )
