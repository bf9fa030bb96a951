"""Lead times learned from receipts: how well they foresee real deliveries, beside the agreed date and the supplier's mean.

    python -m bench.scms [--shared DIR] [--third middle|last] [--choose]

The deliveries are those of the USAID Supply Chain Management System to 2011: HIV medicines and tests to 40 countries.
Every delivery is forecast on the day of its order from what was known at the beginning of that month: what had arrived
by then, and that the rest had not. As in a plan (`planning.lead_times`), until ten arrivals of a supplier are known its
promise stands, for certain; past it, the delivery is expected to need as many days more as it has been late. Where the
file has no day of the order (all that came from the regional stores, and some that came directly) it is taken to be 90
days before the scheduled day, the median of the others.

Scored is by scheduled day the last third; what the engine assumes was chosen on the middle third (`--choose`). The file
knows one scheduled day of each delivery, maybe moved since the order and maybe to the day of the delivery: so promises
look better here than they were when they were made, for all methods. It holds only what had been delivered by its last
day, so what was scheduled in its last 90 days is not scored: the late ones are missing.

`held` is how many deliveries came within the central intervals (randomised PIT) and twice the standard error; `loss` is
the mean pinball loss over 19 quantiles, in days, and how much less than the peer's, with its standard error. Deliveries
of one shipment (ASN/DN) are one observation.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from bench.tables import print_table
from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.arrival_levels import BY_ORDER, BY_PROMISE, Clock
from ownstock.engine.arrival_record import ArrivalRecord, Memory, learn_arrivals
from ownstock.engine.measure import COVERAGE_LEVELS, cdf_around, paired_difference, randomised_pit
from ownstock.purchasing.rules.lateness import expected_arrival_in_days
from ownstock.purchasing.rules.past_days import read_days, unscrambled

FILE = "data/scms_deliveries/deliveries_to_2011.csv.gz"
USUAL_DAYS = 90
UNSEEN_DAYS = 90
QUANTILES = np.arange(1, 20) / 20
# As plans have it.
ENOUGH, MEMORY = 10, Memory(kept=0.9)
MEMORIES = [
    MEMORY,
    *(replace(MEMORY, half_life_arrivals=number) for number in (10.0, 40.0)),
    *(replace(MEMORY, half_life_days=number) for number in (7.0, 30.0, 60.0, 365.0)),
    *(replace(MEMORY, surprise=share) for share in (0.0, 0.1, 0.2, 0.25)),
]


@dataclass(frozen=True)
class Deliveries:
    """The rows that can be used, as `arrival_frames.RECEIPTS` has them, and how many were left out or mended, by reason."""

    rows: pl.DataFrame
    left_out: dict[str, int]
    mended: dict[str, int]

    @property
    def last_on(self) -> date:
        """The last scheduled day whose late deliveries are in the file."""
        last: date = self.rows["received_on"].max()  # type: ignore[assignment]
        return last - timedelta(days=UNSEEN_DAYS)

    def third(self, name: str) -> tuple[date, date]:
        """The first and the last scheduled day of a third of the rows."""
        days, height = self.rows["promised_on"].sort(), self.rows.height
        first, second = days[height // 3], days[2 * height // 3]
        return (first, second - timedelta(days=1)) if name == "middle" else (second, self.last_on)


def read(path: Path) -> Deliveries:
    """The file as deliveries; every row that cannot be used is counted by its reason."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    left_out: Counter[str] = Counter()
    mended: Counter[str] = Counter()
    rows = []
    for written in csv.DictReader(io.StringIO(_text(content, mended))):
        found = _row(written, mended)
        if isinstance(found, str):
            left_out[found] += 1
        else:
            rows.append(found)
    names = ["item", "supplier", "lane", "arrives_with", "ordered_on", "promised_on", "received_on"]
    frame = pl.DataFrame(rows, schema=names, orient="row").with_columns(quantity=pl.lit(1.0))
    frame = frame.with_columns(item_site=pl.col("item").rank("dense").cast(pl.Int64))
    return Deliveries(frame.sort("promised_on", "arrives_with", "item"), dict(left_out), dict(mended))


