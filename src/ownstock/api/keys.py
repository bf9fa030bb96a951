"""Who calls: a program with an API key. Sessions of browsers are not accepted here."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import HttpBearer

from ownstock.access.models import ApiKey
from ownstock.access.queries import live_key
from ownstock.access.rules import Scope, require_scopes

MAX_TOKEN_LENGTH = 200


class KeyHolder(HttpBearer):
    """An API key in the header `Authorization: Bearer …`, with every scope that the operation states."""

    def __init__(self, *scopes: Scope) -> None:
        super().__init__()
        self.scopes = scopes

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        """The live key that the token belongs to; None refuses the call.

        Raises:
            Refused: the key has expired, or lacks a scope.
        """
        key = live_key(token) if len(token) <= MAX_TOKEN_LENGTH else None
        if key is not None:
            require_scopes(key.scopes, self.scopes)
        return key


def actor_of(request: HttpRequest) -> str:
    """The key under which the journal names the calling program."""
    key = getattr(request, "auth", None)
    assert isinstance(key, ApiKey)
    return key.actor
