"""The lines that a message counts itself, in CTT."""

from __future__ import annotations

from collections.abc import Sequence

from ownstock.exchange.x12.syntax import Segment

# What CTT01 counts, by kind of message. In a shipping notice the standard counts levels; some partners count items.
COUNTED = {
    "850": ("PO1",), "855": ("PO1",), "856": ("HL", "LIN"), "810": ("IT1",), "860": ("POC",), "865": ("POC",),
    "846": ("LIN",), "830": ("LIN",),
}  # fmt: skip


def counted_lines(kind: str, segments: Sequence[Segment]) -> tuple[str, list[int]] | None:
    """(what CTT says, what came, by each way to count); None where the message counts nothing."""
    tags = COUNTED.get(kind, ())
    said = next((segment[1] for segment in segments if segment[0] == "CTT" and len(segment) > 1), None)
    if said is None or not tags:
        return None
    return said.lstrip("0") or "0", [sum(segment[0] == tag for segment in segments) for tag in tags]


def are_lines_complete(kind: str, segments: Sequence[Segment]) -> bool:
    """Whether the message counts its lines and all of them came."""
    found = counted_lines(kind, segments)
    return found is not None and found[0] in map(str, found[1])
