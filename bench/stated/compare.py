"""A stated number beside ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Table = dict[str, Any]
Row = dict[str, Any]

# Computed numbers agree to this share of their size, and to this much where they are small.
SHARE = 1e-6
# What rounding may add to half a unit of the last printed digit.
HAIR = 1e-6


@dataclass(frozen=True)
class Check:
    """One quantity: what is stated, what we compute, and how far it may lie off.

    Where `may_be_lower`, only a computed number above the stated one deviates: a cheaper policy is no fault.
    """

    name: str
    stated: float
    computed: float
    tolerance: float
    may_be_lower: bool = False

    @property
    def deviation(self) -> float:
        """How far the computed number lies off."""
        off = self.computed - self.stated
        return max(off, 0.0) if self.may_be_lower else abs(off)

    @property
    def is_within(self) -> bool:
        """Whether it lies within the tolerance; a number that is none never does."""
        return self.deviation <= self.tolerance


@dataclass
class Answer:
    """All that was found for one row of a table."""

    row: str
    checks: list[Check] = field(default_factory=list)
    not_computed: list[str] = field(default_factory=list)

    def equal(self, name: str, stated: float, computed: float) -> None:
        """A whole number, or a level: no tolerance but rounding."""
        self.checks.append(Check(name, stated, computed, 1e-9))

    def close(self, name: str, stated: float, computed: float, share: float = SHARE, least: float = SHARE) -> None:
        """A number that was computed."""
        self.checks.append(Check(name, stated, computed, share * abs(stated) + least))

    def printed(self, name: str, stated: float, computed: float, decimals: int) -> None:
        """A number printed to so many decimals."""
        self.within(name, stated, computed, 0.5 * 10.0**-decimals + HAIR)

    def within(
        self, name: str, stated: float, computed: float, tolerance: float, *, may_be_lower: bool = False
    ) -> None:
        """A number whose tolerance is stated."""
        self.checks.append(Check(name, stated, computed, tolerance, may_be_lower))

    def skip(self, names: Iterable[str]) -> None:
        """Numbers that we do not compute."""
        self.not_computed.extend(names)


@dataclass(frozen=True)
class Family:
    """Tables of one kind: its name, how it is recognised, and how its rows are answered."""

    name: str
    is_mine: Callable[[Table], bool]
    answers: Callable[[Table], Iterator[Answer]]


class NotReadable(ValueError):
    """A row says something that cannot be read: the sentence tells what."""


def each(rows: Iterable[Row], answer: Callable[[Row], Answer]) -> Iterator[Answer]:
    """The answers of all rows; one that says what cannot be read is not computed, and says why."""
    for number, row in enumerate(rows, start=1):
        try:
            yield answer(row)
        except NotReadable as error:
            yield Answer(f"row {number}", not_computed=[f"row {number}: {error}"])


def decimals_of(values: Iterable[float]) -> int:
    """To how many decimals a column is printed: trailing zeros are lost, so that the longest one counts."""
    return max((len(repr(float(value)).partition(".")[2].rstrip("0")) for value in values), default=0)


def has(row: Row, names: Sequence[str]) -> bool:
    """Whether a row has all these fields."""
    return all(name in row for name in names)


def first_row(table: Table) -> Row:
    """The first row of a table, empty where there is none."""
    rows = table.get("rows")
    return rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}


def numbers_left(row: Row, known: Iterable[str]) -> list[str]:
    """The fields of a row that hold numbers and are not among the known ones."""
    is_number = {name for name, value in row.items() if isinstance(value, int | float) and not isinstance(value, bool)}
    return sorted(is_number - set(known))
