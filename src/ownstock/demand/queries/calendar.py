"""The calendar of demand as it stands: events, and what becomes of items."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from ownstock.base.errors import Refused
from ownstock.demand.models import DemandEvent, LifecycleStep


def events(*, since: date | None = None) -> QuerySet[DemandEvent]:
    """The newest revision of every event that was not called off, by first day; of those that end on a day or later."""
    newer = DemandEvent.objects.filter(number=OuterRef("number"), revision__gt=OuterRef("revision"))
    rows = DemandEvent.objects.filter(~Exists(newer), is_cancelled=False)
    return (rows.filter(until_on__gte=since) if since else rows).order_by("from_on", "id")


def event(number: str) -> DemandEvent:
    """One event, called off or not.

    Raises:
        Refused: there is none of this number.
    """
    found = DemandEvent.objects.filter(number=number).order_by("-revision").first()
    if found is None:
        raise Refused(f"There is no event {number}.", code="no_event", number=number)
    return found


def events_alike(name: str, before: date) -> QuerySet[DemandEvent]:
    """Events of one name that are over on a day, the latest first."""
    return events().filter(name__iexact=name.strip(), until_on__lt=before).order_by("-from_on")


def lifecycle() -> QuerySet[LifecycleStep]:
    """What becomes of items, as it holds now, in the order in which it was said."""
    newer = LifecycleStep.objects.filter(number=OuterRef("number"), revision__gt=OuterRef("revision"))
    rows = LifecycleStep.objects.filter(~Exists(newer), is_cancelled=False)
    return rows.select_related("item", "other_item", "site").order_by("id")
