"""Reading how far a set-up is."""

from __future__ import annotations

from ownstock.base.errors import Refused
from ownstock.catalog.models import Company, Location
from ownstock.catalog.queries import is_catalog_empty
from ownstock.catalog.rules import LocationKind
from ownstock.exchange.models import SetUp, UploadedFile
from ownstock.exchange.set_up.rules import SetUpState
from ownstock.journal.models import JobRun
from ownstock.journal.queues import is_held


def is_empty() -> bool:
    """Whether nothing was brought in yet: pages then lead to the set-up."""
    return is_catalog_empty()


def company_said() -> dict[str, str]:
    """What was said of the company and its first site before; nothing on an empty installation."""
    site = Location.objects.filter(kind=LocationKind.SITE).order_by("id").first()
    if site is None:
        return {}
    company = Company.objects.get()
    return {"name": company.name, "currency": company.currency, "site": site.name, "time_zone": site.time_zone}


def current() -> SetUp | None:
    """The set-up that is not done yet; else the last one."""
    return SetUp.objects.exclude(state=SetUpState.DONE).first() or SetUp.objects.order_by("-id").first()


def open_set_up() -> SetUp:
    """The set-up that goes on.

    Raises:
        Refused: none was begun.
    """
    found = SetUp.objects.exclude(state=SetUpState.DONE).first()
    if found is None:
        raise Refused("No set-up is open; begin one first.", code="no_set_up")
    return found


def uploaded_file(pk: int) -> UploadedFile:
    """A file of the set-up that goes on.

    Raises:
        Refused: there is none.
    """
    found = UploadedFile.objects.select_related("set_up").filter(pk=pk, set_up=open_set_up()).first()
    if found is None:
        raise Refused("This file is not there any more.", code="no_file")
    return found


def last_run(job: str) -> JobRun | None:
    """The last run of a job, whatever became of it."""
    return JobRun.objects.filter(job=job).order_by("-id").first()


def is_silent(run: JobRun | None) -> bool:
    """Whether a run that should be at work is not: whoever does it holds its queue, and lets go of it when killed."""
    if run is None or run.state != JobRun.State.RUNNING or is_held(run.job):
        return False
    # It may have ended just now.
    return JobRun.objects.filter(pk=run.pk, state=JobRun.State.RUNNING).exists()
