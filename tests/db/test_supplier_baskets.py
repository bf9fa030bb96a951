"""What is proposed of one supplier is one order, and the cheapest way to its minimum is told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ownstock.base.errors import Refused
from ownstock.catalog.models import Agreement, PriceBreak, Supplier, SupplyTerm
from ownstock.planning import actions, queries
from ownstock.planning.models import Proposal
from ownstock.planning.rules.baskets import Larger, cheapest_to
from tests.factories import ACTOR, TODAY, opening, sell_every_week, small_business

pytestmark = pytest.mark.django_db
WEEKLY = [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14]


@pytest.fixture(autouse=True)
def _planned() -> None:
    small_business(skus=["CUP", "PLATE", "BOWL"])
    for sku in ("CUP", "PLATE", "BOWL"):
        sell_every_week(sku, WEEKLY)
        opening(sku, 4)
    Agreement.objects.create(
        supplier=Supplier.objects.get(code="ALPHA"), code="A1", valid_from=date(2020, 1, 1), currency="EUR",
        minimum_order_value=Decimal(250), order_weekdays=[4],
    )  # fmt: skip
    actions.plan(planned_on=TODAY, actor=ACTOR)


def test_proposals_of_a_supplier_are_one_order_with_its_minimum_and_its_day() -> None:
    alpha, beta = sorted(queries.supplier_baskets(), key=lambda one: one.supplier)
    rows = Proposal.objects.filter(supplier__code="ALPHA")
    assert (alpha.lines, alpha.order_value) == (2, sum(row.quantity * row.price for row in rows))
    assert alpha.missing_value == 250 - alpha.order_value > 0
    assert "of at least 250.00 EUR" in alpha.lacks
    assert alpha.order_on == date(2026, 3, 5)
    assert (beta.lines, beta.minimum_order_value, beta.lacks, beta.order_on) == (1, None, "", TODAY)


def test_the_cheapest_way_to_a_minimum_enlarges_lines_by_their_expected_cost() -> None:
    found = queries.basket("ALPHA", "SHOP")
    assert found.is_minimum_reached
    enlarged = [line for line in found.lines if line.enlarged_to]
    assert enlarged
    assert sum(line.added_value for line in found.lines) >= found.basket.missing_value
    for line in enlarged:
        assert line.enlarged_to is not None
        judged = queries.reproject(line.enlarged_to, proposal_id=line.proposal)
        assert line.added_cost == pytest.approx(judged.cost_difference, abs=Decimal("0.001"))
        assert line.added_days > 0
        assert not judged.faults
    assert found.order_by_on == TODAY
    with pytest.raises(Refused, match="Nothing is proposed of GAMMA"):
        queries.basket("GAMMA", "SHOP")


def test_the_next_price_break_is_told_with_what_it_saves() -> None:
    term = SupplyTerm.objects.get(item__sku="PLATE")
    PriceBreak.objects.create(
        term=term, from_quantity=Decimal(60), price=Decimal("2.0000"), valid_from=date(2020, 1, 1)
    )
    [line] = queries.basket("BETA", "SHOP").lines
    held = queries.reproject(Decimal(60), proposal_id=line.proposal)
    assert line.break_quantity == 60
    assert line.break_saving == pytest.approx(Decimal("0.4") * 60 - held.cost_difference, abs=Decimal("0.01"))
    assert held.price == Decimal("2.0000")


def test_no_dearer_step_is_taken_before_a_cheaper_one() -> None:
    cheap = [Larger(1, Decimal(10), Decimal(1)), Larger(2, Decimal(20), Decimal(4))]
    dear = [Larger(1, Decimal(10), Decimal(2)), Larger(2, Decimal(20), Decimal(9))]
    assert cheapest_to(Decimal(15), [dear, cheap]) == [dear[0], cheap[0]]
    assert cheapest_to(Decimal(0), [dear, cheap]) == [None, None]
    assert cheapest_to(Decimal(99), [dear, cheap]) == [dear[1], cheap[1]]
