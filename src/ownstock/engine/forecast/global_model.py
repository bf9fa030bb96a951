"""One gradient-boosted model over all item-sites, which corrects the plain forecast where many series tell the same.

A tree model sees what no single series can: how the week after a holiday goes for a whole department, how a fresh rise
of a product in other shops carries over, how far a level can be trusted at a given age. It learns the factor between what
came and what the plain forecast said, at earlier origins (Poisson likelihood, direct horizons). The forecast is

    plain^(1 - a) · model^a,    a = SHARE

Method after Makridakis, Spiliotis and Assimakopoulos (2022), International Journal of Forecasting 38(4), 1346-1364 (the
M5 competition: global gradient boosting), and Ke and others (2017), LightGBM, NeurIPS 30.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import numpy as np

from ownstock.base.errors import Refused
from ownstock.engine.arrays import Floats, Floats32, Ints, take
from ownstock.engine.cleaning import uncensored
from ownstock.engine.forecast import bank
from ownstock.engine.forecast.drivers import Drivers
from ownstock.engine.forecast.groups import Groups
from ownstock.engine.forecast.model_features import Known, categorical, horizon_columns, series_columns
from ownstock.engine.forecast.nested_season import NestedSeason, nested_season
from ownstock.engine.history import DemandHistory
from ownstock.engine.kernels import bank as kernel

SHARE = 0.5
# A model that knows what moved demand, and what will, is believed in full.
SHARE_WITH_DRIVERS = 1.0
SEEDS = 3
ROUNDS = 250
# So many rows at most are learned from; item-sites are drawn by the seed until they fill them.
MOST_ROWS = 1_000_000
FEWEST_ROWS = 2_000
# Origins have at least so much history, and count half when they are so old.
LEAST_HISTORY = {"day": 84, "week": 40, "month": 12}
HALF_LIFE = {"day": 365.0, "week": 78.0, "month": 18.0}
MOST_HORIZONS = 4
MOST_FACTOR, LEAST_FACTOR = 15.0, 1e-3
LEAST_MEAN = 0.02
ROWS_AT_ONCE = 100_000
# The model corrects so many buckets ahead, and those beyond like the last.
MOST_MODELLED = 13


@dataclass(frozen=True)
class GlobalModel:
    """A trained model: its boosters, alike but for their seeds, of which the mean is taken. None: no correction.

    `groups` are the names of the groups it learned from, by grouping; `knows_drivers` says whether it was told prices and
    promotions; `origins` is how many past origins it learned from, `rows` how many examples.
    """

    groups: Mapping[str, Sequence[str]]
    knows_drivers: bool
    boosters: tuple[Any, ...]
    origins: int
    rows: int

    @property
    def is_trained(self) -> bool:
        """Whether there was enough history to learn from."""
        return bool(self.boosters)


@dataclass(frozen=True)
class _Asked:
    """Some series, and what the model must know of them."""

    history: DemandHistory
    groups: Groups
    protection: Ints
    drivers: Drivers | None


@dataclass(frozen=True)
class Plain:
    """The bank's forecast of some series."""

    judged: bank.Judged
    combined: bank.Combined

    def of(self, rows: Ints) -> Plain:
        """That of some series."""
        return Plain(self.judged.only(rows), take(self.combined, rows))


@dataclass(frozen=True)
class _Examples:
    """Rows to learn from: features [m, F], units that came, the plain forecast, weight."""

    features: Floats32
    came: Floats
    plain: Floats
    weight: Floats


def train(
    history: DemandHistory, groups: Groups, protection: Ints, seed: int, threads: int | None, drivers: Drivers | None = None
) -> GlobalModel:  # fmt: skip
    """Learn from the history's own past. protection [n] buckets that an order must last; drivers [n, T or more].

    The same seed gives the same model. Raises Refused where LightGBM is not installed.
    """
    lightgbm = _lightgbm()
    horizons = _horizons(int(protection.max(initial=1)))
    sample = _sample(history, groups, protection, drivers, len(horizons), seed)
    lifted = uncensored(sample.history)
    origins = range(LEAST_HISTORY[history.bucket], history.demand.shape[1])
    found = [_examples(sample, lifted, origin, horizons) for origin in origins]
    examples = _joined([part for parts in found for part in parts])
    if examples is None or examples.came.size < FEWEST_ROWS:
        return GlobalModel(groups.names, drivers is not None, (), 0, 0)
    names = categorical(groups.codes)
    boosters = tuple(_boosted(lightgbm, examples, names, seed + number, threads) for number in range(SEEDS))
    return GlobalModel(groups.names, drivers is not None, boosters, len(origins), examples.came.size)


