"""What receipts and open orders tell of how deliveries arrive."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import numpy as np
import polars as pl
import pytest

from ownstock.base.errors import Refused
from ownstock.engine import frames
from ownstock.engine.arrays import Floats
from ownstock.engine.arrival_levels import BY_ORDER, BY_PROMISE
from ownstock.engine.arrival_record import Memory, learn_arrivals
from ownstock.engine.expected_arrivals import POINTS, arrival_days, crossing, lead_times_now, thinned
from ownstock.engine.survival import DAYS, Counts, Waits, concentration_of, counted, shrunk
from tests.arrival_cases import TODAY, Case, ordered, receipts, still_open

PLAIN = Memory(half_life_days=1e9, surprise=0.0)


def told(frame: pl.DataFrame, item_site: int, supplier: str, memory: Memory = PLAIN) -> Floats:
    """When an order of today arrives, in days from its promise of 20 days ahead: [-20 … 345] as the whole clock."""
    record = learn_arrivals(frame, TODAY, memory)
    asked = ordered(item_site, supplier).with_columns(lane=pl.lit(""), day=pl.lit(BY_PROMISE.zero - 20))
    return record.distributions(asked, is_promised=True)[0]


def late(distribution: Floats, days: int) -> float:
    return float(distribution[BY_PROMISE.zero + days])


def test_without_censoring_the_parent_counts_as_so_many_cases() -> None:
    """(c · f + happened) / (c + n), the posterior mean of a Dirichlet distribution."""
    days = np.array([3, 3, 5, 8])
    waits = Waits(np.zeros(4, dtype=np.int64), days, np.ones(4), np.ones(4))
    parent = np.zeros((1, DAYS))
    parent[0, [3, 5, 9]] = [0.5, 0.3, 0.2]
    found = shrunk(counted(waits, np.zeros(4, dtype=np.int64), 1), parent, 2.0)[0]
    assert found[[3, 5, 8, 9]] == pytest.approx([3 / 6, 1.6 / 6, 1 / 6, 0.4 / 6])
    assert found.sum() == pytest.approx(1)


def test_who_began_to_wait_late_tells_nothing_of_the_days_before() -> None:
    """By hand: at risk on day 2 are two of three, of whom one ends; on day 5 the one left and the late one, who both end."""
    waits = Waits(np.array([0, 0, 4]), np.array([2, 5, 5]), np.ones(3), np.ones(3))
    found = shrunk(counted(waits, np.zeros(3, dtype=np.int64), 1), np.zeros((1, DAYS)), 0.0)[0]
    assert [Fraction(float(found[day])).limit_denominator(100) for day in (2, 5)] == [Fraction(1, 2), Fraction(1, 2)]


def test_groups_that_differ_by_more_than_chance_trust_their_parent_less() -> None:
    parent = np.zeros((2, DAYS))
    parent[:, [365, 370]] = 0.5
    parts = BY_PROMISE.part_starts
    alike = _two_groups(10, 10)
    apart = _two_groups(20, 0)
    assert concentration_of(alike, parent, parts) > 16 > concentration_of(apart, parent, parts)


def _two_groups(first: int, second: int) -> Counts:
    """So many of 20 on the promised day, the others 5 days late."""
    day = np.concatenate([np.repeat([365, 370], [number, 20 - number]) for number in (first, second)])
    waits = Waits(np.zeros(40, dtype=np.int64), day, np.ones(40), np.ones(40))
    return counted(waits, np.repeat([0, 1], 20), 2)


def test_an_item_without_receipts_is_told_by_its_supplier() -> None:
    frame = receipts([(1, "A", 30 + k, k % 3) for k in range(30)] + [(2, "B", 30 + k, 9) for k in range(30)])
    new, old = told(frame, 7, "A"), told(frame, 1, "A")
    assert np.argmax(told(frame, 7, "B")) == BY_PROMISE.zero + 9
    assert sum(late(new, days) for days in range(3)) > 0.8
    assert new == pytest.approx(old, abs=0.05)


def test_a_supplier_without_receipts_is_told_by_everybody() -> None:
    frame = receipts([(1, name, 30 + k, 4) for k, name in enumerate("ABCDE" * 8)])
    assert late(told(frame, 1, "new"), 4) > 0.9


def test_where_nothing_is_known_early_on_the_day_and_late_are_alike() -> None:
    found = told(receipts([]), 1, "A")
    assert late(found, 0) == pytest.approx(found[BY_PROMISE.zero + 1 :].sum())
    assert found.sum() == pytest.approx(1)


def test_very_many_receipts_of_an_item_make_it_its_own() -> None:
    memory = Memory(half_life_arrivals=1e9, half_life_days=1e9, surprise=0.0)
    own = [(1, "A", 30 + k % 200, (0, 6)[k % 2]) for k in range(3000)]
    others = [(2, "A", 30 + k % 200, 3) for k in range(3000)]
    found = told(receipts(own + others), 1, "A", memory)
    assert [late(found, days) for days in (0, 6)] == pytest.approx([0.5, 0.5], abs=0.05)
    assert late(found, 3) < 0.05


def test_the_promised_day_stays_a_day_of_its_own() -> None:
    """Nine in ten on the day, the others a little off: the day before and after get none of it."""
    frame = receipts([(1, "A", 30 + k, (3 if k % 10 == 0 else 0)) for k in range(100)])
    found = lead_times_now(learn_arrivals(frame, TODAY, PLAIN), ordered(1, "A"))
    by_day = dict(zip(found["lead_time_days"], found["probability"], strict=True))
    assert by_day[20] > 0.8
    assert by_day.get(19, 0.0) + by_day.get(21, 0.0) < 0.03


def test_open_late_orders_make_the_supplier_later() -> None:
    came: list[Case] = [(1, "A", 60 + k, 0) for k in range(20)]
    still_late: list[Case] = [(1, "A", 30, None) for _ in range(20)]
    only, both = told(receipts(came), 1, "A"), told(receipts(came + still_late), 1, "A")
    assert late(only, 0) > 0.9
    assert late(both, 0) == pytest.approx(0.5, abs=0.05)
    assert both[BY_PROMISE.zero + 30 :].sum() > 0.4


def test_orders_not_due_yet_change_nothing_of_the_promised_day() -> None:
    came: list[Case] = [(1, "A", 60 + k, (0, 2)[k % 2]) for k in range(20)]
    coming: list[Case] = [(1, "A", -5, None) for _ in range(20)]
    only, both = told(receipts(came), 1, "A"), told(receipts(came + coming), 1, "A")
    assert late(both, 0) == pytest.approx(late(only, 0), abs=0.03)


def test_what_arrives_together_counts_as_one() -> None:
    rows = [(1, "A", 40, 5)] * 10 + [(1, "A", 50, 0), (1, "A", 60, 0)]
    names = ["same"] * 10 + ["b", "c"]
    many = told(receipts(rows, names=names), 1, "A")
    few = told(receipts([rows[0], *rows[10:]]), 1, "A")
    assert many == pytest.approx(few)


def test_of_a_delivery_in_parts_each_counts_by_its_quantity() -> None:
    rows = [(1, "A", 40 + k // 2, 8 * (k % 2)) for k in range(80)]
    frame = receipts(rows, names=[str(k // 2) for k in range(80)])
    found = told(frame.with_columns(quantity=pl.Series([30, 10] * 40)), 1, "A")
    assert [late(found, days) for days in (0, 8)] == pytest.approx([0.75, 0.25], abs=0.02)


def test_a_supplier_that_has_turned_is_followed() -> None:
    frame = receipts([(1, "A", 100 + k, 0) for k in range(200)] + [(1, "A", 5 + k // 2, 4) for k in range(40)])
    assert late(told(frame, 1, "A", Memory(surprise=0.0)), 4) > 0.6 > late(told(frame, 1, "A", _never_forgets()), 4)


def _never_forgets() -> Memory:
    return Memory(half_life_arrivals=1e9, half_life_days=1e9, surprise=0.0)


def test_an_old_receipt_of_a_quiet_supplier_is_not_forgotten() -> None:
    old = receipts([(1, "A", 900 + 30 * k, 4) for k in range(5)])
    assert late(told(old, 1, "A", Memory(surprise=0.0)), 4) == pytest.approx(late(told(old, 1, "A"), 4), rel=0.02)


def test_an_open_order_arrives_no_earlier_than_today() -> None:
    frame = receipts([(1, "A", 40 + k, k % 12) for k in range(40)])
    record = learn_arrivals(frame, TODAY)
    found = arrival_days(record, still_open(1, "A", ago=6))
    assert found["arrives_in_days"].min() == 0
    assert found["probability"].sum() == pytest.approx(1)
    within = found.filter(pl.col("arrives_in_days") <= 5)["probability"].sum()
    assert within > 0.7


def test_what_is_a_year_late_is_not_expected() -> None:
    record = learn_arrivals(receipts([(1, "A", 40, 0)]), TODAY)
    assert arrival_days(record, still_open(1, "A", ago=366)).height == 0
    assert arrival_days(record, still_open(1, "A", ago=365)).height == 1


def test_without_a_promise_the_days_from_the_order_tell() -> None:
    frame = receipts([(1, "A", 40 + k, 0) for k in range(40)], lead_days=33).with_columns(
        promised_on=pl.lit(None, dtype=pl.Date)
    )
    found = lead_times_now(learn_arrivals(frame, TODAY, PLAIN), ordered(1, "A", None))
    assert found.filter(pl.col("probability") > 0.5)["lead_time_days"].to_list() == [33]
    assert BY_ORDER.anything.sum() == pytest.approx(1)


def test_some_are_never_foreseen() -> None:
    frame = receipts([(1, "A", 30 + k, k % 4) for k in range(300)])
    assert late(told(frame, 1, "A", Memory(surprise=0.3)), 9) > 0.001 > late(told(frame, 1, "A", PLAIN), 9)


def test_who_is_regular_is_taken_to_go_on_so() -> None:
    frame = receipts([(1, "A", 40 + k, 5) for k in range(300)])
    assert told(frame, 1, "A", Memory(surprise=1.0))[BY_PROMISE.zero + 5] > 0.8


def test_the_lead_times_fit_the_engine() -> None:
    record = learn_arrivals(receipts([(k % 4, "AB"[k % 2], 30 + k, k % 9 - 3) for k in range(80)]), TODAY)
    asked = pl.concat([ordered(1, "B"), ordered(2, "A", 0), ordered(3, "new", None)])
    found = lead_times_now(record, asked)
    assert found.equals(frames.check(found, frames.LEAD_TIMES))
    assert found.group_by("item_site").agg(pl.col("probability").sum())["probability"].to_list() == pytest.approx(
        [1] * 3
    )
    assert max(found.group_by("item_site").len()["len"].to_list()) <= 3 * POINTS


def test_thinned_days_keep_the_mean() -> None:
    rng = np.random.default_rng(5)
    distribution = rng.dirichlet(np.full(DAYS, 0.05), 20)
    row, day, probability = thinned(distribution)
    mean = np.bincount(row, weights=day * probability)
    assert mean == pytest.approx(distribution @ np.arange(DAYS), abs=0.5)


def supply(reviews: list[int]) -> pl.DataFrame:
    rows = {"item_site": list(range(len(reviews))), "lead_time_days": 5, "review_period_days": reviews, "moq": 0}
    return pl.DataFrame(rows | {"order_multiple": 1, "unit_cost": 1.0})


def test_orders_cross_where_one_can_overtake_the_one_before() -> None:
    """5 days in nine of ten, else 20: a later order overtakes where it takes 5, the one before 20, 5 days apart."""
    days, shares = [5, 20, 5, 20], [0.9, 0.1, 0.9, 0.1]
    lead_times = pl.DataFrame({"item_site": [0, 0, 1, 1], "lead_time_days": days, "probability": shares})
    found = crossing(lead_times, supply([5, 15, 5]))
    assert found["crossing_probability"].to_list() == pytest.approx([0.09, 0.0, 0.0])
    assert found["may_cross"].to_list() == [True, False, False]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"received_on": TODAY + timedelta(days=1)},
            "receipts: received_on of item_site 1 is 2024-06-02, after 2024-06-01",
        ),
        ({"received_on": TODAY - timedelta(days=99)}, "is 2024-02-23, before its order of 2024-04-02"),
        (
            {"ordered_on": TODAY + timedelta(days=2)},
            "receipts: ordered_on of item_site 1 is 2024-06-03, after 2024-06-01",
        ),
        ({"quantity": 0}, "receipts: quantity of item_site 1 is 0; it must be above 0"),
        ({"supplier": None}, "receipts: supplier of item_site 1 is None; it must be given"),
    ],
)
def test_receipts_that_do_not_fit_are_refused(change: dict[str, object], sentence: str) -> None:
    frame = receipts([(1, "A", 40, 0)])
    ((column, value),) = change.items()
    with pytest.raises(Refused) as refused:
        learn_arrivals(frame.with_columns(pl.lit(value).alias(column)), TODAY)
    assert sentence in str(refused.value)


def test_an_open_order_of_tomorrow_is_refused() -> None:
    record = learn_arrivals(receipts([]), TODAY)
    with pytest.raises(Refused, match="ordered_on of item_site 1 is 2024-06-02"):
        arrival_days(record, still_open(1, "A", ago=-21))
