"""Two suppliers: a regular one, cheap and slow, and one that delivers at once at a premium. Exact for small demand.

With backorders. In a period: what is due from the regular supplier arrives; both orders are placed, what is expedited
is there at once; then comes demand. Costs of a period: the premium for each expedited unit, holding for each unit left,
shortage for each unit that waits. Policies, with x what is on hand less what waits, after the arrival:

    dual index          expedite (Sₑ - x)⁺, then order (Sᵣ - position)⁺; the position is x, what is expedited, and all
                        on order. Veeraraghavan and Scheller-Wolf (2008), Operations Research 56(4), 850-864
    capped dual index   the same, but never more than a cap from the regular supplier. Sun and Van Mieghem (2019),
                        Manufacturing & Service Operations Management 21(4), 776-788; they leave what is expedited now
                        out of the position
    single index        both look at one position: expedite (Sₑ - position)⁺, then order up to Sᵣ
    tailored base-surge expedite (Sₑ - x)⁺, and the same regular order every period. Allon and Van Mieghem (2010),
                        Management Science 56(1), 110-124

Averages come from value iteration, enclosed as in `lost_sales`. The state is x and what arrives in 1 … l - 1 periods.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ownstock.engine.arrays import Floats, Ints
from ownstock.engine.policy.search import Point, cheapest

WIDTH = 1e-7
MOST_SWEEPS = 20_000


@dataclass(frozen=True)
class DualSourcing:
    """One item: demand of a period over 0, 1 … units [points], the regular lead time in periods, and its money.

    premium: money per expedited unit more than a regular one; most_regular: units in a regular order at most.
    """

    demand: Floats
    lead_time_periods: int
    premium: float
    holding_cost: float
    shortage_cost: float
    most_regular: int

    @property
    def lowest(self) -> int:
        """The least x that is kept apart: no sensible order leaves more than a period's demand waiting."""
        return -2 * (self.demand.size - 1)

    @property
    def highest(self) -> int:
        """The greatest x that is kept apart: all that could be wanted until the regular supplier delivers, and more."""
        return (self.demand.size - 1) * (self.lead_time_periods + 2) + self.most_regular

    @cached_property
    def on_hand(self) -> Ints:
        """Every x. [states of x]"""
        return np.arange(self.lowest, self.highest + 1)

    @cached_property
    def cost(self) -> Floats:
        """Expected holding and shortage cost of a period by what is on hand before demand. [states of x]"""
        left = self.on_hand[:, None] - np.arange(self.demand.size)
        money: Floats = np.where(left > 0, self.holding_cost * left, -self.shortage_cost * left) @ self.demand
        return money

    @cached_property
    def pipeline(self) -> tuple[Ints, ...]:
        """x and what arrives in 1 … l - 1 periods, for each state: l arrays of the shape of the states."""
        ranges = [self.on_hand, *[np.arange(self.most_regular + 1)] * (self.lead_time_periods - 1)]
        return tuple(np.meshgrid(*ranges, indexing="ij"))

    @cached_property
    def following(self) -> Ints:
        """Where x lands, by x after ordering, demand, and what arrives next. [states of x, points, regular orders]"""
        demand, arrives = np.arange(self.demand.size)[:, None], np.arange(self.most_regular + 1)
        following = self.on_hand[:, None, None] - demand + arrives
        place: Ints = np.clip(following, self.lowest, self.highest) - self.lowest
        return place


# What to expedite and what to order, from x and what is on order, each of the shape of the states.
Rule = Callable[[Ints, Ints], tuple[Ints, Ints]]


def dual_index(expedite_to: int, order_up_to: int) -> Rule:
    """The rule of two levels."""
    return capped_dual_index(expedite_to, order_up_to, None)


def capped_dual_index(expedite_to: int, order_up_to: int, cap: int | None, *, counts_expedited: bool = True) -> Rule:
    """The rule of two levels and a cap; whether the position counts what is expedited now."""

    def rule(on_hand: Ints, on_order: Ints) -> tuple[Ints, Ints]:
        expedited = np.maximum(expedite_to - on_hand, 0)
        position = on_hand + on_order + (expedited if counts_expedited else 0)
        regular = np.maximum(order_up_to - position, 0)
        return expedited, regular if cap is None else np.minimum(regular, cap)

    return rule


def single_index(expedite_to: int, order_up_to: int) -> Rule:
    """The rule of two levels on one position."""

    def rule(on_hand: Ints, on_order: Ints) -> tuple[Ints, Ints]:
        position = on_hand + on_order
        expedited = np.maximum(expedite_to - position, 0)
        return expedited, np.maximum(order_up_to - position - expedited, 0)

    return rule


def tailored_base_surge(expedite_to: int, regular: int) -> Rule:
    """The rule of one level and a steady regular order."""

    def rule(on_hand: Ints, on_order: Ints) -> tuple[Ints, Ints]:
        return np.maximum(expedite_to - on_hand, 0), np.full_like(on_order, regular)

    return rule


def average_cost(item: DualSourcing, rule: Rule, *, abandon_above: float = np.inf) -> float:
    """Exact average cost of a period under a rule; any number above `abandon_above` where it must exceed that."""
    on_hand, *coming = item.pipeline
    expedited, regular = rule(on_hand, sum(coming, np.zeros_like(on_hand)))
    after = np.minimum(on_hand + expedited, item.highest) - item.lowest
    regular = np.minimum(regular, item.most_regular)
    now = item.premium * expedited + item.cost[after]
    at = (after, *coming, regular)
    return _average(item, lambda later: now + later[at], abandon_above)


def optimum(item: DualSourcing) -> float:
    """The least average cost that any rule can reach."""

    def best(later: Floats) -> Floats:
        at_level = (item.premium * item.on_hand + item.cost).reshape(-1, *[1] * (later.ndim - 2)) + later.min(axis=-1)
        cheapest_up = np.minimum.accumulate(at_level[::-1], axis=0)[::-1]
        value: Floats = cheapest_up - item.premium * item.pipeline[0]
        return value

    return _average(item, best, np.inf)


def best_of(
    item: DualSourcing, rule_of: Callable[..., Rule], start: tuple[int, ...], reach: int = 1
) -> tuple[tuple[int, ...], float]:
    """The cheapest parameters of a kind of rule, found from `start`, and their exact average cost."""

    def cost_of(point: Point, known: float) -> float:
        return average_cost(item, rule_of(*(int(value) for value in point)), abandon_above=known)

    found, cost = cheapest(cost_of, tuple(float(value) for value in start), reach=reach)
    return tuple(int(value) for value in found), cost


def _average(item: DualSourcing, step: Callable[[Floats], Floats], abandon_above: float) -> float:
    """Value iteration: `step` makes new values from the expected later ones, by x after ordering and all on order."""
    values = np.zeros(item.pipeline[0].shape)
    for _ in range(MOST_SWEEPS):
        later = np.einsum("d,ydq...->yq...", item.demand, values[item.following])
        after = step(later)
        least, most = float((after - values).min()), float((after - values).max())
        values = after - after.flat[0]
        if most - least <= WIDTH or least > abandon_above:
            return (least + most) / 2
    return np.inf
