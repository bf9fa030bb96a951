"""Businesses we order from, and on which terms."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from ownstock.catalog.models.items import Item
from ownstock.catalog.models.locations import Location
from ownstock.journal.fields import QuantityField


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


class PriceBreak(models.Model):
    """The price of a supply term's item from a quantity on, from a day until a day."""

    term = models.ForeignKey(SupplyTerm, models.PROTECT, related_name="price_breaks")
    from_quantity = QuantityField(help_text="From so many stock units on.")
    price = QuantityField(help_text="Of one stock unit, in the term's currency.")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True, help_text="The last day; empty: until further notice.")

    class Meta:
        db_table = "catalog_price_break"
        constraints = [
            models.UniqueConstraint(fields=["term", "from_quantity", "valid_from"], name="price_break_once"),
            models.CheckConstraint(name="price_break_not_negative", condition=Q(price__gte=0, from_quantity__gte=0)),
            models.CheckConstraint(
                name="price_break_ends_after_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.term_id}: {self.price} from {self.from_quantity}"
