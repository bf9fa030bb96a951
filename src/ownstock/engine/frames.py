"""The schema of every frame that crosses into or out of the engine, and the check at the door.

A frame that does not fit is refused as a whole, with a sentence that names frame, column, row and value.
Columns that a schema does not name are ignored; integers are welcome where numbers are asked, and the other way round
where the numbers are whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, NoReturn

import polars as pl

from ownstock.base.errors import Refused

# Above these the numbers are mistakes; below them every sum is exact in a 64-bit float.
MOST_UNITS = 10**12
MOST_DAYS = 3_650
MOST_WEEKS = 1_040

Kind = Literal["key", "whole", "number", "date", "text"]


@dataclass(frozen=True)
class Column:
    """One column: what it means, and which values it may hold.

    `least` and `most` are allowed values; `is_above_least` excludes `least` itself. `may_be_null` is for results only.
    """

    name: str
    kind: Kind
    meaning: str
    least: float | None = None
    most: float | None = None
    is_above_least: bool = False
    options: tuple[str, ...] = ()
    may_be_null: bool = False


@dataclass(frozen=True)
class Schema:
    """One frame: its name, its columns in order, and the columns that name a row."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("item_site",)


ITEM_SITE = Column("item_site", "key", "item x site: whole number or text, passed through")

HISTORY = Schema(
    "history",
    (
        ITEM_SITE,
        Column("week_start_on", "date", "Monday of the week; the latest in the frame is the last complete week"),
        Column("issued", "number", "units issued to demand in the week", least=0, most=MOST_UNITS),
        Column("returned", "number", "units that customers returned in the week", least=0, most=MOST_UNITS),
        Column("in_stock_fraction", "number", "part of the week in which it could be sold", least=0, most=1),
    ),
    key=("item_site", "week_start_on"),
)
POSITION = Schema(
    "position",
    (
        ITEM_SITE,
        Column("usable", "whole", "units on hand that may be issued", least=0, most=MOST_UNITS),
        Column("backordered", "whole", "units owed to customers", least=0, most=MOST_UNITS),
    ),
)
ARRIVALS = Schema(
    "arrivals",
    (
        ITEM_SITE,
        Column("arrives_in_days", "whole", "days from today", least=0, most=MOST_DAYS),
        Column("quantity", "whole", "units", least=0, most=MOST_UNITS, is_above_least=True),
    ),
    key=(),
)
SUPPLY = Schema(
    "supply",
    (
        ITEM_SITE,
        Column("lead_time_days", "whole", "days from the order to its arrival", least=0, most=MOST_DAYS),
        Column("review_period_days", "whole", "days from this order to the next", least=1, most=MOST_DAYS),
        Column("moq", "whole", "least quantity of an order, in stock units", least=0, most=MOST_UNITS),
        Column("order_multiple", "whole", "an order is a multiple of it, in stock units", least=1, most=MOST_UNITS),
        Column("unit_cost", "number", "money per unit", least=0, most=MOST_UNITS, is_above_least=True),
    ),
)
ECONOMICS = Schema(
    "economics",
    (
        ITEM_SITE,
        Column(
            "holding_rate",
            "number",
            "yearly cost of one unit of money in stock",
            least=0,
            most=100,
            is_above_least=True,
        ),
        Column("shortage_cost", "number", "money lost per unit short", least=0, most=MOST_UNITS),
        Column("unserved_demand", "text", "whether it waits or is lost", options=("lost", "backorder")),
    ),
)

