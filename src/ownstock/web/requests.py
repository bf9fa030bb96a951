"""What a request says beside its form: who asks, and which part of a long list."""

from __future__ import annotations

from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from ownstock.access.models import User

ROWS_A_PAGE = 50
AnyModel = TypeVar("AnyModel", bound=Model)


def actor_of(request: HttpRequest) -> str:
    """The key under which the journal names whoever is signed in."""
    assert isinstance(request.user, User)
    return request.user.actor


def page_of(request: HttpRequest, rows: QuerySet[AnyModel], *, rows_a_page: int = ROWS_A_PAGE) -> Page[Any]:
    """The part of a list that `?page=` names; the nearest there is when it names none."""
    return Paginator(rows, rows_a_page).get_page(request.GET.get("page"))
