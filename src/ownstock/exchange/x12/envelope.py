"""The envelope: interchange, groups, messages; their control numbers and counts.

Where a count says more than came, or a message or group is closed under another number, something may have been lost: that
breaks. A count that says less, or another number of the interchange alone, loses nothing: irregular. Nor does a count of
segments that says more, where the message counts its lines and all of them are there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ownstock.exchange.x12.counts import are_lines_complete
from ownstock.exchange.x12.limits import MAX_PROBLEMS
from ownstock.exchange.x12.problems import Problem, Weight, shown
from ownstock.exchange.x12.syntax import Cut, Delimiters, Segment
from ownstock.exchange.x12.tables import functional_groups

ENVELOPE = frozenset({"ISA", "GS", "ST", "SE", "GE", "IEA", "TA1"})
ALREADY = "opens a message under a number that another message of the group has."
ISA_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
KNOWN_ENVELOPES = re.compile("00(200|30[0-7]|40[0-6]|50[0-5]|60[0-5]|70[0-6]|80[0-4])")
KNOWN_VERSIONS = re.compile("00(2|3|4|5|6|7|8)[0-9]{3}")


@dataclass(frozen=True, slots=True)
class Message:
    """One message from ST to SE; its first segment is number `first` of the file."""

    segments: list[Segment]
    first: int

    @property
    def kind(self) -> str:
        """Such as 850."""
        return element(self.segments[0], 1)

    @property
    def control_number(self) -> str:
        """As its ST says it."""
        return element(self.segments[0], 2)

    def number_of(self, index: int) -> int:
        """The number in the file of a segment of the message, which count from 0."""
        return self.first + index


@dataclass(slots=True)
class Group:
    """Messages of one kind between GS and GE."""

    header: Segment
    first: int
    messages: list[Message] = field(default_factory=list)
    trailer: Segment | None = None
    last: int = 0

    @property
    def control_number(self) -> str:
        """As its GS says it."""
        return element(self.header, 6)


@dataclass(frozen=True, slots=True)
class Interchange:
    """An envelope opened: who sends it to whom under which number, and its groups."""

    cut: Cut
    groups: tuple[Group, ...]

    @property
    def delimiters(self) -> Delimiters:
        """What divides it."""
        return self.cut.delimiters

    @property
    def control_number(self) -> str:
        """As its ISA says it."""
        return element(self.cut.segments[0], 13).strip(" \u00a0")

    @property
    def sender(self) -> tuple[str, str]:
        """(kind, id) without padding."""
        header = self.cut.segments[0]
        return element(header, 5), element(header, 6).strip(" \u00a0")

    @property
    def receiver(self) -> tuple[str, str]:
        """(kind, id) without padding."""
        header = self.cut.segments[0]
        return element(header, 7), element(header, 8).strip(" \u00a0")

    @property
    def messages(self) -> list[Message]:
        """Of all groups, in order."""
        return [message for group in self.groups for message in group.messages]


def answers_in(interchange: Interchange) -> list[Segment]:
    """The TA1 in an interchange, which answer interchanges of the receiver."""
    return [segment for segment in interchange.cut.segments if segment[0] == "TA1"]


def element(segment: Segment, position: int) -> str:
    """The element at a position counted from 1; empty where the segment ends before it."""
    return segment[position] if position < len(segment) else ""


def open_envelope(cut: Cut) -> tuple[Interchange, list[Problem]]:
    """The groups and messages of an interchange, and what is wrong with its envelope."""
    opener = _Opener(cut)
    opener.open_all()
    return Interchange(cut, tuple(opener.groups)), [*_header_problems(cut), *opener.problems]


class _Opener:
    """Goes through the segments that make the envelope, and keeps what is open."""

    def __init__(self, cut: Cut) -> None:
        self.cut = cut
        self.groups: list[Group] = []
        self.problems: list[Problem] = []
        self.group: Group | None = None
        self.numbers: set[str] = set()
        self.message_start: int | None = None
        self.covered = 1
        self.is_closed = False

    def open_all(self) -> None:
        """Every group and message; what is never closed is told."""
        steps = {"GS": self._open_group, "ST": self._open_message, "SE": self._close_message}
        steps |= {"GE": self._close_group, "IEA": self._close_interchange}
        for index, segment in enumerate(self.cut.segments):
            tag = segment[0]
            if tag in ENVELOPE:
                self._tell_strays(index)
                if tag in steps:
                    steps[tag](index)
                elif index:
                    self._tell_when(tag == "ISA", "stray_segment", index, "stands within an interchange.")
                self.covered = index + 1
        self._close_what_is_open()

    def _tell_strays(self, index: int) -> None:
        """Segments between the envelope's segments, where no message is open."""
        if self.message_start is None and index > self.covered:
            self._tell("stray_segment", self.covered, "stands outside of any message.")

    def _open_group(self, index: int) -> None:
        if self.group is not None:
            self._leave_message_open(index)
            self._tell("group_not_closed", index, "opens a group before the one before it is closed by GE.")
            self._leave_group(index - 1)
        self.group = Group(self.cut.segments[index], self.cut.first + index)
        self.groups.append(self.group)
        self.numbers = set()

    def _open_message(self, index: int) -> None:
        self._leave_message_open(index)
        self._tell_when(self.group is None, "no_group", index, "opens a message outside of any group.")
        self.message_start = index

    def _leave_message_open(self, index: int) -> None:
        if self.message_start is not None:
            self._tell("message_not_closed", self.message_start, "opens a message that no SE closes.")
            self._keep_message(index)

    def _close_message(self, index: int) -> None:
        if self.message_start is None:
            self._tell("no_message", index, "closes a message where none is open.")
            return
        start, said = self.cut.segments[self.message_start], self.cut.segments[index]
        came = index - self.message_start + 1
        is_complete = are_lines_complete(element(start, 1), self.cut.segments[self.message_start : index])
        weight = Weight.IRREGULAR if is_complete else Weight.BREAKING
        self._compare_count(
            "segment_count", index, came, f"{came} segments of the message, ST and SE among them,", weight
        )
        self._compare_number("message_number", index, element(start, 2), element(said, 2), Weight.BREAKING)
        self._keep_message(index + 1)

    def _keep_message(self, end: int) -> None:
        start = self.message_start or 0
        message = Message(self.cut.segments[start:end], self.cut.first + start)
        if self.group is not None:
            self._tell_kind(message, start)
            self._tell_when(
                message.control_number in self.numbers, "message_number_twice", start, ALREADY, weight=Weight.IRREGULAR
            )
            self.numbers.add(message.control_number)
            self.group.messages.append(message)
        self.message_start = None

    def _tell_kind(self, message: Message, start: int) -> None:
        assert self.group is not None
        wanted, said = functional_groups().get(message.kind), element(self.group.header, 1)
        if wanted is not None and said != wanted:
            rest = f"opens a {message.kind} in a group of kind {shown(said)}; such a group is {wanted}."
            self._tell("group_kind", start, rest, 1, said, weight=Weight.IRREGULAR)

    def _close_group(self, index: int) -> None:
        self._leave_message_open(index)
        if self.group is None:
            self._tell("no_group", index, "closes a group where none is open.")
            return
        said, came = self.cut.segments[index], len(self.group.messages)
        self._compare_count("message_count", index, came, f"{came} messages of the group")
        self._compare_number("group_number", index, self.group.control_number, element(said, 2), Weight.BREAKING)
        self.group.trailer = said
        self._leave_group(index)

    def _close_interchange(self, index: int) -> None:
        self._close_groups(index)
        said, came = self.cut.segments[index], len(self.groups)
        self._compare_count("group_count", index, came, f"{came} groups of the interchange")
        number = element(self.cut.segments[0], 13).strip(" \u00a0")
        self._compare_number("interchange_number", index, number, element(said, 2), Weight.IRREGULAR)
        self.is_closed = True

    def _close_groups(self, index: int) -> None:
        self._leave_message_open(index)
        if self.group is not None:
            self._tell("group_not_closed", self.group.first - self.cut.first, "opens a group that no GE closes.")
            self._leave_group(index - 1)

    def _leave_group(self, last: int) -> None:
        assert self.group is not None
        self.group.last = self.cut.first + last
        self.group = None

    def _close_what_is_open(self) -> None:
        count = len(self.cut.segments)
        if not self.is_closed:
            self._tell_strays(count)
            self._close_groups(count)
            self._tell(
                "interchange_not_closed", count - 1, "is the last segment of the interchange, which no IEA closes."
            )
        is_empty = not self.groups and not any(segment[0] == "TA1" for segment in self.cut.segments)
        self._tell_when(is_empty, "no_group", 0, "opens an interchange without a group.", weight=Weight.IRREGULAR)

    def _compare_count(self, code: str, index: int, came: int, what: str, weight: Weight = Weight.BREAKING) -> None:
        """Compare a count with what came; `weight` is that of one that says more."""
        said = element(self.cut.segments[index], 1).strip()
        if said == str(came):
            return
        is_number = said.isascii() and said.isdigit() and len(said) <= 10
        if not is_number:
            weight = Weight.BREAKING
        elif int(said) <= came:
            weight = Weight.IRREGULAR
        if not is_number or int(said) != came:
            self._tell(code, index, f"says {shown(said)}, but {what} came.", 1, said, weight=weight)

    def _compare_number(self, code: str, index: int, opened: str, closed: str, weight: Weight) -> None:
        """Compare the control numbers of a header and its trailer; zeros in front alone lose nothing."""
        if opened == closed:
            return
        if opened.lstrip("0") == closed.lstrip("0"):
            weight = Weight.IRREGULAR
        self._tell(
            code, index, f"closes number {shown(closed)}, but {shown(opened)} was opened.", 2, closed, weight=weight
        )

    def _tell_when(self, is_so: bool, code: str, index: int, rest: str, *, weight: Weight = Weight.BREAKING) -> None:
        if is_so:
            self._tell(code, index, rest, weight=weight)

    def _tell(
        self,
        code: str,
        index: int,
        rest: str,
        position: int | None = None,
        found: str = "",
        *,
        weight: Weight = Weight.BREAKING,
    ) -> None:
        if len(self.problems) > MAX_PROBLEMS:
            return
        number, tag = self.cut.first + index, self.cut.segments[index][0][:3]
        sentence = f"Segment {number} ({tag}) {rest}"
        self.problems.append(Problem(code, weight, sentence, number, tag, position, None, found))


