"""The order of segments: each goes to the next row of the layout that takes it, within its loop first, then around it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from ownstock.exchange.x12.counts import COUNTED, counted_lines
from ownstock.exchange.x12.envelope import Message, element
from ownstock.exchange.x12.problems import Problem, Weight, shown
from ownstock.exchange.x12.tables import MessageRule, message_rules, segment_rules


def check_layout(message: Message) -> Iterator[Problem]:
    """What stands where it should not, too often, or not at all."""
    kind = message.kind
    rule, ends, steps = message_rules()[kind], _loop_ends(kind), _steps(kind)
    counts = [0] * len(rule.places)
    at = -1
    for index, segment in enumerate(message.segments):
        tag = segment[0]
        step = steps.get((at, tag)) or _step(kind, at, tag)
        place, wanted = step
        if place < 0:
            yield from _misplaced(rule, tag, message.number_of(index))
            continue
        if wanted:
            yield from _left_out(rule, wanted, counts, message.number_of(index))
        at = place
        counts[place] += 1
        if counts[place] == rule.places[place].most + 1:
            yield _too_often(rule, place, message.number_of(index))
        end = ends[place]
        if end > place + 1:
            counts[place + 1 : end] = [0] * (end - place - 1)
    yield from _missing(rule, counts, message)
    yield from _miscounted(message)


@lru_cache(maxsize=64)
def _steps(kind: str) -> dict[tuple[int, str], tuple[int, tuple[int, ...]]]:
    """The steps of a kind that were taken before, of segments that we know: (row, tag) to (row, rows wanted before)."""
    return {}


def _step(kind: str, at: int, tag: str) -> tuple[int, tuple[int, ...]]:
    place = next_place(kind, at, tag)
    step = place, wanted_before(kind, at, place) if place >= 0 else ()
    if tag in segment_rules():
        _steps(kind)[at, tag] = step
    return step


def next_place(kind: str, at: int, tag: str) -> int:
    """The row that takes a segment after the row `at` (-1: at the beginning), or -1 where none does."""
    places = message_rules()[kind].places
    if at < 0:
        return 0 if places[0].tag == tag else _in_loop(kind, -1, 0, tag)
    loop, start = (at, at + 1) if places[at].opens else (places[at].loop, at)
    while True:
        found = _in_loop(kind, loop, start, tag)
        if found >= 0 or loop < 0:
            return found
        loop, start = places[loop].loop, loop


def _in_loop(kind: str, loop: int, start: int, tag: str) -> int:
    """The first row of a loop, from a row on, that takes a segment."""
    places = message_rules()[kind].places
    rows = (row for row in range(start, len(places)) if places[row].loop == loop and places[row].tag == tag)
    return next(rows, -1)


def wanted_before(kind: str, at: int, place: int) -> tuple[int, ...]:
    """The rows that must have come in the loops that end where a segment goes from the row `at` to the row `place`."""
    places = message_rules()[kind].places
    ended = {*_around(kind, at), *([at] if at >= 0 and places[at].opens else [])} - set(_around(kind, place))
    return tuple(row for row, one in enumerate(places) if one.is_mandatory and one.loop in ended)


def _around(kind: str, row: int) -> Iterator[int]:
    """The rows that open the loops around a row, from the innermost on."""
    places = message_rules()[kind].places
    while row >= 0 and places[row].loop >= 0:
        row = places[row].loop
        yield row


@lru_cache(maxsize=64)
def _loop_ends(kind: str) -> tuple[int, ...]:
    """For each row the first after it that lies outside of the loop it opens."""
    places = message_rules()[kind].places

    def is_within(row: int, loop: int) -> bool:
        while row > loop:
            row = places[row].loop
        return row == loop

    ends = []
    for row in range(len(places)):
        after = (other for other in range(row + 1, len(places)) if not is_within(other, row))
        ends.append(next(after, len(places)))
    return tuple(ends)


def _misplaced(rule: MessageRule, tag: str, number: int) -> Iterator[Problem]:
    if tag in {place.tag for place in rule.places}:
        sentence = f"Segment {number} ({tag}) stands where a {rule.kind} does not take it."
        yield Problem("out_of_order", Weight.IRREGULAR, sentence, number, tag)
    elif tag in segment_rules():
        sentence = f"Segment {number} ({tag}) is none that we know in a {rule.kind}; it is kept and not read."
        yield Problem("not_in_message", Weight.TOLD, sentence, number, tag[:3])


def _too_often(rule: MessageRule, place: int, number: int) -> Problem:
    row = rule.places[place]
    what, code = ("The loop of segment", "loop_too_often") if row.opens else ("Segment", "segment_too_often")
    sentence = f"{what} {number} ({row.tag}) comes more than {row.most} times."
    return Problem(code, Weight.IRREGULAR, sentence, number, row.tag)


def _left_out(rule: MessageRule, wanted: tuple[int, ...], counts: list[int], number: int) -> Iterator[Problem]:
    for row in wanted:
        if not counts[row]:
            tag, opening = rule.places[row].tag, rule.places[rule.places[row].loop].tag
            sentence = f"The loop of {opening} that ends before segment {number} has no segment {tag}."
            yield Problem("segment_missing", Weight.BREAKING, sentence, number, tag)


def _missing(rule: MessageRule, counts: list[int], message: Message) -> Iterator[Problem]:
    number = message.number_of(len(message.segments) - 1)
    for row, count in zip(rule.places, counts, strict=True):
        if row.is_mandatory and row.loop < 0 and not count and row.tag != "SE":
            sentence = f"The {rule.kind} that ends with segment {number} has no segment {row.tag}."
            yield Problem("segment_missing", Weight.BREAKING, sentence, number, row.tag)


def _miscounted(message: Message) -> Iterator[Problem]:
    """A count of lines in CTT that is another than came."""
    found = counted_lines(message.kind, message.segments)
    if found and found[0] not in map(str, found[1]):
        index = next(i for i, segment in enumerate(message.segments) if segment[0] == "CTT")
        said, number, tag = element(message.segments[index], 1), message.number_of(index), COUNTED[message.kind][0]
        sentence = f"Segment {number} (CTT) counts {shown(said)} lines, but {found[1][0]} segments {tag} came."
        yield Problem("line_count", Weight.IRREGULAR, sentence, number, "CTT", 1, None, said)
