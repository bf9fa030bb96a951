"""What does not fit is refused at the door, with frame, column, row and value."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import polars as pl
import pytest

import ownstock.engine as engine
from ownstock.base.errors import Refused
from tests.engine_cases import case, frames_of, plan_of

NAMES = ("history", "position", "arrivals", "supply", "economics")


def plan_with(frame: str, column: str, value: object) -> pl.DataFrame:
    """The plan of two usual item-sites after one column of one frame was replaced."""
    given = list(frames_of([case(), case(arrivals=[[3, 5]])]))
    place = NAMES.index(frame)
    given[place] = given[place].with_columns(pl.lit(value).alias(column))
    return engine.plan(*given)


@pytest.mark.parametrize(
    ("frame", "column", "value", "sentence"),
    [
        (
            "position",
            "usable",
            -3,
            "position: usable of item_site 0 is -3; it must be at least 0. (1 more like it.)",
        ),
        ("position", "usable", 3.5, "position: usable of item_site 0 is 3.5; it must be a whole number."),
        ("position", "backordered", None, "position: backordered of item_site 0 is None; it must be given."),
        ("history", "issued", float("nan"), "history: issued of item_site 0 is nan; it must be a finite number."),
        ("history", "in_stock_fraction", 1.5, "in_stock_fraction of item_site 0 is 1.5; it must be at most 1."),
        ("arrivals", "quantity", 0, "arrivals: quantity of item_site 1 is 0; it must be above 0."),
        ("arrivals", "item_site", 9, "arrivals: item_site 9 is not in supply."),
        ("supply", "order_multiple", 0, "order_multiple of item_site 0 is 0; it must be at least 1."),
        ("supply", "unit_cost", "dear", "supply: the column unit_cost holds String; it must hold numbers."),
        ("economics", "unserved_demand", "gone", "is gone; it must be one of lost, backorder."),
        (
            "economics",
            "item_site",
            "0",
            "economics: item_site holds String, but elsewhere it holds Int64; give both as the same.",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_a_sentence(
    frame: str, column: str, value: object, sentence: str
) -> None:
    with pytest.raises(Refused) as refused:
        plan_with(frame, column, value)
    assert sentence.removesuffix(".") in str(refused.value)
    assert refused.value.facts["frame"] == frame
    assert refused.value.facts["column"] == column


def test_a_missing_column_is_refused_with_its_meaning() -> None:
    history, position, arrivals, supply, economics = frames_of([case()])
    with pytest.raises(Refused, match="supply: the column moq is missing"):
        engine.plan(history, position, arrivals, supply.drop("moq"), economics)


def test_an_item_site_of_supply_without_position_is_refused() -> None:
    history, position, arrivals, supply, economics = frames_of([case(), case()])
    with pytest.raises(Refused, match="item_site 1 is in supply, but has no row in position") as refused:
        engine.plan(history, position.head(1), arrivals, supply, economics)
    assert refused.value.code == "row_missing"


def test_a_week_that_does_not_start_on_monday_is_refused() -> None:
    history, *others = frames_of([case()])
    with pytest.raises(Refused, match="week_start_on of item_site 0 is 2026-01-06; weeks start on Monday"):
        engine.plan(history.with_columns(pl.col("week_start_on") + timedelta(days=1)), *others)


def test_the_same_week_twice_is_refused() -> None:
    history, *others = frames_of([case()])
    with pytest.raises(Refused, match="week_start_on of item_site 0 is there more than once"):
        engine.plan(pl.concat([history, history.tail(1)]), *others)


def test_a_history_of_more_weeks_than_the_limit_is_refused() -> None:
    history, *others = frames_of([case()])
    old = history.head(1).with_columns(week_start_on=pl.col("week_start_on") - timedelta(weeks=1_033))
    with pytest.raises(Refused, match="at most 1040 weeks"):
        engine.plan(pl.concat([old, history]), *others)


def test_lead_times_whose_probabilities_do_not_sum_to_one_are_refused() -> None:
    lead_times = pl.DataFrame({"item_site": [0, 0], "lead_time_days": [7, 21], "probability": [0.9, 0.2]})
    with pytest.raises(Refused, match=r"probability of item_site 0 sums to 1\.1; it must sum to 1"):
        engine.plan(*frames_of([case()]), lead_times=lead_times)


def test_a_profile_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(Refused, match="There is no profile fastest; choose one of fast, best"):
        engine.plan(*frames_of([case()]), profile="fastest")


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ([], "it must hold at least one number"),
        ([1.0, float("nan")], "its numbers must be finite"),
        ([1.0, -2.0], "its numbers must be from 0 to 1e+12"),
    ],
)
def test_a_forecast_that_does_not_fit_is_refused(value: list[float], sentence: str) -> None:
    forecast = pl.DataFrame({"item_site": [0], "mean_by_bucket": [value], "bucket_days": 7.0, "variance_ratio": 1.5},
                            schema_overrides={"mean_by_bucket": pl.List(pl.Float64)})  # fmt: skip
    with pytest.raises(Refused, match=sentence.replace("+", r"\+")):
        engine.decide(forecast, *frames_of([case()])[1:])


def test_text_keys_pass_through_in_the_order_of_supply() -> None:
    as_text = pl.col("item_site").cast(pl.String) + "@HUB"
    history, position, _, supply, economics = (frame.with_columns(as_text) for frame in frames_of([case()] * 3))
    plan = engine.plan(history, position, pl.DataFrame(), supply.reverse(), economics)
    assert plan["item_site"].to_list() == ["2@HUB", "1@HUB", "0@HUB"]


def test_decimals_and_columns_unknown_to_the_engine_are_welcome() -> None:
    history, position, arrivals, supply, economics = frames_of([case()])
    supply = supply.with_columns(unit_cost=pl.lit(Decimal("10.00")), colour=pl.lit("red"))
    assert engine.plan(history, position, arrivals, supply, economics).equals(plan_of([case()]))


def test_frames_without_rows_give_a_plan_without_rows() -> None:
    history, position, arrivals, supply, economics = frames_of([case()])
    plan = engine.plan(history.clear(), position.clear(), arrivals, supply.clear(), economics.clear())
    assert plan.height == 0
    assert plan.columns == [column.name for column in engine.frames.PLAN.columns]


def test_the_inputs_stand_row_beside_row_with_the_plan() -> None:
    given = frames_of([case(arrivals=[[9, 2], [3, 5]]), case(usable=4)])
    inputs = engine.inputs(*given)
    assert inputs["item_site"].equals(engine.plan(*given)["item_site"])
    soon, later = (
        {"arrives_in_days": day, "quantity": units, "is_in_quarantine": False} for day, units in ((3, 5), (9, 2))
    )
    assert inputs["arrivals"].to_list() == [[soon, later], []]
    assert inputs["known"].to_list() == [[], []]
    assert [week["demand"] for week in inputs["weeks"][0]] == case()["demand"]


def test_a_key_too_large_for_its_type_is_refused_with_the_way_out() -> None:
    given = [frame.with_columns(pl.lit(2**63, pl.UInt64).alias("item_site")) for frame in frames_of([case()])]
    with pytest.raises(Refused, match=r"supply: item_site 9223372036854775808 is .* give larger ones as text"):
        engine.plan(*given)
