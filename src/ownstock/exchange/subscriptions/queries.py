"""Reading subscriptions: which there are, how each stands, what it was told."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.exchange.channels.secrets import unseal
from ownstock.exchange.models import EventMessage, Subscription
from ownstock.exchange.subscriptions.rules import BOTH_SECRETS_HOURS, SubscriptionState
from ownstock.journal.models import OutboxRow


@dataclass(frozen=True, slots=True)
class Standing:
    """How a subscription stands, and how many of its events wait or were given up."""

    state: SubscriptionState
    waiting: int
    refused: int


def subscriptions() -> QuerySet[Subscription]:
    """Every subscription, by name."""
    return Subscription.objects.order_by("name")


def subscription(name: str) -> Subscription:
    """One subscription by its name.

    Raises:
        Refused: there is none.
    """
    found = Subscription.objects.filter(name=name).first()
    if found is None:
        raise Refused(f"There is no subscription {name[:40]}.", code="no_subscription", subscription=name[:40])
    return found


def standing(found: Subscription) -> Standing:
    """How a subscription stands now. Of what waits, only what is written down is counted; more may stand in the journal."""
    state = SubscriptionState.FAILING if found.first_failed_at else SubscriptionState.LIVE
    rows = OutboxRow.objects.filter(queue=found.queue)
    waiting = rows.filter(state__in=[OutboxRow.State.WAITING, OutboxRow.State.LEASED]).count()
    refused = rows.filter(state=OutboxRow.State.DEAD).count()
    return Standing(SubscriptionState.PAUSED if found.paused_at else state, waiting, refused)


def messages(found: Subscription) -> QuerySet[EventMessage]:
    """What a subscription was told and is to be told, the newest first, each with `state`, `attempts`, `error`, `done_at`."""
    row = OutboxRow.objects.filter(key=OuterRef("outbox_key"))
    return found.messages.annotate(
        state=Subquery(row.values("state")), attempts=Subquery(row.values("attempts")),
        error=Subquery(row.values("last_error")), done_at=Subquery(row.values("done_at")),
    ).order_by(F("id").desc())  # fmt: skip


def secrets_of(found: Subscription) -> list[str]:
    """The secrets that sign now: the new one first, and the one before it for a day.

    Raises:
        Refused: they were sealed under another secret key of the installation.
    """
    kept = [unseal(bytes(found.sealed), place=place_of(found))]
    if found.sealed_before and timezone.now() - found.secret_set_at < timedelta(hours=BOTH_SECRETS_HOURS):
        # One from under another secret key of the installation is over.
        with suppress(Refused):
            kept.append(unseal(bytes(found.sealed_before), place=place_of(found)))
    return kept


def place_of(found: Subscription) -> str:
    """Where its secret belongs: one that was moved elsewhere does not open."""
    return f"subscription:{found.pk}"


def shown(found: Subscription) -> dict[str, object]:
    """A subscription as people and programs see it, without its secret."""
    stands = standing(found)
    return {
        "name": found.name, "url": found.url, "kinds": found.kinds, "state": stands.state, "waiting": stands.waiting,
        "refused": stands.refused, "paused_because": found.paused_because, "first_failed_at": found.first_failed_at,
        "last_taken_at": found.last_taken_at, "created_at": found.created_at,
    }  # fmt: skip
