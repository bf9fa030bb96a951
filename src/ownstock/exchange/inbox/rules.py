"""Pure decisions of the inbox: what states a message passes, and by which name it is known a second time."""

from __future__ import annotations

import hashlib
from enum import StrEnum

MAX_MESSAGE_BYTES = 16 * 2**20
MAX_IDENTITY_LENGTH = 200


class InboundState(StrEnum):
    """What became of a message that came."""

    RECEIVED = "received"
    APPLIED = "applied"
    QUARANTINED = "quarantined"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    DISCARDED = "discarded"


def identity_of(raw: bytes, *, said: str, given: str) -> str:
    """By what a message is known a second time: what it says of itself, else what its carrier gave, else its own bytes."""
    return (said or given or f"sha256:{hashlib.sha256(raw).hexdigest()}")[:MAX_IDENTITY_LENGTH]


def is_on_its_way(name: str) -> bool:
    """Whether a file's name says that it is hidden, or still being written."""
    return name.startswith(".") or name.lower().endswith((".tmp", ".part", ".partial", ".filepart", ".crdownload"))
