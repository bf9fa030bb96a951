"""Pure decisions of planning, one room a noun."""

from ownstock.planning.rules.days import (
    closed_weeks_start,
    counted_from,
    earliest_arrival_in_days,
    later_by_lead_time,
    release_in_days,
)
from ownstock.planning.rules.economics import Economics, fault_of
from ownstock.planning.rules.proposals import Basis, ProposalState, Standing, Step, Wanted, next_step, next_steps

__all__ = [
    "Basis",
    "Economics",
    "ProposalState",
    "Standing",
    "Step",
    "Wanted",
    "closed_weeks_start",
    "counted_from",
    "earliest_arrival_in_days",
    "fault_of",
    "later_by_lead_time",
    "next_step",
    "next_steps",
    "release_in_days",
]
