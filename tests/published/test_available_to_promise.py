"""What can be promised, against a printed master schedule.

W. J. Stevenson, *Operations Management* (McGraw-Hill), chapter on aggregate planning and master scheduling, the example of
the industrial pumps: 64 in stock, customers' orders of 33, 20, 10, 4 and 2 in weeks 1 to 5, and lots of 70 in weeks 3, 5, 7
and 8. Its row "available-to-promise inventory (uncommitted)" reads 11 in week 1, 56 in week 3, 68 in week 5, 70 in weeks 7
and 8: what each lot leaves until the next one comes. Ours is what can be promised by a week, their sum up to it.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

import pytest

from ownstock.demand.rules import Commitment, Supply, promise

FIRST = date(2026, 6, 1)
PRINTED = {1: 11, 3: 56, 5: 68, 7: 70, 8: 70}


def week(number: int) -> date:
    return FIRST + timedelta(weeks=number - 1)


SUPPLIES = [Supply(Decimal(64), week(1)), *(Supply(Decimal(70), week(n)) for n in (3, 5, 7, 8))]
ORDERS = [Commitment(Decimal(q), week(n)) for n, q in enumerate([33, 20, 10, 4, 2], start=1)]


@pytest.mark.parametrize(("number", "until_then"), list(zip(PRINTED, accumulate(PRINTED.values()), strict=True)))
def test_what_can_be_promised_by_a_week_is_the_printed_row_added_up(number: int, until_then: int) -> None:
    assert promise(SUPPLIES, ORDERS, Decimal(1000), wanted_on=week(number)).promised_quantity == until_then


@pytest.mark.parametrize(("quantity", "number"), [(11, 1), (12, 3), (67, 3), (68, 5), (135, 5), (136, 7), (275, 8)])
def test_the_earliest_week_in_full_is_that_whose_lot_is_needed(quantity: int, number: int) -> None:
    assert promise(SUPPLIES, ORDERS, Decimal(quantity), wanted_on=week(1)).in_full_on == week(number)


def test_more_than_all_lots_leave_is_never_promised() -> None:
    assert promise(SUPPLIES, ORDERS, Decimal(276), wanted_on=week(1)).in_full_on is None
