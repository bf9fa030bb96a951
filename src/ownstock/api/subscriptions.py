"""Subscriptions for programs: which kinds of events there are, who is told of them, what each was told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema
from pydantic import AwareDatetime

from ownstock.access.rules import Scope
from ownstock.api.channels import TriedOut
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.exchange.subscriptions import actions, queries
from ownstock.exchange.subscriptions.kinds import KINDS
from ownstock.exchange.subscriptions.rules import MOST_PATTERNS, SubscriptionDraft, SubscriptionState

router = Router()
WRITES = KeyHolder(Scope.SUBSCRIPTIONS_WRITE)
MOST_TOLD = 500
Name = Annotated[str, Path(description="The subscription's name.", max_length=40)]


class EventKindOut(Schema):
    """A kind of event."""

    kind: str
    meaning: str


class SubscriptionIn(Schema):
    """A subscription as it is to be."""

    url: str = Field(max_length=2_000, description="Where events are posted: https.")
    kinds: list[str] = Field(
        min_length=1, max_length=MOST_PATTERNS, description="`purchasing.placed`, a family `purchasing.*`, all `*`."
    )
    secret: str = Field("", max_length=200, description="`whsec_…`; empty: the old one, or one that is made.")
    reason: str = Field("", max_length=1_000)


class SubscriptionOut(Schema):
    """A subscription and how it stands."""

    name: str
    url: str
    kinds: list[str]
    state: SubscriptionState = Field(description="`failing`: its receiver takes nothing now.")
    waiting: int = Field(description="Events that are written down and not taken yet.")
    refused: int = Field(description="Events that were given up until somebody sends them again.")
    paused_because: str
    first_failed_at: datetime | None
    last_taken_at: datetime | None
    created_at: datetime


class SubscriptionSet(SubscriptionOut):
    """A subscription that was set; a secret that was made is told this once."""

    secret: str


class SecretOut(Schema):
    """A new secret, told this once."""

    secret: str


class SubscriptionPauseIn(Schema):
    """Why nothing is to be told."""

    reason: str = Field(min_length=1, max_length=1_000)


class SentAgainIn(Schema):
    """What is to be told again: what was refused, or all since a moment."""

    since: AwareDatetime | None = Field(None, description="Empty: what was refused.")


class EventToldOut(Schema):
    """An event as it is told to a subscription."""

    message_id: str = Field(description="By which its receiver tells repeats: the header `webhook-id`.")
    kind: str
    subject: str
    state: str = Field(description="`waiting`, `leased` (on its way), `done` (taken) or `dead` (given up).")
    attempts: int
    error: str
    written_at: datetime
    done_at: datetime | None


class SubscriptionRemoved(Schema):
    """What is told nothing any more."""

    name: str


@router.get("/event-kinds", auth=WRITES, response=list[EventKindOut], summary="Kinds of events")
def list_kinds(request: HttpRequest) -> Any:
    """Every kind that may be subscribed to, with what has happened then."""
    return [{"kind": kind, "meaning": meaning} for kind, meaning in KINDS.items()]


@router.get("/subscriptions", auth=WRITES, response=list[SubscriptionOut], summary="Who is told of events")
def list_subscriptions(request: HttpRequest) -> Any:
    """Every subscription and how it stands, by name."""
    return [queries.shown(found) for found in queries.subscriptions()]


@router.get("/subscriptions/{name}", auth=WRITES, response=SubscriptionOut, summary="One subscription")
def get_subscription(request: HttpRequest, name: Name) -> Any:
    """A subscription and how it stands."""
    return queries.shown(queries.subscription(name))


@router.put("/subscriptions/{name}", auth=WRITES, response=SubscriptionSet, summary="Set a subscription")
def set_subscription(request: HttpRequest, name: Name, body: SubscriptionIn) -> Any:
    """Make a subscription, or set where and of what it is told anew. A new one is told of what happens from now on."""
    draft = SubscriptionDraft(name, body.url, body.kinds)
    kept = actions.set_subscription(draft, actor=actor_of(request), secret=body.secret, reason=body.reason)
    return {**queries.shown(kept.subscription), "secret": kept.secret}


@router.post("/subscriptions/{name}/secret", auth=WRITES, response=SecretOut, summary="Give it a new secret")
def renew_secret(request: HttpRequest, name: Name) -> Any:
    """Make a new secret and tell it this once; the old one signs beside it for a day."""
    return {"secret": actions.renew_secret(name, actor=actor_of(request))}


@router.post("/subscriptions/{name}/test", auth=WRITES, response=TriedOut, summary="Try a subscription out")
def try_subscription(request: HttpRequest, name: Name) -> Any:
    """Post an event that says what it is, at once, and tell what came of it."""
    return actions.try_subscription(name, actor=actor_of(request))


@router.post("/subscriptions/{name}/pause", auth=WRITES, response=SubscriptionOut, summary="Pause a subscription")
def pause(request: HttpRequest, name: Name, body: SubscriptionPauseIn) -> Any:
    """Tell it nothing until it is resumed; what happens meanwhile is told then."""
    return queries.shown(actions.pause(name, actor=actor_of(request), reason=body.reason))


@router.post("/subscriptions/{name}/resume", auth=WRITES, response=SubscriptionOut, summary="Resume a subscription")
def resume(request: HttpRequest, name: Name) -> Any:
    """Let it go on where it was."""
    return queries.shown(actions.resume(name, actor=actor_of(request)))


@router.post("/subscriptions/{name}/again", auth=WRITES, response=SubscriptionOut, summary="Send events again")
def send_again(request: HttpRequest, name: Name, body: SentAgainIn) -> Any:
    """Send what was refused once more, or all since a moment, under the same identities."""
    if body.since is None:
        actions.send_refused(name, actor=actor_of(request))
    else:
        actions.send_since(name, body.since, actor=actor_of(request))
    return queries.shown(queries.subscription(name))


@router.get("/subscriptions/{name}/events", auth=WRITES, response=list[EventToldOut], summary="What it was told")
def list_events(
    request: HttpRequest,
    name: Name,
    limit: Annotated[int, Query(ge=1, le=MOST_TOLD, description="So many at most.")] = 50,
) -> Any:
    """The last events that it was or is to be told, newest first, and what came of each."""
    return list(queries.messages(queries.subscription(name))[:limit])


@router.api_operation(
    ["DELETE"], "/subscriptions/{name}", auth=WRITES, response=SubscriptionRemoved, summary="Remove a subscription"
)
def remove_subscription(request: HttpRequest, name: Name) -> Any:
    """Tell it nothing any more; its secret and what waited for it are forgotten, the journal keeps all events."""
    actions.remove_subscription(name, actor=actor_of(request))
    return {"name": name}
