"""The schema of every frame that crosses into or out of the engine, and the check at the door.

A frame that does not fit is refused as a whole, with a sentence that names frame, column, row and value.
Columns that a schema does not name are ignored; integers are welcome where numbers are asked, and the other way round
where the numbers are whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, NoReturn

import polars as pl

from ownstock.base.errors import Refused

# Above these the numbers are mistakes; below them every sum is exact in a 64-bit float.
MOST_UNITS = 10**12
MOST_DAYS = 3_650
MOST_WEEKS = 1_040
MOST_KEY = 2**63 - 1

Kind = Literal["key", "whole", "number", "date", "text", "truth", "numbers"]


@dataclass(frozen=True)
class Column:
    """One column: what it means, and which values it may hold.

    `least` and `most` are allowed values; `is_above_least` excludes `least` itself. A column with a `default` may be left
    out. `may_be_null` is for results, and for what need not be known.
    """

    name: str
    kind: Kind
    meaning: str
    least: float | None = None
    most: float | None = None
    is_above_least: bool = False
    options: tuple[str, ...] = ()
    may_be_null: bool = False
    default: float | str | None = None


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
        Column("backordered", "whole", "units owed to customers and other sites", least=0, most=MOST_UNITS),
    ),
)
ARRIVALS = Schema(
    "arrivals",
    (
        ITEM_SITE,
        Column("arrives_in_days", "whole", "days from today", least=0, most=MOST_DAYS),
        Column("quantity", "whole", "units", least=0, most=MOST_UNITS, is_above_least=True),
        Column("is_in_quarantine", "truth", "whether they are there already, and wait to be released", default=0.0),
        Column(
            "scenario", "whole", "0: as expected; else in which of `lead_times` they come so", 0, MOST_DAYS, default=0.0
        ),
    ),
    key=(),
)
KNOWN = Schema(
    "known",
    (
        ITEM_SITE,
        Column("wanted_in_days", "whole", "days from today", least=0, most=MOST_DAYS),
        Column("quantity", "whole", "units that are ordered for that day", 0, MOST_UNITS, is_above_least=True),
        Column("is_transfer", "truth", "whether another site of ours is to get them, not a customer", default=0.0),
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
        Column(
            "goal",
            "text",
            "what the order-up-to level aims at: least expected cost, or a service target",
            options=("cost", "cycle_service_level", "fill_rate"),
            default="cost",
        ),
        Column(
            "target", "number", "the service target aimed at; not read where the goal is cost", 0, 0.9999, default=0.5
        ),
    ),
)
LEAD_TIMES = Schema(
    "lead_times",
    (
        ITEM_SITE,
        Column("lead_time_days", "whole", "days from the order to its arrival", least=0, most=MOST_DAYS),
        Column("probability", "number", "of that lead time; they sum to 1", least=0, most=1, is_above_least=True),
        Column("scenario", "whole", "which of `arrivals` come where it is that lead time", 0, MOST_DAYS, default=0.0),
    ),
    key=("item_site", "scenario", "lead_time_days"),
)

FORECAST = Schema(
    "forecast",
    (
        ITEM_SITE,
        Column("mean_by_bucket", "numbers", "units expected in each bucket from today on", 0, MOST_UNITS),
        Column("bucket_days", "number", "length of a bucket", least=0, most=MOST_DAYS, is_above_least=True),
        Column("variance_ratio", "number", "variance / mean of demand", least=0, most=MOST_UNITS),
        Column("level", "number", "units a bucket, season removed", default=0.0),
        Column("buckets_seen", "whole", "buckets of the last season that were in stock long enough to count", default=0.0),
        Column(
            "buckets_since_seen", "whole", "buckets since the last one that was; null where none ever was", may_be_null=True,
            default=0.0,
        ),
        Column("buckets_capped", "whole", "buckets of the last season so far out that they were capped", default=0.0),
        Column("is_season_known", "truth", "whether the history is long enough to know its season", default=0.0),
        Column("main_method", "text", "the method that weighs most", default="given"),
        Column("main_method_weight", "number", "how much it weighs, 0 to 1", default=1.0),
    ),
)  # fmt: skip
DECISION_COLUMNS = (
    ITEM_SITE,
    Column("quantity", "whole", "units to order now"),
    Column("needed_quantity", "whole", "units wanted, were there no MOQ and no multiple"),
    Column("step_need", "whole", "order-up-to level by the forecast alone less inventory position, at least 0"),
    Column("step_known", "whole", "added because more is known to be wanted than the forecast expects"),
    Column("step_look_ahead", "whole", "taken away because the window after this one would hold it on"),
    Column("step_moq", "whole", "added to reach the MOQ, or taken away where the MOQ is not worth its cost"),
    Column("step_multiple", "whole", "added or taken away to reach a multiple"),
    Column(
        "order_up_to_level", "whole", "units that cover everything taken until the window ends as surely as is wanted"
    ),
    Column("inventory_position", "whole", "usable - backordered + arrivals that count"),
    Column("arriving_before_order", "whole", "units of open arrivals up to the lead time"),
    Column("arriving_in_window", "whole", "units of open arrivals after the lead time, in the review period"),
    Column("arriving_later", "whole", "units of open arrivals that do not count yet"),
    Column("mean_in_lead_time", "number", "units expected to be wanted until the order arrives"),
    Column("mean_in_window", "number", "units expected to be wanted from then until the next order arrives"),
    Column("known_in_lead_time", "number", "of them, units that customers have ordered already"),
    Column("known_in_window", "number", "the same of the window"),
    Column("consumed_in_lead_time", "number", "units of the forecast that these take the place of"),
    Column("consumed_in_window", "number", "the same of the window"),
    Column("critical_ratio", "number", "wanted probability of no stock-out in the window"),
    Column("projected_mean_at_arrival", "number", "units expected on hand when the order arrives, without it"),
    Column("stock_out_probability", "number", "that nothing is on hand when the order arrives, without it"),
    Column(
        "stock_out_in_days", "whole", "day on which mean demand empties it; null beyond the window", may_be_null=True
    ),
    Column("expected_cost", "number", "money: holding and shortage of the window with this quantity"),
    Column("expected_cost_of_zero", "number", "the same with no order"),
    Column("quantity_one_less", "whole", "the next smaller quantity allowed", may_be_null=True),
    Column("expected_cost_one_less", "number", "its expected cost", may_be_null=True),
    Column("quantity_one_more", "whole", "the next larger quantity allowed"),
    Column("expected_cost_one_more", "number", "its expected cost"),
    Column("look_ahead_saving", "number", "money that the look ahead saves over this window and the next"),
    Column("lattice_step", "whole", "units per point of the computed distribution; 1 = exact"),
)
PLAN = Schema("plan", DECISION_COLUMNS + FORECAST.columns[1:])
PLANNED = Schema(
    "planned",
    (
        ITEM_SITE,
        Column("week", "whole", "0 = the seven days that begin today", least=0, most=MOST_WEEKS),
        Column("week_start_on", "date", "first day of the week; null where no day is known", may_be_null=True),
        Column(
            "quantity",
            "whole",
            "units to be ordered in the week where demand comes as expected",
            least=0,
            most=MOST_UNITS,
        ),
        Column("quantity_p10", "whole", "units ordered in the week: no more on a tenth of the paths"),
        Column("quantity_p50", "whole", "the same on half of the paths"),
        Column("quantity_p90", "whole", "the same on nine tenths of the paths"),
        Column("quantity_mean", "number", "the same on average"),
        Column("order_value_mean", "number", "money: quantity_mean · unit cost"),
        Column("on_hand_p10", "whole", "units on hand at the end of the week: no more on a tenth of the paths"),
        Column("on_hand_p50", "whole", "the same on half of the paths"),
        Column("on_hand_p90", "whole", "the same on nine tenths of the paths"),
    ),
    key=("item_site", "week"),
)


class Checked(NamedTuple):
    """The frames of a decision after the check: schema columns only, whole numbers as Int64, numbers as Float64."""

    position: pl.DataFrame
    arrivals: pl.DataFrame
    supply: pl.DataFrame
    economics: pl.DataFrame
    lead_times: pl.DataFrame
    known: pl.DataFrame


def check_all(
    position: pl.DataFrame,
    arrivals: pl.DataFrame,
    supply: pl.DataFrame,
    economics: pl.DataFrame,
    lead_times: pl.DataFrame | None = None,
    known: pl.DataFrame | None = None,
) -> Checked:
    """The frames, fit to decide from; `position` and `economics` in the order of `supply`.

    `supply` says what is planned: `position` and `economics` have one row for each of its item-sites; `arrivals`,
    `lead_times` and `known` may have none. Raises Refused for anything that does not fit.
    """
    supply = check(supply, SUPPLY)
    key = supply.schema["item_site"]
    checked = Checked(
        check(position, POSITION, key),
        check(arrivals, ARRIVALS, key),
        supply,
        check(economics, ECONOMICS, key),
        check(pl.DataFrame() if lead_times is None else lead_times, LEAD_TIMES, key),
        check(pl.DataFrame() if known is None else known, KNOWN, key),
    )
    refuse_strangers(checked.arrivals, ARRIVALS, supply)
    refuse_strangers(checked.lead_times, LEAD_TIMES, supply)
    refuse_strangers(checked.known, KNOWN, supply)
    _refuse_shares(checked.lead_times)
    return checked._replace(
        position=one_row_each(checked.position, POSITION, supply),
        economics=one_row_each(checked.economics, ECONOMICS, supply),
    )


def check_history(history: pl.DataFrame, supply: pl.DataFrame) -> pl.DataFrame:
    """The long history, fit to forecast the item-sites of `supply` from; Refused as `check` says, and for its weeks."""
    checked = _check_weeks(check(history, HISTORY, supply.schema["item_site"]))
    refuse_strangers(checked, HISTORY, supply)
    return checked


def check(frame: pl.DataFrame, schema: Schema, key: pl.DataType | None = None) -> pl.DataFrame:
    """The frame with the columns of its schema, in its types; `key` is the type that item_site must have.

    Raises Refused for the first column missing or of a wrong type, null, not finite, out of range, not whole,
    not among its options, and for a repeated key.
    """
    if frame.height == 0:
        return pl.DataFrame(schema={column.name: _type(column, key) for column in schema.columns})
    left_out = [c for c in schema.columns if c.default is not None and c.name not in frame.columns]
    if left_out:
        frame = frame.with_columns(pl.lit(c.default).cast(_type(c, key)).alias(c.name) for c in left_out)
    for column in schema.columns:
        _check_type(frame, schema, column, key)
    _check_values(frame, schema)
    frame = _in_types(frame, schema)
    if schema.key and frame.height > 1 and _distinct(frame, schema.key) < frame.height:
        repeated = frame.filter(pl.struct(schema.key).is_duplicated())
        refuse(schema, schema.key[-1], repeated, "is there more than once", "repeated_row")
    return frame


def _in_types(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """The columns of a schema in its types."""
    held = frame.schema
    wanted = {c.name: _type(c, held["item_site"]) for c in schema.columns}
    if all(held[name] == kind for name, kind in wanted.items()):
        return frame if len(held) == len(wanted) and list(held) == list(wanted) else frame[list(wanted)]
    return frame.select(pl.col(name).cast(kind) for name, kind in wanted.items())


def _distinct(frame: pl.DataFrame, key: tuple[str, ...]) -> int:
    return frame[key[0]].n_unique() if len(key) == 1 else frame.select(key).n_unique()


def result(columns: dict[str, pl.Series], schema: Schema) -> pl.DataFrame:
    """The columns as the frame that a schema promises: same columns, same order, same types."""
    assert set(columns) == {c.name for c in schema.columns}, set(columns) ^ {c.name for c in schema.columns}
    key = columns["item_site"].dtype
    return pl.DataFrame([columns[c.name].cast(_type(c, key)).alias(c.name) for c in schema.columns])


def _type(column: Column, key: pl.DataType | None) -> pl.DataType:
    if column.kind == "key":
        return pl.String() if key == pl.String else pl.Int64()
    types: dict[str, pl.DataType] = {
        "whole": pl.Int64(), "number": pl.Float64(), "date": pl.Date(), "text": pl.String(), "truth": pl.Boolean(),
        "numbers": pl.List(pl.Float64),
    }  # fmt: skip
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
        "truth": found == pl.Boolean,
        "numbers": isinstance(found, pl.List | pl.Array) and found.inner.is_numeric(),
    }
    wanted = {
        "key": "whole numbers or text", "whole": "numbers", "number": "numbers", "date": "dates", "text": "text",
        "truth": "true or false", "numbers": "lists of numbers",
    }  # fmt: skip
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
            f"{schema.name}: item_site holds {found}, but elsewhere it holds {key}; give both as the same.",
            code="key_type",
            frame=schema.name,
            column=column.name,
            found=str(found),
        )


def _check_values(frame: pl.DataFrame, schema: Schema) -> None:
    """All rules of all columns in one pass; the first that is broken is told."""
    rules, has_broken = _all_rules(schema, tuple(frame.schema[c.name] for c in schema.columns))
    broken = frame.select(has_broken).row(0)
    if not any(broken):
        return
    for (column, is_bad, must), is_broken in zip(rules, broken, strict=True):
        if is_broken:
            bad = frame.filter(is_bad)
            refuse(schema, column.name, bad, f"is {bad[column.name][0]}; {must}", "value_out_of_range")


@lru_cache(maxsize=256)
def _all_rules(
    schema: Schema, held: tuple[pl.DataType, ...]
) -> tuple[list[tuple[Column, pl.Expr, str]], list[pl.Expr]]:
    """The rules of all columns as they are held, and what tells of each whether any value breaks it."""
    kinds = zip(schema.columns, held, strict=True)
    rules = [(c, is_bad, must) for c, kind in kinds for is_bad, must in _rules(c, kind)]
    return rules, [is_bad.any().alias(str(place)) for place, (_, is_bad, _) in enumerate(rules)]


def _rules(column: Column, held: pl.DataType) -> Iterator[tuple[pl.Expr, str]]:
    """What each value of a column must not be, and what it must be instead."""
    value = pl.col(column.name)
    if not column.may_be_null:
        yield value.is_null(), "it must be given"
    if column.kind == "key" and held.is_integer():
        yield value > MOST_KEY, f"it must be at most {MOST_KEY}; give larger ones as text"
    if column.kind == "numbers":
        yield from _rules_of_lists(value.cast(pl.List(pl.Float64)), column)
        return
    if column.kind in ("whole", "number"):
        yield ~value.cast(pl.Float64).is_finite(), "it must be a finite number"
    if column.least is not None:
        too_low = value <= column.least if column.is_above_least else value < column.least
        yield too_low, f"it must be {'above' if column.is_above_least else 'at least'} {column.least:g}"
    if column.most is not None:
        yield value > column.most, f"it must be at most {column.most:g}"
    if column.kind == "whole":
        yield value.cast(pl.Float64) % 1 != 0, "it must be a whole number"
    if column.options:
        yield ~value.is_in(column.options), f"it must be one of {', '.join(column.options)}"


def _rules_of_lists(value: pl.Expr, column: Column) -> Iterator[tuple[pl.Expr, str]]:
    assert column.least is not None
    assert column.most is not None
    yield value.list.len() == 0, "it must hold at least one number"
    yield value.list.eval(pl.element().is_null() | ~pl.element().is_finite()).list.any(), "its numbers must be finite"
    must = f"its numbers must be from {column.least:g} to {column.most:g}"
    yield (value.list.min() < column.least) | (value.list.max() > column.most), must


def _check_weeks(history: pl.DataFrame) -> pl.DataFrame:
    not_monday = history.filter(pl.col("week_start_on").dt.weekday() != 1)
    if not_monday.height:
        found = not_monday["week_start_on"][0]
        refuse(HISTORY, "week_start_on", not_monday, f"is {found}; weeks start on Monday", "week_not_monday")
    if history.height:
        last = history["week_start_on"].max()
        age_days = (pl.lit(last) - pl.col("week_start_on")).dt.total_days()
        oldest = history.filter(age_days >= 7 * MOST_WEEKS)
        if oldest.height:
            found = oldest["week_start_on"][0]
            problem = f"is {found}, but the last week is {last!s}; at most {MOST_WEEKS} weeks are read"
            refuse(HISTORY, "week_start_on", oldest, problem, "too_many_weeks")
    return history


def refuse_strangers(frame: pl.DataFrame, schema: Schema, supply: pl.DataFrame) -> None:
    """Raise Refused where a frame has rows of item-sites that are not in supply."""
    if frame["item_site"].equals(supply["item_site"]) or frame["item_site"].is_in(supply["item_site"].implode()).all():
        return
    strangers = frame.join(supply, on="item_site", how="anti", maintain_order="left")
    if strangers.height:
        refuse(schema, "item_site", strangers, "is not in supply", "unknown_item_site")


def one_row_each(frame: pl.DataFrame, schema: Schema, supply: pl.DataFrame) -> pl.DataFrame:
    """The frame in the order of supply; Refused where an item-site of one is missing in the other."""
    if frame["item_site"].equals(supply["item_site"]):
        return frame
    refuse_strangers(frame, schema, supply)
    missing = supply.join(frame, on="item_site", how="anti", maintain_order="left")
    if missing.height:
        refuse(schema, "item_site", missing, f"is in supply, but has no row in {schema.name}", "row_missing")
    return supply.select("item_site").join(frame, on="item_site", how="left", maintain_order="left")


def _refuse_shares(lead_times: pl.DataFrame) -> None:
    total = lead_times.group_by("item_site", maintain_order=True).agg(pl.col("probability").sum())
    off = total.filter((pl.col("probability") - 1).abs() > 1e-6)
    if off.height:
        found = off["probability"][0]
        refuse(LEAD_TIMES, "probability", off, f"sums to {found:g}; it must sum to 1", "shares_not_one")


def refuse(schema: Schema, column: str, bad: pl.DataFrame, problem: str, code: str) -> NoReturn:
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
