"""The newsvendor's printed answers."""

from __future__ import annotations

import pytest

from tests.engine_cases import Case, case, decided

# With this unit cost and rate, holding one unit for a week costs 1.
WEEKLY_HOLDING = {"unit_cost": 365 / 7, "holding_rate": 1.0}


def week_of(demand: list[float], **changes: object) -> Case:
    """An order that arrives at once and lasts one week."""
    return case(demand=demand, lead_time_days=0, review_period_days=7, **changes)


def moments(mean: float, variance: float) -> list[float]:
    """Two weeks with this mean and this unbiased variance."""
    return [mean - (variance / 2) ** 0.5, mean + (variance / 2) ** 0.5]


def test_poisson_demand_of_snyder_and_shen() -> None:
    """Mean 50, holding 0.18, shortage 0.70: level 56, cost 1.797235211809178.

    Snyder and Shen (2019), Fundamentals of Supply Chain Theory, 2nd ed., section 4.3; the printed figures are those of
    the documentation of its companion package stockpyl (newsvendor_poisson, newsvendor_poisson_cost).
    """
    money = {"unit_cost": 0.18 * 365 / 7, "holding_rate": 1.0, "shortage_cost": 0.70}
    row = decided([week_of([50.0] * 4, **money)]).row(0, named=True)
    assert row["quantity"] == 56
    assert row["expected_cost"] == pytest.approx(1.797235211809178, abs=1e-9)


def test_geometric_demand_of_the_stockpyl_tutorial() -> None:
    """Geometric on 1, 2, 3 … with p = 0.2, holding 1, shortage 4: level 8, cost 7.194304.

    Documentation of stockpyl, tutorial, newsvendor_discrete. Demand is one unit for certain (owed to a customer
    today) and a geometric number of 0, 1, 2 … with mean 4 and variance 20: negative binomial with shape 1.
    """
    one = week_of(moments(4, 20), backordered=1, shortage_cost=4.0, **WEEKLY_HOLDING)
    row = decided([one]).row(0, named=True)
    assert row["variance_ratio"] == pytest.approx(5)
    assert row["quantity"] == 8
    assert row["expected_cost"] == pytest.approx(7.194304, abs=1e-6)


@pytest.mark.parametrize(
    ("mean", "variance", "levels"),
    [
        (10, 10, {0.8: 66, 0.9: 70, 0.95: 73, 0.99: 79}),
        (2, 8, {0.8: 17, 0.9: 21, 0.95: 25, 0.99: 33}),
        (0.3, 0.3, {0.8: 3, 0.9: 4, 0.95: 4, 0.99: 6}),
    ],
)
def test_a_fixed_lead_time_of_five_weeks_and_a_review_of_one(
    mean: float, variance: float, levels: dict[float, int]
) -> None:
    """Order-up-to levels of backordered demand over lead time plus review, by exact convolution of weeks.

    The base case (lead time certain) of the comparison in Eppen and Martin (1988), Management Science 34(11),
    1380-1390, and Chopra, Reinhardt and Dada (2004), Decision Sciences 35(1), 1-24. The usual normal formula says
    79, 28 and 5 where 79, 33 and 6 are needed for 99 %.
    """
    weeks = moments(mean, variance) if variance > mean else [mean, mean]
    several = [
        case(
            demand=weeks,
            lead_time_days=35,
            review_period_days=7,
            unserved_demand="backorder",
            shortage_cost=ratio / (1 - ratio),
            **WEEKLY_HOLDING,
        )
        for ratio in levels
    ]
    plan = decided(several)
    assert plan["critical_ratio"].to_list() == pytest.approx(list(levels))
    assert plan["quantity"].to_list() == list(levels.values())
