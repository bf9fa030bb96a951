"""Setting channels, keeping their secrets, trying them out, removing them."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets as randomness
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from ownstock.base.errors import OwnstockError, Refused
from ownstock.catalog.models import Company, Supplier
from ownstock.exchange import transports
from ownstock.exchange.channels import queries
from ownstock.exchange.channels.queries import channel, held_secrets, place_of
from ownstock.exchange.channels.rules import (
    ChannelDraft,
    ChannelKind,
    SecretName,
    check_draft,
    check_secret,
    missing_secrets,
)
from ownstock.exchange.channels.secrets import seal
from ownstock.exchange.models import Attempt, Channel, ChannelSecret, OutboundMessage
from ownstock.exchange.rules import AttemptOutcome
from ownstock.journal import actions as journal

TEST = "channel.test"
WEBHOOK_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a message that tried a channel out."""

    outcome: AttemptOutcome
    sentence: str


@transaction.atomic
def set_channel(draft: ChannelDraft, *, secrets: Mapping[str, str], actor: str, reason: str = "") -> Channel:
    """Make a channel, or set one anew: what is not said is as if never set, but secrets that are not named are kept.

    A webhook's secret may be one of `fresh_secret`.

    Raises:
        Refused: there is no such supplier, a setting or secret is wrong, the channel belongs to another supplier or is of
            another kind, or another channel carries the supplier's orders already.
    """
    kept = check_draft(draft)
    named = {check_secret(draft.kind, name, value): value for name, value in secrets.items()}
    supplier = _supplier(draft.supplier)
    before = Channel.objects.select_for_update().filter(name=draft.name, removed_at=None).first()
    found = before or Channel(name=draft.name, supplier=supplier, kind=draft.kind)
    _refuse_another(found, supplier, draft)
    old = _told(found) if before else None
    found.format, found.contents, found.settings = draft.format, [str(c) for c in draft.contents], kept
    _save(found)
    for name, value in named.items():
        _keep_secret(found, name, value)
    new = {**_told(found), "secrets_set": sorted(named)}
    if old is None or named or old != _told(found):
        journal.record(
            actor=actor, verb="exchange.channel_set", subject=_subject(found), old=old, new=new, reason=reason
        )
    return found


def _supplier(code: str) -> Supplier:
    found = Supplier.objects.filter(code=code).first()
    if found is None:
        raise Refused(f"There is no supplier {code}.", code="no_supplier", supplier=code)
    return found


def _refuse_another(found: Channel, supplier: Supplier, draft: ChannelDraft) -> None:
    if found.supplier_id != supplier.pk or found.kind != draft.kind:
        raise Refused(
            f"The channel {found.name} is {found.kind} to {found.supplier.code}; remove it first, or take another name.",
            code="channel_exists",
            channel=found.name,
        )


def _save(found: Channel) -> None:
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError as fault:
        if "channel_for_orders_once" not in str(fault):
            raise
        raise Refused(
            f"Another channel carries the orders to {found.supplier.code} already; take them off it first.",
            code="channel_exists",
            channel=found.name,
        ) from None


def _keep_secret(found: Channel, name: SecretName, value: str) -> None:
    place = place_of(ChannelSecret(channel=found, name=name))
    ChannelSecret.objects.update_or_create(
        channel=found, name=name, defaults={"sealed": seal(value, place=place), "set_at": Now()}
    )


def fresh_secret() -> str:
    """A new secret for webhooks, 256 bits: to be shown once to whoever sets the channel."""
    return "whsec_" + base64.b64encode(randomness.token_bytes(WEBHOOK_SECRET_BYTES)).decode()


@transaction.atomic
def remove_channel(name: str, *, actor: str, reason: str = "") -> None:
    """Let nothing come or go by a channel any more. Its secrets are forgotten, its messages stay.

    Raises:
        Refused: there is none of this name.
    """
    found = channel(name)
    Channel.objects.filter(pk=found.pk).update(removed_at=timezone.now())
    found.secrets.all().delete()
    journal.clear_alerts([f"poll_failed:{name}"], because="the channel was removed")
    journal.record(
        actor=actor, verb="exchange.channel_removed", subject=_subject(found), old=_told(found), reason=reason
    )


def _told(found: Channel) -> dict[str, Any]:
    """A channel as the journal keeps it: no secret is part of it."""
    return {
        "supplier": found.supplier.code, "kind": found.kind, "format": found.format, "contents": found.contents,
        "settings": found.settings,
    }  # fmt: skip


def _subject(found: Channel) -> str:
    return f"channel:{found.name}"


def try_channel(name: str, *, actor: str) -> Tried:
    """Send a small message that says what it is by the real way of a channel, and tell what came of it.

    Raises:
        Refused: there is no such channel, or it sends nothing.
    """
    found = channel(name)
    transports.check_way(found)
    lacking = missing_secrets(ChannelKind(found.kind), held_secrets(found))
    if lacking:
        raise Refused(f"The channel {name} needs {lacking} first.", code="no_secret", channel=name)
    message = _test_message(found)
    began_at = timezone.now()
    try:
        tried = Tried(AttemptOutcome.TAKEN, f"It was taken: {transports.deliver(message)}.")
    except OwnstockError as error:
        is_refused = isinstance(error, Refused)
        tried = Tried(AttemptOutcome.REFUSED if is_refused else AttemptOutcome.BLOCKED, error.sentence)
    with transaction.atomic():
        Attempt.objects.create(
            outbound_message=message, number=1, outcome=tried.outcome, told=tried.sentence, began_at=began_at
        )
        new = {"outcome": tried.outcome, "told": tried.sentence}
        journal.record(actor=actor, verb="exchange.channel_tried", subject=_subject(found), new=new)
    return tried


def _test_message(found: Channel) -> OutboundMessage:
    mark = os.urandom(6).hex()
    buyer = Company.objects.get().name
    sentence = f"A test of the channel {found.name} from {buyer}. It orders nothing; please ignore it."
    is_mail = found.kind == ChannelKind.MAIL
    identity = f"<test.{mark}@{settings.ORDERS_FROM.rpartition('@')[2]}>" if is_mail else f"test.{mark}"
    content = _test_content(found, sentence, identity)
    return OutboundMessage.objects.create(
        outbox_key=f"{TEST}:{found.name}:{mark}", message_id=identity, topic=TEST, supplier=found.supplier, channel=found,
        format=found.format, recipient=queries.mail_address_of(found, found.supplier) if is_mail else "",
        file_name=f"ownstock-test-{mark}.{'eml' if is_mail else 'txt'}", content=content,
        content_hash=hashlib.sha256(content).digest(),
    )  # fmt: skip


def _test_content(found: Channel, sentence: str, identity: str) -> bytes:
    if found.kind != ChannelKind.MAIL:
        is_json = found.format == "json"
        return (json.dumps({"type": TEST, "message_id": identity, "text": sentence}) if is_json else sentence).encode()
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = settings.ORDERS_FROM, queries.mail_address_of(found, found.supplier)
    mail["Subject"], mail["Message-ID"] = "Test message", identity
    mail.set_content(sentence)
    return mail.as_bytes()
