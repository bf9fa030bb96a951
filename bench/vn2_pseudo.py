"""Competitions inside the history: for each origin o, the eight weeks o … o + 7 are played as if they were to come.

The history ends before week o - 6. On hand at the start is the organiser's forecast of the next two weeks, in transit
its third and fourth; the organiser's benchmark orders for six weeks; then the policy orders before each of the weeks
o … o + 5, and nothing after. Weeks o + 2 … o + 7 are scored. Weeks count from 0.

Demand is the recorded sales: weeks that were out of stock count as they stand, so that true demand was higher. Of a week
played, the planner sees sales cut to what was on hand, out of stock where sales were lost or the record says so.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from bench.vn2_baselines import COVERED_WEEKS, SeasonalLevel, organiser, projection
from bench.vn2_files import Known, read_known
from bench.vn2_planner import HOLDING_COST, LEAD_TIME_WEEKS, SHORTAGE_COST, Planner
from ownstock.engine.arrays import Floats
from ownstock.engine.simulate import Order, Seen, State, Terms, replay

ORIGINS = (61, 69, 77, 85, 93, 101, 109, 117, 125, 133, 141, 149)
WARM_UP_WEEKS = 6
ORDERS = 6
PLAYED_WEEKS = ORDERS + LEAD_TIME_WEEKS

METHODS: dict[str, Callable[[Known], Order]] = {
    "organiser": lambda known: organiser(known.first_on),
    "projection": lambda known: projection(known.first_on),
    "fast": lambda known: Planner("fast", known.first_on, known.groups).rule(),
    "best": lambda known: Planner("best", known.first_on, known.groups).rule(),
}


@dataclass(frozen=True)
class Played:
    """What one method cost from one origin on: money of each item-site over the scored weeks, and seconds an order."""

    origin: int
    method: str
    holding: Floats
    shortage: Floats
    seconds_an_order: float

    @property
    def cost(self) -> float:
        """Money of all item-sites."""
        return float(self.holding.sum() + self.shortage.sum())


@cache
def read_folder(folder: Path) -> Known:
    """The competition's files of one folder, read once by each process."""
    names = ("sales.csv", "in_stock.csv", "initial_state.csv", "master.csv")
    return read_known(*(folder / name for name in names))


def play_all(folder: Path, methods: tuple[str, ...], processes: int) -> list[Played]:
    """Every method from every origin, in this order; the same for any number of processes."""
    tasks = [(folder, method, origin) for method in methods for origin in ORIGINS]
    if processes == 1:
        return [_told(play(*task)) for task in tasks]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return [_told(played) for played in pool.map(play, *zip(*tasks, strict=True))]


def play(folder: Path, method: str, origin: int) -> Played:
    """One method from one origin on."""
    known = read_folder(folder)
    opening, seen = warmed_up(known, origin)
    order = METHODS[method](known)
    weeks = slice(origin, origin + PLAYED_WEEKS)
    start = time.perf_counter()
    done = replay(
        known.seen.demand[:, weeks],
        terms(known),
        lambda period, state, past: order(period, state, past) if period < ORDERS else np.zeros_like(state.on_hand),
        opening,
        seen=seen,
        could_sell=known.seen.is_in_stock[:, weeks],
    )
    seconds = (time.perf_counter() - start) / ORDERS
    scored = slice(LEAD_TIME_WEEKS, None)
    return Played(origin, method, done.holding[:, scored].sum(axis=1), done.shortage[:, scored].sum(axis=1), seconds)


def warmed_up(known: Known, origin: int) -> tuple[State, Seen]:
    """The state before week `origin`, and what was seen until then."""
    start = origin - WARM_UP_WEEKS
    past = Seen(known.seen.demand[:, :start], known.seen.is_in_stock[:, :start])
    expected = SeasonalLevel(past, known.first_on).ahead(COVERED_WEEKS)
    on_hand = np.round(expected[:, :LEAD_TIME_WEEKS].sum(axis=1))
    weeks = slice(start, origin)
    done = replay(
        known.seen.demand[:, weeks],
        terms(known),
        organiser(known.first_on),
        State.of(on_hand.astype(np.int64), np.round(expected[:, LEAD_TIME_WEEKS:]).astype(np.int64)),
        seen=past,
        could_sell=known.seen.is_in_stock[:, weeks],
    )
    return done.closing, done.seen


def terms(known: Known) -> Terms:
    """The rules of the competition, for every item-site."""
    return Terms.of(
        len(known.pairs),
        lead_time_periods=LEAD_TIME_WEEKS,
        is_lost=True,
        holding_cost=HOLDING_COST,
        shortage_cost=SHORTAGE_COST,
    )


def _told(played: Played) -> Played:
    print(
        f"{played.method} from week {played.origin}: {played.cost:.1f} ({played.seconds_an_order:.2f} s an order)",
        file=sys.stderr,
        flush=True,
    )
    return played
