"""Places, and the world outside."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ownstock.catalog.rules import STOCK_KINDS, LocationKind


class Location(models.Model):
    """A place a movement can begin or end: a site, a bin in it, or the world outside (supplier, customer, scrap …)."""

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in LocationKind])
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    site = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="places",
        help_text="The nearest site above it (a site is its own); empty for the world outside.",
    )
    time_zone = models.CharField(max_length=60, blank=True, help_text="IANA name; its midnight begins the site's day.")

    class Meta:
        db_table = "catalog_location"
        constraints = [
            models.CheckConstraint(name="location_kind_known", condition=Q(kind__in=[k.value for k in LocationKind])),
            models.CheckConstraint(name="site_has_time_zone", condition=~Q(kind="site") | ~Q(time_zone="")),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def holds_stock(self) -> bool:
        """Whether the ledger keeps a balance here (the world outside has none)."""
        return self.kind in STOCK_KINDS
