"""The rows of planning, one room a noun."""

from ownstock.planning.models.cash import CashBudget, PlannedSpend
from ownstock.planning.models.edits import ProposalEdit
from ownstock.planning.models.item_site_plans import ItemSitePlan
from ownstock.planning.models.kpis import KpiDay, KpiItemSite
from ownstock.planning.models.overrides import Override, OverrideEffect, OverrideValue
from ownstock.planning.models.proposals import Proposal
from ownstock.planning.models.runs import PlanningRun, ReplanCursor
from ownstock.planning.models.switches import SupplierSwitch

__all__ = [
    "CashBudget", "ItemSitePlan", "KpiDay", "KpiItemSite", "Override", "OverrideEffect", "OverrideValue",
    "PlannedSpend", "PlanningRun", "Proposal", "ProposalEdit", "ReplanCursor", "SupplierSwitch",
]  # fmt: skip
