"""Pure decisions of planning: what can be planned, when an order can arrive, what becomes of proposals (law 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol


class ProposalState(StrEnum):
    """Where a proposal is. Withdrawn: a later run found nothing to order."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What a run does about one item-site."""

    KEEP = "keep"
    CREATE = "create"
    UPDATE = "update"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Basis:
    """What an item-site's decision rests on.

    `input_hash` is the fingerprint of everything the engine was given. `outlook_hash` leaves out the goods that will be there
    when the next order can arrive; `position` counts those, in stock units, wherever they are by now.
    """

    input_hash: bytes
    outlook_hash: bytes
    position: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The last proposal of an item-site: its state and what it was decided on (`basis.position` as it was ordered)."""

    state: ProposalState
    basis: Basis


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the engine now says of an item-site."""

    quantity: int
    basis: Basis


def next_step(wanted: Wanted, standing: Standing | None) -> Step:
    """Decide what becomes of an item-site's proposal.

    The same inputs change nothing: a pending proposal stays and a rejection holds until inputs move. Moved inputs update a
    pending proposal, withdraw it when nothing is needed any more, and let a rejected or approved item be proposed again.
    """
    if standing is not None and standing.state is ProposalState.PENDING:
        if standing.basis.input_hash == wanted.basis.input_hash:
            return Step.KEEP
        return Step.UPDATE if wanted.quantity else Step.WITHDRAW
    if not wanted.quantity or (standing is not None and _is_settled(wanted.basis, standing)):
        return Step.KEEP
    return Step.CREATE


def _is_settled(now: Basis, standing: Standing) -> bool:
    """Whether what was decided about these inputs still stands.

    Goods that moved from on order to on the shelf are no news for an approved item: with lost sales they are worth a little
    less there (they can be sold before the next order comes), and an early receipt would otherwise order again.
    """
    if standing.state is ProposalState.REJECTED:
        return now.input_hash == standing.basis.input_hash
    if standing.state is ProposalState.APPROVED:
        return now.outlook_hash == standing.basis.outlook_hash and now.position >= standing.basis.position
    return False


def next_steps(wanted: Mapping[int, Wanted], standing: Mapping[int, Standing]) -> dict[int, Step]:
    """Decide for every item-site, by id; see `next_step`."""
    return {key: next_step(result, standing.get(key)) for key, result in wanted.items()}


class Economics(Protocol):
    """What an item-site must have to be planned."""

    @property
    def holding_rate(self) -> Decimal:
        """Cost of holding, per year, as a share of unit cost."""

    @property
    def shortage_cost(self) -> Decimal:
        """Cost of one unit short."""


def fault_of(economics: Economics, unit_cost: Decimal, *, has_term: bool) -> str | None:
    """Why an item-site cannot be planned, as a sentence that says what to do; None when it can."""
    if not has_term:
        return "No supply term holds on this day: add one."
    if unit_cost <= 0:
        return "Its unit cost is zero: enter what one costs."
    if economics.holding_rate <= 0:
        return "Its holding rate is zero: enter what holding costs a year, such as 0.25."
    return None


def closed_weeks_start(planned_on: date) -> date:
    """The Monday of the week a day lies in: demand before it is complete, demand from it on is not."""
    return planned_on - timedelta(days=planned_on.weekday())


def release_in_days(expected_on: date, planned_on: date) -> int:
    """In how many days goods in quarantine are counted on: as expected; those that are late for it, from tomorrow on."""
    return (expected_on - planned_on).days if expected_on >= planned_on else 1


def earliest_arrival_in_days(lead_time_days: int, waiting: Iterable[tuple[date, int]], planned_on: date) -> int:
    """In how many days an order decided now arrives: its lead time, but not before earlier orders that are delayed.

    Orders do not overtake one another: a supplier that is late with what should have come by then is taken to be late with
    the next order too. `waiting` has (requested_on, expected in days) of each open delivery of the same item from the same
    supplier; those we asked for later than the lead time are no delay.
    """
    due_by = planned_on + timedelta(days=lead_time_days)
    return max([lead_time_days, *(days for requested_on, days in waiting if requested_on <= due_by)])


def later_by_lead_time(inputs: Mapping[str, Any]) -> list[list[Any]]:
    """The lead times of a reason's inputs, each with its probability and what arrives after it alone.

    What arrives before is there whatever happens: ordered or received, it is no news. Lead times that differ in nothing
    else are one.
    """
    certain = {"lead_time_days": inputs["lead_time_days"], "probability": 1.0, "arrivals": None}
    told: list[list[Any]] = []
    for lead in inputs.get("lead_times") or [certain]:
        days, coming = lead["lead_time_days"], inputs["arrivals"] if lead["arrivals"] is None else lead["arrivals"]
        later = [[a["arrives_in_days"], a["quantity"]] for a in coming if a["arrives_in_days"] > days]
        if told and told[-1][::2] == [days, later]:
            told[-1][1] = round(told[-1][1] + lead["probability"], 9)
        else:
            told.append([days, round(lead["probability"], 9), later])
    return told
