"""Setting subscriptions and their secrets, trying them out, pausing, resuming, sending again, removing."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, Min, OuterRef
from django.utils import timezone

from ownstock.base.errors import OwnstockError, Refused
from ownstock.exchange.channels.actions import Tried, fresh_secret
from ownstock.exchange.channels.rules import WEBHOOK_SECRET
from ownstock.exchange.channels.secrets import seal
from ownstock.exchange.models import EventMessage, Subscription
from ownstock.exchange.rules import AttemptOutcome
from ownstock.exchange.subscriptions.kinds import TEST
from ownstock.exchange.subscriptions.queries import place_of, subscription
from ownstock.exchange.subscriptions.rules import KEPT_DAYS, Place, SubscriptionDraft, check_draft
from ownstock.exchange.subscriptions.telling import failing_key, post, refused_key
from ownstock.exchange.transports import time_limit
from ownstock.journal import actions as journal
from ownstock.journal.models import Alert, AuditEvent, OutboxRow
from ownstock.journal.queries import watermark
from ownstock.ledger.models import Posting


@dataclass(frozen=True, slots=True)
class Kept:
    """A subscription that was set, and the secret that was made for it: shown this once, empty where it had one."""

    subscription: Subscription
    secret: str


@transaction.atomic
def set_subscription(draft: SubscriptionDraft, *, actor: str, secret: str = "", reason: str = "") -> Kept:
    """Make a subscription, or set where and of what it is told anew. A new one is told of what happens from now on.

    A new one is given a secret where none is said.

    Raises:
        Refused: the name, the address, a kind or the secret is wrong.
    """
    kinds = check_draft(draft)
    _check_secret(secret)
    found = Subscription.objects.select_for_update().filter(name=draft.name).first()
    is_new = found is None
    found = found or Subscription(name=draft.name, told_transaction=watermark())
    old = None if is_new else _told(found)
    found.url, found.kinds = draft.url, kinds
    found.save()
    made = "" if secret or not is_new else fresh_secret()
    if secret or made:
        _keep_secret(found, secret or made)
    if old != _told(found) or secret:
        journal.record(
            actor=actor, verb="exchange.subscription_set", subject=_subject(found), old=old, new=_told(found),
            reason=reason,
        )  # fmt: skip
    return Kept(found, made)


def _check_secret(secret: str) -> None:
    if secret and not WEBHOOK_SECRET.fullmatch(secret):
        raise Refused(
            "The secret has to be whsec_ and 24 to 64 bytes in Base64; leave it out to have one made.",
            code="bad_secret",
        )


def _keep_secret(found: Subscription, secret: str) -> None:
    found.sealed_before, found.sealed = found.sealed, seal(secret, place=place_of(found))
    found.secret_set_at = timezone.now()
    found.save(update_fields=["sealed", "sealed_before", "secret_set_at"])


@transaction.atomic
def renew_secret(name: str, *, actor: str) -> str:
    """Give a subscription a new secret, and return it this once; the old one signs beside it for a day.

    Raises:
        Refused: there is no such subscription.
    """
    found = _held(name)
    secret = fresh_secret()
    _keep_secret(found, secret)
    journal.record(actor=actor, verb="exchange.subscription_secret_set", subject=_subject(found))
    return secret


def try_subscription(name: str, *, actor: str) -> Tried:
    """Post an event that says what it is to the receiver at once, and tell what came of it.

    Raises:
        Refused: there is no such subscription.
    """
    found = subscription(name)
    text = f"A test of the subscription {name}; please ignore it."
    body = {"type": TEST, "timestamp": timezone.now().isoformat(), "data": {"subject": _subject(found), "text": text}}
    try:
        tried = Tried(
            AttemptOutcome.TAKEN,
            f"It was taken: {post(found, f'test-{os.urandom(6).hex()}', json.dumps(body).encode(), time_limit())}.",
        )
    except OwnstockError as error:
        is_refused = isinstance(error, Refused)
        tried = Tried(AttemptOutcome.REFUSED if is_refused else AttemptOutcome.BLOCKED, error.sentence)
    new = {"outcome": tried.outcome, "told": tried.sentence}
    journal.record(actor=actor, verb="exchange.subscription_tried", subject=_subject(found), new=new)
    return tried


@transaction.atomic
def pause(name: str, *, actor: str, reason: str) -> Subscription:
    """Tell a subscription nothing until it is resumed. What happens meanwhile is told then.

    Raises:
        Refused: there is no such subscription, it is paused already, or no reason is given.
    """
    found = _held(name)
    if found.paused_at:
        raise Refused(f"The subscription {name} is paused already.", code="paused", subscription=name)
    if not reason.strip():
        raise Refused("Say why.", code="no_reason")
    found.paused_at, found.paused_because = timezone.now(), reason
    found.save(update_fields=["paused_at", "paused_because"])
    journal.stop_queue(found.queue, f"paused by {actor}: {reason}")
    journal.record(actor=actor, verb="exchange.subscription_paused", subject=_subject(found), reason=reason)
    return found


@transaction.atomic
def resume(name: str, *, actor: str) -> Subscription:
    """Let a paused subscription go on where it was: first what was given up, then all that happened meanwhile.

    Raises:
        Refused: there is no such subscription, or it is not paused.
    """
    found = _held(name)
    if not found.paused_at:
        raise Refused(f"The subscription {name} is not paused.", code="not_paused", subscription=name)
    found.paused_at, found.paused_because, found.first_failed_at, found.refusals = None, "", None, 0
    found.save(update_fields=["paused_at", "paused_because", "first_failed_at", "refusals"])
    journal.revive_queue(found.queue)
    _clear_alerts(found, "it was resumed")
    journal.record(actor=actor, verb="exchange.subscription_resumed", subject=_subject(found))
    return found


@transaction.atomic
def send_refused(name: str, *, actor: str) -> int:
    """Send what the receiver refused once more, in its order; returns how many events that are.

    Raises:
        Refused: there is no such subscription, it is paused, or nothing was refused.
    """
    found = _held(name)
    if found.paused_at:
        raise Refused(f"The subscription {name} is paused; resume it.", code="paused", subscription=name)
    count = journal.revive_queue(found.queue)
    if not count:
        raise Refused(f"Nothing was refused by the receiver of {name}.", code="nothing_refused", subscription=name)
    _clear_alerts(found, "it is sent again")
    journal.record(
        actor=actor, verb="exchange.subscription_sent_again", subject=_subject(found), new={"refused": count}
    )
    return count


@transaction.atomic
def send_since(name: str, since: datetime, *, actor: str) -> Subscription:
    """Tell a subscription all of its kinds once more that happened since a moment, under the same identities.

    What was told in the last days leaves with the very bytes of then.

    Raises:
        Refused: there is no such subscription, or the moment lies ahead.
    """
    found = _held(name)
    if since > timezone.now():
        raise Refused("That moment lies ahead: name one that has passed.", code="bad_moment")
    first = [
        AuditEvent.objects.filter(recorded_at__gte=since).aggregate(first=Min("transaction_id"))["first"],
        Posting.objects.filter(recorded_at__gte=since).aggregate(first=Min("transaction_id"))["first"],
        Alert.objects.filter(raised_at__gte=since).aggregate(first=Min("raised_in"))["first"],
        Alert.objects.filter(cleared_at__gte=since).aggregate(first=Min("cleared_in"))["first"],
    ]
    start = Place(min([found.told_transaction, *(int(one) for one in first if one is not None)]))
    found.told_transaction, found.told_source, found.told_number = start.transaction, start.source, start.number
    found.save(update_fields=["told_transaction", "told_source", "told_number"])
    new = {"since": since.isoformat()}
    journal.record(actor=actor, verb="exchange.subscription_sent_again", subject=_subject(found), new=new)
    return found


@transaction.atomic
def remove_subscription(name: str, *, actor: str, reason: str = "") -> None:
    """Tell a subscription nothing any more; its secret and what waited for it are forgotten. The journal keeps all events.

    Raises:
        Refused: there is none of this name.
    """
    found = _held(name)
    journal.forget_queue(found.queue)
    _clear_alerts(found, "the subscription was removed")
    journal.record(
        actor=actor, verb="exchange.subscription_removed", subject=_subject(found), old=_told(found), reason=reason
    )
    found.delete()


@transaction.atomic
def forget_taken(now: datetime) -> None:
    """Drop what was taken long ago: it repeats what the journal keeps."""
    before = now - timedelta(days=KEPT_DAYS)
    for found in Subscription.objects.all():
        journal.forget_queue(found.queue, done_before=before)
    row = OutboxRow.objects.filter(key=OuterRef("outbox_key"))
    EventMessage.objects.filter(~Exists(row), written_at__lt=before).delete()


def _held(name: str) -> Subscription:
    return Subscription.objects.select_for_update().get(pk=subscription(name).pk)


def _clear_alerts(found: Subscription, because: str) -> None:
    journal.clear_alerts([failing_key(found), refused_key(found)], because=because)


def _told(found: Subscription) -> dict[str, Any]:
    return {"url": found.url, "kinds": found.kinds}


def _subject(found: Subscription) -> str:
    return f"subscription:{found.name}"
