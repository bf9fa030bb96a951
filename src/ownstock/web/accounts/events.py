"""What django-allauth tells of signing in, written into the journal."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import password_changed, user_logged_in
from allauth.mfa import signals
from django.contrib.auth.signals import user_login_failed

from ownstock.access import sign_ins


def connect() -> None:
    """Listen, from now on."""
    user_logged_in.connect(_signed_in, dispatch_uid="ownstock.signed_in")
    user_login_failed.connect(_failed, dispatch_uid="ownstock.sign_in_failed")
    password_changed.connect(_password_changed, dispatch_uid="ownstock.password_changed")
    signals.authenticator_added.connect(_added, dispatch_uid="ownstock.factor_added")
    signals.authenticator_reset.connect(_added, dispatch_uid="ownstock.factor_reset")
    signals.authenticator_removed.connect(_removed, dispatch_uid="ownstock.factor_removed")
    signals.authentication_failed.connect(_factor_failed, dispatch_uid="ownstock.factor_failed")


def _signed_in(request: Any, user: Any, **_: Any) -> None:
    sign_ins.signed_in(user, [step.get("type") or step["method"] for step in get_authentication_records(request, user)])


def _failed(credentials: dict[str, Any], **_: Any) -> None:
    sign_ins.sign_in_failed(str(credentials.get("username", "")))


def _password_changed(user: Any, **_: Any) -> None:
    sign_ins.password_changed(user)


def _added(user: Any, authenticator: Any, **_: Any) -> None:
    sign_ins.factor_added(user, str(authenticator.type))


def _removed(user: Any, authenticator: Any, **_: Any) -> None:
    sign_ins.factor_removed(user, str(authenticator.type))


def _factor_failed(user: Any, authenticator: Any, **_: Any) -> None:
    sign_ins.second_factor_failed(user, str(authenticator.type))
