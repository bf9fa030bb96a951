"""What the business keeps and where it plans it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ownstock.catalog.models.locations import Location
from ownstock.catalog.rules import ReceivingStatus, ReleaseNeeds, Tracking, UnservedDemand, ValuationMethod
from ownstock.journal.fields import QuantityField


class Item(models.Model):
    """Something the business keeps, counted in one stock unit."""

    sku = models.CharField(max_length=60, unique=True, help_text="The item's code.")
    description = models.CharField(max_length=300)
    unit = models.CharField(
        max_length=20, default="each", help_text="The stock unit in which all its quantities are counted."
    )
    unit_cost = QuantityField(help_text="Standard cost of one stock unit, in the company's currency.")
    tracking = models.CharField(
        max_length=10,
        choices=[(t.value, t.value) for t in Tracking],
        default=Tracking.NONE,
        help_text="Whether every movement must name a lot (`lot`) or a single piece (`serial`).",
    )
    receiving_status = models.CharField(
        max_length=12,
        choices=[(s.value, s.value) for s in ReceivingStatus],
        default=ReceivingStatus.RELEASED,
        help_text="What its goods are when they come from a supplier.",
    )
    release_days = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Days from the receipt until quality releases its goods; empty: goods in quarantine are not counted on.",
    )
    release_needs = models.CharField(
        max_length=12,
        choices=[(n.value, n.value) for n in ReleaseNeeds],
        default=ReleaseNeeds.NOTHING,
        help_text="What must be there before quality releases its goods: certificates of conformity, or nothing.",
    )
    valuation_method = models.CharField(
        max_length=16,
        choices=[(m.value, m.value) for m in ValuationMethod],
        default=ValuationMethod.MOVING_AVERAGE,
        help_text="What its goods are worth when they leave.",
    )
    category = models.CharField(
        max_length=60, blank=True, help_text="What it is among others, for the register of suppliers; empty: none."
    )
    gtin = models.CharField(
        max_length=14,
        null=True,
        blank=True,
        unique=True,
        help_text="The number that GS1 gives one stock unit of it, as 14 digits; empty: none.",
    )
    weight_kg = QuantityField(null=True, blank=True, help_text="Of one stock unit; empty: not known.")
    volume_l = QuantityField(null=True, blank=True, help_text="Of one stock unit; empty: not known.")

    class Meta:
        db_table = "catalog_item"
        constraints = [
            models.CheckConstraint(name="item_cost_not_negative", condition=Q(unit_cost__gte=0)),
            models.CheckConstraint(
                name="item_measures_not_negative", condition=~Q(weight_kg__lt=0) & ~Q(volume_l__lt=0)
            ),
            models.CheckConstraint(
                name="item_gtin_is_14_digits", condition=Q(gtin=None) | Q(gtin__regex=r"^[0-9]{14}$")
            ),
            models.CheckConstraint(name="item_tracking_known", condition=Q(tracking__in=[t.value for t in Tracking])),
            models.CheckConstraint(
                name="item_receiving_known", condition=Q(receiving_status__in=[s.value for s in ReceivingStatus])
            ),
            models.CheckConstraint(
                name="item_release_needs_known", condition=Q(release_needs__in=[n.value for n in ReleaseNeeds])
            ),
            models.CheckConstraint(
                name="item_release_needs_quarantine",
                condition=Q(release_needs=ReleaseNeeds.NOTHING) | Q(receiving_status=ReceivingStatus.QUARANTINE),
            ),
            models.CheckConstraint(
                name="item_valuation_known", condition=Q(valuation_method__in=[m.value for m in ValuationMethod])
            ),
        ]

    def __str__(self) -> str:
        return self.sku

    @property
    def usable_after_days(self) -> int:
        """Days from the receipt of its goods from a supplier until they may be used, as far as that is known."""
        return (self.release_days or 0) if self.receiving_status == ReceivingStatus.QUARANTINE else 0


class ItemUnit(models.Model):
    """Another unit an item is counted in: one of it is units_numerator / units_denominator stock units, exactly."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="units")
    unit = models.CharField(max_length=20)
    units_numerator = models.PositiveIntegerField()
    units_denominator = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "catalog_item_unit"
        constraints = [
            models.UniqueConstraint(fields=["item", "unit"], name="item_unit_once"),
            models.CheckConstraint(
                name="item_unit_conversion_positive", condition=Q(units_numerator__gt=0, units_denominator__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.unit}"


class ItemSite(models.Model):
    """An item at a site: the key of planning, with its settings and its economics."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="item_sites")
    site = models.ForeignKey(Location, models.PROTECT, related_name="item_sites")
    review_period_days = models.PositiveIntegerField(default=7, help_text="How often an order can be placed.")
    holding_rate = models.DecimalField(
        max_digits=8, decimal_places=4, help_text="Cost of holding, per year, as a share of unit cost."
    )
    shortage_cost = QuantityField(help_text="Cost of one unit short, in the company's currency.")
    unserved_demand = models.CharField(max_length=10, choices=[(k.value, k.value) for k in UnservedDemand])

    class Meta:
        db_table = "catalog_item_site"
        constraints = [
            models.UniqueConstraint(fields=["item", "site"], name="item_site_once"),
            models.CheckConstraint(name="item_site_review_positive", condition=Q(review_period_days__gte=1)),
            models.CheckConstraint(
                name="item_site_costs_not_negative", condition=Q(holding_rate__gte=0, shortage_cost__gte=0)
            ),
            models.CheckConstraint(
                name="item_site_unserved_known", condition=Q(unserved_demand__in=[k.value for k in UnservedDemand])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}@{self.site_id}"
