"""An item is ordered by itself only while it has earned it, and orders leave only on order days before the cut-off."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownstock.automation.rules.autonomy import (
    SPEAKS_FOR,
    AutonomyStanding,
    AutonomyState,
    DriftLimits,
    Economics,
    Evidence,
    advantage_of_proposal,
    forecast_drift,
    stock_out_drift,
    terms_drift,
    weigh,
)
from ownstock.automation.rules.order_days import OrderDays, next_order_moment
from ownstock.automation.rules.standing import Case, Coverage, RuleAction, RuleLimits, RuleTerms, judge, order_check

EVIDENCE = st.lists(st.sampled_from(list(Evidence)), max_size=40)
ZONES = ["Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe", "UTC"]
CERTIFIED = AutonomyState.CERTIFIED
CUP = Economics(Decimal(10), Decimal("0.365"), Decimal(3))


@given(EVIDENCE, st.integers(1, 8))
def test_nothing_is_certified_without_its_cycles_in_a_row_nor_stays_so_after_anything_against_it(
    pieces: list[Evidence], needed: int
) -> None:
    standing = AutonomyStanding()
    for number, evidence in enumerate(pieces, start=1):
        before = standing
        standing = weigh(standing, evidence, "It is so.", needed=needed).after
        in_a_row = pieces[:number][::-1]
        run = next((n for n, piece in enumerate(in_a_row) if piece not in SPEAKS_FOR), len(in_a_row))
        assert standing.cycles == run
        assert (standing.state is CERTIFIED) == (run >= needed)
        if before.state is CERTIFIED and evidence not in SPEAKS_FOR:
            assert standing.state is AutonomyState.LOST


def test_every_step_says_how_many_cycles_there_are_and_are_needed() -> None:
    step = weigh(AutonomyStanding(AutonomyState.WATCHED, 5), Evidence.ACCEPTED, "Anna ordered the 24.", needed=6)
    assert step.after == AutonomyStanding(CERTIFIED, 6)
    assert step.sentence == "Anna ordered the 24. Cycles in a row: 6, needed: 6."


def test_a_forecast_drifts_by_its_bias_or_by_its_error_and_not_before_three_weeks() -> None:
    limits = DriftLimits(8, Decimal(30), Decimal(80))
    some, double = [Decimal(10)] * 4, [Decimal(20)] * 4
    assert forecast_drift(some, some, limits) == ""
    assert forecast_drift(double, some, limits) == (
        "The forecast drifted over 4 weeks: its bias is +100 %, 30 % allowed and its WAPE is 100 %, 80 % allowed."
    )
    assert "bias is -50 %" in forecast_drift(some, double, limits)
    assert forecast_drift(double[:2], some[:2], limits) == ""
    assert forecast_drift(some, [Decimal(0)] * 4, limits) == ""
    uneven = [Decimal(n) for n in (0, 40, 0, 0)]
    assert "WAPE is 150 %" in forecast_drift(some, uneven, limits)


def test_a_change_of_the_source_and_an_untold_stock_out_are_drifts() -> None:
    before = {"supplier": "ALPHA", "price": "2.4"}
    assert terms_drift(before, before) == ""
    assert terms_drift(before, {"supplier": "BETA", "price": "2.9"}) == (
        "Its source changed: supplier ALPHA → BETA, price 2.4 → 2.9."
    )
    assert stock_out_drift(date(2026, 3, 2), is_foreseen=True) == ""
    assert stock_out_drift(date(2026, 3, 2), is_foreseen=False).startswith("Out of stock on 2026-03-02")


@pytest.mark.parametrize(
    ("closings", "difference", "used", "advantage"),
    [
        # Ten more than proposed lay about for five days, at a cent a day each.
        ([40, 35, 30, 25, 20], 10, 5, "0.50"),
        # They were sold: without them, four would have been short, at 3 each, for 16 pieces kept a day.
        ([16, 6], 10, 5, "-11.84"),
        # Ten fewer: two days without stock missed ten pieces in all.
        ([5, 0, 0], -10, 5, "30.00"),
        # Ten fewer, never short: the proposal would only have cost more to keep.
        ([30, 20, 10], -10, 5, "-0.30"),
    ],
)
def test_a_change_is_measured_by_what_was_on_hand_afterwards(
    closings: list[int], difference: int, used: int, advantage: str
) -> None:
    found = advantage_of_proposal([Decimal(c) for c in closings], Decimal(difference), CUP, used_a_day=Decimal(used))
    assert round(found, 2) == Decimal(advantage)


@given(
    st.sampled_from(ZONES), st.frozensets(st.integers(1, 7)), st.times(), st.integers(0, 2_000),
    st.integers(0, 2 * 365 * 24 * 60),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), max_size=3),
)  # fmt: skip
def test_the_next_order_day_is_an_agreed_one_with_its_cut_off_ahead_and_none_lies_between(
    zone: str, weekdays: frozenset[int], cut_off: time, minutes: int, at: int, closed: list[tuple[int, int]]
) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=at)
    today = now.date()
    closures = tuple((today + timedelta(days=a), today + timedelta(days=a + b)) for a, b in closed)
    days = OrderDays(weekdays, closures, cut_off, ZoneInfo(zone))
    found = next_order_moment(days, now, minutes_before=minutes)
    assert found is not None
    assert found.opens_at <= found.closes_at
    assert now < found.closes_at
    assert not weekdays or found.order_on.isoweekday() in weekdays
    assert not any(first <= found.order_on <= last for first, last in closures)
    assert found.opens_at.astimezone(days.zone).date() >= found.order_on
    assert found.closes_at - found.opens_at <= timedelta(minutes=minutes)
    again = next_order_moment(days, found.closes_at - timedelta(microseconds=1), minutes_before=minutes)
    assert again is not None
    assert again.order_on <= found.order_on
    # Nothing lies between: from any moment before its cut-off on the same day is found.
    middle = now + (found.closes_at - now) / 2
    assert next_order_moment(days, middle, minutes_before=minutes) == found


@pytest.mark.parametrize(
    ("now", "on", "closes_at"),
    [
        ("2026-03-02T14:59:59", "2026-03-02", "2026-03-02T15:00"),
        ("2026-03-02T15:00:00", "2026-03-05", "2026-03-05T15:00"),
        # Summer time begins on the 29th: three o'clock comes an hour earlier.
        ("2026-03-26T15:00:00", "2026-03-30", "2026-03-30T14:00"),
        # Easter Monday and the Thursday before are closed.
        ("2026-03-30T14:00:00", "2026-04-09", "2026-04-09T14:00"),
    ],
)
def test_order_days_go_by_the_clock_of_the_supplier_over_holidays_and_summer_time(
    now: str, on: str, closes_at: str
) -> None:
    closures = ((date(2026, 4, 2), date(2026, 4, 6)),)
    days = OrderDays(frozenset({1, 4}), closures, time(15), ZoneInfo("Europe/London"))
    found = next_order_moment(days, datetime.fromisoformat(now).replace(tzinfo=UTC), minutes_before=120)
    assert found is not None
    assert (found.order_on.isoformat(), f"{found.closes_at:%Y-%m-%dT%H:%M}") == (on, closes_at)
    assert found.closes_at - found.opens_at == timedelta(hours=2)


def test_a_supplier_that_is_closed_for_a_year_has_no_order_day() -> None:
    days = OrderDays(frozenset(), ((date(2026, 1, 1), date(2028, 1, 1)),), time(15), ZoneInfo("UTC"))
    assert next_order_moment(days, datetime(2026, 3, 2, tzinfo=UTC), minutes_before=120) is None


def case(**known: object) -> Case:
    return Case(1, "CUP", "SHOP", "ALPHA", "EUR", Decimal(36), Decimal(86), **known)  # type: ignore[arg-type]


def terms(number: int = 3, action: RuleAction = RuleAction.PLACE, **limits: object) -> RuleTerms:
    allowed = RuleLimits(Decimal(500), **limits)  # type: ignore[arg-type]
    return RuleTerms(number, f"r{number}", action, Coverage(categories=frozenset({"crockery"})), allowed)


def test_a_verdict_says_each_number_beside_what_is_allowed() -> None:
    earlier = tuple(Decimal(n) for n in (30, 31, 28, 30, 40, 31))
    judged = case(category="crockery", earlier=earlier, cover_days=Decimal("20.6"), usual=Decimal(30))
    limits: dict[str, Any] = {
        "median_deviation": Decimal(50),
        "cover_days": Decimal(30),
        "usual_deviation": Decimal(10),
    }
    found = judge(judged, [terms(**limits, line_value=Decimal(100))])
    assert found is not None
    assert found.with_check(order_check(Decimal(412), Decimal(500))).sentence == (
        "Left for a person by rule r3 (R3): 36 is 20 % above what is forecast between two orders (30), 10 % allowed."
    )
    found = judge(judged, [terms(**limits | {"usual_deviation": None})])
    assert found is not None
    assert found.with_check(order_check(Decimal(412), Decimal(500))).sentence == (
        "Approved by rule r3 (R3): 36 is 18 % above the median of the last 6 orders (30.5), 50 % allowed; "
        "it lasts 21 of 30 days allowed; the order is 412.00 of 500.00 allowed."
    )


def test_the_rule_that_goes_further_decides_and_one_that_does_not_cover_says_nothing() -> None:
    judged = case(category="crockery")
    assert judge(case(category="linen"), [terms()]) is None
    both = [terms(1, line_value=Decimal(10)), terms(2, RuleAction.APPROVE), terms(4)]
    found = judge(judged, both)
    assert found is not None
    assert found.rule.number == 4
    nearest = judge(judged, both[:1])
    assert nearest is not None
    assert not nearest.is_approved


@given(st.decimals(1, 10_000, places=2), st.decimals(1, 10_000, places=2))
def test_no_order_above_its_limit_is_ever_approved(value: Decimal, allowed: Decimal) -> None:
    assert order_check(value, allowed).is_met == (value <= allowed)
    assert not order_check(None, allowed).is_met