PLAN = Schema(
    "plan",
    (
        ITEM_SITE,
        Column("quantity", "whole", "units to order now"),
        Column("needed_quantity", "whole", "units of least expected cost, were there no MOQ and no multiple"),
        Column("step_need", "whole", "order-up-to level less inventory position, at least 0"),
        Column("step_moq", "whole", "added to reach the MOQ, or taken away where the MOQ is not worth its cost"),
        Column("step_multiple", "whole", "added or taken away to reach a multiple"),
        Column("order_up_to_level", "whole", "depletion until the window ends that is met at the critical ratio"),
        Column("inventory_position", "whole", "usable - backordered + arrivals that count"),
        Column("arriving_before_order", "whole", "units of open arrivals up to the lead time"),
        Column("arriving_in_window", "whole", "units of open arrivals after the lead time, in the review period"),
        Column("arriving_later", "whole", "units of open arrivals that do not count yet"),
        Column("mean_per_day", "number", "expected demand a day"),
        Column("variance_per_week", "number", "variance of the demand of a week"),
        Column("weeks_used", "whole", "weeks of the window that were in stock long enough to count"),
        Column(
            "weeks_back", "whole", "weeks from the end of that window to the last complete week, if out of stock since"
        ),
        Column("distribution", "text", "of demand", options=("negative_binomial", "poisson")),
        Column("shape", "number", "of the negative binomial of a week", may_be_null=True),
        Column("p", "number", "success probability of the negative binomial, mean ÷ variance; 1 for Poisson"),
        Column("critical_ratio", "number", "wanted probability of no stock-out in the window"),
        Column("projected_mean_at_arrival", "number", "units expected on hand when the order arrives, without it"),
        Column("stock_out_probability", "number", "that nothing is on hand when the order arrives, without it"),
        Column(
            "stock_out_in_days",
            "whole",
            "day on which expected demand empties it; null beyond the window",
            may_be_null=True,
        ),
        Column("expected_cost", "number", "money: holding and shortage of the window with this quantity"),
        Column("expected_cost_of_zero", "number", "the same with no order"),
        Column("quantity_one_less", "whole", "the next smaller quantity allowed", may_be_null=True),
        Column("expected_cost_one_less", "number", "its expected cost", may_be_null=True),
        Column("quantity_one_more", "whole", "the next larger quantity allowed"),
        Column("expected_cost_one_more", "number", "its expected cost"),
        Column("lattice_step", "whole", "units per point of the computed distribution; 1 = exact"),
    ),
)


class Checked(NamedTuple):
    """The five frames after the check: schema columns only, whole numbers as Int64, numbers as Float64."""

    history: pl.DataFrame
    position: pl.DataFrame
    arrivals: pl.DataFrame
    supply: pl.DataFrame
    economics: pl.DataFrame


def check_all(
    history: pl.DataFrame,
    position: pl.DataFrame,
    arrivals: pl.DataFrame,
    supply: pl.DataFrame,
    economics: pl.DataFrame,
) -> Checked:
    """The five frames, fit to plan from; `position` and `economics` in the order of `supply`.

    `supply` says what is planned: `position` and `economics` have one row for each of its item-sites; `history` and
    `arrivals` may have none. Raises Refused for anything that does not fit.
    """
    supply = check(supply, SUPPLY)
    key = supply.schema["item_site"]
    checked = Checked(
        _check_weeks(check(history, HISTORY, key)),
        check(position, POSITION, key),
        check(arrivals, ARRIVALS, key),
        supply,
        check(economics, ECONOMICS, key),
    )
    for frame, schema in zip(checked, (HISTORY, POSITION, ARRIVALS, SUPPLY, ECONOMICS), strict=True):
        _refuse_strangers(frame, schema, supply)
    return checked._replace(
        position=_one_row_each(checked.position, POSITION, supply),
        economics=_one_row_each(checked.economics, ECONOMICS, supply),
    )


def check(frame: pl.DataFrame, schema: Schema, key: pl.DataType | None = None) -> pl.DataFrame:
    """The frame with the columns of its schema, in its types; `key` is the type that item_site must have.

    Raises Refused for the first column missing or of a wrong type, null, not finite, out of range, not whole,
    not among its options, and for a repeated key.
    """
    if frame.height == 0:
        return pl.DataFrame(schema={column.name: _type(column, key) for column in schema.columns})
    for column in schema.columns:
        _check_type(frame, schema, column, key)
        _check_values(frame, schema, column)
    frame = frame.select(pl.col(c.name).cast(_type(c, frame.schema["item_site"])) for c in schema.columns)
    if schema.key:
        repeated = frame.filter(pl.struct(schema.key).is_duplicated())
        if repeated.height:
            _refuse(schema, schema.key[-1], repeated, "is there more than once", "repeated_row")
    return frame


def result(columns: dict[str, pl.Series], schema: Schema) -> pl.DataFrame:
    """The columns as the frame that a schema promises: same columns, same order, same types."""
    assert set(columns) == {c.name for c in schema.columns}, set(columns) ^ {c.name for c in schema.columns}
    key = columns["item_site"].dtype
    return pl.DataFrame([columns[c.name].cast(_type(c, key)).alias(c.name) for c in schema.columns])


def _type(column: Column, key: pl.DataType | None) -> pl.DataType:
    if column.kind == "key":
        return pl.String() if key == pl.String else pl.Int64()
    types = {"whole": pl.Int64(), "number": pl.Float64(), "date": pl.Date(), "text": pl.String()}
    return types[column.kind]


