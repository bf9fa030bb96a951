"""The year walked day by day under a declared min-max policy, so that the recorded sales find their goods.

Each morning the assumed deliveries arrive; the day's lines are taken in the order of their instants; each evening an
item whose position is at or below its reorder point is ordered up to its level. Two rules keep the record true:

    - A recorded sale happened. Where the assumed stock falls short of the day's sales, the missing quantity arrives
      that morning as an extra assumed receipt, so the balance is below zero at no instant.
    - A note that takes out more than is there then (extra receipts serve sales, not notes) is refused.

An order whose delivery would fall after the last day is never received: the plan finds the shop as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from ownstock.lab.retail.assumptions import FIRST_DAY, LAST_DAY, OPENING_DAYS

NOT_THERE = "adjustment larger than the stock on hand at that moment"
DAYS = (LAST_DAY - FIRST_DAY).days + 1
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Replay:
    """What the replay assumed and refused.

    lines: the classified lines, `fate` and `reason` final. supplies: sku, supplier, day (0 = first; -1 = opening),
    quantity, why (opening, first, order or extra). on_hand: each, at the close of [day, item]; items by sku.
    is_ranged: whether the shop keeps the item yet, [day, item].
    """

    lines: pl.DataFrame
    supplies: pl.DataFrame
    on_hand: Whole
    is_ranged: npt.NDArray[np.bool_]

    @property
    def share_of_item_days_at_zero(self) -> float:
        """How often an item the shop keeps is out at the close of a day, 0 to 1."""
        return float((self.on_hand == 0)[self.is_ranged].mean())


def replay(classified: pl.DataFrame, assumed: pl.DataFrame) -> Replay:
    """Walk the year: which supplies must be assumed, which notes refused, what lay on the shelf each evening."""
    assert classified["InvoiceDate"].dt.date().is_between(FIRST_DAY, LAST_DAY).all(), (
        "a line lies outside the year that is replayed"
    )
    shop = _Shop(assumed)
    by_day = _stretches(classified, assumed).partition_by("day", as_dict=True)
    on_hand = np.zeros((DAYS, assumed.height), dtype=np.int64)
    for day in range(DAYS):
        shop.take_deliveries(day)
        if (day,) in by_day:
            shop.live_through(day, by_day[day,])
        on_hand[day] = shop.on_hand
        shop.order(day)
    is_ranged = np.arange(DAYS)[:, None] >= shop.start_day[None, :]
    return Replay(_refuse(classified, shop.refused), shop.supplies(), on_hand, is_ranged)


def _stretches(classified: pl.DataFrame, assumed: pl.DataFrame) -> pl.DataFrame:
    """The posted lines as stretches: item by day, cut before each note that takes out.

    item (row of `assumed`), day, stretch (0, 1, …), wanted and line_number of the note it begins with (0, 0 if none),
    net change of the rest and its lowest point (≤ 0): all a balance needs to know, whatever it starts from.
    """
    item, day = pl.col("item"), pl.col("day")
    is_cut = (pl.col("kind") == "adjustment") & (pl.col("direction") == "out")
    sign = pl.when(pl.col("direction") == "in").then(1).otherwise(-1)
    events = (
        classified.filter(fate="posted")
        .join(assumed.select("sku").with_row_index("item"), on="sku")
        .with_columns(day=(pl.col("InvoiceDate").dt.date() - FIRST_DAY).dt.total_days())
        .sort("item", "InvoiceDate", "InvoiceNo", "line_number")
        .with_columns(stretch=is_cut.cast(pl.Int64).cum_sum().over("item", "day"), is_cut=is_cut)
        .with_columns(change=pl.when("is_cut").then(0).otherwise(sign * pl.col("quantity")))
        .with_columns(path=pl.col("change").cum_sum().over("item", "day", "stretch"))
    )
    at_cut = {name: pl.col(name).filter("is_cut").sum().cast(pl.Int64) for name in ("quantity", "line_number")}
    return (
        events.group_by(item, day, "stretch")
        .agg(
            wanted=at_cut["quantity"],
            line_number=at_cut["line_number"],
            net=pl.col("change").sum(),
            lowest=pl.col("path").min().clip(upper_bound=0),
        )
        .sort("day", "stretch", "item")
    )


def _refuse(classified: pl.DataFrame, line_numbers: list[int]) -> pl.DataFrame:
    """The lines with those notes refused."""
    is_refused = pl.col("line_number").is_in(line_numbers)
    return classified.with_columns(
        fate=pl.when(is_refused).then(pl.lit("refused")).otherwise("fate"),
        reason=pl.when(is_refused).then(pl.lit(NOT_THERE)).otherwise("reason"),
        kind=pl.when(~is_refused).then("kind"),
        direction=pl.when(~is_refused).then("direction"),
    )


class _Shop:
    """The shelf, the orders on their way and what had to be assumed; arrays by item."""

    def __init__(self, assumed: pl.DataFrame) -> None:
        self.assumed = assumed
        first = assumed.select((pl.col("first_on") - FIRST_DAY).dt.total_days())["first_on"].to_numpy()
        self.start_day: Whole = np.where(first < OPENING_DAYS, -1, first)
        self.reorder_point: Whole = assumed["reorder_point"].to_numpy()
        self.order_up_to_level: Whole = assumed["order_up_to_level"].to_numpy()
        self.starting_quantity: Whole = assumed["starting_quantity"].to_numpy()
        self.order_multiple: Whole = assumed["order_multiple"].to_numpy()
        self.moq: Whole = assumed["moq"].to_numpy()
        self.lead_time_days: Whole = assumed["lead_time_days"].to_numpy()
        self.on_hand: Whole = np.zeros(assumed.height, dtype=np.int64)
        self.arriving: Whole = np.zeros((DAYS, assumed.height), dtype=np.int64)
        self.on_order: Whole = np.zeros(assumed.height, dtype=np.int64)
        self.refused: list[int] = []
        self._supplies: list[pl.DataFrame] = []
        self._supply(-1, np.where(self.start_day == -1, self.starting_quantity, 0), "opening")

    def take_deliveries(self, day: int) -> None:
        """The morning: what was ordered a lead time ago, and the first stock of items taken up today."""
        self.on_order -= self.arriving[day]
        self._supply(day, self.arriving[day], "order")
        self._supply(day, np.where(self.start_day == day, self.starting_quantity, 0), "first")

    def live_through(self, day: int, stretches: pl.DataFrame) -> None:
        """The day's lines in their order; what sales lacked is written down as having come that morning."""
        extra = np.zeros_like(self.on_hand)
        for _, part in stretches.group_by("stretch", maintain_order=True):
            item, wanted, line_number, net, lowest = (
                part[name].to_numpy() for name in ("item", "wanted", "line_number", "net", "lowest")
            )
            is_there = wanted <= self.on_hand[item]
            self.refused += line_number[~is_there].tolist()
            left = self.on_hand[item] - wanted * is_there
            lacking = np.maximum(0, -(left + lowest))
            extra[item] += lacking
            self.on_hand[item] = left + lacking + net
        self._write_down(day, extra, "extra")

    def order(self, day: int) -> None:
        """The evening: positions at or below the reorder point are ordered up, in whole multiples and the least."""
        position = self.on_hand + self.on_order
        is_due = (position <= self.reorder_point) & (self.start_day <= day)
        need = np.where(is_due, self.order_up_to_level - position, 0)
        quantity = np.where(need > 0, np.maximum(-(-need // self.order_multiple) * self.order_multiple, self.moq), 0)
        arrival = day + self.lead_time_days
        comes = arrival < DAYS
        self.arriving[arrival[comes], np.flatnonzero(comes)] += quantity[comes]
        self.on_order += quantity

    def supplies(self) -> pl.DataFrame:
        """All that had to be assumed, in order of day."""
        return pl.concat(self._supplies)

    def _supply(self, day: int, quantity: Whole, why: str) -> None:
        self.on_hand += quantity
        self._write_down(day, quantity, why)

    def _write_down(self, day: int, quantity: Whole, why: str) -> None:
        item = np.flatnonzero(quantity)
        rows = self.assumed[item].select("sku", "supplier")
        self._supplies.append(rows.with_columns(day=pl.lit(day), quantity=pl.Series(quantity[item]), why=pl.lit(why)))
