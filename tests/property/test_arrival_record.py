"""Whatever was received: probabilities are whole, age never brings a delivery nearer, a kept promise never lowers trust."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ownstock.engine.arrival_levels import BY_PROMISE
from ownstock.engine.arrival_record import learn_arrivals
from ownstock.engine.expected_arrivals import POINTS, arrival_days, crossing, lead_times_now, thinned
from ownstock.engine.survival import DAYS, Waits, at_least, counted, given_at_least, shrunk
from tests.arrival_cases import TODAY, Case, ordered, receipts, still_open

# Item-site, supplier, days since the promise, days late; what cannot have come yet is open.
CASES = st.lists(
    st.tuples(st.integers(1, 3), st.sampled_from("AB"), st.integers(-10, 400), st.integers(-15, 60) | st.none()).map(
        lambda row: row if row[3] is None or row[3] <= row[2] else (*row[:3], None)
    ),
    max_size=25,
)
FEW_DAYS = st.integers(360, 372)
WAITS = st.lists(st.tuples(FEW_DAYS, FEW_DAYS, st.booleans(), st.floats(0.01, 3)), min_size=1, max_size=15)


def distribution_of(waits: list[tuple[int, int, bool, float]], concentration: float) -> np.ndarray:
    columns = [np.array(column) for column in zip(*waits, strict=True)]
    watched = Waits(columns[0], columns[1], columns[2].astype(np.float64), columns[3])
    counts = counted(watched, np.zeros(len(waits), dtype=np.int64), 1)
    return shrunk(counts, BY_PROMISE.anything[None], concentration)


@settings(max_examples=40)
@given(CASES, st.integers(0, 400) | st.none(), st.integers(-200, 300))
def test_probabilities_are_positive_and_sum_to_one(cases: list[Case], promised: int | None, ago: int) -> None:
    record = learn_arrivals(receipts(cases), TODAY)
    for found in (
        lead_times_now(record, ordered(1, "A", promised)),
        arrival_days(record, still_open(2, "B", ago, lead_days=300)),
    ):
        assert found["probability"].sum() == pytest.approx(1)
        assert (found["probability"] > 0).all()


@settings(max_examples=40)
@given(CASES, st.integers(-20, 200), st.integers(1, 90))
def test_a_delivery_that_has_waited_longer_arrives_no_earlier(cases: list[Case], ago: int, more: int) -> None:
    """Told by one record, the chance to have arrived by any day falls with every day on which it has not."""
    record = learn_arrivals(receipts(cases), TODAY)
    days = pl.DataFrame({"item_site": [1, 1], "supplier": ["A", "A"], "lane": ["", ""]})
    asked = days.with_columns(day=pl.Series([ago, ago + more]) + BY_PROMISE.zero)
    sooner, later = np.cumsum(record.distributions(asked, is_promised=True), axis=1)
    assert (later <= sooner + 1e-9).all()


@given(WAITS, st.floats(0.25, 256), st.floats(0.1, 5))
def test_a_kept_promise_never_lowers_the_promised_day(
    waits: list[tuple[int, int, bool, float]], concentration: float, weight: float
) -> None:
    before = distribution_of(waits, concentration)[0]
    after = distribution_of([*waits, (0, BY_PROMISE.zero, True, weight)], concentration)[0]
    assert after[BY_PROMISE.zero] >= before[BY_PROMISE.zero] - 1e-12


@given(WAITS, st.floats(0.25, 256), st.integers(360, 372))
def test_one_more_open_delivery_makes_none_earlier(
    waits: list[tuple[int, int, bool, float]], concentration: float, until: int
) -> None:
    before = at_least(distribution_of(waits, concentration))
    after = at_least(distribution_of([*waits, (0, until, False, 1.0)], concentration))
    assert (after >= before - 1e-12).all()


@given(WAITS, st.floats(0, 256))
def test_a_distribution_is_whole_whatever_was_seen(
    waits: list[tuple[int, int, bool, float]], concentration: float
) -> None:
    found = distribution_of(waits, concentration)
    assert found.sum() == pytest.approx(1)
    assert found.min() >= 0
    assert given_at_least(found, np.array([370])).sum() == pytest.approx(1) or found[0, 370:].sum() == 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.integers(0, DAYS - 12))
def test_thinning_moves_no_probability_past_its_neighbours(shares: list[float], first: int) -> None:
    distribution = np.zeros((1, DAYS))
    distribution[0, first : first + len(shares)] = shares
    distribution[0, first] += 0.1
    distribution /= distribution.sum()
    _, day, probability = thinned(distribution)
    kept = np.bincount(day, weights=probability, minlength=DAYS)
    assert kept.sum() == pytest.approx(1)
    assert np.abs(np.cumsum(kept) - np.cumsum(distribution[0])).max() <= 2 / POINTS
    assert (np.diff(day) > 0).all()


@given(
    st.dictionaries(st.integers(0, 60), st.floats(0.05, 1), min_size=1, max_size=8),
    st.integers(1, 30),
)
def test_the_crossing_probability_is_that_of_all_pairs(weights: dict[int, float], review: int) -> None:
    total = sum(weights.values())
    shares = {day: weight / total for day, weight in weights.items()}
    plain = sum(p * q for day, p in shares.items() for other, q in shares.items() if other + review < day)
    supply = {"item_site": [0], "lead_time_days": 5, "review_period_days": review, "moq": 0, "order_multiple": 1}
    frame = pl.DataFrame(
        {"item_site": [0] * len(shares), "lead_time_days": list(shares), "probability": list(shares.values())}
    )
    found = crossing(frame, pl.DataFrame(supply | {"unit_cost": 1.0}))
    assert found["crossing_probability"][0] == pytest.approx(plain, abs=1e-9)
