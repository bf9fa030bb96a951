"""What a set-up decides: what a file is, which lead time is taken, which movements lead to today's stock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownstock.base.errors import Refused
from ownstock.base.tables import DECIMAL, INSTANT
from ownstock.exchange.set_up.files import FIELD_NAMES
from ownstock.exchange.set_up.rules import Assumptions, guessed_kind, lead_times, refuse_upload
from ownstock.exchange.set_up.sales import STOCK_SCHEMA, movements
from ownstock.exchange.set_up.sentences import Figures, of_assumed, of_figures, plannable_share

SALES_SCHEMA: dict[str, type[pl.String] | pl.DataType] = {
    "sku": pl.String,
    "location": pl.String,
    "moved_at": INSTANT,
    "quantity": DECIMAL,
    "reference": pl.String,
}
BEGIN = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        (["Artikel-Nr.", "Bezeichnung", "Lieferant", "Einstandspreis"], "items"),
        (["Item", "Lead time"], "items"),
        (["SKU", "On hand"], "on-hand"),
        (["Code article", "Quantité", "Date"], "sales"),
        (["Item", "Qty", "From", "To", "Date"], "movements"),
        (["Vendor code", "Vendor name", "Email"], "suppliers"),
        (["Vendor", "Item", "Price", "Start date", "Lead time"], "supply-terms"),
        (["Item", "UoM", "Conversion factor"], "units"),
        (["Colour", "Shape"], ""),
        (["Item"], ""),
    ],
)
def test_a_file_is_what_its_headings_tell(headings: list[str], kind: str) -> None:
    assert guessed_kind(headings, FIELD_NAMES) == kind


def test_a_missing_lead_time_is_the_suppliers_median_then_that_of_all_then_the_default() -> None:
    said = {"A": ("X", 10), "B": ("X", 21), "C": ("X", None), "D": ("Y", None), "E": ("X", 30)}
    assert lead_times(said, 14) == {"C": (21, "supplier_median"), "D": (21, "median")}
    assert lead_times({"A": ("X", None)}, 14) == {"A": (14, "default")}


def test_an_assumption_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(Refused, match="days between orders is 0"):
        Assumptions(review_period_days=0).checked()


@pytest.mark.parametrize(
    ("name", "size", "count", "sentence"),
    [
        ("items.pdf", 10, 0, "is none of"),
        ("items.csv", 2**31, 0, "larger than 200 MiB"),
        ("items.csv", 0, 0, "is empty"),
        ("items.csv", 10, 20, "20 files already"),
    ],
)
def test_what_cannot_be_taken_is_refused(name: str, size: int, count: int, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        refuse_upload(name, size, count)


SOLD = st.lists(
    st.tuples(st.sampled_from("AB"), st.integers(0, 6), st.integers(-9, 9), st.sampled_from(["", "R1", "R2"])),
    max_size=25,
)


@given(SOLD, st.dictionaries(st.sampled_from("ABC"), st.integers(0, 9)))
def test_sales_and_stock_lead_to_todays_stock_and_never_below_zero(
    sold: list[tuple[str, int, int, str]], stock: dict[str, int]
) -> None:
    sales = pl.DataFrame(
        [(sku, "S", BEGIN + timedelta(days=day), Decimal(quantity), reference) for sku, day, quantity, reference in sold],
        schema=SALES_SCHEMA, orient="row",
    )  # fmt: skip
    now = pl.DataFrame([(sku, "S", Decimal(q)) for sku, q in stock.items()], schema=STOCK_SCHEMA, orient="row")
    moves = movements(sales, now, customers="C", differences="D", as_of=BEGIN + timedelta(days=30), key="k")
    balance: dict[str, Decimal] = {}
    # Documents are posted at the first of their rows, one after another.
    for row in moves.iter_rows(named=True):
        change = row["quantity"] if row["target"] == "S" else -row["quantity"]
        balance[row["sku"]] = balance.get(row["sku"], Decimal(0)) + change
        assert balance[row["sku"]] >= 0
    assert {sku: q for sku, q in balance.items() if q} == {sku: q for sku, q in stock.items() if q}
    keys = moves["posting_key"].rle().struct.field("value")
    assert keys.n_unique() == len(keys), "the rows of a document stand together"


def test_a_finding_is_one_counted_sentence() -> None:
    told = of_assumed("supply_term.lead_time_days", "supplier_median", 312, "21", "21")
    assert told.sentence == "312 items lack a lead time: their supplier's median, 21 d, is used."
    [finding] = of_figures(Figures(items=9, without_supplier=1, without_supplier_value=Decimal(70)))
    assert (finding.sentence, finding.value) == ("1 item has no supplier, and cannot be ordered.", Decimal(70))
    assert of_figures(Figures(items=9)) == []
    assert plannable_share(Figures(value=Decimal(200), plannable_value=Decimal(50))) == 0.25
    assert plannable_share(Figures()) is None
