"""Reading what runs by itself: rules, verdicts, autonomy, pauses, drafts and runs."""

from ownstock.automation.queries.autonomy import autonomies, autonomy_counts, autonomy_events
from ownstock.automation.queries.orders import next_order_moment, waiting_orders
from ownstock.automation.queries.policy import pause_history, pause_sentence, paused, pauses, policy
from ownstock.automation.queries.runs import automation_runs
from ownstock.automation.queries.standing import rule, rules, rules_in_force, state_of, verdicts_of

__all__ = [
    "automation_runs", "autonomies", "autonomy_counts", "autonomy_events", "next_order_moment", "pause_history",
    "pause_sentence", "paused", "pauses", "policy", "rule", "rules", "rules_in_force", "state_of", "verdicts_of",
    "waiting_orders",
]  # fmt: skip
