"""Making and revoking the keys of programs, and making people."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from ownstock.access.models import ApiKey, User
from ownstock.access.rules import DAYS_OF_A_KEY, MAX_DAYS_OF_A_KEY, Scope, split_key
from ownstock.base.errors import Refused
from ownstock.journal import actions as journal

MIN_PASSWORD_LENGTH = 12


@transaction.atomic
def create_user(username: str, password: str, *, actor: str) -> User:
    """Make a person who can sign in.

    Raises:
        Refused: the name is taken or the password is shorter than 12 characters.
    """
    if len(password) < MIN_PASSWORD_LENGTH:
        raise Refused(
            f"The password has {len(password)} characters; it needs at least {MIN_PASSWORD_LENGTH}.",
            code="password_too_short",
        )
    if User.objects.filter(username=username).exists():
        raise Refused(f"There is already a user named {username}.", code="user_exists", username=username)
    user = User.objects.create_user(username=username, password=password)
    journal.record(actor=actor, verb="access.user_created", subject=user.actor)
    return user


@transaction.atomic
def create_api_key(label: str, *, scopes: Iterable[Scope], actor: str, expires_in_days: int = DAYS_OF_A_KEY) -> str:
    """Make a key for a program and return it: it is shown this once and kept only as a hash (256 bits).

    Raises:
        Refused: it would open nothing, or live for less than a day or more than three years.
    """
    scopes = list(scopes)
    if not scopes:
        raise Refused("A key without a scope opens nothing.", code="no_scope")
    if not 1 <= expires_in_days <= MAX_DAYS_OF_A_KEY:
        raise Refused(f"A key lives for 1 to {MAX_DAYS_OF_A_KEY:,} days.", code="bad_days", days=expires_in_days)
    token = secrets.token_hex(36)
    prefix, secret_hash = split_key(token)
    expires_at = timezone.now() + timedelta(days=expires_in_days)
    key = ApiKey.objects.create(
        prefix=prefix, secret_hash=secret_hash, label=label, scopes=scopes, expires_at=expires_at
    )
    new = {"label": label, "scopes": scopes, "expires_at": expires_at.isoformat()}
    journal.record(actor=actor, verb="access.key_created", subject=key.actor, new=new)
    return token


@transaction.atomic
def revoke_api_key(prefix: str, *, actor: str) -> None:
    """End a key: from now on it is refused.

    Raises:
        Refused: no live key has this prefix.
    """
    updated = ApiKey.objects.filter(prefix=prefix, revoked_at=None).update(revoked_at=timezone.now())
    if not updated:
        raise Refused(f"No live key begins with {prefix}.", code="key_unknown", prefix=prefix)
    journal.record(actor=actor, verb="access.key_revoked", subject=f"key:{prefix}")
