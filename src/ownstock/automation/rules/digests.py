"""Pure decisions of the morning's digest: when it is due, and how it is written."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from zoneinfo import ZoneInfo

MOST_ITEMS = 15
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class DigestItem:
    """A thing that is told: its sentence, money, deadline and address (empty where pages have none)."""

    sentence: str
    money: Decimal | None
    deadline_on: date | None
    address: str


@dataclass(frozen=True, slots=True)
class Digest:
    """What one person is told on a day: the first things of `count`, in the currency of the company."""

    username: str
    day: date
    count: int
    items: Sequence[DigestItem]
    currency: str
    settings_address: str


def due_day(now: datetime, *, hour: int, time_zone: str) -> date | None:
    """The day for which a digest is due at a moment; None at the weekend, and before its hour."""
    there = now.astimezone(ZoneInfo(time_zone))
    return there.date() if there.weekday() < SATURDAY and there.hour >= hour else None


def digest_key(username: str, day: date) -> str:
    """One person, one day, one mail."""
    return f"digest:{username}:{day.isoformat()}"


def subject_of(digest: Digest) -> str:
    """The line above the mail."""
    things = "1 thing" if digest.count == 1 else f"{digest.count:,} things"
    return f"{things} to look at on {digest.day.isoformat()}"


def text_of(digest: Digest) -> str:
    """The text of the mail: each thing with what it costs and until when, the dearest first."""
    lines = [f"{digest.username},", "", f"{subject_of(digest)}, the dearest first:", ""]
    for number, item in enumerate(digest.items, 1):
        worth = f"{item.money:,.2f} {digest.currency} at stake" if item.money else "no money known"
        until = f", act by {item.deadline_on.isoformat()}" if item.deadline_on else ""
        lines += [f"{number}. {item.sentence}", f"   {worth}{until}"]
        lines += [f"   {item.address}"] if item.address else []
        lines.append("")
    if digest.count > len(digest.items):
        lines += [f"{digest.count - len(digest.items):,} more stand in the list.", ""]
    return "\n".join([*lines, "What you are told, and whether at all, is set on your page:",
                      digest.settings_address or "Account, Morning digest.", ""])  # fmt: skip


def mail_of(digest: Digest, *, sender: str, recipient: str, written_at: datetime) -> tuple[str, bytes]:
    """Its identity and its bytes, which depend on the arguments alone."""
    mark = hashlib.sha256(f"{digest_key(digest.username, digest.day)} {recipient}".encode()).hexdigest()[:24]
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("Ownstock", addr_spec=sender)
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = subject_of(digest)
    message["Date"] = format_datetime(written_at)
    message["Message-ID"] = message_id = f"<digest.{mark}@{sender.rpartition('@')[2]}>"
    if digest.settings_address:
        message["List-Unsubscribe"] = f"<{digest.settings_address}>"
    message.set_content(text_of(digest))
    return message_id, message.as_bytes()
