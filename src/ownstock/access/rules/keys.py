"""How keys are made, named, compared and ended: pure decisions."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from ownstock.access.rules.roles import Scope
from ownstock.base.errors import Refused

PREFIX_LENGTH = 8
DAYS_OF_A_KEY = 365
MAX_DAYS_OF_A_KEY = 1_095
ALL_SCOPES = "all"


class KeyState(StrEnum):
    """Whether a key opens anything."""

    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"


def key_state(revoked_at: datetime | None, expires_at: datetime | None, *, now: datetime) -> KeyState:
    """Whether a key is live; one that was revoked is that, expired or not."""
    if revoked_at is not None:
        return KeyState.REVOKED
    return KeyState.EXPIRED if expires_at is not None and expires_at <= now else KeyState.LIVE


def scopes_named(names: Sequence[str]) -> list[Scope]:
    """The scopes that somebody names, `all` among them, each once and in their own order.

    Raises:
        Refused: none is named, or one that there is not.
    """
    known = "; ".join(f"{scope}: {scope.meaning}" for scope in Scope)
    if not names:
        raise Refused(
            f"Say what the key's holder may do. {known} Or {ALL_SCOPES}.", code="no_scope", scopes=list(Scope)
        )
    if unknown := [name for name in names if name != ALL_SCOPES and name not in list(Scope)]:
        raise Refused(
            f"There is no scope {unknown[0]}. {known} Or {ALL_SCOPES}.", code="unknown_scope", scope=unknown[0]
        )
    return [scope for scope in Scope if ALL_SCOPES in names or scope in names]


def require_scopes(held: Iterable[str], needed: Iterable[Scope]) -> None:
    """Let the holder of these scopes do what needs those.

    Raises:
        Refused: one of them is missing.
    """
    held = list(held)
    missing = [scope for scope in needed if scope not in held]
    if missing:
        raise Refused(
            f"The key is not for this: it lacks the scope {', '.join(missing)} ({missing[0].meaning})",
            code="missing_scope",
            missing=missing,
            held=held,
        )


def split_key(token: str) -> tuple[str, bytes]:
    """Part a key as its holder sends it into public prefix and the hash that is compared."""
    return token[:PREFIX_LENGTH], hashlib.sha256(token.encode()).digest()


def is_same_secret(presented: bytes, stored: bytes) -> bool:
    """Whether two hashes are equal, in a time that does not tell how far they agree."""
    return hmac.compare_digest(presented, stored)
