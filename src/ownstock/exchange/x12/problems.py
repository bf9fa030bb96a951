"""What is wrong with a message, as facts; and the rule by which a partner's strictness decides whether that refuses it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ownstock.exchange.x12.limits import MAX_PROBLEMS, MAX_TOLD_LENGTH


class Weight(StrEnum):
    """How much a problem weighs: told only; against the standard, but nothing is lost by it; or breaking the message."""

    TOLD = "told"
    IRREGULAR = "irregular"
    BREAKING = "breaking"


class Strictness(StrEnum):
    """How exactly a partner's messages are taken."""

    STRICT = "strict"
    TOLERANT = "tolerant"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong, at a segment counted from 1 through the whole file; without a segment it concerns the file.

    `element` and `component` count from 1 within the segment and the element; `found` is the value it speaks of.
    """

    code: str
    weight: Weight
    sentence: str
    segment: int | None = None
    tag: str = ""
    element: int | None = None
    component: int | None = None
    found: str = ""


def refuses(strictness: Strictness, problem: Problem) -> bool:
    """Whether a problem refuses what it lies in: strict takes nothing irregular, tolerant all that loses nothing."""
    if strictness is Strictness.STRICT:
        return problem.weight is not Weight.TOLD
    return problem.weight is Weight.BREAKING


def is_accepted(strictness: Strictness, problems: Iterable[Problem]) -> bool:
    """Whether none of the problems refuses."""
    return not any(refuses(strictness, problem) for problem in problems)


class Tally:
    """Problems as they are found, so many of each weight kept: a file cannot fill memory with what is wrong with it."""

    def __init__(self) -> None:
        self._kept: list[Problem] = []
        self._counts: Counter[Weight] = Counter()

    def add(self, problem: Problem) -> bool:
        """Count a problem; True where it is kept."""
        self._counts[problem.weight] += 1
        is_kept = self._counts[problem.weight] <= MAX_PROBLEMS
        if is_kept:
            self._kept.append(problem)
        return is_kept

    @property
    def is_full(self) -> bool:
        """Whether so much is broken that nothing more is looked at."""
        return self._counts[Weight.BREAKING] > MAX_PROBLEMS

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is kept, in the order of the file, and how many are not."""
        ordered = sorted(self._kept, key=lambda problem: problem.segment or 0)
        return (*ordered, *(self._more(weight) for weight in Weight if self._counts[weight] > MAX_PROBLEMS))

    def _more(self, weight: Weight) -> Problem:
        count = "many" if weight is Weight.BREAKING else f"{self._counts[weight] - MAX_PROBLEMS:,}"
        return Problem(
            "more_problems", weight, f"There are {count} more problems of this weight, which are not listed."
        )


def shown(value: str) -> str:
    """A value as a sentence quotes it: printable and short."""
    text = "".join(c if c.isprintable() else "?" for c in value[:MAX_TOLD_LENGTH])
    return f'"{text}…"' if len(value) > MAX_TOLD_LENGTH else f'"{text}"'
