"""What learned lead times cost, and what deciding on them saves.

    python -m bench.lead_times [--money]

Cost: a company of item-sites and two and a half receipts each, 2,000 suppliers, three sites; learned and asked once, as a
plan does. Linear growth is read off three sizes.

Money (`--money`): suppliers that are late in three ways, seen through 40 receipts. A year of weekly reviews of items whose
sales are lost or wait, decided by the promise, by the mean alone, by the distribution with each open order on one day (the
middle, or nine in ten), and by the distribution with open orders late together (what a plan does). Demand and lateness
are the same for all; the cost is holding and shortage.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from time import perf_counter
from typing import Any

import numpy as np
import polars as pl

from bench.tables import print_table
from ownstock import engine
from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.arrival_quantiles import arrival_quantiles
from ownstock.engine.arrival_record import ArrivalRecord, Memory, learn_arrivals

TODAY = date(2024, 6, 3)
SUPPLIERS, SITES, SCENARIOS = 2_000, 3, 20
LEVELS = (np.arange(SCENARIOS) + 0.5) / SCENARIOS
PROMISES = np.array([7, 14, 21, 28, 42])
MEMORY = Memory(kept=0.9)
SIZES = ((50_000, 125_000), (100_000, 250_000), (200_000, 500_000))
KNOWN, ITEMS, DAYS, REVIEW, LEAD, WARM = 40, 200, 364, 7, 28, 56
WAYS = ("promise", "mean", "middle day", "nine in ten", "together")
SHORTAGE_COST, HOLDING_RATE, UNIT_COST = 3.0, 0.25, 5.0


def company(items: int, receipts: int, rng: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Receipts of so many item-sites, and an order of each now."""
    supplier, site = rng.integers(0, SUPPLIERS, items), rng.integers(0, SITES, items)
    of = rng.integers(0, items, receipts)
    lead = rng.choice(PROMISES, SUPPLIERS)
    promised = np.datetime64(TODAY) - rng.integers(30, 700, receipts)
    late = np.where(rng.random(receipts) < 0.6, 0, rng.integers(-3, 15, receipts))
    told = {
        "item_site": of, "supplier": supplier[of].astype(str), "lane": site[of].astype(str),
        "arrives_with": promised.astype(str), "ordered_on": promised - lead[supplier[of]], "promised_on": promised,
        "received_on": promised + late, "quantity": np.ones(receipts),
    }  # fmt: skip
    asked = {
        "item_site": np.arange(items), "supplier": supplier.astype(str), "lane": site.astype(str),
        "promised_on": np.datetime64(TODAY) + lead[supplier],
    }  # fmt: skip
    return pl.DataFrame(told), pl.DataFrame(asked)


def cost() -> Iterator[dict[str, Any]]:
    """Seconds to learn and to ask, by size; the first of all is not counted, it compiles."""
    rng = np.random.default_rng(1)
    told, asked = company(100, 500, rng)
    arrival_quantiles(learn_arrivals(told, TODAY, MEMORY), asked, TODAY, LEVELS)
    for items, receipts in SIZES:
        told, asked = company(items, receipts, rng)
        begin = perf_counter()
        record = learn_arrivals(told, TODAY, MEMORY)
        middle = perf_counter()
        found = arrival_quantiles(record, asked, TODAY, LEVELS)
        end = perf_counter()
        yield {
            "item-sites": items, "receipts": receipts, "answers": found.in_days.shape[0],
            "learn, s": round(middle - begin, 2), "ask, s": round(end - middle, 2), "both, s": round(end - begin, 2),
        }  # fmt: skip


@dataclass
class Shelf:
    """Items of one supplier, and what is on order: rows (item, day ordered, day it comes, units)."""

    on_hand: Ints
    open: list[tuple[int, int, int, int]]


def lateness(kind: str, size: int, rng: np.random.Generator) -> Ints:
    """Days after the promise, of suppliers of some kind."""
    if kind == "mostly on the day":
        return np.where(rng.random(size) < 0.8, 0, rng.geometric(0.06, size))
    if kind == "always ten days":
        return np.full(size, 10)
    return np.where(rng.random(size) < 0.4, 0, rng.geometric(0.05, size))


def record_of(kind: str, rng: np.random.Generator) -> ArrivalRecord:
    """What 40 receipts of such a supplier tell."""
    promised = [TODAY - timedelta(days=int(ago)) for ago in rng.integers(70, 400, KNOWN)]
    rows = [
        (0, "S", "", str(n), on - timedelta(days=LEAD), on, on + timedelta(days=int(late)), 1.0)
        for n, (on, late) in enumerate(zip(promised, lateness(kind, KNOWN, rng), strict=True))
    ]
    names = ["item_site", "supplier", "lane", "arrives_with", "ordered_on", "promised_on", "received_on", "quantity"]
    return learn_arrivals(pl.DataFrame(rows, schema=names, orient="row"), TODAY, MEMORY)


def days_left(record: ArrivalRecord) -> dict[int, Ints]:
    """In how many days goods come that were ordered so many days ago and have not: by age. [SCENARIOS] each"""
    ages = list(range(-1, LEAD + 200))
    asked = pl.DataFrame(
        {
            "item_site": [0] * len(ages), "supplier": ["S"] * len(ages), "lane": [""] * len(ages),
            "promised_on": [TODAY + timedelta(days=LEAD - age) for age in ages],
        }
    )  # fmt: skip
    found = arrival_quantiles(record, asked, TODAY, LEVELS)
    return dict(zip(ages, found.in_days[found.row], strict=True))


