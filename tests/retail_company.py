"""The sample company, built once for all the tests that read it."""

from __future__ import annotations

from functools import cache

import polars as pl

from ownstock.lab.retail.tables import SITE, SampleCompany, sample_company

CHANGE = pl.when(pl.col("target") == SITE).then("quantity").otherwise(-pl.col("quantity"))


@cache
def company() -> SampleCompany:
    return sample_company()


def balances(movements: pl.DataFrame) -> dict[str, int]:
    """What the movements leave in the shop, by sku."""
    return dict(movements.group_by("sku").agg(CHANGE.sum().alias("on_hand")).iter_rows())


def lowest_on_the_way(movements: pl.DataFrame) -> int:
    """The lowest balance any item has at any instant, the movements taken in the order of the table."""
    paths = movements.select(CHANGE.alias("change").cum_sum().over("sku"))
    return int(paths["change"].min())  # type: ignore[arg-type]
