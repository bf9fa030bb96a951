"""What speaks against a release of goods from quarantine: rooms above the ledger object, each by its own records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

LOCK = 7_267_020


@dataclass(frozen=True, slots=True)
class Release:
    """Goods that quality is about to release, and how much of the same lot is released already."""

    item_id: int
    sku: str
    lot: str
    quantity: Decimal
    released: Decimal


_objectors: list[Callable[[Release], None]] = []


def object_to_releases(objector: Callable[[Release], None]) -> None:
    """Ask this of every release of goods that came into quarantine; it raises `Refused` where something speaks against it."""
    _objectors.append(objector)


def refuse_release(release: Release) -> None:
    """Let all who were to be asked say no.

    Raises:
        Refused: what one of them says.
    """
    for objector in _objectors:
        objector(release)


def lock_releases(item_id: int, lot: str) -> None:
    """Have releases of a lot, and what decides on them, take turns until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK, f"{item_id}/{lot}"])
