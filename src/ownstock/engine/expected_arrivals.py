"""When what is ordered now arrives, and what is open already: the arrival record as frames of days and probabilities.

Days are thinned: where many days have little probability each, some stand for their neighbours, with the same mean. A day
that many deliveries arrive on stays a day of its own.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from ownstock.engine import arrival_frames, frames
from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.arrival_levels import BY_ORDER, BY_PROMISE
from ownstock.engine.arrival_record import ArrivalRecord
from ownstock.engine.survival import DAYS

# No more than 3 times as many days are kept of a distribution; a day as likely as one in so many stays as it is.
POINTS = 32
# Rows whose distributions are held at a time: 6 kB each, and a few copies.
ROWS_AT_ONCE = 4_096
# Orders of which fewer cross are taken not to.
CROSSING_MATTERS = 0.01


def lead_times_now(record: ArrivalRecord, orders_now: pl.DataFrame) -> pl.DataFrame:
    """In how many days what is ordered on the record's day arrives. `arrival_frames.ORDERS_NOW` → `frames.LEAD_TIMES`

    With days that are promised or agreed, by what the supplier makes of promises; without, by the days its orders took.
    Raises Refused where the frame does not fit.
    """
    orders = frames.check(orders_now, arrival_frames.ORDERS_NOW)
    dated = orders.with_columns(
        promised_on=pl.lit(record.as_of) + pl.duration(days="promised_in_days"), ordered_on=pl.lit(record.as_of)
    )
    days, places = _days(record, dated)
    columns = {"item_site": orders["item_site"][places], "lead_time_days": days["day"]}
    columns |= {"probability": days["probability"], "scenario": pl.zeros(days.height, eager=True)}
    return frames.result(columns, frames.LEAD_TIMES)


def arrival_days(record: ArrivalRecord, still_open: pl.DataFrame) -> pl.DataFrame:
    """On which days open deliveries arrive, given that they have not. `STILL_OPEN` → `ARRIVAL_DAYS` of `arrival_frames`

    A delivery more than a year after its promise, or two years after its order where none was made, has no row: nobody
    can tell whether it still comes. Raises Refused where the frame does not fit, or an order is of a day to come.
    """
    deliveries = arrival_frames.check_still_open(still_open, record.as_of)
    days, places = _days(record, deliveries)
    columns = {name: deliveries[name][places] for name in ("delivery", "item_site")}
    columns |= {"arrives_in_days": days["day"], "probability": days["probability"]}
    return frames.result(columns, arrival_frames.ARRIVAL_DAYS)


def crossing(lead_times: pl.DataFrame, supply: pl.DataFrame) -> pl.DataFrame:
    """Whether orders may cross: P(L' + R < L) for two orders a review period R apart. → `arrival_frames.CROSSING`

    lead_times, supply: as the engine knows them. The two are taken as independent, so where a supplier ships in the
    order in which it was asked, this is more than will be seen. A certain lead time never crosses.
    """
    supply = frames.check(supply, frames.SUPPLY)
    lead_times = frames.check(lead_times, frames.LEAD_TIMES, supply.schema["item_site"])
    frames.refuse_strangers(lead_times, frames.LEAD_TIMES, supply)
    places = supply.select("item_site", "review_period_days").with_row_index("place")
    rows = lead_times.join(places, on="item_site").sort("place", "lead_time_days")
    probability = _overtaken(
        rows["place"].cast(pl.Int64).to_numpy(),
        rows["lead_time_days"].to_numpy(),
        rows["review_period_days"].to_numpy(),
        rows["probability"].to_numpy(),
        supply.height,
    )
    columns = {"item_site": supply["item_site"], "crossing_probability": pl.Series(probability, dtype=pl.Float64)}
    return frames.result(columns | {"may_cross": pl.Series(probability >= CROSSING_MATTERS)}, arrival_frames.CROSSING)


def _overtaken(place: Ints, days: Ints, review: Ints, probability: Floats, places: int) -> Floats:
    """Σ_l P(L = l) · P(L' < l - R) of each place; rows sorted by place and day. [rows] → [places]"""
    until = np.concatenate([[0.0], np.cumsum(probability)])
    span = frames.MOST_DAYS + 1
    key, first = place * span + days, np.searchsorted(place, place)
    sooner = np.maximum(np.searchsorted(key, place * span + np.maximum(days - review, 0)), first)
    found = np.bincount(place, weights=probability * (until[sooner] - until[first]), minlength=places)
    return np.clip(found, 0.0, 1.0)


def _days(record: ArrivalRecord, deliveries: pl.DataFrame) -> tuple[pl.DataFrame, Ints]:
    """Day from today and probability, thinned, in the order of the deliveries; and the place of each row's delivery."""
    told = [pl.DataFrame(schema={"place": pl.Int64, "day": pl.Int64, "probability": pl.Float64})]
    numbered = deliveries.with_row_index("place").with_columns(pl.col("place").cast(pl.Int64))
    is_promised = pl.col("promised_on").is_not_null()
    for some, promised in ((numbered.filter(is_promised), True), (numbered.filter(~is_promised), False)):
        for part in some.iter_slices(ROWS_AT_ONCE):
            told.append(_told(record, part, is_promised=promised))
    every = pl.concat(told).sort("place", "day")
    return every, every["place"].to_numpy()


def _told(record: ArrivalRecord, part: pl.DataFrame, *, is_promised: bool) -> pl.DataFrame:
    clock, reference = (BY_PROMISE, "promised_on") if is_promised else (BY_ORDER, "ordered_on")
    today = (pl.lit(record.as_of) - pl.col(reference)).dt.total_days() + clock.zero
    asked = part.with_columns(day=today)
    row, day, probability = thinned(record.distributions(asked, is_promised=is_promised))
    in_days = day - asked["day"].to_numpy()[row]
    return pl.DataFrame({"place": part["place"].to_numpy()[row], "day": in_days, "probability": probability})


def thinned(distribution: Floats) -> tuple[Ints, Ints, Floats]:
    """Fewer days that stand for all: row, day and probability of each, in order. [n, DAYS] → [kept] each

    Days less likely than 1 / `POINTS` are put together until they are that likely, and stand at their mean, rounded; so
    the mean moves by less than half a day, and no day leaves its neighbours.
    """
    is_heavy = distribution >= 1 / POINTS
    middle = np.floor(POINTS * (np.cumsum(distribution, axis=1) - distribution / 2))
    is_first = np.ones(distribution.shape, dtype=np.bool_)
    is_first[:, 1:] = is_heavy[:, 1:] | is_heavy[:, :-1] | (middle[:, 1:] != middle[:, :-1])
    bin_of = np.cumsum(is_first.ravel()) - 1
    flat = distribution.ravel()
    mass = np.asarray(np.bincount(bin_of, weights=flat), dtype=np.float64)
    day = np.bincount(bin_of, weights=flat * np.tile(np.arange(DAYS), len(distribution)))
    row: Ints = np.repeat(np.arange(len(distribution)), DAYS)[is_first.ravel()]
    kept = mass > 0
    return row[kept], np.rint(day[kept] / mass[kept]).astype(np.int64), mass[kept]