def _text(content: bytes, mended: Counter[str]) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        mended["the file is not UTF-8, read as Windows-1252"] += 1
        return content.decode("cp1252", errors="replace")


def _row(written: dict[str | None, Any], mended: Counter[str]) -> tuple[Any, ...] | str:
    """One delivery, or why it cannot be used."""
    if None in written or None in written.values():
        return "the row has too few or too many fields"
    row = {name: _unscrambled(text.strip(), mended) for name, text in written.items() if name}
    promised_on = _day(row["Scheduled Delivery Date"])
    received_on = _day(row["Delivered to Client Date"])
    if promised_on is None:
        return "no scheduled day that can be read"
    if received_on is None:
        return "no delivered day that can be read"
    ordered_on = _day(row["PO Sent to Vendor Date"])
    if ordered_on is None:
        mended[f"no day of the order ({row['PO Sent to Vendor Date']}), taken as {USUAL_DAYS} days ahead"] += 1
        ordered_on = promised_on - timedelta(days=USUAL_DAYS)
        if received_on < ordered_on:
            return f"no day of the order, and delivered more than {USUAL_DAYS} days before it was scheduled"
    if received_on < ordered_on:
        return "delivered before it was ordered"
    lane = f"{row['Country']}, {row['Shipment Mode']}"
    return row["Item Description"], row["Vendor"], lane, row["ASN/DN #"], ordered_on, promised_on, received_on


def _unscrambled(text: str, mended: Counter[str]) -> str:
    """A text as it was meant; that it was mended is counted."""
    plain = unscrambled(text)
    if plain != text:
        mended["texts encoded twice"] += 1
    return plain


def _day(text: str) -> date | None:
    return read_days([text], "mdy")[0][text]


@dataclass(frozen=True)
class Forecasts:
    """What was forecast of so many deliveries and what came, in days from the day of reference. [m, days], [m] …"""

    distribution: Floats
    zero: int
    came: Ints
    agreed: Floats | None
    mean: Floats
    shipment: pl.Series

    @classmethod
    def together(cls, parts: list[Forecasts]) -> Forecasts:
        """Those of all months as one."""
        agreed = None if parts[0].agreed is None else np.concatenate([part.agreed for part in parts])
        return cls(
            np.concatenate([part.distribution for part in parts]),
            parts[0].zero,
            np.concatenate([part.came for part in parts]),
            agreed,
            np.concatenate([part.mean for part in parts]),
            pl.concat([part.shipment for part in parts]),
        )


Chosen = Callable[[pl.DataFrame, date, date], pl.DataFrame]


def ordered_in_month(rows: pl.DataFrame, month: date, next_month: date) -> pl.DataFrame:
    """The deliveries ordered in a month, each forecast on the day of its order."""
    today = pl.col("ordered_on")
    return rows.filter(today >= month, today < next_month).with_columns(today=today)


def open_on_first(rows: pl.DataFrame, month: date, next_month: date) -> pl.DataFrame:
    """The deliveries that are open at the beginning of a month, all forecast on its first day."""
    del next_month
    return rows.filter(pl.col("ordered_on") <= month, pl.col("received_on") >= month).with_columns(today=pl.lit(month))


def forecast(deliveries: Deliveries, scored: pl.DataFrame, chosen: Chosen, clock: Clock, memory: Memory) -> Forecasts:
    """Month by month, from what was known at its beginning."""
    parts = []
    for month, next_month in _months(scored):
        asked = chosen(scored, month, next_month)
        if asked.height:
            known = as_known(deliveries.rows, month)
            parts.append(_forecast(learn_arrivals(known, month, memory), known, asked, clock))
    return Forecasts.together(parts)


def as_known(rows: pl.DataFrame, day: date) -> pl.DataFrame:
    """What the first minute of a day knows: what was ordered, and of it what has arrived."""
    arrived = pl.when(pl.col("received_on") < day).then("received_on")
    return rows.filter(pl.col("ordered_on") < day).with_columns(received_on=arrived)


