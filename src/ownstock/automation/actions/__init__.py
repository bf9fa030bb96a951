"""The verbs of what runs by itself, its only writers, one room a noun."""

from ownstock.automation.actions.dispatch import ACTOR, channels_to_poll, dispatch_due, seal, sweep, watch_seal

__all__ = ["ACTOR", "channels_to_poll", "dispatch_due", "seal", "sweep", "watch_seal"]
