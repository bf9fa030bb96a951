"""The tables beside this module as rules: elements of segments, notes on them, layouts of messages, meanings of codes."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

ROW = re.compile(r"([MOX]) ([A-Z][A-Z0-9]?) ([0-9]+)/([0-9]+) (.+?)(?: @(\w+))?( \^)?")
NOTE = re.compile(r"([PRECL])((?:[0-9]{2})+)")
CODE_PAIR = ("{} ID 2/2 kind of the code", "{} AN 1/48 code")
PLACE_PAIR = ("{} AN 2/80 place", "{} R 1/15 quantity")
WITHOUT_END = 10**9


@dataclass(frozen=True, slots=True)
class ElementRule:
    """What an element of a segment must be. `codes` names the list its code comes from; lengths are in characters.

    `repeats` says that from version 5010 on it may say several values, divided by the separator of repetitions.
    """

    is_mandatory: bool
    type: str
    shortest: int
    longest: int
    means: str
    codes: str = ""
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A rule between elements: P all or none, R one at least, E one at most, C if the first then all, L then one."""

    kind: str
    positions: tuple[int, ...]

    def is_kept(self, present: tuple[bool, ...]) -> bool:
        """Whether a segment keeps it; `present` says of each position, the tag being 0, whether it has a value."""
        here = [position < len(present) and present[position] for position in self.positions]
        first, others = here[0], here[1:]
        match self.kind:
            case "P":
                return all(here) or not any(here)
            case "R":
                return any(here)
            case "E":
                return sum(here) <= 1
            case "C":
                return not first or all(others)
            case _:
                return not first or any(others)

    @property
    def sentence(self) -> str:
        """What it asks, in words."""
        names = [str(position) for position in self.positions]
        others = ", ".join(names[1:])
        words = {
            "P": f"of elements {', '.join(names)} all are given or none",
            "R": f"of elements {', '.join(names)} at least one is given",
            "E": f"of elements {', '.join(names)} at most one is given",
            "C": f"with element {names[0]} also {others} is given",
            "L": f"with element {names[0]} at least one of {others} is given",
        }
        return words[self.kind]


@dataclass(frozen=True, slots=True)
class SegmentRule:
    """A segment: what it says, its elements from position 1 on, the notes between them."""

    tag: str
    means: str
    elements: tuple[ElementRule, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a layout: a segment, how often it may stand there, and which row opens the loop it is in (-1: none).

    `opens` says that other rows are in the loop that it opens.
    """

    tag: str
    is_mandatory: bool
    most: int
    loop: int
    opens: bool


@dataclass(frozen=True, slots=True)
class MessageRule:
    """A kind of message: what it is, the kind of its group, its layout row by row."""

    kind: str
    means: str
    group: str
    places: tuple[Place, ...]


def _load(name: str) -> dict[str, Any]:
    text = (files("ownstock.exchange.x12") / "tables" / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def code_lists() -> dict[str, dict[str, str]]:
    """The meaning of each code, list by list."""
    return _load("codes")


@cache
def segment_rules() -> dict[str, SegmentRule]:
    """Every segment we know, by its tag."""
    rows = {tag: row for name in ("envelope", "documents", "lines") for tag, row in _load(name).items()}
    return {tag: _segment_rule(tag, row) for tag, row in rows.items()}


def _segment_rule(tag: str, row: dict[str, Any]) -> SegmentRule:
    elements = [_element_rule(text) for text in row["elements"]]
    notes = [*row.get("notes", ())]
    pair, count = (CODE_PAIR, row["codes"]) if "codes" in row else (PLACE_PAIR, row.get("places", 0))
    for turn in range(count):
        first = len(elements) + 1
        sign = "M" if turn == 0 and row.get("codes_begin_mandatory") else "X"
        elements += [_element_rule(text.format(sign)) for text in pair]
        notes.append(f"P{first:02}{first + 1:02}")
    elements += [_element_rule(text) for text in row.get("more", ())]
    return SegmentRule(tag, row["means"], tuple(elements), tuple(map(_note, notes)))


def _element_rule(text: str) -> ElementRule:
    found = ROW.fullmatch(text)
    assert found, text
    sign, type_, shortest, longest, means, codes, repeats = found.groups()
    return ElementRule(sign == "M", type_, int(shortest), int(longest), means, codes or "", repeats is not None)


def _note(text: str) -> Note:
    found = NOTE.fullmatch(text)
    assert found, text
    return Note(found[1], tuple(int(found[2][at : at + 2]) for at in range(0, len(found[2]), 2)))


@cache
def message_rules() -> dict[str, MessageRule]:
    """Every kind of message we read, by its number."""
    return {kind: _message_rule(kind, row) for kind, row in _load("messages").items()}


@cache
def functional_groups() -> dict[str, str]:
    """The kind of group in which each kind of message travels."""
    return {kind: rule.group for kind, rule in message_rules().items()}


def _message_rule(kind: str, row: dict[str, Any]) -> MessageRule:
    lines = row["layout"].strip("\n").splitlines()
    depths = [(len(line) - len(line.lstrip())) // 2 for line in lines]
    places = []
    for index, line in enumerate(lines):
        tag, sign, most = line.split()
        above = [at for at in range(index) if depths[at] == depths[index] - 1]
        opens = index + 1 < len(lines) and depths[index + 1] > depths[index]
        often = WITHOUT_END if most == "*" else int(most)
        places.append(Place(tag, sign == "M", often, above[-1] if above else -1, opens))
    return MessageRule(kind, row["means"], row["group"], tuple(places))
