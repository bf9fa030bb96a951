"""The 997 that answers a group and the TA1 that answers an interchange: what was accepted, and where the errors are.

They say whether the messages could be read, not whether anybody agrees with them. A group of answers is not answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from ownstock.exchange.x12.checking import TAG
from ownstock.exchange.x12.envelope import Group, Interchange, element
from ownstock.exchange.x12.problems import Problem, Weight, is_accepted
from ownstock.exchange.x12.reading import Reading, ReadMessage
from ownstock.exchange.x12.syntax import Segment

ANSWERS = "FA"
SEGMENT_CODES = {
    "unknown_segment": "1",
    "bad_tag": "1",
    "segment_missing": "3",
    "loop_too_often": "4",
    "segment_too_often": "5",
    "not_in_message": "6",
    "out_of_order": "7",
}
ELEMENT_CODES = {
    "element_missing": "1",
    "element_missing_by_note": "2",
    "too_many_elements": "3",
    "too_short": "4",
    "too_long": "5",
    "bad_character": "6",
    "not_a_number": "6",
    "components": "6",
    "repeated": "12",
    "empty_component": "6",
    "unknown_code": "7",
    "level_twice": "7",
    "level_without_parent": "7",
    "level_misplaced": "7",
    "level_too_deep": "7",
    "line_count": "7",
    "bad_date": "8",
    "bad_time": "9",
    "elements_exclude": "10",
}
MESSAGE_CODES = {
    "kind_unread": "1",
    "message_number_twice": "7",
    "message_not_closed": "2",
    "message_number": "3",
    "segment_count": "4",
}
SEGMENTS_IN_ERROR = "5"
INTERCHANGE_CODES = {"interchange_number": "001", "group_count": "021", "interchange_not_closed": "023"}
NO_ERROR, INVALID_CONTENT = "000", "024"
GROUP_CODES = {"group_kind": "1", "group_not_closed": "3", "group_number": "4", "message_count": "5"}
ERROR_IN_ELEMENTS = "8"
# What an answer may repeat of a header.
GROUP_KIND, KIND = re.compile("[A-Z]{2}"), re.compile("[A-Z0-9]{3}")
NUMBER, CONTROL_NUMBER = re.compile("[0-9]{1,9}"), re.compile("[A-Za-z0-9]{4,9}")
DIGITS = {width: re.compile(f"[0-9]{{{width}}}") for width in (4, 6)}
# So many errors are told of one message and of one segment; who mends those finds the rest.
MAX_SEGMENTS_TOLD, MAX_ELEMENTS_TOLD = 200, 20
MAX_CODES = 5


def is_answered(group: Group) -> bool:
    """Whether a 997 answers the group."""
    return element(group.header, 1) != ANSWERS


def answer_group(reading: Reading, group: Group) -> list[Segment]:
    """The body of a 997 for a group of what was read: what its messages are worth under its strictness."""
    messages = reading.of_group(group)
    own = _around(reading, group)
    is_whole = is_accepted(reading.strictness, own)
    accepted = sum(_is_taken(read) for read in messages) if is_whole else 0
    kind, number = element(group.header, 1), element(group.header, 6)
    body: list[Segment] = [["AK1", _fitting(kind, GROUP_KIND, "??"), _fitting(number, NUMBER, "0")]]
    for read in messages:
        body += _answer_message(read, is_whole)
    said = element(group.trailer or [], 1)
    count = said if said.isascii() and said.isdigit() and len(said) <= 6 else str(len(messages))
    verdict = _group_verdict(messages, accepted, own)
    codes = _codes([GROUP_CODES[p.code] for p in own if p.code in GROUP_CODES])
    return [*body, ["AK9", verdict, count, str(len(messages)), str(accepted), *codes]]


def is_asked_for(interchange: Interchange) -> bool:
    """Whether the sender of an interchange wants to be told, by a TA1, what became of its envelope."""
    return element(interchange.cut.segments[0], 14) == "1"


def answer_interchange(reading: Reading, interchange: Interchange) -> Segment:
    """The TA1 for an interchange: its number, date and time, whether its envelope was accepted, and the first reason."""
    header = interchange.cut.segments[0]
    own = _of_envelope(reading, interchange)
    against = [problem for problem in own if problem.weight is not Weight.TOLD]
    taken = ("E" if against else "A") if is_accepted(reading.strictness, own) else "R"
    reason = INTERCHANGE_CODES.get(against[0].code, INVALID_CONTENT) if against else NO_ERROR
    number = _fitting(interchange.control_number, NUMBER, "0").zfill(9)
    day, time = (_fitting(element(header, at), DIGITS[width], "0" * width) for at, width in ((9, 6), (10, 4)))
    return ["TA1", number, day, time, taken, reason]


def _of_envelope(reading: Reading, interchange: Interchange) -> list[Problem]:
    """The problems of an interchange that lie in none of its groups."""
    first = interchange.cut.first
    last = first + len(interchange.cut.segments) - 1
    groups = [(group.first, group.last) for group in interchange.groups]

    def is_outside(segment: int) -> bool:
        return first <= segment <= last and not any(a <= segment <= b for a, b in groups)

    return [problem for problem in reading.problems if problem.segment and is_outside(problem.segment)]


def _around(reading: Reading, group: Group) -> list[Problem]:
    """The problems that concern the group as a whole: in its own header and trailer, and in those of its interchange."""
    inside = {id(problem) for read in reading.messages for problem in read.problems}
    interchange = next(one for one in reading.interchanges if any(group is other for other in one.groups))
    first = interchange.cut.first
    last = first + len(interchange.cut.segments) - 1
    others = [other for other in interchange.groups if other is not group]

    def concerns(problem: Problem) -> bool:
        segment = problem.segment
        if segment is None or not first <= segment <= last or id(problem) in inside:
            return False
        return not any(other.first <= segment <= other.last for other in others)

    return [problem for problem in reading.problems if concerns(problem)]


def _is_taken(read: ReadMessage) -> bool:
    return read.is_accepted and read.is_read


def _group_verdict(messages: list[ReadMessage], accepted: int, own: list[Problem]) -> str:
    if not accepted:
        return "R"
    if accepted < len(messages):
        return "P"
    problems = [*own, *(problem for read in messages for problem in read.problems)]
    return "A" if all(problem.weight is Weight.TOLD for problem in problems) else "E"


def _answer_message(read: ReadMessage, is_whole: bool) -> Iterator[Segment]:
    message = read.message
    yield ["AK2", _fitting(message.kind, KIND, "???"), _fitting(message.control_number, CONTROL_NUMBER, "0000")]
    against = [p for p in read.problems if p.weight is not Weight.TOLD]
    in_segments = [p for p in against if p.code not in MESSAGE_CODES]
    for told, (_, problems) in enumerate(groupby(in_segments, key=lambda problem: (problem.segment, problem.tag))):
        if told < MAX_SEGMENTS_TOLD:
            yield from _answer_segment(list(problems), message.first)
    codes = [MESSAGE_CODES[p.code] for p in read.problems if p.code in MESSAGE_CODES and _counts(p)]
    codes += [SEGMENTS_IN_ERROR] if in_segments else []
    taken = "E" if against else "A"
    yield ["AK5", taken if _is_taken(read) and is_whole else "R", *_codes(codes)]


def _counts(problem: Problem) -> bool:
    return problem.weight is not Weight.TOLD or problem.code == "kind_unread"


def _answer_segment(problems: list[Problem], first: int) -> Iterator[Segment]:
    """AK3 for the segment itself, then AK4 for each of its elements."""
    of_segment = [p for p in problems if p.code in SEGMENT_CODES]
    of_elements = [p for p in problems if p.code in ELEMENT_CODES and p.element]
    position = str((problems[0].segment or first) - first + 1)
    code = SEGMENT_CODES[of_segment[0].code] if of_segment else ERROR_IN_ELEMENTS
    yield ["AK3", _fitting(problems[0].tag, TAG, "???"), position, "", code]
    told = [(str(p.element), "", ELEMENT_CODES[p.code], _printable(p.found)) for p in of_elements]
    for of_element in list(dict.fromkeys(told))[:MAX_ELEMENTS_TOLD]:
        yield ["AK4", *of_element]


def _codes(codes: list[str]) -> list[str]:
    return list(dict.fromkeys(codes))[:MAX_CODES]


def _fitting(value: str, pattern: re.Pattern[str], otherwise: str) -> str:
    """A value where an answer can repeat it; a header may be so broken that it cannot."""
    return value if pattern.fullmatch(value) else otherwise


def _printable(value: str) -> str:
    """A value as it may be repeated in an answer: letters, digits and a few signs, none of which divides."""
    return "".join(c if c.isascii() and (c.isalnum() or c in " .,-+/()?") else "?" for c in value)
