"""Sheets of confirmations: filled in, read whole or not at all, the same again without effect."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from ownstock.base.errors import Refused
from ownstock.exchange import queries
from ownstock.exchange.confirmations import sheets
from ownstock.exchange.confirmations.actions import TakenAnswer, confirm_sheet
from ownstock.exchange.confirmations.sheets import MAX_FILE_BYTES
from ownstock.exchange.papers import order_csv
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.models import Acknowledgement, Delivery, PurchaseOrder
from tests.answer_cases import placed, revision_of, shop_of_one_supplier
from tests.factories import ACTOR, TODAY
from tests.workbooks import workbook

pytestmark = pytest.mark.django_db
Row = dict[str, str]


def day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def rows_of(*orders: PurchaseOrder) -> list[Row]:
    """The rows of the CSV that we sent."""
    documents = [queries.written_order(revision_of(order), written_at=order.created_at) for order in orders]
    return list(csv.DictReader(io.StringIO(order_csv.render_all(documents).decode(), newline="")))


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[[list[Row]], Path]:
    def write(rows: list[Row]) -> Path:
        path = tmp_path / "answer.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, order_csv.COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


def take(path: Path) -> list[TakenAnswer]:
    return confirm_sheet(sheets.read(path, supplier=None), name=path.name, actor=ACTOR)


def promises(order: PurchaseOrder) -> list[tuple[int, Decimal, date | None]]:
    rows = Delivery.objects.filter(line__revision__purchase_order=order, latest_promised_on__isnull=False)
    return [(d.line.line, d.quantity, d.latest_promised_on) for d in rows.order_by("line__line", "number")]


def faults(path: Path) -> list[tuple[int, str, str]]:
    with pytest.raises(Refused) as refused:
        take(path)
    told: Any = refused.value.facts["faults"]
    return [(fault["row"], fault["field"], fault["sentence"]) for fault in told]


def test_the_sheet_that_we_sent_comes_back_filled_in(sheet: Callable[[list[Row]], Path]) -> None:
    order = placed(shop_of_one_supplier(), 120, 30, 12)
    cups, plates, bowls = rows_of(order)
    assert [row["confirmed_unit"] for row in (cups, plates, bowls)] == ["case", "each", "each"]
    path = sheet(
        [
            cups | {"confirmed_quantity": "15", "promised_on": day(10), "confirmed_price": "2.50"},
            cups
            | {"confirmed_quantity": "30", "confirmed_unit": "each", "promised_on": day(20), "comment": "rest later"},
            plates | {"confirmed_quantity": "0", "reason": "discontinued"},
            bowls,
        ]
    )
    assert take(path) == [TakenAnswer(order.number, 2, True)]
    assert promises(order) == [
        (1, Decimal(90), date.fromisoformat(day(10))),
        (1, Decimal(30), date.fromisoformat(day(20))),
    ]
    cups_said, plates_said = Acknowledgement.objects.get().answer
    assert (cups_said["comment"], cups_said["price"]) == ("rest later", "2.5000")
    assert (plates_said["promises"], plates_said["reason"]) == ([], "discontinued")
    open_again = Delivery.objects.get(line__revision__purchase_order=order, line__line=3)
    assert (open_again.latest_promised_on, open_again.cancelled_quantity) == (None, 0)


def test_the_same_answers_again_change_nothing_also_as_a_workbook(
    sheet: Callable[[list[Row]], Path], tmp_path: Path
) -> None:
    order = placed(shop_of_one_supplier(), 120)
    [row] = rows_of(order)
    row |= {"confirmed_quantity": "20", "promised_on": day(9)}
    assert [t.is_new for t in take(sheet([row]))] == [True]
    assert [t.is_new for t in take(sheet([row]))] == [False]
    book = tmp_path / "again.xlsx"
    cells = [*row.values()]
    cells[list(row).index("promised_on")] = date.fromisoformat(day(9))  # type: ignore[call-overload]
    cells[list(row).index("confirmed_quantity")] = Decimal(20)  # type: ignore[call-overload]
    book.write_bytes(workbook({"Sheet1": [[*row], cells]}))
    assert [t.is_new for t in take(book)] == [False]
    assert Acknowledgement.objects.count() == 1


def test_several_orders_are_answered_by_one_sheet_or_none_is(sheet: Callable[[list[Row]], Path]) -> None:
    business = shop_of_one_supplier()
    first, second = placed(business, 120), placed(business, 60)
    [one], [other] = rows_of(first), rows_of(second)
    one |= {"confirmed_quantity": "20", "promised_on": day(9)}
    assert faults(sheet([one, other | {"confirmed_quantity": "11", "promised_on": day(9)}])) == [
        (
            3,
            "confirmed_quantity",
            "Line 1: 11 case in all, but only 10 case were ordered. Ask the buyer to order more first.",
        )
    ]
    assert Acknowledgement.objects.count() == 0
    assert len(take(sheet([one, other | {"confirmed_quantity": "10", "promised_on": day(9)}]))) == 2
    assert Acknowledgement.objects.count() == 2


def test_an_order_that_takes_no_answer_keeps_the_whole_sheet_out(sheet: Callable[[list[Row]], Path]) -> None:
    business = shop_of_one_supplier()
    first, second = placed(business, 120), placed(business, 60)
    filled = {"confirmed_quantity": "1", "promised_on": day(9)}
    path = sheet([row | filled for row in rows_of(first, second)])
    purchasing.receive(second.number, [purchasing.ReceiptLine(1, Decimal(6))], key="r", received_on=TODAY, actor=ACTOR)
    [(row, field, sentence)] = faults(path)
    assert (row, field) == (3, "order_number")
    assert "Goods of this order have come" in sentence
    assert Acknowledgement.objects.count() == 0


def test_all_faults_are_named_at_once_by_row_field_and_value(sheet: Callable[[list[Row]], Path]) -> None:
    order = placed(shop_of_one_supplier(), 120, 30, 12)
    cups, plates, bowls = rows_of(order)
    found = faults(
        sheet(
            [
                cups | {"confirmed_quantity": "5"},
                cups | {"promised_on": day(9)},
                plates | {"confirmed_quantity": "0"},
                bowls | {"confirmed_quantity": "3", "promised_on": "2120-01-01", "confirmed_unit": "pallet"},
                bowls | {"order_number": "PO-999999", "comment": "x"},
                bowls | {"line": "9", "comment": "x"},
                bowls | {"revision": "7", "comment": "x"},
            ]
        )
    )
    assert [(row, field) for row, field, _ in found] == [
        (2, "promised_on"), (3, "confirmed_quantity"), (4, "reason"), (5, "promised_on"), (5, "confirmed_unit"),
        (6, "order_number"), (7, "line"), (8, "revision"),
    ]  # fmt: skip
    assert Acknowledgement.objects.count() == 0


def test_values_that_are_none_are_named_before_anything_is_decided(sheet: Callable[[list[Row]], Path]) -> None:
    order = placed(shop_of_one_supplier(), 120)
    [row] = rows_of(order)
    found = faults(sheet([row | {"confirmed_quantity": "many", "promised_on": "soon"}]))
    assert [(number, field) for number, field, _ in found] == [(2, "confirmed_quantity"), (2, "promised_on")]


def test_a_line_is_rejected_or_promised_never_both(sheet: Callable[[list[Row]], Path]) -> None:
    order = placed(shop_of_one_supplier(), 120)
    [row] = rows_of(order)
    found = faults(
        sheet(
            [
                row | {"confirmed_quantity": "0", "reason": "other"},
                row | {"confirmed_quantity": "5", "promised_on": day(9)},
            ]
        )
    )
    assert [(number, field) for number, field, _ in found] == [(2, "confirmed_quantity")]


@pytest.mark.parametrize(
    ("said", "reason", "comment"),
    [
        ("Out of stock", "out_of_stock", ""),
        ("fire in the hall", "other", "fire in the hall"),
        ("'=1+1", "other", "=1+1"),
    ],
)
def test_a_reason_is_one_that_we_know_or_the_suppliers_words(
    sheet: Callable[[list[Row]], Path], said: str, reason: str, comment: str
) -> None:
    [row] = rows_of(placed(shop_of_one_supplier(), 120))
    take(sheet([row | {"confirmed_quantity": "0", "reason": said}]))
    [told] = Acknowledgement.objects.get().answer
    assert (told["promises"], told["reason"], told.get("comment", "")) == ([], reason, comment)


def test_an_empty_sheet_is_told_so(sheet: Callable[[list[Row]], Path]) -> None:
    with pytest.raises(Refused, match="no row is filled in"):
        take(sheet(rows_of(placed(shop_of_one_supplier(), 120))))


def test_a_supplier_answers_no_order_of_another_and_learns_nothing_of_it(sheet: Callable[[list[Row]], Path]) -> None:
    business = shop_of_one_supplier()
    [row] = rows_of(placed(business, 120))
    path = sheet([row | {"confirmed_quantity": "1", "promised_on": day(9)}])
    with pytest.raises(Refused) as theirs:
        sheets.read(path, supplier=business.suppliers[1])
    with pytest.raises(Refused) as unknown:
        sheets.read(sheet([row | {"order_number": "PO-999999", "comment": "x"}]), supplier=None)
    told: list[Any] = [refusal.value.facts["faults"] for refusal in (theirs, unknown)]
    assert told[0][0]["sentence"] == told[1][0]["sentence"]


@pytest.mark.parametrize("name", ["answer.exe", "answer.xls", "answer.parquet", "answer", "answer.xlsm"])
def test_other_files_are_refused_by_their_names(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"MZ")
    with pytest.raises(Refused, match="save it as one"):
        take(path)


def test_files_that_are_too_large_outside_or_inside_are_refused(tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    large.write_bytes(b"x" * (MAX_FILE_BYTES + 1))
    with pytest.raises(Refused, match="larger than 5 MiB"):
        take(large)
    bomb = tmp_path / "bomb.xlsx"
    with ZipFile(bomb, "w", ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"xl/{number}.xml", b"\0" * (40 << 20))
    assert bomb.stat().st_size < MAX_FILE_BYTES
    with pytest.raises(Refused, match="holds more than 100 MiB"):
        take(bomb)
