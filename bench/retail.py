"""A year of a shop in money: the engine beside min-max, DDMRP and the textbook, on the packed Online Retail sales.

    python -m bench.retail [--sample N] [--seed N] [--profiles fast best]

Demand is what the source's customers bought, day by day, returns netted against earlier sales. Costs, suppliers, lead
times (10, 14 or 21 days), cartons and minimums are the sample company's declared assumptions; holding costs 25 % of the
unit cost a year, a sale that finds no goods is lost and costs its margin. Every Monday each method orders what its
supplier accepts. Scored are the 26 weeks to 5 December 2010, after eight weeks of ordering that are not scored; all
methods start from the same stock and see of the past what the shop sold. Items: those sold in at least eight of the
first 18 weeks.

Each practice stands twice: plain, as described, and with the multiplier that costs least when it orders in the first half of
the year (8 weeks of history, 5 unscored, 13 scored). The engine is not tuned.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from bench.planner import Asked, planned
from bench.practice import DAYS_A_WEEK, PRACTICES, Practice, Supply, ordering, weeks_of
from bench.scores import Score, compare
from ownstock.engine.arrays import Floats, Ints, Truths
from ownstock.engine.history import DemandHistory, net_of_returns
from ownstock.engine.policy.newsvendor import DAYS_A_YEAR, critical_ratio, over_cost
from ownstock.engine.simulate import Order, Replay, Seen, State, Terms, replay
from ownstock.lab.retail.assumptions import FIRST_DAY, LAST_DAY, LEAST_MONEY, assume
from ownstock.lab.retail.fates import classify
from ownstock.lab.retail.packed import read_lines

HOLDING_RATE = 0.25
FIRST_MONDAY, LAST_SUNDAY = date(2009, 12, 7), date(2010, 12, 5)
LEAST_WEEKS_SOLD = 8
MULTIPLIERS = (0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0)


@dataclass(frozen=True)
class Span:
    """Weeks of the year, counted from 0: orders begin before `first`, costs count from `scored` up to `end`."""

    first: int
    scored: int
    end: int


SECOND_HALF = Span(18, 26, 52)
FIRST_HALF = Span(8, 13, 26)


@dataclass(frozen=True)
class Shop:
    """demand [n, days] units from FIRST_MONDAY on; could_sell [n, days]: from the item's first sale on; the rest [n]."""

    demand: Ints
    could_sell: Truths
    supply: Supply
    unit_cost: Floats
    shortage_cost: Floats

    def take(self, rows: Ints) -> Shop:
        """Some of the items."""
        supply = Supply(*(getattr(self.supply, name)[rows] for name in Supply.__annotations__))
        return Shop(self.demand[rows], self.could_sell[rows], supply, self.unit_cost[rows], self.shortage_cost[rows])


def shop() -> Shop:
    """The items sold in enough of the weeks before the engine's first order."""
    lines = classify(read_lines())
    terms = assume(lines)
    demand = daily_demand(lines.filter(fate="posted"), terms["sku"])
    cost = terms["unit_cost"].to_numpy()
    margin = np.maximum(terms["median_price"].to_numpy() - cost, LEAST_MONEY)
    over = over_cost(cost, np.full(cost.size, HOLDING_RATE), np.full(cost.size, DAYS_A_WEEK))
    lead, moq, multiple = (terms[name].to_numpy() for name in ("lead_time_days", "moq", "order_multiple"))
    supply = Supply(lead, moq, multiple, critical_ratio(margin, over))
    has_begun = np.cumsum(demand, axis=1) > 0
    whole = Shop(demand, has_begun, supply, cost, margin)
    weeks_sold = (weeks_of(demand[:, : SECOND_HALF.first * DAYS_A_WEEK]) > 0).sum(axis=1)
    return whole.take(np.flatnonzero(weeks_sold >= LEAST_WEEKS_SOLD))


def daily_demand(posted: pl.DataFrame, sku: pl.Series) -> Ints:
    """Units wanted of each item on each day of the whole weeks: issues less returns. [n, days]"""
    day = (pl.col("InvoiceDate").dt.date() - pl.lit(FIRST_DAY)).dt.total_days()
    rows = posted.join(pl.DataFrame({"sku": sku}).with_row_index("item"), on="sku").with_columns(day=day)
    flows = {}
    for kind in ("issue", "return"):
        sums = rows.filter(kind=kind).group_by("item", "day").agg(pl.col("quantity").sum())
        flows[kind] = np.zeros((sku.len(), (LAST_DAY - FIRST_DAY).days + 1))
        flows[kind][sums["item"].to_numpy(), sums["day"].to_numpy()] = sums["quantity"].to_numpy()
    first, end = (FIRST_MONDAY - FIRST_DAY).days, (LAST_SUNDAY - FIRST_DAY).days + 1
    return net_of_returns(flows["issue"], flows["return"])[:, first:end].astype(np.int64)


