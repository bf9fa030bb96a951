"""What people do in a set-up: begin, bring files, say what they are, start the import, go on after a stop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from zoneinfo import available_timezones

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from ownstock.base.errors import Refused
from ownstock.catalog.actions import set_company
from ownstock.catalog.models import Location
from ownstock.catalog.rules import LocationKind
from ownstock.exchange.models import SetUp, UploadedFile
from ownstock.exchange.set_up import files
from ownstock.exchange.set_up.files import FIELD_NAMES
from ownstock.exchange.set_up.kinds import LEFT_OUT
from ownstock.exchange.set_up.rules import Assumptions, SetUpState
from ownstock.exchange.set_up.running import TASK
from ownstock.journal import actions as journal

WORLD = {
    LocationKind.CUSTOMER: ("CUSTOMERS", "Customers"),
    LocationKind.SUPPLIER: ("SUPPLIERS", "Suppliers"),
    LocationKind.SCRAP: ("SCRAP", "Scrap"),
    LocationKind.COUNT_DIFFERENCE: ("DIFFERENCES", "Count differences"),
}


@transaction.atomic
def begin(name: str, currency: str, site: str, time_zone: str, *, actor: str) -> SetUp:
    """Say whose company this is and name its first site; the world outside is made with it, where it is missing.

    Raises:
        Refused: a name is missing, or the currency or the time zone is none.
    """
    if not name.strip() or not site.strip():
        raise Refused("Name the company and its first site.", code="no_name")
    if time_zone not in available_timezones():
        raise Refused(f"{time_zone!r} is no time zone; choose one such as Europe/Berlin.", code="no_time_zone")
    set_company(name.strip()[:200], currency, actor=actor)
    code = _site(site.strip()[:200], time_zone)
    for kind, (outside, called) in WORLD.items():
        if not Location.objects.filter(kind=kind).exists():
            Location.objects.create(code=_free(outside), name=called, kind=kind)
    set_up, is_new = SetUp.objects.exclude(state=SetUpState.DONE).get_or_create(
        defaults={"site_code": code, "actor": actor, "assumptions": asdict(Assumptions())}
    )
    if set_up.site_code != code:
        set_up.site_code = code
        set_up.save(update_fields=["site_code"])
    if is_new:
        journal.record(actor=actor, verb="exchange.set_up_begun", subject=f"set_up:{set_up.pk}", new={"site": code})
    return set_up


def _site(name: str, time_zone: str) -> str:
    known = Location.objects.filter(kind=LocationKind.SITE, name=name).first()
    if known:
        return known.code
    letters = "".join(letter for letter in name.upper() if letter.isascii() and letter.isalnum())
    site = Location.objects.create(
        code=_free(letters[:20] or "SITE"), name=name, kind=LocationKind.SITE, time_zone=time_zone
    )
    site.site = site
    site.save(update_fields=["site"])
    return site.code


def _free(code: str) -> str:
    taken = set(Location.objects.filter(code__startswith=code).values_list("code", flat=True))
    return next(one for one in [code, *(f"{code}{n}" for n in range(2, 1_000))] if one not in taken)


def bring(set_up: SetUp, name: str, byte_count: int, chunks: Iterable[bytes]) -> UploadedFile:
    """Keep a file, look what it may be, check it.

    Raises:
        Refused: it cannot be taken, or the import is at work.
    """
    _refuse_at_work(set_up)
    return files.keep(set_up, name, byte_count, chunks)


def take_away(file: UploadedFile) -> None:
    """Let go of a file that somebody brought."""
    _refuse_at_work(file.set_up)
    files.remove(file)


def say_kind(file: UploadedFile, kind: str, preset: str) -> None:
    """Say what a file is, and which system wrote it; its headings are understood anew where that changes."""
    _refuse_at_work(file.set_up)
    if kind not in (*FIELD_NAMES, LEFT_OUT):
        raise Refused(f"{kind!r} is nothing that a file could be.", code="unknown_kind")
    if (kind, preset) != (file.file_kind, file.preset):
        file.file_kind, file.preset, file.said = kind, preset, {}
        file.mapping = files.mapping_of(list(file.mapping), kind)
    files.check(file)


def say_how(file: UploadedFile, mapping: Mapping[str, str], said: Mapping[str, object]) -> None:
    """Say which heading means what, and what the file does not show of itself; then check it.

    Raises:
        Refused: a field is given to two headings, or is none.
    """
    _refuse_at_work(file.set_up)
    taken: dict[str, str] = {}
    for heading, field in mapping.items():
        if field and field not in FIELD_NAMES.get(file.file_kind, []):
            raise Refused(f"{field!r} is no field of {file.file_kind}.", code="unknown_field")
        if field and field in taken:
            raise Refused(f"{taken[field]!r} and {heading!r} cannot both be {field}; leave one out.", code="same_field")
        taken[field] = heading
    file.mapping = {heading: mapping.get(heading, field) for heading, field in file.mapping.items()}
    file.said = {**file.said, **said}
    files.check(file)


def leave_out(file: UploadedFile) -> None:
    """Leave the rows at fault out, and import the others.

    Raises:
        Refused: it is not known which rows they are, or they are half of the file.
    """
    _refuse_at_work(file.set_up)
    if not files.may_leave_out(file):
        raise Refused(
            "Too much of the file is at fault to leave it out; mend it, and bring it again.", code="too_many_faults"
        )
    file.said = {**file.said, "leaves_out": True}
    files.check(file)


def assume(set_up: SetUp, assumptions: Assumptions) -> None:
    """Say what is taken where files say nothing."""
    _refuse_at_work(set_up)
    set_up.assumptions = asdict(assumptions.checked())
    set_up.save(update_fields=["assumptions"])


@transaction.atomic
def start(set_up: SetUp, *, actor: str) -> None:
    """Have everything imported and planned by the worker.

    Raises:
        Refused: a file is not ready.
    """
    found = SetUp.objects.select_for_update().get(pk=set_up.pk)
    if found.state == SetUpState.DONE:
        raise Refused("This set-up is done.", code="wrong_state")
    files.refuse_unready(found)
    found.state, found.problem = SetUpState.AT_WORK, ""
    found.save(update_fields=["state", "problem"])
    journal.record(actor=actor, verb="exchange.set_up_started", subject=f"set_up:{found.pk}")
    wake(TASK)


def wake(task: str) -> None:
    """Have the worker do a job, unless it waits already."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(task, queueing_lock=task).defer()


def _refuse_at_work(set_up: SetUp) -> None:
    if set_up.state in (SetUpState.AT_WORK, SetUpState.DONE):
        raise Refused("The import is at work, or done; nothing can be changed now.", code="wrong_state")
