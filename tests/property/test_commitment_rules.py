"""Whether a promise to buy is kept at the present rate, and what of a rebate is earned: whatever the figures."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ownstock.catalog.rules import CommitmentOutlook, Pace, RebateBase, accrual, rebate

BEGIN = date(2026, 1, 1)
YEAR_END = date(2026, 12, 31)
amounts = st.decimals(0, 10**6, places=2)
days = st.integers(0, 400)
paces = st.builds(
    lambda length, gone, promised, reached, coming: Pace(
        BEGIN, BEGIN + timedelta(days=length), BEGIN + timedelta(days=gone - 5), promised + 1, reached, coming
    ),
    days, days, amounts, amounts, amounts,
)  # fmt: skip


def at(on: date, reached: int, coming: int = 0, promised: int = 365) -> Pace:
    return Pace(BEGIN, YEAR_END, on, Decimal(promised), Decimal(reached), Decimal(coming))


def test_a_commitment_is_expected_at_the_rate_of_the_days_gone() -> None:
    a_tenth = BEGIN + timedelta(days=72)
    assert at(a_tenth, 73).expected == 365
    assert at(a_tenth, 73).outlook is CommitmentOutlook.ON_TRACK
    assert at(a_tenth, 72).outlook is CommitmentOutlook.BEHIND
    assert at(a_tenth, 72).missing == 5


def test_what_is_on_its_way_keeps_it_where_the_rate_would_not() -> None:
    assert at(date(2026, 12, 1), 100, coming=265).outlook is CommitmentOutlook.ON_TRACK
    assert at(date(2026, 12, 1), 100, coming=264).outlook is CommitmentOutlook.BEHIND


def test_before_its_first_day_and_after_its_last_nothing_is_a_matter_of_rate() -> None:
    assert at(BEGIN - timedelta(days=1), 0).outlook is CommitmentOutlook.NOT_BEGUN
    over = at(YEAR_END + timedelta(days=1), 364, coming=10)
    assert (over.outlook, over.expected, over.days_left) == (CommitmentOutlook.MISSED, 364, 0)


@given(paces)
def test_it_is_kept_exactly_where_all_is_reached_and_never_expected_to_shrink(pace: Pace) -> None:
    assert (pace.outlook is CommitmentOutlook.KEPT) == (pace.reached >= pace.promised)
    assert pace.expected >= pace.reached
    assert 0 <= pace.missing <= pace.promised
    if pace.outlook is CommitmentOutlook.BEHIND:
        assert pace.missing > 0


@given(paces, amounts)
def test_more_that_came_is_never_a_worse_outlook(pace: Pace, more: Decimal) -> None:
    better = Pace(pace.begins_on, pace.ends_on, pace.as_of, pace.promised, pace.reached + more, pace.coming)
    assert better.expected >= pace.expected
    assert better.missing <= pace.missing


@given(st.lists(st.tuples(amounts, st.decimals(0, 20, places=2)), max_size=4), paces, st.sampled_from(RebateBase))
def test_a_rebate_is_that_of_its_turnover_now_and_at_the_end(
    tiers: list[tuple[Decimal, Decimal]], pace: Pace, base: RebateBase
) -> None:
    found = accrual(tiers, pace, base=base)
    assert found.earned == rebate(tiers, pace.reached, base=base)
    assert found.expected == rebate(tiers, pace.expected, base=base)
    assert found.next_from is None or found.next_from > pace.reached
    assert not any(pace.reached < start < found.next_from for start, _ in tiers if found.next_from)


@given(st.lists(amounts, min_size=2, max_size=6))
def test_a_rebate_on_what_lies_above_never_falls_with_turnover(turnovers: list[Decimal]) -> None:
    tiers = [(Decimal(100), Decimal(1)), (Decimal(1_000), Decimal("2.5"))]
    earned = [accrual(tiers, at(YEAR_END, 0), base=RebateBase.ABOVE).earned]
    for turnover in sorted(turnovers):
        pace = Pace(BEGIN, YEAR_END, YEAR_END, Decimal(0), turnover)
        earned.append(accrual(tiers, pace, base=RebateBase.ABOVE).earned)
    assert all(before <= after for before, after in pairwise(earned))
