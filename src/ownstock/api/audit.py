"""The audit trail over HTTP: who did what to what, when, before, after and why."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder
from ownstock.api.pages import Page, Part, page
from ownstock.journal import events

router = Router()


class AuditEventOut(Schema):
    """One thing that happened."""

    id: int
    recorded_at: datetime
    actor: str = Field(description="Who: `user:anna`, `key:4f2a`, `job:plan`.")
    verb: str = Field(description="What: `purchasing.placed`.")
    subject: str = Field(description="To what: `purchase_order:PO-000012`.")
    old: Any = Field(description="The values before, where something changed.")
    new: Any = Field(description="The values after.")
    reason: str


class WhichEvents(Schema):
    """Which events: those that fit all that is said."""

    actor: str = Field("", max_length=100)
    verb: str = Field("", max_length=60)
    subject: str = Field("", max_length=200)
    since_on: date | None = Field(None, description="From this day on, of UTC.")
    until_on: date | None = Field(None, description="Up to this day, of UTC.")


@router.get("/audit", auth=KeyHolder(Scope.AUDIT_READ), response=Page[AuditEventOut], summary="The audit trail")
def list_events(request: HttpRequest, part: Query[Part], which: Query[WhichEvents]) -> dict[str, Any]:
    """What happened, the newest first."""
    asked = events.Asked(which.actor, which.verb, which.subject, which.since_on, which.until_on)
    return page(events.search(asked), part)
