"""Goods that were not as ordered, what it came to, and goods that went back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ownstock.catalog.models import Item
from ownstock.journal.fields import QuantityField
from ownstock.purchasing.models.facts import Fact
from ownstock.purchasing.models.orders import PurchaseOrder
from ownstock.purchasing.rules.discrepancies import DiscrepancyKind, SettlementKind


class Discrepancy(Fact):
    """A difference between what came and what was ordered or announced, as it was found."""

    purchase_order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="discrepancies")
    line = models.PositiveIntegerField(help_text="The line of the order.")
    kind = models.CharField(max_length=12, choices=[(k.value, k.value) for k in DiscrepancyKind])
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", help_text="What came, or did not.")
    quantity = QuantityField(help_text="Stock units.")
    lot = models.CharField(max_length=60, blank=True)
    receipt_key = models.CharField(max_length=200, help_text="The key of the receipt at which it was found.")
    posting_line = models.PositiveIntegerField(
        null=True, help_text="The line of the posting that brought the goods; empty: none were taken in."
    )
    reason = models.TextField(blank=True, help_text="What was seen, in the receiver's words.")
    actor = models.CharField(max_length=100)

    class Meta(Fact.Meta):
        db_table = "purchasing_discrepancy"
        verbose_name_plural = "discrepancies"
        indexes = [
            *Fact.Meta.indexes,
            models.Index(fields=["purchase_order", "line"], name="discrepancy_by_order_line"),
            models.Index(fields=["receipt_key"], name="discrepancy_by_receipt"),
        ]
        constraints = [
            models.CheckConstraint(name="discrepancy_quantity_positive", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="discrepancy_kind_known", condition=Q(kind__in=[k.value for k in DiscrepancyKind])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Settlement(Fact):
    """What a discrepancy came to: once, by whom and why."""

    discrepancy = models.OneToOneField(Discrepancy, models.PROTECT, related_name="settlement")
    settled_as = models.CharField(
        max_length=10, choices=[(k.value, k.value) for k in SettlementKind], help_text="What it came to."
    )
    posting_key = models.CharField(max_length=200, blank=True, help_text="The posting that moved the goods for it.")
    actor = models.CharField(max_length=100)
    reason = models.TextField()

    class Meta(Fact.Meta):
        db_table = "purchasing_settlement"
        constraints = [
            models.CheckConstraint(
                name="settlement_kind_known", condition=Q(settled_as__in=[k.value for k in SettlementKind])
            )
        ]

    def __str__(self) -> str:
        return f"{self.discrepancy_id}: {self.settled_as}"


class SupplierReturn(Fact):
    """Goods of a receipt that went back to their supplier, who is to credit them."""

    purchase_order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="supplier_returns")
    line = models.PositiveIntegerField(help_text="The line of the order.")
    receipt_key = models.CharField(max_length=200, help_text="The receipt that brought them.")
    posting_key = models.CharField(max_length=200, unique=True, help_text="The posting that sent them back.")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    quantity = QuantityField(help_text="Stock units.")
    expected_credit = QuantityField(help_text="What the supplier is to credit, in the order's currency.")
    actor = models.CharField(max_length=100)
    reason = models.TextField()

    class Meta(Fact.Meta):
        db_table = "purchasing_supplier_return"
        indexes = [
            *Fact.Meta.indexes,
            models.Index(fields=["purchase_order", "line"], name="supplier_return_by_order_line"),
        ]
        constraints = [models.CheckConstraint(name="supplier_return_positive", condition=Q(quantity__gt=0))]

    def __str__(self) -> str:
        return self.posting_key
