"""The rows of planning, one room a noun."""

from ownstock.planning.models.edits import ProposalEdit
from ownstock.planning.models.proposals import Proposal
from ownstock.planning.models.runs import PlanningRun
from ownstock.planning.models.switches import SupplierSwitch

__all__ = ["PlanningRun", "Proposal", "ProposalEdit", "SupplierSwitch"]
