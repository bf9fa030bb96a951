"""Files that programs bring: checked whole, written whole or not at all, and taken back."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, File, Query, Router, Schema
from ninja import Path as InPath
from ninja.files import UploadedFile

from ownstock.access.rules import Scope
from ownstock.api.keys import KeyHolder, actor_of
from ownstock.api.ledger import Reason
from ownstock.api.pages import Page, Part, page
from ownstock.base.tables import Directions
from ownstock.catalog import imports as catalog
from ownstock.demand import imports as demand
from ownstock.ledger import actions
from ownstock.ledger import imports as ledger
from ownstock.ledger.lot_imports import import_lots
from ownstock.ledger.models import ImportedFile
from ownstock.planning.imports import import_overrides
from ownstock.purchasing.invoice_imports import import_invoices

router = Router()
WRITES = KeyHolder(Scope.IMPORTS_WRITE)


class ImportKind(StrEnum):
    """What a file brings."""

    LOCATIONS = "locations"
    ITEMS = "items"
    UNITS = "units"
    SUPPLIERS = "suppliers"
    SUPPLY_TERMS = "supply-terms"
    ITEM_SITES = "item-sites"
    PRICE_LISTS = "price-lists"
    QUALIFICATIONS = "qualifications"
    CERTIFICATES = "certificates"
    AGREEMENTS = "agreements"
    CLOSURES = "closures"
    VOLUME_COMMITMENTS = "volume-commitments"
    CUSTOMERS = "customers"
    DEMAND_LINES = "demand-lines"
    OVERRIDES = "overrides"
    LOTS = "lots"
    ON_HAND = "on-hand"
    MOVEMENTS = "movements"
    INVOICES = "invoices"


IMPORTERS: dict[ImportKind, Callable[..., Any]] = {
    ImportKind.LOCATIONS: catalog.import_locations,
    ImportKind.ITEMS: catalog.import_items,
    ImportKind.UNITS: catalog.import_units,
    ImportKind.SUPPLIERS: catalog.import_suppliers,
    ImportKind.SUPPLY_TERMS: catalog.import_supply_terms,
    ImportKind.ITEM_SITES: catalog.import_item_sites,
    ImportKind.PRICE_LISTS: catalog.import_price_lists,
    ImportKind.QUALIFICATIONS: catalog.import_qualifications,
    ImportKind.CERTIFICATES: catalog.import_certificates,
    ImportKind.AGREEMENTS: catalog.import_agreements,
    ImportKind.CLOSURES: catalog.import_closures,
    ImportKind.VOLUME_COMMITMENTS: catalog.import_volume_commitments,
    ImportKind.CUSTOMERS: demand.import_customers,
    ImportKind.DEMAND_LINES: demand.import_demand_lines,
    ImportKind.OVERRIDES: import_overrides,
    ImportKind.LOTS: import_lots,
    ImportKind.ON_HAND: ledger.import_on_hand,
    ImportKind.MOVEMENTS: ledger.import_movements,
    ImportKind.INVOICES: import_invoices,
}


class HowToRead(Schema):
    """What the file does not say of itself."""

    dry_run: bool = Field(False, description="Check everything and say how the file was understood; write nothing.")
    preset: str = Field(
        "plain", max_length=20, description="The system that wrote it: plain, shopify, odoo, erpnext, netsuite."
    )
    sheet: str = Field("", max_length=60, description="Of an XLSX file, by name; empty: the first.")
    numbers: str = Field("", max_length=10, description="Which mark is the decimal one: point or comma.")
    dates: str = Field("", max_length=10, description="The order of day, month and year: ymd, dmy or mdy.")
    time_zone: str = Field("", max_length=60, description="Of moments that name none: its IANA name.")


class ImportedOut(Schema):
    """What an import did, or in a dry run would do."""

    rows: int
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    file: int | None = Field(None, description="The number under which movements can be taken back.")
    headings: dict[str, str] = Field(description="Which heading was taken as which field.")
    sentences: list[str] = Field(description="What was found out about the file.")


class ImportedFileOut(Schema):
    """A file of movements that was brought in."""

    number: int = Field(alias="pk")
    name: str
    row_count: int
    actor: str
    imported_at: datetime
    undone_at: datetime | None


class UndoIn(Schema):
    """Why a file is taken back."""

    reason: Reason


class UndoneOut(Schema):
    """What taking a file back did."""

    file: str
    reversed: int
    reversed_before: int = Field(description="Postings that had been reversed before.")


@router.post("/imports/{kind}", auth=WRITES, response=ImportedOut, summary="Bring in a file")
def bring(
    request: HttpRequest,
    kind: Annotated[ImportKind, InPath(description="What it brings.")],
    how: Query[HowToRead],
    file: Annotated[UploadedFile, File(description="CSV, XLSX or Parquet, told by the end of its name.")],
) -> dict[str, Any]:
    """Import all rows of a file, or none: each fault is named by row, field and value.

    The same file again changes nothing.
    """
    directions = Directions(
        preset=how.preset, sheet=how.sheet, numbers=how.numbers, dates=how.dates, time_zone=how.time_zone
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{Path(file.name or '').suffix.lower()[:10]}"
        with path.open("wb") as kept:
            kept.writelines(file.chunks())
        imported = IMPORTERS[kind](path, actor=actor_of(request), dry_run=how.dry_run, directions=directions)
    facts = asdict(imported)
    understood = imported.understood
    return {**facts, "headings": understood.headings, "sentences": list(understood.sentences)}


@router.get("/imports", auth=WRITES, response=Page[ImportedFileOut], summary="Files that were brought in")
def list_imports(request: HttpRequest, part: Query[Part]) -> dict[str, Any]:
    """Files whose movements were posted, the newest first."""
    return page(ImportedFile.objects.order_by("-id"), part)


@router.post("/imports/{number}/undo", auth=WRITES, response=UndoneOut, summary="Take a file back")
def undo(request: HttpRequest, number: Annotated[int, InPath(description="The file's number.")], body: UndoIn) -> Any:
    """Reverse every posting that a file brought, or none. It may be brought in again then."""
    return actions.undo_import(number, reason=body.reason, actor=actor_of(request))
