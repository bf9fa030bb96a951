"""One gradient-boosted model over all item-sites, which corrects the plain forecast where many series tell the same.

A tree model sees what no single series can: how the week after a holiday goes for a whole department, how a fresh rise
of a product in other shops carries over, how far a level can be trusted at a given age. It learns the factor between
what came and what the plain forecast said, at earlier origins (Poisson likelihood, direct horizons), in two ways: on
the plain forecast, and on it without its season, so that it must find the season itself. The forecast is

    plain^(1 - a) · (mean of the two)^a,    a = SHARE

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
from ownstock.engine.arrays import Floats, Floats32, Ints
from ownstock.engine.cleaning import uncensored
from ownstock.engine.forecast import bank
from ownstock.engine.forecast.groups import Groups
from ownstock.engine.forecast.model_features import Known, categorical, horizon_columns, series_columns
from ownstock.engine.forecast.shared_season import shared_season
from ownstock.engine.history import DemandHistory
from ownstock.engine.kernels import bank as kernel

SHARE = 0.7
SEEDS = 2
ROUNDS = {"in season": 250, "flat": 350}
# So many rows at most are learned from; item-sites are drawn by the seed until they fill them.
MOST_ROWS = 1_000_000
FEWEST_ROWS = 2_000
# Origins have at least so much history, and count half when they are so old.
LEAST_HISTORY = {"day": 84, "week": 40, "month": 12}
HALF_LIFE = {"day": 365.0, "week": 78.0, "month": 18.0}
MOST_HORIZONS = 4
MOST_FACTOR = 15.0
LEAST_MEAN = 0.02
ROWS_AT_ONCE = 100_000
# The model corrects so many buckets ahead, and those beyond like the last.
MOST_MODELLED = 13


@dataclass(frozen=True)
class GlobalModel:
    """A trained model: pairs of a way (is it learned in season or flat?) and its booster. None learned: no correction.

    `groups` are the names of the groups it learned from, by grouping; `origins` is how many past origins it learned from,
    `rows` how many examples.
    """

    groups: Mapping[str, Sequence[str]]
    boosters: tuple[tuple[str, Any], ...]
    origins: int
    rows: int

    @property
    def is_trained(self) -> bool:
        """Whether there was enough history to learn from."""
        return bool(self.boosters)


@dataclass(frozen=True)
class _Examples:
    """Rows to learn from: features [m, F], units that came, the plain forecast, its seasonal index, weight."""

    features: Floats32
    came: Floats
    plain: Floats
    index: Floats
    weight: Floats


def train(history: DemandHistory, groups: Groups, protection: Ints, seed: int, threads: int | None) -> GlobalModel:
    """Learn from the history's own past. protection [n] buckets that an order must last.

    The same seed gives the same model. Raises Refused where LightGBM is not installed.
    """
    lightgbm = _lightgbm()
    horizons = _horizons(int(protection.max(initial=1)))
    least, buckets = LEAST_HISTORY[history.bucket], history.demand.shape[1]
    origins = range(least, buckets)
    sample, groups, protection = _sample(history, groups, protection, len(origins) * len(horizons), seed)
    lifted = uncensored(sample)
    found = [_examples(sample, lifted, groups, protection, origin, horizons) for origin in origins]
    examples = _joined([part for parts in found for part in parts])
    if examples is None or examples.came.size < FEWEST_ROWS:
        return GlobalModel(groups.names, (), 0, 0)
    names = categorical(groups.codes)
    boosters = tuple(
        (way, _boosted(lightgbm, examples, way, names, seed + number, threads))
        for way in ROUNDS
        for number in range(SEEDS)
    )
    return GlobalModel(groups.names, boosters, len(origins), examples.came.size)


def corrected(
    model: GlobalModel, history: DemandHistory, groups: Groups, combined: bank.Combined, judged: bank.Judged, index: Floats,
    mean: Floats, threads: int | None,
) -> Floats:  # fmt: skip
    """The plain means [n, H] after the model's correction; beyond the horizons it learned, that of the last.

    index [n, T + H] seasonal indices of each series; mean [n, H] the plain forecast, from the end of the history on.
    """
    if not model.is_trained:
        return mean
    result = mean.copy()
    lifted = uncensored(history, threads=threads)
    last = min(mean.shape[1], MOST_MODELLED)
    for first in range(0, mean.shape[0], ROWS_AT_ONCE):
        rows = slice(first, min(first + ROWS_AT_ONCE, mean.shape[0]))
        part = replace(
            lifted, item_sites=lifted.item_sites[rows], demand=lifted.demand[rows], in_stock=lifted.in_stock[rows]
        )
        of = bank.Judged(judged.level[rows], judged.error[rows], judged.told[rows])
        known = _known(part, groups.of(rows), combined.level[rows], of, index[rows])
        common = series_columns(known)
        for h in range(1, last + 1):
            features = np.hstack([common, horizon_columns(known, h)])
            result[rows, h - 1] = _mixed(model, features, mean[rows, h - 1], known.ahead[:, h - 1], threads)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(mean[:, last - 1] > 0, result[:, last - 1] / mean[:, last - 1], 1.0)
    result[:, last:] = mean[:, last:] * factor[:, None]
    return np.where(mean > 0, result, 0.0)


def _mixed(model: GlobalModel, features: Floats32, plain: Floats, index: Floats, threads: int | None) -> Floats:
    """plain^(1 - a) · (geometric mean of the boosters)^a. [n]"""
    plain = np.maximum(plain, LEAST_MEAN)
    logs = [
        np.log(np.maximum(booster.predict(features, num_threads=threads or 2), 1e-3) * _base(way, plain, index))
        for way, booster in model.boosters
    ]
    mixed: Floats = np.exp((1 - SHARE) * np.log(plain) + SHARE * np.mean(logs, axis=0))
    return mixed


def _base(way: str, plain: Floats, index: Floats) -> Floats:
    """What a booster's factor is of: the plain forecast, or it without its season."""
    return plain if way == "in season" else np.maximum(plain / np.maximum(index, 0.05), LEAST_MEAN)


