"""What was agreed with a supplier of quantities, prices and payment; where nothing was, what the company says."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from ownstock.catalog.models import Supplier
from ownstock.catalog.queries import agreement
from ownstock.purchasing.models import MatchPolicy
from ownstock.purchasing.rules.matching import Tolerances


def match_policy() -> MatchPolicy:
    """How far invoices may differ, and who may approve them; as it is from the start where nobody set it."""
    return MatchPolicy.objects.filter(pk=1).first() or MatchPolicy(pk=1)


def over_tolerance_percent(supplier: Supplier, on: date) -> Decimal:
    """So much more than ordered is taken without a word, as a percentage of what was ordered."""
    agreed = agreement(supplier, on)
    return agreed.over_tolerance_percent if agreed else Decimal(0)


def tolerances_of(supplier: Supplier, on: date) -> Tolerances:
    """How far an invoice of a supplier may differ on a day: as agreed, else as the company says."""
    policy, agreed = match_policy(), agreement(supplier, on)
    if agreed is None:
        return Tolerances(policy.price_tolerance_percent, policy.quantity_tolerance_percent, policy.small_amount)
    return Tolerances(agreed.price_tolerance_percent, agreed.over_tolerance_percent, policy.small_amount)


def due_on(supplier: Supplier, invoiced_on: date) -> date | None:
    """When an invoice is to be paid as agreed; None where nothing is agreed."""
    agreed = agreement(supplier, invoiced_on)
    return invoiced_on + timedelta(days=agreed.net_days) if agreed else None
