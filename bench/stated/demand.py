"""Demand and lead times as tables write them: "poisson7", "nbinom_mean3_var9", "uniform_2_6", "two_point_5_or_20"."""

from __future__ import annotations

import math
import re

import numpy as np

from bench.stated.compare import NotReadable
from ownstock.engine.arrays import Floats
from ownstock.engine.policy.periodic_review import Bands

NUMBER = r"(\d+(?:\.\d+)?)"
SHAPES = {
    "moments": re.compile(rf"(?:nbinom|negative.?binomial|nb|negbin).*?mean\D*{NUMBER}.*?var\D*{NUMBER}"),
    "poisson": re.compile(rf"poisson\D*{NUMBER}"),
    "geometric": re.compile(rf"geometric\D*{NUMBER}"),
    "listed": re.compile(r"uniform\s*\{([\d,\s]+)\}"),
    "uniform": re.compile(r"(?:uniform|u)\D*(\d+)\D+(\d+)"),
    "two_point": re.compile(r"two.?point\D*(\d+)\D+(\d+)"),
    "fixed": re.compile(r"(?:fixed|constant|deterministic)\D*(\d+)"),
}


def counts(mean: float, variance: float) -> Floats:
    """Negative binomial by its moments, Poisson where the variance does not exceed the mean."""
    one = np.ones(1, dtype=np.int64)
    return Bands.of_counts(np.array([mean]), np.array([variance]), one, one).row(0)


def distribution(text: str, mean: float | None = None, variance: float | None = None) -> list[Floats]:
    """The distributions over 0, 1 … that a text may mean.

    A name alone ("poisson") takes the mean stated beside it. "two_point_a_or_b" leaves open how often each: where mean
    or variance are stated, they say so; a variance alone has two answers, of which the one with `a` the likelier comes
    first. Else each half of the time.
    """
    said = text.lower()
    for shape, pattern in SHAPES.items():
        if found := pattern.search(said):
            return _of_shape(shape, [*found.groups()], mean, variance)
    if mean is not None and "poisson" in said:
        return [counts(mean, mean)]
    if mean is not None and "geometric" in said:
        return [counts(mean, mean * (1 + mean))]
    raise NotReadable(f"{text!r} names no distribution known here.")


def _of_shape(shape: str, found: list[str], mean: float | None, variance: float | None) -> list[Floats]:
    if shape == "moments":
        return [counts(float(found[0]), float(found[1]))]
    if shape == "poisson":
        return [counts(float(found[0]), float(found[0]))]
    if shape == "geometric":
        return [counts(float(found[0]), float(found[0]) * (1 + float(found[0])))]
    if shape == "listed":
        return [_equally([int(value) for value in found[0].split(",")])]
    low, high = int(found[0]), int(found[-1])
    if shape == "two_point":
        return [_two_point(low, high, share) for share in _shares(low, high, mean, variance)]
    return [_equally(list(range(low, high + 1)))]


def _equally(values: list[int]) -> Floats:
    probability = np.zeros(max(values) + 1)
    np.add.at(probability, values, 1 / len(values))
    return probability


def _two_point(low: int, high: int, share: float) -> Floats:
    probability = np.zeros(max(low, high) + 1)
    probability[low] += share
    probability[high] += 1 - share
    return probability


def _shares(low: int, high: int, mean: float | None, variance: float | None) -> list[float]:
    """How often the first of two points may come."""
    if mean is not None:
        return [(high - mean) / (high - low)]
    if variance is not None:
        root = math.sqrt(max(0.0, 0.25 - variance / (high - low) ** 2))
        return [0.5 + root, 0.5 - root]
    return [0.5]
