"""Changes of items that what is kept elsewhere forbids: rooms above the catalogue object, each by its own records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ownstock.base.tables import Fault

Record = Mapping[str, Any]
ItemChange = tuple[int, Record, Record]
"""A row of the file, the item as it is kept, and as it would become."""

_objectors: list[Callable[[Sequence[ItemChange]], Iterable[Fault]]] = []


def object_to_item_changes(objector: Callable[[Sequence[ItemChange]], Iterable[Fault]]) -> None:
    """Ask this of every import that would change items: what speaks against it, by row."""
    _objectors.append(objector)


def objections_to(changes: Sequence[ItemChange]) -> list[Fault]:
    """What speaks against changes, of all who were to be asked."""
    return [fault for objector in _objectors for fault in objector(changes)]
