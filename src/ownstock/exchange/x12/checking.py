"""Segments against their tables: which elements are there, and whether each value is what its element must be.

Most segments are right. So what a segment looks like is judged once per shape and all its values by one compiled pattern;
only where that says no is each value looked at, and the words for it found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import lru_cache

from ownstock.exchange.x12.problems import Problem, Weight, shown
from ownstock.exchange.x12.syntax import Delimiters, Segment
from ownstock.exchange.x12.tables import ElementRule, code_lists, segment_rules

TAG = re.compile(r"[A-Z][A-Z0-9]{1,2}")
CONTROLS = r"\x00-\x1f\x7f"
NUMBERS = ("R", "N0", "N2")
WORDS = {"DT": "a date", "TM": "a time", "R": "a number", "N0": "a whole number", "N2": "a whole number of hundredths"}
CERTAIN_DATE = (
    "(?:[0-9]{2})?[0-9]{2}(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)"
    "|02(?:0[1-9]|1[0-9]|2[0-8]))"
)
# What is wrong with the shape of a segment: (code, weight, position, sentence).
Fault = tuple[str, Weight, int, str]


def check_segment(segment: Segment, number: int, delimiters: Delimiters) -> Iterable[Problem]:
    """What is wrong with one segment, whatever message it stands in."""
    tag = segment[0]
    if tag not in segment_rules():
        return _unknown(tag, number)
    is_right = _whole(tag, delimiters.element, delimiters.component, delimiters.repetition)
    faults = shape_faults(tag, tuple(map(bool, segment)))
    if not faults and is_right(delimiters.element.join(segment)):
        return ()
    return _problems(segment, number, delimiters, faults)


def _problems(segment: Segment, number: int, delimiters: Delimiters, faults: tuple[Fault, ...]) -> Iterator[Problem]:
    tag = segment[0]
    for code, weight, position, words in faults:
        yield Problem(code, weight, f"Segment {number} ({tag}): {words}.", number, tag, position)
    judges = _judges(tag, delimiters.component, delimiters.repetition)
    for position, (judge, value) in enumerate(zip(judges, segment[1:], strict=False), start=1):
        if value and not judge(value):
            yield value_problem(tag, number, position, value, delimiters)


@lru_cache(maxsize=1024)
def _whole(tag: str, separator: str, component: str, repetition: str) -> Callable[[str], object]:
    """What says yes to a segment of which each value is right; what it says no to may be right, and is judged by values."""
    divides = component + repetition + separator
    values = [_certain(element, divides) for element in segment_rules()[tag].elements]
    pattern = ""
    for value in reversed(values):
        pattern = f"(?:{re.escape(separator)}(?:{value})?{pattern})?"
    return re.compile(re.escape(tag) + pattern).fullmatch


def _certain(rule: ElementRule, separators: str) -> str:
    """A pattern of values that are surely right. It leaves out leap days, long decimals and repetitions, which are rare."""
    if rule.codes:
        return "|".join(map(re.escape, code_lists()[rule.codes]))
    match rule.type:
        case "DT":
            return CERTAIN_DATE
        case "R":
            before = (rule.longest + 1) // 2
            decimals = (
                rf"|[0-9]{{{rule.shortest},{before}}}\.[0-9]{{1,{rule.longest - before}}}" if rule.longest > 1 else ""
            )
            return rf"-?(?:[0-9]{{{rule.shortest},{rule.longest}}}{decimals})"
        case "CO":
            return f"[^{CONTROLS}{re.escape(separators)}]+"
        case _:
            return _pattern(rule, separators)


def _unknown(tag: str, number: int) -> Iterator[Problem]:
    if TAG.fullmatch(tag):
        sentence = f"Segment {number} ({tag}) is none we know; it is kept and not read."
        yield Problem("unknown_segment", Weight.TOLD, sentence, number, tag)
    else:
        sentence = f"Segment {number} begins with {shown(tag)}, which is no tag of a segment."
        yield Problem("bad_tag", Weight.BREAKING, sentence, number, tag[:3])


@lru_cache(maxsize=4096)
def shape_faults(tag: str, present: tuple[bool, ...]) -> tuple[Fault, ...]:
    """What is wrong with a segment by which of its elements have a value; `present` begins with the tag."""
    rule = segment_rules()[tag]
    faults: list[Fault] = []
    for position, element in enumerate(rule.elements, start=1):
        if element.is_mandatory and not (position < len(present) and present[position]):
            words = f"element {position}, {element.means}, is missing"
            faults.append(("element_missing", Weight.BREAKING, position, words))
    for note in rule.notes:
        if not note.is_kept(present):
            position = _missing_of(note.kind, note.positions, present)
            code = "elements_exclude" if note.kind == "E" else "element_missing_by_note"
            faults.append((code, Weight.BREAKING, position, note.sentence))
    most = len(rule.elements)
    if any(present[most + 1 :]):
        faults.append(("too_many_elements", Weight.IRREGULAR, most + 1, f"it has more than {most} elements"))
    elif len(present) > 1 and not present[-1]:
        faults.append(("empty_at_end", Weight.TOLD, len(present) - 1, "it ends in an empty element"))
    return tuple(faults)


def _missing_of(kind: str, positions: tuple[int, ...], present: tuple[bool, ...]) -> int:
    """The element that a note asks for, or the last of those that exclude each other."""
    missing = [p for p in positions if not (p < len(present) and present[p])]
    return positions[-1] if kind == "E" else missing[0]


@lru_cache(maxsize=4096)
def _judges(tag: str, component: str, repetition: str) -> tuple[Callable[[str], object], ...]:
    """For each element what says yes to its values; it may say no to a code that is only unknown."""
    return tuple(_judge(element, component, repetition) for element in segment_rules()[tag].elements)


def _judge(rule: ElementRule, component: str, repetition: str) -> Callable[[str], object]:
    judge = _judge_of_one(rule, component + repetition)
    if not (rule.repeats and repetition):
        return judge
    return lambda value: all(map(judge, value.split(repetition)))


def _judge_of_one(rule: ElementRule, separators: str) -> Callable[[str], object]:
    if rule.codes:
        return code_lists()[rule.codes].__contains__
    if rule.type == "DT":
        return is_date
    return re.compile(_pattern(rule, separators)).fullmatch


def _pattern(rule: ElementRule, separators: str) -> str:
    few, many = rule.shortest, rule.longest
    match rule.type:
        case "N0" | "N2":
            return f"-?[0-9]{{{few},{many}}}"
        case "R":
            return rf"-?(?:[0-9]{{{few},{many}}}|(?=[0-9.]{{{few + 1},{many + 1}}}\Z)[0-9]*\.[0-9]*)"
        case "TM":
            return "(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9](?:[0-9]{1,2})?)?"
        case "CO":
            return f"[^{CONTROLS}{re.escape(separators[1:])}]+"
        case "SE":
            return "(?s:.)"
        case _:
            return f"[^{CONTROLS}{re.escape(separators)}]{{{few},{many}}}"


@lru_cache(maxsize=4096)
def is_date(value: str) -> bool:
    """Whether a text is a day as YYYYMMDD, or YYMMDD as envelopes may say it."""
    if len(value) not in (6, 8) or not (value.isascii() and value.isdigit()):
        return False
    year = int(value[:-4]) if len(value) == 8 else 2000 + int(value[:2])
    try:
        date(year, int(value[-4:-2]), int(value[-2:]))
    except ValueError:
        return False
    return True


def value_problem(tag: str, number: int, position: int, value: str, delimiters: Delimiters) -> Problem:
    """Why a value is not what its element must be."""
    rule = segment_rules()[tag].elements[position - 1]
    code, weight, words = _fault(rule, value, delimiters)
    sentence = f"Segment {number} ({tag}): element {position}, {rule.means}, is {shown(value)}, {words}."
    return Problem(code, weight, sentence, number, tag, position, None, value[:99])


def _fault(rule: ElementRule, value: str, delimiters: Delimiters) -> tuple[str, Weight, str]:
    bare = value.rstrip(delimiters.component) if delimiters.component else value
    if bare != value and bare and _is_right(rule, bare, delimiters):
        return "empty_component", Weight.IRREGULAR, "with an empty component at its end"
    if re.search(f"[{CONTROLS}]", value):
        return "bad_character", Weight.BREAKING, "with a character that no element may hold"
    if rule.type == "DT":
        return "bad_date", Weight.BREAKING, "which is no date"
    if rule.type == "TM":
        return "bad_time", Weight.IRREGULAR, "which is no time"
    if rule.type in NUMBERS and not re.fullmatch(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)", value):
        return "not_a_number", Weight.BREAKING, f"which is not {WORDS[rule.type]}"
    if rule.type in ("N0", "N2") and "." in value:
        return "not_a_number", Weight.BREAKING, f"which is not {WORDS[rule.type]}"
    return _fault_of_length(rule, value, delimiters)


def _fault_of_length(rule: ElementRule, value: str, delimiters: Delimiters) -> tuple[str, Weight, str]:
    length = sum(map(str.isdigit, value)) if rule.type in NUMBERS else len(value)
    if length < rule.shortest:
        return "too_short", Weight.IRREGULAR, f"which is shorter than {rule.shortest}"
    if length > rule.longest:
        return "too_long", Weight.IRREGULAR, f"which is longer than {rule.longest}"
    if delimiters.repetition and delimiters.repetition in value:
        return "repeated", Weight.BREAKING, "which is repeated where one value stands"
    if delimiters.component and delimiters.component in value:
        return "components", Weight.BREAKING, "which is divided where one value stands"
    return "unknown_code", Weight.TOLD, "a code we do not know"


def _is_right(rule: ElementRule, value: str, delimiters: Delimiters) -> bool:
    return rule.codes != "" or bool(_judge(rule, delimiters.component, delimiters.repetition)(value))
