"""The audit trail over HTTP: who did what to what, when, before, after and why."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from ownstock.access import chain, verifying
from ownstock.access.rules import ChainHead, Scope, parse_head
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.api.pages import Page, Part, page
from ownstock.journal import events

router = Router()
KeptHead = Annotated[str, Query(max_length=100, description="A head that you kept, `NUMBER:HASH`.")]


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


class VerificationOut(Schema):
    """What reading every sealed row again found."""

    verified_at: datetime
    seals: int
    rows: int
    findings: int = Field(
        description="How many things are not as they were sealed; of a thousand the rest is not counted."
    )
    sentences: list[str] = Field(description="The first of them, in words.")


class SealOut(Schema):
    """How far the chain of seals is, and whether everything is as it was sealed."""

    head: str = Field(description="The last link, `NUMBER:HASH`, to be kept elsewhere; empty while nothing is sealed.")
    rows: int = Field(description="How many facts are sealed.")
    oldest_waiting_seconds: float = Field(description="How long the oldest fact has waited that is not sealed yet.")
    verification: VerificationOut | None = Field(description="The last one that came to its end.")
    kept_finding: str | None = Field(description="What is wrong with the head in `kept`; null where it is still there.")


@router.get("/audit/seal", auth=KeyHolder(Scope.AUDIT_READ), response=SealOut, summary="The seal over the audit trail")
def show_seal(request: HttpRequest, kept: KeptHead = "") -> SealOut:
    """How far the chain is, what verifying it found, and whether a head that you kept is still in it."""
    finding = chain.head_finding(parse_head(kept)) if kept else None
    last, verified = chain.head(), verifying.last_verification()
    return SealOut(
        head="" if last is None else str(ChainHead(last.number, bytes(last.hash))),
        rows=0 if last is None else last.rows_so_far,
        oldest_waiting_seconds=chain.oldest_waiting_seconds(),
        verification=None if verified is None else VerificationOut.from_orm(verified),
        kept_finding=None if finding is None else finding.sentence,
    )


@router.post("/audit/verifications", auth=KeyHolder(Scope.AUDIT_READ), response={202: None}, summary="Verify the seal")
def verify_seal(request: HttpRequest) -> Status[None]:
    """Have the worker read every sealed row again; `/audit/seal` tells what it found."""
    verifying.ask_to_verify(actor=actor_of(request))
    return Status(202, None)
