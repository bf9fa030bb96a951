"""What a browser may do with our pages, and who sees which: a supplier's account its supplier's alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import Http404, HttpRequest, HttpResponse

from ownstock.access.models import User

View = TypeVar("View", bound=Callable[..., Any])
AUDIENCE = "audience"
OURS, SUPPLIERS, ALL = "ours", "suppliers", "all"

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


def each_to_their_own(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that shows a supplier's account nothing but the pages marked for it, and those to nobody else.

    A page that is not for the caller is not there: the answer is the same as for an address that leads nowhere.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def look(request: HttpRequest, view: Any, _: Any, __: Any) -> None:
        # Pages without sign-in know nobody, so they show a supplier no more than any stranger.
        asks_who = getattr(view, "login_required", True)
        if asks_who and isinstance(request.user, User):
            own = SUPPLIERS if request.user.is_supplier else OURS
            if getattr(view, AUDIENCE, OURS) not in (own, ALL):
                raise Http404

    answer.process_view = look  # type: ignore[attr-defined]
    return answer