def _check_type(frame: pl.DataFrame, schema: Schema, column: Column, key: pl.DataType | None) -> None:
    if column.name not in frame.columns:
        raise Refused(
            f"{schema.name}: the column {column.name} is missing ({column.meaning}).",
            code="column_missing",
            frame=schema.name,
            column=column.name,
        )
    found = frame.schema[column.name]
    fits = {
        "key": found.is_integer() or found == pl.String,
        "whole": found.is_numeric(),
        "number": found.is_numeric(),
        "date": found == pl.Date,
        "text": found == pl.String,
    }
    wanted = {"key": "whole numbers or text", "whole": "numbers", "number": "numbers", "date": "dates", "text": "text"}
    if not fits[column.kind] and found != pl.Null:
        raise Refused(
            f"{schema.name}: the column {column.name} holds {found}; it must hold {wanted[column.kind]}.",
            code="column_type",
            frame=schema.name,
            column=column.name,
            found=str(found),
        )
    if column.kind == "key" and key is not None and (found == pl.String) != (key == pl.String):
        raise Refused(
            f"{schema.name}: item_site holds {found}, but in supply it holds {key}.",
            code="key_type",
            frame=schema.name,
            column=column.name,
            found=str(found),
        )


def _check_values(frame: pl.DataFrame, schema: Schema, column: Column) -> None:
    value = pl.col(column.name)
    rules: list[tuple[pl.Expr, str]] = [(value.is_null(), "it must be given")]
    if column.kind in ("whole", "number"):
        rules.append((~value.cast(pl.Float64).is_finite(), "it must be a finite number"))
    if column.least is not None:
        too_low = value <= column.least if column.is_above_least else value < column.least
        rules.append((too_low, f"it must be {'above' if column.is_above_least else 'at least'} {column.least:g}"))
    if column.most is not None:
        rules.append((value > column.most, f"it must be at most {column.most:g}"))
    if column.kind == "whole":
        rules.append((value.cast(pl.Float64) % 1 != 0, "it must be a whole number"))
    if column.options:
        rules.append((~value.is_in(column.options), f"it must be one of {', '.join(column.options)}"))
    for is_bad, must in rules:
        bad = frame.filter(is_bad)
        if bad.height:
            _refuse(schema, column.name, bad, f"is {bad[column.name][0]}; {must}", "value_out_of_range")


def _check_weeks(history: pl.DataFrame) -> pl.DataFrame:
    not_monday = history.filter(pl.col("week_start_on").dt.weekday() != 1)
    if not_monday.height:
        found = not_monday["week_start_on"][0]
        _refuse(HISTORY, "week_start_on", not_monday, f"is {found}; weeks start on Monday", "week_not_monday")
    if history.height:
        last = history["week_start_on"].max()
        age_days = (pl.lit(last) - pl.col("week_start_on")).dt.total_days()
        oldest = history.filter(age_days >= 7 * MOST_WEEKS)
        if oldest.height:
            found = oldest["week_start_on"][0]
            problem = f"is {found}, but the last week is {last!s}; at most {MOST_WEEKS} weeks are read"
            _refuse(HISTORY, "week_start_on", oldest, problem, "too_many_weeks")
    return history


def _refuse_strangers(frame: pl.DataFrame, schema: Schema, supply: pl.DataFrame) -> None:
    strangers = frame.join(supply, on="item_site", how="anti", maintain_order="left")
    if strangers.height:
        _refuse(schema, "item_site", strangers, "is not in supply", "unknown_item_site")


def _one_row_each(frame: pl.DataFrame, schema: Schema, supply: pl.DataFrame) -> pl.DataFrame:
    missing = supply.join(frame, on="item_site", how="anti", maintain_order="left")
    if missing.height:
        _refuse(schema, "item_site", missing, f"is in supply, but has no row in {schema.name}", "row_missing")
    return supply.select("item_site").join(frame, on="item_site", how="left", maintain_order="left")


def _refuse(schema: Schema, column: str, bad: pl.DataFrame, problem: str, code: str) -> NoReturn:
    """Raise Refused about the first bad row; how many more there are is told too."""
    key = bad["item_site"][0]
    more = f" ({bad.height - 1} more like it.)" if bad.height > 1 else ""
    subject = f"item_site {key}" if column == "item_site" else f"{column} of item_site {key}"
    raise Refused(
        f"{schema.name}: {subject} {problem}.{more}",
        code=code,
        frame=schema.name,
        column=column,
        item_site=key,
        value=bad[column][0],
        rows=bad.height,
    )
