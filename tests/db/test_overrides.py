"""What people say of an item-site moves its order, is told in the reason, and is valued when it is known what came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ownstock.base.errors import Refused
from ownstock.cli import reason
from ownstock.ledger import actions as ledger
from ownstock.planning import actions
from ownstock.planning.actions.overrides import OverrideEntry, end_override, override, revise_override
from ownstock.planning.actions.valuing import value_overrides
from ownstock.planning.models import Override, OverrideEffect, OverrideValue, PlanningRun, Proposal
from ownstock.planning.queries.overrides import override_values
from ownstock.planning.rules.overrides import OverrideKind, ReasonCode
from ownstock.planning.rules.waterfall import waterfall
from tests.factories import ACTOR, TODAY, opening, sale, sell_every_week, small_business

pytestmark = pytest.mark.django_db
WEEKLY = [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14]


@pytest.fixture(autouse=True)
def _business() -> None:
    small_business()
    for sku in ("CUP", "PLATE"):
        sell_every_week(sku, WEEKLY)
        opening(sku, 4)


def said(kind: str, value: float, *, sku: str = "CUP", days: tuple[int, int] = (0, 20), by: str = "anna") -> str:
    entry = OverrideEntry(
        sku, "SHOP", OverrideKind(kind), Decimal(str(value)), TODAY + timedelta(days=days[0]),
        TODAY + timedelta(days=days[1]), ReasonCode.PROJECT, "The school opens",
    )  # fmt: skip
    [one] = override([entry], actor=by)
    return one.number


def planned(days: int = 0) -> actions.Planned:
    return actions.plan(planned_on=TODAY + timedelta(days=days), actor=ACTOR)


def of(sku: str) -> Proposal:
    return Proposal.objects.get(item_site__item__sku=sku, state="pending")


def adds_up(why: Mapping[str, Any]) -> None:
    quantity = why["decision"]["quantity"]
    assert sum(step["units"] for step in why["steps"]) == quantity
    assert sum(bar.units for bar in waterfall(why, Decimal(quantity)) if bar.step != "edited") == quantity


def units(why: Mapping[str, Any], step: str) -> int:
    return sum(one["units"] for one in why["steps"] if one["step"] == step)


def test_more_demand_raises_the_order_of_its_item_site_alone_and_the_reason_says_by_whom_and_adds_up() -> None:
    planned()
    cups, plates = of("CUP").quantity, of("PLATE")
    said("demand_plus", 40, days=(14, 20))
    planned()
    proposal = of("CUP")
    why = proposal.reason
    assert cups + 36 <= proposal.quantity <= cups + 66
    assert of("PLATE").pk == plates.pk
    assert of("PLATE").run_id == plates.run_id
    adds_up(why)
    assert 35 <= units(why, "override") <= 66
    assert why["quantity_by_history"] == cups
    assert "override OV-" in why["said"][0]["sentence"]
    assert "by anna until 2026-03-22: +40 units of demand" in why["sentence"].replace("Override", "override")
    printed = "\n".join(reason.lines(proposal))
    assert "for what people say" in printed
    assert "The school opens" in printed


@pytest.mark.parametrize(
    ("kind", "value", "moves"),
    [("demand_times", 2, 1), ("demand_times", 0, -1), ("demand_a_week", 30, 1), ("level_at_least", 200, 1),
     ("level_at_most", 20, -1), ("cycle_service_level", 0.5, -1), ("fill_rate", 0.999, 1), ("demand_plus", -20, -1)],
)  # fmt: skip
def test_each_kind_moves_the_order_its_way_and_the_steps_still_sum_to_it(kind: str, value: float, moves: int) -> None:
    planned()
    before = of("CUP").quantity
    said(kind, value)
    planned()
    found = Proposal.objects.get(item_site__item__sku="CUP")
    after = found.quantity if found.state == "pending" else Decimal(0)
    assert (after - before) * moves > 0
    if found.state == "pending":
        adds_up(found.reason)
        assert "\n".join(reason.lines(found))


def test_a_bounded_order_tells_what_it_costs_and_that_the_engine_would_have_chosen_otherwise() -> None:
    planned()
    free = of("CUP").reason["decision"]
    said("level_at_least", 200)
    planned()
    why = of("CUP").reason
    decision = why["decision"]
    assert decision["quantity"] + decision["inventory_position"] >= 200
    assert units(why, "bound") > 0
    assert decision["expected_cost"] > free["expected_cost"]
    assert decision["expected_cost_one_less"] < decision["expected_cost"] < decision["expected_cost_one_more"]
    assert decision["expected_cost_of_zero"] == pytest.approx(free["expected_cost_of_zero"])


def test_a_bound_of_exactly_what_is_ordered_has_the_cost_that_the_engine_says() -> None:
    planned()
    free = of("CUP").reason["decision"]
    target = free["quantity"] + free["inventory_position"]
    said("level_at_least", target)
    said("level_at_most", target)
    planned()
    decision = of("CUP").reason["decision"]
    assert decision["quantity"] == free["quantity"]
    assert decision["expected_cost"] == pytest.approx(free["expected_cost"], rel=1e-6)


def test_the_same_plan_again_writes_nothing_and_an_ended_override_takes_its_units_back() -> None:
    planned()
    before = of("CUP").quantity
    number = said("demand_plus", 40)
    planned()
    runs, effects = PlanningRun.objects.count(), OverrideEffect.objects.count()
    assert planned().changed == 0
    assert (PlanningRun.objects.count(), OverrideEffect.objects.count()) == (runs, effects)
    end_override(number, on=TODAY, actor="ben", because="The school stays shut")
    planned()
    assert of("CUP").quantity == before
    assert "said" not in of("CUP").reason


def test_an_override_that_is_over_or_lies_beyond_the_horizon_moves_nothing() -> None:
    planned()
    said("demand_plus", 40, days=(200, 210))
    said("demand_plus", 40, days=(-9, -1))
    assert planned().changed == 0


def test_revisions_are_appended_and_the_newest_counts() -> None:
    number = said("demand_plus", 10)
    revise_override(number, value=Decimal(60), until_on=TODAY + timedelta(days=20), actor="ben", because="More classes")
    planned()
    assert of("CUP").reason["said"][0]["value"] == 60
    assert [row.value for row in Override.objects.filter(number=number).order_by("revision")] == [10, 60]


@pytest.mark.parametrize(
    ("kind", "value", "days", "sentence"),
    [("fill_rate", 1.2, (0, 5), "cannot be met"), ("demand_times", -1, (0, 5), "is not believed"),
     ("demand_plus", 0, (0, 5), "Say how many units"), ("demand_plus", 5, (5, 0), "before it begins"),
     ("level_at_most", -1, (0, 5), "0 or more"), ("demand_plus", 5, (0, 900), "what lasts is a setting")],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_a_sentence(
    kind: str, value: float, days: tuple[int, int], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        said(kind, value, days=days)
    assert not Override.objects.exists()


def ordered_for(value: float) -> OverrideEffect:
    planned()
    said("demand_times", value, days=(0, 60))
    planned()
    return OverrideEffect.objects.get()


def came(units: int, *, on_day: int, key: str) -> None:
    moved_at = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC) + timedelta(days=on_day)
    opening("CUP", units, key=f"goods:{key}", moved_at=moved_at - timedelta(hours=1))
    ledger.post([sale("CUP", units, key=key, moved_at=moved_at)], actor=ACTOR)


@pytest.mark.parametrize(("wanted", "sign"), [(60, 1), (5, -1)])
def test_an_override_is_worth_what_doing_without_it_would_have_cost_more(wanted: int, sign: int) -> None:
    effect = ordered_for(3)
    came(wanted, on_day=15, key="later")
    assert value_overrides(TODAY + timedelta(days=20)) == 0
    assert value_overrides(TODAY + timedelta(days=21)) == 1
    assert value_overrides(TODAY + timedelta(days=22)) == 0
    [value] = [effect.value for effect in OverrideEffect.objects.all()]
    over, under = 2.5 * 0.25 * 7 / 365, 3.0

    def cost(quantity: Decimal) -> float:
        left = 4 + float(quantity) - wanted
        return over * max(left, 0) + under * max(-left, 0)

    assert float(value.value) == pytest.approx(cost(effect.quantity_without) - cost(effect.quantity_with), abs=0.001)
    assert value.value * sign > 0
    [by_person] = override_values("person")
    assert (by_person["key"], by_person["decisions"], by_person["saved"]) == ("anna", 1, value.value)
    [by_reason] = override_values("reason")
    assert by_reason["key"] == "project"
    assert override_values("override")[0]["better"] == (sign > 0)


def test_the_daily_plans_of_one_review_period_count_once() -> None:
    ordered_for(3)
    came(1, on_day=1, key="a")
    for days in (1, 2, 7):
        planned(days)
    assert OverrideEffect.objects.count() >= 3
    value_overrides(TODAY + timedelta(days=60))
    assert [value.effect.planned_on for value in OverrideValue.objects.order_by("id")] == [
        TODAY, TODAY + timedelta(days=7)
    ]  # fmt: skip
