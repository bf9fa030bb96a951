"""Pure decisions about lateness: when goods are late, and until when they are counted on."""

from __future__ import annotations

from datetime import date

LATE_LIMIT_DAYS = 14


def days_late(expected_on: date, today: date) -> int:
    """How many days ago the goods were expected; zero when they are not late."""
    return max((today - expected_on).days, 0)


def is_past_limit(expected_on: date, today: date) -> bool:
    """Whether a delivery is so late that it must be promised anew or cancelled before planning counts on it again."""
    return days_late(expected_on, today) > LATE_LIMIT_DAYS


def expected_arrival_in_days(expected_on: date, today: date) -> int:
    """In how many days planning expects an open delivery: as promised; a late one tomorrow at the earliest.

    With no history of the supplier yet, the wait for a late delivery is taken to grow with its lateness (it has been
    d days late, so d more days are expected), up to the late limit.
    """
    late = days_late(expected_on, today)
    return late if late else (expected_on - today).days
