"""Reading demand, one room a question: lines, goods, what planning needs, whether totals are the sums of their entries."""

from ownstock.demand.queries.differences import Difference, differences
from ownstock.demand.queries.goods import ShortAllocation, commitments, goods, promised, short_allocations
from ownstock.demand.queries.lines import (
    allocations,
    customer,
    demand_line,
    demand_lines,
    entries,
    is_shipment,
    open_places,
)
from ownstock.demand.queries.wanted import OpenDemand, allocated, backordered, open_demand

__all__ = [
    "Difference", "OpenDemand", "ShortAllocation", "allocated", "allocations", "backordered", "commitments", "customer",
    "demand_line", "demand_lines", "differences", "entries", "goods", "is_shipment", "open_demand", "open_places",
    "promised", "short_allocations",
]  # fmt: skip
