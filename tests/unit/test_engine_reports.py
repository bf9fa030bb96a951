"""Reports: frames against hand-made numbers, and plots that show what the frames say."""

from __future__ import annotations

import sys

import numpy as np
import polars as pl
import pytest
from matplotlib.patches import Rectangle

from ownstock.base.errors import Refused
from ownstock.engine import reports
from ownstock.engine.simulate import Replay, State, Terms, order_up_to, replay


@pytest.fixture(scope="module")
def replays() -> dict[str, Replay]:
    """Three base-stock levels on the same demand."""
    demand = np.random.default_rng(1).poisson(5, (60, 30))
    terms = Terms.of(60, lead_time_periods=2, is_lost=True, holding_cost=0.2, shortage_cost=1.0, order_cost=0.5)
    opening = State.of(np.full(60, 15))
    return {name: replay(demand, terms, order_up_to(np.full(60, level)), opening) for name, level in LEVELS.items()}


LEVELS = {"usual": 17, "high": 24, "low": 12}


def test_the_cost_frame_adds_up_and_compares_with_the_reference(replays: dict[str, Replay]) -> None:
    costs = reports.cost_by_method(replays, "usual", first_period=2)
    assert costs["method"].to_list() == ["usual", "high", "low"]
    parts = costs["holding"] + costs["shortage"] + costs["ordering"]
    assert parts.to_list() == pytest.approx(costs["cost"].to_list())
    assert costs["cost"].to_list() == pytest.approx([one.cost[:, 2:].sum() for one in replays.values()])
    usual, high, low = costs.iter_rows(named=True)
    assert usual["difference"] == 0
    assert high["difference"] == pytest.approx(high["cost"] - usual["cost"])
    assert high["difference_percent"] == pytest.approx(100 * (high["cost"] / usual["cost"] - 1))
    assert high["fill_rate"] > usual["fill_rate"] > low["fill_rate"]
    assert high["average_inventory"] == pytest.approx(replays["high"].on_hand[:, 2:].sum() / 28)


def test_the_standard_error_is_that_of_the_sum_over_rows(replays: dict[str, Replay]) -> None:
    row = reports.cost_by_method(replays, "usual").row(1, named=True)
    difference = replays["high"].cost.sum(axis=1) - replays["usual"].cost.sum(axis=1)
    assert row["standard_error"] == pytest.approx(np.sqrt(60) * difference.std(ddof=1))
    assert row["standard_error_percent"] == pytest.approx(100 * row["standard_error"] / replays["usual"].cost.sum())


def test_a_reference_that_is_none_of_the_methods_is_refused(replays: dict[str, Replay]) -> None:
    with pytest.raises(Refused, match="best is none of the methods: usual, high, low"):
        reports.cost_by_method(replays, "best")


def test_coverage_by_method_and_level() -> None:
    table = reports.coverage_table({"a": np.array([0.5, 0.5, 0.5, 0.99]), "b": np.array([0.01])}, (0.5, 0.8))
    assert table["coverage"].to_list() == [0.75, 0.75, 0.0, 0.0]
    assert table["standard_error"].to_list() == pytest.approx([0.25, 0.2, 0.5, 0.4])


def test_accuracy_by_segment_shows_where_the_forecast_does_harm() -> None:
    segment = np.array(["fast", "fast", "slow", "slow"])
    actual, forecast, naive = np.array([10, 10, 1, 1]), np.array([9.0, 11, 3, 3]), np.array([14.0, 6, 1, 1])
    table = reports.accuracy_by_segment(actual, forecast, naive, segment)
    assert table["segment"].to_list() == ["fast", "slow", "all"]
    assert table["forecast_value_added"].to_list() == pytest.approx([0.3, -2.0, 2 / 22])
    assert table["bias"].to_list() == pytest.approx([0.0, 2.0, 4 / 22])


def test_the_cost_plot_stacks_the_parts_of_each_method(replays: dict[str, Replay]) -> None:
    costs = reports.cost_by_method(replays, "usual")
    axes = reports.plot_cost(costs).axes[0]
    bars = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    assert sum(bar.get_width() for bar in bars) == pytest.approx(costs["cost"].sum())
    assert [label.get_text() for label in axes.get_yticklabels()] == ["usual", "high", "low"]
    told = [text.get_text() for text in axes.texts]
    assert told[0] == f"{costs['cost'][0]:,.0f}"
    assert f"{costs['difference_percent'][1]:+.1f}" in told[1]


def test_the_pit_plot_shows_shares_that_sum_to_one() -> None:
    figure = reports.plot_pit({"a": np.linspace(0, 1, 101), "b": np.full(7, 0.3)})
    for axes in figure.axes:
        bars = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
        heights = [bar.get_height() for bar in bars if bar.get_width() < 0.5]
        assert sum(heights) == pytest.approx(1.0)
    assert figure.axes[1].get_title() == "b, 7 actuals"


def test_the_fan_spans_its_quantiles() -> None:
    quantiles = {p: np.full(3, 100 * p) for p in (0.1, 0.25, 0.5, 0.75, 0.9)}
    axes = reports.plot_fan(np.arange(8), 5, quantiles, "kettle@north").axes[0]
    corners = np.concatenate([band.get_paths()[0].vertices for band in axes.collections])
    assert (corners[:, 1].min(), corners[:, 1].max()) == pytest.approx((10, 90))
    assert (corners[:, 0].min(), corners[:, 0].max()) == (5, 7)


def test_a_band_without_its_opposite_is_refused() -> None:
    with pytest.raises(Refused, match=r"quantile 0\.1, but not 0\.9"):
        reports.plot_fan(np.arange(4), 2, {0.1: np.zeros(2), 0.5: np.zeros(2)})


def test_plots_change_nothing_that_others_draw_with(replays: dict[str, Replay]) -> None:
    from matplotlib import pyplot, rcParams

    before = rcParams.copy()
    reports.plot_cost(reports.cost_by_method(replays, "usual"))
    assert pyplot.get_fignums() == []
    assert dict.__eq__(rcParams, before)


def test_without_matplotlib_a_plot_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(Refused, match=r"pip install 'ownstock\[reports\]'"):
        reports.plot_cost(pl.DataFrame({"method": ["a"]}))
