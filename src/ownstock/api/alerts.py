"""What somebody must look at, over HTTP: the worklist of Today, and what people do about it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from ownstock.access.queries import our_people
from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.api.pages import CutList, CutPart, cut_of
from ownstock.journal import queries, worklist
from ownstock.journal.actions import close_alert
from ownstock.journal.models import Alert
from ownstock.planning.queries import business_day

router = Router()
READS, WRITES = KeyHolder(Scope.ALERTS_READ), KeyHolder(Scope.ALERTS_WRITE)
Number = Annotated[int, Path(description="The alert's number.", ge=1, le=2**63 - 1)]
Reason = Annotated[str, Field(min_length=1, max_length=1_000, description="Why, in words.")]


class AlertOut(Schema):
    """Something that a person must look at, once for as long as its cause lasts."""

    number: int = Field(alias="pk")
    key: str = Field(description="Its cause: `late_delivery:PO-000012/3`.")
    kind: str
    sentence: str = Field(description="What is wrong and what to do.")
    facts: dict[str, Any] = Field(description="The values that the sentence speaks of.")
    is_closable: bool = Field(description="Whether people may close it; any other ends when its cause is gone.")
    money: Decimal | None = Field(description="What is expected to be lost if nobody acts, in the company's currency.")
    deadline_on: date | None = Field(description="The last day on which acting still helps.")
    item_count: int | None = Field(description="How many item-sites it is about.")
    owner: str = Field(description="Who sees to it; empty: nobody yet.")
    snoozed_until: date | None
    raised_at: datetime
    cleared_at: datetime | None
    cleared_because: str


class WhichAlerts(Schema):
    """Which of those that are in sight."""

    kind: str = Field("", max_length=60, description="Of this kind only.")
    owner: str | None = Field(None, max_length=150, description="Of this person only; empty: of nobody.")
    text: str = Field("", max_length=200, description="With this in the sentence.")


class OwnerIn(Schema):
    """Who sees to it."""

    owner: str = Field(max_length=150, description="A name to sign in with; empty: nobody.")


class SnoozeIn(Schema):
    """Until when it can wait, and why."""

    until: date
    reason: Reason


class AlertCommentIn(Schema):
    """What somebody says of it."""

    text: str = Field(min_length=1, max_length=worklist.LONGEST_COMMENT)


class CloseIn(Schema):
    """Why it is done with."""

    reason: Reason


@router.get("/alerts", auth=READS, response=CutList[AlertOut], summary="What somebody must look at")
def list_alerts(request: HttpRequest, part: Query[CutPart], which: Query[WhichAlerts]) -> dict[str, Any]:
    """What is in sight today, that which costs most first; what is snoozed is left out until its day."""
    return cut_of(queries.worklist(business_day(), kind=which.kind, owner=which.owner, text=which.text), part)


@router.get("/alerts/{number}", auth=READS, response=AlertOut, summary="One alert")
def get_alert(request: HttpRequest, number: Number) -> Alert:
    """An alert as it stands, open or cleared."""
    return queries.alert(number)


@router.put("/alerts/{number}/owner", auth=WRITES, response=AlertOut, summary="Say who sees to an alert")
def assign(request: HttpRequest, number: Number, body: OwnerIn) -> Alert:
    """Give an alert to somebody who works here, or take it off whoever had it."""
    return worklist.assign(number, body.owner, people=our_people(), actor=actor_of(request))


@router.post("/alerts/{number}/snooze", auth=WRITES, response=AlertOut, summary="Put an alert off")
def snooze(request: HttpRequest, number: Number, body: SnoozeIn) -> Alert:
    """Put an alert out of sight until a day, or until its money has grown by half."""
    return worklist.snooze(number, body.until, because=body.reason, today=business_day(), actor=actor_of(request))


@router.post("/alerts/{number}/wake", auth=WRITES, response=AlertOut, summary="Put an alert back in sight")
def wake(request: HttpRequest, number: Number) -> Alert:
    """End that an alert is put off."""
    return worklist.wake_up(number, actor=actor_of(request))


@router.post("/alerts/{number}/comments", auth=WRITES, response=AlertOut, summary="Say something of an alert")
def comment(request: HttpRequest, number: Number, body: AlertCommentIn) -> Alert:
    """Say something of an alert, open or cleared; it stands with its cause, also when that comes back."""
    return worklist.comment(number, body.text, actor=actor_of(request))


@router.post("/alerts/{number}/close", auth=WRITES, response=AlertOut, summary="Close an alert")
def close(request: HttpRequest, number: Number, body: CloseIn) -> Alert:
    """Close what somebody has seen to; one that ends by itself is refused, and one that ended stays as it is."""
    return close_alert(number, reason=body.reason, actor=actor_of(request))
