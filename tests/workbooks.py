"""XLSX files for tests, written part by part, so that a test can make any of them wrong."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

EXCEL_BEGINS = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's days have no time zone
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts><font/></fonts><fills><fill/></fills><borders><border/></borders><cellStyleXfs><xf/>'
    '</cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="22" '
    'applyNumberFormat="1"/></cellXfs></styleSheet>'
)


class Raw(str):
    """The XML of a cell but for its reference, which `{}` stands for."""


def workbook(
    sheets: Mapping[str, Sequence[Sequence[object]]], *, merged: str = "", parts: Mapping[str, bytes] | None = None
) -> bytes:
    """A workbook of sheets, each a list of rows; `merged` areas of the first; `parts` replace or join its parts."""
    names = list(sheets)
    content: dict[str, bytes] = {
        "[Content_Types].xml": TYPES.encode(),
        "_rels/.rels": _links({"r1": ("officeDocument", "xl/workbook.xml")}),
        "xl/_rels/workbook.xml.rels": _links(
            {f"r{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(names) + 1)}
            | {"rs": ("styles", "styles.xml")}
        ),
        "xl/workbook.xml": _book(names),
        "xl/styles.xml": STYLES.encode(),
    }
    for number, name in enumerate(names, start=1):
        content[f"xl/worksheets/sheet{number}.xml"] = sheet(sheets[name], merged if number == 1 else "")
    return archive({**content, **(parts or {})})


def archive(parts: Mapping[str, bytes]) -> bytes:
    """Parts as a ZIP archive."""
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as zipped:
        for name, part in parts.items():
            zipped.writestr(name, part)
    return out.getvalue()


def sheet(rows: Sequence[Sequence[object]], merged: str = "") -> bytes:
    """The part of one sheet."""
    lines = "".join(f'<row r="{n}">{_cells(n, row)}</row>' for n, row in enumerate(rows, start=1))
    spans = f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>' if merged else ""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{lines}</sheetData>{spans}</worksheet>'.encode()


def _cells(number: int, row: Sequence[object]) -> str:
    return "".join(_cell(f"{chr(64 + n)}{number}", value) for n, value in enumerate(row, start=1) if value is not None)


def _cell(at: str, value: object) -> str:
    if isinstance(value, Raw):
        return value.format(at)
    if isinstance(value, bool):
        return f'<c r="{at}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float | Decimal):
        return (
            f'<c r="{at}"><v>{value!r}</v></c>' if not isinstance(value, Decimal) else f'<c r="{at}"><v>{value}</v></c>'
        )
    if isinstance(value, datetime):
        days = (value - EXCEL_BEGINS).total_seconds() / 86_400
        return f'<c r="{at}" s="2"><v>{days!r}</v></c>'
    if isinstance(value, date):
        return f'<c r="{at}" s="1"><v>{(value - EXCEL_BEGINS.date()).days}</v></c>'
    return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'


def _links(links: Mapping[str, tuple[str, str]]) -> bytes:
    inside = "".join(
        f'<Relationship Id="{i}" Type="{OFFICE}/{kind}" Target="{to}"/>' for i, (kind, to) in links.items()
    )
    return f'<Relationships xmlns="{PACKAGE}">{inside}</Relationships>'.encode()


def _book(names: Sequence[str]) -> bytes:
    sheets = "".join(f'<sheet name="{escape(n)}" sheetId="{i}" r:id="r{i}"/>' for i, n in enumerate(names, start=1))
    return f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>'.encode()
