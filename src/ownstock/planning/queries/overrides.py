"""Overrides as they stand, and what they were worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum

from ownstock.base.errors import Refused
from ownstock.planning.inputs.said import overrides
from ownstock.planning.models import Override, OverrideValue

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


# The columns of a list of overrides by which it can be filtered, those by which it can be sorted, and where they lie.
OVERRIDE_FILTERS = {
    "number": "number", "sku": "item_site__item__sku", "site": "item_site__site__code", "kind": "kind",
    "code": "reason_code", "reason": "reason", "actor": "first_actor",
}  # fmt: skip
OVERRIDE_SORTS = {
    name: OVERRIDE_FILTERS.get(name, name)
    for name in ("number", "sku", "site", "from_on", "until_on", "actor", "saved")
}


def override_rows(
    on: date, *, is_over: bool, filters: Mapping[str, str] | None = None, sorts: Sequence[str] = ()
) -> QuerySet[Override]:
    """Overrides that hold or will on a day, or those that are over, each with `first_actor`, who entered it, and `saved`,
    what it saved in money so far (None: not known yet); the newest first."""
    first = Override.objects.filter(number=OuterRef("number"), revision=1).values("actor")
    values = OverrideValue.objects.filter(effect__override__number=OuterRef("number")).order_by()
    saved = values.values("effect__override__number").annotate(sum=Sum("value")).values("sum")
    rows = overrides().annotate(first_actor=Subquery(first), saved=Subquery(saved))
    gone, holds = Q(until_on__lt=on) | Q(ended_on__lte=on), Q(ended_on=None) | Q(ended_on__gt=on)
    rows = rows.filter(gone) if is_over else rows.filter(holds, until_on__gte=on)
    rows = rows.filter(**{f"{OVERRIDE_FILTERS[name]}__icontains": text for name, text in (filters or {}).items()})
    return rows.order_by(*sorts, "-id")


def override_values(by: str) -> list[dict[str, Any]]:
    """What overrides saved in money, summed by `override`, `person` or `reason`: the most costly first.

    `decisions` counts those replayed, `better` those in which the override cost less than doing without it.
    """
    rows = OverrideValue.objects.values(key=F(GROUPS[by])).annotate(
        decisions=Count("id"), better=Count("id", filter=Q(value__gt=0)), worse=Count("id", filter=Q(value__lt=0)),
        saved=Sum("value"),
    )  # fmt: skip
    return [dict(row) for row in rows.order_by("saved", "key")]
