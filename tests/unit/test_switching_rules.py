"""What a switch of suppliers orders instead and risks: cases that were worked out by hand or are printed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ownstock.planning.rules.switching import (
    Outlook,
    breaks_even_in_days,
    expected_shortage,
    ordered_instead,
    risk,
    runs_out_in_days,
)


def outlook(there: float = 20, *, leaving: list[tuple[int, float]] | None = None, ratio: float = 0) -> Outlook:
    """Seven a week, a week to a bucket."""
    return Outlook(there, [7, 7, 7], 7, ratio, [], leaving or [])


@pytest.mark.parametrize(("z", "printed"), [(0.0, 0.3989), (1.0, 0.08332), (2.0, 0.008491), (-1.0, 1.08332)])
def test_the_loss_function_is_that_which_is_printed(z: float, printed: float) -> None:
    """The unit normal loss function G(k), Silver, Pyke and Thomas (2017), table in appendix II."""
    assert expected_shortage(100 + 10 * z, 100, 100) == pytest.approx(10 * printed, rel=1e-3)


def test_without_spread_what_is_short_is_what_lacks() -> None:
    assert (expected_shortage(5, 8, 0), expected_shortage(8, 5, 0)) == (3, 0)


def test_demand_until_a_day_goes_on_beyond_the_forecast() -> None:
    assert [outlook().mean_until(days) for days in (0, 7, 10, 28)] == [0, 7, 10, 28]
    assert outlook().units_a_year == 365


def test_what_falls_away_and_would_have_come_in_time_is_at_risk() -> None:
    """In 28 days 28 are wanted and 20 are there: 8 short; 5 of the old supplier would have come: 3 short."""
    found = risk(outlook(leaving=[(10, 5), (40, 100)]), 28, Decimal("3.00"))
    assert (found.short_without, found.short_with, found.money) == (8, 3, Decimal("15.00"))


def test_nothing_is_at_risk_where_enough_is_there() -> None:
    assert risk(outlook(100, leaving=[(10, 5)]), 28, Decimal(3)).money == 0


@pytest.mark.parametrize(
    ("wanted", "moq", "multiple", "ordered"), [(0, 10, 6, 0), (5, 10, 6, 12), (12, 1, 6, 12), (13, 1, 6, 18)]
)
def test_no_less_is_ordered_than_falls_away(wanted: int, moq: int, multiple: int, ordered: int) -> None:
    assert ordered_instead(Decimal(wanted), moq=moq, order_multiple=multiple) == ordered


def test_stock_runs_out_on_the_day_that_wants_more_than_there_is() -> None:
    """One a day: 20 last for 20 days, with 7 that come on day 20 for 27; what falls away does not count."""
    assert runs_out_in_days(outlook(20, leaving=[(5, 100)])) == 21
    assert runs_out_in_days(Outlook(20, [7, 7, 7], 7, 0, [(20, 7)], [])) == 28
    assert runs_out_in_days(Outlook(20, [7, 7, 7], 7, 0, [(21, 0), (22, 7)], [])) == 21
    assert runs_out_in_days(outlook(-1)) == 0
    assert runs_out_in_days(outlook(731)) is None


def test_a_switch_breaks_even_when_what_is_saved_has_paid_for_it() -> None:
    assert breaks_even_in_days(Decimal(-100), Decimal(50)) == 183
    assert breaks_even_in_days(Decimal(-365), Decimal(0)) == 0
    assert [breaks_even_in_days(Decimal(dearer), Decimal(50)) for dearer in (0, 1)] == [None, None]
