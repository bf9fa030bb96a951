"""Reading what several kinds of rows have in common: codes, fractions, days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import polars as pl
from django.db import models

from ownstock.base.tables import MAX_INTEGER, ROW, Fault, Field
from ownstock.catalog.imports.kind import Record

CURRENCY = Field("currency", pattern=r"^[A-Z]{3}$", must_be="three capital letters such as EUR")
CONVERSION = ("units_numerator", "units_denominator")


def lookup(
    frame: pl.DataFrame, column: str, known: Mapping[str, int], noun: str
) -> tuple[list[int | None], list[Fault]]:
    """The ids that a column's codes mean, None for empty ones, with a fault for each code that means nothing."""
    codes = frame[column].to_list()
    faults = [
        Fault(row, column, code, f"there is no {noun} {code!r}; import it first.")
        for row, code in zip(frame[ROW], codes, strict=True)
        if code and code not in known
    ]
    return [known.get(code) if code else None for code in codes], faults


def ids(model: type[models.Model], code: str, **where: Any) -> dict[str, int]:
    """The ids of a model's rows by their codes, of all or of some."""
    return dict(model._default_manager.filter(**where).values_list(code, "id"))


def numbered(frame: pl.DataFrame, records: Iterable[Record]) -> list[tuple[int, Record]]:
    """Records with the rows of the file that they come from."""
    return list(zip(frame[ROW].to_list(), records, strict=True))


def factors(frame: pl.DataFrame, column: str) -> tuple[list[Fraction], list[Fault]]:
    """The numbers and fractions of a column, exactly; those that could not be read were told before, and are zero."""
    read, faults = [], []
    for row, text in zip(frame[ROW], frame[column], strict=True):
        factor = Fraction(text or 0)
        if text and not (0 < factor.numerator <= MAX_INTEGER and factor.denominator <= MAX_INTEGER):
            faults.append(Fault(row, column, text, f"{text!r} must be a number above zero: 12, 0.5 or 1/3."))
        read.append(factor)
    return read, faults


def ends_before_start(frame: pl.DataFrame) -> list[Fault]:
    """Rows whose valid_to lies before their valid_from."""
    wrong = frame.filter(pl.col("valid_to") < pl.col("valid_from"))
    return [
        Fault(row, "valid_to", str(end), f"{end} lies before valid_from ({start}).")
        for row, start, end in wrong.select(ROW, "valid_from", "valid_to").iter_rows()
    ]
