"""Sheets and price lists whatever happened to their bytes: taken, or refused in a sentence, and never a crash.

Ordinarily some of each kind are read; under the profile `nightly` 30,000. What was changed follows from a number, so that a
file at fault can be made again.
"""

from __future__ import annotations

import csv
import io
import os
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest

from ownstock.base.errors import Refused
from ownstock.catalog.imports import import_price_lists
from ownstock.exchange import queries
from ownstock.exchange.confirmations import sheets
from ownstock.exchange.papers import order_csv
from ownstock.purchasing.models import PurchaseOrder
from tests.answer_cases import WANTED_ON, placed, revision_of, shop_of_one_supplier
from tests.factories import ACTOR
from tests.property.test_documents import mutated
from tests.workbooks import archive, workbook

pytestmark = pytest.mark.django_db
FILES = 7_500 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 40
PRICES = [
    ["supplier", "sku", "from_quantity", "price", "currency", "valid_from"],
    ["ALPHA", "BOWL", "1", "2.60", "EUR", "2026-04-01"],
    ["ALPHA", "BOWL", "100", "2.20", "EUR", "2026-04-01"],
    ["ALPHA", "PLATE", "1", "3.10", "EUR", "2026-04-01"],
]
Reads = Callable[[Path], object]


def filled_in(orders: Sequence[PurchaseOrder]) -> list[list[str]]:
    """The rows of a sheet in which all that was asked is confirmed."""
    documents = [queries.written_order(revision_of(order), written_at=order.created_at) for order in orders]
    rows = list(csv.DictReader(io.StringIO(order_csv.render_all(documents).decode(), newline="")))
    said = {"confirmed_quantity": "5", "promised_on": WANTED_ON.isoformat(), "comment": "by our own van"}
    return [list(rows[0]), *([*(row | said).values()] for row in rows)]


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def changed_workbook(raw: bytes, drawn: random.Random) -> bytes:
    """A workbook with bytes changed: of one of its parts, or of the archive itself."""
    if drawn.random() < 0.2:
        return mutated(raw, drawn)
    with ZipFile(io.BytesIO(raw)) as zipped:
        parts = {name: zipped.read(name) for name in zipped.namelist()}
    name = drawn.choice(sorted(parts))
    return archive({**parts, name: mutated(parts[name], drawn)})


def changed(rows: Sequence[Sequence[str]], ending: str) -> Iterator[bytes]:
    """The file as it should be, then as many with bytes changed."""
    whole, change = (as_csv(rows), mutated) if ending == "csv" else (workbook({"Sheet1": rows}), changed_workbook)
    yield whole
    for number in range(FILES):
        yield change(whole, random.Random(number))


def outcomes(reads: Reads, path: Path, files: Iterator[bytes]) -> list[str]:
    """Of each file, that it was taken, or the sentence by which it was refused."""
    found = []
    for raw in files:
        path.write_bytes(raw)
        try:
            reads(path)
        except Refused as refusal:
            found.append(refusal.sentence)
        else:
            found.append("")
    return found


def look_at(found: list[str]) -> None:
    """The first is as it should be; of the others some are still taken, most are refused, each by a sentence."""
    assert found[0] == ""
    refused = [sentence for sentence in found[1:] if sentence]
    assert len(refused) > len(found) // 4
    assert all(sentence[-1] in ".;" or "\n" in sentence for sentence in refused), refused


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_sheets_of_confirmations_with_bytes_changed_get_an_answer(ending: str, tmp_path: Path) -> None:
    business = shop_of_one_supplier()
    rows = filled_in([placed(business, 120, 30), placed(business, 60)])
    reads: Reads = lambda path: sheets.read(path, supplier=business.suppliers[0])  # noqa: E731
    look_at(outcomes(reads, tmp_path / f"sheet.{ending}", changed(rows, ending)))


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_price_lists_with_bytes_changed_get_an_answer(ending: str, tmp_path: Path) -> None:
    shop_of_one_supplier()
    reads: Reads = lambda path: import_price_lists(path, actor=ACTOR, dry_run=True)  # noqa: E731
    look_at(outcomes(reads, tmp_path / f"prices.{ending}", changed(PRICES, ending)))
