"""Reading what runs by itself: rules, verdicts, autonomy, pauses, drafts and runs."""

from ownstock.automation.queries.autonomy import (
    AUTONOMY_FILTERS,
    AUTONOMY_SORTS,
    autonomies,
    autonomy_counts,
    autonomy_events,
    search_autonomies,
)
from ownstock.automation.queries.orders import next_order_moment, waiting_orders
from ownstock.automation.queries.policy import pause_history, pause_sentence, paused, pauses, policy
from ownstock.automation.queries.previews import Preview, preview
from ownstock.automation.queries.records import (
    RuleRecord,
    evidence_counts,
    next_orders,
    peoples_edits,
    record_of,
    verdicts_in,
)
from ownstock.automation.queries.reports import Report, report
from ownstock.automation.queries.runs import automation_run, automation_runs
from ownstock.automation.queries.standing import rule, rules, rules_in_force, state_of, terms_of, verdicts_of

__all__ = [
    "AUTONOMY_FILTERS", "AUTONOMY_SORTS", "Preview", "Report", "RuleRecord", "automation_run", "automation_runs",
    "autonomies", "autonomy_counts", "autonomy_events", "evidence_counts", "next_order_moment", "next_orders",
    "pause_history", "pause_sentence", "paused", "pauses", "peoples_edits", "policy", "preview", "record_of", "report",
    "rule", "rules", "rules_in_force", "search_autonomies", "state_of", "terms_of", "verdicts_in", "verdicts_of",
    "waiting_orders",
]  # fmt: skip
