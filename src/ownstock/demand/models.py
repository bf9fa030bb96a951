"""The rows of demand. Entries are only ever appended; allocations and the totals of lines are derived from them."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from ownstock.catalog.models import Item, Location
from ownstock.demand.rules import OPEN_STATES, DemandState, EntryKind
from ownstock.demand.rules.calendar import LifecycleKind
from ownstock.journal.fields import QuantityField, TransactionIdField
from ownstock.ledger.models import Lot


class Customer(models.Model):
    """Somebody who orders from us, and how long goods must still be good when they get them."""

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    minimum_remaining_life_days = models.PositiveIntegerField(
        default=0, help_text="So many days after the day they are wanted goods must still be usable."
    )

    class Meta:
        db_table = "demand_customer"

    def __str__(self) -> str:
        return self.code


class DemandLine(models.Model):
    """So many of an item that a customer wants from a site on a day; its totals are sums of its entries."""

    number = models.CharField(max_length=20, unique=True)
    key = models.CharField(max_length=200, unique=True, help_text="The caller's key: the same line again is the same.")
    content_hash = models.BinaryField(help_text="SHA-256 of what was entered; the key with other content is refused.")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="demand_lines")
    reference = models.CharField(
        max_length=200, blank=True, help_text="The customer's document: the number of their order."
    )
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    site = models.ForeignKey(Location, models.PROTECT, related_name="+", help_text="From where it is to be shipped.")
    quantity = QuantityField()
    wanted_on = models.DateField()
    state = models.CharField(max_length=14, choices=[(s.value, s.value) for s in DemandState])
    allocated_quantity = QuantityField(default=0)
    shipped_quantity = QuantityField(default=0)
    cancelled_quantity = QuantityField(default=0, help_text="What will not be shipped: cut or cancelled.")
    created_by = models.CharField(max_length=100)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "demand_line"
        indexes = [
            models.Index(
                fields=["item", "site", "wanted_on"],
                name="demand_line_open",
                condition=Q(state__in=sorted(OPEN_STATES)),
            ),
            models.Index(fields=["customer", "wanted_on"], name="demand_line_by_customer"),
        ]
        constraints = [
            models.CheckConstraint(name="demand_line_quantity_positive", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="demand_line_state_known", condition=Q(state__in=[s.value for s in DemandState])
            ),
            models.CheckConstraint(
                name="demand_line_totals_not_negative",
                condition=Q(allocated_quantity__gte=0, shipped_quantity__gte=0, cancelled_quantity__gte=0),
            ),
            models.CheckConstraint(
                name="demand_line_not_exceeded",
                condition=Q(quantity__gte=F("allocated_quantity") + F("shipped_quantity") + F("cancelled_quantity")),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def open_quantity(self) -> Decimal:
        """What is still owed of it."""
        return self.quantity - self.shipped_quantity - self.cancelled_quantity


class Allocation(models.Model):
    """What of a balance is promised to a demand line: a cache of the line's entries, equal to the row."""

    line = models.ForeignKey(DemandLine, models.PROTECT, related_name="allocations")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+", help_text="Where the promised goods lie.")
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="+")
    quantity = QuantityField()

    class Meta:
        db_table = "demand_allocation"
        constraints = [
            models.UniqueConstraint(fields=["line", "location", "lot"], nulls_distinct=False, name="allocation_once"),
            models.CheckConstraint(name="allocation_quantity_positive", condition=Q(quantity__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.quantity}"


class DemandEntry(models.Model):
    """One thing that happened to a demand line, and what it changed of its totals; never edited."""

    line = models.ForeignKey(DemandLine, models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in EntryKind])
    location = models.ForeignKey(
        Location,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="Where the goods lay; empty where none are meant.",
    )
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="+")
    allocated_change = QuantityField(default=0, help_text="So much more, or less, is promised of that balance.")
    shipped_change = QuantityField(default=0, help_text="So much left, or came back.")
    cancelled_change = QuantityField(default=0, help_text="So much will not be shipped.")
    posting_key = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True, help_text="Why, in the actor's words.")
    actor = models.CharField(max_length=100)
    recorded_at = models.DateTimeField(db_default=Now())
    transaction_id = TransactionIdField()

    append_only = True

    class Meta:
        db_table = "demand_entry"
        indexes = [
            models.Index(fields=["line", "id"], name="demand_entry_by_line"),
            models.Index(fields=["posting_key"], name="demand_entry_by_posting", condition=~Q(posting_key="")),
            models.Index(fields=["transaction_id", "id"], name="demand_entry_by_transaction"),
        ]
        constraints = [
            models.CheckConstraint(name="demand_entry_kind_known", condition=Q(kind__in=[k.value for k in EntryKind])),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class DemandEvent(models.Model):
    """Something that changes demand for a while, such as a promotion; the newest revision of a number counts."""

    number = models.CharField(max_length=20, help_text="The same in all its revisions.")
    revision = models.PositiveIntegerField(default=1)
    name = models.CharField(
        max_length=200, help_text="Events of one name are alike: each tells what to expect of the next."
    )
    from_on = models.DateField(help_text="Its first day.")
    until_on = models.DateField(help_text="Its last day.")
    skus = models.JSONField(default=list, help_text="The items it is about, by code; empty: all.")
    sites = models.JSONField(default=list, help_text="The sites, by code; empty: all.")
    categories = models.JSONField(default=list, help_text="The categories of items; empty: all.")
    factor = models.DecimalField(
        max_digits=10, decimal_places=4, null=True, help_text="Demand is so many times the usual; empty: not known yet."
    )
    is_cancelled = models.BooleanField(default=False, help_text="It does not take place, or did not.")
    reason = models.TextField(blank=True, help_text="Why, in the actor's words.")
    actor = models.CharField(max_length=100)
    recorded_at = models.DateTimeField(db_default=Now())
    transaction_id = TransactionIdField()

    append_only = True

    class Meta:
        db_table = "demand_event"
        indexes = [
            models.Index(fields=["until_on"], name="demand_event_by_last_day"),
            models.Index(fields=["transaction_id", "id"], name="demand_event_by_transaction"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number", "revision"], name="demand_event_revision_once"),
            models.CheckConstraint(name="demand_event_span_forward", condition=Q(until_on__gte=F("from_on"))),
            models.CheckConstraint(name="demand_event_factor_positive", condition=Q(factor=None) | Q(factor__gt=0)),
        ]

    def __str__(self) -> str:
        return self.number


class LifecycleStep(models.Model):
    """What becomes of an item at one site or all: superseded, like another, ended; the newest revision of a number counts."""

    number = models.CharField(max_length=20, help_text="The same in all its revisions.")
    revision = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in LifecycleKind])
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    site = models.ForeignKey(Location, models.PROTECT, null=True, related_name="+", help_text="Empty: at all sites.")
    other_item = models.ForeignKey(
        Item, models.PROTECT, null=True, related_name="+", help_text="Its successor, or the item that it is like."
    )
    factor = models.DecimalField(
        max_digits=10, decimal_places=4, default=1, help_text="Units wanted for each of the other item."
    )
    ends_on = models.DateField(null=True, help_text="The first day on which it is not sold any more.")
    is_cancelled = models.BooleanField(default=False, help_text="It no longer holds.")
    reason = models.TextField(help_text="Why, in the actor's words.")
    actor = models.CharField(max_length=100)
    recorded_at = models.DateTimeField(db_default=Now())
    transaction_id = TransactionIdField()

    append_only = True

    class Meta:
        db_table = "demand_lifecycle_step"
        indexes = [models.Index(fields=["transaction_id", "id"], name="lifecycle_by_transaction")]
        constraints = [
            models.UniqueConstraint(fields=["number", "revision"], name="lifecycle_revision_once"),
            models.CheckConstraint(
                name="lifecycle_says_what",
                condition=Q(kind=LifecycleKind.ENDS, ends_on__isnull=False)
                | ~Q(kind=LifecycleKind.ENDS) & Q(other_item__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number
