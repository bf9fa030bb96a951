"""The schemas of what tells when deliveries arrive: receipts and open orders in, days and probabilities out."""

from __future__ import annotations

from datetime import date

import polars as pl

from ownstock.engine.frames import ITEM_SITE, MOST_DAYS, MOST_KEY, MOST_UNITS, Column, Schema, check, refuse

SUPPLIER = Column("supplier", "text", "who delivers: a name or a code")
LANE = Column("lane", "text", "the agreement or the route it comes by, within the supplier", default="")
RECEIPTS = Schema(
    "receipts",
    (
        ITEM_SITE,
        SUPPLIER,
        LANE,
        Column("arrives_with", "text", "a name that what arrives together shares: of a supplier it counts as one"),
        Column("ordered_on", "date", "day of the order"),
        Column("promised_on", "date", "day that was promised last; null where none was", may_be_null=True),
        Column("received_on", "date", "day of the receipt; null where it is still open", may_be_null=True),
        Column("quantity", "number", "units received, or still open", 0, MOST_UNITS, is_above_least=True),
        Column(
            "cancelled_on", "date", "day from which it was not awaited any more: cut or cancelled; null or left out: it is",
            may_be_null=True,
        ),
    ),
    key=(),
)  # fmt: skip
ORDERS_NOW = Schema(
    "orders_now",
    (
        ITEM_SITE,
        SUPPLIER,
        LANE,
        Column(
            "promised_in_days", "whole", "days from today that are promised or agreed; null where none are", 0, MOST_DAYS,
            may_be_null=True,
        ),
    ),
)  # fmt: skip
STILL_OPEN = Schema(
    "still_open",
    (
        Column("delivery", "whole", "number of the delivery, passed through", least=0, most=MOST_KEY),
        ITEM_SITE,
        SUPPLIER,
        LANE,
        Column("ordered_on", "date", "day of the order"),
        Column("promised_on", "date", "day that was promised last; null where none was", may_be_null=True),
    ),
    key=("delivery",),
)
ARRIVAL_DAYS = Schema(
    "arrival_days",
    (
        Column("delivery", "whole", "number of the delivery"),
        ITEM_SITE,
        Column("arrives_in_days", "whole", "days from today", least=0, most=MOST_DAYS),
        Column(
            "probability", "number", "of that day; those of a delivery sum to 1", least=0, most=1, is_above_least=True
        ),
    ),
    key=("delivery", "arrives_in_days"),
)
CROSSING = Schema(
    "crossing",
    (
        ITEM_SITE,
        Column("crossing_probability", "number", "that an order arrives before the one a review period older", 0, 1),
        Column("may_cross", "truth", "whether that is likely enough to reckon with"),
    ),
)


def check_receipts(receipts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The receipts and open orders, fit to learn from on a day; Refused as `check` says, and for days in a wrong order."""
    if "cancelled_on" not in receipts.columns:
        receipts = receipts.with_columns(cancelled_on=pl.lit(None, pl.Date))
    checked = check(receipts, RECEIPTS)
    _refuse_days_to_come(checked, RECEIPTS, "ordered_on", as_of)
    _refuse_days_to_come(checked, RECEIPTS, "received_on", as_of)
    early = checked.filter(pl.col("received_on") < pl.col("ordered_on"))
    if early.height:
        problem = f"is {early['received_on'][0]}, before its order of {early['ordered_on'][0]}"
        refuse(RECEIPTS, "received_on", early, problem, "received_before_order")
    return checked


def check_still_open(still_open: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The open deliveries of a day; Refused as `check` says, and for orders of days to come."""
    checked = check(still_open, STILL_OPEN)
    _refuse_days_to_come(checked, STILL_OPEN, "ordered_on", as_of)
    return checked


def _refuse_days_to_come(frame: pl.DataFrame, schema: Schema, column: str, as_of: date) -> None:
    late = frame.filter(pl.col(column) > as_of)
    if late.height:
        refuse(schema, column, late, f"is {late[column][0]}, after {as_of}, the day that is told of", "day_to_come")
