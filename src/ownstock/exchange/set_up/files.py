"""Files as they were brought: kept under a name of ours, looked at, checked, removed."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl
from django.conf import settings

from ownstock.base.errors import OwnstockError, Refused
from ownstock.base.presets import PLAIN, PRESETS, shape_of
from ownstock.base.tables import ROW, Directions, Rows, read_rows, read_table
from ownstock.base.tables.headings import known_headings
from ownstock.catalog.models import Location
from ownstock.catalog.rules import LocationKind
from ownstock.exchange.models import SetUp, UploadedFile
from ownstock.exchange.set_up.kinds import FIELDS, ITEM_SITES, LEFT_OUT, SALES, STOCK
from ownstock.exchange.set_up.rules import (
    MAX_FAULTS_SHOWN,
    FileState,
    guessed_kind,
    questions,
    refuse_upload,
)

EXAMPLES, MAX_PLACES = 3, 50
FIELD_NAMES = {kind: [field.name for field in fields] for kind, fields in FIELDS.items()}
PLACE_COLUMN = {STOCK: "location", SALES: "location", ITEM_SITES: "site"}


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a file: what it is called, some of its values, the field it is taken for."""

    name: str
    examples: tuple[str, ...]
    field: str


def path_of(file: UploadedFile) -> Path:
    """Where its bytes lie."""
    return folder_of(file.set_up_id) / file.file_name


def folder_of(set_up: int) -> Path:
    """Where a set-up's files lie."""
    return Path(settings.UPLOADS_FOLDER) / str(set_up)


def keep(set_up: SetUp, name: str, byte_count: int, chunks: Iterable[bytes]) -> UploadedFile:
    """Keep a file that somebody brings, guess what it is, and check it.

    Raises:
        Refused: it is too large, of a kind that is not read, or there are too many.
    """
    refuse_upload(name, byte_count, set_up.files.count())
    folder = folder_of(set_up.pk)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = UploadedFile(
        set_up=set_up, name=Path(name).name[-200:], byte_count=byte_count, preset=PLAIN,
        file_name=f"{uuid4().hex}{Path(name).suffix.lower()}",
    )  # fmt: skip
    with path_of(file).open("xb") as kept:
        kept.writelines(chunks)
    file.save()
    look_at(file)
    return file


def remove(file: UploadedFile) -> None:
    """Let go of a file."""
    path_of(file).unlink(missing_ok=True)
    file.delete()


def remove_all(set_up: SetUp) -> None:
    """Remove the bytes of all files of a set-up; that they were there stays known."""
    shutil.rmtree(folder_of(set_up.pk), ignore_errors=True)


def look_at(file: UploadedFile) -> None:
    """Guess what a file is, and which heading means what; then check it."""
    try:
        headings = [h for h in read_table(path_of(file)).frame.columns if h != ROW]
    except OwnstockError as refusal:
        keep_faults(file, refusal)
        file.save()
        return
    file.file_kind = guessed_kind(headings, FIELD_NAMES)
    file.mapping = mapping_of(headings, file.file_kind)
    check(file)


def mapping_of(headings: list[str], kind: str) -> dict[str, str]:
    """The field that each heading is taken for, empty where none is."""
    known = known_headings(headings, FIELD_NAMES.get(kind, []))
    return {heading: known.get(heading, "") for heading in headings}


def headings_of(file: UploadedFile) -> list[Heading]:
    """A file's columns with some of their values; nothing where it cannot be read."""
    try:
        frame = read_table(path_of(file)).frame
    except OwnstockError:
        return []
    return [
        Heading(name, tuple(_examples(frame[name])), file.mapping.get(name, ""))
        for name in frame.columns
        if name != ROW
    ]


def _examples(column: pl.Series) -> list[str]:
    text = column.head(200).cast(pl.String, strict=False).drop_nulls().str.strip_chars()
    return [value[:40] for value in text.filter(text != "").unique(maintain_order=True).head(EXAMPLES)]


def directions_of(file: UploadedFile) -> Directions:
    """How a file is to be read, as people have said and confirmed."""
    said = dict(file.said)
    values = dict(said.get("values", {}))
    taken = {field for field in file.mapping.values() if field}
    if file.file_kind in (STOCK, SALES, ITEM_SITES) and not is_preset(file):
        values.setdefault(PLACE_COLUMN[file.file_kind], file.set_up.site_code)
    return Directions(
        headings={} if is_preset(file) else {heading: field for heading, field in file.mapping.items() if field},
        ignored=("*",) if is_preset(file) else tuple(heading for heading, field in file.mapping.items() if not field),
        values={field: value for field, value in values.items() if field not in taken or field in PLACE_COLUMN.values()},
        places=dict(said.get("places", {})), numbers=said.get("numbers", ""), dates=said.get("dates", ""),
        time_zone=time_zone_of(file.set_up), preset=file.preset,
    )  # fmt: skip


