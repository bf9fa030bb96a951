"""What orders up to a level do to a supplier, and what sharing demand saves.

Lee, So and Tang (2000), Management Science 46(5), 626-643; Chen, Drezner, Ryan and Simchi-Levi (2000), the same 46(3),
436-443; Chen, Ryan and Simchi-Levi (2000), Naval Research Logistics 47(4), 269-286. The variances were checked against
an independent computation from the weights of past shocks, the ratios against simulation.
"""

from __future__ import annotations

import pytest

from ownstock.engine.policy import bullwhip

# Correlation, lead time of the retailer and of the manufacturer; variance of the manufacturer's lead-time demand
# without and with shared demand, safety stock saved in per cent, variance of orders / variance of demand.
SHARING = [
    (0, 1, 1, 2.000000, 2.000000, 0.000000, 1.000000),
    (0, 1, 5, 6.000000, 6.000000, 0.000000, 1.000000),
    (0, 5, 1, 2.000000, 2.000000, 0.000000, 1.000000),
    (0, 5, 5, 6.000000, 6.000000, 0.000000, 1.000000),
    (0.3, 1, 1, 4.197038, 3.939989, 3.110647, 1.758940),
    (0.3, 1, 5, 12.399169, 12.089213, 1.257816, 1.758940),
    (0.3, 5, 1, 4.390428, 4.080472, 3.594506, 1.856331),
    (0.3, 5, 5, 12.617376, 12.243624, 1.492234, 1.856331),
    (0.7, 1, 1, 15.304718, 11.212189, 14.408125, 2.563660),
    (0.7, 1, 5, 59.026043, 46.776097, 10.979474, 2.563660),
    (0.7, 5, 1, 31.473289, 19.223343, 21.847407, 4.778533),
    (0.7, 5, 5, 98.096863, 61.429760, 20.866231, 4.778533),
    (0.9, 1, 1, 29.726822, 19.170821, 19.694348, 1.926820),
    (0.9, 1, 5, 181.747486, 117.549591, 19.577725, 1.926820),
    (0.9, 5, 1, 123.852067, 59.654172, 30.598512, 5.400076),
    (0.9, 5, 5, 628.606921, 238.177842, 38.445317, 5.400076),
]


@pytest.mark.parametrize(("correlation", "lead_time", "above", "alone", "shared", "saved", "ratio"), SHARING)
def test_information_sharing(
    correlation: float, lead_time: int, above: int, alone: float, shared: float, saved: float, ratio: float
) -> None:
    given = (correlation, lead_time, above)
    assert bullwhip.variance_without_sharing(*given) == pytest.approx(alone, abs=1e-6)
    assert bullwhip.variance_with_sharing(*given) == pytest.approx(shared, abs=1e-6)
    assert 100 * bullwhip.safety_stock_saved(*given) == pytest.approx(saved, abs=1e-6)
    assert bullwhip.order_variance_ratio(correlation, lead_time) == pytest.approx(ratio, abs=1e-6)


@pytest.mark.parametrize(
    ("periods", "lead_time", "ratio"),
    [(4, 1, 1.625), (4, 2, 2.5), (4, 4, 5.0), (5, 2, 2.12), (10, 4, 2.12), (20, 1, 1.105)],
)
def test_a_forecast_by_the_mean_of_the_last_periods(periods: int, lead_time: int, ratio: float) -> None:
    assert bullwhip.moving_average_ratio(0.0, lead_time, periods) == pytest.approx(ratio)


@pytest.mark.parametrize(
    ("smoothing", "lead_time", "ratio"), [(0.1, 1, 1.210526), (0.2, 2, 1.977778), (0.3, 4, 5.094118)]
)
def test_a_forecast_by_exponential_smoothing(smoothing: float, lead_time: int, ratio: float) -> None:
    assert bullwhip.smoothing_ratio(0.0, lead_time, smoothing) == pytest.approx(ratio, abs=1e-6)
