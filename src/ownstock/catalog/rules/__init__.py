"""Pure decisions about what the business keeps, where, from whom and on which terms."""

from ownstock.catalog.rules.agreements import (
    WEEKDAYS,
    Incoterm,
    NextOrderDays,
    OrderSize,
    RebateBase,
    SupplierCalendar,
    next_order_day,
    next_order_days,
    overlaps,
    rebate,
    shortfall,
)
from ownstock.catalog.rules.commitments import Accrual, CommitmentOutlook, Pace, accrual
from ownstock.catalog.rules.kinds import (
    STOCK_KINDS,
    LocationKind,
    ReceivingStatus,
    ReleaseNeeds,
    Tracking,
    UnservedDemand,
    ValuationMethod,
)
from ownstock.catalog.rules.lapses import Lapse, LapseKind
from ownstock.catalog.rules.objections import Objection
from ownstock.catalog.rules.places import nearest_site
from ownstock.catalog.rules.prices import PriceChange, price_at
from ownstock.catalog.rules.qualification import (
    Decision,
    QualificationState,
    SourceClass,
    check_decision,
    scope_in_words,
)
from ownstock.catalog.rules.terms import Term, first_choice, is_valid_on

__all__ = [
    "STOCK_KINDS", "WEEKDAYS", "Accrual", "CommitmentOutlook", "Decision", "Incoterm", "Lapse", "LapseKind",
    "LocationKind", "NextOrderDays", "Objection", "OrderSize", "Pace", "PriceChange", "QualificationState", "RebateBase",
    "ReceivingStatus", "ReleaseNeeds", "SourceClass", "SupplierCalendar", "Term", "Tracking", "UnservedDemand",
    "ValuationMethod", "accrual", "check_decision", "first_choice", "is_valid_on", "nearest_site", "next_order_day",
    "next_order_days", "overlaps",
    "price_at", "rebate", "scope_in_words", "shortfall",
]  # fmt: skip
