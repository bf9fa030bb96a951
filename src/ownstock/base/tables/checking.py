"""Text turned into values column by column, with every fault of the file at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from ownstock.base.tables import numbers
from ownstock.base.tables.dates import NAMES, Days, read_days, read_moments
from ownstock.base.tables.directions import Directions
from ownstock.base.tables.fields import (
    BOOLEAN,
    DATE,
    DECIMAL,
    INSTANT,
    INTEGER,
    MAX_INTEGER,
    ROW,
    TEXT,
    Faults,
    Field,
)
from ownstock.base.tables.table import Table

TRUE, FALSE = ["true", "yes", "y", "1"], ["false", "no", "n", "0"]
EXCEL_DIGITS = 15
CONTROL = r"[\x00-\x1f\x7f]"
CONTROL_BUT_LINES = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
WHAT_IT_MUST_BE: dict[pl.DataType, str] = {
    INTEGER: "must be a whole number such as 12.",
    DECIMAL: "must be a number such as 12.50, with at most four decimals.",
    DATE: "must be a day such as 2026-03-31.",
    INSTANT: "must be a moment with its time zone, such as 2026-03-31T14:05:00Z.",
    BOOLEAN: "must be true or false.",
    TEXT: "must be a number above zero: 12, 0.5 or 1/3.",
}
FRACTION = r"^\d{1,15}/0*[1-9]\d{0,14}$"


@dataclass(slots=True)
class Column:
    """One column on its way from text to values; `is_open` says of which values nothing was told yet."""

    field: Field
    rows: pl.Series
    text: pl.Series
    is_exact: pl.Series | None
    faults: Faults
    sentences: list[str]

    def fault(self, at_fault: pl.Series, sentence: str) -> None:
        """Tell of the values that are marked."""
        marked = at_fault.fill_null(value=False)
        if marked.any():
            self.faults.at(self.rows.filter(marked), self.field.name, self.text.filter(marked), sentence)


def checked(
    table: Table, fields: Sequence[Field], directions: Directions
) -> tuple[pl.DataFrame, Faults, tuple[str, ...]]:
    """Turn the columns of fields into their types, list every fault, and tell what was decided of whole columns.

    The result keeps `row` and all rows; a value at fault is null in it, so use it only where there is no fault (or to look
    for further ones in the same go).
    """
    columns: list[pl.Series] = [table.frame[ROW].cast(pl.Int64)]
    faults, sentences = Faults(), list[str]()
    for field in fields:
        columns.append(_checked(table, field, directions, faults, sentences).rename(field.name))
    return pl.DataFrame(columns), faults, tuple(sentences)


def _checked(table: Table, field: Field, directions: Directions, faults: Faults, sentences: list[str]) -> pl.Series:
    said = directions.values.get(field.name)
    raw = table.frame[field.name] if field.name in table.frame.columns else None
    if raw is None and said is None:
        return pl.Series([field.default], dtype=field.dtype).new_from_index(0, table.frame.height)
    if raw is None:
        raw = pl.repeat(said, table.frame.height, dtype=pl.String, eager=True)
    typed = _already_typed(raw, field.dtype)
    text = raw.cast(pl.String).str.strip_chars()
    text = text.set((text == "").fill_null(value=False), said or None)
    column = Column(field, table.frame[ROW], text, table.exact.get(field.name), faults, sentences)
    values = typed if typed is not None else READERS[field.dtype](column, directions)
    return _judged(column, values)


def _already_typed(raw: pl.Series, dtype: pl.DataType) -> pl.Series | None:
    """A column that the file itself has in the right type."""
    if dtype == INSTANT and isinstance(raw.dtype, pl.Datetime) and raw.dtype.time_zone:
        return raw.dt.convert_time_zone("UTC").cast(INSTANT)
    if dtype in (DATE, BOOLEAN) and raw.dtype == dtype:
        return raw
    return None


def _judged(column: Column, values: pl.Series) -> pl.Series:
    """What every field may ask of its values, whatever their type."""
    field, is_filled = column.field, column.text.is_not_null()
    if field.is_required:
        column.fault(~is_filled, "a value is needed.")
    elif field.default is not None:
        values = values.set(~is_filled, field.default)
    if field.choices:
        column.fault(is_filled & ~values.is_in(list(field.choices)), f"must be one of {', '.join(field.choices)}.")
    if field.at_least is not None:
        column.fault(values < field.at_least, f"must be at least {field.at_least:g}.")
    if field.below is not None:
        column.fault(values >= field.below, f"must be below {field.below:,.0f}.")
    if field.pattern:
        column.fault(is_filled & ~column.text.str.contains(field.pattern), f"must be {field.must_be}.")
    return values


def _text(column: Column, directions: Directions) -> pl.Series:
    field, text = column.field, column.text
    if field.is_fraction:
        return _fraction(column, directions)
    column.fault(text.str.len_chars() > field.max_length, f"is longer than {field.max_length} characters.")
    control = CONTROL if field.is_one_line else CONTROL_BUT_LINES
    column.fault(text.str.contains(control), "contains a line break, or another character that cannot be seen.")
    if column.is_exact is not None:
        is_rounded = column.is_exact & (text.str.len_chars() > EXCEL_DIGITS)
        column.fault(is_rounded, "was a number of more than 15 digits, which Excel rounds; format the column as text.")
    return text


def _fraction(column: Column, directions: Directions) -> pl.Series:
    """Numbers in plain form, and fractions of whole numbers as they are."""
    is_fraction = column.text.str.contains(FRACTION).fill_null(value=False)
    plain = _number(replace(column, text=column.text.set(is_fraction, None)), directions).plain
    is_long = plain.str.contains(r"\d{16}").fill_null(value=False)
    column.fault(is_long, WHAT_IT_MUST_BE[TEXT])
    return column.text.zip_with(is_fraction, plain.set(is_long, None))


def _number(column: Column, directions: Directions) -> numbers.Numbers:
    """The column in plain form; told by a fault where it can mean two things or is no number."""
    text = column.text
    read = numbers.read_numbers(text, column.is_exact, directions.numbers)
    if read.is_unclear:
        first = _first(text.str.contains(numbers.UNCLEAR))
        column.fault(first, "can mean two numbers, and no other value of the column shows which. Say --numbers comma where "
                     "the comma is the decimal mark, --numbers point where the point is.")  # fmt: skip
    elif read.is_proved and not text.str.contains(numbers.PLAIN).all(ignore_nulls=True):
        column.sentences.append(f"{column.field.name}: the {read.convention} is the decimal mark.")
    is_told = text.str.contains(numbers.UNCLEAR).fill_null(value=False) & read.is_unclear
    wrong = text.is_not_null() & read.plain.is_null() & ~is_told
    if wrong.any():
        _tell_no_number(column, wrong, read.convention)
    return read


def _first(marked: pl.Series) -> pl.Series:
    """The first of the marked alone: one fault says enough of a whole column."""
    marked = marked.fill_null(value=False)
    return marked & (marked.cum_sum() == 1)


def _tell_no_number(column: Column, wrong: pl.Series, convention: str) -> None:
    is_money = wrong & numbers.has_currency(column.text)
    column.fault(is_money, "bears a currency; take it off, and name the currency in its own column.")
    is_other = wrong & ~is_money & numbers.written_otherwise(column.text, convention or "point")
    if convention:
        column.fault(is_other, f"does not have the {convention} as its decimal mark, as the column has.")
    else:
        is_other = wrong & ~wrong
    column.fault(wrong & ~is_money & ~is_other, WHAT_IT_MUST_BE[column.field.dtype])


def _decimal(column: Column, directions: Directions) -> pl.Series:
    plain = _number(column, directions).plain
    is_fine = plain.str.contains(r"^-?\d+(\.\d{1,4}0*)?$").fill_null(value=False)
    is_small = plain.str.contains(r"^-?0*\d{1,14}(\.|$)").fill_null(value=False)
    column.fault(plain.is_not_null() & ~is_fine, "has more than four decimals; round it as you see fit.")
    column.fault(is_fine & ~is_small, "has more than fourteen digits before the decimal mark.")
    fitting = plain.set(~(is_fine & is_small), None)
    return fitting.str.replace(r"(\.\d{4})0+$", "$1").cast(DECIMAL, strict=False)


def _integer(column: Column, directions: Directions) -> pl.Series:
    plain = _number(column, directions).plain
    is_whole = plain.str.contains(r"^-?\d+(\.0*)?$").fill_null(value=False)
    column.fault(plain.is_not_null() & ~is_whole, WHAT_IT_MUST_BE[INTEGER])
    values = plain.set(~is_whole, None).str.replace(r"\..*$", "").cast(INTEGER, strict=False)
    is_large = is_whole & (values.is_null() | (values.abs() > MAX_INTEGER))
    column.fault(is_large, f"must be at most {MAX_INTEGER:,}.")
    return values.set(is_large, None)


def _days(column: Column, directions: Directions) -> Days:
    days = read_days(column.text, directions.dates)
    column.fault(
        _first(days.is_unclear),
        "can mean two days, and no other value of the column shows which. Say --dates dmy or --dates mdy.",
    )
    if days.order and days.is_proved:
        column.sentences.append(f"{column.field.name}: dates are written {NAMES[days.order]}.")
    return days


def _no_day(column: Column, days: Days) -> pl.Series:
    is_number = column.text.str.contains(r"^\d{5}(\.\d+)?$").fill_null(value=False)
    wrong = column.text.is_not_null() & days.days.is_null() & ~days.is_unclear.fill_null(value=False)
    column.fault(wrong & is_number, "is a number; format the cells of the column as dates.")
    return wrong & ~is_number


def _date(column: Column, directions: Directions) -> pl.Series:
    days = _days(column, directions)
    is_midnight = days.rest.str.contains(r"^$|^[T ]0{1,2}:00(:00(\.0+)?)?$").fill_null(value=True)
    wrong = _no_day(column, days)
    column.fault(wrong, _what_day(directions.dates or days.order))
    column.fault(days.days.is_not_null() & ~is_midnight, "has a time; a day is wanted.")
    return days.days.set(~is_midnight, None).str.to_date("%Y-%m-%d", strict=False)


def _what_day(order: str) -> str:
    if order in ("", "ymd"):
        return WHAT_IT_MUST_BE[DATE]
    return f"is no day written {NAMES[order]}, nor one such as 2026-03-31."


def _instant(column: Column, directions: Directions) -> pl.Series:
    days = _days(column, directions)
    zone = directions.time_zone
    read = read_moments(days, zone)
    told = read.has_no_zone | read.is_skipped | read.is_repeated
    wrong = _no_day(column, days) | (days.days.is_not_null() & read.instants.is_null() & ~told)
    column.fault(wrong, WHAT_IT_MUST_BE[INSTANT])
    column.fault(read.has_no_zone, "names no time zone. Say --time-zone with an IANA name, such as Europe/Berlin.")
    column.fault(read.is_skipped, f"was skipped by the clocks of {zone}; no goods moved then.")
    column.fault(
        read.is_repeated, f"was shown twice by the clocks of {zone}; write it with its offset, such as +01:00."
    )
    if zone and read.is_day_only.any():
        column.sentences.append(f"{column.field.name}: a day without time is taken for its first moment in {zone}.")
    return read.instants


def _boolean(column: Column, directions: Directions) -> pl.Series:
    lowered = column.text.str.to_lowercase()
    is_known = lowered.is_in([*TRUE, *FALSE])
    column.fault(~is_known, WHAT_IT_MUST_BE[BOOLEAN])
    return lowered.is_in(TRUE).set(~is_known.fill_null(value=False), None)


READERS = {TEXT: _text, INTEGER: _integer, DECIMAL: _decimal, DATE: _date, INSTANT: _instant, BOOLEAN: _boolean}
