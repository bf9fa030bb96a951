"""The steps of any reason add up to its quantity, exactly."""

from __future__ import annotations

import json
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ownstock.planning.rules.waterfall import waterfall
from tests.engine_cases import case, reasons
from tests.unit.test_engine_reason import drawn


@given(st.integers(0, 2**32), st.integers(1, 500))
def test_the_steps_of_any_reason_add_up_to_the_quantity_proposed_or_set(seed: int, edited: int) -> None:
    rng = np.random.default_rng(seed)
    known = [[int(day), int(rng.integers(1, 60))] for day in rng.integers(0, 30, rng.integers(0, 3))]
    for told in reasons([drawn(rng), drawn(rng) | {"known": known}]):
        stored = json.loads(json.dumps(told))
        proposed = Decimal(stored["decision"]["quantity"])
        for quantity in (proposed, Decimal(edited)):
            bars = waterfall(stored, quantity)
            assert sum(bar.units for bar in bars) == quantity == bars[-1].total
            assert ("edited" in [bar.step for bar in bars]) == (quantity != proposed)


def test_the_steps_are_those_that_a_person_would_reckon_by_hand() -> None:
    [told] = reasons([case(usable=4, backordered=1, arrivals=[[3, 5], [16, 2]], moq=20, order_multiple=6)])
    units = {bar.step: bar.units for bar in waterfall(told, Decimal(told["decision"]["quantity"]))}
    assert units["usable"] == -4
    assert units["backordered"] == 1
    assert units["arriving_before_order"] == -5
    assert units["arriving_in_window"] == -2
    demand = units["demand_in_lead_time"] + units["demand_in_window"]
    assert demand + units["safety"] == told["decision"]["order_up_to_level"]
    assert "known_in_position" not in units
