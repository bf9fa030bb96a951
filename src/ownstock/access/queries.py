"""Reading who a person or a program is, and what it may do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from ownstock.access.models import ApiKey, User
from ownstock.access.rules import KeyState, Role, is_same_secret, key_state, roles_named, split_key
from ownstock.base.errors import Refused
from ownstock.journal.models import AuditEvent


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


def users() -> QuerySet[User]:
    """Everybody who ever could sign in, by name."""
    return User.objects.order_by("username")


def people(text: str = "") -> QuerySet[User]:
    """Whoever can or could sign in, by name, each with `has_factor`; those whose name or address holds a text."""
    from allauth.mfa.models import Authenticator

    found = Authenticator.objects.filter(user=OuterRef("pk"), type__in=_factor_kinds())
    rows = users().annotate(has_factor=Exists(found))
    return rows.filter(Q(username__icontains=text) | Q(email__icontains=text)) if text else rows


def last_acts(keys: Iterable[ApiKey]) -> dict[str, datetime]:
    """When each of some keys last changed something, by its prefix; of those that only looked nothing is written down."""
    acts = AuditEvent.objects.filter(actor__in=[key.actor for key in keys])
    return {actor.removeprefix("key:"): at for actor, at in acts.values_list("actor").annotate(Max("recorded_at"))}


def our_people() -> list[str]:
    """The names of those who sign in and work here, no supplier's account among them."""
    people = User.objects.filter(is_active=True).exclude(roles__contains=[Role.SUPPLIER])
    return list(people.order_by("username").values_list("username", flat=True))


def user(username: str) -> User:
    """One person's account.

    Raises:
        Refused: there is none of this name.
    """
    found = User.objects.filter(username=username).first()
    if found is None:
        raise Refused(f"There is no user {username}; ownstock user list shows all.", code="no_user", username=username)
    return found


def account(pk: int) -> User:
    """One person's account, by its number.

    Raises:
        Refused: there is none.
    """
    found = User.objects.filter(pk=pk).first()
    if found is None:
        raise Refused("There is no such account.", code="no_account")
    return found


def has_second_factor(user: User) -> bool:
    """Whether somebody's sign-in by password asks for more: the code of an app, or a passkey."""
    from allauth.mfa.models import Authenticator

    return bool(Authenticator.objects.filter(user=user, type__in=_factor_kinds()).exists())


def _factor_kinds() -> list[str]:
    from allauth.mfa.models import Authenticator

    return [str(Authenticator.Type.TOTP), str(Authenticator.Type.WEBAUTHN)]


def lacks_second_factor(user: User) -> bool:
    """Whether one of somebody's roles asks for a second factor (OWNSTOCK_SECOND_FACTOR), and they have none."""
    asked: frozenset[str] = settings.SECOND_FACTOR_ROLES
    return bool(asked.intersection(user.roles)) and not has_second_factor(user)


def administrators(limit: int = 5) -> list[str]:
    """The names of people who give roles."""
    found = User.objects.filter(is_active=True, roles__contains=[Role.ADMIN]).order_by("username")
    return list(found.values_list("username", flat=True)[:limit])


def roles_of(actor: str) -> frozenset[Role]:
    """The roles of an actor by its key, `user:anna`; none for jobs, programs and accounts that are disabled.

    An account from before there were roles has all that are not a supplier's; one made since without any has none, and may
    do all that asks for no role.
    """
    kind, _, username = actor.partition(":")
    if kind != "user":
        return frozenset()
    held = User.objects.filter(username=username, is_active=True).values_list("roles", flat=True).first()
    return frozenset(roles_named(held or ()))
