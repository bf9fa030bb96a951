"""The kinds of what is wrong, in groups that people know."""

from __future__ import annotations

from collections.abc import Mapping

# In the order in which people see them; a kind that is in none is of the last.
GROUPS: Mapping[str, frozenset[str]] = {
    "stocked_out": frozenset({"stocked_out", "short_allocation"}),
    "will_stock_out": frozenset({"will_stock_out", "demand_jump"}),
    "surplus_on_order": frozenset({"surplus_on_order"}),
    "excess": frozenset({"excess", "dead_stock"}),
    "forecast": frozenset({"forecast_drift"}),
    "new": frozenset({"new_items"}),
    "late": frozenset({"late_delivery", "late_transfer", "order_day_missed", "promise_lowered"}),
    "no_answer": frozenset({
        "unread_order", "unanswered_order", "no_notice_order", "approval_waiting", "uninvoiced_order", "line_unanswered",
    }),
    "blocked": frozenset({"supplier_blocked", "lapse", "commitment", "line_rejected", "order_held"}),
    "data": frozenset({"unplanned", "missing_rate", "price_differs", "price_list_differs"}),
    "system": frozenset({
        "silent_job", "job_dead", "outbox_dead", "outbox_waiting", "poll_failed", "seal_broken", "seal_late",
        "seal_stopped", "ledger_altered", "replan_left_over", "history_store_not_written", "service_restarts",
        "subscription_failing", "subscription_refused",
    }),
}  # fmt: skip
OTHER = "other"
NAMES = (*GROUPS, OTHER)


def group_of(kind: str) -> str:
    """In which group a kind is."""
    return next((name for name, kinds in GROUPS.items() if kind in kinds), OTHER)
