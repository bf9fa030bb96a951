"""What people know that the history does not, for programs: overrides, their value, events, what becomes of items."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.api.pages import Page, Part, page
from ownstock.demand.actions.calendar import cancel_event, enter_events
from ownstock.demand.models import DemandEvent
from ownstock.demand.queries.calendar import events
from ownstock.demand.rules.calendar import EventEntry
from ownstock.planning.actions.overrides import OverrideEntry, end_override, override
from ownstock.planning.inputs.said import overrides, overrides_from
from ownstock.planning.models import Override
from ownstock.planning.queries import business_day
from ownstock.planning.queries.overrides import override_values
from ownstock.planning.rules.overrides import OverrideKind, ReasonCode

router = Router()
READS, WRITES = KeyHolder(Scope.PLANNING_READ), KeyHolder(Scope.PLANNING_WRITE)
Number = Annotated[str, Path(description="Its number, such as OV-000012.", max_length=20)]
Code = Annotated[str, Field(min_length=1, max_length=60)]
Reason = Annotated[str, Field(min_length=1, max_length=1_000, description="Why, in words.")]
AT_ONCE = 1_000


class OverrideIn(Schema):
    """What somebody knows of an item-site for some days."""

    sku: Code
    site: Code
    kind: OverrideKind
    value: Decimal = Field(
        max_digits=14, decimal_places=4, description="A factor, units, or a share, as its kind says."
    )
    from_on: date
    until_on: date = Field(description="Its last day.")
    reason_code: ReasonCode = ReasonCode.OTHER
    reason: Reason


class OverridesIn(Schema):
    """Overrides that are entered together, all or none."""

    overrides: list[OverrideIn] = Field(min_length=1, max_length=AT_ONCE)


class OverrideOut(Schema):
    """An override, as its newest revision says it."""

    number: str
    revision: int
    sku: str = Field(alias="item_site.item.sku")
    site: str = Field(alias="item_site.site.code")
    kind: OverrideKind
    value: Decimal
    from_on: date
    until_on: date
    ended_on: date | None
    reason_code: ReasonCode
    reason: str
    actor: str


class EndIn(Schema):
    """From when on an override no longer holds."""

    on: date | None = Field(None, description="Empty: the business day.")
    reason: Reason


class By(StrEnum):
    """By what values are summed."""

    OVERRIDE = "override"
    PERSON = "person"
    REASON = "reason"


class OverrideValueOut(Schema):
    """What overrides saved in money."""

    key: str
    decisions: int = Field(description="Decisions of which it is known what was wanted.")
    better: int
    worse: int
    saved: Decimal = Field(description="Below zero: cost.")


class WhichOverrides(Schema):
    """Which overrides."""

    is_over: bool = Field(False, description="Those that are over too.")


class EventIn(Schema):
    """Something that changes demand for a while."""

    name: str = Field(min_length=1, max_length=200)
    from_on: date
    until_on: date = Field(description="Its last day.")
    skus: list[Code] = Field([], max_length=AT_ONCE, description="Empty: all items.")
    sites: list[Code] = Field([], max_length=AT_ONCE, description="Empty: all sites.")
    categories: list[Code] = Field([], max_length=AT_ONCE)
    factor: Decimal | None = Field(None, gt=0, max_digits=8, decimal_places=4, description="Null: not known yet.")
    reason: str = Field("", max_length=1_000)


class EventOut(Schema):
    """An event, as its newest revision says it."""

    number: str
    revision: int
    name: str
    from_on: date
    until_on: date
    skus: list[str]
    sites: list[str]
    categories: list[str]
    factor: Decimal | None
    is_cancelled: bool
    reason: str
    actor: str


class EventCancelIn(Schema):
    """Why an event is called off."""

    reason: Reason


@router.get("/overrides", auth=READS, response=Page[OverrideOut], summary="What people override")
def list_overrides(request: HttpRequest, part: Query[Part], which: Query[WhichOverrides]) -> dict[str, Any]:
    """Overrides that hold or will, the newest first."""
    return page(overrides() if which.is_over else overrides_from(business_day()), part)


@router.post("/overrides", auth=WRITES, response=list[OverrideOut], summary="Enter overrides")
def enter_overrides(request: HttpRequest, body: OverridesIn) -> list[Override]:
    """Enter overrides, all or none; within seconds what they are about is planned again."""
    written = override([OverrideEntry(**dict(one)) for one in body.overrides], actor=actor_of(request))
    return list(overrides().filter(pk__in=[one.pk for one in written]).order_by("id"))


@router.post("/overrides/{number}/ends", auth=WRITES, response=OverrideOut, summary="End an override")
def end(request: HttpRequest, number: Number, body: EndIn) -> Override:
    """End an override before its last day; one that ended earlier stays as it is."""
    end_override(number, on=body.on or business_day(), actor=actor_of(request), because=body.reason)
    return overrides().get(number=number)


@router.get("/override-values", auth=READS, response=list[OverrideValueOut], summary="What overrides were worth")
def list_values(request: HttpRequest, by: By = By.OVERRIDE) -> list[dict[str, Any]]:
    """What overrides saved in money where it is known what was wanted, those that cost most first."""
    return override_values(by)


@router.get("/events", auth=READS, response=Page[EventOut], summary="What changes demand for a while")
def list_events(request: HttpRequest, part: Query[Part]) -> dict[str, Any]:
    """Events that were not called off, by their first day."""
    return page(events(), part)


@router.post("/events", auth=WRITES, response=EventOut, summary="Enter an event")
def enter_event(request: HttpRequest, body: EventIn) -> DemandEvent:
    """Enter an event; without a factor it changes nothing yet."""
    [made] = enter_events([EventEntry(**dict(body))], actor=actor_of(request))
    return made


@router.post("/events/{number}/cancellations", auth=WRITES, response=EventOut, summary="Call an event off")
def cancel(request: HttpRequest, number: Number, body: EventCancelIn) -> DemandEvent:
    """Call an event off: it changes no demand, past or to come."""
    return cancel_event(number, actor=actor_of(request), because=body.reason)
