"""Pure decisions of buying, one room a noun: orders, answers, lateness."""

from ownstock.purchasing.rules.answers import LineAnswer, Promise, check_answer, spread_received
from ownstock.purchasing.rules.lateness import LATE_LIMIT_DAYS, days_late, expected_arrival_in_days, is_past_limit
from ownstock.purchasing.rules.orders import (
    ANSWERABLE_STATES,
    OPEN_STATES,
    OrderState,
    open_quantity,
    state_after_receipt,
)

__all__ = [
    "ANSWERABLE_STATES", "LATE_LIMIT_DAYS", "OPEN_STATES", "LineAnswer", "OrderState", "Promise", "check_answer",
    "days_late", "expected_arrival_in_days", "is_past_limit", "open_quantity", "spread_received", "state_after_receipt",
]  # fmt: skip
