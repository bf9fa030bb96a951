"""The VN2 bench keeps its contract: orders from its files alone, sentences for bad ones, baselines as published."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from bench.vn2 import main, measure
from bench.vn2_accuracy import FORECASTERS, Forecasts, forecasts, row
from bench.vn2_choose import evidence, summary
from bench.vn2_files import Known, read_known
from bench.vn2_planner import in_stock_fraction, with_empty_shelf
from bench.vn2_pseudo import ORIGINS, Played, play_all

WEEKS = 60
PAIRS = [("0", "126"), ("0", "182"), ("7", "126")]
BASELINES = ("organiser", "projection")
Rows = list[list[str]]
Decide = Callable[..., int]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three item-sites: one sells about 6 a week, one about 1, one is not listed yet."""
    rng = np.random.default_rng(5)
    demand = rng.poisson([[6.0], [1.0], [0.0]], (3, WEEKS))
    weeks = [(date(2023, 1, 2) + timedelta(weeks=week)).isoformat() for week in range(WEEKS)]
    flags = [["True"] * WEEKS, ["True"] * WEEKS, ["False"] * WEEKS]
    write(tmp_path / "sales.csv", ["Store", "Product", *weeks], [[f"{units:.1f}" for units in row] for row in demand])
    write(tmp_path / "in_stock.csv", ["Store", "Product", *weeks], flags)
    state = ["Store", "Product", "End Inventory", "In Transit W+1", "In Transit W+2"]
    write(tmp_path / "state.csv", state, [["4", "3", "6"], ["0", "1", "1"], ["0", "0", "0"]])
    write(tmp_path / "master.csv", ["Store", "Product", "Department"], [["30"], ["44"], ["30"]])
    return tmp_path


def write(path: Path, names: list[str], rows: Rows) -> None:
    save(path, [names, *([*pair, *row] for pair, row in zip(PAIRS, rows, strict=True))])


def save(path: Path, lines: Rows) -> None:
    path.write_text("".join(",".join(line) + "\n" for line in lines), encoding="utf-8")


def lines(path: Path) -> Rows:
    return list(csv.reader(path.open(encoding="utf-8")))


@pytest.fixture
def decide(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Decide:
    """Run the command as it is typed."""

    def run(profile: str = "fast") -> int:
        names = {"sales": "sales", "in-stock": "in_stock", "state": "state", "master": "master", "out": "orders"}
        files = [text for name, file in names.items() for text in (f"--{name}", str(folder / f"{file}.csv"))]
        monkeypatch.setattr("sys.argv", ["vn2", "decide", *files, "--profile", profile])
        return main()

    return run


def test_it_orders_whole_units_for_every_item_site(folder: Path, decide: Decide) -> None:
    assert decide() == 0
    first, *orders = lines(folder / "orders.csv")
    assert first == ["Store", "Product", "Order"]
    assert [tuple(row[:2]) for row in orders] == PAIRS
    assert int(orders[0][2]) > 0
    assert int(orders[2][2]) == 0


def test_weeks_that_the_flags_lack_were_in_stock(folder: Path, decide: Decide) -> None:
    decide()
    complete = lines(folder / "orders.csv")
    save(folder / "in_stock.csv", [row[:40] for row in lines(folder / "in_stock.csv")])
    assert known_in(folder).seen.is_in_stock[:, 38:].all()
    decide()
    assert lines(folder / "orders.csv")[1] == complete[1]


def test_a_shelf_empty_at_the_end_of_a_week_nobody_tells_of_makes_its_sales_a_lower_bound(folder: Path) -> None:
    save(folder / "in_stock.csv", [row[:-1] for row in lines(folder / "in_stock.csv")])
    known = known_in(folder)
    seen = with_empty_shelf(known)
    assert seen.is_in_stock[:, -1].tolist() == [True, False, False]
    assert known.seen.is_in_stock[:, -1].all()


def test_a_shelf_empty_at_the_end_of_a_week_told_in_stock_was_in_stock(folder: Path) -> None:
    assert with_empty_shelf(known_in(folder)).is_in_stock[:, -1].tolist() == [True, True, False]


def test_a_week_out_of_stock_with_sales_counts_partly(folder: Path) -> None:
    flags = lines(folder / "in_stock.csv")
    flags[1][-1] = "False"
    save(folder / "in_stock.csv", flags)
    sales = lines(folder / "sales.csv")
    sales[1][-1] = "2"
    save(folder / "sales.csv", sales)
    assert in_stock_fraction(known_in(folder).seen)[:, -1].tolist() == [0.0, 1.0, 0.0]


def known_in(folder: Path) -> Known:
    return read_known(*(folder / f"{name}.csv" for name in ("sales", "in_stock", "state", "master")))


BAD = [
    ("sales", 2, 5, "-1", r"sales.csv: line 3 \(Store 0, Product 182\): 2023-01-23 is '-1'; it must be a whole number"),
    ("sales", 1, 2, "1.5", r"line 2 .*2023-01-02 is '1.5'"),
    ("sales", 1, 2, "nan", r"is 'nan'; it must be a whole number"),
    ("sales", 0, 3, "2023-01-10", r"line 1: the column '2023-01-10' is no week; it must be a Monday"),
    ("sales", 0, 3, "2023-01-16", r"the week '2023-01-16' stands where 2023-01-09 must stand"),
    ("sales", 2, 1, "126", r"line 3: Store 0, Product 126 is there already, in line 2"),
    ("sales", 0, 0, "Shop", r"line 1 begins with 'Shop,Product'"),
    ("in_stock", 3, 4, "maybe", r"in_stock.csv: line 4 .*2023-01-16 is 'maybe'; it must be True or False"),
    ("in_stock", 3, 1, "9", r"there is no row for Store 7, Product 126"),
    ("state", 1, 3, "x", r"state.csv: line 2 .*In Transit W\+1 is 'x'"),
    ("state", 0, 2, "Inventory", r"names no column 'End Inventory'"),
    ("state", 3, 1, "", r"line 4: Product is ''; it must be given"),
    ("master", 2, 1, "9", r"master.csv: there is no row for Store 0, Product 182"),
]


@pytest.mark.parametrize(("file", "line", "place", "value", "sentence"), BAD)
def test_a_bad_file_is_told_in_a_sentence_and_leaves_the_last_orders(
    folder: Path,
    decide: Decide,
    capsys: pytest.CaptureFixture[str],
    file: str,
    line: int,
    place: int,
    value: str,
    sentence: str,
) -> None:
    (folder / "orders.csv").write_text("the last ones")
    rows = lines(folder / f"{file}.csv")
    rows[line][place] = value
    save(folder / f"{file}.csv", rows)
    assert decide() == 1
    assert re.search(sentence, capsys.readouterr().err)
    assert (folder / "orders.csv").read_text() == "the last ones"
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith(".")) == []


