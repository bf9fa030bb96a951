"""Rows that name a posting, as far as that posting stands."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, QuerySet

from ownstock.ledger.models import Posting

AnyModel = TypeVar("AnyModel", bound=Model)


def standing(rows: QuerySet[AnyModel], key: str) -> QuerySet[AnyModel]:
    """Those rows whose posting, named by a column with its key, was not taken back."""
    return rows.exclude(Exists(Posting.objects.filter(reverses__key=OuterRef(key))))
