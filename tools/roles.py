"""The page of roles in the reference: what each role may do, and of every page and every call who may."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

PREFACE = (
    "Who may do what. What a person does here needs *scopes*; the person's roles hold them, as a program's key does.",
    "An account without any role is one from before there were roles: it may do all but what only a role gives",
    "({only_by_a_role}). What somebody may not do is refused with the roles that it takes; what is not for a supplier's",
    "account is not there for it.",
    "",
)
API = "api/"


def page(not_edited: str) -> str:
    """The whole page."""
    from ownstock.access.rules import ONLY_BY_A_ROLE

    preface = "\n".join(PREFACE).format(only_by_a_role=_code(sorted(ONLY_BY_A_ROLE)))
    parts = ["# Roles", "", not_edited, "", preface, *_roles(), "", *_scopes(), "", *_pages(), "", *_calls()]
    return "\n".join(parts)


def _roles() -> Iterator[str]:
    from ownstock.access.rules import HOLDS, Role, Scope

    yield from ("| role | is here for | scopes |", "|---|---|---|")
    for role in Role:
        held = [scope for scope in Scope if scope in HOLDS[role]]
        yield f"| `{role}` | {role.meaning} | {_code(held) or 'none: the pages of the portal'} |"


def _scopes() -> Iterator[str]:
    from ownstock.access.rules import Scope, roles_with

    yield from ("## Scopes", "", "| scope | what its holder may do | roles |", "|---|---|---|")
    for scope in Scope:
        yield f"| `{scope}` | {scope.meaning} | {_names(roles_with(scope))} |"


def _pages() -> Iterator[str]:
    from ownstock.web.security import needed_by

    yield from ("## Pages", "", "| methods | page | scopes | who |", "|---|---|---|---|")
    for route, view in pages():
        looking, sending = needed_by(view, "GET"), needed_by(view, "POST")
        rows = [("GET, POST", looking)] if looking == sending else [("GET", looking), ("POST", sending)]
        for methods, scopes in rows:
            yield f"| {methods} | `/{route}` | {_code(sorted(scopes)) or 'none'} | {_who(view, scopes)} |"


def pages() -> list[tuple[str, Any]]:
    """(route, view) of every address of the site that is not the API's."""
    from django.urls import URLResolver, get_resolver

    def within(resolver: Any, route: str = "") -> Iterator[tuple[str, Any]]:
        for pattern in resolver.url_patterns:
            here = route + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from within(pattern, here)
            elif not here.startswith(API):
                yield here, pattern.callback

    return sorted(within(get_resolver()), key=lambda found: found[0])


def _who(view: Any, scopes: Iterable[Any]) -> str:
    from ownstock.access.rules import roles_with
    from ownstock.web.security import ALL, AUDIENCE, OURS, SUPPLIERS

    if not getattr(view, "login_required", True):
        return "anybody"
    audience = getattr(view, AUDIENCE, OURS)
    if audience != OURS:
        return {SUPPLIERS: "supplier", ALL: "whoever is signed in"}[audience]
    return _names(roles_with(*scopes))


def _calls() -> Iterator[str]:
    from ownstock.access.rules import roles_with

    yield from ("## API", "", "| call | scopes | who, signed in |", "|---|---|---|")
    for method, path, scopes in calls():
        yield f"| `{method} {path}` | {_code(scopes) or 'signed'} | {_names(roles_with(*scopes)) if scopes else 'none'} |"


def calls() -> list[tuple[str, str, list[Any]]]:
    """(method, path, scopes) of every operation of the API; none are needed where the caller signs what it sends."""
    from ownstock.api.urls import api

    found = [
        (method, f"/api{re.sub(r'{path:', '{', path)}", list(getattr(operation.auth_callbacks[0], "scopes", ())))
        for _, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    ]
    return sorted(found, key=lambda call: (call[1], call[0]))


def _code(names: Iterable[str]) -> str:
    return " ".join(f"`{name}`" for name in names)


def _names(roles: Iterable[str]) -> str:
    return ", ".join(roles)
