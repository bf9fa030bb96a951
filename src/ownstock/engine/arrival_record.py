"""How deliveries have arrived: what receipts and open orders tell of a supplier, its lanes and its items.

Two clocks are kept. One runs around the promise, with the promised day itself as a day like no other, since many
deliveries arrive exactly on it; so a promise is worth what the supplier's record makes of it. The other runs from the
order, for what was never promised. What is still open tells that it takes longer than so far.

Old cases fade: by half with every so many newer ones of their supplier or every so many days, whichever forgets less.
A supplier seen once a month keeps the last years, one seen daily is followed within weeks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl

from ownstock.engine import arrival_frames
from ownstock.engine.arrays import Floats
from ownstock.engine.arrival_levels import BY_ORDER, BY_PROMISE, Clock, Level, chain, distributions
from ownstock.engine.survival import DAYS, given_at_least


@dataclass(frozen=True)
class Memory:
    """How fast cases fade, and which share of deliveries comes as no record foresees (`Clock.anything`), at most.

    `kept` is the share that comes on the promised day as long as nothing is known: one case is enough to doubt it.
    The values are those that forecast the first two thirds of recorded deliveries best (`bench.scms`).
    """

    half_life_arrivals: float = 20.0
    half_life_days: float = 15.0
    surprise: float = 0.15
    kept: float = 1 / 3


@dataclass(frozen=True)
class ArrivalRecord:
    """What is known on a day of how deliveries arrive, on both clocks; each is told when it is asked for first.

    cases: the receipts with their weights.
    """

    as_of: date
    memory: Memory
    cases: pl.DataFrame

    @cached_property
    def by_promise(self) -> Level:
        """What was promised, around the day of its promise."""
        promised = self.cases.filter(pl.col("promised_on").is_not_null())
        clock = BY_PROMISE.keeping(self.memory.kept)
        return chain(_watched(promised, "promised_on", clock, self.as_of), clock)

    @cached_property
    def by_order(self) -> Level:
        """Everything, from the day of its order."""
        return chain(_watched(self.cases, "ordered_on", BY_ORDER, self.as_of), BY_ORDER)

    def distributions(self, asked: pl.DataFrame, *, is_promised: bool) -> Floats:
        """When deliveries arrive that have not yet, on the clock of the promise or of the order. [rows, DAYS]

        asked: supplier, lane, item_site and `day`, the day of the clock on which today is. All zero where the clock has
        ended: of a delivery more than a year late, or two years old and never promised, the record tells nothing.

        The share of surprise is no more than that of the deliveries which come on another day than the most usual one: who
        is regular, early, late or on the day, is taken to go on so.
        """
        level, clock = (self.by_promise, BY_PROMISE) if is_promised else (self.by_order, BY_ORDER)
        told = distributions(level, asked.with_columns(everybody=pl.lit(0)))
        anything = np.broadcast_to(clock.anything, told.shape)
        day = asked["day"].to_numpy()
        surprise = np.clip(1 - told.max(axis=1, keepdims=True), 0.0, self.memory.surprise)
        whole: Floats = (1 - surprise) * given_at_least(told, day) + surprise * given_at_least(anything, day)
        return whole


def learn_arrivals(receipts: pl.DataFrame, as_of: date, memory: Memory | None = None) -> ArrivalRecord:
    """The record of all deliveries ordered until a day, as it stands at the beginning of that day.

    receipts: as `arrival_frames.RECEIPTS`, a row for each receipt and each delivery, or part of one, that is still open
    or was cancelled.
    Raises Refused where the frame does not fit or tells of days after `as_of`.
    """
    memory = memory or Memory()
    return ArrivalRecord(as_of, memory, _weighed(arrival_frames.check_receipts(receipts, as_of), as_of, memory))


def _weighed(receipts: pl.DataFrame, as_of: date, memory: Memory) -> pl.DataFrame:
    """The receipts with what each counts as: its `share` of what came of the item together, and its `weight`."""
    usual_days = (pl.col("received_on") - pl.col("ordered_on")).dt.total_days().median().fill_null(0).cast(pl.Int64)
    due_on = pl.coalesce("promised_on", pl.col("ordered_on") + pl.duration(days=usual_days))
    together = pl.col("quantity").sum().over("supplier", "arrives_with", "item_site")
    cases = receipts.with_columns(everybody=pl.lit(0), share=pl.col("quantity") / together, due_on=due_on)
    cases = cases.join(_newer(cases, as_of), on=["supplier", "arrives_with"], maintain_order="left")
    age_days = (pl.lit(as_of) - pl.col("due_on")).dt.total_days().clip(lower_bound=0)
    half_lives = pl.min_horizontal(age_days / memory.half_life_days, pl.col("newer") / memory.half_life_arrivals)
    return cases.with_columns(weight=0.5**half_lives)


def _newer(cases: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Of each arrival of a supplier, how many were due after it and before `as_of`.

    By the day due and not by the day received: else what came late would fade less for being late.
    """
    arrivals = cases.group_by("supplier", "arrives_with").agg(pl.col("due_on").min())
    arrivals = arrivals.sort("supplier", "due_on", "arrives_with", descending=[False, True, False])
    passed = (pl.col("due_on") < as_of).cast(pl.Int64)
    return arrivals.select("supplier", "arrives_with", newer=(passed.cum_sum() - passed).over("supplier"))


def _watched(cases: pl.DataFrame, reference: str, clock: Clock, as_of: date) -> pl.DataFrame:
    """From which to which day of the clock each was at risk of arriving: from its order until it came, or yesterday.

    What was cancelled was awaited until the day before.
    """
    until = pl.min_horizontal("cancelled_on", pl.lit(as_of))
    last_on = pl.coalesce("received_on", until - pl.duration(days=1))
    has_ended = pl.col("received_on").is_not_null()
    day = (last_on - pl.col(reference)).dt.total_days() + clock.zero
    entry = (pl.col("ordered_on") - pl.col(reference)).dt.total_days() + clock.zero
    return cases.with_columns(
        entry=entry.clip(0, DAYS - 1),
        exit=pl.when(has_ended).then(day.clip(0, DAYS - 1)).otherwise(day.clip(-1, DAYS - 1)),
        has_ended=has_ended,
    )
