"""The nouns of the catalogue and the constraints they keep."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from ownstock.catalog.rules import (
    STOCK_KINDS,
    LocationKind,
    ReceivingStatus,
    Tracking,
    UnservedDemand,
    ValuationMethod,
)
from ownstock.journal.fields import QuantityField


class Company(models.Model):
    """The one business this database belongs to, with its base currency."""

    name = models.CharField(max_length=200, default="My company")
    currency = models.CharField(max_length=3, default="EUR", help_text="ISO 4217; all value is kept in it.")

    class Meta:
        db_table = "catalog_company"
        constraints = [models.CheckConstraint(name="company_is_one", condition=Q(id=1))]

    def __str__(self) -> str:
        return self.name


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
    valuation_method = models.CharField(
        max_length=16,
        choices=[(m.value, m.value) for m in ValuationMethod],
        default=ValuationMethod.MOVING_AVERAGE,
        help_text="What its goods are worth when they leave.",
    )

    class Meta:
        db_table = "catalog_item"
        constraints = [
            models.CheckConstraint(name="item_cost_not_negative", condition=Q(unit_cost__gte=0)),
            models.CheckConstraint(name="item_tracking_known", condition=Q(tracking__in=[t.value for t in Tracking])),
            models.CheckConstraint(
                name="item_receiving_known", condition=Q(receiving_status__in=[s.value for s in ReceivingStatus])
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


class Supplier(models.Model):
    """A business we order from."""

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True, help_text="Where orders are sent.")
    currency = models.CharField(max_length=3)

    class Meta:
        db_table = "catalog_supplier"

    def __str__(self) -> str:
        return self.code


class SupplyTerm(models.Model):
    """On which terms a supplier sells an item (to one site, or to all), from a day until a day.

    Stock units = purchase units x units_numerator / units_denominator, exactly.
    """

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="supply_terms")
    item = models.ForeignKey(Item, models.PROTECT, related_name="supply_terms")
    site = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, help_text="Empty: all sites.")
    supplier_sku = models.CharField(max_length=60, blank=True, help_text="The supplier's own code.")
    purchase_unit = models.CharField(max_length=20, default="each")
    units_numerator = models.PositiveIntegerField(default=1)
    units_denominator = models.PositiveIntegerField(default=1)
    moq = models.PositiveIntegerField(default=1, help_text="The least that can be ordered, in stock units.")
    order_multiple = models.PositiveIntegerField(
        default=1, help_text="Orders come in whole multiples of it, in stock units."
    )
    price = QuantityField(help_text="Of one stock unit, in `currency`.")
    currency = models.CharField(max_length=3)
    lead_time_days = models.PositiveIntegerField(help_text="From order to goods on the shelf.")
    priority = models.PositiveIntegerField(default=1, help_text="1 is asked first.")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True, help_text="The last day; empty: until further notice.")

    class Meta:
        db_table = "catalog_supply_term"
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "item", "site", "valid_from"],
                nulls_distinct=False,
                name="supply_term_once_per_start",
            ),
            models.CheckConstraint(
                name="supply_term_conversion_positive", condition=Q(units_numerator__gt=0, units_denominator__gt=0)
            ),
            models.CheckConstraint(name="supply_term_steps_positive", condition=Q(moq__gte=1, order_multiple__gte=1)),
            models.CheckConstraint(name="supply_term_price_not_negative", condition=Q(price__gte=0)),
            models.CheckConstraint(
                name="supply_term_ends_after_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier_id}:{self.item_id}"


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
