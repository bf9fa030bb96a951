from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from ownstock.lab.retail.assumptions import supplier_of
from ownstock.lab.retail.tables import SampleCompany, sample_company
from tests.retail_company import balances, company, lowest_on_the_way

# It goes over the whole year.
pytestmark = pytest.mark.slow

TABLES = ["items", "locations", "suppliers", "supply_terms", "item_sites", "movements", "lines"]


@pytest.fixture(scope="module")
def movements() -> pl.DataFrame:
    return company().movements


@pytest.fixture(scope="module")
def rebuilt() -> SampleCompany:
    return sample_company()


@pytest.mark.parametrize("table", TABLES)
def test_the_sample_company_is_the_same_on_every_build(table: str, rebuilt: SampleCompany) -> None:
    assert getattr(company(), table).equals(getattr(rebuilt, table))


def test_no_balance_is_below_zero_at_any_instant(movements: pl.DataFrame) -> None:
    assert lowest_on_the_way(movements) == 0


@pytest.mark.parametrize("instant", ["min", "max"])
def test_no_balance_is_below_zero_when_postings_are_taken_whole(movements: pl.DataFrame, instant: str) -> None:
    at = getattr(pl.col("moved_at"), instant)().over("posting_key")
    assert lowest_on_the_way(movements.sort(at, "posting_key", "line_number")) == 0


def test_movements_stand_in_the_order_of_their_instants(movements: pl.DataFrame) -> None:
    assert movements.equals(movements.sort("moved_at", "posting_key", "line_number", maintain_order=True))


def test_every_posted_line_is_one_movement(movements: pl.DataFrame) -> None:
    posted = company().lines.filter(fate="posted")
    recorded = movements.filter(~pl.col("assumed"))
    assert sorted(recorded["line_number"]) == posted["line_number"].to_list()
    assert movements.filter("assumed")["line_number"].is_null().all()


def test_a_posting_has_one_kind_one_reference_and_one_origin(movements: pl.DataFrame) -> None:
    one = movements.group_by("posting_key").agg(pl.col("kind", "reference", "assumed", "source", "target").n_unique())
    assert one.drop("posting_key").max().row(0) == (1, 1, 1, 1, 1)


def test_only_what_is_assumed_carries_a_cost_and_no_invoice_number(movements: pl.DataFrame) -> None:
    assert movements.filter(pl.col("assumed") != pl.col("unit_cost").is_not_null()).is_empty()
    assert movements.filter(pl.col("assumed") != pl.col("posting_key").str.starts_with("assumed:")).is_empty()


def test_goods_arrive_before_the_first_sale_of_the_day(movements: pl.DataFrame) -> None:
    local = movements.with_columns(time=pl.col("moved_at").dt.convert_time_zone("Europe/London").dt.time())
    assert set(local.filter(kind="receipt")["time"]) == {dt.time(6)}
    assert local.filter(~pl.col("assumed"))["time"].min() == dt.time(7, 1)


def test_london_summer_time_becomes_utc(movements: pl.DataFrame) -> None:
    [moved_at] = set(movements.filter(pl.col("posting_key") == "assumed:receipt:2010-07-01:A")["moved_at"])
    assert moved_at == dt.datetime(2010, 7, 1, 5, tzinfo=dt.UTC)


def test_the_opening_balance_stands_on_the_evening_before(movements: pl.DataFrame) -> None:
    opening = movements.filter(posting_key="assumed:opening")
    assert set(opening["moved_at"]) == {dt.datetime(2009, 11, 30, 23, tzinfo=dt.UTC)}
    assert set(opening["kind"]) == {"adjustment"}
    assert opening["sku"].is_unique().all()


def test_nothing_moves_after_the_last_day(movements: pl.DataFrame) -> None:
    assert movements["moved_at"].max() == dt.datetime(2010, 12, 9, 20, 1, tzinfo=dt.UTC)


def test_quantities_are_positive_and_between_two_places(movements: pl.DataFrame) -> None:
    assert movements["quantity"].min() == 1
    places = set(movements.select("kind", "source", "target").unique().iter_rows())
    assert places == {
        ("issue", "SHOP", "CUSTOMERS"),
        ("return", "CUSTOMERS", "SHOP"),
        ("adjustment", "SHOP", "DIFFERENCES"),
        ("adjustment", "DIFFERENCES", "SHOP"),
        ("receipt", "SUPPLIERS", "SHOP"),
    }


def test_items_terms_and_settings_name_the_same_items(movements: pl.DataFrame) -> None:
    tables = company()
    named = tables.items["sku"].to_list()
    assert tables.supply_terms["sku"].to_list() == tables.item_sites["sku"].to_list() == named
    assert sorted(movements["sku"].unique()) == named
    assert tables.items["description"].str.contains(r"^\S(.*\S)?$").all()


def test_money_is_text_that_reads_as_four_decimals() -> None:
    tables = company()
    for amounts in (tables.items["unit_cost"], tables.supply_terms["price"], tables.item_sites["shortage_cost"]):
        assert amounts.str.contains(r"^\d+\.\d{4}$").all()
        assert min(map(Decimal, amounts)) >= Decimal("0.01")


def test_scheduled_receipts_come_in_whole_multiples_from_the_supplier_of_the_item(movements: pl.DataFrame) -> None:
    orders = movements.filter(reference="assumed receipt", assumed=True).join(company().supply_terms, on="sku")
    assert (orders["posting_key"].str.tail(1) == orders["supplier"]).all()
    assert [supplier_of(sku) for sku in company().supply_terms["sku"]] == company().supply_terms["supplier"].to_list()


def test_the_plan_finds_something_to_do_at_the_end(movements: pl.DataFrame) -> None:
    at_zero = [sku for sku, on_hand in balances(movements).items() if on_hand == 0]
    assert len(at_zero) == 196
