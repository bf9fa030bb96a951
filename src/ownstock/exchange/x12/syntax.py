"""Bytes into interchanges of segments. Each ISA names its own delimiters, so each interchange is cut by its own.

What real files do is taken and told: a byte order mark, spaces or line ends between segments, an ISA without its padding, a
last segment without terminator. Time is linear in the bytes: every search goes on where the one before it ended.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ownstock.exchange.x12.limits import (
    MAX_BYTES,
    MAX_ELEMENT_LENGTH,
    MAX_ELEMENTS,
    MAX_INTERCHANGES,
    MAX_ISA_LENGTH,
    MAX_SEGMENTS,
)
from ownstock.exchange.x12.problems import Problem, Weight, shown

# A segment as its elements, the tag first. What is read is in tuples, which the collector of garbage looks into once.
Segment = Sequence[str]

BYTE_ORDER_MARK = "\ufeff"
SPACES = " \t\r\n\u00a0"
ISA_ELEMENTS = 16
# From this version on ISA11 is the separator of repetitions.
FIRST_REPEATING_VERSION = "00402"


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The characters that divide an interchange; empty where it has none."""

    element: str = "*"
    component: str = ">"
    repetition: str = ""
    terminator: str = "~"

    @property
    def characters(self) -> str:
        """All of them."""
        return self.element + self.component + self.repetition + self.terminator


@dataclass(frozen=True, slots=True)
class Cut:
    """The segments of one interchange, its first being number `first` of the file, and what stood between them.

    `line_end` follows each terminator, `ending` the last segment; `is_even` says that nothing else stood between, so that the
    text can be written again letter by letter.
    """

    delimiters: Delimiters
    segments: list[Segment]
    first: int = 1
    line_end: str = ""
    ending: str = "~"
    is_even: bool = True


@dataclass(frozen=True, slots=True)
class Scan:
    """What a file holds: its interchanges, in which encoding, and what is wrong with its syntax."""

    cuts: tuple[Cut, ...]
    problems: tuple[Problem, ...]
    encoding: str = "utf-8"
    has_mark: bool = False


def scan(raw: bytes) -> Scan:
    """The interchanges of a file. Whatever the bytes are, an answer: problems say what could not be cut."""
    if len(raw) > MAX_BYTES:
        sentence = f"The file has {len(raw):,} bytes; up to {MAX_BYTES:,} are read. Ask the partner to divide it."
        return Scan((), (Problem("too_many_bytes", Weight.BREAKING, sentence),))
    text, encoding = _decoded(raw)
    has_mark = text.startswith(BYTE_ORDER_MARK)
    cutter = _Cutter(text, 1 if has_mark else 0)
    cutter.cut_all()
    return Scan(tuple(cutter.cuts), tuple(cutter.problems), encoding, has_mark)


def _decoded(raw: bytes) -> tuple[str, str]:
    """UTF-8 where the bytes are that, else one character a byte: both write the same bytes again."""
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return raw.decode("latin-1"), "latin-1"


