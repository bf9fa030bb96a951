"""Files that people really bring and that are wrong, each made here, with what they must be told.

A business of `tests.factories` stands before each: items CUP and PLATE, SHOP in London, CUSTOMERS, SUPPLIERS, DIFFERENCES,
suppliers ALPHA and BETA, ten cups on hand.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import polars as pl

from ownstock.base.tables import Directions
from tests.workbooks import Raw, archive, sheet, workbook

ITEMS = "sku,description,unit_cost\n"
MOVES = "posting_key,kind,sku,source,target,quantity,moved_at\n"
TERMS = "supplier,sku,price,currency,lead_time_days,valid_from\n"
SITES = "sku,site,holding_rate,shortage_cost,unserved_demand\n"
SIGNED = "kind,reference,sku,location,quantity\n"
ON_HAND = "sku,location,quantity\n"
NOON = "2026-01-05T12:00:00Z"


@dataclass(frozen=True)
class BadFile:
    """A file, the import it is for, what is said of it, and a part of what must be answered."""

    name: str
    kind: str
    make: Callable[[], bytes]
    told: str
    ending: str = "csv"
    directions: Directions = field(default_factory=Directions)


Content = bytes | str | Callable[[], bytes]


def bad(name: str, kind: str, content: Content, told: str, ending: str = "csv", **said: Any) -> BadFile:
    """Text is written as UTF-8; what takes long to make is made by the test that brings it."""
    raw = content.encode() if isinstance(content, str) else content
    return BadFile(name, kind, raw if callable(raw) else lambda: raw, told, ending, Directions(**said))


def item(name: str, row: str, told: str, **said: Any) -> BadFile:
    """An item's file with one row."""
    return bad(name, "items", ITEMS + row + "\n", told, **said)


def move(name: str, told: str, *, sku: str = "CUP", source: str = "SHOP", target: str = "CUSTOMERS", quantity: str = "1",
         moved_at: str = NOON, key: str = "k", kind: str = "issue", **said: Any) -> BadFile:  # fmt: skip
    """A file with one movement."""
    return bad(name, "movements", f"{MOVES}{key},{kind},{sku},{source},{target},{quantity},{moved_at}\n", told, **said)


def term(name: str, told: str, *, price: str = "1", currency: str = "EUR", days: str = "7", since: str = "2026-01-01",
         **said: Any) -> BadFile:  # fmt: skip
    """A file with one supply term."""
    return bad(name, "supply-terms", f"{TERMS}ALPHA,CUP,{price},{currency},{days},{since}\n", told, **said)


def rows(name: str, kind: str, heading: str, lines: Sequence[str], told: str, **said: Any) -> BadFile:
    """A file of several rows."""
    return bad(name, kind, heading + "".join(f"{line}\n" for line in lines), told, **said)


def book(name: str, cells: Sequence[Sequence[object]], told: str, kind: str = "items", **said: Any) -> BadFile:
    """A workbook with one sheet."""
    return bad(name, kind, workbook({"Sheet1": cells}), told, "xlsx", **said)


def parquet(name: str, columns: dict[str, Any], told: str, kind: str = "items") -> BadFile:
    """A Parquet file."""
    out = io.BytesIO()
    pl.DataFrame(columns).write_parquet(out)
    return bad(name, kind, out.getvalue(), told, "parquet")


HEAD = ["sku", "description", "unit_cost"]
GOOD_BOOK = workbook({"Sheet1": [HEAD, ["A", "Cup", 1]]})


def bomb() -> bytes:
    """A workbook of a few megabytes that unfolds to more than two gigabytes."""
    return _folded(3 << 30)


PIECE = bytes(1 << 24)


@cache
def _folded(size: int) -> bytes:
    """An archive with one part of zeros, folded without ever being there in full.

    A full flush forgets what came before, so that every piece folds to the same bytes and is folded once.
    """
    folder, crc = zlib.compressobj(9, zlib.DEFLATED, -15), 0
    piece = folder.compress(PIECE) + folder.flush(zlib.Z_FULL_FLUSH)
    for _ in range(size // len(PIECE)):
        crc = zlib.crc32(PIECE, crc)
    body = piece * (size // len(PIECE)) + folder.flush()
    name = b"xl/worksheets/sheet1.xml"
    tell = min(size, 0xFFFFFFFE)
    common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, crc, len(body), tell, len(name), 0)
    local = b"PK\x03\x04" + common + name
    directory = b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(directory), len(local) + len(body), 0)
    return local + body + directory + end


