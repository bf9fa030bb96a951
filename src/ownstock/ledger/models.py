"""The rows of the ledger. Postings, movements and valuation entries are only ever appended; balances are derived."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from ownstock.catalog.models import Item, Location
from ownstock.journal.fields import QuantityField, TransactionIdField
from ownstock.ledger.rules import Kind, Status

STATUSES = [(s.value, s.value) for s in Status]


class Lot(models.Model):
    """A batch of an item; a serial number is a lot of quantity one."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="lots")
    code = models.CharField(max_length=60)
    expires_on = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "ledger_lot"
        constraints = [models.UniqueConstraint(fields=["item", "code"], name="lot_once")]

    def __str__(self) -> str:
        return self.code


class Posting(models.Model):
    """The header of one document: who posted what and why, once per key."""

    key = models.CharField(max_length=200, unique=True, help_text="The caller's key; the same key again posts nothing.")
    content_hash = models.BinaryField(
        help_text="SHA-256 of what was asked; the same key with other content is refused."
    )
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in Kind])
    reference = models.CharField(
        max_length=200, blank=True, help_text="The document outside: an invoice, an order, a delivery note."
    )
    actor = models.CharField(max_length=100)
    is_assumed = models.BooleanField(
        default=False, help_text="Made up to complete a history, not something that was seen."
    )
    recorded_at = models.DateTimeField(db_default=Now())
    transaction_id = TransactionIdField()
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    line_hashes = ArrayField(
        models.BinaryField(), help_text="SHA-256 of each movement, in line order: what `verify` compares."
    )

    append_only = True

    class Meta:
        db_table = "ledger_posting"
        indexes = [models.Index(fields=["transaction_id"], name="posting_by_transaction")]
        constraints = [models.CheckConstraint(name="posting_kind_known", condition=Q(kind__in=[k.value for k in Kind]))]

    def __str__(self) -> str:
        return self.key


class Movement(models.Model):
    """So many stock units of an item, from one place and status to another, at a moment.

    The columns that name other rows carry no foreign-key triggers: the posting function, the only writer, reads them from
    those rows itself, and `verify` checks them; the triggers would cost more than the posting.
    """

    posting = models.ForeignKey(Posting, models.PROTECT, db_constraint=False, db_index=False, related_name="movements")
    line = models.PositiveIntegerField()
    item = models.ForeignKey(Item, models.PROTECT, db_constraint=False, db_index=False)
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, db_constraint=False, db_index=False)
    source = models.ForeignKey(Location, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    source_status = models.CharField(max_length=12, choices=STATUSES)
    target = models.ForeignKey(Location, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    target_status = models.CharField(max_length=12, choices=STATUSES)
    quantity = QuantityField()
    moved_at = models.DateTimeField(help_text="When the goods moved; may lie before `recorded_at`.")

    append_only = True

    class Meta:
        db_table = "ledger_movement"
        indexes = [
            models.Index(fields=["posting", "line"], name="movement_by_posting"),
            models.Index(fields=["item", "moved_at"], name="movement_by_item"),
        ]
        constraints = [
            models.CheckConstraint(name="movement_quantity_positive", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="movement_moves", condition=~Q(source=F("target")) | ~Q(source_status=F("target_status"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.posting_id}/{self.line}"


class Balance(models.Model):
    """What is on hand of an item in one place, lot and status: a cache of its movements, equal to the row."""

    item = models.ForeignKey(Item, models.PROTECT)
    location = models.ForeignKey(Location, models.PROTECT, db_index=False)
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, db_index=False)
    status = models.CharField(max_length=12, choices=STATUSES)
    on_hand = QuantityField()

    class Meta:
        db_table = "ledger_balance"
        constraints = [
            models.UniqueConstraint(
                fields=["location", "item", "lot", "status"], nulls_distinct=False, name="balance_once"
            ),
            models.CheckConstraint(name="balance_not_negative", condition=Q(on_hand__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}@{self.location_id}: {self.on_hand}"


class ValuationEntry(models.Model):
    """A change of the stock's value, signed; a second record beside the movements, so that costs may come later."""

    item = models.ForeignKey(Item, models.PROTECT, db_constraint=False)
    movement = models.ForeignKey(Movement, models.PROTECT, null=True, db_constraint=False, db_index=False)
    amount = QuantityField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=60, help_text="A movement's kind, or what changed the value without one.")
    valued_at = models.DateTimeField()

    append_only = True

    class Meta:
        db_table = "ledger_valuation_entry"

    def __str__(self) -> str:
        return f"{self.item_id}: {self.amount} {self.currency}"
