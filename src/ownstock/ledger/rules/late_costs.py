"""Costs that become known after the goods came."""

from __future__ import annotations

from enum import StrEnum


class LateCost(StrEnum):
    """Why a receipt turns out to have cost more or less than it was posted at."""

    ORDER_PRICE = "order_price"
    INVOICE_DIFFERENCE = "invoice_difference"
    EXCHANGE_DIFFERENCE = "exchange_difference"
    LANDED_COST = "landed_cost"


LATE_COSTS = tuple(str(cost) for cost in LateCost)
REVALUATION = "revaluation"
SHORTAGE_COVERED = "shortage_covered"
