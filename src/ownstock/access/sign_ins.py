"""What is written down of signing in: who came in and how, who did not, whose factors and password changed."""

from __future__ import annotations

from collections.abc import Sequence

from ownstock.access.models import User
from ownstock.journal import actions as journal

NOBODY = "sign_in:nobody"


def signed_in(user: User, methods: Sequence[str]) -> None:
    """Write down that somebody signed in, and by what: password, totp, recovery_codes, webauthn."""
    _record(user, "access.signed_in", methods=list(methods))


def sign_in_failed(username: str) -> None:
    """Write down that a sign-in failed. What was typed as a name is kept only where it is one: it may be a password."""
    user = User.objects.filter(username=username).first()
    subject = user.actor if user else NOBODY
    journal.record(actor=NOBODY, verb="access.sign_in_failed", subject=subject)


def second_factor_failed(user: User, kind: str) -> None:
    """Write down that a second factor was wrong: whoever tried knew the password."""
    journal.record(actor=NOBODY, verb="access.second_factor_failed", subject=user.actor, new={"factor": kind})


def factor_added(user: User, kind: str) -> None:
    """Write down that somebody set up a factor."""
    _record(user, "access.factor_added", factor=kind)


def factor_removed(user: User, kind: str) -> None:
    """Write down that somebody took a factor away."""
    _record(user, "access.factor_removed", factor=kind)


def password_changed(user: User) -> None:
    """Write down that somebody changed their password."""
    _record(user, "access.password_changed")


def _record(user: User, verb: str, **new: object) -> None:
    journal.record(actor=user.actor, verb=verb, subject=user.actor, new=new or None)
