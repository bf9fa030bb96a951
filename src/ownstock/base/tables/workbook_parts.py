"""The inside of an XLSX file before its cells are read: how large it really is, which sheets, what its reader would not tell.

An XLSX file is a ZIP archive of XML. A small file may unfold to terabytes, and a single cell far down makes a table of
billions of empty ones: both are found here, by unfolding piece by piece and keeping nothing.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile, ZipInfo

from ownstock.base.errors import Refused
from ownstock.base.tables.limits import MAX_INFLATED_BYTES, MAX_SHEETS, MAX_WORKBOOK_CELLS

PIECE = 1 << 20
OVERLAP = 4_096
MAX_PARTS = 10_000
MAX_DIRECTORY_BYTES = 4 << 20
LOCAL_HEADER = struct.Struct("<4s22xHH")
STORED, DEFLATED = 0, 8
CELL = re.compile(rb"""\sr=["']([A-Z]{1,3})(\d{1,7})["']""")
FAULTY_CELL = re.compile(rb"""<(?:\w+:)?c\s([^>]*\bt=["']e["'][^>]*)>(.*?)</(?:\w+:)?c>""", re.DOTALL)
UNCOUNTED_CELL = re.compile(
    rb"""<(?:\w+:)?c\s([^>]*)><(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)(?:<(?:\w+:)?v/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"""
)
VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
ENCRYPTED = bytes.fromhex("d0cf11e0a1b11ae1")
MAX_CELLS_TOLD = 1_000


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell that has no value: where, and why."""

    row: int
    column: int
    cell: str
    value: str


@dataclass(frozen=True, slots=True)
class Inspected:
    """What is known of a sheet before it is read: its last row and column, and the cells that have no value."""

    rows: int
    columns: int
    faults: tuple[CellFault, ...]


@contextmanager
def _opened(path: Path) -> Iterator[ZipFile]:
    """The archive; whatever is wrong inside it is one refusal."""
    try:
        with ZipFile(path) as archive:
            yield archive
    except (
        BadZipFile, zlib.error, struct.error, KeyError, EOFError, ElementTree.ParseError, NotImplementedError,
        ValueError, OSError,
    ) as fault:  # fmt: skip
        raise Refused(
            f"{path.name} is not a readable XLSX file; it may be cut off or damaged.", code="unreadable"
        ) from fault


def refuse_bomb(path: Path) -> None:
    """Make sure that nothing in the file unfolds without end.

    Raises:
        Refused: no ZIP archive, locked, damaged, too large when unfolded, too many parts.
    """
    with _opened(path) as archive:
        _refuse_large(path, archive)
        _small(archive, "xl/workbook.xml")


def inspect_sheet(path: Path, sheet: str) -> Inspected:
    """Look at one sheet of a workbook that is no bomb.

    Raises:
        Refused: damaged, or its cells reach too far down and across.
    """
    with _opened(path) as archive:
        part = _part_of(archive, sheet)
        return _inspected(path, archive, part) if part else Inspected(0, 0, ())


def refuse_no_workbook(path: Path) -> None:
    """Raise Refused where the file is locked by a password, or of the format before XLSX."""
    with path.open("rb") as file:
        if file.read(len(ENCRYPTED)) == ENCRYPTED:
            raise Refused(
                f"{path.name} is locked by a password, or an old .xls under another name; save it as XLSX without password.",
                code="locked",
            )


def _refuse_large(path: Path, archive: ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > MAX_PARTS:
        raise Refused(f"{path.name} has {len(parts):,} parts; that is no table.", code="too_many_parts")
    left = MAX_INFLATED_BYTES
    for part in parts:
        if part.flag_bits & 1:
            raise Refused(f"{path.name} is locked by a password; save it without.", code="locked")
        for piece in _pieces(path, part):
            left -= len(piece)
            if left < 0:
                raise Refused(
                    f"{path.name} unfolds to more than {MAX_INFLATED_BYTES >> 20} MiB; split it, or save it as CSV.",
                    code="unfolds_too_large",
                )


def _pieces(path: Path, part: ZipInfo) -> Iterator[bytes]:
    """A part unfolded piece by piece, whatever size it says it has."""
    with path.open("rb") as file:
        file.seek(part.header_offset)
        mark, name_length, extra_length = LOCAL_HEADER.unpack(file.read(LOCAL_HEADER.size))
        if mark != b"PK\x03\x04" or part.compress_type not in (STORED, DEFLATED):
            raise BadZipFile("not a part")
        file.seek(name_length + extra_length, 1)
        left, unfold = part.compress_size, zlib.decompressobj(-zlib.MAX_WBITS)
        while left:
            folded = file.read(min(PIECE, left))
            if not folded:
                raise EOFError("cut off")
            left -= len(folded)
            yield from [folded] if part.compress_type == STORED else _unfolded(unfold, folded)


def _unfolded(unfold: zlib._Decompress, folded: bytes) -> Iterator[bytes]:
    while folded:
        yield unfold.decompress(folded, PIECE)
        folded = unfold.unconsumed_tail


def _part_of(archive: ZipFile, sheet: str) -> str:
    """The part that holds a sheet; empty where the workbook does not say."""
    book = ElementTree.fromstring(_small(archive, "xl/workbook.xml"))
    links = ElementTree.fromstring(_small(archive, "xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for element in book.iter():
        if element.tag.endswith("}sheet") and element.get("name") == sheet:
            link = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
            target = targets.get(link, "")
            return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
    return ""


def _small(archive: ZipFile, name: str) -> bytes:
    """A part that is a directory; no entities are unfolded in it."""
    if archive.getinfo(name).file_size > MAX_DIRECTORY_BYTES:
        raise ValueError("too large for a directory")
    content = archive.read(name)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ValueError("entities are not read")
    return content


def _inspected(path: Path, archive: ZipFile, part: str) -> Inspected:
    rows = columns = 0
    faults: dict[bytes, CellFault] = {}
    rest = b""
    for piece in _pieces(path, archive.getinfo(part)):
        text = rest + piece
        for letters, number in set(CELL.findall(text)):
            rows, columns = max(rows, int(number)), max(columns, _column_number(letters))
        for fault in _faulty(text):
            if len(faults) < MAX_CELLS_TOLD:
                faults[fault.cell.encode()] = fault
        rest = text[-OVERLAP:]
    if rows * columns > MAX_WORKBOOK_CELLS:
        raise Refused(
            f"{path.name} reaches down to row {rows:,} and across {columns:,} columns; delete what lies outside the "
            "table, or save it as CSV.",
            code="too_many_cells",
        )
    return Inspected(rows, columns, tuple(faults.values()))


def _faulty(text: bytes) -> Iterator[CellFault]:
    if b't="e"' in text or b"t='e'" in text:
        for attributes, inside in FAULTY_CELL.findall(text):
            value = VALUE.search(inside)
            yield from _fault(attributes, value[1].decode("utf-8", "replace") if value else "")
    if b"f>" in text:
        for attributes in UNCOUNTED_CELL.findall(text):
            yield from _fault(attributes, "")


def _fault(attributes: bytes, value: str) -> Iterator[CellFault]:
    found = REFERENCE.search(attributes)
    if found:
        cell = (found[1] + found[2]).decode()
        yield CellFault(int(found[2]), _column_number(found[1]), cell, value)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def refuse_many_sheets(name: str, sheets: int) -> None:
    """Raise Refused where a workbook has more sheets than a person would look through."""
    if sheets > MAX_SHEETS:
        raise Refused(f"{name} has {sheets:,} sheets; at most {MAX_SHEETS} are read.", code="too_many_sheets")