def corrected(
    model: GlobalModel, history: DemandHistory, groups: Groups, season: NestedSeason, plain: Plain, threads: int | None,
    drivers: Drivers | None = None,
) -> Floats:  # fmt: skip
    """The means [n, H] of the plain forecast after the model's correction.

    drivers [n, T + H or less] are told only to a model that knows them. Beyond the horizons that a model corrects, the
    correction is that of the last.
    """
    (rows, buckets), ahead = history.demand.shape, plain.judged.ahead.shape[1]
    lifted = uncensored(history, threads=threads)
    if model.knows_drivers:
        drivers = (drivers or Drivers.unknown(rows, buckets)).upto(buckets + ahead)
    mean, index_of = np.empty((rows, ahead)), season.over(history, groups, buckets + ahead)
    for first in range(0, rows, ROWS_AT_ONCE):
        some = np.arange(first, min(first + ROWS_AT_ONCE, rows))
        told = drivers.of(some) if drivers is not None and model.knows_drivers else None
        known = _known(_of(lifted, some), groups.of(some), season, index_of(some), plain.of(some), told)
        mean[some] = _means(model, known, threads)
    return mean


def _means(model: GlobalModel, known: Known, threads: int | None) -> Floats:
    """Means of the buckets after the origin. [n, H]"""
    buckets = known.demand.shape[1]
    mean = known.level[:, None] * known.season[:, buckets:]
    result, common, last = mean.copy(), series_columns(known), min(mean.shape[1], MOST_MODELLED)
    for h in range(1, last + 1):
        features = np.hstack([common, horizon_columns(known, h)])
        share = SHARE_WITH_DRIVERS if known.drivers is not None else SHARE
        result[:, h - 1] = _mixed(model, features, mean[:, h - 1], share, threads)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(mean[:, last - 1] > 0, result[:, last - 1] / mean[:, last - 1], 1.0)
    result[:, last:] = mean[:, last:] * factor[:, None]
    return np.where(mean > 0, result, 0.0)


def _mixed(model: GlobalModel, features: Floats32, plain: Floats, share: float, threads: int | None) -> Floats:
    """plain^(1 - share) · (geometric mean of the boosters)^share. [n]"""
    logs = [
        np.log(np.maximum(booster.predict(features, num_threads=threads or 2), LEAST_FACTOR))
        for booster in model.boosters
    ]
    mixed: Floats = np.maximum(plain, LEAST_MEAN) * np.exp(share * np.mean(logs, axis=0))
    return mixed


def _examples(sample: _Asked, lifted: DemandHistory, origin: int, horizons: Sequence[int]) -> list[_Examples]:
    """What was known at an origin, and what came after it, for each horizon."""
    groups, buckets = sample.groups, sample.history.demand.shape[1]
    asked, past = replace(sample, history=_until(sample.history, origin)), _until(lifted, origin)
    season, ahead = nested_season(asked.history, groups), max(horizons)
    judged = bank.judge(asked.history, season, groups, sample.protection, max(ahead, int(sample.protection.max())))
    combined = bank.combine(judged, groups, sample.protection, bank.learn(judged, groups))
    index = season.over(asked.history, groups, origin + ahead)(np.arange(groups.codes.shape[0]))
    drivers = sample.drivers and sample.drivers.upto(origin + ahead)
    known = _known(past, groups, season, index, Plain(judged, combined), drivers)
    has_sold = (known.demand > 0).any(axis=1)
    common, found = series_columns(known), []
    for h in horizons:
        at = origin + h - 1
        if at >= buckets:
            continue
        rows = np.flatnonzero(has_sold & (lifted.in_stock[:, at] > 0.5))
        mean = np.maximum(known.level[rows] * index[rows, at], LEAST_MEAN)
        weight = 0.5 ** ((buckets - at) / HALF_LIFE[past.bucket]) * mean / np.clip(known.ratio[rows], 1, 10)
        features = np.hstack([common[rows], horizon_columns(known, h)[rows]])
        came = lifted.demand[rows, at].astype(np.float64)
        found.append(_Examples(features, came, mean, weight))
    return found


