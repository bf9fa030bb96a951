"""Overrides as they stand, and what they were worth."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from ownstock.base.errors import Refused
from ownstock.planning.models import Override, OverrideValue
from ownstock.planning.said import overrides

GROUPS = {
    "override": "effect__override__number",
    "person": "effect__override__actor",
    "reason": "effect__override__reason_code",
}


def override(number: str) -> Override:
    """The newest revision of one override.

    Raises:
        Refused: there is none of this number.
    """
    found = overrides().filter(number=number).first()
    if found is None:
        raise Refused(f"There is no override {number}.", code="no_override", number=number)
    return found


def revisions(number: str) -> QuerySet[Override]:
    """Every revision of an override, oldest first."""
    return Override.objects.filter(number=number).order_by("revision")


def override_values(by: str) -> list[dict[str, Any]]:
    """What overrides saved in money, summed by `override`, `person` or `reason`: the most costly first.

    `decisions` counts those replayed, `better` those in which the override cost less than doing without it.
    """
    rows = OverrideValue.objects.values(key=F(GROUPS[by])).annotate(
        decisions=Count("id"), better=Count("id", filter=Q(value__gt=0)), worse=Count("id", filter=Q(value__lt=0)),
        saved=Sum("value"),
    )  # fmt: skip
    return [dict(row) for row in rows.order_by("saved", "key")]
