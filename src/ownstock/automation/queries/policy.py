"""What the company says of its automation, and what is paused."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from ownstock.automation.models import AutomationPolicy, Pause
from ownstock.automation.rules.autonomy import DriftLimits


def policy() -> AutomationPolicy:
    """What the company says; as it is from the start where nobody said anything."""
    return AutomationPolicy.objects.filter(pk=1).first() or AutomationPolicy(pk=1)


def drift_limits(said: AutomationPolicy) -> DriftLimits:
    """How far a forecast may be off before an item-site is trusted no longer."""
    return DriftLimits(said.drift_weeks, said.bias_percent_at_most, said.wape_percent_at_most)


def pauses(now: datetime) -> QuerySet[Pause]:
    """The pauses that hold at a moment, newest first."""
    holding = Pause.objects.filter(Q(until_at=None) | Q(until_at__gt=now), resumed_at=None)
    return holding.select_related("supplier").order_by("-id")


def pause_history() -> QuerySet[Pause]:
    """Every pause there ever was, newest first."""
    return Pause.objects.select_related("supplier").order_by("-id")


def paused(now: datetime) -> dict[str, str]:
    """By supplier code, the empty one for all of them, who paused, until when and why, in a sentence."""
    return {row.supplier.code if row.supplier else "": pause_sentence(row) for row in pauses(now)}


def pause_sentence(row: Pause) -> str:
    """A pause in words."""
    what = f"Orders to {row.supplier.code}" if row.supplier else "All automatic orders"
    ends = f"until {row.until_at:%Y-%m-%d %H:%M} UTC" if row.until_at else "until somebody resumes"
    return f"{what} are paused by {row.paused_by} {ends}: {row.reason.rstrip('.')}."
