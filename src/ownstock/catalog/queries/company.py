"""Reading what holds for the whole business."""

from __future__ import annotations

from ownstock.base.errors import Refused
from ownstock.catalog.models import Company, Item, Location
from ownstock.catalog.rules import LocationKind


def world_location(kind: LocationKind) -> str:
    """The code of the one location of a kind of the outside world (the first, where there are several).

    Raises:
        Refused: the catalogue has none; the sentence says which to import.
    """
    code = Location.objects.filter(kind=kind).order_by("id").values_list("code", flat=True).first()
    if code is None:
        raise Refused(
            f"The catalogue has no location of kind {kind}; import one first.", code="no_location", kind=str(kind)
        )
    return code


def is_catalog_empty() -> bool:
    """Whether no item was ever imported."""
    return not Item.objects.exists()


def base_currency() -> str:
    """The currency in which the company keeps all value."""
    return Company.objects.get().currency


def site_codes() -> list[str]:
    """The codes of all sites, in their order."""
    return list(Location.objects.filter(kind=LocationKind.SITE).order_by("code").values_list("code", flat=True))


def sites() -> list[Location]:
    """All sites, in the order of their codes."""
    return list(Location.objects.filter(kind=LocationKind.SITE).order_by("code"))
