"""Receipts as short lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from ownstock.engine import arrival_frames

TODAY = date(2024, 6, 1)

Case = tuple[int, str, int, int | None]


def receipts(rows: Sequence[Case], lead_days: int = 20, names: list[str] | None = None) -> pl.DataFrame:
    """(item_site, supplier, days since the promise, days late or None where it is open), one unit each, no lanes."""
    told = []
    for number, (item_site, supplier, ago, late) in enumerate(rows):
        promised_on = TODAY - timedelta(days=ago)
        told.append(
            {
                "item_site": item_site,
                "supplier": supplier,
                "arrives_with": names[number] if names else str(number),
                "ordered_on": promised_on - timedelta(days=lead_days),
                "promised_on": promised_on,
                "received_on": None if late is None else promised_on + timedelta(days=late),
                "quantity": 1,
            }
        )
    schema = [column.name for column in arrival_frames.RECEIPTS.columns if column.name != "lane"]
    types = {"ordered_on": pl.Date, "promised_on": pl.Date, "received_on": pl.Date}
    return pl.DataFrame(told, schema=schema, schema_overrides=types)


def ordered(item_site: int, supplier: str, promised_in_days: int | None = 20) -> pl.DataFrame:
    """One order of today."""
    return pl.DataFrame({"item_site": [item_site], "supplier": [supplier], "promised_in_days": [promised_in_days]})


def still_open(item_site: int, supplier: str, ago: int, lead_days: int = 20) -> pl.DataFrame:
    """One delivery promised so many days ago."""
    promised_on = TODAY - timedelta(days=ago)
    row = {"delivery": 1, "item_site": item_site, "supplier": supplier, "promised_on": promised_on}
    return pl.DataFrame([row | {"ordered_on": promised_on - timedelta(days=lead_days)}])
