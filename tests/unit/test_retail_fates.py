from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from ownstock.lab.retail.fates import NEVER_PRICED, UNKNOWN_CODE, ZERO_QUANTITY, classify
from ownstock.lab.retail.replay import NOT_THERE
from tests.retail_company import company

# It goes over the whole year.
pytestmark = pytest.mark.slow

SOLD_BEFORE = ("489434", "22423", "CAKE STAND", 1, 12.75)


def fate_of(invoice: str, code: str, description: str | None, quantity: int, price: float) -> dict[str, object]:
    """The verdict on one line, in a year in which the cake stand 22423 is sold."""
    lines = pl.DataFrame(
        [SOLD_BEFORE, (invoice, code, description, quantity, price)],
        schema=["InvoiceNo", "StockCode", "Description", "Quantity", "UnitPrice"],
        orient="row",
    ).with_columns(InvoiceDate=dt.datetime(2010, 3, 1, 9), line_number=pl.int_range(1, 3))  # noqa: DTZ001
    return classify(lines).select("fate", "reason", "kind", "direction", "quantity").row(1, named=True)


def posted(kind: str, direction: str, quantity: int) -> dict[str, object]:
    return {"fate": "posted", "reason": None, "kind": kind, "direction": direction, "quantity": quantity}


def unposted(fate: str, reason: str, quantity: int) -> dict[str, object]:
    return {"fate": fate, "reason": reason, "kind": None, "direction": None, "quantity": quantity}


def test_a_sale_leaves_the_shop() -> None:
    assert fate_of("500000", "22423", "CAKE STAND", 3, 12.75) == posted("issue", "out", 3)


def test_a_cancellation_comes_back() -> None:
    assert fate_of("C500000", "22423", "CAKE STAND", -3, 12.75) == posted("return", "in", 3)


def test_goods_given_away_under_their_own_name_are_an_issue() -> None:
    assert fate_of("500000", "22423", "CAKE STAND", 3, 0.0) == posted("issue", "out", 3)


@pytest.mark.parametrize("note", ["damages", "?", None, "CAKE STAND"])
def test_a_negative_line_without_price_takes_goods_out_by_hand(note: str | None) -> None:
    assert fate_of("500000", "22423", note, -3, 0.0) == posted("adjustment", "out", 3)


@pytest.mark.parametrize("note", ["found", None])
def test_a_positive_line_without_price_under_another_name_brings_goods_in_by_hand(note: str | None) -> None:
    assert fate_of("500000", "22423", note, 3, 0.0) == posted("adjustment", "in", 3)


@pytest.mark.parametrize("code", ["22423 ", "22423"])
def test_spaces_around_a_code_do_not_make_another_item(code: str) -> None:
    assert fate_of("500000", code, "CAKE STAND", 3, 0.0) == posted("issue", "out", 3)


def test_a_code_in_small_letters_is_the_same_item() -> None:
    assert fate_of("500000", "85123a", "HEART", 3, 2.95) == posted("issue", "out", 3)


@pytest.mark.parametrize("code", ["DCGS0058", "DCGSSBOY", "PADS", "SP1002", "47503J "])
def test_goods_with_unusual_codes_are_stock(code: str) -> None:
    assert fate_of("500000", code, "GOODS", 3, 2.95) == posted("issue", "out", 3)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("POST", "postage and carriage"),
        ("C2", "postage and carriage"),
        ("BANK CHARGES", "bank and marketplace fees"),
        ("AMAZONFEE", "bank and marketplace fees"),
        ("m", "manual entry of an amount"),
        ("D", "discount"),
        ("S", "samples charged as an amount"),
        ("ADJUST2", "adjustment of an amount"),
        ("B", "bad debt"),
        ("gift_0001_30", "gift voucher"),
        ("GIFT", "gift voucher"),
        ("TEST001", "test line"),
    ],
)
def test_services_money_and_paper_are_not_stock(code: str, reason: str) -> None:
    assert fate_of("500000", code, "WORDS", 1, 18.0) == unposted("not_stock", reason, 1)


def test_a_code_of_no_known_shape_is_refused() -> None:
    assert fate_of("500000", "QQ-1", "WORDS", 1, 18.0) == unposted("refused", UNKNOWN_CODE, 1)


def test_a_line_of_nothing_is_refused() -> None:
    assert fate_of("500000", "22423", "CAKE STAND", 0, 12.75) == unposted("refused", ZERO_QUANTITY, 0)


def test_a_code_that_no_line_names_and_prices_is_refused() -> None:
    assert fate_of("500000", "99999", None, -8, 0.0) == unposted("refused", NEVER_PRICED, 8)


def test_every_line_of_the_year_has_one_fate() -> None:
    lines = company().lines
    assert dict(lines["fate"].value_counts().iter_rows()) == {"posted": 521_344, "refused": 1_151, "not_stock": 2_966}
    assert lines["line_number"].n_unique() == lines.height == 521_344 + 1_151 + 2_966 == 525_461


def test_a_line_has_a_reason_if_and_only_if_it_is_not_posted() -> None:
    lines = company().lines
    assert lines.filter((pl.col("fate") == "posted") == pl.col("reason").is_not_null()).is_empty()
    assert lines.filter((pl.col("fate") == "posted") != pl.col("kind").is_not_null()).is_empty()


def test_only_notes_that_take_out_are_refused_for_want_of_stock() -> None:
    refused = company().lines.filter(reason=NOT_THERE)
    assert refused.height == 775
    assert (refused["UnitPrice"] == 0).all()
    assert (refused["Quantity"] < 0).all()


def test_every_note_of_the_year_stands_alone_on_its_invoice_and_names_no_customer() -> None:
    notes = company().lines.with_columns(beside=pl.len().over("InvoiceNo")).filter(kind="adjustment")
    assert (notes["beside"] == 1).all()
    assert notes["CustomerID"].is_null().all()
