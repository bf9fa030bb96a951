"""The verbs of what runs by itself, its only writers, one room a noun."""

from ownstock.automation.actions.autopilot import autopilot
from ownstock.automation.actions.dispatch import ACTOR, channels_to_poll, dispatch_due, seal, sweep, watch_seal
from ownstock.automation.actions.pauses import pause, resume, set_policy
from ownstock.automation.actions.reviewing import review_autonomy
from ownstock.automation.actions.schedule import run_due
from ownstock.automation.actions.standing import RuleDraft, approve_rule, end_rule, propose_rule
from ownstock.automation.actions.undoing import undo

__all__ = [
    "ACTOR", "RuleDraft", "approve_rule", "autopilot", "channels_to_poll", "dispatch_due", "end_rule", "pause",
    "propose_rule", "resume", "review_autonomy", "run_due", "seal", "set_policy", "sweep", "undo", "watch_seal",
]  # fmt: skip
