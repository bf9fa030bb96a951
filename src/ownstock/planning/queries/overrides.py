"""Overrides as they stand, and what they were worth."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from ownstock.base.errors import Refused
from ownstock.planning.models import Override, OverrideValue

GROUPS = {
    "override": "effect__override__number",
    "person": "effect__override__actor",
    "reason": "effect__override__reason_code",
}


def overrides() -> QuerySet[Override]:
    """The newest revision of every override, newest first, with item and site."""
    newer = Override.objects.filter(number=OuterRef("number"), revision__gt=OuterRef("revision"))
    rows = Override.objects.filter(~Exists(newer)).select_related("item_site__item", "item_site__site")
    return rows.order_by("-id")


def overrides_from(on: date, item_sites: Collection[int] | None = None) -> QuerySet[Override]:
    """Those that hold on a day or on later ones, of some item-sites or all."""
    rows = overrides().filter(Q(ended_on=None) | Q(ended_on__gt=on) & Q(ended_on__gt=F("from_on")), until_on__gte=on)
    return rows if item_sites is None else rows.filter(item_site_id__in=list(item_sites))


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