class _Cutter:
    """Goes through a text once, interchange by interchange."""

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.at = start
        self.count = 0
        self.cuts: list[Cut] = []
        self.problems: list[Problem] = []

    def cut_all(self) -> None:
        """Cut every interchange, up to a limit."""
        starts = 0
        while self._find_next():
            starts += 1
            if starts > MAX_INTERCHANGES:
                self._tell("too_many_interchanges", f"The file has more than {MAX_INTERCHANGES:,} interchanges.")
                return
            self._cut_one()

    def _find_next(self) -> bool:
        """Go to the next ISA; what stands before it is told."""
        text, start = self.text, self.at
        while start < len(text) and text[start] in SPACES:
            start += 1
        found = text.find("ISA", start)
        if found == start < len(text):
            self.at = start
            return True
        is_first = not self.cuts and not self.problems
        if is_first:
            begin = text[start : start + 12]
            self._tell("not_x12", f"This is not X12: it begins with {shown(begin)} and not with ISA.", tag=begin[:3])
            return False
        if start < len(text):
            stray = text[start : min(found if found >= 0 else len(text), start + MAX_ISA_LENGTH)]
            self._tell("stray_text", f"After segment {self.count} stands {shown(stray)}, outside of any interchange.")
        self.at = found
        return found >= 0

    def _cut_one(self) -> None:
        header = read_isa(self.text[self.at : self.at + MAX_ISA_LENGTH])
        if isinstance(header, str):
            self._tell("isa_unreadable", f"Segment {self.count + 1} (ISA): {header}", tag="ISA")
            self.at += 3
            return
        end = _end_of(self.text, self.at, header)
        block, self.at = self.text[self.at : end], end
        closing = self._skip_ending(header.terminator)
        if self.count + block.count(header.terminator) >= MAX_SEGMENTS:
            self._tell(
                "too_many_segments", f"The interchange goes beyond {MAX_SEGMENTS:,} segments in one file.", "ISA"
            )
            self.at = len(self.text)
            return
        self.problems += _told_of(block, header, closing, self.count + 1)
        pieces = block.split(header.terminator)
        limit = next(_too_large(pieces, header.element, self.count), None)
        if limit:
            self.problems.append(limit)
            self.count += len(pieces)
            return
        cut = _cut(block, pieces, Cut(header, [], self.count + 1, _line_end(block, header), closing))
        if not cut.is_even:
            sentence = f"Between the segments from {cut.first} (ISA) on stand blanks or empty lines."
            self.problems.append(Problem("blanks", Weight.TOLD, sentence, cut.first, "ISA"))
        self.count += len(cut.segments)
        self.cuts.append(cut)

    def _skip_ending(self, terminator: str) -> str:
        """What ends the last segment: its terminator, where there is one, and the blanks after it."""
        end = self.at + self.text.startswith(terminator, self.at)
        while end < len(self.text) and self.text[end] in SPACES:
            end += 1
        ending, self.at = self.text[self.at : end], end
        return ending

    def _tell(self, code: str, sentence: str, tag: str = "") -> None:
        self.problems.append(Problem(code, Weight.BREAKING, sentence, self.count + 1, tag))


def read_isa(head: str) -> Delimiters | str:
    """The delimiters that an ISA names, padded or not; a sentence where it names none that could be."""
    element = head[3:4]
    if not can_divide(element):
        return f"{shown(element)} cannot be the separator of elements."
    parts = head.split(element, ISA_ELEMENTS)
    if len(parts) <= ISA_ELEMENTS:
        return f"it has {len(parts) - 1} elements within {MAX_ISA_LENGTH} characters and not {ISA_ELEMENTS}."
    component, terminator = parts[16][:1], parts[16][1:2]
    if terminator.isalnum():
        # ISA16 is missing, and what stands in its place is the terminator.
        component, terminator = "", component
    repeats = parts[12] >= FIRST_REPEATING_VERSION and len(parts[11]) == 1 and can_divide(parts[11])
    found = Delimiters(element, component, parts[11] if repeats else "", terminator)
    if any(c in part for part in parts[:16] for c in component + terminator):
        return f"its delimiters {shown(component + terminator)} stand within its elements."
    return _why_not(found) or found


def _why_not(delimiters: Delimiters) -> str:
    """A sentence where these cannot divide a text."""
    characters = delimiters.characters
    for name in ("terminator", "component"):
        value = getattr(delimiters, name)
        if (name == "terminator" or value) and not can_divide(value):
            return f"{shown(value)} cannot be the {name}."
    if len(set(characters)) < len(characters):
        return f"it names one character for two purposes: {shown(characters)}."
    return ""


def can_divide(character: str) -> bool:
    """Whether a character may be a delimiter: no letter, digit or blank."""
    return bool(character) and not character.isalnum() and character not in " \u00a0\ufeff"


def _end_of(text: str, start: int, delimiters: Delimiters) -> int:
    """Where the interchange ends: after its IEA without the terminator, or before the next ISA, or at the end of the text."""
    openings = re.compile("I(SA|EA)" + re.escape(delimiters.element))
    for found in openings.finditer(text, start + 3):
        before = found.start() - 1
        while text[before] in SPACES and text[before] != delimiters.terminator:
            before -= 1
        if text[before] != delimiters.terminator:
            continue
        if found[1] == "SA":
            return _before_ending(text, found.start(), delimiters.terminator)
        end = text.find(delimiters.terminator, found.end())
        return end if end >= 0 else len(text)
    return _before_ending(text, len(text), delimiters.terminator)