def is_preset(file: UploadedFile) -> bool:
    """Whether a file is read as another system's export."""
    return file.preset in PRESETS and file.file_kind in PRESETS[file.preset]


def time_zone_of(set_up: SetUp) -> str:
    """The clock of the set-up's site."""
    return Location.objects.filter(code=set_up.site_code).values_list("time_zone", flat=True).first() or "UTC"


def read(file: UploadedFile) -> Rows:
    """A file's rows, typed and checked, without those that people leave out; places are ours.

    Raises:
        Refused: it cannot be read as what it is said to be.
    """
    shape = shape_of(file.preset, file.file_kind) if is_preset(file) else None
    rows = read_rows(path_of(file), FIELDS[file.file_kind], directions_of(file), shape)
    column = PLACE_COLUMN.get(file.file_kind)
    places = known_places() | dict(file.said.get("places", {}))
    frame = rows.frame
    if column:
        frame = frame.with_columns(
            pl.col(column).replace_strict(places, default=pl.col(column), return_dtype=pl.String)
        )
    return Rows(frame, rows.faults, rows.understood)


def clean(file: UploadedFile) -> pl.DataFrame:
    """The rows of a checked file that are imported.

    Raises:
        Refused: there are faults that nobody has left out.
    """
    rows = read(file)
    if not file.said.get("leaves_out"):
        rows.faults.refuse(file.name)
    return rows.frame.filter(~pl.col(ROW).is_in(list(rows.faults.rows())))


def known_places() -> dict[str, str]:
    """Sites by code, and by name."""
    sites = Location.objects.filter(kind=LocationKind.SITE).values_list("code", "name")
    return {name: code for code, name in sites} | {code: code for code, _ in sites}


def check(file: UploadedFile) -> None:
    """Read a file as it is understood now, and keep what is wrong or must be asked."""
    file.faults, file.fault_count, file.told = [], 0, []
    if file.file_kind == LEFT_OUT:
        file.state = FileState.READY
    elif not file.file_kind:
        file.state = FileState.ASKING
    else:
        _check_rows(file)
    file.save()


def _check_rows(file: UploadedFile) -> None:
    try:
        rows = read(file)
    except OwnstockError as refusal:
        keep_faults(file, refusal)
        return
    file.row_count, file.told = rows.frame.height, list(rows.understood.sentences)
    faults, faulty = rows.faults, rows.faults.rows()
    if faults and file.said.get("leaves_out"):
        file.told.append(f"{len(faulty):,} of {file.row_count:,} rows are left out, as you said.")
    elif faults:
        file.state, file.fault_count = FileState.AT_FAULT, faults.count
        file.faults = [_fault(f.row, f.field, f.value, f.sentence) for f in faults.first()]
        return
    file.said = {**file.said, "places_asked": _unknown_places(file, rows.frame)}
    file.state = FileState.ASKING if file.said["places_asked"] else FileState.READY


def _unknown_places(file: UploadedFile, frame: pl.DataFrame) -> list[str]:
    column = PLACE_COLUMN.get(file.file_kind)
    if not column:
        return []
    known = set(known_places().values())
    named = frame[column].drop_nulls().unique(maintain_order=True)
    return [place for place in named if place not in known][:MAX_PLACES]


def keep_faults(file: UploadedFile, refusal: OwnstockError) -> None:
    """Keep with a file what is refused of it."""
    faults: Any = refusal.facts.get("faults") or [_fault(0, "", "", refusal.sentence)]
    count: Any = refusal.facts.get("fault_count", 1)
    file.state, file.fault_count, file.faults = FileState.AT_FAULT, count, list(faults)


def _fault(row: int, field: str, value: str, sentence: str) -> dict[str, Any]:
    return {"row": row, "field": field, "value": value, "sentence": sentence}


def open_questions(file: UploadedFile) -> Any:
    """Whether the decimal mark or the order of dates must be said."""
    return questions([fault["sentence"] for fault in file.faults])


def may_leave_out(file: UploadedFile) -> bool:
    """Whether rows at fault can be left out: where they are known one by one, and are not most of the file."""
    asked = open_questions(file)
    rows = {fault["row"] for fault in file.faults}
    return bool(rows) and 0 not in rows and not (asked.numbers or asked.dates) and file.fault_count * 2 < file.row_count


def shown_faults(file: UploadedFile) -> list[dict[str, Any]]:
    """The first faults, the sentence in the words of the page."""
    return file.faults[:MAX_FAULTS_SHOWN]


def refuse_unready(set_up: SetUp) -> None:
    """Raise Refused while a file is not ready, or none is there."""
    files = list(set_up.files.order_by("id"))
    if not any(file.file_kind not in ("", LEFT_OUT) for file in files):
        raise Refused("Bring at least one file first.", code="no_file")
    for file in files:
        if file.state in (FileState.ASKING, FileState.AT_FAULT):
            raise Refused(f"{file.name} is not ready yet: open it and answer what is asked.", code="file_not_ready")
