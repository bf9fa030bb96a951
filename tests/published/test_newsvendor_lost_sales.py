"""Lost sales: the projection through open arrivals, run as a policy, costs what Zipkin printed for it.

Zipkin (2008), "Old and New Methods for Lost-Sales Inventory Systems", Operations Research 56(5), 1256-1263, Tables 3
and 4, row "Myopic": each period order what minimises the expected cost of the period in which the order arrives, given
everything on the way. That is the engine's decision. Holding 1 per unit left at the end of a period, shortage p per
unit lost, demand with mean 5 a period, cost per period in the long run.
"""

from __future__ import annotations

from math import exp, factorial

import numpy as np
import numpy.typing as npt
import pytest

from tests.engine_cases import case, decided

POISSON = [exp(-5) * 5**k / factorial(k) for k in range(40)]
GEOMETRIC = [(1 / 6) * (5 / 6) ** k for k in range(220)]
# Two weeks with mean 5, and no variance (Poisson) or variance 30 (geometric).
WEEKS = {"poisson": [5.0, 5.0], "geometric": [5 - 15**0.5, 5 + 15**0.5]}
DEMAND = {"poisson": POISSON, "geometric": GEOMETRIC}


def orders(kind: str, shortage: float, lead_time: int, most_on_hand: int, most_ordered: int) -> npt.NDArray[np.int64]:
    """The engine's order for every state: [on hand] or [on hand, arriving next period]."""
    arriving = [0] if lead_time == 1 else range(most_ordered + 1)
    states = [
        case(
            demand=WEEKS[kind],
            usable=on_hand,
            arrivals=[(7, units)] if units else [],
            lead_time_days=7 * lead_time,
            unit_cost=365 / 7,
            holding_rate=1.0,
            shortage_cost=shortage,
        )
        for on_hand in range(most_on_hand + 1)
        for units in arriving
    ]
    found: npt.NDArray[np.int64] = decided(states)["quantity"].to_numpy()
    return found.reshape(most_on_hand + 1, len(arriving))


def long_run_cost(kind: str, shortage: float, lead_time: int, most_on_hand: int, most_ordered: int) -> float:
    """Average cost of a period: the states' chain is followed until its distribution stands still."""
    order = orders(kind, shortage, lead_time, most_on_hand, most_ordered)
    assert order.max() <= most_ordered
    on_hand, next_units = (np.asarray(index) for index in np.indices(order.shape))
    demand = np.array(DEMAND[kind])
    left = np.maximum(on_hand[..., None] - np.arange(demand.size), 0)
    lost = np.maximum(np.arange(demand.size) - on_hand[..., None], 0)
    cost = (left + shortage * lost) @ demand
    arrives, coming = (order, np.zeros_like(order)) if lead_time == 1 else (next_units, order)
    next_on_hand = np.minimum(left + arrives[..., None], most_on_hand)
    state = np.zeros(order.shape)
    state[0, 0] = 1.0
    for _ in range(150):
        following = np.zeros_like(state)
        np.add.at(
            following, (next_on_hand, np.broadcast_to(coming[..., None], next_on_hand.shape)), state[..., None] * demand
        )
        state = following / following.sum()
    return float((state * cost).sum())


@pytest.mark.parametrize(
    ("shortage", "lead_time", "printed"),
    [
        (4, 1, 4.11),
        (9, 1, 5.45),
        (19, 1, 6.69),
        (39, 1, 7.88),
        (4, 2, 4.56),
        (9, 2, 6.22),
        (19, 2, 7.77),
        (39, 2, 9.16),
    ],
)
def test_poisson_demand_costs_what_zipkin_printed(shortage: float, lead_time: int, printed: float) -> None:
    cost = long_run_cost("poisson", shortage, lead_time, most_on_hand=45, most_ordered=20)
    assert cost == pytest.approx(printed, abs=0.0051)


@pytest.mark.slow
def test_geometric_demand_costs_what_zipkin_printed() -> None:
    """Print and exact value differ by up to 0.03 for geometric demand (its truncation in the paper)."""
    cost = long_run_cost("geometric", 19, 2, most_on_hand=110, most_ordered=45)
    assert cost == pytest.approx(21.30, abs=0.03)
