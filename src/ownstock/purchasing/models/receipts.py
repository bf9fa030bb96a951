"""Goods that arrived."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ownstock.journal.fields import QuantityField
from ownstock.purchasing.models.facts import Fact
from ownstock.purchasing.models.notices import ShippingNotice
from ownstock.purchasing.models.orders import Delivery


class Receipt(models.Model):
    """Goods that arrived against a delivery: the link from an order to the posting in the ledger."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="receipts")
    posting_key = models.CharField(max_length=200)
    posting_line = models.PositiveIntegerField(default=1, help_text="The line of the posting that brought it.")
    notice = models.ForeignKey(
        ShippingNotice, models.PROTECT, null=True, related_name="receipts", help_text="The notice that told of it."
    )
    quantity = QuantityField()
    received_on = models.DateField()

    append_only = True

    class Meta:
        db_table = "purchasing_receipt"
        constraints = [models.CheckConstraint(name="receipt_quantity_positive", condition=Q(quantity__gt=0))]
        indexes = [models.Index(fields=["received_on", "delivery"], name="receipt_by_day")]

    def __str__(self) -> str:
        return f"{self.posting_key}: {self.quantity}"


class ReceiptRate(Fact):
    """At which price and exchange rate goods bought in another currency were valued, once for each line of a receipt."""

    posting_key = models.CharField(max_length=200, help_text="The receipt.")
    posting_line = models.PositiveIntegerField(help_text="The line of the posting that brought it.")
    price = QuantityField(help_text="Of one stock unit, by the order, in its currency.")
    rate = models.DecimalField(max_digits=18, decimal_places=8, help_text="Of the day on which the goods came.")
    added = QuantityField(help_text="What that added to the standard cost that they were posted at; signed.")

    class Meta(Fact.Meta):
        db_table = "purchasing_receipt_rate"
        constraints = [
            models.UniqueConstraint(fields=["posting_key", "posting_line"], name="receipt_rate_once"),
            models.CheckConstraint(name="receipt_rate_positive", condition=Q(rate__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.posting_key}: {self.rate}"