def _forecast(record: ArrivalRecord, known: pl.DataFrame, asked: pl.DataFrame, clock: Clock) -> Forecasts:
    is_promised = clock is BY_PROMISE
    reference = pl.col("promised_on" if is_promised else "ordered_on")
    asked = asked.with_columns(day=(pl.col("today") - reference).dt.total_days() + clock.zero)
    today = asked["day"].to_numpy() - clock.zero
    came = asked.select((pl.col("received_on") - reference).dt.total_days()).to_series().to_numpy()
    distribution = record.distributions(asked, is_promised=is_promised)
    if is_promised:
        _let_promises_stand(distribution, known, asked, clock)
    agreed = np.maximum(today, 0.0) if is_promised else None
    mean = np.maximum(_supplier_mean(known, asked, reference), today)
    return Forecasts(distribution, clock.zero, came, agreed, mean, asked["arrives_with"])


def _let_promises_stand(distribution: Floats, known: pl.DataFrame, asked: pl.DataFrame, clock: Clock) -> None:
    """Where fewer than `ENOUGH` arrivals of a supplier are known, put all on the day of its promise; in place."""
    came = known.filter(pl.col("received_on").is_not_null()).group_by("supplier")
    arrivals = came.agg(number=pl.col("arrives_with").n_unique())
    number = asked.select("supplier").join(arrivals, on="supplier", how="left", maintain_order="left")["number"]
    few = np.flatnonzero((number.fill_null(0) < ENOUGH).to_numpy())
    promises = asked[few].select("promised_on", "today").iter_rows()
    expected = [expected_arrival_in_days(promised_on, today) for promised_on, today in promises]
    at = asked["day"].to_numpy()[few] + np.array(expected, dtype=np.int64)
    distribution[few] = 0.0
    distribution[few, np.minimum(at, distribution.shape[1] - 1)] = 1.0


def _supplier_mean(known: pl.DataFrame, asked: pl.DataFrame, reference: pl.Expr) -> Floats:
    """The mean of what has arrived of the supplier, in days from the day of reference; everybody's for a new one."""
    days = (pl.col("received_on") - reference).dt.total_days()
    arrived = known.filter(pl.col("received_on").is_not_null()).select("supplier", days=days)
    by_supplier = arrived.group_by("supplier").agg(pl.col("days").mean())
    everybody = float(arrived["days"].mean() or 0.0)  # type: ignore[arg-type]
    means = asked.select("supplier").join(by_supplier, on="supplier", how="left", maintain_order="left")["days"]
    return means.fill_null(everybody).to_numpy()


def _months(scored: pl.DataFrame) -> Iterator[tuple[date, date]]:
    first: date = scored["ordered_on"].min()  # type: ignore[assignment]
    last: date = scored["received_on"].max()  # type: ignore[assignment]
    months = pl.date_range(first.replace(day=1), last + timedelta(days=31), "1mo", eager=True).to_list()
    return pairwise(months)


def score(name: str, found: Forecasts, rng: np.random.Generator) -> dict[str, Any]:
    """One row of the table: what was held, and what was lost beside the peers."""
    cluster = found.shipment.to_numpy()
    at = np.clip(found.came + found.zero, 0, found.distribution.shape[1] - 1)
    pit = randomised_pit(*cdf_around(at, found.distribution), rng)
    row: dict[str, Any] = {"forecast": name, "deliveries": at.size, "shipments": found.shipment.n_unique()}
    for level in COVERAGE_LEVELS:
        held = paired_difference((np.abs(pit - 0.5) <= level / 2).astype(np.float64), np.zeros(at.size), cluster)
        row[f"held of {100 * level:g} %"] = f"{100 * held.mean:.1f} ± {200 * held.standard_error:.1f}"
    ours = pinball(found.came, _quantiles(found))
    row["loss"] = f"{ours.mean():.2f}"
    for peer, days in (("agreed date", found.agreed), ("supplier's mean", found.mean)):
        row[peer] = "" if days is None else _beside(ours, pinball(found.came, days[:, None]), cluster)
    return row


