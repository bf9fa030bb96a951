"""Who opens a stream: the person of a session, looked up on opening and again from time to time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.db import connection
from django.http import HttpRequest, parse_cookie


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in, by the session of one browser."""

    username: str
    session: str
    is_supplier: bool


def session_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The session that a request names; empty where it names none."""
    cookies = b"; ".join(value for name, value in headers if name.lower() == b"cookie")
    return parse_cookie(cookies.decode("latin-1")).get(settings.SESSION_COOKIE_NAME, "")[:100]


def person_of(session: str) -> Person | None:
    """Who is signed in by a session; None where it has ended, or the account is disabled. Called in a thread."""
    try:
        return _person(session) if session else None
    finally:
        connection.close()


def still_in(sessions: Iterable[str]) -> set[str]:
    """Of some sessions, those by which somebody of ours is still signed in. Called in a thread."""
    try:
        return {s for s in sessions if (person := _person(s)) is not None and not person.is_supplier}
    finally:
        connection.close()


def _person(session: str) -> Person | None:
    # Whoever serves this imports it before Django's models can be.
    from ownstock.access.models import User

    # As a page would: a session whose password was changed since opens nothing.
    request: Any = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session)
    user = get_user(request)
    if not isinstance(user, User) or not user.is_active:
        return None
    return Person(user.username, session, user.is_supplier)
