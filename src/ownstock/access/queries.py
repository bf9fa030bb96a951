"""Reading who a program is."""

from __future__ import annotations

from ownstock.access.models import ApiKey
from ownstock.access.rules import is_same_secret, split_key


def live_key(token: str) -> ApiKey | None:
    """Return the live key whose holder presents this token, or None."""
    prefix, presented = split_key(token)
    key = ApiKey.objects.filter(prefix=prefix, revoked_at=None).first()
    if key is None or not is_same_secret(presented, bytes(key.secret_hash)):
        return None
    return key
