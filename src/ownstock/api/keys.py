"""Who calls: a program with an API key, or a person whose browser is signed in; either with the scopes that a call needs."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.utils import check_csrf

from ownstock.access.models import ApiKey, User
from ownstock.access.queries import lacks_second_factor, live_key
from ownstock.access.rules import Scope, lacking_sentence, require_scopes
from ownstock.base.errors import Refused

MAX_TOKEN_LENGTH = 200
LOOKING = frozenset({"GET", "HEAD", "OPTIONS"})


class KeyHolder(HttpBearer):
    """An API key in the header `Authorization: Bearer …`, or a signed-in session, with every scope that a call states."""

    def __init__(self, *scopes: Scope) -> None:
        super().__init__()
        self.scopes = scopes

    def __call__(self, request: HttpRequest) -> Any:
        """Whoever calls; a session is looked at only where no key is sent, so that programs pay nothing for it."""
        if "Authorization" not in request.headers and settings.SESSION_COOKIE_NAME in request.COOKIES:
            return self.by_session(request)
        return super().__call__(request)

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        """The live key that the token belongs to; None refuses the call.

        Raises:
            Refused: the key has expired, or lacks a scope.
        """
        key = live_key(token) if len(token) <= MAX_TOKEN_LENGTH else None
        if key is not None:
            require_scopes(key.scopes, self.scopes)
        return key

    def by_session(self, request: HttpRequest) -> User | None:
        """The person who is signed in in this browser; None refuses the call.

        Raises:
            Refused: no role of theirs holds the scopes, a second factor is missing, or the page that sent it is not ours.
        """
        user = signed_in(request)
        if user is None:
            return None
        if request.method not in LOOKING and check_csrf(request) is not None:
            raise Refused(
                "The call came from a page that is too old or not ours; send the header X-CSRFToken of the page.",
                code="sent_from_elsewhere",
            )
        if lacks_second_factor(user):
            raise Refused("Your role asks for a second factor: set one up at /account.", code="role_missing")
        if not user.scopes.issuperset(self.scopes):
            raise Refused(
                lacking_sentence(user.roles, self.scopes),
                code="role_missing",
                missing=sorted(set(self.scopes) - user.scopes),
            )
        return user


def signed_in(request: HttpRequest) -> User | None:
    """Whoever is signed in by the session that the cookie names, read by hand: calls of programs pass no middleware."""
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    request.session = store(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    user = get_user(request)
    return user if isinstance(user, User) else None


def actor_of(request: HttpRequest) -> str:
    """The key under which the journal names the caller: `key:…` of a program, `user:…` of a person."""
    caller = getattr(request, "auth", None)
    assert isinstance(caller, ApiKey | User)
    return caller.actor
