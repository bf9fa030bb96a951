"""What would have happened: any ordering rule, replayed on demand, period by period, for many item-sites at once.

The order of events in period t, for every row (an item-site, or an item-site on one of many demand paths):

    1. the rule orders, knowing what a planner knows when period t - 1 has ended;
    2. what is due at the start of period t arrives: an order with a lead time of L periods that was decided just
       before period t is on hand at the start of period t + L (L = 0: at once). Told from the end of the period in
       which it is decided, that is period t - 1, it arrives at the start of period (t - 1) + 1 + L;
    3. what is on hand serves what is backordered first, then the demand of the period;
    4. demand that finds nothing is lost, or waits, as the row's terms say;
    5. money: holding for each unit left at the end; shortage for each unit lost, or for each unit that waits at the
       end of the period (again in every period that it waits); the order cost for each order above 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ownstock.base.errors import Refused
from ownstock.engine.arrays import Floats, Ints, Truths


@dataclass(frozen=True)
class Terms:
    """What binds each row: lead time in periods, what becomes of unserved demand, money. Each field [n].

    `holding_cost` for a unit left at the end of a period, `shortage_cost` for a unit short, `order_cost` for an order.
    """

    lead_time_periods: Ints
    is_lost: Truths
    holding_cost: Floats
    shortage_cost: Floats
    order_cost: Floats

    @classmethod
    def of(
        cls,
        rows: int,
        *,
        lead_time_periods: npt.ArrayLike,
        is_lost: npt.ArrayLike,
        holding_cost: npt.ArrayLike,
        shortage_cost: npt.ArrayLike,
        order_cost: npt.ArrayLike = 0.0,
    ) -> Terms:
        """Terms of `rows` rows; each value is one for all rows, or one for each."""
        return cls(
            np.broadcast_to(np.asarray(lead_time_periods, dtype=np.int64), rows),
            np.broadcast_to(np.asarray(is_lost, dtype=np.bool_), rows),
            np.broadcast_to(np.asarray(holding_cost, dtype=np.float64), rows),
            np.broadcast_to(np.asarray(shortage_cost, dtype=np.float64), rows),
            np.broadcast_to(np.asarray(order_cost, dtype=np.float64), rows),
        )


@dataclass(frozen=True)
class State:
    """What is there, between two periods, in units.

    on_hand, backordered: [n]. on_order: [n, any], column j arrives at the start of the j-th period from now (0: of
    the next one).
    """

    on_hand: Ints
    backordered: Ints
    on_order: Ints

    @classmethod
    def of(cls, on_hand: npt.ArrayLike, on_order: npt.ArrayLike | None = None) -> State:
        """A state without backorders; nothing on order where nothing is said."""
        there = np.asarray(on_hand, dtype=np.int64)
        coming = np.zeros((there.size, 0)) if on_order is None else on_order
        return cls(there, np.zeros_like(there), np.asarray(coming, dtype=np.int64))

    @property
    def inventory_position(self) -> Ints:
        """On hand + on order - backordered. [n]"""
        position: Ints = self.on_hand + self.on_order.sum(axis=1) - self.backordered
        return position


@dataclass(frozen=True)
class Seen:
    """What a planner knows of the periods so far, oldest first: [n, periods so far] each.

    `demand` is what was sold where unserved demand is lost, and all that was asked for where it waits. `is_in_stock`
    is False where demand was lost, or where the record says that the item could not be sold.
    """

    demand: Ints
    is_in_stock: Truths

    @classmethod
    def nothing(cls, rows: int) -> Seen:
        """Of no period yet."""
        return cls(np.zeros((rows, 0), dtype=np.int64), np.zeros((rows, 0), dtype=np.bool_))


@dataclass(frozen=True)
class RandomLeadTimes:
    """Each order draws its own lead time, so that a later order may arrive before an earlier one.

    probability: [n, longest + 1], or [1, longest + 1] for all rows alike, of 0, 1 … periods. One number a row and
    period is drawn from `rng`, ordered or not: rules compared with the same seed meet the same lead times.
    """

    probability: Floats
    rng: np.random.Generator

    def draw(self, rows: int) -> Ints:
        """The lead times of the orders decided now, in periods. [n]"""
        reached = np.cumsum(self.probability, axis=1)[:, :-1]
        drawn: Ints = (self.rng.random(rows)[:, None] >= reached).sum(axis=1)
        return drawn


# (period, state, seen) → units to order, whole numbers ≥ 0, [n]; `period` counts from 0, and is about to begin.
Order = Callable[[int, State, Seen], Ints]


@dataclass(frozen=True)
class Replay:
    """What happened: [n, T] units and money, and how it ended.

    on_hand and backordered are at the end of each period; `demand` is what was asked for; `sales` what was handed out,
    to those who had waited too; `short` the demand of the period that its shelf did not serve; `ordered` stands at the
    period before which it was decided, `received` at the one in which it arrived.
    """

    demand: Ints
    on_hand: Ints
    backordered: Ints
    sales: Ints
    short: Ints
    ordered: Ints
    received: Ints
    holding: Floats
    shortage: Floats
    ordering: Floats
    closing: State
    seen: Seen

    @property
    def cost(self) -> Floats:
        """Money of each row and period: holding + shortage + ordering. [n, T]"""
        return self.holding + self.shortage + self.ordering


def replay(
    demand: Ints,
    terms: Terms,
    order: Order,
    opening: State,
    *,
    seen: Seen | None = None,
    could_sell: Truths | None = None,
    lead_times: RandomLeadTimes | None = None,
) -> Replay:
    """Let `order` decide before each of T periods, and carry it out. demand [n, T] units → Replay

    `seen` is what the planner knew before (nothing). `could_sell` [n, T] is False where the record behind `demand` says
    that the item could not be sold: the planner sees it as out of stock. `lead_times` replace those of the terms. To go
    on where a replay ended, with another rule: its `closing` and `seen` are the next one's `opening` and `seen`.
    Raises Refused when shapes differ or an order is not whole or below 0.
    """
    rows, periods = demand.shape
    _check_shapes(demand, terms, opening, seen, could_sell)
    before = Seen.nothing(rows) if seen is None else seen
    known = _extended(before, np.ones((rows, periods), dtype=np.bool_) if could_sell is None else could_sell)
    flows = _empty_flows(rows, periods)
    state, past = opening, before.demand.shape[1]
    for period in range(periods):
        units = _checked(order(period, state, _until(known, past + period)), rows, period)
        lead = terms.lead_time_periods if lead_times is None else lead_times.draw(rows)
        state, flow = advance(_ordered(state, units, lead), demand[:, period], terms.is_lost)
        known.demand[:, past + period] = np.where(terms.is_lost, flow["sales"], demand[:, period])
        known.is_in_stock[:, past + period] &= ~terms.is_lost | (flow["short"] == 0)
        flow |= {"ordered": units, "on_hand": state.on_hand, "backordered": state.backordered}
        for name, values in flow.items():
            flows[name][:, period] = values
    return Replay(demand=demand, **flows, **_money(flows, terms), closing=state, seen=_until(known, past + periods))


def advance(state: State, demand: Ints, is_lost: Truths) -> tuple[State, dict[str, Ints]]:
    """One period: goods arrive, those who wait are served, then demand. [n] each → the state after it, and its flows.

    The flows are `received`, `sales` and `short`, in units. on hand before + received - sales = on hand after.
    """
    received = state.on_order[:, 0] if state.on_order.shape[1] else np.zeros_like(state.on_hand)
    there = state.on_hand + received
    sales = np.minimum(there, state.backordered + demand)
    short = demand - np.minimum(np.maximum(there - state.backordered, 0), demand)
    waiting = np.where(is_lost, np.maximum(state.backordered - there, 0), state.backordered + demand - sales)
    after = State(there - sales, waiting, state.on_order[:, 1:])
    return after, {"received": received, "sales": sales, "short": short}


def order_up_to(level: Ints) -> Order:
    """The rule that raises the inventory position to a level before every period. level [n] units → rule"""
    return lambda period, state, seen: np.maximum(level - state.inventory_position, 0)


def _ordered(state: State, units: Ints, lead_time_periods: Ints) -> State:
    """The state with an order more, in the column of its arrival; the columns grow where it is later than all."""
    rows, columns = state.on_order.shape
    on_order = np.zeros((rows, max(int(lead_time_periods.max(initial=0)) + 1, columns)), np.int64)
    on_order[:, :columns] = state.on_order
    on_order[np.arange(rows), lead_time_periods] += units
    return State(state.on_hand, state.backordered, on_order)


def _empty_flows(rows: int, periods: int) -> dict[str, Any]:
    # Written period by period: what is written at once lies together.
    names = ("on_hand", "backordered", "sales", "short", "ordered", "received")
    return {name: np.zeros((rows, periods), dtype=np.int64, order="F") for name in names}


def _money(flows: dict[str, Any], terms: Terms) -> dict[str, Any]:
    units_short = np.where(terms.is_lost[:, None], flows["short"], flows["backordered"])
    return {
        "holding": flows["on_hand"] * terms.holding_cost[:, None],
        "shortage": units_short * terms.shortage_cost[:, None],
        "ordering": (flows["ordered"] > 0) * terms.order_cost[:, None],
    }


def _extended(seen: Seen, could_sell: Truths) -> Seen:
    """Room for the periods to come after what was seen; what the record says of them already in place."""
    room = np.zeros(could_sell.shape, dtype=np.int64)
    both = np.hstack([seen.demand, room]), np.hstack([seen.is_in_stock, could_sell])
    return Seen(*(np.asfortranarray(one) for one in both))


def _until(known: Seen, periods: int) -> Seen:
    """The first so many periods, to be read only: no rule can see ahead or change the past."""
    demand, is_in_stock = known.demand[:, :periods], known.is_in_stock[:, :periods]
    demand.flags.writeable = is_in_stock.flags.writeable = False
    return Seen(demand, is_in_stock)


def _checked(units: Ints, rows: int, period: int) -> Ints:
    ordered = np.asarray(units)
    if ordered.shape != (rows,) or not np.issubdtype(ordered.dtype, np.integer):
        raise Refused(
            f"The rule's order before period {period} is {ordered.dtype} of shape {ordered.shape}; "
            f"it must be whole numbers, one for each of the {rows} rows.",
            code="order_shape",
            period=period,
        )
    if (ordered < 0).any():
        row = int(np.argmax(ordered < 0))
        raise Refused(
            f"The rule's order before period {period} is {ordered[row]} in row {row}; it must be at least 0.",
            code="order_negative",
            period=period,
            row=row,
        )
    return ordered.astype(np.int64, copy=False)


def _check_shapes(demand: Ints, terms: Terms, opening: State, seen: Seen | None, could_sell: Truths | None) -> None:
    rows = demand.shape[0]
    found = {
        "terms": terms.lead_time_periods.shape[0],
        "opening": opening.on_hand.shape[0],
        "seen": rows if seen is None else seen.demand.shape[0],
    }
    for name, number in found.items():
        if number != rows:
            raise Refused(
                f"{name} has {number} rows, but demand has {rows}: give one for each row of demand.",
                code="row_count",
                argument=name,
            )
    if could_sell is not None and could_sell.shape != demand.shape:
        raise Refused(
            f"could_sell has the shape {could_sell.shape}, but demand has {demand.shape}: they must be alike.",
            code="row_count",
            argument="could_sell",
        )
