"""What was agreed with a supplier of quantities, prices and payment; where nothing was, what the company says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Q

from ownstock.catalog.models import Agreement, Supplier


def agreement(supplier: Supplier, on: date) -> Agreement | None:
    """The agreement that holds on a day, if there is one."""
    return supplier.agreements.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on).first()


def over_tolerance_percent(supplier: Supplier, on: date) -> Decimal:
    """So much more than ordered is taken without a word, as a percentage of what was ordered."""
    agreed = agreement(supplier, on)
    return agreed.over_tolerance_percent if agreed else Decimal(0)
