"""Pure decisions of a switch of suppliers: what is ordered instead, and what it risks."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

DAYS_A_YEAR = 365
# Beyond so many days nobody asks when stock runs out.
DAYS_LOOKED_AT = 730


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of an item-site: what is there, what comes, what is wanted; in stock units and days from today.

    `mean_by_bucket` is the forecast in buckets of `bucket_days`, `variance_ratio` its variance over its mean. `arriving`
    comes whatever becomes of the supplier, `leaving` only from it; each as (day, units). `there` is usable less owed.
    """

    there: float
    mean_by_bucket: Sequence[float]
    bucket_days: float
    variance_ratio: float
    arriving: Sequence[tuple[int, float]]
    leaving: Sequence[tuple[int, float]]

    def mean_until(self, days: int) -> float:
        """Units expected to be wanted until the end of so many days; beyond the forecast as in its last bucket."""
        whole, rest = divmod(days, self.bucket_days)
        last = len(self.mean_by_bucket) - 1
        buckets = [self.mean_by_bucket[min(place, last)] for place in range(int(whole) + 1)]
        return sum(buckets[:-1]) + buckets[-1] * rest / self.bucket_days

    @property
    def units_a_year(self) -> float:
        """Units wanted in a year at the rate of the forecast."""
        return sum(self.mean_by_bucket) / (len(self.mean_by_bucket) * self.bucket_days) * DAYS_A_YEAR


@dataclass(frozen=True, slots=True)
class Risk:
    """Units expected to be short until a new source delivers, with the old supplier's orders and without them."""

    short_with: float
    short_without: float
    money: Decimal


def expected_shortage(there: float, mean: float, variance: float) -> float:
    """Units by which demand is expected to exceed what is there, demand being normal.

    E[(D - x)+] = s (f(z) - z (1 - F(z))), z = (x - m) / s: the loss function of the normal distribution, as in Silver,
    Pyke and Thomas (2017), Inventory and Production Management in Supply Chains, appendix II.
    """
    if variance <= 0:
        return max(mean - there, 0.0)
    spread = math.sqrt(variance)
    z = (there - mean) / spread
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    above = math.erfc(z / math.sqrt(2)) / 2
    return max(spread * (density - z * above), 0.0)


def risk(outlook: Outlook, new_lead_days: int, shortage_cost: Decimal) -> Risk:
    """What it costs that the old supplier's orders fall away before a new source delivers.

    shortage cost x (units short until then without these orders - units short with them); what comes by then counts.
    """
    mean = outlook.mean_until(new_lead_days)
    there = outlook.there + _by(outlook.arriving, new_lead_days)
    variance = mean * outlook.variance_ratio
    short_without = expected_shortage(there, mean, variance)
    short_with = expected_shortage(there + _by(outlook.leaving, new_lead_days), mean, variance)
    more = Decimal(short_without - short_with) * shortage_cost
    return Risk(short_with, short_without, max(more, Decimal(0)).quantize(Decimal("0.01")))


def runs_out_in_days(outlook: Outlook) -> int | None:
    """In how many days more is expected to be wanted than was there and came, without the old supplier's orders.

    None where that is not within two years.
    """
    begin = 0
    for end in [*sorted({day for day, _ in outlook.arriving if 0 < day <= DAYS_LOOKED_AT}), DAYS_LOOKED_AT + 1]:
        # Nothing comes between two arrivals, so that less and less is left.
        days, there = range(begin, end), outlook.there + _by(outlook.arriving, begin)
        place = bisect_right(days, there, key=outlook.mean_until)
        if place < len(days):
            return days[place]
        begin = end
    return None


def breaks_even_in_days(cost_a_year: Decimal, one_off_cost: Decimal) -> int | None:
    """In how many days a lower price has paid what the switch costs once; None where the new source is not cheaper.

    365 x cost of the switch / what is saved a year, rounded up.
    """
    if cost_a_year >= 0:
        return None
    return math.ceil(one_off_cost * DAYS_A_YEAR / -cost_a_year)


def _by(coming: Iterable[tuple[int, float]], day: int) -> float:
    return sum(units for on, units in coming if on <= day)


def ordered_instead(wanted: Decimal, *, moq: int, order_multiple: int) -> Decimal:
    """The least that can be ordered of a source and is no less than what is wanted; nothing where nothing is."""
    if wanted <= 0:
        return Decimal(0)
    return Decimal(math.ceil(max(wanted, Decimal(moq)) / order_multiple) * order_multiple)
