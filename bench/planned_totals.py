"""Whether planned orders tell the truth: totals of weeks to come beside what came, and how much a plan moves in a week.

VN2: from each origin o, with the record before week o, planned orders are made for half a year; then the recorded demand
is played with a real plan every week, its forecast made anew. Totals of demand leave out the weeks that were out of stock,
on the paths as in the record. Nothing of the weeks judged is known when the paths are drawn, drift included.
Online Retail: totals of demand of the shop of `bench.retail`, from several of its weeks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import ownstock.engine as engine
from bench.practice import weeks_of
from bench.retail import FIRST_MONDAY, Shop
from bench.vn2_planner import DAYS_A_WEEK, HOLDING_RATE, LEAD_TIME_WEEKS, SHORTAGE_COST, Planner, in_stock_fraction
from bench.vn2_pseudo import read_folder, terms, warmed_up
from ownstock.engine import frames, run
from ownstock.engine.arrays import Floats, Ints, Truths
from ownstock.engine.demand_paths import Horizon
from ownstock.engine.fences import Fences, plan_changes
from ownstock.engine.forecast.drift import NO_DRIFT, Drift
from ownstock.engine.history import DemandHistory
from ownstock.engine.measure import coverage, randomised_pit
from ownstock.engine.planned_orders import learn_drift
from ownstock.engine.rolling import Paths, rolled, start_of
from ownstock.engine.simulate import Seen, State, replay

ORIGINS = (61, 71, 81, 91, 101, 111, 121, 131)
RETAIL_ORIGINS = (22, 24, 26, 30, 34, 38)
WEEKS = (4, 13, 26)
HORIZON = Horizon(weeks=max(WEEKS))
HOLDING_RATE_OF_A_SHOP = 0.25
REPLANS = 12


@dataclass(frozen=True)
class Case:
    """What planned orders are made from, and the demand that then came with the weeks that tell it. [n, weeks] each"""

    name: str
    history: DemandHistory
    position: pl.DataFrame
    arrivals: pl.DataFrame
    supply: pl.DataFrame
    economics: pl.DataFrame
    came: Ints
    is_told: Truths
    groups: pl.DataFrame | None = None

    @property
    def frames(self) -> tuple[DemandHistory, pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """In the order of `engine.plan`."""
        return self.history, self.position, self.arrivals, self.supply, self.economics


def paths_of(case: Case, drift: Drift) -> Paths:
    """The paths of all item-sites as one block."""
    checked = frames.check_all(*case.frames[1:])
    ahead = HORIZON.days + DAYS_A_WEEK * 8
    expected, told = run.forecast_of(
        case.history, checked, "fast", case.groups, None, None, None, 0, None, ahead_days=ahead
    )  # fmt: skip
    start = start_of(expected, checked, None, HORIZON, Fences(), drift, told.everywhere.width)
    parts = list(rolled(start, HORIZON))
    return Paths(*(np.concatenate([getattr(part, name) for part in parts]) for name in Paths.__annotations__))


def where_it_fell(drawn: Ints, came: Ints, rng: np.random.Generator) -> Floats:
    """The place of what came among the paths, 0 to 1, ties broken at random. drawn [n, paths], came [n] → [n]

    It is uniform where what came is one path more of the same kind (Czado, Gneiting and Held 2009, Biometrics 65).
    """
    paths = drawn.shape[1]
    below, upto = ((of(drawn, came[:, None])).sum(axis=1) for of in (np.less, np.less_equal))
    return randomised_pit(below / (paths + 1), (upto + 1) / (paths + 1), rng)


def row(name: str, what: str, weeks: int, pit: Floats, drawn: float, came: float) -> dict[str, Any]:
    """The figures of one total."""
    half, most, _ = coverage(pit)
    return {
        "paths": name,
        "total": f"{what} of {weeks} weeks",
        "totals": pit.size,
        "within_50%": round(half, 3),
        "within_80%": round(most, 3),
        "below_p10": round(float((pit <= 0.1).mean()), 3),
        "above_p90": round(float((pit > 0.9).mean()), 3),
        "mean_over_real": round(drawn / came, 3),
    }


Fell = dict[tuple[str, str, int], list[tuple[Floats, float, float]]]


def judge(case: Case, ordered: Ints | None, fell: Fell) -> Drift:
    """Add where the totals of a case fell on its paths, with the level fixed and drifting."""
    drift, rng = learn_drift(*case.frames, groups=case.groups), np.random.default_rng(0)
    for name, of in (("level as forecast", NO_DRIFT), ("level drifts", drift)):
        paths = paths_of(case, of)
        for weeks in (weeks for weeks in WEEKS if weeks <= case.came.shape[1]):
            told = case.is_told[:, :weeks]
            drawn = (paths.demand[:, 1:, :weeks] * told[:, None]).sum(axis=2)
            pairs = {"demand": (drawn, (case.came[:, :weeks] * told).sum(axis=1))}
            if ordered is not None:
                # Where some week was out of stock, what would have been ordered is not known.
                whole = told.all(axis=1)
                pairs["orders"] = paths.ordered[whole, 1:, :weeks].sum(axis=2), ordered[whole, :weeks].sum(axis=1)
            for what, (on_paths, came) in pairs.items():
                place = where_it_fell(on_paths, came, rng)
                fell.setdefault((name, what, weeks), []).append((place, on_paths.mean(axis=1).sum(), came.sum()))
    return drift


def table(fell: Fell) -> list[dict[str, Any]]:
    """One row for each kind of total, over all origins."""
    rows = []
    for (name, what, weeks), parts in sorted(fell.items(), key=lambda entry: (entry[0][1], entry[0][2], entry[0][0])):
        places, drawn, came = zip(*parts, strict=True)
        rows.append(row(name, what, weeks, np.concatenate(places), sum(drawn), sum(came)))
    return rows


def vn2(folder: Path, origins: tuple[int, ...] = ORIGINS) -> tuple[list[dict[str, Any]], dict[int, Drift]]:
    """Totals of demand and of orders from every origin, and the drift learned at each."""
    fell: Fell = {}
    drifts = {}
    for origin in origins:
        case, opening = vn2_case(folder, origin)
        drifts[origin] = judge(case, _orders_of_real_plans(folder, origin, opening), fell)
    return table(fell), drifts


def retail(shop: Shop) -> tuple[list[dict[str, Any]], dict[int, Drift]]:
    """Totals of demand of a shop from every origin, and the drift learned at each."""
    fell: Fell = {}
    drifts = {week: judge(retail_case(shop, week), None, fell) for week in RETAIL_ORIGINS}
    return table(fell), drifts


def vn2_case(folder: Path, origin: int) -> tuple[Case, State]:
    """The competition as it stood before a week, its state after six weeks of the organiser's orders."""
    known = read_folder(folder)
    opening, _ = warmed_up(known, origin)
    ahead = slice(origin, origin + HORIZON.weeks)
    history = history_of(Seen(known.seen.demand[:, :origin], known.seen.is_in_stock[:, :origin]), known.first_on)
    came, is_told = known.seen.demand[:, ahead], known.seen.is_in_stock[:, ahead]
    supply, economics = vn2_terms(len(known.pairs))
    return Case("VN2", history, *standing(opening), supply, economics, came, is_told, known.groups), opening


