"""What a column of an import must be, and what is wrong with a value that is not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import polars as pl

from ownstock.base.errors import Refused

MAX_FAULTS_TOLD = 1_000
MAX_VALUE_SHOWN = 80
MAX_INTEGER = 2**31 - 1
ROW = "row"

TEXT = pl.String()
INTEGER = pl.Int64()
DECIMAL = pl.Decimal(18, 4)
DATE = pl.Date()
INSTANT = pl.Datetime("us", "UTC")
BOOLEAN = pl.Boolean()


@dataclass(frozen=True, slots=True)
class Field:
    """One column of an import: its name, its type, whether it must be filled, what else it must satisfy.

    A fraction is kept as text, exactly: `12`, `0.5` or `1/3`, whatever the file's decimal mark.
    """

    name: str
    dtype: pl.DataType = TEXT
    is_required: bool = True
    default: object = None
    choices: Sequence[str] = ()
    at_least: float | None = None
    below: float | None = None
    max_length: int = 300
    pattern: str = ""
    must_be: str = ""
    is_one_line: bool = True
    is_fraction: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one value, where, and what to do."""

    row: int
    field: str
    value: str
    sentence: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.field}: {self.sentence}"


@dataclass(slots=True)
class Faults:
    """All faults of a file: every one counted, of each kind the first by row told in words."""

    told: list[Fault] = field(default_factory=list)
    count: int = 0
    _rows: list[pl.Series] = field(default_factory=list)

    def __bool__(self) -> bool:
        return self.count > 0

    def add(self, faults: Iterable[Fault]) -> None:
        """Count and tell faults that somebody wrote one by one."""
        some = list(faults)
        self.told.extend(some[:MAX_FAULTS_TOLD])
        self._note(pl.Series([fault.row for fault in some], dtype=pl.Int64))

    def at(self, rows: pl.Series, name: str, values: pl.Series, sentence: str) -> None:
        """Count one fault for every row, and tell the first: the value as it stands, then what is wrong with it."""
        shown = zip(rows.head(MAX_FAULTS_TOLD), values.head(MAX_FAULTS_TOLD), strict=True)
        self.told.extend(Fault(row, name, value or "", _told(value, sentence)) for row, value in shown)
        self._note(rows)

    def _note(self, rows: pl.Series) -> None:
        self.count += len(rows)
        self._rows.append(rows.cast(pl.Int64))

    def first(self) -> list[Fault]:
        """The faults that are told, by row."""
        return sorted(self.told, key=lambda fault: fault.row)[:MAX_FAULTS_TOLD]

    def row_count(self) -> int:
        """In how many rows there is something wrong."""
        return pl.concat(self._rows).n_unique() if self._rows else 0

    def rows(self) -> set[int]:
        """The rows in which there is something wrong."""
        return set(pl.concat(self._rows)) if self._rows else set()

    def refuse(self, name: str) -> None:
        """Raise Refused where there is a fault: the first in its facts, all counted, and that nothing was written."""
        if self:
            raise self._refusal(name)

    def _refusal(self, name: str) -> Refused:
        told = [{"row": f.row, "field": f.field, "value": f.value, "sentence": f.sentence} for f in self.first()]
        count = f"{self.count:,} faults in {_rows(self.row_count())}" if self.count != 1 else "1 fault"
        return Refused(
            f"{name}: {count}. Nothing was written.", code="bad_rows", name=name, faults=told, fault_count=self.count
        )


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _told(value: str | None, sentence: str) -> str:
    if not value:
        return sentence[0].upper() + sentence[1:]
    shown = value if len(value) <= MAX_VALUE_SHOWN else f"{value[:MAX_VALUE_SHOWN]}…"
    return f"{shown!r} {sentence}"