def outlook(way: str, shelf: Shelf, day: int, left: dict[int, Ints]) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Lead times, arrivals and the expected lead time, as one way of deciding has them."""
    lead = left[0]
    if way in ("promise", "mean"):
        fixed = LEAD if way == "promise" else round(float(lead.mean()))
        coming = [(item, max(on + fixed - day, 1), units, 0) for item, on, _, units in shelf.open]
        return pl.DataFrame(), _arrivals(coming), fixed
    numbered = [
        (item, k + 1 if way == "together" else 0, int(days)) for item in range(ITEMS) for k, days in enumerate(lead)
    ]
    times = pl.DataFrame(numbered, schema=["item_site", "scenario", "lead_time_days"], orient="row")
    times = times.group_by(times.columns, maintain_order=True).agg(probability=pl.len() / SCENARIOS)
    place = SCENARIOS * 9 // 10 if way == "nine in ten" else SCENARIOS // 2
    coming = [(item, int(left[day - on][place]), units, 0) for item, on, _, units in shelf.open]
    if way == "together":
        coming += [
            (item, int(days), units, k + 1)
            for item, on, _, units in shelf.open
            for k, days in enumerate(left[day - on])
        ]
    return times, _arrivals(coming), int(lead[SCENARIOS // 2])


def _arrivals(rows: list[tuple[int, int, int, int]]) -> pl.DataFrame:
    whole = dict.fromkeys(["item_site", "arrives_in_days", "quantity", "scenario"], pl.Int64)
    return pl.DataFrame(rows, schema=whole, orient="row")


def year(way: str, unserved: str, mean: Floats, demand: Ints, late: Ints, left: dict[int, Ints]) -> Floats:
    """What a year costs each item, holding and shortage. demand: [items, days]; late: [items, days] of orders of a day"""
    shelf = Shelf(np.rint(mean * (LEAD + REVIEW)).astype(np.int64), [])
    total = np.zeros(ITEMS)
    for day in range(DAYS):
        arrived = [row for row in shelf.open if row[2] <= day]
        shelf.open = [row for row in shelf.open if row[2] > day]
        for item, _, _, units in arrived:
            shelf.on_hand[item] += units
        if day % REVIEW == 0:
            for item, units in enumerate(decided(way, unserved, shelf, day, mean, left)):
                if units:
                    # Orders do not overtake one another.
                    earlier = max([row[2] for row in shelf.open if row[0] == item], default=0)
                    shelf.open.append((item, day, max(day + LEAD + int(late[item, day]), earlier), units))
        short = np.maximum(demand[:, day] - np.maximum(shelf.on_hand, 0), 0)
        shelf.on_hand -= demand[:, day] - (short if unserved == "lost" else 0)
        if day >= WARM:
            held = np.maximum(shelf.on_hand, 0) * UNIT_COST * HOLDING_RATE / 365
            total += held + short * SHORTAGE_COST
    return total


def decided(way: str, unserved: str, shelf: Shelf, day: int, mean: Floats, left: dict[int, Ints]) -> list[int]:
    """What is ordered on a day."""
    times, coming, lead = outlook(way, shelf, day, left)
    items = np.arange(ITEMS)
    forecast = pl.DataFrame(
        {"item_site": items, "mean_by_bucket": (7 * mean)[:, None].tolist(), "bucket_days": 7.0, "variance_ratio": 1.0}
    )
    net = shelf.on_hand
    position = pl.DataFrame({"item_site": items, "usable": np.maximum(net, 0), "backordered": np.maximum(-net, 0)})
    supply = pl.DataFrame(
        {
            "item_site": items, "lead_time_days": lead, "review_period_days": REVIEW, "moq": 0, "order_multiple": 1,
            "unit_cost": UNIT_COST,
        }
    )  # fmt: skip
    economics = pl.DataFrame(
        {"item_site": items, "holding_rate": HOLDING_RATE, "shortage_cost": SHORTAGE_COST, "unserved_demand": unserved}
    )
    plan = engine.decide(forecast, position, coming, supply, economics, lead_times=times)
    return plan["quantity"].to_list()


def money() -> Iterator[dict[str, Any]]:
    """The cost of each way beside that of the promise; orders are late each for itself, or all of four weeks alike."""
    kinds = ("mostly on the day", "often late", "always ten days")
    for kind, is_shared in [(kind, is_shared) for kind in kinds for is_shared in (False, True)]:
        rng = np.random.default_rng(7)
        mean = np.exp(rng.uniform(np.log(0.1), np.log(5), ITEMS))
        demand, late = rng.poisson(mean[:, None], (ITEMS, DAYS)), lateness(kind, ITEMS * DAYS, rng).reshape(ITEMS, DAYS)
        left = days_left(record_of(kind, rng))
        late = np.repeat(late[:, ::28], 28, axis=1) if is_shared else late
        for unserved in ("lost", "backorder"):
            costs = {way: year(way, unserved, mean, demand, late, left) for way in WAYS}
            base = costs["promise"].sum()
            for way, found in costs.items():
                error = (found - costs["together"]).std() * np.sqrt(ITEMS)
                yield {
                    "supplier": kind, "late": "together" if is_shared else "each",
                    "unserved": unserved, "decided by": way, "cost": round(float(found.sum())),
                    "of the promise": f"{100 * found.sum() / base:.1f} %",
                    "more than together": f"{found.sum() - costs['together'].sum():+.0f} ± {error:.0f}",
                }  # fmt: skip


def main() -> None:
    """Print what is asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--money", action="store_true", help="what deciding on them saves, in place of what they cost")
    rows = list(money() if parser.parse_args().money else cost())
    print_table(rows)
    print(json.dumps({"bench": "lead_times", "rows": rows}))


if __name__ == "__main__":
    main()
