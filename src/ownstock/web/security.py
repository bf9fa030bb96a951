"""What a browser may do with our pages, and who sees which: by the scopes that roles hold; a supplier's account its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ownstock.access.models import User
from ownstock.access.queries import administrators, lacks_second_factor
from ownstock.access.rules import ONLY_BY_A_ROLE, Scope, lacking_sentence

View = TypeVar("View", bound=Callable[..., Any])
AUDIENCE, NEEDS = "audience", "needs"
OURS, SUPPLIERS, ALL = "ours", "suppliers", "all"
# A page that states nothing is for nobody who has a role; a test finds it.
UNSTATED = frozenset(Scope) - ONLY_BY_A_ROLE
LOOKING = frozenset({"GET", "HEAD", "OPTIONS"})

# No inline script or style, nothing from elsewhere, no frames, forms only to ourselves.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def strict_pages(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that sends the policies above with every answer."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response

    return answer


def for_suppliers(view: View) -> View:
    """Mark a page as one for suppliers' accounts alone. What is not marked is for ours alone."""
    setattr(view, AUDIENCE, SUPPLIERS)
    return view


def for_everybody(view: View) -> View:
    """Mark a page as one for whoever is signed in."""
    setattr(view, AUDIENCE, ALL)
    return view


def needs(*scopes: Scope, to_post: Scope | None = None) -> Callable[[View], View]:
    """State what a page of ours needs: all of these scopes, and `to_post` beside them where something is sent to it."""
    looking = frozenset(scopes)
    sending = looking if to_post is None else looking | {to_post}

    def mark(view: View) -> View:
        setattr(view, NEEDS, (looking, sending))
        return view

    return mark


def needed_by(view: Any, method: str | None) -> frozenset[Scope]:
    """The scopes that a page needs when it is asked by this method."""
    if getattr(view, AUDIENCE, OURS) != OURS or not getattr(view, "login_required", True):
        return frozenset()
    looking, sending = getattr(view, NEEDS, (UNSTATED, UNSTATED))
    return looking if method in LOOKING else sending


def each_to_their_own(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that shows a supplier's account nothing but the pages marked for it, and those to nobody else.

    A page that is not for the caller is not there: the answer is the same as for an address that leads nowhere. Of our own
    pages somebody is refused, with the roles that it takes, what needs a scope that none of their roles holds.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def look(request: HttpRequest, view: Any, _: Any, __: Any) -> HttpResponse | None:
        # Pages without sign-in know nobody, so they show a supplier no more than any stranger.
        asks_who = getattr(view, "login_required", True)
        if not asks_who or not isinstance(request.user, User):
            return None
        own = SUPPLIERS if request.user.is_supplier else OURS
        if getattr(view, AUDIENCE, OURS) not in (own, ALL):
            raise Http404
        if getattr(view, AUDIENCE, OURS) != ALL and lacks_second_factor(request.user):
            return redirect("mfa_index")
        needed = needed_by(view, request.method)
        return None if needed <= request.user.scopes else _forbidden(request, request.user, needed)

    answer.process_view = look  # type: ignore[attr-defined]
    return answer


def _forbidden(request: HttpRequest, user: User, needed: frozenset[Scope]) -> HttpResponse:
    context = {
        "sentence": lacking_sentence(user.roles, sorted(needed)),
        "meanings": [scope.meaning for scope in Scope if scope in needed - user.scopes],
        "administrators": administrators(),
    }
    return render(request, "web/forbidden.html", context, status=403)