def test_a_file_that_is_not_there_or_ends_early_is_told(
    folder: Path, decide: Decide, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = lines(folder / "sales.csv")
    save(folder / "sales.csv", [*rows[:2], rows[2][:30], rows[3]])
    assert decide() == 1
    assert "line 3 has 30 values, but line 1 names 62 columns" in capsys.readouterr().err
    (folder / "sales.csv").unlink()
    assert decide() == 1
    assert "sales.csv: it cannot be read as CSV" in capsys.readouterr().err


def test_an_item_site_with_stock_but_no_sales_is_told(
    folder: Path, decide: Decide, capsys: pytest.CaptureFixture[str]
) -> None:
    save(folder / "state.csv", [*lines(folder / "state.csv"), ["8", "5", "1", "0", "0"]])
    assert decide() == 1
    assert "line 5: Store 8, Product 5 has no row in the sales" in capsys.readouterr().err


def test_a_quantile_is_the_least_number_that_demand_does_not_exceed_often_enough() -> None:
    """Negative binomial where the variance exceeds the mean, else Poisson, as scipy counts them."""
    units = np.arange(3)
    told = Forecasts(units, np.array([4.0, 0.3, 9.0]), np.array([2.5, 1.0, 0.9]), units)
    quantile = told.quantile(0.8).astype(np.int64)
    assert (told.cdf(quantile) >= 0.8).all()
    assert (told.cdf(quantile - 1) < 0.8).all()
    assert told.cdf(np.zeros(3, dtype=np.int64))[1:].tolist() == pytest.approx([np.exp(-0.3), np.exp(-9.0)])


@pytest.mark.shared
def test_forecasts_are_judged_where_the_item_was_in_stock(shared: Path) -> None:
    judged = forecasts(shared / "data" / "vn2", FORECASTERS["projection"])
    figures = row("projection", judged)
    assert figures["forecasts"] == 6_981
    assert figures["wape"] == pytest.approx(np.abs(judged.actual - judged.mean).sum() / judged.actual.sum(), abs=1e-4)
    assert 0 < figures["value_added"] < 1


@pytest.mark.shared
@pytest.mark.nightly
def test_money_chooses_the_projection_over_the_benchmark_where_it_is_sure(shared: Path) -> None:
    chosen = evidence(shared / "data" / "vn2", ["organiser", "projection"])
    sums = summary(chosen)
    assert set(sums["chosen"].values()) == {"organiser", "projection"}
    assert sums["cost_chosen_by_money"] < sums["cost"]["organiser"]


@pytest.fixture(scope="module")
def played() -> Callable[[Path], list[Played]]:
    """Both baselines from every origin, played once by one process."""
    return cache(lambda folder: play_all(folder, BASELINES, processes=1))


@pytest.mark.shared
def test_the_baselines_cost_what_they_are_known_to_cost(shared: Path, played: Callable[[Path], list[Played]]) -> None:
    """Means over the last six origins, to the unit."""
    for method, known in (("organiser", 5_221), ("projection", 4_867)):
        costs = [one.cost for one in played(shared / "data" / "vn2") if one.method == method]
        assert len(costs) == len(ORIGINS)
        assert round(np.mean(costs[-6:])) == known


@pytest.mark.shared
@pytest.mark.slow
def test_one_and_two_processes_measure_the_same(shared: Path, played: Callable[[Path], list[Played]]) -> None:
    folder = shared / "data" / "vn2"
    one, two = played(folder), play_all(folder, BASELINES, processes=2)
    first, second = (measure(done, list(BASELINES)) for done in (one, two))
    assert first["cost"] == second["cost"]
    assert first["against_projection"] == second["against_projection"]
