"""Pure decisions of buying, one room a noun: orders, their changes, answers, lateness."""

from ownstock.purchasing.rules.answers import (
    AnswerContext,
    AnswerOutcome,
    LineAnswer,
    Promise,
    check_answer,
    is_lowered,
    outcome_of,
    spread_received,
)
from ownstock.purchasing.rules.approvals import (
    ApprovedLine,
    Limit,
    best_limit,
    is_covered,
    needs_approval,
    roles_that_may,
)
from ownstock.purchasing.rules.changes import AskedLine, LineChange, changed, is_promised_anew, leaving, together
from ownstock.purchasing.rules.lateness import LATE_LIMIT_DAYS, days_late, expected_arrival_in_days, is_past_limit
from ownstock.purchasing.rules.orders import (
    ANSWERABLE_STATES,
    OPEN_STATES,
    UNSENT_STATES,
    OrderState,
    Standing,
    open_quantity,
    state_of,
)

__all__ = [
    "ANSWERABLE_STATES", "LATE_LIMIT_DAYS", "OPEN_STATES", "UNSENT_STATES", "AnswerContext", "AnswerOutcome",
    "ApprovedLine", "AskedLine", "Limit", "LineAnswer", "LineChange", "OrderState", "Promise", "Standing", "best_limit",
    "changed", "check_answer", "days_late", "expected_arrival_in_days", "is_covered", "is_lowered", "is_past_limit",
    "is_promised_anew", "leaving", "needs_approval", "open_quantity", "outcome_of", "roles_that_may", "spread_received",
    "state_of", "together",
]  # fmt: skip
