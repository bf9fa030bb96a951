"""Two suppliers, the fast one at a premium.

Veeraraghavan and Scheller-Wolf (2008), "Now or Later: A Simple Policy for Effective Dual Sourcing in Capacitated
Systems", Operations Research 56(4), 850-864: demand 0 to 4, all alike, holding 5, shortage 495, the fast supplier at
once. Their gaps to the optimum (with 100 for each unit besides) are read from the labels of a figure in Gijsbrechts and
others (2022), Manufacturing & Service Operations Management 24(3). Optimum and costs were computed by enumeration,
independently of this code.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from ownstock.engine.policy import dual_sourcing
from ownstock.engine.policy.dual_sourcing import DualSourcing, Rule

RULES: list[Callable[..., Rule]] = [
    dual_sourcing.dual_index,
    dual_sourcing.capped_dual_index,
    partial(dual_sourcing.capped_dual_index, counts_expedited=False),
    dual_sourcing.single_index,
    dual_sourcing.tailored_base_surge,
]

# Regular lead time, premium, optimum; levels, caps and costs of dual index, of capped dual index with and without what
# is expedited now in the position, of single index, and of tailored base-surge.
ROWS: list[tuple[Any, ...]] = [
    (
        2,
        5,
        16.76980,
        ((4, 7), 17.0221),
        ((4, 7, 2), 16.7824),
        ((4, 8, 1), 16.8484),
        ((5, 6), 18.0000),
        ((4, 1), 16.9031),
    ),
    (
        2,
        20,
        23.07143,
        ((4, 9), 23.3377),
        ((4, 9, 3), 23.1209),
        ((4, 9, 3), 23.2456),
        ((7, 10), 26.0000),
        ((4, 1), 31.9030),
    ),
    (
        3,
        10,
        20.34105,
        ((4, 9), 21.1353),
        ((4, 10, 2), 20.4657),
        ((4, 10, 2), 20.4657),
        ((8, 10), 25.0000),
        ((4, 1), 21.9031),
    ),
    (
        4,
        5,
        16.89305,
        ((4, 8), 17.6744),
        ((4, 11, 1), 16.8931),
        ((4, 11, 1), 16.8931),
        ((4, 4), 20.0000),
        ((4, 1), 16.9031),
    ),
    (
        4,
        20,
        25.03978,
        ((4, 13), 26.2520),
        ((4, 13, 2), 25.0441),
        ((4, 13, 2), 25.0441),
        ((10, 12), 34.0000),
        ((4, 1), 31.9030),
    ),
]
# Regular lead time, premium: gaps in per cent of dual index, capped dual index, single index, tailored base-surge.
GAPS = {(2, 5): (0.11, 0.0, 0.56, 0.06), (3, 10): (0.36, 0.06, 2.11, 0.71), (4, 5): (0.36, 0.0, 1.43, 0.0)}
REGULAR_COST = 200


def item_of(lead_time: int, premium: float) -> DualSourcing:
    return DualSourcing(np.full(5, 0.2), lead_time, premium, 5.0, 495.0, 4)


@pytest.mark.parametrize("row", ROWS)
def test_optimum_and_rules(row: tuple[Any, ...]) -> None:
    lead_time, premium, optimum, *rules = row
    item = item_of(lead_time, premium)
    assert dual_sourcing.optimum(item) == pytest.approx(optimum, abs=1e-5)
    for rule_of, (levels, cost) in zip(RULES, rules, strict=True):
        assert dual_sourcing.average_cost(item, rule_of(*levels)) == pytest.approx(cost, abs=1e-4)


@pytest.mark.parametrize(("case", "gaps"), GAPS.items())
def test_gaps_to_the_optimum_are_the_published_ones(case: tuple[int, float], gaps: tuple[float, ...]) -> None:
    """To a hundredth of a per cent: some labels are cut off, not rounded."""
    item = item_of(*case)
    row = next(row for row in ROWS if row[:2] == case)
    optimum = dual_sourcing.optimum(item)
    for rule_of, column, gap in zip((RULES[0], RULES[1], RULES[3], RULES[4]), (3, 4, 6, 7), gaps, strict=True):
        cost = dual_sourcing.average_cost(item, rule_of(*row[column][0]))
        assert 100 * (cost - optimum) / (optimum + REGULAR_COST) == pytest.approx(gap, abs=0.0101)


def test_the_best_levels_and_cap_are_found_from_a_plain_start() -> None:
    found, cost = dual_sourcing.best_of(item_of(2, 5), dual_sourcing.capped_dual_index, (4, 8, 2))
    assert (found, round(cost, 4)) == ((4, 7, 2), 16.7824)
