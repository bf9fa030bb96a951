"""Pure decisions about subscriptions: what may be subscribed to, when one is paused, what an event looks like outside."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from enum import IntEnum, StrEnum
from typing import Any

from ownstock.base.errors import OwnstockError, Refused
from ownstock.exchange.channels.addresses import https_address
from ownstock.exchange.channels.rules import NAME
from ownstock.exchange.subscriptions.kinds import FAMILIES, KINDS
from ownstock.journal.rules import MAX_ATTEMPTS

# So many events of a subscription are written down to be told at once; the rest stay in the journal, and cost nothing there.
MOST_WAITING = 500
# Of these, so many are told under one lease.
TOLD_AT_ONCE = 50
# Of a posting's movements, so many stand in its event.
MOST_MOVEMENTS = 200
MOST_PATTERNS = 50
# A receiver that refuses so many events one after another refuses us, not them.
REFUSALS_BEFORE_PAUSE = 20
# While a receiver takes a new secret into use, both sign.
BOTH_SECRETS_HOURS = 24
KEPT_DAYS = 30
EVERYTHING = "*"


class Source(IntEnum):
    """Where an event is read from; within a transaction they are told in this order."""

    AUDIT = 0
    POSTING = 1
    RAISED = 2
    CLEARED = 3


class SubscriptionState(StrEnum):
    """How a subscription stands: told of events, waiting for a receiver that is away, or paused until people resume it."""

    LIVE = "live"
    FAILING = "failing"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an event stands among all: its transaction, then its source, then its number there.

    A subscription has been told of everything up to a place. (transaction, -1, 0) lies before all of a transaction.
    """

    transaction: int
    source: int = -1
    number: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as a receiver learns of it."""

    place: Place
    kind: str
    happened_at: datetime
    data: Mapping[str, Any]

    @property
    def identity(self) -> str:
        """By which a receiver tells repeats; the same for every subscription and however often it is told."""
        return f"{Source(self.place.source).name.lower()}-{self.place.number}"

    @property
    def subject(self) -> str:
        """What it happened to."""
        return str(self.data["subject"])

    def content(self) -> bytes:
        """The body (Standard Webhooks): `type`, `timestamp` of what happened, `data`."""
        body = {"type": self.kind, "timestamp": self.happened_at.astimezone(UTC).isoformat(), "data": self.data}
        return json.dumps(body, ensure_ascii=False, default=str).encode()


@dataclass(frozen=True, slots=True)
class SubscriptionDraft:
    """A subscription as somebody wants it: its name, where events are posted, which kinds."""

    name: str
    url: str
    kinds: Sequence[str]


def check_draft(draft: SubscriptionDraft) -> list[str]:
    """The kinds of a subscription as they are kept: each once, in order.

    Raises:
        Refused: the name, the address or a kind is wrong; all that is wrong is told at once.
    """
    faults = [] if NAME.fullmatch(draft.name) else ["its name has 1 to 40 small letters, digits and dashes"]
    try:
        https_address(draft.url)
    except OwnstockError as fault:
        faults.append(fault.sentence.rstrip("."))
    kinds = sorted({kind.strip() for kind in draft.kinds if kind.strip()})
    if not kinds:
        faults.append(f"say of which kinds of events it is told: `{EVERYTHING}` for all")
    if len(kinds) > MOST_PATTERNS:
        faults.append(f"it names {len(kinds)} kinds; {MOST_PATTERNS} at most, a family such as purchasing.* is one")
    faults += [_unknown(kind) for kind in kinds if not is_pattern(kind)]
    if faults:
        raise Refused(
            f"The subscription {draft.name[:40]} cannot be set so: {'; '.join(faults)}.", code="bad_subscription",
            faults=faults,
        )  # fmt: skip
    return [EVERYTHING] if EVERYTHING in kinds else kinds


def is_pattern(text: str) -> bool:
    """Whether a text names a kind, a family of kinds (`purchasing.*`) or all (`*`)."""
    return text == EVERYTHING or text in KINDS or (text.endswith(".*") and text[:-2] in FAMILIES)


def _unknown(kind: str) -> str:
    near = get_close_matches(kind, [*KINDS, *(f"{family}.*" for family in FAMILIES)], n=1)
    return f"{kind[:60]} is no kind of event" + (f" (did you mean {near[0]}?)" if near else "")


def wanted(kind: str, patterns: Collection[str]) -> bool:
    """Whether an event of a kind is told to a subscription of these kinds."""
    return EVERYTHING in patterns or kind in patterns or f"{kind.partition('.')[0]}.*" in patterns


def exact_and_families(patterns: Collection[str]) -> tuple[list[str], list[str]]:
    """(the kinds that are named whole, the beginnings `purchasing.` of those named as a family)."""
    families = [pattern[:-1] for pattern in patterns if pattern.endswith(".*")]
    return [pattern for pattern in patterns if re.fullmatch(r"[a-z_]+\.[a-z_]+", pattern)], families


def is_hopeless(code: str, refusals: int, attempts: int) -> bool:
    """Whether a receiver is to be left alone: it is gone, has refused one event after another, or was away for a day."""
    return code == "webhook_gone" or refusals >= REFUSALS_BEFORE_PAUSE or attempts >= MAX_ATTEMPTS


def failing_sentence(name: str, since: datetime, error: str) -> str:
    """What people are told while a receiver is not there."""
    return (
        f"The subscription {name} has told nothing since {since.astimezone(UTC):%Y-%m-%d %H:%M} UTC: {error} "
        "It is tried again by itself; nothing is lost."
    )


def paused_sentence(name: str, error: str) -> str:
    """What people are told when a subscription was paused because its receiver does not take events."""
    return f"The subscription {name} is paused: {error} Mend the receiver, then resume: it goes on where it was."


def refused_sentence(name: str, kind: str, error: str) -> str:
    """What people are told of an event that its receiver does not want."""
    words = f"The receiver of the subscription {name} refused an event ({kind}): {error}"
    return f"{words} Mend it, then send what was refused again."
