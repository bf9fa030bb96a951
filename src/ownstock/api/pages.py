"""Long lists in parts: rows that are kept go on after the last one told, at any length; an answer worked out whole is cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from django.core.signing import BadSignature, Signer
from django.db.models import Field as ModelField
from django.db.models import Model, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from ninja import Field, Schema

from ownstock.base.errors import Refused

MAX_LIMIT = 1_000
MAX_OFFSET = 1_000_000
# No order has columns for more.
MAX_PLACE_LENGTH = 500
Row = TypeVar("Row")
Limit = Field(100, ge=1, le=MAX_LIMIT, description="So many rows at most.")


class Part(Schema):
    """Which part of a list: so many rows after a place in it."""

    limit: int = Limit
    after: str = Field("", max_length=MAX_PLACE_LENGTH, description="`next` of the part before; empty: from the start.")


class Page(Schema, Generic[Row]):
    """A part of a list."""

    rows: list[Row]
    next: str | None = Field(description="Ask for the part that follows with `after`; null: this was the last.")


class CutPart(Schema):
    """Which part of every list of an answer: so many rows after the first so many."""

    limit: int = Limit
    offset: int = Field(0, ge=0, le=MAX_OFFSET, description="After the first so many.")


class CutList(Schema, Generic[Row]):
    """A part of a list that was worked out whole."""

    rows: list[Row]
    count: int = Field(description="How many rows the whole list has.")


def page(found: QuerySet[Any], part: Part, *, keys_first: bool = False) -> dict[str, Any]:
    """The rows after a place in what was found, in its own order.

    The order must tell rows apart, have no empty columns and one direction. Then any part costs the same where an index
    has that order, for it is found by comparing columns; and what is added meanwhile moves no row to another part.
    `keys_first` finds the rows before it looks up what belongs to them: else the server may read items, say, from the first
    one on, to have them in the same order.

    Raises:
        Refused: `after` was not given out for this list.
    """
    some = _beyond(found, part.after)[: part.limit + 1]
    rows = list(found.filter(pk__in=some.values("pk")) if keys_first else some)
    is_last = len(rows) <= part.limit
    return {"rows": rows[: part.limit], "next": None if is_last else place_of(rows[part.limit - 1], found)}


def place_of(row: Model, found: QuerySet[Any]) -> str:
    """The place after a row in the order of what was found: its columns, signed, so that nothing else passes for one."""
    return _signer(found).sign_object([field.value_to_string(row) for field in _order(found)])


def cut(rows: Sequence[Any], part: CutPart) -> dict[str, Any]:
    """Cut the part out of what is known already."""
    return {"rows": rows[part.offset : part.offset + part.limit], "count": len(rows)}


def cut_of(found: QuerySet[Any], part: CutPart) -> dict[str, Any]:
    """Cut the part out of what is found by a question, in whatever order; the further down, the longer it takes."""
    return {"rows": list(found[part.offset : part.offset + part.limit]), "count": found.count()}


def _beyond(found: QuerySet[Any], after: str) -> QuerySet[Any]:
    if not after:
        return found
    try:
        told = _signer(found).unsign_object(after)
    except BadSignature:
        raise Refused(
            "`after` names no place in this list; give `next` of the part before as it is, or leave it out to begin anew.",
            code="unknown_place",
        ) from None
    order = _order(found)
    values = tuple(field.to_python(text) for field, text in zip(order, told, strict=True))
    beyond = TupleLessThan if _is_falling(found) else TupleGreaterThan
    return found.filter(beyond(Tuple(*(field.attname for field in order)), values))


def _signer(found: QuerySet[Any]) -> Signer:
    """Of places in one kind of list: those of another are none here."""
    return Signer(salt=f"{found.model._meta.label} by {' '.join(map(str, found.query.order_by))}")


def _order(found: QuerySet[Any]) -> list[ModelField[Any, Any]]:
    """The columns that a list is ordered by."""
    fields = {name: field for field in found.model._meta.concrete_fields for name in (field.name, field.attname)}
    return [fields[str(name).removeprefix("-")] for name in found.query.order_by]


def _is_falling(found: QuerySet[Any]) -> bool:
    falling = {str(name).startswith("-") for name in found.query.order_by}
    assert len(falling) == 1, "A list that is told in parts has one direction."
    return falling.pop()
