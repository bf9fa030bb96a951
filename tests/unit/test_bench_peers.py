"""What benchmarks stand beside: the peers' levels against printed quantiles, the score by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bench.scores import Score, compare, saved_percent
from ownstock.engine.arrays import Floats
from ownstock.engine.forecast.level_path import LevelPath
from ownstock.engine.simulate import Seen, State, Terms, order_up_to, replay

peers = pytest.importorskip("bench.peers", reason="the peers need scipy", exc_type=ImportError)


def one(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)


def test_the_normal_level_is_the_mean_and_so_many_deviations_rounded_up() -> None:
    assert peers.normal_level(one(10, 10, 0, 3), one(2, 0, 0, 0), 0.95).tolist() == [14, 10, 0, 3]


def test_without_overdispersion_the_count_level_is_poisson_s_quantile() -> None:
    """P(D ≤ 7) = 0.866628 and P(D ≤ 8) = 0.931906 at mean 5."""
    assert peers.negative_binomial_level(one(5, 5, 0), one(2, 0, 0), 0.9).tolist() == [8, 8, 0]


def test_the_count_level_is_the_negative_binomial_s_quantile() -> None:
    """Mean 1 and variance 2 are the geometric (1/2)^(k+1): 0.9 is reached at 3 (0.9375), not at 2 (0.875)."""
    assert peers.negative_binomial_level(one(1), np.sqrt(one(2)), 0.9).tolist() == [3]


def test_deviations_are_of_one_step_errors_so_far() -> None:
    path = LevelPath.flat(np.array([[2.0, 2.0, 3.0]]))
    expected = peers.Expected.of_path(path, np.array([[5.0, 1.0]]), 2)
    assert expected.deviation[0] == pytest.approx([0, 3, np.sqrt((9 + 1) / 2)])
    assert expected.mean[0, 2] == pytest.approx([3, 3])


def test_a_peer_orders_up_to_the_level_of_the_period() -> None:
    order = peers.up_to(np.array([[5, 9], [5, 0]]))
    state = State.of([2, 4], [[1], [0]])
    assert order(0, state, Seen.nothing(2)).tolist() == [2, 1]
    assert order(1, state, Seen.nothing(2)).tolist() == [6, 0]


def test_the_saving_is_paired_by_item() -> None:
    percent, error = saved_percent(one(1, 2, 3), one(2, 4, 6))
    assert percent == pytest.approx(50)
    assert error == pytest.approx(100 * np.sqrt(3) * 1.0 / 12)


def test_the_table_scores_only_the_periods_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    demand = np.array([[9, 2, 3], [9, 0, 1]])
    terms = Terms.of(2, lead_time_periods=0, is_lost=True, holding_cost=1.0, shortage_cost=10.0)
    score = Score.of(replay(demand, terms, order_up_to(np.array([2, 2])), State.of([0, 0])), 1, one(1, 3))
    assert score.cost.tolist() == [10, 3]
    assert (score.holding, score.shortage, score.fill_rate) == (3, 10, pytest.approx(5 / 6))
    assert score.inventory == pytest.approx(0 * 1 + 1.5 * 3)
    rows = compare("parts", {"ours": score, "peer": score})
    assert [row["saved_percent"] for row in rows] == [0, 0]
    assert "+0.0 ± 0.0 %" in capsys.readouterr().out
