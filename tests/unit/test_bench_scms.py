"""The backtest of lead times reads a messy file, says what it left out, and looks at nothing that was not known."""

from __future__ import annotations

import csv
import gzip
import json
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bench import scms
from ownstock.engine.arrival_levels import BY_PROMISE
from ownstock.engine.arrival_record import Memory

HEADS = [
    "Country", "Shipment Mode", "Item Description", "Vendor", "ASN/DN #", "PO Sent to Vendor Date",
    "Scheduled Delivery Date", "Delivered to Client Date",
]  # fmt: skip
FIRST = date(2007, 1, 1)


def row(number: int, late_days: int = 0, ordered: str | None = None, country: str = "Zambia") -> list[str]:
    """Scheduled every third day, ordered 60 days ahead."""
    scheduled = FIRST + timedelta(days=3 * number)
    sent = scheduled - timedelta(days=60)
    written = ordered if ordered is not None else f"{sent.month}/{sent.day}/{sent:%y}"
    delivered = scheduled + timedelta(days=late_days)
    days = [f"{day.day}-{day:%b-%y}" for day in (scheduled, delivered)]
    return [country, "Air", f"item {number % 3}", f"vendor {number % 2}", f"ASN-{number // 2}", written, *days]


def file_of(folder: Path, rows: list[list[str]], encoding: str = "utf-8") -> Path:
    path = folder / scms.FILE
    path.parent.mkdir(parents=True)
    with gzip.open(path, "wt", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([HEADS, *rows])
    return path


def messy() -> list[list[str]]:
    no_scheduled, no_delivered = row(300), row(301)
    no_scheduled[6], no_delivered[7] = "Date Not Captured", "Pre-PQ Process"
    return [
        *(row(number, late_days=(0, 0, 7)[number % 3]) for number in range(300)),
        no_scheduled,
        no_delivered,
        row(302)[:-2],
        row(303, late_days=-61),
        row(304, late_days=-91, ordered="N/A - From RDC"),
        row(305, ordered="Date Not Captured"),
        row(306, country="Côte d'Ivoire".encode().decode("latin-1")),
    ]


def test_every_row_left_out_is_counted_by_its_reason(tmp_path: Path) -> None:
    found = scms.read(file_of(tmp_path, messy()))
    assert found.rows.height == 302
    assert found.left_out == {
        "no scheduled day that can be read": 1,
        "no delivered day that can be read": 1,
        "the row has too few or too many fields": 1,
        "delivered before it was ordered": 1,
        "no day of the order, and delivered more than 90 days before it was scheduled": 1,
    }
    assert sum(found.left_out.values()) + found.rows.height == len(messy())


def test_texts_encoded_twice_are_mended(tmp_path: Path) -> None:
    found = scms.read(file_of(tmp_path, messy()))
    assert found.mended["texts encoded twice"] == 1
    assert "Côte d'Ivoire, Air" in found.rows["lane"].to_list()


def test_a_file_in_another_encoding_is_read(tmp_path: Path) -> None:
    found = scms.read(file_of(tmp_path, [row(1, country="Côte d'Ivoire")], encoding="cp1252"))
    assert found.rows["lane"].to_list() == ["Côte d'Ivoire, Air"]
    assert found.mended == {"the file is not UTF-8, read as Windows-1252": 1}


def test_an_order_without_its_day_is_taken_as_90_days_ahead(tmp_path: Path) -> None:
    found = scms.read(file_of(tmp_path, [row(1, ordered="Date Not Captured")]))
    assert (found.rows["promised_on"] - found.rows["ordered_on"]).dt.total_days().to_list() == [90]


def test_a_day_knows_only_what_was_ordered_and_had_arrived(tmp_path: Path) -> None:
    found = scms.read(file_of(tmp_path, messy()))
    day = FIRST + timedelta(days=200)
    known = scms.as_known(found.rows, day)
    assert known.height == found.rows.filter(pl.col("ordered_on") < day).height
    assert known.filter(pl.col("received_on") >= day).height == 0
    assert known["received_on"].null_count() == known.filter(pl.col("promised_on") >= day).height + 1


def test_what_comes_later_changes_no_forecast(tmp_path: Path) -> None:
    """The last hundred deliveries all come 40 days later than they did: what was foreseen for those before stays."""
    day = FIRST + timedelta(days=450)
    is_known = pl.col("received_on") < day
    plain = scms.read(file_of(tmp_path, messy()))
    moved = plain.rows.with_columns(
        received_on=pl.when(is_known).then("received_on").otherwise(pl.col("received_on") + timedelta(days=40))
    )
    scored = plain.rows.filter(
        pl.col("promised_on").is_between(FIRST + timedelta(days=300), FIRST + timedelta(days=440))
    )
    scored = scored.filter(is_known)
    told = [
        scms.forecast(scms.Deliveries(rows, {}, {}), scored, scms.ordered_in_month, BY_PROMISE, Memory())
        for rows in (plain.rows, moved)
    ]
    assert np.array_equal(told[0].distribution, told[1].distribution)
    assert np.array_equal(told[0].mean, told[1].mean)


def test_the_loss_of_a_point_is_half_its_distance() -> None:
    lost = scms.pinball(np.array([10, -4]), np.array([[0.0], [0.0]]))
    assert lost == pytest.approx([5, 2])


def test_the_bench_prints_its_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file_of(tmp_path, messy())
    monkeypatch.setattr(sys, "argv", ["scms", "--shared", str(tmp_path)])
    scms.main()
    printed = capsys.readouterr().out
    told = json.loads(printed.splitlines()[-1])
    assert "delivered before it was ordered" in printed
    assert [line["forecast"] for line in told["table"]] == [
        "ordered, with a promise", "open at the first of a month", "ordered, without a promise",
    ]  # fmt: skip
    assert sum(told["left_out"].values()) == 5
    loss, agreed = float(told["table"][0]["loss"]), float(told["table"][0]["agreed date"].split()[0])
    assert loss < agreed
