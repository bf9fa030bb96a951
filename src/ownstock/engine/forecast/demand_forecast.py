"""What a forecast says: the distribution of demand in every bucket to come."""

from __future__ import annotations

from dataclasses import dataclass

from ownstock.engine.arrays import Floats


@dataclass(frozen=True)
class DemandForecast:
    """Expected demand by bucket, and how widely it spreads.

    mean: [n, H] units in each of the next H buckets of `bucket_days` [n] days, the last of which goes on. variance_ratio:
    [n] variance ÷ mean of the demand of any stretch. Demands of stretches that do not overlap are independent, so that
    a stretch with mean m has variance `variance_ratio`·m.
    """

    mean: Floats
    variance_ratio: Floats
    bucket_days: Floats
