"""Transfers between sites of ours. Entries are only ever appended; the totals of lines are derived from them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from ownstock.catalog.models import Item, Location
from ownstock.journal.fields import QuantityField, TransactionIdField
from ownstock.ledger.models import Lot
from ownstock.purchasing.rules.transfers import OPEN_TRANSFER_STATES, Totals, TransferEntryKind, TransferState


class TransitPlace(models.Model):
    """Where goods on the way to a site of ours lie: a location in transit, at no site."""

    target = models.OneToOneField(Location, models.PROTECT, related_name="+", help_text="The site they go to.")
    location = models.OneToOneField(Location, models.PROTECT, related_name="+")

    class Meta:
        db_table = "purchasing_transit_place"

    def __str__(self) -> str:
        return f"{self.location_id} to {self.target_id}"


class TransferOrder(models.Model):
    """Goods that one site of ours is to send to another; between them they lie in a location in transit."""

    number = models.CharField(max_length=20, unique=True)
    source = models.ForeignKey(Location, models.PROTECT, related_name="+", help_text="The site that sends.")
    target = models.ForeignKey(Location, models.PROTECT, related_name="+", help_text="The site that gets.")
    transit = models.ForeignKey(
        Location, models.PROTECT, related_name="+", help_text="Where the goods lie while they are on the way."
    )
    state = models.CharField(max_length=14, choices=[(s.value, s.value) for s in TransferState])
    requested_on = models.DateField(help_text="The day on which the target asks for the goods.")
    transit_days = models.PositiveIntegerField(help_text="Days that the goods are on the way.")
    created_by = models.CharField(max_length=100)
    created_at = models.DateTimeField(db_default=Now())
    placed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "purchasing_transfer_order"
        indexes = [
            models.Index(
                fields=["state"], name="transfer_order_open", condition=Q(state__in=sorted(OPEN_TRANSFER_STATES))
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="transfer_order_state_known", condition=Q(state__in=[s.value for s in TransferState])
            ),
            models.CheckConstraint(name="transfer_order_between_two", condition=~Q(source=F("target"))),
        ]

    def __str__(self) -> str:
        return self.number


class TransferLine(models.Model):
    """So many of an item that are to be transferred; its totals are sums of its entries."""

    transfer_order = models.ForeignKey(TransferOrder, models.PROTECT, related_name="lines")
    line = models.PositiveIntegerField()
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    quantity = QuantityField()
    shipped_quantity = QuantityField(default=0)
    received_quantity = QuantityField(default=0, help_text="What came, damaged or not.")
    lost_quantity = QuantityField(default=0, help_text="What left and will never come.")
    cancelled_quantity = QuantityField(default=0, help_text="What will not be shipped.")

    class Meta:
        db_table = "purchasing_transfer_line"
        constraints = [
            models.UniqueConstraint(fields=["transfer_order", "line"], name="transfer_line_once"),
            models.CheckConstraint(name="transfer_line_quantity_positive", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="transfer_line_totals_not_negative",
                condition=Q(
                    shipped_quantity__gte=0, received_quantity__gte=0, lost_quantity__gte=0, cancelled_quantity__gte=0
                ),
            ),
            models.CheckConstraint(
                name="transfer_line_not_exceeded",
                condition=Q(
                    quantity__gte=F("shipped_quantity") + F("cancelled_quantity"),
                    shipped_quantity__gte=F("received_quantity") + F("lost_quantity"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transfer_order_id}/{self.line}"

    @property
    def totals(self) -> Totals:
        """What was asked for and what became of it."""
        return Totals(
            self.quantity, self.shipped_quantity, self.received_quantity, self.lost_quantity, self.cancelled_quantity
        )


class TransferEntry(models.Model):
    """One thing that happened to a line of a transfer order, and what it changed of its totals; never edited."""

    line = models.ForeignKey(TransferLine, models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in TransferEntryKind])
    shipment_key = models.CharField(
        max_length=200, blank=True, help_text="The posting that shipped these goods; empty where none were."
    )
    location = models.ForeignKey(
        Location, models.PROTECT, null=True, related_name="+", help_text="Where the goods lay, or were put."
    )
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="+")
    shipped_change = QuantityField(default=0, help_text="So much left, or came back.")
    received_change = QuantityField(default=0, help_text="So much came, or was put back on its way.")
    damaged_quantity = QuantityField(default=0, help_text="Of what came, so much was damaged and is on hold.")
    lost_change = QuantityField(default=0, help_text="So much will never come, or was found.")
    cancelled_change = QuantityField(default=0, help_text="So much will not be shipped.")
    moved_on = models.DateField(null=True, help_text="The day on which the goods moved, as their site counts days.")
    expected_on = models.DateField(null=True, help_text="When goods that were shipped are expected.")
    posting_key = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True, help_text="Why, in the actor's words.")
    actor = models.CharField(max_length=100)
    recorded_at = models.DateTimeField(db_default=Now())
    transaction_id = TransactionIdField()

    append_only = True

    class Meta:
        db_table = "purchasing_transfer_entry"
        indexes = [
            models.Index(fields=["line", "id"], name="transfer_entry_by_line"),
            models.Index(fields=["posting_key"], name="transfer_entry_by_posting", condition=~Q(posting_key="")),
            models.Index(fields=["transaction_id", "id"], name="transfer_entry_by_transaction"),
        ]
        constraints = [
            models.CheckConstraint(
                name="transfer_entry_kind_known", condition=Q(kind__in=[k.value for k in TransferEntryKind])
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