def lying_bomb() -> bytes:
    """The same, and its directory says that it is small."""
    raw = bytearray(_folded(3 << 30))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = raw.index(mark) + offset
        raw[at : at + 4] = struct.pack("<I", 100)
    return bytes(raw)


def many_parts() -> bytes:
    """An archive with more parts than any workbook has."""
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as zipped:
        for number in range(10_001):
            zipped.writestr(f"p{number}", b"")
    return out.getvalue()


FAR = workbook({"Sheet1": [HEAD]}, parts={"xl/worksheets/sheet1.xml": sheet([HEAD]).replace(
    b"</row>", b'</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')})  # fmt: skip

ENCODINGS = [
    bad("Cyrillic of Windows", "items", (ITEMS + "A,Чашка,1\n").encode("cp1251"), "row 2: not UTF-8 text"),
    bad("DOS letters", "items", (ITEMS + "A,Café,1\n").encode("cp850"), "--encoding"),
    bad("Mac letters", "items", (ITEMS + "A,Häuser,1\n").encode("mac-roman"), "--encoding"),
    bad("Japanese", "items", (ITEMS + "A,茶碗,1\n").encode("shift-jis"), "not UTF-8"),
    bad("an encoding that is none", "items", ITEMS, "is no encoding", encoding="utf-99"),
    bad("said to be ASCII and is not", "items", ITEMS + "A,Café,1\n", "is not ASCII text", encoding="ascii"),
    bad("UTF-16 cut off", "items", (ITEMS + "A,Cup,1\n").encode("utf-16")[:-1], "cut off"),
    bad("UTF-32 cut off", "items", (ITEMS + "A,Cup,1\n").encode("utf-32")[:-2], "cut off"),
    bad("half a letter at the end", "items", (ITEMS + "A,Café,1\nB,Caf").encode() + b"\xc3", "--encoding"),
    bad("a NUL", "items", ITEMS + "A,C\0up,1\n", "row 2: a NUL"),
    bad("only NULs", "items", bytes(100), "NUL"),
    bad("an image", "items", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "i.csv"),
]
FORMS = [
    bad("nothing", "items", b"", "is empty"),
    bad("nothing but spaces", "items", " \n\n \n", "is empty"),
    bad("only a mark", "items", b"\xef\xbb\xbf", "is empty"),
    bad("no table at all", "items", "hello\n", "the column 'hello' is not known"),
    bad("a value too few", "items", ITEMS + "A,Cup\n", "2 values where the headings name 3"),
    bad("a value too many", "items", ITEMS + "A,Cup,1,2\n", "4 values where the headings name 3"),
    bad("a value too few, quoted", "items", ITEMS + '"A",Cup\n', "2 values where"),
    bad("a quote that does not end", "items", ITEMS + 'A,"Cup,1\n', "does not end"),
    bad("a quote inside", "items", ITEMS + 'A,"Cu"p",1\n', "written twice"),
    bad("a million letters in a value", "items", ITEMS + 'A,"' + "x" * 200_000 + '",1\n', "longer than 131,072"),
    bad("too many columns", "items", ",".join(f"c{n}" for n in range(600)) + "\n", "600 columns"),
    bad("delimiters that could both be", "items", "sku;description,unit_cost\n", "could both part the headings"),
    bad("a workbook called CSV", "items", GOOD_BOOK, "it is a ZIP archive"),
    bad("Parquet called CSV", "items", b"PAR1" + bytes(20), "it is Parquet"),
    bad("PDF called CSV", "items", b"%PDF-1.7\n", "it is PDF"),
    bad("gzip called CSV", "items", b"\x1f\x8b\x08\x00", "compressed with gzip"),
    bad("an old workbook", "items", b"x", "Save it as XLSX or CSV", "xls"),
    bad("a document", "items", b"x", "is neither .csv", "doc"),
    bad("a sheet of a text file", "items", ITEMS, "has no sheets", sheet="One"),
]
HEADINGS = [
    bad("a heading twice", "items", "sku,sku\nA,B\n", "the heading sku stands more than once"),
    bad("a heading nearly right", "items", "sku,descripton,unit_cost\nA,B,1\n", "Did you mean description?"),
    bad("a heading nobody knows", "items", "sku,description,unit_cost,colour\nA,B,1,red\n", "--ignore 'colour'"),
    bad("several nobody knows", "items", "sku,description,unit_cost,x1,x2\nA,B,1,,\n", "Nor are 'x2'"),
    bad("two that mean the same", "items", "SKU,Item code,description,unit_cost\nA,A,B,1\n", "both mean sku"),
    bad("a column missing", "items", "sku,description\nA,B\n", "the column unit_cost is missing"),
    bad("several missing", "items", "sku\nA\n", "unit_cost"),
    bad("a value without heading", "items", "sku,description,unit_cost,\nA,B,1,x\n", "column 4 has no heading"),
    bad("no headings", "items", "A,Cup,1\nB,Plate,2\n", "is not known"),
    bad("a mapped heading that is not there", "items", ITEMS, "has no column 'Nummer'", headings={"Nummer": "sku"}),
    bad("a field that is none", "items", ITEMS, "is no field", headings={"sku": "skuu"}),
    bad(
        "movements without ends", "movements", "kind,sku,quantity\nissue,CUP,1\n", "need the columns source and target"
    ),
    bad(
        "movements with three ends",
        "movements",
        "kind,sku,quantity,source,target,location\n",
        "there is location, source",
    ),
    bad("no such preset", "items", ITEMS, "is no preset", preset="sap"),
    bad("a preset without such an export", "suppliers", ITEMS, "knows no export of suppliers", preset="shopify"),
    bad("another file than the preset's", "items", "a,b\n1,2\n", "none of the headings", preset="odoo"),
]
TEXTS = [
    item("no item code", ",Cup,1", "row 2, sku: A value is needed"),
    item("only spaces for a code", "  ,Cup,1", "row 2, sku: A value is needed"),
    item("a code too long", "A" * 61 + ",Cup,1", "is longer than 60 characters"),
    item("ten thousand letters", "A," + "x" * 10_000 + ",1", "is longer than 300 characters"),
    item("a line break in a code", '"A\nB",Cup,1', "line break"),
    item("a bell in a code", "A\x07B,Cup,1", "cannot be seen"),
    rows("the same item twice", "items", ITEMS, ["A,Cup,1", "A,Mug,2"], "row 3, sku: 'A' stands in an earlier row too"),
    bad("a currency in small letters", "suppliers", "code,name,currency\nS,Sup,eur\n", "three capital letters"),
    bad("an address that is none", "suppliers", "code,name,currency,email\nS,Sup,EUR,nobody\n", "one address such as"),
    bad("two addresses", "suppliers", 'code,name,currency,email\nS,Sup,EUR,"a@b.c, d@e.f"\n', "one address such as"),
    bad("a kind of place that is none", "locations", "code,name,kind\nX,X,shed\n", "must be one of site, bin"),
    bad("a site without time zone", "locations", "code,name,kind,time_zone\nX,X,site,\n", "a site needs its time zone"),
    bad("a time zone that is none", "locations", "code,name,kind,time_zone\nX,X,site,Mars\n", "IANA name"),
    bad("a parent that is not there", "locations", "code,name,kind,parent\nX,X,bin,NOWHERE\n", "there is no location"),
    bad("a place in itself", "locations", "code,name,kind,parent\nX,X,bin,Y\nY,Y,bin,X\n", "would lie in itself"),
]
NUMBERS = [
    item("a word for a number", "A,Cup,cheap", "'cheap' must be a number"),
    item("not a number", "A,Cup,NaN", "'NaN' must be a number"),
    item("without end", "A,Cup,inf", "'inf' must be a number"),
    item("an exponent", "A,Cup,1e3", "'1e3' must be a number"),
    item("a share", "A,Cup,5%", "'5%' must be a number"),
    item("two signs", "A,Cup,--5", "must be a number"),
    item("a currency sign", "A,Cup,€ 5.00", "bears a currency"),
    item("a currency code", "A,Cup,5.00 EUR", "bears a currency"),
    item("five decimals", "A,Cup,1.23456", "more than four decimals"),
    item("fifteen digits before the point", "A,Cup,123456789012345", "more than fourteen digits"),
    item("below zero", "A,Cup,-1", "must be at least 0"),
    item("below zero in brackets", "A,Cup,(12.50)", "must be at least 0"),
    item("below zero with the sign behind", "A,Cup,12-", "must be at least 0"),
    item("a number that can mean two", 'A,Cup,"1,234"', "can mean two numbers"),
    item("the other one that can", "A,Cup,1.234", "--numbers point"),
    rows(
        "both decimal marks",
        "items",
        ITEMS,
        ["A,Cup,1.5", "B,Mug,2.5", 'C,Pot,"3,5"'],
        "row 4, unit_cost: '3,5' does not",
    ),
    item("a comma where points were said", 'A,Cup,"1,5"', "does not have the point", numbers="point"),
    item("groups of two", 'A,Cup,"1,23,456.00"', "must be a number"),
    term("half a day", "must be a whole number", days="7.5"),
    term("a day below zero", "must be at least 0", days="-1"),
    term("two billion days", "must be at most 2,147,483,647", days="99999999999"),
    term("more days than any number", "must be", days="9" * 40),
    bad(
        "no factor",
        "supply-terms",
        TERMS[:-1] + ",units_per_purchase_unit\nALPHA,CUP,1,EUR,7,2026-01-01,0\n",
        "above zero",
    ),
    bad(
        "a factor that unfolds",
        "supply-terms",
        TERMS[:-1] + ",units_per_purchase_unit\nALPHA,CUP,1,EUR,7,2026-01-01,1e999999999\n",
        "above zero",
    ),
    bad(
        "a factor over zero",
        "supply-terms",
        TERMS[:-1] + ",units_per_purchase_unit\nALPHA,CUP,1,EUR,7,2026-01-01,1/0\n",
        "above",
    ),
    bad("a holding rate beyond all", "item-sites", SITES + "CUP,SHOP,10000,1,lost\n", "must be below 10,000"),
    bad("unserved demand unknown", "item-sites", SITES + "CUP,SHOP,0.25,1,maybe\n", "one of lost, backorder"),
    item("a bare minus", "A,Cup,-", "must be a number"),
]
DATES = [
    term("a day that can be two", "can mean two days", since="01/02/2026"),
    term("a day that is none", "is no day", since="31/02/2026"),
    term("the thirteenth month", "must be a day", since="2026-13-01"),
    term("a year of two digits", "must be a day", since="31/12/26"),
    term("a word for a day", "must be a day", since="today"),
    term("a day with a time", "has a time", since="2026-01-01 14:00"),
    term("a day as Excel's number", "format the cells of the column as dates", since="46022"),
    rows(
        "both orders",
        "supply-terms",
        TERMS,
        ["ALPHA,CUP,1,EUR,7,31/01/2026", "BETA,CUP,1,EUR,7,01/31/2026"],
        "row 3, valid_from: '01/31/2026' is no day written day, month, year",
    ),
    rows(
        "ends before it begins",
        "supply-terms",
        TERMS[:-1] + ",valid_to\n",
        ["ALPHA,CUP,1,EUR,7,2026-02-01,2026-01-01"],
        "lies before valid_from",
    ),
    move("a moment without zone", "names no time zone", moved_at="2026-01-05 12:00"),
    move("a day without zone", "names no time zone", moved_at="2026-01-05"),
    move("a moment that can be two", "can mean two days", moved_at="01/02/2026 12:00"),
    move(
        "an hour that was skipped", "was skipped by the clocks", moved_at="2026-03-29 02:30", time_zone="Europe/Berlin"
    ),
    move("an hour that came twice", "was shown twice", moved_at="2025-10-26 02:30", time_zone="Europe/Berlin"),
    move("the twenty-fifth hour", "must be a moment", moved_at="2026-01-05T25:00:00Z"),
    move("the thirteenth hour of the afternoon", "must be a moment", moved_at="2026-01-05 13:00 PM", time_zone="UTC"),
    move("a moment to come", "is yet to come", moved_at="2199-01-01T00:00:00Z"),
    move("the year 26", "must be a moment", moved_at="26-01-05T12:00:00Z"),
    move("before 1970", "lies before 1970", moved_at="0026-01-05T12:00:00Z"),
    move("a zone by its nickname", "must be a moment", moved_at="2026-01-05 12:00 CEST"),
]
CODES = [
    move("an item nobody knows", "'SPOON' is no item of the catalogue", sku="SPOON"),
    move("an item in small letters", "'cup' is no item", sku="cup"),
    move("a place nobody knows", "'MOON' is no location", source="MOON"),
    move("no place at all", "row 2, target: A value is needed", target=""),
    move("a kind that is none", "'sale' must be one of receipt, issue", kind="sale"),
    move("no quantity", "row 2, quantity: A value is needed", quantity=""),
    move("a quantity of zero", "must be above zero", quantity="0"),
    move("a quantity below zero", "must be above zero", quantity="-3"),
    move("more than there can be", "must be below 10,000,000,000,000", quantity="99999999999999"),
    move("from a place to itself", "it moves nothing", target="SHOP"),
    move("neither key nor reference", "a reference to make it from", key=""),
    move("more than is on hand", "Not enough on hand: CUP at SHOP", quantity="11"),
    move("a key of other content", "was already used for a posting with other content", key="opening:CUP"),
    move("a place said that is not there", "There is no location 'NOWHERE'", places={"Lager": "NOWHERE"}),
    rows(
        "two kinds in a document",
        "movements",
        MOVES,
        [f"k,issue,CUP,SHOP,CUSTOMERS,1,{NOON}", f"k,return,CUP,CUSTOMERS,SHOP,1,{NOON}"],
        "row 3, kind: 'return' differs from an earlier row of the same posting key",
    ),
    rows(
        "two references in a document",
        "movements",
        "posting_key,reference,kind,sku,source,target,quantity\n",
        ["k,A,issue,CUP,SHOP,CUSTOMERS,1", "k,B,issue,CUP,SHOP,CUSTOMERS,1"],
        "row 3, reference: 'B' differs",
    ),
    rows(
        "a status that is none",
        "movements",
        "posting_key,kind,sku,source,target,quantity,source_status\n",
        ["k,issue,CUP,SHOP,CUSTOMERS,1,fine"],
        "must be one of released, quarantine",
    ),
    rows(
        "half assumed",
        "movements",
        "posting_key,kind,sku,source,target,quantity,assumed\n",
        ["k,issue,CUP,SHOP,CUSTOMERS,1,perhaps"],
        "must be true or false",
    ),
    rows(
        "ends that say no kind",
        "movements",
        "reference,sku,source,target,quantity\n",
        ["A,CUP,SUPPLIERS,CUSTOMERS,1"],
        "it does not follow from the two ends",
    ),
    rows("signed, without kind", "movements", SIGNED, [",A,CUP,SHOP,-1"], "says where the other end is"),
    rows(
        "signed, a transfer with one end",
        "movements",
        SIGNED,
        ["transfer,A,CUP,SHOP,-1"],
        "has no other end in its document",
    ),
    rows("signed, more than is there", "movements", SIGNED, ["issue,A,CUP,SHOP,-11"], "Not enough on hand"),
    rows("on hand below zero", "on-hand", ON_HAND, ["CUP,SHOP,-1"], "must be at least 0"),
    rows(
        "on hand twice",
        "on-hand",
        ON_HAND,
        ["CUP,SHOP,1", "CUP,SHOP,2"],
        "stands in an earlier row too, with the same location",
    ),
    rows("on hand nowhere", "on-hand", ON_HAND, ["CUP,MOON,1"], "is no location"),
    rows(
        "terms of a supplier nobody knows",
        "supply-terms",
        TERMS,
        ["GAMMA,CUP,1,EUR,7,2026-01-01"],
        "there is no supplier 'GAMMA'",
    ),
    rows("an item-site of no site", "item-sites", SITES, ["CUP,CUSTOMERS,0.25,1,lost"], "there is no site 'CUSTOMERS'"),
]
WORKBOOKS = [
    bad("cut off", "items", GOOD_BOOK[:-40], "cut off or damaged", "xlsx"),
    bad("half of it", "items", GOOD_BOOK[: len(GOOD_BOOK) // 2], "cut off or damaged", "xlsx"),
    bad("text called workbook", "items", ITEMS, "is not a readable XLSX file", "xlsx"),
    bad("nothing at all", "items", b"", "is not a readable XLSX file", "xlsx"),
    bad(
        "locked by a password", "items", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504), "locked by a password", "xlsx"
    ),
    bad(
        "an archive of something else",
        "items",
        archive({"readme.txt": b"hello"}),
        "is not a readable XLSX file",
        "xlsx",
    ),
    bad("too large when unfolded", "items", bomb, "unfolds to more than", "xlsx"),
    bad("too large, and it lies", "items", lying_bomb, "unfolds to more than", "xlsx"),
    bad("too many parts", "items", many_parts(), "10,001 parts", "xlsx"),
    bad("a cell at the far end", "items", FAR, "reaches down to row 1,048,576", "xlsx"),
    bad(
        "an entity in the directory",
        "items",
        workbook({"S": [HEAD]}, parts={"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><workbook>&a;</workbook>'}),
        "is not a readable",
        "xlsx",
    ),
    bad("no such sheet", "items", GOOD_BOOK, "it has 'Sheet1'", "xlsx", sheet="Items"),
    bad("an empty sheet", "items", workbook({"Sheet1": []}), "is empty", "xlsx"),
    bad("an empty first sheet", "items", workbook({"Cover": [], "Data": [HEAD]}), "the sheet 'Cover' is empty", "xlsx"),
    book("a title above", [["Our items 2026"], HEAD, ["A", "Cup", 1]], "a single cell where the headings should be"),
    bad(
        "merged headings", "items", workbook({"S": [HEAD, ["A", "Cup", 1]]}, merged="A1:B1"), "cells are merged", "xlsx"
    ),
    book("an error", [HEAD, ["A", "Cup", Raw('<c r="{}" t="e"><v>#N/A</v></c>')]], "cell C2 is in error"),
    book(
        "an error of a formula",
        [HEAD, ["A", "Cup", Raw('<c r="{}" t="e"><f>B9*2</f><v>#REF!</v></c>')]],
        "'#REF!' cell C2",
    ),
    book(
        "a formula without value",
        [HEAD, ["A", "Cup", Raw('<c r="{}"><f>1+1</f></c>')]],
        "Cell C2 has a formula without its value",
    ),
    book("a code of twenty digits", [HEAD, [12345678901234567890, "Cup", 1]], "which Excel rounds"),
    book("text for a number", [HEAD, ["A", "Cup", "one"]], "row 2, unit_cost: 'one' must be a number"),
    book(
        "a number for a day",
        [
            ["supplier", "sku", "price", "currency", "lead_time_days", "valid_from"],
            ["ALPHA", "CUP", 1, "EUR", 7, 46022],
        ],
        "format the cells of the column as dates",
        "supply-terms",
    ),
    book("a day for a number", [HEAD, ["A", "Cup", date(2026, 3, 1)]], "'2026-03-01' must be a number"),
    book(
        "a moment without zone",
        [
            ["posting_key", "kind", "sku", "source", "target", "quantity", "moved_at"],
            ["k", "issue", "CUP", "SHOP", "CUSTOMERS", 1, date(2026, 1, 5)],
        ],
        "names no time zone",
        "movements",
    ),
    book(
        "a value beyond the headings", [HEAD, ["A", "Cup", 1, "what?"]], "column 4 has no heading, but a value in row 2"
    ),
    book("a heading twice", [["sku", "sku"], ["A", "B"]], "the heading sku stands more than once"),
    bad("two hundred and one sheets", "items", workbook({f"S{n}": [HEAD] for n in range(201)}), "201 sheets", "xlsx"),
]
PARQUETS = [
    bad("cut off", "items", b"PAR1" + bytes(100), "is not a readable Parquet file", "parquet"),
    bad("text called Parquet", "items", ITEMS, "is not a readable Parquet file", "parquet"),
    bad("nothing", "items", b"", "is not a readable Parquet file", "parquet"),
    parquet(
        "a list in a cell", {"sku": [["A"]], "description": ["Cup"], "unit_cost": [1.0]}, "holds list(string) values"
    ),
    parquet("a record in a cell", {"sku": [{"a": 1}], "description": ["Cup"], "unit_cost": [1.0]}, "holds struct"),
    parquet("bytes in a cell", {"sku": [b"A"], "description": ["Cup"], "unit_cost": [1.0]}, "holds binary values"),
    parquet(
        "truths for numbers", {"sku": ["A"], "description": ["Cup"], "unit_cost": [True]}, "'true' must be a number"
    ),
    parquet("not a number", {"sku": ["A"], "description": ["Cup"], "unit_cost": [float("nan")]}, "must be a number"),
    parquet("without end", {"sku": ["A"], "description": ["Cup"], "unit_cost": [float("inf")]}, "must be a number"),
    parquet(
        "an empty value",
        {"sku": [None, "B"], "description": ["Cup", "Mug"], "unit_cost": [1.0, 2.0]},
        "row 1, sku: A value",
    ),
    parquet("a NUL in a text", {"sku": ["A\0"], "description": ["Cup"], "unit_cost": [1.0]}, "cannot be seen"),
    parquet(
        "a moment without zone",
        {
            "posting_key": ["k"],
            "kind": ["issue"],
            "sku": ["CUP"],
            "source": ["SHOP"],
            "target": ["CUSTOMERS"],
            "quantity": [1],
            "moved_at": pl.Series([0]).cast(pl.Datetime("us")),
        },
        "names no time zone",
        "movements",
    ),
]
BAD_FILES = [*ENCODINGS, *FORMS, *HEADINGS, *TEXTS, *NUMBERS, *DATES, *CODES, *WORKBOOKS, *PARQUETS]
