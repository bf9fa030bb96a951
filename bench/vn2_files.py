"""The files of the VN2 competition: read strictly, written whole.

A file that does not fit is refused with a sentence that names file, line, column and value.
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import NoReturn, TypeVar

import numpy as np
import polars as pl

from ownstock.base.errors import Refused
from ownstock.engine.arrays import Ints, Truths
from ownstock.engine.simulate import Seen, State

KEY = ["Store", "Product"]
ON_HAND = "End Inventory"
IN_TRANSIT = ["In Transit W+1", "In Transit W+2"]
ORDER = "Order"
SEASON_GROUP = "Department"
WEEK = timedelta(weeks=1)
MOST_UNITS = 10**9

Value = TypeVar("Value")
Pair = tuple[str, str]


@dataclass(frozen=True)
class Table:
    """A file as text: its rows by (Store, Product), in order, and where it came from for the sentences."""

    path: Path
    columns: list[str]
    rows: dict[Pair, list[str]]
    lines: dict[Pair, int]

    def column(self, name: str) -> int:
        """The place of a column that must be there."""
        if name not in self.columns:
            raise Refused(
                f"{self.path}: line 1 names no column {name!r}; it must have one.",
                code="column_missing",
                column=name,
            )
        return self.columns.index(name)

    def values(
        self, pairs: list[Pair], columns: list[str], read: Callable[[str], Value], must: str
    ) -> list[list[Value]]:
        """The values of some columns for these pairs; `read` raises ValueError for what `must` does not allow."""
        places = [self.column(name) for name in columns]
        found = []
        for pair in pairs:
            row = self.rows.get(pair)
            if row is None:
                raise Refused(
                    f"{self.path}: there is no row for Store {pair[0]}, Product {pair[1]}, which has sales; add it.",
                    code="row_missing",
                    pair=pair,
                )
            values = []
            for place in places:
                try:
                    values.append(read(row[place]))
                except ValueError:
                    self._refuse(pair, self.columns[place], row[place], must)
            found.append(values)
        return found

    def _refuse(self, pair: Pair, column: str, value: str, must: str) -> NoReturn:
        raise Refused(
            f"{self.path}: line {self.lines[pair]} (Store {pair[0]}, Product {pair[1]}): {column} is {value!r}; "
            f"it must be {must}.",
            code="value_out_of_range",
            line=self.lines[pair],
            column=column,
            value=value,
        )


@dataclass(frozen=True)
class Known:
    """What is known when an order is due: pairs [n], `seen` [n, weeks] from the week of `first_on`, and the state.

    `was_told` [n, weeks] is False where nothing tells whether the item was in stock: then `seen` says that it was.
    `groups` has the master's codes, a row for each pair.
    """

    pairs: list[Pair]
    first_on: date
    seen: Seen
    was_told: Truths
    state: State
    groups: pl.DataFrame


def read_known(sales: Path, in_stock: Path, state: Path, master: Path) -> Known:
    """The four files as one; rows in the order of the sales. Raises Refused for a file that does not fit."""
    sold = _table(sales)
    pairs, weeks = list(sold.rows), _weeks(sold)
    units = np.array(sold.values(pairs, weeks, _units, "a whole number, at least 0"), dtype=np.int64)
    told, is_in_stock = _in_stock(_table(in_stock), pairs, weeks)
    seen = Seen(units.reshape(len(pairs), len(weeks)), is_in_stock)
    return Known(pairs, date.fromisoformat(weeks[0]), seen, told, _state(_table(state), pairs), _groups(master, pairs))


def write_orders(path: Path, pairs: list[Pair], units: Ints) -> None:
    """Store, Product and what to order, all or nothing: the file takes its name when it is complete."""
    folder = path.parent
    if not folder.is_dir():
        raise Refused(
            f"{path}: the folder {folder} is not there; make it first.", code="folder_missing", path=str(path)
        )
    handle, name = tempfile.mkstemp(dir=folder, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*KEY, ORDER])
            writer.writerows([*pair, int(order)] for pair, order in zip(pairs, units, strict=True))
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _table(path: Path) -> Table:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refused(f"{path}: it cannot be read as CSV: {error}.", code="file_unreadable", path=str(path)) from error
    if not lines or lines[0][:2] != KEY:
        found = ",".join(lines[0][:2]) if lines else "nothing"
        raise Refused(
            f"{path}: line 1 begins with {found!r}; it must begin with 'Store,Product'.",
            code="column_missing",
            value=found,
        )
    table = Table(path, lines[0], {}, {})
    for number, line in enumerate(lines[1:], start=2):
        if line:
            _add(table, number, line)
    if not table.rows:
        raise Refused(f"{path}: it has no rows; it must have one for each Store and Product.", code="row_missing")
    return table


def _add(table: Table, number: int, line: list[str]) -> None:
    if len(line) != len(table.columns):
        raise Refused(
            f"{table.path}: line {number} has {len(line)} values, but line 1 names {len(table.columns)} columns.",
            code="row_length",
            line=number,
        )
    pair = (line[0].strip(), line[1].strip())
    for name, value in zip(KEY, pair, strict=True):
        if not value:
            raise Refused(
                f"{table.path}: line {number}: {name} is {value!r}; it must be given.",
                code="value_out_of_range",
                line=number,
                column=name,
            )
    if pair in table.rows:
        raise Refused(
            f"{table.path}: line {number}: Store {pair[0]}, Product {pair[1]} is there already, in line "
            f"{table.lines[pair]}; each must be there once.",
            code="repeated_row",
            line=number,
        )
    table.rows[pair], table.lines[pair] = line, number


def _weeks(table: Table) -> list[str]:
    """The columns that are weeks: all but the key, each the Monday after the one before."""
    names = table.columns[2:]
    if not names:
        raise Refused(f"{table.path}: line 1 names no week; it must name at least one.", code="column_missing")
    expected = _monday(table, names[0])
    for name in names:
        if _monday(table, name) != expected:
            raise Refused(
                f"{table.path}: line 1: the week {name!r} stands where {expected} must stand: weeks follow each other.",
                code="week_missing",
                column=name,
            )
        expected += WEEK
    return names


def _monday(table: Table, name: str) -> date:
    try:
        monday = date.fromisoformat(name)
    except ValueError:
        monday = date.min
    if monday == date.min or monday.isoweekday() != 1:
        raise Refused(
            f"{table.path}: line 1: the column {name!r} is no week; it must be a Monday like 2021-04-12.",
            code="week_not_monday",
            column=name,
        )
    return monday


def _in_stock(table: Table, pairs: list[Pair], weeks: list[str]) -> tuple[Truths, Truths]:
    """Which weeks the file tells about, and which were in stock as far as it tells (a week it lacks was)."""
    for name in table.columns[2:]:
        _monday(table, name)
    there = [name for name in weeks if name in table.columns]
    told = np.tile([name in table.columns for name in weeks], (len(pairs), 1))
    is_in_stock = np.ones((len(pairs), len(weeks)), dtype=np.bool_)
    flags = table.values(pairs, there, _truth, "True or False")
    is_in_stock[:, told[0]] = np.array(flags, dtype=np.bool_).reshape(len(pairs), len(there))
    return told, is_in_stock


def _state(table: Table, pairs: list[Pair]) -> State:
    units = np.array(table.values(pairs, [ON_HAND, *IN_TRANSIT], _units, "a whole number, at least 0"), dtype=np.int64)
    strangers = [pair for pair in table.rows if pair not in set(pairs)]
    if strangers:
        store, product = strangers[0]
        raise Refused(
            f"{table.path}: line {table.lines[strangers[0]]}: Store {store}, Product {product} has no row in the sales; "
            "add it there, with zeros where it sold nothing.",
            code="unknown_item_site",
            line=table.lines[strangers[0]],
        )
    return State.of(units[:, 0], units[:, 1:])


def _groups(path: Path, pairs: list[Pair]) -> pl.DataFrame:
    """The master's codes of each item-site, as text, numbered like the pairs: first the one that shares a season."""
    table = _table(path)
    names = [SEASON_GROUP, *(name for name in table.columns[2:] if name != SEASON_GROUP)]
    values = table.values(pairs, names, str.strip, "text")
    columns = {name: [row[place] for row in values] for place, name in enumerate(names)}
    keys = {name: [pair[place] for pair in pairs] for place, name in enumerate(KEY)}
    return pl.DataFrame({"item_site": np.arange(len(pairs)), **columns, **keys})


def _units(text: str) -> int:
    """A whole number of units: `3` or `3.0`."""
    value = float(text)
    if not (0 <= value <= MOST_UNITS and value == int(value)):
        raise ValueError(text)
    return int(value)


def _truth(text: str) -> bool:
    truths = {"true": True, "1": True, "false": False, "0": False}
    try:
        return truths[text.strip().lower()]
    except KeyError:
        raise ValueError(text) from None
