"""What order-up-to orders do to a supplier: they swing more than demand, and less is known of them than of demand.

Demand follows D(t) = d + r·D(t-1) + ε(t) with correlation |r| < 1 and ε of variance σ². The retailer orders up to a
level on the best forecast, with a lead time of l periods; the manufacturer has one of L. An order is a constant plus
Σ ψ(k)·ε(t - k), with

    ψ(0) = (1 - r^(l+2)) / (1 - r),    ψ(k) = r^(l+1+k) for k ≥ 1.

Lee, So and Tang (2000), Management Science 46(5), 626-643. Their manufacturer without shared demand knows the last
order alone; one who used all past orders would gain next to nothing from sharing (Raghunathan 2001, Management Science
47(4), 605-610).
"""

from __future__ import annotations

import math


def order_variance_ratio(correlation: float, lead_time: int) -> float:
    """Variance of the retailer's orders / variance of demand: (1 - r²)·ψ(0)² + r^(2(l+2))."""
    first = _first_weight(correlation, lead_time)
    return (1 - correlation**2) * first**2 + correlation ** (2 * (lead_time + 2))


def variance_with_sharing(correlation: float, lead_time: int, manufacturer_lead_time: int) -> float:
    """Variance of the manufacturer's lead-time demand given demand so far, in σ²: Σ (ψ(0) + … + ψ(j))², j = 0 … L."""
    total, weights = 0.0, 0.0
    for period in range(manufacturer_lead_time + 1):
        later = correlation ** (lead_time + 1 + period)
        weights += later if period else _first_weight(correlation, lead_time)
        total += weights**2
    return total


def variance_without_sharing(correlation: float, lead_time: int, manufacturer_lead_time: int) -> float:
    """The same when only the last order is known, in σ²: more by r²·((1-r^(l+1))·(1-r^(L+1)) / (1-r)²)²."""
    known = (1 - correlation ** (lead_time + 1)) * (1 - correlation ** (manufacturer_lead_time + 1))
    unknown = correlation * known / (1 - correlation) ** 2
    return variance_with_sharing(correlation, lead_time, manufacturer_lead_time) + unknown**2


def safety_stock_saved(correlation: float, lead_time: int, manufacturer_lead_time: int) -> float:
    """Share of the manufacturer's safety stock that sharing demand saves, 0 to 1."""
    known = variance_with_sharing(correlation, lead_time, manufacturer_lead_time)
    return 1 - math.sqrt(known / variance_without_sharing(correlation, lead_time, manufacturer_lead_time))


def moving_average_ratio(correlation: float, lead_time: int, periods: int) -> float:
    """Variance of orders / variance of demand when demand is forecast by its mean over the last periods.

    1 + (2L/p + 2L²/p²)·(1 - r^p): Chen, Drezner, Ryan and Simchi-Levi (2000), Management Science 46(3), 436-443. L
    counts the review period; a lower bound, reached without safety stock.
    """
    share = lead_time / periods
    return 1 + (2 * share + 2 * share**2) * (1 - correlation**periods)


def smoothing_ratio(correlation: float, lead_time: int, smoothing: float) -> float:
    """The same for simple exponential smoothing.

    1 + (2L·a + 2L²·a²/(2 - a))·(1 - r)/(1 - (1 - a)·r): Chen, Ryan and Simchi-Levi (2000), Naval Research Logistics
    47(4), 269-286.
    """
    swing = 2 * lead_time * smoothing + 2 * (lead_time * smoothing) ** 2 / (2 - smoothing)
    return 1 + swing * (1 - correlation) / (1 - (1 - smoothing) * correlation)


def _first_weight(correlation: float, lead_time: int) -> float:
    return (1 - correlation ** (lead_time + 2)) / (1 - correlation)
