"""The profiles: which steps make a forecast of all item-sites, fast or best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from ownstock.base.errors import Refused
from ownstock.engine.arrays import Floats, Floats32, Ints
from ownstock.engine.blocks import in_blocks
from ownstock.engine.cleaning import uncensored
from ownstock.engine.corrections import expected_ahead, without_events
from ownstock.engine.forecast import bank
from ownstock.engine.forecast.drivers import drivers_of
from ownstock.engine.forecast.global_model import GlobalModel, Plain, corrected, train
from ownstock.engine.forecast.groups import Groups
from ownstock.engine.forecast.nested_season import NestedSeason, nested_season
from ownstock.engine.forecast.width import Windows, learned_width, window_sums
from ownstock.engine.history import DemandHistory
from ownstock.engine.kernels import bank as kernel

PROFILES = ("fast", "best")
# Windows judged and looked ahead are no longer than this; later buckets go on as the last one does.
MOST_AHEAD = 104
MOST_JUDGED = 13
# The width of demand is learned from so many series at most, and not from fewer than the least.
MOST_SERIES, FEWEST_SERIES = 2_000, 30
# From windows at so many origins, so many buckets apart, with so many buckets of history at least.
ORIGINS = 8
ORIGIN_EVERY = {"day": (28, 84), "week": (4, 12), "month": (1, 6)}


@dataclass(frozen=True)
class Pool:
    """What all item-sites together tell of each: their season, and how the methods did everywhere.

    With it, any item-site is forecast alone just as in the company of all. `groups` are the names of their groups by
    grouping, in the order of what is told by group; item-sites of other groups are forecast by what all told.
    """

    groups: Mapping[str, Sequence[str]]
    season: NestedSeason
    everywhere: bank.Everywhere

    def record(self) -> dict[str, Any]:
        """The same in plain lists and numbers, ready for JSON."""
        return {
            "groups": {grouping: list(names) for grouping, names in self.groups.items()},
            "season": self.season.record(),
            "method_error": self.everywhere.error.tolist(),
            "variance_ratio": self.everywhere.variance_ratio,
            "buckets_to_trust": self.everywhere.buckets_to_trust,
            "width": self.everywhere.width,
            "momentum": [factor.tolist() for factor in self.everywhere.momentum],
        }

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> Pool:
        """The pool that a record was made of."""
        momentum = tuple(np.array(factor) for factor in record["momentum"])
        error = np.array(record["method_error"])
        numbers = (record[name] for name in ("width", "buckets_to_trust"))
        everywhere = bank.Everywhere(error, record["variance_ratio"], momentum, *numbers)
        groups = {grouping: tuple(names) for grouping, names in record["groups"].items()}
        return cls(groups, NestedSeason.of_record(record["season"]), everywhere)


@dataclass(frozen=True)
class Money:
    """What a unit too many and a unit short cost, by item-site; each [n]."""

    over: Floats
    under: Floats


@dataclass(frozen=True)
class Stretch:
    """What the forecast is for: protection [n] buckets that an order must last, and buckets ahead that are asked for."""

    protection: Ints
    ahead: int


def forecast(
    history: DemandHistory,
    *,
    groups: Groups,
    lead_days: Ints,
    review_days: Ints,
    profile: str,
    today: date | None,
    ahead_days: int = 0,
    pool: Pool | None,
    money: Money | None,
    model: GlobalModel | None,
    events: pl.DataFrame | None = None,
    endings: pl.DataFrame | None = None,
    drivers: pl.DataFrame | None = None,
    seed: int,
    threads: int | None,
) -> tuple[pl.DataFrame, Pool]:
    """The forecast frame of a history, and what all its series told. lead_days, review_days [n].

    The steps: events of the past taken out; season, methods, what all series tell, their combination; in the `best`
    profile the global model's correction; events and endings ahead; then the means of the buckets from today on, over
    the lead time and two review periods and over `ahead_days` at least. With a `pool`, by whose names `groups` are
    coded, nothing is learned anew. Raises Refused for a profile that is not known.
    """
    if profile not in PROFILES:
        raise Refused(
            f"There is no profile {profile}; choose one of {', '.join(PROFILES)}.",
            code="unknown_profile",
            profile=profile,
        )
    if drivers is not None and profile != "best":
        raise Refused(
            f"The profile {profile} knows nothing of prices and promotions; choose best, or say them as events.",
            code="drivers_not_used",
            profile=profile,
        )
    if events is not None:
        history = without_events(history, events)
    skipped = _days_since_history(history, today)
    stretch = _stretch(history, lead_days, review_days, skipped, ahead_days)
    season = pool.season if pool else nested_season(history, groups, threads)
    judged = bank.judge(history, season, groups, stretch.protection, stretch.ahead, threads)
    everywhere = pool.everywhere if pool else _learn(history, judged, groups, stretch.protection, money)
    combined = bank.combine(judged, groups, stretch.protection, everywhere, threads)
    mean = _means(combined.level, judged.ahead, threads)
    if profile == "best":
        known = None if drivers is None else drivers_of(drivers, history, stretch.ahead)
        model = model or train(history, groups, stretch.protection, seed, threads, known)
        if model.is_trained:
            mean = corrected(model, history, groups, season, Plain(judged, combined), threads, known)
    if events is not None or endings is not None:
        mean = mean * expected_ahead(history, mean.shape[1], events, endings)
    mean = _from_today(mean, skipped / history.days_a_bucket)
    return _frame(history, season, judged, combined, mean), Pool(groups.names, season, everywhere)


def _learn(
    history: DemandHistory, judged: bank.Judged, groups: Groups, protection: Ints, money: Money | None
) -> bank.Everywhere:
    """What all series tell, the width of demand included: earlier forecasts of a sample beside what came."""
    everywhere = bank.learn(judged, groups)
    rows = history.demand.shape[0]
    if rows < FEWEST_SERIES:
        return everywhere
    asked = slice(None, None, -(-rows // MOST_SERIES))
    sample = replace(
        history,
        item_sites=history.item_sites.gather_every(asked.step),
        demand=np.ascontiguousarray(history.demand[asked]),
        in_stock=np.ascontiguousarray(history.in_stock[asked]),
    )
    money = money or Money(np.full(rows, 0.1), np.full(rows, 0.9))
    given = groups.of(asked), protection[asked], Money(money.over[asked], money.under[asked])
    origins = width_origins(history, int(protection.max()))
    # What sold out held more than was sold: to leave such windows out would leave out those with much demand.
    real = uncensored(sample)
    found = [_windows(sample, real, *given, origin) for origin in origins]
    return replace(everywhere, width=learned_width(found))


def width_origins(history: DemandHistory, ahead: int) -> list[int]:
    """Buckets where windows of `ahead` buckets begin that are over, latest first, from which the width is learned.

    They are the same dates from week to week. Counted back from today, they would be others every week, and the width
    would swing: on a year of a shop that cost 3 % (bench/retail.py).
    """
    gap, least = ORIGIN_EVERY[history.bucket]
    last = history.demand.shape[1] - ahead
    first_on = history.first_on or date.min
    last -= (first_on.toordinal() // round(history.days_a_bucket) + last) % gap
    return list(range(last, least - 1, -gap))[:ORIGINS]


def _windows(
    history: DemandHistory, wanted: DemandHistory, groups: Groups, protection: Ints, money: Money, origin: int
) -> Windows:
    """The windows after an origin, forecast from what was known at it."""
    known = replace(
        history,
        demand=np.ascontiguousarray(history.demand[:, :origin]),
        in_stock=np.ascontiguousarray(history.in_stock[:, :origin]),
    )
    judged = bank.judge(known, nested_season(known, groups), groups, protection, int(protection.max()))
    combined = bank.combine(judged, groups, protection, bank.learn(judged, groups))
    real, rows = window_sums(wanted, origin, protection)
    ahead = np.cumsum(judged.ahead, axis=1)[rows, protection[rows] - 1]
    mean = combined.level[rows] * ahead
    is_some = mean > 0
    rows = rows[is_some]
    return Windows(mean[is_some], combined.variance_ratio[rows], real[is_some], money.over[rows], money.under[rows])


def _days_since_history(history: DemandHistory, today: date | None) -> int:
    """How many days after the end of the history the decision is made; none before it."""
    buckets = history.demand.shape[1]
    if today is None or history.first_on is None or buckets == 0:
        return 0
    end = history.bucket_starts(buckets + 1)[-1]
    return max(int((np.datetime64(today, "D") - end).astype(int)), 0)


def _stretch(history: DemandHistory, lead_days: Ints, review_days: Ints, skipped: int, ahead_days: int) -> Stretch:
    days, protection = history.days_a_bucket, protection_buckets(history, lead_days, review_days)
    furthest = int((lead_days + 2 * review_days).max(initial=0)) + skipped
    ahead = min(int(np.ceil(furthest / days)) + 1, MOST_AHEAD)
    asked = int(np.ceil((ahead_days + skipped) / days)) + 1 if ahead_days else 0
    return Stretch(protection, max(ahead, asked, int(protection.max(initial=1))))


def protection_buckets(history: DemandHistory, lead_days: Ints, review_days: Ints) -> Ints:
    """How many buckets an order must last, as far as the history can judge: lead time and review period. [n]"""
    protection = np.clip(np.rint((lead_days + review_days) / history.days_a_bucket), 1, MOST_JUDGED).astype(np.int64)
    found: Ints = np.minimum(protection, max(history.demand.shape[1] // 2, 1))
    return found


def _means(level: Floats, ahead: Floats32, threads: int | None) -> Floats:
    """Level times season. level [n], ahead [n, H] → [n, H]"""
    mean = np.empty(ahead.shape)

    def part(first: int, last: int) -> None:
        some = slice(first, last)
        np.multiply(level[some, None], ahead[some], out=mean[some])

    in_blocks(level.size, part, threads)
    return mean


def _from_today(mean: Floats, skipped_buckets: float) -> Floats:
    """Buckets that begin today instead of at the end of the history. [any, H] → [any, H - skipped]"""
    whole = min(int(skipped_buckets), mean.shape[1] - 1)
    part = skipped_buckets - int(skipped_buckets)
    mean = mean[:, whole:]
    if part == 0:
        return mean
    following = np.concatenate([mean[:, 1:], mean[:, -1:]], axis=1)
    shifted: Floats = (1 - part) * mean + part * following
    return shifted


def _frame(
    history: DemandHistory, season: NestedSeason, judged: bank.Judged, combined: bank.Combined, mean: Floats
) -> pl.DataFrame:
    rows, buckets = history.demand.shape
    last_seen = judged.of(kernel.LAST_SEEN)
    main = combined.weight.argmax(axis=1)
    since = pl.Series(np.where(last_seen < 0, np.nan, buckets - 1 - last_seen))
    columns = {
        "item_site": history.item_sites,
        "mean_by_bucket": pl.Series(mean, dtype=pl.Array(pl.Float64, mean.shape[1])),
        "bucket_days": pl.Series(np.full(rows, history.days_a_bucket)),
        "variance_ratio": pl.Series(combined.variance_ratio),
        "level": pl.Series(combined.level),
        "buckets_seen": pl.Series(judged.of(kernel.SEEN)),
        "buckets_since_seen": since.fill_nan(None),
        "buckets_capped": pl.Series(judged.of(kernel.CAPPED)),
        "is_season_known": pl.Series(np.full(rows, season.is_known)),
        "main_method": pl.Series(bank.METHODS).gather(main),
        "main_method_weight": pl.Series(combined.weight[np.arange(rows), main]),
    }
    return pl.DataFrame(columns)