def _known(
    lifted: DemandHistory, groups: Groups, season: NestedSeason, index: Floats32, plain: Plain, drivers: Drivers | None
) -> Known:
    shared = season.shared.over(lifted, index.shape[1])[groups.codes[:, 0]]
    return Known(
        demand=lifted.demand.astype(np.float64),
        exposure=lifted.in_stock.astype(np.float64),
        season=index.astype(np.float64),
        own=index / shared,
        level=plain.combined.level,
        usual=plain.judged.of(kernel.LONG_LEVEL),
        ratio=np.maximum(plain.judged.of(kernel.RATIO), 1.0),
        groups=groups.codes,
        place=lifted.season_index(index.shape[1]),
        cycle=lifted.buckets_a_season,
        drivers=drivers,
    )


def _boosted(lightgbm: Any, examples: _Examples, names: list[int], seed: int, threads: int | None) -> Any:
    label = np.minimum(examples.came / examples.plain, MOST_FACTOR)
    rows = lightgbm.Dataset(examples.features, label, weight=examples.weight, categorical_feature=names)
    settings = {
        "objective": "poisson", "learning_rate": 0.04, "num_leaves": 15, "min_data_in_leaf": 200, "lambda_l2": 10.0,
        "feature_fraction": 0.2, "bagging_fraction": 0.7, "bagging_freq": 1, "max_bin": 127, "cat_smooth": 50,
        "min_data_per_group": 500, "seed": seed, "deterministic": True, "force_row_wise": True,
        "num_threads": threads or 1, "verbose": -1,
    }  # fmt: skip
    return lightgbm.train(settings, rows, ROUNDS)


def _horizons(furthest: int) -> list[int]:
    """At most MOST_HORIZONS horizons from 1 to the furthest, evenly."""
    furthest = min(furthest, MOST_MODELLED)
    return sorted({round(h) for h in np.linspace(1, furthest, min(furthest, MOST_HORIZONS))})


def _sample(
    history: DemandHistory, groups: Groups, protection: Ints, drivers: Drivers | None, horizons: int, seed: int
) -> _Asked:
    """As many series, drawn by the seed, as fill the rows that are learned from."""
    number, buckets = history.demand.shape
    wanted = max(MOST_ROWS // max((buckets - LEAST_HISTORY[history.bucket]) * horizons, 1), 1)
    if number <= wanted:
        return _Asked(history, groups, protection, drivers)
    drawn = np.sort(np.random.default_rng(seed).choice(number, wanted, replace=False))
    return _Asked(_of(history, drawn), groups.of(drawn), protection[drawn], drivers and drivers.of(drawn))


def _of(history: DemandHistory, rows: Ints) -> DemandHistory:
    return replace(
        history, item_sites=history.item_sites[rows], demand=history.demand[rows], in_stock=history.in_stock[rows]
    )


def _until(history: DemandHistory, origin: int) -> DemandHistory:
    return replace(
        history,
        demand=np.ascontiguousarray(history.demand[:, :origin]),
        in_stock=np.ascontiguousarray(history.in_stock[:, :origin]),
    )


def _joined(parts: list[_Examples]) -> _Examples | None:
    if not parts:
        return None
    names = ("features", "came", "plain", "weight")
    return _Examples(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _lightgbm() -> Any:
    try:
        return import_module("lightgbm")
    except ImportError as error:
        raise Refused(
            "The profile best needs LightGBM: pip install 'ownstock[best]'.", code="lightgbm_missing"
        ) from error
