"""What a grid asks of its rows, and the answer: a page of them, in an order, with filters by column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

AnyModel = TypeVar("AnyModel", bound=Model)
ROWS_A_PAGE, MOST_ROWS_A_PAGE = 100, 500
MAX_FILTER_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """The page that a grid asks for: `sorts` are fields as the database names them, `filters` by the names of columns."""

    page: str
    size: int
    sorts: Sequence[str]
    filters: Mapping[str, str]


def asked_of(request: HttpRequest, *, sorts: Mapping[str, str], filters: Sequence[str]) -> Asked:
    """What `?page=2&size=100&sort=-sku&filter.site=SHOP` asks for. What a grid does not offer is as if it were not there."""
    asked = request.GET
    size = asked.get("size", "")
    words = [word.strip() for word in asked.get("sort", "").split(",")]
    given = {name: asked.get(f"filter.{name}", "").strip()[:MAX_FILTER_LENGTH] for name in filters}
    return Asked(
        page=asked.get("page", "1"),
        size=min(max(int(size), 1), MOST_ROWS_A_PAGE)
        if size.isascii() and size.isdigit() and len(size) < 9
        else ROWS_A_PAGE,
        sorts=[
            f"-{sorts[word[1:]]}" if word.startswith("-") else sorts[word]
            for word in words
            if word.lstrip("-") in sorts
        ],
        filters={name: text for name, text in given.items() if text},
    )


def answer_of(
    asked: Asked, found: QuerySet[AnyModel], rows_of: Callable[[Page[AnyModel]], list[dict[str, Any]]], **beside: Any
) -> JsonResponse:
    """The answer: the rows of the page, each with its `id`, how many pages there are, how many rows in all, and what else."""
    page = Paginator(found, asked.size).get_page(asked.page)
    told = {"rows": rows_of(page), "last_page": page.paginator.num_pages, "count": page.paginator.count}
    return JsonResponse(told | beside)


def item_column(width: int = 150) -> dict[str, Any]:
    """The column that names the item of an item-site, and leads to it."""
    return {
        "field": "sku", "title": _("Item"), "kind": "code", "href": "/item-sites/{id}", "filter": True, "width": width,
        "phone": 90,
    }  # fmt: skip
