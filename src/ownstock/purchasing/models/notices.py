"""Shipping notices: what suppliers say has left them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ownstock.catalog.models import Item, Supplier
from ownstock.journal.fields import QuantityField
from ownstock.purchasing.models.facts import Fact
from ownstock.purchasing.models.orders import PurchaseOrder
from ownstock.purchasing.rules.notices import NoticePurpose


class ShippingNotice(Fact):
    """What a supplier says has left it, as it came; the next one of the same number takes its place."""

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="shipping_notices")
    number = models.CharField(max_length=60, help_text="The supplier's own number.")
    purpose = models.CharField(max_length=12, choices=[(p.value, p.value) for p in NoticePurpose])
    supersedes = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="superseded_by",
        help_text="The notice whose place it takes.",
    )
    message_key = models.CharField(max_length=200, help_text="The supplier's own identity of the message.")
    content = models.JSONField(help_text="What it said.")
    shipped_on = models.DateField(null=True, help_text="When the goods left the supplier.")
    expected_on = models.DateField(null=True, help_text="When they are to arrive.")
    carrier = models.CharField(max_length=100, blank=True, help_text="Who brings them.")
    reference = models.CharField(max_length=100, blank=True, help_text="The carrier's own, such as a bill of lading.")
    actor = models.CharField(max_length=100)

    class Meta(Fact.Meta):
        db_table = "purchasing_shipping_notice"
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "number"], condition=Q(supersedes=None), name="shipping_notice_once"
            ),
            models.UniqueConstraint(fields=["supplier", "message_key"], name="shipping_notice_message_once"),
            models.CheckConstraint(
                name="shipping_notice_purpose_known", condition=Q(purpose__in=[p.value for p in NoticePurpose])
            ),
        ]

    def __str__(self) -> str:
        return self.number


class NoticeLine(models.Model):
    """So much of an item on its way for a line of an order, whichever revision of it is the newest."""

    notice = models.ForeignKey(ShippingNotice, models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField()
    purchase_order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="notice_lines")
    line = models.PositiveIntegerField(help_text="The line of the order.")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    quantity = QuantityField(help_text="Stock units.")
    lot = models.CharField(max_length=60, blank=True)
    expires_on = models.DateField(null=True)
    marks = models.JSONField(default=list, help_text="What stands on the packages, such as their SSCC.")

    append_only = True

    class Meta:
        db_table = "purchasing_notice_line"
        constraints = [
            models.UniqueConstraint(fields=["notice", "number"], name="notice_line_once"),
            models.CheckConstraint(name="notice_line_quantity_positive", condition=Q(quantity__gt=0)),
        ]
        indexes = [models.Index(fields=["purchase_order", "line"], name="notice_line_by_order_line")]

    def __str__(self) -> str:
        return f"{self.notice_id}/{self.number}"
