"""What people do about alerts: take one on, put one off, say something; and many of some kinds brought in line at once.

What was said and done stands in the trail of the root cause, also when it comes back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.journal.actions import cleared, record, tell_pages
from ownstock.journal.models import Alert
from ownstock.journal.queries import alert_subject

COMMENTED = "journal.alert_commented"
LONGEST_COMMENT = 2_000
BATCH = 1_000
SAID = ("kind", "sentence", "facts", "money", "deadline_on", "item_count")


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be told of one root cause, and what it is worth: see `Alert`."""

    key: str
    kind: str
    sentence: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    money: Decimal | None = None
    deadline_on: date | None = None
    item_count: int | None = None


@dataclass(frozen=True, slots=True)
class Worth:
    """What an alert is worth, until when acting helps, and how many things it is about; see `Alert`."""

    money: Decimal | None = None
    deadline_on: date | None = None
    item_count: int | None = None


@transaction.atomic
def tell_all(kinds: Collection[str], told: Iterable[Told], *, because: str) -> int:
    """Bring the open alerts of some kinds in line with what is to be told: new ones, changed ones, and those that ended.

    What is said already is not written again. `because` says why one ended. Returns how many are new.
    """
    wanted = {one.key: one for one in told}
    standing = {alert.key: alert for alert in Alert.objects.filter(kind__in=kinds, cleared_at=None)}
    gone = [alert.pk for key, alert in standing.items() if key not in wanted]
    Alert.objects.filter(pk__in=gone).update(**cleared(because))
    changed = []
    for key in wanted.keys() & standing.keys():
        alert, one = standing[key], wanted[key]
        if any(getattr(alert, name) != getattr(one, name) for name in SAID):
            for name in SAID:
                setattr(alert, name, getattr(one, name))
            changed.append(alert)
    Alert.objects.bulk_update(changed, SAID, batch_size=BATCH)
    new = [
        Alert(key=one.key, **{name: getattr(one, name) for name in SAID})
        for key, one in wanted.items()
        if key not in standing
    ]
    Alert.objects.bulk_create(new, batch_size=BATCH)
    if gone or changed or new:
        tell_pages([one.key for one in new])
    return len(new)


@transaction.atomic
def value_all(kind: str, worth: Mapping[str, Worth]) -> None:
    """Say of the open alerts of a kind, by their keys, what each is worth, where somebody else than who raised them knows.

    Of those that are not named nothing is known any more. What is said already is not written again.
    """
    changed = []
    for alert in Alert.objects.filter(kind=kind, cleared_at=None):
        now = worth.get(alert.key, Worth())
        if (alert.money, alert.deadline_on, alert.item_count) != (now.money, now.deadline_on, now.item_count):
            alert.money, alert.deadline_on, alert.item_count = now.money, now.deadline_on, now.item_count
            changed.append(alert)
    Alert.objects.bulk_update(changed, ["money", "deadline_on", "item_count"], batch_size=BATCH)


@transaction.atomic
def assign(pk: int, owner: str, *, people: Collection[str], actor: str) -> Alert:
    """Say who sees to an alert, by name one of the `people` who work here; no name takes it off whoever had it.

    Raises:
        Refused: there is no such open alert, or nobody of that name works here.
    """
    if owner and owner not in people:
        raise Refused(f"{owner} is nobody who works here: name somebody who signs in.", code="no_user", owner=owner)
    alert = _open(pk)
    if alert.owner != owner:
        record(
            actor=actor, verb="journal.alert_assigned", subject=alert_subject(alert.key), old={"owner": alert.owner},
            new={"owner": owner},
        )  # fmt: skip
        alert.owner = owner
        alert.save(update_fields=["owner"])
    return alert


@transaction.atomic
def snooze(pk: int, until: date, *, because: str, today: date, actor: str) -> Alert:
    """Put an alert out of sight until a day, or until its money has grown by half.

    Raises:
        Refused: there is no such open alert, no reason is given, or the day is not one to come.
    """
    alert = _open(pk)
    if not because.strip():
        raise Refused("Say why it can wait.", code="no_reason")
    if until <= today:
        raise Refused(f"{until.isoformat()} is not a day to come: name a later one.", code="snoozed_into_the_past")
    alert.snoozed_until, alert.snoozed_because, alert.snoozed_money = until, because.strip(), alert.money
    alert.save(update_fields=["snoozed_until", "snoozed_because", "snoozed_money"])
    record(
        actor=actor, verb="journal.alert_snoozed", subject=alert_subject(alert.key), new={"until": until.isoformat()},
        reason=because.strip(),
    )  # fmt: skip
    return alert


@transaction.atomic
def wake_up(pk: int, *, actor: str) -> Alert:
    """Put a snoozed alert back in sight.

    Raises:
        Refused: there is no such open alert.
    """
    alert = _open(pk)
    if alert.snoozed_until is not None:
        alert.snoozed_until, alert.snoozed_because, alert.snoozed_money = None, "", None
        alert.save(update_fields=["snoozed_until", "snoozed_because", "snoozed_money"])
        record(actor=actor, verb="journal.alert_woken", subject=alert_subject(alert.key))
    return alert


@transaction.atomic
def comment(pk: int, text: str, *, actor: str) -> Alert:
    """Write something about an alert, open or cleared; it stands with the root cause.

    Raises:
        Refused: there is no such alert, or nothing is written, or too much.
    """
    alert = Alert.objects.filter(pk=pk).first()
    if alert is None:
        raise Refused(f"There is no alert {pk}.", code="no_alert", alert=pk)
    if not 0 < len(text.strip()) <= LONGEST_COMMENT:
        raise Refused(
            f"A comment has 1 to {LONGEST_COMMENT} characters; this one has {len(text.strip())}.", code="bad_comment"
        )
    record(actor=actor, verb=COMMENTED, subject=alert_subject(alert.key), reason=text.strip())
    return alert


def _open(pk: int) -> Alert:
    alert = Alert.objects.select_for_update().filter(pk=pk, cleared_at=None).first()
    if alert is None:
        raise Refused(f"There is no open alert {pk}: it may have been cleared meanwhile.", code="no_alert", alert=pk)
    return alert
