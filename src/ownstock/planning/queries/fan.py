"""The fan of one item-site: past stock, and what is projected of it, each number with where it comes from."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from ownstock import engine
from ownstock.catalog.models import ItemSite
from ownstock.engine.demand_paths import Horizon
from ownstock.engine.planned_orders import roll
from ownstock.engine.reproject import demand_by_bucket, on_hand_by_day, reproject
from ownstock.planning.decisions.decide import decide
from ownstock.planning.inputs.history import closings_of
from ownstock.planning.inputs.lead_times import SCENARIOS, Coming
from ownstock.planning.inputs.read_inputs import PlanningInputs, planning_inputs
from ownstock.planning.models import Proposal
from ownstock.planning.queries.levels import FORECAST, reorder_points
from ownstock.planning.queries.reprojections import DayBand
from ownstock.planning.queries.runs import last_pool
from ownstock.planning.rules import ProposalState

REVIEWS_AHEAD, LEAST_WEEKS, MOST_WEEKS, PATHS = 6, 8, 26, 40
EARLY, LATE = SCENARIOS // 10, SCENARIOS * 9 // 10


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a number comes from: `movements` or `demand_lines` (item and site), `order`, `proposal` (number), `run` (day)."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class PastDay:
    """Usable stock units at the close of a past day, and whether nothing was left."""

    day_on: date
    on_hand: float
    is_stock_out: bool


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """A delivery on order as a dated step: when it is of use as expected, in nine of ten cases not before and not after."""

    order: str
    line: int
    quantity: Decimal
    promised_on: date
    p10_on: date
    expected_on: date
    p90_on: date


@dataclass(frozen=True, slots=True)
class WeekAhead:
    """A week ahead: what is likely to be ordered in it, when that would arrive, and on hand at its end on all paths."""

    week_start_on: date
    quantity: int
    arrives_on: date
    quantity_p10: int
    quantity_p50: int
    quantity_p90: int
    on_hand_p10: int
    on_hand_p50: int
    on_hand_p90: int


@dataclass(frozen=True, slots=True)
class DemandWeek:
    """What was wanted in a week, and the part of it in which it could be sold."""

    week_start_on: date
    demand: float
    in_stock_fraction: float


@dataclass(frozen=True, slots=True)
class ForecastBucket:
    """What is expected in a bucket, and what customers have ordered of it already."""

    begins_on: date
    days: float
    mean: float
    p10: float
    p50: float
    p90: float
    known: float


@dataclass(frozen=True, slots=True)
class Fan:
    """An item-site around a day. Where it cannot be planned, `fault` says why, and only the past is told.

    `projected` counts open orders and `quantity` (what is proposed as it stands, else what the engine says), ordered now, and
    nothing later; `ahead` counts what the policy would order in the weeks to come as well. `reorder_point` is the highest
    position at which something is ordered, -1 where nothing ever is. `stock_out_on` is when stock
    runs out if nothing is ordered, and `at_stake` what that is expected to cost more. `origins` names for each part where
    its numbers come from.
    """

    on: date
    fault: str = ""
    quantity: Decimal = Decimal(0)
    order_up_to_level: int = 0
    reorder_point: int = -1
    past: Sequence[PastDay] = ()
    projected: Sequence[DayBand] = ()
    open_orders: Sequence[OpenOrder] = ()
    ahead: Sequence[WeekAhead] = ()
    demand: Sequence[DemandWeek] = ()
    forecast: Sequence[ForecastBucket] = ()
    reason: dict[str, Any] = field(default_factory=dict)
    stock_out_on: date | None = None
    at_stake: Decimal = Decimal(0)
    origins: dict[str, Provenance] = field(default_factory=dict)

    @property
    def cover_days(self) -> int | None:
        """Days until stock runs out if nothing is ordered; None: not for 400 days."""
        return None if self.stock_out_on is None else (self.stock_out_on - self.on).days

    @property
    def past_weekly(self) -> Sequence[PastDay]:
        """Every seventh past day until the last, to be read as a table."""
        return list(self.past[::-7])[::-1]


def fan(item_site: ItemSite, on: date, *, past_days: int = 182) -> Fan:
    """Past stock of an item-site, and what a plan for a day would project of it; nothing is kept."""
    past = _past(item_site, on - timedelta(days=past_days), on)
    inputs, run = planning_inputs(on, only=item_site), Provenance("run", on.isoformat())
    moved = Provenance("movements", f"{item_site.item.sku}@{item_site.site.code}")
    if item_site.pk not in inputs.sources:
        fault = inputs.unplanned[item_site.pk]["sentence"]
        return Fan(on, fault=fault, past=past, origins={"past": moved})
    pool = last_pool() or engine.learn(*inputs.frames)
    decisions = decide(inputs, pool)
    [(_, why)] = decisions.reasons([item_site.pk])
    proposal = Proposal.objects.filter(item_site=item_site, state=ProposalState.PENDING).first()
    quantity = proposal.quantity if proposal else Decimal(decisions.wanted[item_site.pk].quantity)
    source = inputs.sources[item_site.pk]
    return Fan(
        on=on,
        quantity=quantity,
        order_up_to_level=why["decision"]["order_up_to_level"],
        reorder_point=_reorder_point(inputs, decisions.answers, item_site.pk),
        stock_out_on=_stock_out_on(why, on),
        at_stake=_at_stake(why["decision"]),
        past=past,
        projected=[
            DayBand(on + timedelta(days=d.day), d.p10, d.p50, d.p90, round(d.mean, 3), round(d.stock_out_probability, 6))
            for d in on_hand_by_day(why, int(quantity))
        ],
        open_orders=[_open_order(one, source.item_site.item.usable_after_days, on) for one in source.coming],
        ahead=_ahead(inputs, decisions.answers, source.usable_in_days, source.longest_in_days),
        demand=[
            DemandWeek(date.fromisoformat(w["week_start_on"]), w["demand"], w["in_stock_fraction"])
            for w in why["inputs"]["weeks"]
        ],
        forecast=_forecast(why, on),
        reason=why,
        origins={
            "past": moved, "demand": moved, "forecast": run, "projected": run, "ahead": run,
            "known": Provenance("demand_lines", moved.key),
            "quantity": Provenance("proposal", str(proposal.pk)) if proposal else run,
            **{f"open_order:{c.delivery.number}": Provenance("order", c.delivery.number) for c in source.coming},
        },
    )  # fmt: skip


def _reorder_point(inputs: PlanningInputs, answers: pl.DataFrame, key: int) -> int:
    """The highest position at which something is ordered: below the level, and where a MOQ makes it wait, further below."""
    mine = pl.col("item_site") == key
    decisions = engine.decisions_at(
        answers.select(FORECAST).filter(mine), inputs.supply.filter(mine), inputs.economics.filter(mine)
    )
    level = answers.filter(mine)["order_up_to_level"].to_numpy().astype("int64")
    return min(int(reorder_points(decisions, level)[0]), int(level[0]) - 1)


def _stock_out_on(why: dict[str, Any], on: date) -> date | None:
    """The first day on which expected demand empties the stock, were nothing ordered; None: not for 400 days."""
    days = reproject([why], [0])[0].stock_out_in_days
    return None if days is None else on + timedelta(days=days)


def _at_stake(decision: dict[str, Any]) -> Decimal:
    return Decimal(decision["expected_cost_of_zero"] - decision["expected_cost"]).quantize(Decimal("0.01"))


def _past(item_site: ItemSite, start_on: date, on: date) -> list[PastDay]:
    """The close of every day until the day planned for; days without a change are as the day before."""
    closes = dict(closings_of(item_site.pk, start_on, on))
    day, on_hand, days = min(closes, default=on), 0.0, []
    while day <= on:
        on_hand = closes.get(day, on_hand)
        days.append(PastDay(day, on_hand, on_hand <= 0))
        day += timedelta(days=1)
    return days


def _open_order(coming: Coming, wait_days: int, on: date) -> OpenOrder:
    delivery, told = coming.delivery, coming.told
    p10 = p90 = coming.usable_in_days
    if told is not None:
        p10, p90 = (told.in_days[place] + wait_days for place in (EARLY, LATE))
    days = (min(p10, coming.usable_in_days), coming.usable_in_days, max(p90, coming.usable_in_days))
    return OpenOrder(
        delivery.number, delivery.line, delivery.quantity, delivery.expected_on, *(on + timedelta(days=d) for d in days)
    )


def _ahead(inputs: PlanningInputs, answers: Any, usable_in_days: int, longest_in_days: int) -> list[WeekAhead]:
    """What the policy would order in the weeks ahead, by the forecast of the decision."""
    review = int(inputs.supply["review_period_days"][0])
    weeks = min(max(math.ceil((longest_in_days + REVIEWS_AHEAD * review) / 7), LEAST_WEEKS), MOST_WEEKS)
    planned = roll(
        answers, *inputs.frames[1:], lead_times=inputs.lead_times, known=inputs.known, today=inputs.planned_on,
        horizon=Horizon(weeks, PATHS), threads=1,
    )  # fmt: skip
    return [
        WeekAhead(
            row["week_start_on"], row["quantity"], row["week_start_on"] + timedelta(days=usable_in_days),
            *(row[f"{of}_{share}"] for of in ("quantity", "on_hand") for share in ("p10", "p50", "p90")),
        )
        for row in planned.iter_rows(named=True)
    ]  # fmt: skip


def _forecast(why: dict[str, Any], on: date) -> list[ForecastBucket]:
    length, known = why["forecast"]["bucket_days"], defaultdict[int, float](float)
    for line in why["inputs"]["known"]:
        known[int(line["wanted_in_days"] / length)] += line["quantity"]
    return [
        ForecastBucket(on + timedelta(days=round(place * length)), length, *told, known[place])
        for place, told in enumerate(demand_by_bucket(why))
    ]
