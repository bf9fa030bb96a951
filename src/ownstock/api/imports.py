"""Files that programs bring: checked whole, written whole or not at all, and taken back."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
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
from ownstock.exchange.set_up.health import health as health_of_data
from ownstock.exchange.set_up.kinds import KINDS
from ownstock.ledger import actions
from ownstock.ledger.models import ImportedFile

router = Router()
WRITES = KeyHolder(Scope.IMPORTS_WRITE)
READS = KeyHolder(Scope.PLANNING_READ)


# Whoever brings invoices may enter them: they have an address of their own, which asks that.
ImportKind = StrEnum(  # type: ignore[misc]
    "ImportKind", [(name.upper().replace("-", "_"), name) for name in KINDS if name != "invoices"]
)
ImportKind.__doc__ = "What a file brings."


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


class HealthFindingOut(Schema):
    """One sentence about the data."""

    code: str = Field(description="What it is about: `without_supplier`, `assumed:supply_term.lead_time_days:median`.")
    tone: str = Field(description="`bad`: mend it; `warn`: know it.")
    count: int = Field(description="How many it concerns.")
    sentence: str
    advice: str = Field(description="What to do; empty where nothing is to be done.")
    value: Decimal | None = Field(
        description="What is on hand of those it concerns, at cost, in the company's currency."
    )


class HealthOut(Schema):
    """What the data lack."""

    plannable_share: float | None = Field(description="Of what is on hand, at cost, the share that can be planned.")
    findings: list[HealthFindingOut]
    counted_at: datetime = Field(description="Now, or last night where counting takes long.")


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


class ImportUndoneOut(Schema):
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

    The same file again changes nothing. Invoices have an address of their own.
    """
    return imported(kind, file, how, actor=actor_of(request))


def imported(kind: str, file: UploadedFile, how: HowToRead, *, actor: str) -> dict[str, Any]:
    """Bring in a file of a kind; what `ImportedOut` tells of it."""
    directions = Directions(
        preset=how.preset, sheet=how.sheet, numbers=how.numbers, dates=how.dates, time_zone=how.time_zone
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{Path(file.name or '').suffix.lower()[:10]}"
        with path.open("wb") as kept:
            kept.writelines(file.chunks())
        found = KINDS[kind].bring(path, actor=actor, dry_run=how.dry_run, directions=directions)
    facts, understood = asdict(found), found.understood
    return {**facts, "headings": understood.headings, "sentences": list(understood.sentences)}


@router.get("/data-health", auth=READS, response=HealthOut, summary="What the data lack")
def health(request: HttpRequest) -> Any:
    """What the data lack and what was assumed for it, in counted sentences, the gravest first."""
    return health_of_data()


@router.get("/imports", auth=WRITES, response=Page[ImportedFileOut], summary="Files that were brought in")
def list_imports(request: HttpRequest, part: Query[Part]) -> dict[str, Any]:
    """Files whose movements were posted, the newest first."""
    return page(ImportedFile.objects.order_by("-id"), part)


@router.post("/imports/{number}/undo", auth=WRITES, response=ImportUndoneOut, summary="Take a file back")
def undo(request: HttpRequest, number: Annotated[int, InPath(description="The file's number.")], body: UndoIn) -> Any:
    """Reverse every posting that a file brought, or none. It may be brought in again then."""
    return actions.undo_import(number, reason=body.reason, actor=actor_of(request))