def _examples(
    history: DemandHistory,
    lifted: DemandHistory,
    groups: Groups,
    protection: Ints,
    origin: int,
    horizons: Sequence[int],
) -> list[_Examples]:
    """What was known at an origin, and what came after it, for each horizon."""
    buckets = history.demand.shape[1]
    past = _until(history, origin)
    group, season = groups.codes[:, 0], shared_season(past, groups)
    index = season.over(history, origin + max(horizons))[group]
    judged = bank.judge(past, season.over(history, origin + max(horizons)), group, protection)
    combined = bank.combine(judged, groups, protection, bank.learn(judged, groups))
    known = _known(_until(lifted, origin), groups, combined.level, judged, index)
    has_sold = (known.demand > 0).any(axis=1)
    common, found = series_columns(known), []
    for h in horizons:
        at = origin + h - 1
        if at >= buckets:
            continue
        rows = np.flatnonzero(has_sold & (lifted.in_stock[:, at] > 0.5))
        plain = np.maximum(combined.level[rows] * index[rows, at], LEAST_MEAN)
        weight = 0.5 ** ((buckets - at) / HALF_LIFE[history.bucket]) * plain / np.clip(known.ratio[rows], 1, 10)
        features = np.hstack([common[rows], horizon_columns(known, h)[rows]])
        came = lifted.demand[rows, at].astype(np.float64)
        found.append(_Examples(features, came, plain, index[rows, at], weight))
    return found


def _known(lifted: DemandHistory, groups: Groups, level: Floats, judged: bank.Judged, index: Floats) -> Known:
    buckets = lifted.demand.shape[1]
    return Known(
        demand=lifted.demand.astype(np.float64),
        exposure=lifted.in_stock.astype(np.float64),
        season=index[:, :buckets],
        ahead=index[:, buckets:],
        level=level,
        usual=judged.of(kernel.LONG_LEVEL),
        ratio=np.maximum(judged.of(kernel.RATIO), 1.0),
        groups=groups.codes,
        place=lifted.season_index(index.shape[1]),
        cycle=lifted.buckets_a_season,
    )


def _boosted(lightgbm: Any, examples: _Examples, way: str, names: list[int], seed: int, threads: int | None) -> Any:
    base = _base(way, examples.plain, examples.index)
    label = np.minimum(examples.came / base, MOST_FACTOR * examples.plain / base)
    weight = examples.weight * base / examples.plain
    rows = lightgbm.Dataset(examples.features, label, weight=weight, categorical_feature=names)
    settings = {
        "objective": "poisson", "learning_rate": 0.04, "num_leaves": 15, "min_data_in_leaf": 200, "lambda_l2": 10.0,
        "feature_fraction": 0.4, "bagging_fraction": 0.7, "bagging_freq": 1, "max_bin": 127, "cat_smooth": 50,
        "min_data_per_group": 500, "seed": seed, "deterministic": True, "force_row_wise": True,
        "num_threads": threads or 2, "verbose": -1,
    }  # fmt: skip
    return lightgbm.train(settings, rows, ROUNDS[way])


def _horizons(furthest: int) -> list[int]:
    """At most MOST_HORIZONS horizons from 1 to the furthest, evenly."""
    furthest = min(furthest, MOST_MODELLED)
    return sorted({round(h) for h in np.linspace(1, furthest, min(furthest, MOST_HORIZONS))})


def _sample(
    history: DemandHistory, groups: Groups, protection: Ints, rows_each: int, seed: int
) -> tuple[DemandHistory, Groups, Ints]:
    """As many series, drawn by the seed, as fill the rows that are learned from."""
    number = history.demand.shape[0]
    wanted = max(MOST_ROWS // max(rows_each, 1), 1)
    if number <= wanted:
        return history, groups, protection
    drawn = np.sort(np.random.default_rng(seed).choice(number, wanted, replace=False))
    some = replace(
        history, item_sites=history.item_sites[drawn], demand=history.demand[drawn], in_stock=history.in_stock[drawn]
    )
    return some, groups.of(drawn), protection[drawn]


def _until(history: DemandHistory, origin: int) -> DemandHistory:
    return replace(
        history,
        demand=np.ascontiguousarray(history.demand[:, :origin]),
        in_stock=np.ascontiguousarray(history.in_stock[:, :origin]),
    )


def _joined(parts: list[_Examples]) -> _Examples | None:
    if not parts:
        return None
    names = ("features", "came", "plain", "index", "weight")
    return _Examples(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _lightgbm() -> Any:
    try:
        return import_module("lightgbm")
    except ImportError as error:
        raise Refused(
            "The profile best needs LightGBM: pip install 'ownstock[best]'.", code="lightgbm_missing"
        ) from error
