"""What ran by itself."""

from __future__ import annotations

from django.db.models import QuerySet

from ownstock.automation.models import AutomationRun


def automation_runs() -> QuerySet[AutomationRun]:
    """Every run, newest first."""
    return AutomationRun.objects.select_related("run").order_by("-id")


def last_of(occasion: str) -> AutomationRun | None:
    """The newest run of an occasion that came to its end."""
    return AutomationRun.objects.filter(occasion=occasion, ended_at__isnull=False).order_by("-as_of_at").first()