def _before_ending(text: str, end: int, terminator: str) -> int:
    """Where the last segment before a place ends: what follows are its terminator and blanks."""
    last = end
    while text[last - 1] in SPACES and text[last - 1] != terminator:
        last -= 1
    return last - 1 if text[last - 1] == terminator else end


def _told_of(block: str, delimiters: Delimiters, closing: str, first: int) -> Iterator[Problem]:
    """What a cut interchange does that nothing is lost by."""
    if not delimiters.component:
        sentence = f"Segment {first} (ISA): element 16, the separator of components, is missing."
        yield Problem("isa16_missing", Weight.IRREGULAR, sentence, first, "ISA", 16)
    if not closing.startswith(delimiters.terminator) and not block.endswith(delimiters.terminator):
        last = first + block.count(delimiters.terminator)
        tag = block[block.rfind(delimiters.terminator) + 1 :].lstrip(SPACES)[:3]
        sentence = f"Segment {last} ({tag}) ends the file without a terminator."
        yield Problem("terminator_missing", Weight.TOLD, sentence, last, tag)


def _too_large(pieces: list[str], separator: str, before: int) -> Iterator[Problem]:
    """Segments with too many or too long elements; only long ones can have either."""
    long_ones = [(number, piece) for number, piece in enumerate(pieces, before + 1) if len(piece) > MAX_ELEMENTS]
    for number, piece in long_ones:
        tag = piece.lstrip(SPACES)[:3]
        if piece.count(separator) > MAX_ELEMENTS:
            sentence = f"Segment {number} ({tag}) has more than {MAX_ELEMENTS} elements."
            yield Problem("too_many_elements_in_segment", Weight.BREAKING, sentence, number, tag)
        elif len(piece) > MAX_ELEMENT_LENGTH and max(map(len, piece.split(separator))) > MAX_ELEMENT_LENGTH:
            sentence = f"Segment {number} ({tag}) has an element of more than {MAX_ELEMENT_LENGTH:,} characters."
            yield Problem("element_beyond_limit", Weight.BREAKING, sentence, number, tag)


def _cut(block: str, pieces: list[str], empty: Cut) -> Cut:
    """A block as segments. Blanks before a segment are no part of it, and nothing between two terminators is no segment."""
    delimiters = empty.delimiters
    between = "".join(c for c in SPACES if c not in delimiters.characters)
    bare = [piece.lstrip(between) for piece in pieces]
    length = sum(map(len, bare)) + (len(bare) - 1) * (1 + len(empty.line_end))
    is_even = length == len(block) and "" not in bare
    separator = delimiters.element
    return replace(empty, segments=[tuple(piece.split(separator)) for piece in bare if piece], is_even=is_even)


def _line_end(block: str, delimiters: Delimiters) -> str:
    """The line end after the first terminator, if any."""
    after = block.find(delimiters.terminator) + 1
    found = re.compile("[\r\n]{0,2}").match(block, after)
    text = found[0] if found and after else ""
    return "" if any(c in text for c in delimiters.characters) else text


def without_empty_components(cut: Cut) -> tuple[Cut, Problem | None]:
    """The segments without separators of components at their end, which say nothing; and a problem where there were any.

    So a file is read whose ISA lacks element 16 before a line end: its true terminator is taken for that element.
    """
    component = cut.delimiters.component
    inner = enumerate(cut.segments[1:], start=1)
    ends = [index for index, segment in inner if component and segment[-1].endswith(component)]
    if not ends:
        return cut, None
    segments = list(cut.segments)
    for index in ends:
        segments[index] = [*segments[index][:-1], segments[index][-1].rstrip(component)]
    number, tag = cut.first + ends[0], segments[ends[0]][0][:3]
    sentence = f"Segment {number} ({tag}) ends in an empty component, as do {len(ends) - 1} more segments."
    return replace(cut, segments=segments), Problem("empty_components", Weight.IRREGULAR, sentence, number, tag)
