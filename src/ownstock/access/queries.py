"""Reading who a program is."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from ownstock.access.models import ApiKey
from ownstock.access.rules import KeyState, is_same_secret, key_state, split_key
from ownstock.base.errors import Refused


def live_key(token: str) -> ApiKey | None:
    """The key whose holder presents this token; None when there is none, or it was revoked.

    Raises:
        Refused: the key has expired. Only its holder is told that.
    """
    prefix, presented = split_key(token)
    key = ApiKey.objects.filter(prefix=prefix, revoked_at=None).first()
    if key is None or not is_same_secret(presented, bytes(key.secret_hash)):
        return None
    if key_state(key.revoked_at, key.expires_at, now=timezone.now()) is KeyState.EXPIRED:
        raise Refused(
            f"The key {prefix}… expired at {key.expires_at:%Y-%m-%d %H:%M} UTC; ownstock key create makes another.",
            code="key_expired",
            prefix=prefix,
        )
    return key


def api_keys() -> QuerySet[ApiKey]:
    """Every key that was ever made, newest first."""
    return ApiKey.objects.order_by("-created_at", "-id")
