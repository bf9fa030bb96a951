"""Long lists in parts: `?limit=` and `?offset=`, both bounded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from ninja import Field, Schema

MAX_LIMIT = 1_000
MAX_OFFSET = 1_000_000
# Counting a million rows takes longer than finding a page of them.
MAX_COUNTED = 10_000
Row = TypeVar("Row")


class Part(Schema):
    """Which part of a list: so many rows after the first so many."""

    limit: int = Field(100, ge=1, le=MAX_LIMIT, description="So many rows at most.")
    offset: int = Field(0, ge=0, le=MAX_OFFSET, description="After the first so many.")


class Page(Schema, Generic[Row]):
    """A part of a list."""

    rows: list[Row]
    count: int = Field(description=f"How many rows the whole list has, counted up to {MAX_COUNTED:,}.")


def page(found: QuerySet[Any], part: Part) -> dict[str, Any]:
    """Cut the part out of what was found."""
    return {
        "rows": list(found[part.offset : part.offset + part.limit]),
        "count": found.order_by()[:MAX_COUNTED].count(),
    }


def page_of(found: Sequence[Any], part: Part) -> dict[str, Any]:
    """Cut the part out of what is known already."""
    return {"rows": found[part.offset : part.offset + part.limit], "count": len(found)}
