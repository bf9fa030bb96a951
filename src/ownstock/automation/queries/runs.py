"""What ran by itself."""

from __future__ import annotations

from django.db.models import QuerySet

from ownstock.automation.models import AutomationRun
from ownstock.base.errors import Refused


def automation_runs() -> QuerySet[AutomationRun]:
    """Every run, newest first."""
    return AutomationRun.objects.select_related("run").order_by("-id")


def automation_run(number: int) -> AutomationRun:
    """One run by its number.

    Raises:
        Refused: there is none.
    """
    found = automation_runs().filter(pk=number).first()
    if found is None:
        raise Refused(f"There is no run {number} of the automation.", code="no_automation_run", run=number)
    return found


def last_of(occasion: str) -> AutomationRun | None:
    """The newest run of an occasion that came to its end."""
    return AutomationRun.objects.filter(occasion=occasion, ended_at__isnull=False).order_by("-as_of_at").first()
