"""Events, successors, items like others and endings: what people know of demand, past and to come, moves the plan."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item
from ownstock.demand.actions.calendar import cancel_event, cancel_lifecycle, enter_events, enter_lifecycle
from ownstock.demand.models import DemandEvent
from ownstock.demand.rules.calendar import EventEntry, LifecycleEntry, LifecycleKind
from ownstock.planning import actions
from ownstock.planning.inputs.read_inputs import planning_inputs
from ownstock.planning.models import Proposal
from ownstock.planning.queries.event_factors import suggested_factor
from tests.factories import ACTOR, TODAY, opening, sell_every_week, small_business

pytestmark = pytest.mark.django_db
WEEKLY = [12, 9, 15, 11, 14, 10, 13, 12, 9, 16, 11, 12, 14]
PROMOTED = [10] * 10 + [40, 40] + [10] * 4


def business(cups: list[int], plates: list[int]) -> None:
    small_business()
    for sku, weekly in (("CUP", cups), ("PLATE", plates)):
        if weekly:
            sell_every_week(sku, weekly)
        opening(sku, 4)


def wanted(sku: str = "CUP") -> int:
    actions.plan(planned_on=TODAY, actor=ACTOR)
    found = Proposal.objects.filter(item_site__item__sku=sku, state="pending").first()
    return int(found.quantity) if found else 0


def event(weeks: int, *, long: int = 2, factor: str | None = "4", skus: tuple[str, ...] = ()) -> DemandEvent:
    """An event that begins so many weeks from today (a Monday)."""
    first = TODAY + timedelta(weeks=weeks)
    entry = EventEntry(
        "Spring fair", first, first + timedelta(weeks=long, days=-1), skus=skus,
        factor=Decimal(factor) if factor else None,
    )  # fmt: skip
    [made] = enter_events([entry], actor="anna")
    return made


def lifecycle(kind: LifecycleKind, sku: str, other: str = "", ends_on: date | None = None) -> str:
    entry = LifecycleEntry(kind, sku, other_sku=other, ends_on=ends_on, reason="The range changes")
    [step] = enter_lifecycle([entry], actor="anna")
    return step.number


def test_an_event_ahead_raises_the_order_of_what_it_is_about_and_the_reason_names_it() -> None:
    business(WEEKLY, WEEKLY)
    cups, plates = wanted(), wanted("PLATE")
    made = event(2, skus=("CUP",))
    assert wanted() > cups + 18
    assert wanted("PLATE") == plates
    why = Proposal.objects.get(item_site__item__sku="CUP").reason
    assert [line["number"] for line in why["said"]] == [made.number]
    assert sum(step["units"] for step in why["steps"]) == why["decision"]["quantity"]
    cancel_event(made.number, actor="anna", because="It rains")
    assert wanted() == cups


def test_a_past_event_is_taken_out_of_the_history_so_that_its_peak_is_not_expected_again() -> None:
    business(PROMOTED, WEEKLY)
    before = wanted()
    event(-6)
    assert wanted() < before
    history = planning_inputs(TODAY).history
    assert history.demand[0, -6:-4].tolist() == [10, 10]
    assert history.demand[0, -4:].tolist() == [10] * 4


def test_an_event_without_a_factor_changes_nothing_and_earlier_ones_suggest_it_with_their_evidence() -> None:
    business(PROMOTED, PROMOTED)
    before = wanted()
    past = event(-6, factor=None)
    coming = event(1, factor=None)
    assert wanted() == before
    suggested = suggested_factor(coming, TODAY)
    assert suggested.factor == pytest.approx(4)
    assert [one.number for one in suggested.evidence] == [past.number]
    assert suggested.evidence[0].within == 160
    assert suggested_factor(past, TODAY).factor is None


def test_a_successor_is_ordered_as_what_it_replaces_was_sold_and_that_is_ordered_no_more() -> None:
    business(WEEKLY, [])
    cups = wanted()
    assert wanted("PLATE") == 0
    number = lifecycle(LifecycleKind.SUPERSEDED_BY, "CUP", "PLATE")
    assert wanted("PLATE") == pytest.approx(cups, abs=6)
    assert wanted() == 0
    why = Proposal.objects.get(item_site__item__sku="PLATE", state="pending").reason
    assert why["said"][0]["what"] == "superseded_by"
    cancel_lifecycle(number, actor="anna", because="It stays")
    assert wanted() == cups


def test_a_successor_alone_is_planned_with_the_history_that_it_inherits() -> None:
    business(WEEKLY, [])
    lifecycle(LifecycleKind.SUPERSEDED_BY, "CUP", "PLATE")
    whole = planning_inputs(TODAY)
    plate = whole.sources[max(whole.sources)].item_site
    alone = planning_inputs(TODAY, only=plate)
    assert alone.history.demand.tolist() == whole.history.demand[1:].tolist()
    assert alone.history.demand.sum() == sum(WEEKLY)


def test_a_new_item_like_another_is_ordered_before_it_was_ever_sold() -> None:
    business(WEEKLY, [])
    cups = wanted()
    lifecycle(LifecycleKind.LIKE, "PLATE", "CUP")
    assert wanted("PLATE") == pytest.approx(cups, abs=12)
    assert wanted() == cups


def test_what_ends_before_an_order_could_arrive_is_not_ordered() -> None:
    business(WEEKLY, WEEKLY)
    assert wanted() > 0
    lifecycle(LifecycleKind.ENDS, "CUP", ends_on=TODAY + timedelta(days=10))
    assert wanted() == 0
    assert wanted("PLATE") > 0


def test_chains_that_lead_back_and_what_does_not_exist_are_refused_and_nothing_is_written() -> None:
    business(WEEKLY, WEEKLY)
    lifecycle(LifecycleKind.SUPERSEDED_BY, "CUP", "PLATE")
    with pytest.raises(Refused, match="lead back"):
        lifecycle(LifecycleKind.SUPERSEDED_BY, "PLATE", "CUP")
    Item.objects.create(sku="MUG", description="Mug", unit_cost=1)
    with pytest.raises(Refused, match="has a successor already"):
        lifecycle(LifecycleKind.SUPERSEDED_BY, "CUP", "MUG")
    with pytest.raises(Refused, match="there is no item 'VASE'"):
        event(1, skus=("VASE",))
    with pytest.raises(Refused, match="not believed"):
        event(1, factor="0")
    assert not DemandEvent.objects.exists()
