"""Suppliers' invoices and credit notes, which goods they pay for, and how far they may differ."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ownstock.catalog.models import Item, Supplier
from ownstock.journal.fields import QuantityField
from ownstock.purchasing.models.facts import Fact
from ownstock.purchasing.models.orders import PurchaseOrder
from ownstock.purchasing.rules.invoices import ChargeKind, InvoiceKind, InvoiceState


class MatchPolicy(models.Model):
    """How far invoices may differ where no agreement says so, and who may approve them: one row for the company."""

    price_tolerance_percent = models.DecimalField(
        max_digits=5, decimal_places=2, default=Decimal(0), help_text="A price may differ by so much, in percent."
    )
    quantity_tolerance_percent = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        help_text="So much more than came may be invoiced, in percent.",
    )
    small_amount = QuantityField(default=Decimal("0.01"), help_text="A line may differ by so much money in all.")
    has_landed_charges = models.BooleanField(
        default=False, help_text="Whether freight and other charges add to the value of the goods."
    )
    is_approver_apart = models.BooleanField(
        default=False, help_text="Whether somebody else than who ordered or received the goods approves the invoice."
    )

    class Meta:
        db_table = "purchasing_match_policy"
        verbose_name_plural = "match policies"
        constraints = [models.CheckConstraint(name="match_policy_is_one", condition=Q(id=1))]

    def __str__(self) -> str:
        return "match policy"


class Invoice(models.Model):
    """What a supplier asks for, or gives back: once per number, unless it was cancelled."""

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="invoices")
    number = models.CharField(max_length=60, help_text="The supplier's own number.")
    kind = models.CharField(max_length=11, choices=[(k.value, k.value) for k in InvoiceKind])
    state = models.CharField(max_length=9, choices=[(s.value, s.value) for s in InvoiceState])
    invoiced_on = models.DateField(help_text="The day that it bears.")
    due_on = models.DateField(null=True, help_text="When it is to be paid, by its own word or the agreement's.")
    currency = models.CharField(max_length=3)
    total = QuantityField(help_text="What it asks for in all; below zero for a credit note.")
    findings = models.JSONField(
        default=list, help_text="In what it differs from order and receipts, as of the last match."
    )
    message_key = models.CharField(max_length=200, help_text="The supplier's own identity of the message.")
    content = models.JSONField(help_text="What it said.")
    taken_at = models.DateTimeField(db_default=Now(), help_text="When it was taken in.")
    taken_by = models.CharField(max_length=100, help_text="Who took it in.")
    approved_at = models.DateTimeField(null=True, help_text="When it was approved for payment.")
    approved_by = models.CharField(max_length=100, blank=True, help_text="Who approved it for payment.")

    class Meta:
        db_table = "purchasing_invoice"
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "number"], condition=~Q(state=InvoiceState.CANCELLED), name="invoice_once"
            ),
            models.UniqueConstraint(fields=["supplier", "message_key"], name="invoice_message_once"),
            models.CheckConstraint(name="invoice_kind_known", condition=Q(kind__in=[k.value for k in InvoiceKind])),
            models.CheckConstraint(name="invoice_state_known", condition=Q(state__in=[s.value for s in InvoiceState])),
        ]

    def __str__(self) -> str:
        return self.number


class InvoiceLine(models.Model):
    """Goods invoiced: for which line of which order, so many at a price, in a unit as the supplier says it."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField()
    purchase_order = models.ForeignKey(PurchaseOrder, models.PROTECT, null=True, related_name="invoice_lines")
    line = models.PositiveIntegerField(null=True, help_text="The line of the order; empty: it was not ordered.")
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=60, blank=True, help_text="By which code the supplier names it.")
    description = models.CharField(max_length=300, blank=True)
    quantity = QuantityField(help_text="In `unit`; below zero for goods that are credited.")
    unit = models.CharField(max_length=20, blank=True, help_text="Empty: the stock unit.")
    price = QuantityField(help_text="Of one `unit`.")
    stock_units = QuantityField(null=True, help_text="In stock units; empty: the unit is not known.")
    charge = QuantityField(default=0, help_text="Its part of the charges that add to the value of goods.")

    append_only = True

    class Meta:
        db_table = "purchasing_invoice_line"
        constraints = [
            models.UniqueConstraint(fields=["invoice", "number"], name="invoice_line_once"),
            models.CheckConstraint(name="invoice_line_says_something", condition=~Q(quantity=0)),
        ]
        indexes = [models.Index(fields=["purchase_order", "line"], name="invoice_line_by_order_line")]

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.number}"

    @property
    def stock_price(self) -> Decimal:
        """The price of one stock unit; of `unit` where that is not known."""
        if not self.stock_units:
            return self.price
        return self.price * self.quantity / self.stock_units


class InvoiceCharge(models.Model):
    """Money that an invoice asks for beside its goods: freight, a discount, a tax."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="charges")
    kind = models.CharField(max_length=6, choices=[(k.value, k.value) for k in ChargeKind])
    amount = QuantityField()
    words = models.CharField(max_length=200, blank=True, help_text="For what, in the supplier's words.")

    append_only = True

    class Meta:
        db_table = "purchasing_invoice_charge"
        constraints = [
            models.CheckConstraint(
                name="invoice_charge_kind_known", condition=Q(kind__in=[k.value for k in ChargeKind])
            )
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.amount}"


class InvoiceShare(Fact):
    """So many goods of a receipt that an invoice pays for, and by how much they cost more or less than they came at."""

    invoice_line = models.ForeignKey(InvoiceLine, models.PROTECT, related_name="shares")
    posting_key = models.CharField(max_length=200, help_text="The receipt.")
    posting_line = models.PositiveIntegerField(help_text="The line of the posting that brought it.")
    quantity = QuantityField(help_text="Stock units; below zero for what is credited or cancelled.")
    price_variance = QuantityField(
        help_text="Invoiced price less price at the receipt, times quantity; in the invoice's currency."
    )
    landed_cost = QuantityField(default=0, help_text="The part of the charges that these goods bear.")
    receipt_rate = models.DecimalField(
        max_digits=18,
        decimal_places=8,
        null=True,
        help_text="The exchange rate that the goods came at; empty: of the company's currency, or not known.",
    )
    invoice_rate = models.DecimalField(
        max_digits=18, decimal_places=8, null=True, help_text="The exchange rate of the invoice's day."
    )
    exchange_difference = QuantityField(
        default=0, help_text="What is invoiced, times invoice_rate less receipt_rate; in the company's currency."
    )
    is_valued = models.BooleanField(
        help_text="Whether all that went into the value of the stock; not where an exchange rate is missing."
    )

    class Meta(Fact.Meta):
        db_table = "purchasing_invoice_share"
        indexes = [
            *Fact.Meta.indexes,
            models.Index(fields=["posting_key", "posting_line"], name="invoice_share_by_receipt"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_line_id}: {self.quantity}"
