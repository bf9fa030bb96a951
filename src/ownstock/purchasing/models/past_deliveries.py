"""What suppliers delivered before orders were kept here: brought from another system, to learn lead times from."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from ownstock.catalog.models import Item, Location, Supplier
from ownstock.journal.fields import QuantityField
from ownstock.ledger.models import ImportedFile
from ownstock.purchasing.models.facts import Fact


class PastDelivery(Fact):
    """Goods that a supplier delivered, as another system kept it: when ordered, promised and received. Moves no stock."""

    imported_file = models.ForeignKey(ImportedFile, models.PROTECT, related_name="past_deliveries")
    row_hash = models.BinaryField(help_text="SHA-256 of what the row says, and which of several alike it is.")
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    site = models.ForeignKey(Location, models.PROTECT, related_name="+", help_text="Where the goods arrived.")
    order_number = models.CharField(max_length=60, help_text="The number of the order in the other system.")
    shipment = models.CharField(max_length=60, blank=True, help_text="What arrives under one number arrives together.")
    ordered_on = models.DateField(help_text="The day of the order.")
    promised_on = models.DateField(help_text="The day that was promised or agreed.")
    received_on = models.DateField(help_text="The day on which the goods came.")
    quantity = QuantityField(help_text="Stock units.")

    class Meta(Fact.Meta):
        db_table = "purchasing_past_delivery"
        verbose_name_plural = "past deliveries"
        constraints = [
            models.UniqueConstraint(fields=["imported_file", "row_hash"], name="past_delivery_once"),
            models.CheckConstraint(
                name="past_delivery_in_order", condition=Q(quantity__gt=0, received_on__gte=F("ordered_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_number}: {self.quantity}"
