"""Purchase orders: what was sent in each revision, and what is still to come."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from ownstock.catalog.models import Item, Location, Supplier
from ownstock.journal.fields import QuantityField
from ownstock.purchasing.rules import OrderState


class PurchaseOrder(models.Model):
    """An agreement to buy, from draft to closed. What was asked stands in its revisions."""

    number = models.CharField(max_length=20, unique=True)
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="purchase_orders")
    site = models.ForeignKey(Location, models.PROTECT, related_name="+", help_text="Where the goods are to arrive.")
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=14, choices=[(s.value, s.value) for s in OrderState])
    ordered_on = models.DateField(help_text="The day of the order, as the supplier counts its lead time.")
    created_by = models.CharField(max_length=100)
    created_at = models.DateTimeField(db_default=Now())
    placed_at = models.DateTimeField(null=True)
    sent_revision = models.PositiveIntegerField(
        null=True, help_text="The number of the revision that was sent last; a newer one waits to be sent."
    )
    sent_at = models.DateTimeField(null=True, help_text="When the revision that was sent last was sent.")
    is_invoiced = models.BooleanField(default=False, help_text="Whether all that came has been invoiced.")
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="merged", help_text="The order that took over its lines."
    )

    class Meta:
        db_table = "purchasing_purchase_order"
        constraints = [
            models.CheckConstraint(
                name="purchase_order_state_known", condition=Q(state__in=[s.value for s in OrderState])
            )
        ]
        indexes = [
            models.Index(fields=["state", "id"], name="purchase_order_by_state"),
            models.Index(fields=["ordered_on", "id"], name="purchase_order_by_day"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderRevision(models.Model):
    """What an order asks of its supplier, never changed: a change makes the next revision, a cancellation too."""

    purchase_order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.CharField(max_length=100)
    reason = models.TextField(blank=True, help_text="Why it replaces the one before, in the actor's words.")

    append_only = True

    class Meta:
        db_table = "purchasing_order_revision"
        constraints = [models.UniqueConstraint(fields=["purchase_order", "number"], name="order_revision_once")]

    def __str__(self) -> str:
        return f"{self.purchase_order_id}/{self.number}"


class OrderLine(models.Model):
    """One item of a revision: so many stock units at a price."""

    revision = models.ForeignKey(OrderRevision, models.PROTECT, related_name="lines")
    line = models.PositiveIntegerField()
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    supplier_sku = models.CharField(max_length=60, blank=True)
    quantity = QuantityField()
    purchase_unit = models.CharField(max_length=20)
    units_numerator = models.PositiveIntegerField()
    units_denominator = models.PositiveIntegerField()
    price = QuantityField(help_text="Of one stock unit.")
    requested_on = models.DateField(help_text="The day asked for in this revision.")
    is_day_reckoned = models.BooleanField(
        default=False,
        help_text="Whether that day was reckoned from the lead time, so that it moves on where a draft leaves later.",
    )

    append_only = True

    class Meta:
        db_table = "purchasing_order_line"
        constraints = [
            models.UniqueConstraint(fields=["revision", "line"], name="order_line_once"),
            models.CheckConstraint(name="order_line_quantity_positive", condition=Q(quantity__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.revision_id}/{self.line}"


class Delivery(models.Model):
    """A part of a line that arrives together. On order is the sum of what is open of all deliveries."""

    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="deliveries")
    number = models.PositiveIntegerField(default=1)
    quantity = QuantityField()
    requested_on = models.DateField(help_text="When we asked for it.")
    first_promised_on = models.DateField(null=True, help_text="The supplier's first promise; it never changes.")
    latest_promised_on = models.DateField(null=True, help_text="The supplier's latest promise.")
    shipped_quantity = QuantityField(default=0, help_text="What shipping notices say has left the supplier.")
    announced_on = models.DateField(null=True, help_text="When it arrives, as a shipping notice says.")
    received_quantity = QuantityField(default=0)
    cancelled_quantity = QuantityField(default=0, help_text="What will not come: refused, cut or cancelled.")
    refused_quantity = QuantityField(default=0, help_text="The part of it that the supplier would not send.")
    cancelled_on = models.DateField(null=True, help_text="When we last cancelled something of it; empty: we did not.")

    class Meta:
        db_table = "purchasing_delivery"
        constraints = [
            models.UniqueConstraint(fields=["line", "number"], name="delivery_once"),
            models.CheckConstraint(name="delivery_quantity_positive", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="delivery_parts_not_negative", condition=Q(received_quantity__gte=0, cancelled_quantity__gte=0)
            ),
            models.CheckConstraint(
                name="delivery_refused_is_cancelled",
                condition=Q(refused_quantity__gte=0, refused_quantity__lte=F("cancelled_quantity")),
            ),
        ]
        indexes = [
            models.Index(
                Coalesce("announced_on", "latest_promised_on", "requested_on"),
                "line",
                name="delivery_open_by_day",
                condition=Q(quantity__gt=F("received_quantity") + F("cancelled_quantity")),
            ),
            models.Index(
                fields=["line"],
                name="delivery_under_way",
                condition=Q(quantity__gt=F("received_quantity") + F("cancelled_quantity"))
                & Q(shipped_quantity__gt=F("received_quantity")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}/{self.number}"
