"""The page of one order, opened by the link in its message and by nothing else: looking changes nothing, a button answers."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from ownstock.exchange import answer_links
from ownstock.web.requests import is_guessing
from ownstock.web.views.answering import Answerer, Answering

SEE_OTHER, TOO_MANY_REQUESTS = 303, 429


# Whoever sends a form here has the token: it is the authority, and no cookie is. So nobody can be made to send one unawares.
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer_page(request: HttpRequest, token: str) -> HttpResponse:
    """One order, as its supplier reads and answers it."""
    link = answer_links.live_link(token)
    if link is None:
        # Alike for what never was, has expired and was revoked; one that is right is never held up by others' guesses.
        status = TOO_MANY_REQUESTS if is_guessing(request) else 404
        return _private(render(request, "web/answer_unknown.html", status=status))
    answerer = Answerer(link.actor, link.actor, "web/answer_page.html")
    response = Answering(request, link.order_revision, answerer).respond()
    if response.status_code == SEE_OTHER:
        answer_links.note_answer(link)
    return _private(response)


def _private(response: HttpResponse) -> HttpResponse:
    """Let no other site, and no search engine, learn the address."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
