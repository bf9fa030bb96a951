"""A file that is wrong is refused in a sentence, whatever is wrong with it, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import models

from ownstock.base.errors import Refused
from ownstock.catalog import imports as catalog
from ownstock.catalog.models import Item, ItemSite, Location, Supplier, SupplyTerm
from ownstock.journal.models import AuditEvent
from ownstock.ledger import imports as ledger
from ownstock.ledger.models import Balance, Lot, Posting
from tests.bad_files import BAD_FILES, BadFile
from tests.factories import ACTOR, opening, small_business

pytestmark = pytest.mark.django_db
IMPORTERS: dict[str, Any] = {
    "locations": catalog.import_locations,
    "items": catalog.import_items,
    "suppliers": catalog.import_suppliers,
    "supply-terms": catalog.import_supply_terms,
    "item-sites": catalog.import_item_sites,
    "on-hand": ledger.import_on_hand,
    "movements": ledger.import_movements,
}
WRITTEN: list[type[models.Model]] = [
    Item, ItemSite, Location, Supplier, SupplyTerm, Posting, Balance, Lot, AuditEvent,
]  # fmt: skip


def everything() -> dict[str, list[Any]]:
    """Every row that an import could write."""
    return {model.__name__: sorted(model._default_manager.values_list(), key=str) for model in WRITTEN}


def told(refusal: Refused) -> str:
    """All that a person is told."""
    faults: Any = refusal.facts.get("faults", [])
    return "\n".join([str(refusal), *(f"row {f['row']}, {f['field']}: {f['sentence']}" for f in faults)])


@pytest.mark.parametrize("file", BAD_FILES, ids=lambda file: f"{file.ending}: {file.name}")
def test_a_bad_file_is_told_of_and_leaves_nothing(file: BadFile, tmp_path: Path) -> None:
    small_business()
    opening("CUP", 10)
    before = everything()
    path = tmp_path / f"i.{file.ending}"
    path.write_bytes(file.make())
    with pytest.raises(Refused) as refusal:
        IMPORTERS[file.kind](path, actor=ACTOR, directions=file.directions)
    assert file.told in told(refusal.value)
    assert everything() == before


def test_there_are_a_hundred_kinds_of_bad_files() -> None:
    assert len({(file.ending, file.name) for file in BAD_FILES}) == len(BAD_FILES) >= 100
