"""What a request says beside its form: who asks, how often in vain, and which part of a long list."""

from __future__ import annotations

from typing import Any, TypeVar

from django.core.cache import cache
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from ownstock.access.models import User

ROWS_A_PAGE = 50
WRONG_TOKENS, WRONG_TOKENS_SECONDS = 20, 300
AnyModel = TypeVar("AnyModel", bound=Model)


def person_of(request: HttpRequest) -> User:
    """Whoever is signed in; a page that needs anything of them is shown to nobody else."""
    assert isinstance(request.user, User)
    return request.user


def actor_of(request: HttpRequest) -> str:
    """The key under which the journal names whoever is signed in."""
    return person_of(request).actor


def page_of(request: HttpRequest, rows: QuerySet[AnyModel], *, rows_a_page: int = ROWS_A_PAGE) -> Page[Any]:
    """The part of a list that `?page=` names; the nearest there is when it names none."""
    return Paginator(rows, rows_a_page).get_page(request.GET.get("page"))


def after(request: HttpRequest, number: str) -> HttpResponse:
    """Back to where something was done to an order: the board, where the form says so, else its page."""
    return redirect("web:order-board") if request.POST.get("back") == "board" else redirect("web:order", number)


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """Back to the page of ours that the form names, else to this one."""
    place = request.POST.get("next", "")
    is_ours = place and url_has_allowed_host_and_scheme(place, allowed_hosts=None)
    return redirect(place if is_ours else otherwise)


def is_guessing(request: HttpRequest) -> bool:
    """Count one more wrong token from where the request comes; whether that makes more than 20 in five minutes.

    The counts are of this process alone, and the cache that holds them forgets the oldest when it has too many.
    """
    key = f"wrong_tokens:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, timeout=WRONG_TOKENS_SECONDS)
    try:
        return cache.incr(key) > WRONG_TOKENS
    except ValueError:
        return False