def vn2_terms(rows: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rules of the competition as the engine is told them."""
    item_site = pl.Series("item_site", np.arange(rows))
    supply = {"item_site": item_site, "lead_time_days": LEAD_TIME_WEEKS * DAYS_A_WEEK, "moq": 0, "order_multiple": 1}
    economics = {"item_site": item_site, "holding_rate": HOLDING_RATE, "shortage_cost": SHORTAGE_COST}
    supply |= {"review_period_days": DAYS_A_WEEK, "unit_cost": 1.0}
    return pl.DataFrame(supply), pl.DataFrame(economics | {"unserved_demand": "lost"})


def standing(state: State) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Position and open arrivals of a state."""
    item_site = np.arange(state.on_hand.size)
    place, week = np.nonzero(state.on_order)
    position = {"item_site": item_site, "usable": state.on_hand, "backordered": state.backordered}
    arrivals = {"item_site": place, "arrives_in_days": DAYS_A_WEEK * week, "quantity": state.on_order[place, week]}
    return pl.DataFrame(position), pl.DataFrame(arrivals)


def history_of(seen: Seen, first_on: date) -> DemandHistory:
    """What was seen, as the engine reads it."""
    demand, in_stock = (values.astype(np.float32) for values in (seen.demand, in_stock_fraction(seen)))
    return DemandHistory(pl.Series("item_site", np.arange(len(demand))), demand, in_stock, first_on, "week")


def retail_case(shop: Shop, week: int) -> Case:
    """The shop before a week, with goods for lead time and four weeks on hand."""
    sold, could_sell = weeks_of(shop.demand), shop.could_sell.reshape(len(shop.demand), -1, DAYS_A_WEEK).mean(axis=2)
    item_site = pl.Series("item_site", np.arange(len(sold)))
    demand, in_stock = (values[:, :week].astype(np.float32) for values in (sold, could_sell))
    lead = shop.supply.lead_time_days
    usable = np.ceil(demand.mean(axis=1) * (lead / DAYS_A_WEEK + 4)).astype(np.int64)
    supply = {"item_site": item_site, "lead_time_days": lead, "review_period_days": DAYS_A_WEEK}
    supply |= {"moq": shop.supply.moq, "order_multiple": shop.supply.order_multiple, "unit_cost": shop.unit_cost}
    economics = {"item_site": item_site, "shortage_cost": shop.shortage_cost, "unserved_demand": "lost"}
    nothing = pl.DataFrame(schema={"item_site": pl.Int64, "arrives_in_days": pl.Int64, "quantity": pl.Int64})
    return Case(
        "Online Retail",
        DemandHistory(item_site, demand, in_stock, FIRST_MONDAY, "week"),
        pl.DataFrame({"item_site": item_site, "usable": usable, "backordered": 0}),
        nothing,
        pl.DataFrame(supply),
        pl.DataFrame(economics | {"holding_rate": HOLDING_RATE_OF_A_SHOP}),
        sold[:, week : week + HORIZON.weeks].astype(np.int64),
        could_sell[:, week : week + HORIZON.weeks] >= 1,
    )


def _orders_of_real_plans(folder: Path, origin: int, opening: State) -> Ints:
    """What weekly plans order while the recorded demand comes. [n, weeks]"""
    known = read_folder(folder)
    ahead = slice(origin, origin + HORIZON.weeks)
    return replay(
        known.seen.demand[:, ahead],
        terms(known),
        Planner("fast", known.first_on, known.groups).rule(),
        opening,
        seen=Seen(known.seen.demand[:, :origin], known.seen.is_in_stock[:, :origin]),
        could_sell=known.seen.is_in_stock[:, ahead],
    ).ordered


def changes(folder: Path, origin: int, fences: Fences) -> list[dict[str, Any]]:
    """Σ |now - then| / Σ then of the planned orders of two weeks that follow each other, by weeks ahead.

    The first week's quantity is ordered in each of `REPLANS` weeks, the recorded demand comes, and the plan is made anew.
    """
    known = read_folder(folder)
    supply, economics = vn2_terms(len(known.pairs))
    opening, _ = warmed_up(known, origin)
    plans: list[pl.DataFrame] = []

    def order(period: int, state: State, seen: Seen) -> Ints:
        plan = engine.planned_orders(
            history_of(seen, known.first_on), *standing(state), supply, economics, groups=known.groups,
            today=known.first_on + timedelta(weeks=origin + period), drift=NO_DRIFT, paths=1, horizon_weeks=13,
            before=plans[-1] if plans else None, firm_weeks=fences.firm_weeks, flexible_weeks=fences.flexible_weeks,
            flexible_share=fences.flexible_share,
        )  # fmt: skip
        plans.append(plan)
        return plan.filter(pl.col("week") == 0)["quantity"].to_numpy()

    ahead = slice(origin, origin + REPLANS)
    past = Seen(known.seen.demand[:, :origin], known.seen.is_in_stock[:, :origin])
    could_sell = known.seen.is_in_stock[:, ahead]
    replay(known.seen.demand[:, ahead], terms(known), order, opening, seen=past, could_sell=could_sell)
    moved = pl.concat([plan_changes(new, before) for before, new in pairwise(plans)])
    name = f"{fences.firm_weeks} firm, {fences.flexible_weeks} flexible" if fences.firm_weeks else "free"
    return [
        {"fences": name, "weeks_ahead": f"{first} to {last}", **_rate(moved, first, last)}
        for first, last in ((0, 0), (1, 1), (2, 5), (6, 11))
    ]


def _rate(moved: pl.DataFrame, first: int, last: int) -> dict[str, float]:
    """The mean of the change rate over some weeks ahead and all replans."""
    rates = moved.filter(pl.col("week").is_between(first, last))["change_rate"].drop_nulls().to_numpy()
    return {"change_rate": round(float(rates.mean()), 3) if rates.size else 0.0}
