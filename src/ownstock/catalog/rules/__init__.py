"""Pure decisions about what the business keeps, where and on which terms."""

from ownstock.catalog.rules.kinds import (
    STOCK_KINDS,
    LocationKind,
    ReceivingStatus,
    Tracking,
    UnservedDemand,
    ValuationMethod,
)
from ownstock.catalog.rules.places import nearest_site
from ownstock.catalog.rules.terms import Term, first_choice, is_valid_on

__all__ = [
    "STOCK_KINDS", "LocationKind", "ReceivingStatus", "Term", "Tracking", "UnservedDemand", "ValuationMethod",
    "first_choice", "is_valid_on", "nearest_site",
]  # fmt: skip
