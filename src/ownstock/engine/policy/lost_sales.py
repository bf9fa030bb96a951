"""Lost sales, exactly: every state of an item with a small demand and a short lead time, and the cheapest orders.

Periodic review, lead time of L ≥ 1 whole periods. At the start of a period what is due arrives; then an order is
decided, which arrives at the start of the period L later; then comes demand, and what finds nothing on hand is lost.
Costs of a period: holding for each unit left at its end, shortage for each unit lost, an order cost for each order.
The state is x = (on hand, arriving next period, … in L - 1 periods), as in Zipkin (2008), Operations Research 56(5),
1256-1263; with an order cost as in Bijvank, Bhulai and Huh (2015), European Journal of Operational Research 241(2).

Long-run average costs come from value iteration, with the bounds of Odoni (1969), Operations Research 17(5), 857-860:
for any values v, the least and the greatest of (Tv - v) enclose them. Demand is never cut off: all that exceeds what is
on hand leads to the same state. What is cut off are states, by bounds on what is ordered; see `States`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ownstock.base.errors import Refused
from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.kernels import lost_sales as kernel

# The enclosed cost is known to this absolute width, in money per period.
WIDTH = 1e-8
MOST_SWEEPS = 100_000
# Policies are improved once in so many sweeps; the others evaluate the policy found so far.
SWEEPS_BETWEEN = 6
MOST_STATES = 20_000_000


@dataclass(frozen=True)
class LostSales:
    """One item: demand of a period as probabilities of 0, 1 … units [support], and what things cost.

    holding_cost, shortage_cost: money per unit and period, and per unit lost; order_cost: money per order.
    """

    demand: Floats
    lead_time_periods: int
    holding_cost: float
    shortage_cost: float
    order_cost: float = 0.0

    @cached_property
    def mean(self) -> float:
        """Mean demand of a period, in units."""
        return float(self.demand @ np.arange(self.demand.size))

    @cached_property
    def reversed_demand(self) -> Floats:
        """The probabilities of demand, the last first, without the points of no weight at the end."""
        last = int(np.flatnonzero(self.demand)[-1])
        return np.ascontiguousarray(self.demand[last::-1])

    def beyond(self, most: int) -> Floats:
        """P(demand ≥ x) for x = 0 … most. [most + 1]"""
        reached = np.concatenate([[0.0], np.cumsum(self.demand)])
        at = np.minimum(np.arange(most + 1), reached.size - 1)
        return np.maximum(1.0 - reached[at], 0.0)

    def cost(self, most: int) -> Floats:
        """Expected holding and shortage cost of a period that begins with x = 0 … most on hand. [most + 1]

        h·E[(x - D)⁺] + p·E[(D - x)⁺]; each unit more on hand adds h - (h + p)·P(D > x).
        """
        steps = self.holding_cost - (self.holding_cost + self.shortage_cost) * self.beyond(most)[1:]
        return self.shortage_cost * self.mean + np.concatenate([[0.0], np.cumsum(steps)])

    def covering_level(self, periods: int) -> int:
        """The least level that covers demand of so many periods with probability p / (p + h).

        Morton (1969), Management Science 16(1): no optimal order without order cost raises what is on order for the
        last k periods above the level of k periods.
        """
        transform = np.fft.rfft(self.demand, n=self.demand.size * periods) ** periods
        reached = np.cumsum(np.fft.irfft(transform, n=self.demand.size * periods))
        return int(np.searchsorted(reached, self.shortage_cost / (self.shortage_cost + self.holding_cost) - 1e-12))

    @cached_property
    def covering_levels(self) -> tuple[int, ...]:
        """The covering levels of L + 1, L … 1 periods."""
        return tuple(self.covering_level(periods) for periods in range(self.lead_time_periods + 1, 0, -1))


@dataclass(frozen=True)
class States:
    """The states in which, order included, the last k on order never exceed a bound.

    bounds: L + 1 bounds that do not rise, on all, on all but what is on hand … on the order itself. Whatever is
    ordered within them, the next state is one of these.
    """

    bounds: tuple[int, ...]
    pipelines: Ints = field(init=False)
    first: Ints = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pipelines", _pipelines(self.bounds))
        room = self.bounds[0] - self.pipelines.sum(axis=1) + 1
        object.__setattr__(self, "first", np.concatenate([[0], np.cumsum(room)]))
        _refuse_too_many(self.size)

    @property
    def size(self) -> int:
        """How many states there are."""
        return int(self.first[-1])

    @cached_property
    def pipeline_of(self) -> Ints:
        """The pipeline of each state. [states]"""
        return np.repeat(np.arange(self.first.size - 1), np.diff(self.first))

    @cached_property
    def units(self) -> Ints:
        """On hand, arriving next period, … in L - 1 periods. [states, L]"""
        on_hand = np.arange(self.size) - self.first[self.pipeline_of]
        return np.column_stack([on_hand, self.pipelines[self.pipeline_of]])

    @cached_property
    def inventory_position(self) -> Ints:
        """On hand and on order. [states]"""
        position: Ints = self.units.sum(axis=1)
        return position

    @cached_property
    def most_order(self) -> Ints:
        """The most that can be ordered within the bounds. [states]"""
        last = np.cumsum(self.units[:, ::-1], axis=1)[:, ::-1]
        room = np.array(self.bounds[:-1]) - last
        most: Ints = np.minimum(room.min(axis=1), self.bounds[-1])
        return most

    @cached_property
    def following(self) -> Ints:
        """The next period's state when nothing is left of this one, by pipeline and order. [pipelines, orders]

        A column of -1 for orders beyond the bounds.
        """
        orders = np.arange(self.bounds[-1] + 1)
        if self.pipelines.shape[1] == 0:
            return orders[None, :]
        known = _codes(self.pipelines, self.bounds[0])
        shifted = _codes(self.pipelines[:, 1:], self.bounds[0])[:, None] * (self.bounds[0] + 1) + orders
        at = np.minimum(np.searchsorted(known, shifted), known.size - 1)
        state = self.first[at] + self.pipelines[:, :1]
        return np.where(known[at] == shifted, state, -1)


def _pipelines(bounds: tuple[int, ...]) -> Ints:
    """What may be on order, the next arrival first, in lexical order. [pipelines, L - 1]"""
    found = np.zeros((1, 0), dtype=np.int64)
    for bound in bounds[:1:-1]:
        here = np.arange(bound + 1)
        _refuse_too_many(here.size * len(found))
        every = np.column_stack([np.repeat(here, len(found)), np.tile(found, (here.size, 1))])
        found = every[every.sum(axis=1) <= bound]
    return found


def _refuse_too_many(states: int) -> None:
    if states > MOST_STATES:
        raise Refused(
            f"Exact costs under lost sales would need {states} states or more; {MOST_STATES} is the most. "
            "Use a shorter lead time, longer periods or larger units.",
            code="too_many_states",
            states=states,
            most=MOST_STATES,
        )


def _codes(pipelines: Ints, most: int) -> Ints:
    code = np.zeros(len(pipelines), dtype=np.int64)
    for column in pipelines.T:
        code = code * (most + 1) + column
    return code


@dataclass(frozen=True)
class Average:
    """Long-run average cost of a period, enclosed from both sides; and the orders that cost it. order: [states]"""

    least: float
    most: float
    order: Ints

    @property
    def cost(self) -> float:
        """The middle of the two bounds."""
        return (self.least + self.most) / 2


@dataclass
class Iteration:
    """Value iteration over the states of an item; `values` is kept, so that the next start is a warm one."""

    item: LostSales
    states: States
    values: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.values = np.zeros(self.states.size)
        most = self.states.bounds[0]
        self.cost, self.beyond = self.item.cost(most), self.item.beyond(most)

    def sweep(self, order: Ints, search: int) -> tuple[float, float]:
        """Improve the values by one period, and the orders as far as searched; bounds of the average cost."""
        after = self.step(self.values, order, search, self.cost, self.item.order_cost)
        change = after - self.values
        self.values = after - after[0]
        return float(change.min()), float(change.max())

    def step(self, values: Floats, order: Ints, search: int, cost: Floats, order_cost: float = 0.0) -> Floats:
        """Cost of a period and expected value after it; `order` becomes what was found. [states]"""
        out = np.empty(self.states.size)
        states = self.states
        kernel.sweep(
            states.first,
            states.following,
            states.most_order,
            self.item.reversed_demand,
            self.beyond,
            cost,
            order_cost,
            values,
            order,
            search,
            out,
        )
        return out

    def ahead(self, final: Floats, periods: int) -> Floats:
        """Expected final value so many periods from now, what is ordered until then left aside. [states] → [states]

        What is ordered now arrives L periods from now, and nothing that is ordered later arrives before.
        """
        none, nothing = np.zeros(self.cost.size), np.zeros(self.states.size, dtype=np.int64)
        for _ in range(periods):
            final = self.step(final, nothing, kernel.KEEP, none)
        return final

    def evaluate(self, order: Ints, *, abandon_above: float = np.inf, width: float = WIDTH) -> Average:
        """Average cost of these orders; given up, still rightly enclosed, once it must exceed `abandon_above`."""
        for _ in range(MOST_SWEEPS):
            least, most = self.sweep(order, kernel.KEEP)
            if most - least <= width or least > abandon_above:
                return Average(least, most, order)
        raise _not_settled()

    def optimise(self, *, width: float = WIDTH) -> Average:
        """The cheapest orders of all that the bounds allow.

        Without order cost, cost is convex in the order (Zipkin 2008, Operations Research 56(4), 937-944): a search
        downhill finds the best one; the last sweep tries all orders, so that the bounds are right in any case.
        """
        order = np.zeros(self.states.size, dtype=np.int64)
        search = kernel.ALL if self.item.order_cost else kernel.DESCEND
        for _ in range(MOST_SWEEPS):
            least, most = self.sweep(order, search)
            if most - least <= width:
                if search == kernel.ALL:
                    return Average(least, most, order)
                search = kernel.ALL
            else:
                for _ in range(SWEEPS_BETWEEN):
                    self.sweep(order, kernel.KEEP)
        raise _not_settled()


Rule = Callable[[Iteration], Ints]


def average_cost(item: LostSales, bounds: tuple[int, ...], rule: Rule, *, abandon_above: float = np.inf) -> Average:
    """Average cost of a rule whose orders, [states], keep within these bounds."""
    run = Iteration(item, States(bounds))
    order = np.ascontiguousarray(rule(run), dtype=np.int64)
    assert (order >= 0).all()
    assert (order <= run.states.most_order).all()
    return run.evaluate(order, abandon_above=abandon_above)


def optimum(item: LostSales) -> Average:
    """The least average cost that any rule can reach, and the orders that reach it.

    Without order cost no optimal order exceeds the covering levels: nothing is cut off. With it, bounds are widened
    until that no longer lowers the cost.
    """
    if not item.order_cost:
        return Iteration(item, States(item.covering_levels)).optimise()
    at_once = math.ceil(math.sqrt(2 * item.order_cost * item.mean / item.holding_cost))
    most_order = item.covering_levels[-1] + at_once
    found = _optimum_within(item, most_order)
    while True:
        most_order += max(2, most_order // 4)
        wider = _optimum_within(item, most_order)
        if wider.cost > found.cost - WIDTH:
            return wider
        found = wider


def step_plainly(run: Iteration, values: Floats) -> tuple[Floats, Ints]:
    """One period of the cheapest orders in plain Python: the twin of the kernel. [states] → values, orders [states]"""
    states, item = run.states, run.item
    index = {tuple(units): state for state, units in enumerate(states.units.tolist())}
    found, best = np.full(states.size, np.inf), np.zeros(states.size, dtype=np.int64)
    for units, state in index.items():
        left = np.maximum(units[0] - np.arange(item.demand.size), 0)
        for order in range(int(states.most_order[state]) + 1):
            later = (*units[1:], order)
            following = [index[(int(there) + later[0], *later[1:])] for there in left]
            expected = item.demand @ values[following] + (item.order_cost if order else 0.0)
            if expected + run.cost[units[0]] < found[state]:
                found[state], best[state] = expected + run.cost[units[0]], order
    return found, best


def _optimum_within(item: LostSales, most_order: int) -> Average:
    most = item.covering_levels[0] + most_order
    bounds = tuple(min(most, periods * most_order) for periods in range(item.lead_time_periods, 0, -1))
    return Iteration(item, States((most, *bounds))).optimise()


def _not_settled() -> Refused:
    return Refused(
        f"The average cost did not settle in {MOST_SWEEPS} sweeps: demand may come in a fixed rhythm. "
        "Give demand that can take neighbouring values.",
        code="not_settled",
        sweeps=MOST_SWEEPS,
    )
