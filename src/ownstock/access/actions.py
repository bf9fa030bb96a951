"""Making and revoking the keys of programs; making people, giving them roles and passwords, ending their access."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from ownstock.access.models import ApiKey, User
from ownstock.access.rules import DAYS_OF_A_KEY, MAX_DAYS_OF_A_KEY, Role, Scope, roles_after, split_key
from ownstock.base.errors import Refused
from ownstock.journal import actions as journal

MIN_PASSWORD_LENGTH = 12
# Of a password that is read out or copied by hand: no two signs that look alike.
SIGNS, SIGNS_A_GROUP, GROUPS = "abcdefghjkmnpqrstuvwxyz23456789", 5, 4


@transaction.atomic
def create_user(username: str, password: str, *, actor: str, roles: Iterable[Role] = (), email: str = "") -> User:
    """Make a person who can sign in.

    Raises:
        Refused: the name is taken, the password is shorter than 12 characters, or the roles do not go together.
    """
    held = roles_after([], add=roles, remove=[])
    if len(password) < MIN_PASSWORD_LENGTH:
        raise Refused(
            f"The password has {len(password)} characters; it needs at least {MIN_PASSWORD_LENGTH}.",
            code="password_too_short",
        )
    if User.objects.filter(username=username).exists():
        raise Refused(f"There is already a user named {username}.", code="user_exists", username=username)
    user = User.objects.create_user(username=username, password=password, roles=held, email=email)
    journal.record(actor=actor, verb="access.user_created", subject=user.actor, new={"roles": held})
    return user


@transaction.atomic
def change_roles(
    username: str, *, add: Iterable[Role] = (), remove: Iterable[Role] = (), actor: str, reason: str = ""
) -> User:
    """Give a person roles and take others; what is held already, or not held, changes nothing.

    Raises:
        Refused: there is no such user, the roles do not go together, none would be left, or nobody would give roles.
    """
    user = _locked(username)
    before = list(user.roles)
    user.roles = [str(role) for role in roles_after(before, add=list(add), remove=list(remove))]
    if user.roles != before:
        if Role.ADMIN in before and Role.ADMIN not in user.roles:
            _check_another_administrator(user)
        user.save(update_fields=["roles"])
        _record_change("access.roles_changed", user, "roles", before, actor, reason)
    return user


@transaction.atomic
def disable_user(username: str, *, actor: str, reason: str = "") -> User:
    """End a person's access, and with it every session that is open: the next request of each is a stranger's.

    Raises:
        Refused: there is no such user, it is the actor, or nobody would be left who gives roles.
    """
    user = _locked(username)
    _check_not_oneself(user, actor, "end your own access")
    if user.is_active and Role.ADMIN in user.roles:
        _check_another_administrator(user)
    return _set_active(username, False, "access.user_disabled", actor, reason)


@transaction.atomic
def enable_user(username: str, *, actor: str, reason: str = "") -> User:
    """Let a person sign in again, anew: no session of before comes back.

    Raises:
        Refused: there is no such user.
    """
    return _set_active(username, True, "access.user_enabled", actor, reason)


@transaction.atomic
def reset_second_factor(username: str, *, actor: str, reason: str = "") -> User:
    """Take a person's app, passkeys and recovery codes away, who lost them; every open session ends with them.

    Raises:
        Refused: there is no such user, it is the actor, or there is nothing to take away.
    """
    from allauth.mfa.models import Authenticator

    user = _locked(username)
    _check_not_oneself(
        user, actor, "take your own second factor away here; your account's page does, once you said who you are"
    )
    found = Authenticator.objects.filter(user=user)
    kinds = sorted(found.values_list("type", flat=True))
    if not kinds:
        raise Refused(f"{username} has no second factor.", code="no_second_factor", username=username)
    found.delete()
    _end_sessions(user)
    journal.record(
        actor=actor, verb="access.second_factor_reset", subject=user.actor, old={"factors": kinds}, reason=reason
    )
    return user


def new_password() -> str:
    """A password that nobody can guess and everybody can copy: four groups of five letters and digits, 99 bits."""
    groups = ("".join(secrets.choice(SIGNS) for _ in range(SIGNS_A_GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


@transaction.atomic
def replace_password(username: str, *, actor: str, reason: str = "") -> str:
    """Give a person who forgot theirs a new password and return it: it is shown this once; every open session ends.

    Raises:
        Refused: there is no such user, or it is the actor.
    """
    user = _locked(username)
    _check_not_oneself(
        user, actor, "replace your own password here; your account's page does, once you said who you are"
    )
    password = new_password()
    user.set_password(password)
    user.save(update_fields=["password"])
    _end_sessions(user)
    journal.record(actor=actor, verb="access.password_replaced", subject=user.actor, reason=reason)
    return password


@transaction.atomic
def change_email(username: str, email: str, *, actor: str) -> User:
    """Say where a person's mail goes; empty: nowhere.

    Raises:
        Refused: there is no such user.
    """
    user = _locked(username)
    before, user.email = user.email, email
    if before != email:
        user.save(update_fields=["email"])
        _record_change("access.email_changed", user, "email", before, actor, "")
    return user


def _check_not_oneself(user: User, actor: str, what: str) -> None:
    if actor == user.actor:
        raise Refused(f"You cannot {what}.", code="oneself", username=user.username)


def _check_another_administrator(user: User) -> None:
    # All of them locked, so that two do not take the role from each other at once.
    found = User.objects.select_for_update().filter(is_active=True, roles__contains=[Role.ADMIN]).order_by("pk")
    if set(found.values_list("pk", flat=True)) <= {user.pk}:
        raise Refused(
            f"{user.username} is the last administrator: nobody would be left who gives roles. Make another first.",
            code="last_administrator",
            username=user.username,
        )


def _set_active(username: str, is_active: bool, verb: str, actor: str, reason: str) -> User:
    user = _locked(username)
    if user.is_active != is_active:
        user.is_active = is_active
        user.save(update_fields=["is_active"])
        _end_sessions(user)
        _record_change(verb, user, "is_active", not is_active, actor, reason)
    return user


def _end_sessions(user: User) -> None:
    # A session says only inside whose it is.
    live = Session.objects.filter(expire_date__gte=timezone.now())
    of_user = [s.pk for s in live.iterator() if s.get_decoded().get(SESSION_KEY) == str(user.pk)]
    Session.objects.filter(pk__in=of_user).delete()


def _locked(username: str) -> User:
    user = User.objects.select_for_update().filter(username=username).first()
    if user is None:
        raise Refused(f"There is no user {username}; ownstock user list shows all.", code="no_user", username=username)
    return user


def _record_change(verb: str, user: User, what: str, before: object, actor: str, reason: str) -> None:
    new = {what: getattr(user, what)}
    journal.record(actor=actor, verb=verb, subject=user.actor, old={what: before}, new=new, reason=reason)


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
