"""A stranger's file is read as it was meant, or not at all."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownstock.base.errors import Refused
from ownstock.base.tables import (
    AS_IT_IS,
    BOOLEAN,
    DATE,
    DECIMAL,
    INSTANT,
    INTEGER,
    ROW,
    Directions,
    Faults,
    Field,
    Rows,
    read_rows,
)
from ownstock.base.tables.headings import folded
from ownstock.base.tables.numbers import read_numbers
from ownstock.base.tables.synonyms import SYNONYMS
from ownstock.catalog import imports as catalog
from ownstock.ledger import reading
from tests.workbooks import workbook

ITEM = [Field("sku"), Field("description", is_required=False), Field("quantity", DECIMAL, is_required=False)]
MOMENT = [Field("sku", is_required=False), Field("moved_at", INSTANT)]
KINDS = [catalog.LOCATIONS, catalog.ITEMS, catalog.SUPPLIERS, catalog.SUPPLY_TERMS, catalog.ITEM_SITES]


def read(path: Path, content: str | bytes, fields: Sequence[Field] = ITEM, said: Directions = AS_IT_IS) -> Rows:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_rows(path, fields, said)


def values(rows: Rows, column: str) -> list[object]:
    assert rows.faults.first() == []
    return rows.frame[column].to_list()


def sentences(rows: Rows) -> str:
    return " ".join(rows.understood.sentences)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_a_text_is_the_same_in_every_encoding_that_shows_itself(tmp_path: Path, encoding: str) -> None:
    text = "sku;description\nA;Crème brûlée \u2013 5 €\n"
    assert values(read(tmp_path / "i.csv", text.encode(encoding)), "description") == ["Crème brûlée \u2013 5 €"]


def test_an_encoding_that_was_taken_for_windows_is_told_with_a_word_of_it(tmp_path: Path) -> None:
    rows = read(tmp_path / "i.csv", "sku,description\nA,Café\n".encode("cp1252"))
    assert "Windows-1252 (such as 'Café')" in sentences(rows)


def test_a_named_encoding_is_used(tmp_path: Path) -> None:
    text = "sku,description\nA,Чашка\n".encode("cp1251")
    assert values(read(tmp_path / "i.csv", text, said=Directions(encoding="cp1251")), "description") == ["Чашка"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_rows_and_their_numbers_are_the_same_however_a_file_is_written(
    tmp_path: Path, delimiter: str, end: str, quote: str
) -> None:
    lines = [["sku", "description", "quantity"], [f"{quote}A{quote}", "Cup", "1"], ["", "", ""], ["B", "Mug", "2"]]
    text = end.join(delimiter.join(line) for line in lines) + end
    rows = read(tmp_path / "i.csv", text)
    assert rows.frame.select(ROW, "sku", "quantity").rows() == [(2, "A", Decimal(1)), (4, "B", Decimal(2))]


def test_a_record_is_numbered_by_the_line_on_which_it_begins(tmp_path: Path) -> None:
    text = 'sku,description\nA,"two\nlines"\nB,one\n'
    fields = [Field("sku"), Field("description", is_one_line=False)]
    rows = read(tmp_path / "i.csv", text, fields)
    assert rows.frame.rows() == [(2, "A", "two\nlines"), (4, "B", "one")]


def test_excels_own_line_names_the_delimiter(tmp_path: Path) -> None:
    assert values(read(tmp_path / "i.csv", "sep=;\r\nsku;description\r\nA;x, y\r\n"), "description") == ["x, y"]


def test_columns_without_heading_and_value_do_not_matter(tmp_path: Path) -> None:
    assert values(read(tmp_path / "i.csv", "sku,description,,\nA,Cup,,\n"), "sku") == ["A"]


def test_text_that_looks_like_a_formula_is_kept_as_it_is(tmp_path: Path) -> None:
    texts = ["=1+1", "+49 30", "-A", "@home"]
    rows = read(tmp_path / "i.csv", "sku\n" + "\n".join(texts) + "\n")
    assert values(rows, "sku") == texts


def test_a_workbook_is_read_as_excel_shows_it(tmp_path: Path) -> None:
    fields = [
        Field("sku"), Field("quantity", DECIMAL), Field("valid_from", DATE), Field("moved_at", INSTANT),
        Field("assumed", BOOLEAN), Field("moq", INTEGER),
    ]  # fmt: skip
    cells: list[list[object]] = [
        [field.name for field in fields],
        [4006381333931, 0.1 + 0.2, date(2026, 12, 31), datetime.fromisoformat("2026-07-01 12:30"), True, 12.0],
    ]  # fmt: skip
    said = Directions(time_zone="Europe/Berlin")
    rows = read(tmp_path / "i.xlsx", workbook({"One": cells}), fields, said)
    moment = datetime(2026, 7, 1, 10, 30, tzinfo=UTC)
    assert rows.faults.first() == []
    assert rows.frame.rows() == [(2, "4006381333931", Decimal("0.3"), date(2026, 12, 31), moment, True, 12)]


def test_numbers_of_a_workbook_need_no_convention_beside_texts_that_prove_theirs(tmp_path: Path) -> None:
    cells: list[list[object]] = [["sku", "quantity"], ["A", 1.234], ["B", "1.234,5"], ["C", "2.000"]]
    rows = read(tmp_path / "i.xlsx", workbook({"One": cells}))
    assert values(rows, "quantity") == [Decimal("1.234"), Decimal("1234.5"), Decimal(2000)]


def test_a_sheet_is_taken_by_name_and_its_rows_have_excels_numbers(tmp_path: Path) -> None:
    sheets: dict[str, list[list[object]]] = {"Cover": [["Hello"]], "Items": [[], [None, "sku"], [], [None, "A"]]}
    rows = read(tmp_path / "i.xlsx", workbook(sheets), said=Directions(sheet="Items"))
    assert rows.frame.select(ROW, "sku").rows() == [(4, "A")]
    assert "Read the sheet 'Items'." in sentences(rows)


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    frame = pl.DataFrame({"sku": ["A"], "quantity": [0.1 + 0.2], "description": pl.Series(["x"], dtype=pl.Categorical)})
    out = io.BytesIO()
    frame.write_parquet(out)
    rows = read(tmp_path / "i.parquet", out.getvalue())
    assert values(rows, "quantity") == [Decimal("0.3")]
    assert values(rows, "description") == ["x"]


@pytest.mark.parametrize(
    "heading",
    [
        "SKU",
        "Item Code",
        "ITEM_CODE",
        "Artikelnummer",
        "Artikel-Nr.",
        "référence article",
        "Variant SKU",
        "Product code",
    ],
)
def test_headings_are_known_by_their_synonyms(tmp_path: Path, heading: str) -> None:
    rows = read(tmp_path / "i.csv", f"{heading},Menge\nA,2\n")
    assert rows.understood.headings == {heading: "sku", "Menge": "quantity"}


@pytest.mark.parametrize("fields", [*(kind.fields for kind in KINDS), reading.FIELDS, reading.ON_HAND_FIELDS])
def test_no_synonym_means_two_fields_of_one_import(fields: Sequence[Field]) -> None:
    meanings: dict[str, set[str]] = {}
    for field in fields:
        for word in (field.name, *SYNONYMS.get(field.name, ())):
            meanings.setdefault(folded(word), set()).add(field.name)
    exact = {folded(field.name) for field in fields}
    assert {word: names for word, names in meanings.items() if len(names) > 1 and word not in exact} == {}


def test_what_a_person_says_of_a_heading_counts_most(tmp_path: Path) -> None:
    said = Directions(headings={"Our no": "sku"}, ignored=["SKU", "colour"], values={"description": "none"})
    rows = read(tmp_path / "i.csv", "SKU,Our no,colour\nX,A,red\n", said=said)
    assert values(rows, "sku") == ["A"]
    assert values(rows, "description") == ["none"]
    assert rows.understood.ignored == ("SKU", "colour")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["1.234,56", "7"], ["1234.56", "7"]),
        (["1,234.56", "1.234"], ["1234.56", "1.234"]),
        (["1 234,56", "1\u00a0234"], ["1234.56", "1234"]),
        (["1'234.56", "1\u2019234"], ["1234.56", "1234"]),
        (["(12.50)", "12-", "-3", "\u22124", "+5"], ["-12.50", "-12", "-3", "-4", "5"]),
        (["1.234.567"], ["1234567"]),
        (["0,125", ",5"], ["0.125", "0.5"]),
        (["12", "0"], ["12", "0"]),
    ],
)
def test_a_column_of_numbers_is_read_by_what_it_proves(written: list[str], meant: list[str]) -> None:
    assert read_numbers(pl.Series(written), None, "").plain.to_list() == meant


@given(
    numbers=st.lists(st.decimals(-(10**9), 10**9, places=2, allow_nan=False, allow_infinity=False), min_size=1),
    marks=st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), ("\u202f", ","), ("", "."), ("", ",")]),
)
def test_whatever_is_written_in_one_convention_is_read_as_it_was_meant(
    numbers: list[Decimal], marks: tuple[str, str]
) -> None:
    group, mark = marks
    written = [f"{number:,.2f}".replace(",", "G").replace(".", mark).replace("G", group) for number in numbers]
    read = read_numbers(pl.Series(written), None, "")
    assert [Decimal(plain) for plain in read.plain] == numbers
    assert read.convention == ("point" if mark == "." else "comma")


@pytest.mark.parametrize("text", ["1.234", "999,000"])
def test_a_number_that_can_mean_two_is_read_only_when_it_is_said(text: str) -> None:
    assert read_numbers(pl.Series([text]), None, "").is_unclear
    point, comma = (read_numbers(pl.Series([text]), None, said).plain[0] for said in ("point", "comma"))
    assert Decimal(point) * 1000 == Decimal(comma) or Decimal(comma) * 1000 == Decimal(point)


@pytest.mark.parametrize(
    ("written", "zone", "meant"),
    [
        ("2026-03-31T14:05:00Z", "", datetime(2026, 3, 31, 14, 5, tzinfo=UTC)),
        ("2026-03-31T14:05:00.25+02:00", "", datetime(2026, 3, 31, 12, 5, 0, 250_000, tzinfo=UTC)),
        ("2026-03-31 14:05 UTC", "", datetime(2026, 3, 31, 14, 5, tzinfo=UTC)),
        ("31.03.2026 14:05", "Europe/Berlin", datetime(2026, 3, 31, 12, 5, tzinfo=UTC)),
        ("3/31/2026 2:05 PM", "America/New_York", datetime(2026, 3, 31, 18, 5, tzinfo=UTC)),
        ("31/03/2026", "Europe/Berlin", datetime(2026, 3, 30, 22, tzinfo=UTC)),
        ("2026-1-5 9:05:12.123456", "UTC", datetime(2026, 1, 5, 9, 5, 12, 123_456, tzinfo=UTC)),
    ],
)
def test_moments_are_read_in_all_the_ways_people_write_them(
    tmp_path: Path, written: str, zone: str, meant: datetime
) -> None:
    rows = read(tmp_path / "i.csv", f"moved_at\n{written}\n", MOMENT, Directions(time_zone=zone))
    assert values(rows, "moved_at") == [meant]


def test_one_day_beyond_the_twelfth_tells_the_order_of_all(tmp_path: Path) -> None:
    rows = read(tmp_path / "i.csv", "d\n01/02/2026\n13/02/2026\n", [Field("d", DATE)])
    assert values(rows, "d") == [date(2026, 2, 1), date(2026, 2, 13)]
    assert "day, month, year" in sentences(rows)


@given(day=st.dates(date(1970, 1, 1), date(2199, 12, 31)), order=st.sampled_from(["dmy", "mdy", "ymd"]))
def test_a_day_written_in_a_said_order_is_that_day(
    day: date, order: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    form = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y", "ymd": "%Y/%m/%d"}[order]
    rows = read(
        tmp_path_factory.mktemp("d") / "i.csv",
        f"d\n{day.strftime(form)}\n",
        [Field("d", DATE)],
        Directions(dates=order),
    )
    assert values(rows, "d") == [day]


def test_every_fault_is_counted_and_the_first_thousand_are_told(tmp_path: Path) -> None:
    rows = read(tmp_path / "i.csv", "sku,quantity\n" + "A,x\n" * 5_000 + ",1\n")
    assert (rows.faults.count, rows.faults.row_count(), len(rows.faults.first())) == (5_001, 5_001, 1_000)
    with pytest.raises(Refused, match=r"5,001 faults in 5,001 rows\. Nothing was written"):
        rows.faults.refuse("i.csv")


def test_no_fault_refuses_nothing() -> None:
    Faults().refuse("i.csv")