def _header_problems(cut: Cut) -> Iterator[Problem]:
    """What is wrong with ISA and the versions that the headers name."""
    header, number = cut.segments[0], cut.first
    narrow = [p for p, width in enumerate(ISA_WIDTHS, start=1) if len(element(header, p)) != width]
    if any(element(header, p)[ISA_WIDTHS[p - 1] :].strip(" \u00a0") for p in narrow):
        position = next(p for p in narrow if len(element(header, p)) > ISA_WIDTHS[p - 1])
        sentence = f"Segment {number} (ISA): element {position} has more than {ISA_WIDTHS[position - 1]} characters."
        yield Problem(
            "isa_too_wide", Weight.IRREGULAR, sentence, number, "ISA", position, None, element(header, position)
        )
    elif [p for p in narrow if p != 16] or "\u00a0" in "".join(header):
        sentence = f"Segment {number} (ISA) is not padded with spaces to its 106 characters."
        yield Problem("isa_padding", Weight.IRREGULAR, sentence, number, "ISA")
    version = element(header, 12).strip(" \u00a0")
    if not KNOWN_ENVELOPES.fullmatch(version):
        sentence = (
            f"Segment {number} (ISA) names version {shown(version)}, which is none we know; it is read like 00401."
        )
        yield Problem("envelope_version", Weight.TOLD, sentence, number, "ISA", 12, None, version)
    for index, segment in enumerate(cut.segments):
        if segment[0] == "GS" and not KNOWN_VERSIONS.match(element(segment, 8)):
            yield _group_version(cut.first + index, element(segment, 8))


def _group_version(number: int, version: str) -> Problem:
    sentence = f"Segment {number} (GS) names version {shown(version)}, which is none we know; it is read like 004010."
    return Problem("group_version", Weight.TOLD, sentence, number, "GS", 8, None, version)
