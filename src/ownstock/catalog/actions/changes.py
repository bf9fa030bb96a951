"""Telling the journal what changed in a row of the register."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import models

from ownstock.base.text import plain
from ownstock.journal import actions as journal


def values_of(row: models.Model, names: Iterable[str]) -> dict[str, Any]:
    """Some values of a row as the journal keeps them: the same value reads the same, whether it was stored or is to be."""
    return {name: _told(getattr(row, name)) for name in names}


def _told(value: Any) -> Any:
    if isinstance(value, list):
        return [_told(one) for one in value]
    if isinstance(value, Decimal):
        return plain(value)
    return value if value is None or isinstance(value, int) else str(value)


def record_change(
    *, actor: str, verb: str, subject: str, old: dict[str, Any] | None, new: dict[str, Any] | None, reason: str
) -> bool:
    """Write what changed, of a row that was there only the values that differ; returns whether anything did."""
    if old is not None and new is not None:
        changed = [name for name, value in new.items() if old[name] != value]
        if not changed:
            return False
        old, new = {name: old[name] for name in changed}, {name: new[name] for name in changed}
    journal.record(actor=actor, verb=verb, subject=subject, old=old, new=new, reason=reason)
    return True
