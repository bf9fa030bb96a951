"""Which parts of lines were kept: cases that were worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pytest

from ownstock.purchasing.rules.scorecards import (
    NOT_NAMED,
    UNIT,
    Arrivals,
    Bin,
    FigureName,
    Judged,
    Parts,
    Verdict,
    histogram,
    judged,
    quantile,
    share,
)

TODAY = 100


def told(
    parts: Sequence[tuple[int, int]],
    came: Sequence[tuple[int, int]],
    *,
    refused: int = 0,
    cut: int = 0,
    late: int = 0,
    early: int = NOT_NAMED,
    under: int = 0,
) -> Judged:
    """One line: parts of (day, quantity), of which the first was refused or cut so far; goods of (day, quantity)."""
    n = len(parts)
    columns = [[1] * n, [d for d, _ in parts], [q * UNIT for _, q in parts]]
    gone = [[some * UNIT] + [0] * (n - 1) for some in (refused, cut)]
    rest = [[late] * n, [early] * n, [under] * n]
    arrivals = [[1] * len(came), [d for d, _ in came], [q * UNIT for _, q in came]]
    made = Parts(*(np.array(c, np.int64) for c in [*columns, *gone, *rest]))
    return judged(made, Arrivals(*(np.array(c, np.int64) for c in arrivals)), TODAY)


def words(found: Judged) -> list[str]:
    return [Verdict(v).word for v in found.verdict.tolist()]


@pytest.mark.parametrize(
    ("came", "verdict"),
    [
        ([(10, 24)], "kept"),
        ([(9, 12), (10, 12)], "kept"),
        ([(11, 24)], "late"),
        ([(10, 20), (11, 4)], "late"),
        ([(10, 23)], "open"),
        ([], "open"),
        ([(10, 30)], "kept"),
    ],
)
def test_a_part_is_kept_when_all_of_it_came_by_its_day(came: list[tuple[int, int]], verdict: str) -> None:
    assert words(told([(10, 24)], came)) == [verdict]


def test_a_part_is_judged_once_its_day_has_passed() -> None:
    assert words(told([(99, 24), (100, 24), (101, 24)], [(90, 30)])) == ["kept", "not_due", "not_due"]
    assert words(told([(97, 24), (98, 24)], [], late=2)) == ["open", "not_due"]


def test_late_days_that_are_agreed_are_on_time() -> None:
    assert words(told([(10, 24)], [(12, 24)], late=2)) == ["kept"]
    assert words(told([(10, 24)], [(13, 24)], late=2)) == ["late"]


def test_what_may_lack_is_a_share_of_the_part() -> None:
    """5 % of 100 are 5, however much was to come before it."""
    assert words(told([(5, 1000), (10, 100)], [(5, 1000), (10, 95)], under=500)) == ["kept", "kept"]
    assert words(told([(5, 1000), (10, 100)], [(5, 1000), (10, 94)], under=500)) == ["kept", "open"]


def test_what_comes_fills_the_earliest_part_first() -> None:
    """30 by day 10 are the 20 of the first and 10 of the 20 of the second."""
    found = told([(10, 20), (12, 20)], [(10, 30), (13, 10)])
    assert words(found) == ["kept", "late"]
    assert (found.filled // UNIT).tolist() == [20, 10]


def test_a_missing_first_part_delays_the_second() -> None:
    assert words(told([(10, 20), (12, 20)], [(12, 20), (14, 20)])) == ["late", "late"]


def test_parts_that_are_due_on_one_day_are_one() -> None:
    assert words(told([(10, 20), (10, 4)], [(10, 24)])) == ["kept"]


def test_goods_before_the_early_tolerance_are_early_where_one_is_agreed() -> None:
    assert words(told([(10, 24)], [(7, 24)], early=2)) == ["early"]
    assert words(told([(10, 24)], [(8, 24)], early=2)) == ["kept"]
    assert words(told([(10, 24)], [(1, 24)])) == ["kept"]


def test_goods_of_the_part_before_are_not_early_for_the_next() -> None:
    assert words(told([(10, 20), (30, 20)], [(10, 20), (30, 20)], early=2)) == ["kept", "kept"]
    assert words(told([(10, 20), (30, 20)], [(10, 21), (30, 19)], early=2)) == ["kept", "early"]


def test_what_is_refused_fails_its_own_part_in_full_and_no_other() -> None:
    found = told([(10, 20), (12, 20)], [(10, 20), (12, 20)], refused=4)
    assert words(found) == ["refused", "kept"]


def test_what_is_refused_within_the_tolerance_does_not_fail() -> None:
    assert words(told([(10, 96)], [(10, 96)], refused=4, under=400)) == ["kept"]
    assert words(told([(10, 96)], [(10, 96)], refused=4, under=399)) == ["refused"]


def test_what_was_cut_after_its_day_is_a_failure() -> None:
    assert words(told([(10, 20)], [(10, 20)], cut=4)) == ["cut_late"]


def test_a_line_that_was_refused_whole_is_a_part() -> None:
    assert words(told([(10, 0)], [], refused=24)) == ["refused"]


def test_goods_of_another_line_fill_nothing() -> None:
    one = np.array([1], np.int64)
    parts = Parts(one, one * 10, one * 24, one * 0, one * 0, one * 0, one * NOT_NAMED, one * 0)
    assert words(judged(parts, Arrivals(one * 2, one * 10, one * 24), TODAY)) == ["open"]


def test_nothing_is_judged_of_nothing() -> None:
    none = np.zeros(0, np.int64)
    assert judged(Parts(*[none] * 8), Arrivals(none, none, none), TODAY).verdict.size == 0


def test_a_share_has_its_parts_beside_it_and_no_value_over_nothing() -> None:
    figure = share(FigureName.OTIF_REQUESTED, 2, 3, n=3)
    assert (figure.value, figure.numerator, figure.denominator, figure.n) == (Decimal("66.67"), 2, 3, 3)
    assert share(FigureName.QUALITY, 0, 0, n=0).value is None


def test_a_quantile_is_a_value_that_was_seen() -> None:
    """Of 14, 15, 17, 18, 30: half are at most 17, nine in ten at most 30, one in ten at most 14."""
    days = [18, 14, 30, 15, 17]
    assert [quantile(days, Decimal(level)) for level in ("0.1", "0.5", "0.9")] == [14, 17, 30]
    assert quantile([], Decimal("0.5")) is None
    assert [quantile([1, 2], Decimal(level)) for level in ("0.5", "0.51")] == [1, 2]


def test_a_histogram_counts_every_value_in_bins_of_one_width() -> None:
    assert histogram([3, 3, 5]) == [Bin(3, 3, 2), Bin(4, 4, 0), Bin(5, 5, 1)]
    assert histogram([0, 9, 39], most=4) == [Bin(0, 9, 2), Bin(10, 19, 0), Bin(20, 29, 0), Bin(30, 39, 1)]
    assert histogram([]) == []