def played(one: Shop, order: Order, span: Span) -> Replay:
    """The days of a span, from stock for the lead time and four weeks at the mean demand so far."""
    first, end = span.first * DAYS_A_WEEK, span.end * DAYS_A_WEEK
    terms = Terms.of(
        one.demand.shape[0],
        lead_time_periods=one.supply.lead_time_days,
        is_lost=True,
        holding_cost=one.unit_cost * HOLDING_RATE / DAYS_A_YEAR,
        shortage_cost=one.shortage_cost,
    )
    before = Seen(one.demand[:, :first].copy(), one.could_sell[:, :first].copy())
    opening = np.ceil(before.demand.mean(axis=1) * (one.supply.lead_time_days + 28)).astype(np.int64)
    return replay(one.demand[:, first:end], terms, order, State.of(opening), seen=before)


def score(one: Shop, order: Order, span: Span) -> Score:
    """The scored days of a span."""
    return Score.of(played(one, order, span), (span.scored - span.first) * DAYS_A_WEEK, one.unit_cost)


def best_multiplier(one: Shop, practice: Practice) -> float:
    """The one that costs least in the first half of the year."""
    costs = {m: score(one, ordering(practice, one.supply, m), FIRST_HALF).cost.sum() for m in MULTIPLIERS}
    return min(costs, key=lambda multiplier: costs[multiplier])


class Ledger:
    """What the shop's books tell the engine: weekly sales, and the share of days with something to sell."""

    def __init__(self, one: Shop) -> None:
        self.could_sell = one.could_sell.copy()

    def close(self, day: int, state: State, seen: Seen) -> None:
        """Note of a day that has ended whether there was anything to sell: it was sold, or is still there."""
        self.could_sell[:, day] = (state.on_hand > 0) | (seen.demand[:, day] > 0)

    def history(self, seen: Seen) -> DemandHistory:
        """The whole weeks so far."""
        rows, days = seen.demand.shape
        share = self.could_sell[:, :days].reshape(rows, -1, DAYS_A_WEEK).mean(axis=2)
        weekly = weeks_of(seen.demand).astype(np.float32)
        return DemandHistory(pl.Series(np.arange(rows)), weekly, share.astype(np.float32), FIRST_MONDAY, "week")


def our_order(one: Shop, span: Span, profile: str) -> Order:
    """The engine, asked every Monday and told what the ledger tells."""
    item_site, ledger = pl.Series(np.arange(one.unit_cost.size)), Ledger(one)
    supply = {"item_site": item_site, "lead_time_days": one.supply.lead_time_days, "review_period_days": DAYS_A_WEEK}
    supply |= {"moq": one.supply.moq, "order_multiple": one.supply.order_multiple, "unit_cost": one.unit_cost}
    economics = {"item_site": item_site, "holding_rate": HOLDING_RATE, "shortage_cost": one.shortage_cost}
    economics |= {"unserved_demand": "lost"}
    asked = Asked(pl.DataFrame(supply), pl.DataFrame(economics), days_a_period=1, profile=profile)
    decide = planned(asked, lambda period, state, seen: ledger.history(seen))

    def order(period: int, state: State, seen: Seen) -> Ints:
        if period:
            ledger.close(span.first * DAYS_A_WEEK + period - 1, state, seen)
        if period % DAYS_A_WEEK:
            return np.zeros_like(state.on_hand)
        print(f"Ownstock {profile}: week {span.first + period // DAYS_A_WEEK} of {span.end}", file=sys.stderr)
        return decide(period, state, seen)

    return order


def measure(one: Shop, profiles: list[str]) -> dict[str, Score]:
    """The second half of the year by every method, the engine first."""
    orders = {f"Ownstock {profile}": our_order(one, SECOND_HALF, profile) for profile in profiles}
    found = {name: score(one, order, SECOND_HALF) for name, order in orders.items()}
    for name, practice in PRACTICES.items():
        best = best_multiplier(one, practice)
        print(f"{name}: best multiplier {best}", file=sys.stderr)
        found[f"{name}, plain"] = score(one, ordering(practice, one.supply, 1.0), SECOND_HALF)
        found[f"{name}, x {best:g} (tuned)"] = score(one, ordering(practice, one.supply, best), SECOND_HALF)
    return found


def main() -> None:
    """Read the size from the command line, replay, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=0, help="items; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profiles", nargs="+", default=["fast"], help="of the engine, the first compared with all")
    chosen = parser.parse_args()
    one = shop()
    if 0 < chosen.sample < one.unit_cost.size:
        drawn = np.random.default_rng(chosen.seed).choice(one.unit_cost.size, chosen.sample, replace=False)
        one = one.take(np.sort(drawn))
    rows: list[dict[str, Any]] = compare("Online Retail, 26 weeks", measure(one, chosen.profiles))
    print(json.dumps({"bench": "retail", "sample": chosen.sample, "rows": rows}))


if __name__ == "__main__":
    main()
