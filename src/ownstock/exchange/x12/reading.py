"""A file of X12 from bytes to documents: the steps in order, and what each says of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ownstock.exchange.documents import Document, InterchangeAnswerDocument
from ownstock.exchange.x12.checking import check_segment
from ownstock.exchange.x12.envelope import Group, Interchange, Message, answers_in, open_envelope
from ownstock.exchange.x12.hierarchy import check_hierarchy
from ownstock.exchange.x12.layout import check_layout
from ownstock.exchange.x12.limits import MAX_MESSAGES
from ownstock.exchange.x12.messages import read_document
from ownstock.exchange.x12.messages.envelope_answer import read_envelope_answer
from ownstock.exchange.x12.problems import Problem, Strictness, Tally, Weight, is_accepted, refuses, shown
from ownstock.exchange.x12.syntax import Cut, Delimiters, Scan, Segment, scan, without_empty_components
from ownstock.exchange.x12.tables import message_rules

SHIPPING_NOTICE = "856"


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """A message, what is wrong in it, whether something refuses it, and what it says if not.

    Of a kind that is not read there is no document, also where nothing is wrong with it.
    """

    message: Message
    problems: tuple[Problem, ...]
    is_accepted: bool
    document: Document | None = None

    @property
    def is_read(self) -> bool:
        """Whether its kind is one that we have a table for."""
        return self.message.kind in message_rules()


@dataclass(frozen=True, slots=True)
class Reading:
    """All of a file, taken strictly or not. `problems` are those of every part of it, in the order of its segments."""

    scan: Scan
    strictness: Strictness
    interchanges: tuple[Interchange, ...]
    messages: tuple[ReadMessage, ...]
    problems: tuple[Problem, ...]

    @property
    def is_accepted(self) -> bool:
        """Whether nothing in the file refuses it."""
        return is_accepted(self.strictness, self.problems) and all(read.is_accepted for read in self.messages)

    @property
    def envelope_answers(self) -> list[InterchangeAnswerDocument]:
        """What the partner's system says of envelopes of ours, where the one around it could be opened."""
        return [read_envelope_answer(segment) for one in self.interchanges for segment in answers_in(one)]

    def of_group(self, group: Group) -> list[ReadMessage]:
        """What was read of the messages of a group."""
        firsts = {message.first for message in group.messages}
        return [read for read in self.messages if read.message.first in firsts]


def read(raw: bytes, strictness: Strictness = Strictness.TOLERANT) -> Reading:
    """Whatever the bytes are, what they hold and what is wrong with them."""
    scanned = scan(raw)
    tally = Tally()
    interchanges, messages = [], []
    for problem in scanned.problems:
        tally.add(problem)
    room = MAX_MESSAGES
    for cut in scanned.cuts:
        room -= sum(segment[0] in ("GS", "ST") for segment in cut.segments)
        if room < 0:
            tally.add(_too_many_messages(cut))
            break
        interchange, read_messages = _read_interchange(cut, strictness, tally)
        interchanges.append(interchange)
        messages += read_messages
    return Reading(scanned, strictness, tuple(interchanges), tuple(messages), tally.problems)


def _too_many_messages(cut: Cut) -> Problem:
    sentence = (
        f"The interchange of segment {cut.first} (ISA) goes beyond {MAX_MESSAGES:,} groups and messages in one file."
    )
    return Problem("too_many_messages", Weight.BREAKING, sentence, cut.first, "ISA")


def _read_interchange(cut: Cut, strictness: Strictness, tally: Tally) -> tuple[Interchange, list[ReadMessage]]:
    tidy, told = without_empty_components(cut)
    interchange, problems = open_envelope(tidy)
    problems += [told] if told else []
    problems += _check_envelope(tidy)
    messages = interchange.messages
    of_messages, others = _assigned(problems, messages)
    for problem in others:
        tally.add(problem)
    read_messages = [
        _read_message(message, interchange.delimiters, own, strictness, tally)
        for message, own in zip(messages, of_messages, strict=True)
    ]
    return interchange, read_messages


def _check_envelope(cut: Cut) -> Iterator[Problem]:
    """The values of the segments around the messages; ISA without the padding that it must have."""
    header = [*(value.strip(" \u00a0") for value in cut.segments[0][:16]), cut.segments[0][16]]
    yield from check_segment(header, cut.first, replace(cut.delimiters, component="", repetition=""))
    for index, segment in enumerate(cut.segments):
        if segment[0] in ("GS", "GE", "IEA", "TA1"):
            yield from check_segment(segment, cut.first + index, cut.delimiters)


def _assigned(problems: list[Problem], messages: list[Message]) -> tuple[list[list[Problem]], list[Problem]]:
    """The problems that lie in each message, and those that lie around them."""
    firsts = [message.first for message in messages]
    inside: list[list[Problem]] = [[] for _ in messages]
    around: list[Problem] = []
    for problem in problems:
        at = bisect_right(firsts, problem.segment or 0) - 1
        is_inside = at >= 0 and (problem.segment or 0) < firsts[at] + len(messages[at].segments)
        (inside[at] if is_inside and problem.code != "empty_components" else around).append(problem)
    return inside, around


def _read_message(
    message: Message, delimiters: Delimiters, known: list[Problem], strictness: Strictness, tally: Tally
) -> ReadMessage:
    kept, is_refused = [], tally.is_full
    for problem in (*known, *check_message(message, delimiters)) if not tally.is_full else known:
        is_refused |= refuses(strictness, problem)
        if tally.add(problem):
            kept.append(problem)
        if tally.is_full:
            is_refused = True
            break
    kept.sort(key=lambda problem: problem.segment or 0)
    document = None if is_refused else read_document(message)
    return ReadMessage(message, tuple(kept), not is_refused, document)


def check_message(message: Message, delimiters: Delimiters) -> Iterator[Problem]:
    """What is wrong with the segments of a message and with their order."""
    if message.kind not in message_rules():
        sentence = (
            f"Segment {message.first} (ST) opens a {shown(message.kind)}, a kind of message that we have no table for: "
            "its envelope and the segments we know were looked at, and what it says was not read."
        )
        yield Problem("kind_unread", Weight.TOLD, sentence, message.first, "ST", 1, None, message.kind)
    yield from _check_segments(message.segments, message.first, delimiters, message.kind in message_rules())
    if message.kind in message_rules():
        yield from check_layout(message)
    if message.kind == SHIPPING_NOTICE:
        yield from check_hierarchy(message)


def _check_segments(segments: list[Segment], first: int, delimiters: Delimiters, is_known: bool) -> Iterator[Problem]:
    """Each segment by its own table. In a kind that is not read, a segment that is in no table is nothing to tell."""
    for number, segment in enumerate(segments, start=first):
        for problem in check_segment(segment, number, delimiters):
            if is_known or problem.code != "unknown_segment":
                yield problem
