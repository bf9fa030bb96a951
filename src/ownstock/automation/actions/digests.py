"""Telling people in the morning what costs money if nobody acts: each of their kinds and sites."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from ownstock.access.models import User
from ownstock.access.rules import Scope
from ownstock.automation.models import DigestMail, DigestSetting
from ownstock.automation.rules.alert_groups import GROUPS, NAMES, OTHER
from ownstock.automation.rules.digests import MOST_ITEMS, Digest, DigestItem, digest_key, due_day, mail_of
from ownstock.base.errors import Refused
from ownstock.catalog.queries import base_currency
from ownstock.exchange.rules import mail_address
from ownstock.exchange.transports import Parcel, hand_over
from ownstock.journal import actions as journal
from ownstock.journal.models import OutboxRow
from ownstock.journal.queries import worklist
from ownstock.planning.queries import business_day

TOPIC = "digest.written"
FORMAT = "mail"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to be told, and when."""

    is_on: bool
    hour: int
    time_zone: str
    groups: Collection[str] = ()
    sites: Collection[str] = ()
    least_money: Decimal = Decimal(0)


@transaction.atomic
def set_digest(user: User, wish: Wish, *, actor: str) -> DigestSetting:
    """Keep what somebody wants to be told.

    Raises:
        Refused: the hour, the time zone or a group is none, or it is wanted and the account has no e-mail address.
    """
    if wish.hour not in range(24):
        raise Refused(f"{wish.hour} is no hour of a day: 0 to 23.", code="bad_hour")
    if wish.time_zone not in available_timezones():
        raise Refused(f"{wish.time_zone} is no time zone: write it as Europe/Berlin.", code="bad_time_zone")
    if unknown := sorted(set(wish.groups) - set(NAMES)):
        raise Refused(f"{unknown[0]} is no group of what is told.", code="bad_group")
    if wish.is_on and not user.email:
        raise Refused("Your account has no e-mail address: say where the mail goes.", code="no_address")
    values = {
        "is_on": wish.is_on, "hour": wish.hour, "time_zone": wish.time_zone, "groups": list(wish.groups),
        "sites": list(wish.sites), "least_money": wish.least_money,
    }  # fmt: skip
    setting, _ = DigestSetting.objects.update_or_create(user=user, defaults=values)
    new = {**values, "least_money": str(wish.least_money)}
    journal.record(actor=actor, verb="automation.digest_set", subject=user.actor, new=new)
    return setting


def digest_of(setting: DigestSetting, day: date) -> Digest:
    """What a person would be told on a day."""
    rows = worklist(business_day())
    if setting.groups:
        rows = rows.filter(_of_groups(setting.groups))
    if setting.sites:
        rows = rows.filter(Q(facts__site__in=setting.sites) | Q(facts__site=None))
    if setting.least_money > 0:
        rows = rows.filter(money__gte=setting.least_money)
    base = settings.PUBLIC_URL.rstrip("/")
    items = [
        DigestItem(alert.sentence, alert.money, alert.deadline_on, base and f"{base}/today/{alert.pk}")
        for alert in rows[:MOST_ITEMS]
    ]
    address = base and f"{base}/account/digest"
    return Digest(setting.user.username, day, rows.count(), items, base_currency(), address)


def tell_due(now: datetime) -> int:
    """Let each digest leave whose hour has come and that has not left on its day; returns how many are new.

    Who has nothing to be told, no address, or may not see the list any more, is told nothing.
    """
    found = DigestSetting.objects.filter(is_on=True, user__is_active=True).exclude(user__email="")
    count = 0
    for setting in found.select_related("user"):
        day = due_day(now, hour=setting.hour, time_zone=setting.time_zone)
        if day is not None and Scope.ALERTS_READ in setting.user.scopes:
            count += _write(setting, day, now) is not None
    return count


def tell_now(setting: DigestSetting, now: datetime) -> DigestMail | None:
    """Let the digest of today leave now, whatever the hour; None where it left already or there is nothing to tell."""
    return _write(setting, now.astimezone(ZoneInfo(setting.time_zone)).date(), now)


@transaction.atomic
def _write(setting: DigestSetting, day: date, now: datetime) -> DigestMail | None:
    DigestSetting.objects.select_for_update().get(pk=setting.pk)
    key = digest_key(setting.user.username, day)
    if DigestMail.objects.filter(outbox_key=key).exists():
        return None
    digest = digest_of(setting, day)
    if not digest.items:
        return None
    sender = mail_address("The address that mails are sent from (OWNSTOCK_ORDERS_FROM)", settings.ORDERS_FROM)
    recipient = mail_address(f"The e-mail address of {setting.user.username}", setting.user.email)
    message_id, content = mail_of(digest, sender=sender, recipient=recipient, written_at=now)
    mail = DigestMail.objects.create(
        outbox_key=key, user=setting.user, recipient=recipient, message_id=message_id, content=content, written_at=now
    )
    journal.enqueue(key, topic=TOPIC, payload={"digest": mail.pk})
    return mail


def hand_over_digest(row: OutboxRow) -> str:
    """Hand a digest to the mail server, its bytes as they were written, and tell where it went.

    Raises:
        Refused, Unavailable: as `exchange.transports.hand_over`.
    """
    mail = DigestMail.objects.get(pk=row.payload["digest"])
    name = f"{row.key.replace(':', '-')}.eml"
    return hand_over(Parcel(mail.message_id, name, FORMAT, bytes(mail.content), mail.recipient), None)


def _of_groups(groups: Collection[str]) -> Q:
    kinds = {kind for name in groups for kind in GROUPS.get(name, ())}
    known = {kind for some in GROUPS.values() for kind in some}
    return Q(kind__in=kinds) | ~Q(kind__in=known) if OTHER in groups else Q(kind__in=kinds)
