"""The levels of a shipping notice: shipment, orders in it, pallets and packages, items in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ownstock.exchange.x12.envelope import Message, element
from ownstock.exchange.x12.limits import MAX_DEPTH
from ownstock.exchange.x12.problems import Problem, Weight, shown
from ownstock.exchange.x12.syntax import Segment

SHIPMENT, ORDER, PALLET, PACKAGE, ITEM = "S", "O", "T", "P", "I"
# The kinds above which a level may stand. A notice may also tell the packages of an item below it.
ABOVE = {
    SHIPMENT: ("",),
    ORDER: (SHIPMENT,),
    PALLET: (SHIPMENT, ORDER),
    PACKAGE: (ORDER, PALLET, PACKAGE, ITEM),
    ITEM: (ORDER, PALLET, PACKAGE),
}


@dataclass(slots=True)
class Level:
    """One HL and what is said of it; `parent` is the level above, `number` that of its HL in the file."""

    kind: str
    number: int
    segments: list[Segment]
    parent: Level | None = None
    children: list[Level] = field(default_factory=list)
    depth: int = 1

    def upward(self) -> Iterator[Level]:
        """The level itself, the one above it, and so on."""
        level: Level | None = self
        while level is not None:
            yield level
            level = level.parent


def levels_of(message: Message) -> list[Level]:
    """The levels in their order; one whose parent is unknown stands alone."""
    return [level for level, _ in _levels(message)]


def check_hierarchy(message: Message) -> Iterator[Problem]:
    """Levels that hang on nothing, share a number, or stand under a kind that cannot hold them."""
    seen: set[str] = set()
    for level, header in _levels(message):
        own, above = element(header, 1), element(header, 2)
        if own in seen:
            yield _problem(level, "level_twice", 1, f"has number {shown(own)}, which another level has")
        if above and above not in seen:
            yield _problem(
                level, "level_without_parent", 2, f"stands under level {shown(above)}, which did not come before it"
            )
        elif level.depth > MAX_DEPTH:
            yield _problem(level, "level_too_deep", 2, f"lies under more than {MAX_DEPTH - 1} other levels")
        else:
            yield from _misplaced(level)
        seen.add(own)


def _misplaced(level: Level) -> Iterator[Problem]:
    kind = level.parent.kind if level.parent else ""
    allowed = ABOVE.get(level.kind)
    if allowed is not None and kind not in allowed:
        where = f"under a level of kind {kind}" if kind else "under no other"
        rest = f"is of kind {level.kind} and stands {where}"
        yield _problem(level, "level_misplaced", 3, rest, Weight.IRREGULAR)


def _problem(level: Level, code: str, position: int, rest: str, weight: Weight = Weight.BREAKING) -> Problem:
    found = element(level.segments[0], position)
    return Problem(code, weight, f"Segment {level.number} (HL) {rest}.", level.number, "HL", position, None, found)


def _levels(message: Message) -> Iterator[tuple[Level, Segment]]:
    by_number: dict[str, Level] = {}
    level: Level | None = None
    for index, segment in enumerate(message.segments):
        if segment[0] == "HL":
            parent = by_number.get(element(segment, 2))
            depth = parent.depth + 1 if parent else 1
            level = Level(element(segment, 3), message.number_of(index), [segment], parent, depth=depth)
            if parent is not None:
                parent.children.append(level)
            by_number.setdefault(element(segment, 1), level)
            yield level, segment
        elif level is not None and segment[0] not in ("CTT", "SE"):
            level.segments.append(segment)
