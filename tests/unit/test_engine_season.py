"""When a season is known: by what was seen of it, not by how long the table is."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

import ownstock.engine as engine

COLUMNS = 156


def is_season_known(weeks_seen: int, series: int) -> bool:
    """Of items that were in stock for the last `weeks_seen` of the weeks that the table has."""
    demand, in_stock = np.zeros((2, series, COLUMNS), np.float32)
    demand[:, COLUMNS - weeks_seen :] = np.random.default_rng(0).poisson(9, (series, weeks_seen))
    in_stock[:, COLUMNS - weeks_seen :] = 1
    history = engine.DemandHistory(pl.Series(range(series)), demand, in_stock, date(2023, 1, 2), "week")
    terms = {"lead_time_days": 14, "review_period_days": 7, "moq": 0, "order_multiple": 1, "unit_cost": 1.0}
    forecast = engine.forecast_demand(history, pl.DataFrame({"item_site": history.item_sites, **terms}))
    [known] = forecast["is_season_known"].unique().to_list()
    return bool(known)


@pytest.mark.parametrize(
    ("weeks_seen", "series", "known"),
    [(7, 60, False), (51, 60, False), (53, 60, True), (53, 10, False), (104, 10, True), (156, 10, True)],
)
def test_one_season_is_followed_where_many_series_tell_it_and_two_where_few_do(
    weeks_seen: int, series: int, known: bool
) -> None:
    assert is_season_known(weeks_seen, series) is known
