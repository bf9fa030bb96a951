"""The rows of the ledger. Postings, movements and valuation entries are only ever appended; balances are derived."""

from __future__ import annotations

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
    is_serial = models.BooleanField(default=False, help_text="A single piece: one at most is on hand anywhere.")
    expires_on = models.DateField(null=True, blank=True)
    retest_on = models.DateField(
        null=True, blank=True, help_text="From then on it must not be used until it was tested again."
    )

    class Meta:
        db_table = "ledger_lot"
        constraints = [models.UniqueConstraint(fields=["item", "code"], name="lot_once")]

    def __str__(self) -> str:
        return self.code


class ImportedFile(models.Model):
    """A file of movements that was brought in: what it was, and whether it was taken back."""

    name = models.CharField(max_length=200)
    content_hash = models.BinaryField(help_text="SHA-256 of the file.")
    row_count = models.PositiveIntegerField()
    actor = models.CharField(max_length=100)
    imported_at = models.DateTimeField(db_default=Now(), help_text="When it was brought in.")
    undone_at = models.DateTimeField(null=True, blank=True, help_text="When its postings were reversed.")

    class Meta:
        db_table = "ledger_imported_file"

    def __str__(self) -> str:
        return f"{self.pk}: {self.name}"


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
    imported_file = models.ForeignKey(
        ImportedFile,
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="postings",
    )
    line_hashes = models.BinaryField(
        help_text="SHA-256 of each movement, in line order, 32 bytes each: what `verify` compares."
    )

    append_only = True

    class Meta:
        db_table = "ledger_posting"
        indexes = [
            models.Index(fields=["transaction_id"], name="posting_by_transaction"),
            models.Index(fields=["imported_file"], name="posting_by_file", condition=Q(imported_file__isnull=False)),
        ]
        constraints = [models.CheckConstraint(name="posting_kind_known", condition=Q(kind__in=[k.value for k in Kind]))]

    def __str__(self) -> str:
        return self.key


class Movement(models.Model):
    """So many stock units of an item, from one place and status to another, at a moment.

    The columns that name other rows carry no foreign-key triggers: the posting function, the only writer, reads them from
    those rows itself, and `verify` checks them; the triggers would cost more than the posting. The table is partitioned by
    the month of `recorded_at`: facts are only ever added to the newest part.
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
    unit_cost = QuantityField(
        null=True,
        help_text="What one stock unit was said to be worth: by the line, else by the item. Empty where no value moves.",
    )
    moved_at = models.DateTimeField(help_text="When the goods moved; may lie before `recorded_at`.")
    recorded_at = models.DateTimeField(db_default=Now(), help_text="Its posting's.")

    append_only = True

    class Meta:
        db_table = "ledger_movement"
        indexes = [
            models.Index(fields=["posting", "line"], name="movement_by_posting"),
            models.Index(fields=["item", "moved_at"], name="movement_by_item"),
            models.Index(fields=["lot", "moved_at"], name="movement_by_lot", condition=Q(lot__isnull=False)),
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


class Closing(models.Model):
    """The end of a period at a site: from then on nothing is posted that moved before it."""

    site = models.ForeignKey(
        Location, models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: places of no site."
    )
    until_on = models.DateField(help_text="The first day that is still open.")
    until_at = models.DateTimeField(help_text="The site's midnight before that day.")
    actor = models.CharField(max_length=100)
    announced_at = models.DateTimeField(db_default=Now(), help_text="From then on earlier movements are refused.")
    closed_at = models.DateTimeField(null=True, blank=True, help_text="When the balances at its end were kept.")

    class Meta:
        db_table = "ledger_closing"
        constraints = [
            models.UniqueConstraint(fields=["site", "until_on"], nulls_distinct=False, name="closing_once"),
        ]

    def __str__(self) -> str:
        return f"{self.site_id}: {self.until_on}"


class ClosingBalance(models.Model):
    """What was on hand at the end of a period, where it differs from the end of the period before."""

    closing = models.ForeignKey(Closing, models.PROTECT, related_name="balances")
    item = models.ForeignKey(Item, models.PROTECT, db_constraint=False, db_index=False)
    location = models.ForeignKey(Location, models.PROTECT, db_constraint=False, db_index=False)
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, db_constraint=False, db_index=False)
    status = models.CharField(max_length=12, choices=STATUSES)
    on_hand = QuantityField()

    append_only = True

    class Meta:
        db_table = "ledger_closing_balance"
        indexes = [models.Index(fields=["item", "location", "closing"], name="closing_balance_by_item")]

    def __str__(self) -> str:
        return f"{self.item_id}@{self.location_id}: {self.on_hand}"


class ValuationEntry(models.Model):
    """A change of the stock's value, signed; a second record beside the movements, so that costs may come later.

    What people give (an invoice difference, freight) and what follows from it stand side by side; `reason` tells which.
    """

    item = models.ForeignKey(Item, models.PROTECT, db_constraint=False, db_index=False)
    posting = models.ForeignKey(
        Posting, models.PROTECT, null=True, db_constraint=False, db_index=False, help_text="The movement's."
    )
    line = models.PositiveIntegerField(null=True, help_text="Which of its movements.")
    amount = QuantityField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=60, help_text="A movement's kind, or what changed the value without one.")
    reference = models.CharField(max_length=200, blank=True, help_text="The document outside that brought a late cost.")
    actor = models.CharField(max_length=100)
    valued_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    transaction_id = TransactionIdField()

    append_only = True

    class Meta:
        db_table = "ledger_valuation_entry"
        indexes = [
            models.Index(fields=["item", "valued_at"], name="valuation_by_item"),
            models.Index(fields=["posting", "line"], name="valuation_by_movement"),
            models.Index(fields=["transaction_id"], name="valuation_by_transaction"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.amount} {self.currency}"


class Valuation(models.Model):
    """How far an item is valued and what lies there then: a cache of its movements and late costs, made anew at will.

    One row after so many movements, so that what comes late is valued again from the row before it.
    """

    item = models.ForeignKey(Item, models.PROTECT)
    moved_at = models.DateTimeField(help_text="Of the last movement that is in it.")
    movement_id = models.BigIntegerField(help_text="Of the same: movements are valued by moment, then by number.")
    layers = models.JSONField(
        help_text="What is left of each receipt, oldest first: quantity and amount, each counted in 0.0001."
    )

    class Meta:
        db_table = "ledger_valuation"
        constraints = [
            models.UniqueConstraint(fields=["item", "moved_at", "movement_id"], name="valuation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} until {self.moved_at}"


class ValuationMark(models.Model):
    """Up to which transaction everything posted is valued; one row."""

    watermark = models.BigIntegerField(default=0, help_text="Transactions below it are valued.")

    class Meta:
        db_table = "ledger_valuation_mark"
        constraints = [models.CheckConstraint(name="valuation_mark_is_one", condition=Q(id=1))]

    def __str__(self) -> str:
        return str(self.watermark)
