"""Certificates of conformity: what a supplier says in writing of goods, matched to order line, lot and quantity."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ownstock.catalog.models import Item
from ownstock.journal.fields import QuantityField
from ownstock.purchasing.models.facts import Fact
from ownstock.purchasing.models.orders import PurchaseOrder


class ConformityCertificate(Fact):
    """A supplier's word that so many goods of a lot, for a line of an order, are as they must be."""

    purchase_order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="conformity_certificates")
    line = models.PositiveIntegerField(help_text="The line of the order.")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    lot = models.CharField(max_length=60, blank=True, help_text="The lot or serial number; empty: goods without lots.")
    quantity = QuantityField(help_text="So many stock units it covers.")
    number = models.CharField(max_length=100, help_text="The number that its issuer gave it.")
    document_name = models.CharField(max_length=200, help_text="The name of the document, of ours.")
    document_hash = models.CharField(max_length=64, help_text="SHA-256 of the document, in hexadecimal.")
    document = models.BinaryField(help_text="The document itself.")
    actor = models.CharField(max_length=100, help_text="Who entered it.")

    class Meta(Fact.Meta):
        db_table = "purchasing_conformity_certificate"
        constraints = [
            models.CheckConstraint(name="conformity_certificate_covers_something", condition=Q(quantity__gt=0)),
        ]
        indexes = [
            *Fact.Meta.indexes,
            models.Index(fields=["item", "lot"], name="conformity_by_lot"),
            models.Index(fields=["purchase_order", "line"], name="conformity_by_line"),
        ]

    def __str__(self) -> str:
        return self.number


class ConformityWithdrawal(Fact):
    """That a certificate of conformity no longer counts: entered wrongly, or taken back by its issuer."""

    certificate = models.OneToOneField(ConformityCertificate, models.PROTECT, related_name="withdrawal")
    actor = models.CharField(max_length=100, help_text="Who took it out.")
    reason = models.TextField(help_text="Why, in their words.")

    class Meta(Fact.Meta):
        db_table = "purchasing_conformity_withdrawal"

    def __str__(self) -> str:
        return f"{self.certificate_id}: {self.reason}"