def pinball(came: Ints, quantiles: Floats) -> Floats:
    """The mean loss of each delivery over `QUANTILES`, in days. [m], [m, quantiles] or [m, 1] → [m]"""
    missed = came[:, None] - quantiles
    return np.maximum(QUANTILES * missed, (QUANTILES - 1) * missed).mean(axis=1)


def _quantiles(found: Forecasts) -> Floats:
    cumulative = np.cumsum(found.distribution, axis=1)
    places = [(cumulative < level - 1e-12).sum(axis=1) for level in QUANTILES]
    return np.stack(places, axis=1) - float(found.zero)


def _beside(ours: Floats, peer: Floats, cluster: np.ndarray) -> str:
    less = paired_difference(ours, peer, cluster)
    return f"{peer.mean():.2f} ({less.mean:+.2f} ± {less.standard_error:.2f})"


def measure(deliveries: Deliveries, third: str, memory: Memory) -> list[dict[str, Any]]:
    """The rows of one table: on the order with a promise, while open, and on the order without a promise."""
    first, last = deliveries.third(third)
    scored = deliveries.rows.filter(pl.col("promised_on").is_between(first, last))
    dated = scored.filter(pl.col("ordered_on") != pl.col("promised_on") - pl.duration(days=USUAL_DAYS))
    kinds: list[tuple[str, pl.DataFrame, Chosen, Clock]] = [
        ("ordered, with a promise", scored, ordered_in_month, BY_PROMISE),
        ("open at the first of a month", scored, open_on_first, BY_PROMISE),
        ("ordered, without a promise", dated, ordered_in_month, BY_ORDER),
    ]
    rng = np.random.default_rng(1)
    return [score(name, forecast(deliveries, rows, chosen, clock, memory), rng) for name, rows, chosen, clock in kinds]


def choose(deliveries: Deliveries) -> list[dict[str, Any]]:
    """How the middle third is forecast with other memories: the first row of its table for each."""
    first, last = deliveries.third("middle")
    scored = deliveries.rows.filter(pl.col("promised_on").is_between(first, last))
    rows = []
    for memory in MEMORIES:
        found = forecast(deliveries, scored, ordered_in_month, BY_PROMISE, memory)
        row = {"arrivals": memory.half_life_arrivals, "days": memory.half_life_days, "surprise": memory.surprise}
        rows.append(row | score("", found, np.random.default_rng(1)))
    return rows


def tell(deliveries: Deliveries) -> None:
    """Print what was read, what was left out and why, and what was mended."""
    unseen = deliveries.rows.filter(pl.col("promised_on") > deliveries.last_on).height
    left = deliveries.left_out | {f"known, not scored: scheduled after {deliveries.last_on}": unseen}
    print(f"{deliveries.rows.height:,} deliveries")
    print("left out:")
    print_table([{"rows": number, "because": reason} for reason, number in left.items()])
    if deliveries.mended:
        print("mended:")
        print_table([{"number": number, "what": what} for what, number in deliveries.mended.items()])


def main() -> None:
    """Read the file, forecast month by month, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("OWNSTOCK_SHARED", "../shared")))
    parser.add_argument("--third", choices=["middle", "last"], default="last", help="which deliveries are scored")
    parser.add_argument("--choose", action="store_true", help="other memories on the middle third")
    chosen = parser.parse_args()
    deliveries = read(chosen.shared / FILE)
    tell(deliveries)
    rows = choose(deliveries) if chosen.choose else measure(deliveries, chosen.third, MEMORY)
    first, last = deliveries.third("middle" if chosen.choose else chosen.third)
    print(f"\nscheduled from {first} to {last}")
    print_table(rows)
    told = {"rows": deliveries.rows.height, "left_out": deliveries.left_out, "mended": deliveries.mended}
    print(json.dumps({"bench": "scms", "third": chosen.third, **told, "table": rows}))


if __name__ == "__main__":
    main()
