"""The rows of the ledger. Postings, movements and valuation entries are only ever appended; balances are derived."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from ownstock.catalog.models import Item, Location
from ownstock.journal.fields import QuantityField, TransactionIdField
from ownstock.ledger.rules import Kind, Status
from ownstock.ledger.rules.counting import AbcClass, CountState

STATUSES = [(s.value, s.value) for s in Status]
# Open pages are told whose stock moved; of more items than these, that it was many.
STOCK, MOST_NAMED = "stock", 30


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
            models.Index(fields=["transaction_id", "id"], name="posting_by_transaction"),
            models.Index(fields=["imported_file"], name="posting_by_file", condition=Q(imported_file__isnull=False)),
        ]
        constraints = [models.CheckConstraint(name="posting_kind_known", condition=Q(kind__in=[k.value for k in Kind]))]

    @staticmethod
    def further_subjects(rows: QuerySet[Posting]) -> list[str]:
        """Whose stock some postings moved, as `stock:7` of the item with that id; `stock` alone where they are very many."""
        when = dict(rows.values_list("pk", "recorded_at")[: MOST_NAMED + 1])
        # A movement is recorded when its posting is: only one month's part of the table is looked at.
        moved = Movement.objects.filter(posting__in=when, recorded_at__range=(min(when.values()), max(when.values())))
        items = list(moved.values_list("item_id", flat=True).order_by().distinct()[: MOST_NAMED + 1])
        return [STOCK] if max(len(when), len(items)) > MOST_NAMED else [f"{STOCK}:{pk}" for pk in sorted(items)]

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

    item = models.ForeignKey(Item, models.PROTECT, db_index=False)
    location = models.ForeignKey(Location, models.PROTECT, db_index=False)
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, db_index=False)
    status = models.CharField(max_length=12, choices=STATUSES)
    on_hand = QuantityField()

    class Meta:
        db_table = "ledger_balance"
        indexes = [models.Index(fields=["item", "location", "id"], name="balance_by_item")]
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

    One row after so many movements and one where they ended, so that what comes is valued from the row before it.
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


class CountPolicy(models.Model):
    """Which items belong to an ABC class, how often they are counted, and how far a count may differ from the record."""

    abc_class = models.CharField(max_length=1, unique=True, choices=[(c.value, c.value) for c in AbcClass])
    cumulative_share = models.DecimalField(
        max_digits=5,
        decimal_places=4,
        help_text="Items of most value first, they belong to the class until so much of the value of all issues is reached.",
    )
    every_days = models.PositiveIntegerField(help_text="An item is due again so many days after it was counted.")
    tolerance_share = models.DecimalField(
        max_digits=5, decimal_places=4, help_text="A count may differ by so much of what is expected …"
    )
    tolerance_units = QuantityField(help_text="… or by so many stock units, where that is more …")
    tolerance_amount = QuantityField(help_text="… but never by more than this, in the company's currency.")

    class Meta:
        db_table = "ledger_count_policy"
        constraints = [
            models.CheckConstraint(
                name="count_policy_known", condition=Q(abc_class__in=[c.value for c in AbcClass], every_days__gte=1)
            ),
            models.CheckConstraint(
                name="count_policy_share", condition=Q(cumulative_share__gte=0, cumulative_share__lte=1)
            ),
            models.CheckConstraint(
                name="count_policy_tolerance",
                condition=Q(tolerance_share__gte=0, tolerance_units__gte=0, tolerance_amount__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return self.abc_class


class Classification(models.Model):
    """The ABC class of an item at a site, by the value of its issues in the year before: made anew every night."""

    item = models.ForeignKey(Item, models.PROTECT, db_constraint=False, db_index=False)
    site = models.ForeignKey(Location, models.PROTECT, db_constraint=False, related_name="+")
    abc_class = models.CharField(max_length=1, choices=[(c.value, c.value) for c in AbcClass])
    issued_value = QuantityField(help_text="What went to customers in the year, in the company's currency.")
    classified_on = models.DateField(help_text="The day after the year that was looked at.")

    class Meta:
        db_table = "ledger_classification"
        constraints = [models.UniqueConstraint(fields=["item", "site"], name="classification_once")]

    def __str__(self) -> str:
        return f"{self.item_id}@{self.site_id}: {self.abc_class}"


class CycleCount(models.Model):
    """A sheet of what is to be counted at a site; those who count are not told what is expected."""

    number = models.CharField(max_length=20, unique=True)
    site = models.ForeignKey(Location, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in CountState], default=CountState.OPEN)
    opened_by = models.CharField(max_length=100, help_text="Who opened it, as a key.")
    opened_at = models.DateTimeField(help_text="What was counted earlier does not count.")
    ended_by = models.CharField(max_length=100, blank=True, help_text="Who approved or cancelled it.")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was approved or cancelled.")

    class Meta:
        db_table = "ledger_cycle_count"
        constraints = [
            models.CheckConstraint(
                name="cycle_count_state_known", condition=Q(state__in=[s.value for s in CountState])
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CountLine(models.Model):
    """One balance on a sheet; while the line is open it stands on no other sheet. The outcome is filled by the approval."""

    cycle_count = models.ForeignKey(CycleCount, models.PROTECT, related_name="lines")
    line = models.PositiveIntegerField()
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+", db_index=False)
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="+", db_index=False)
    status = models.CharField(max_length=12, choices=STATUSES)
    abc_class = models.CharField(
        max_length=1, choices=[(c.value, c.value) for c in AbcClass], help_text="The item's when it came on the sheet."
    )
    is_found = models.BooleanField(
        default=False, help_text="Not on the sheet when it was opened: somebody found goods there."
    )
    is_whole = models.BooleanField(
        default=False,
        help_text="Whether the sheet counts all of the item at the site, so that it is not due again soon.",
    )
    is_open = models.BooleanField(default=True, help_text="Whether it still needs an outcome.")
    counting_round = models.PositiveIntegerField(
        default=1, help_text="A rejection begins another; counts of earlier ones no longer count."
    )
    counted_quantity = QuantityField(null=True, help_text="The count that holds, in stock units.")
    expected_quantity = QuantityField(
        null=True, help_text="What was on hand at the moment of that count, by the record."
    )
    counted_at = models.DateTimeField(null=True, help_text="When the goods were counted.")
    unit_cost = QuantityField(null=True, help_text="Standard cost of one stock unit at the approval.")
    is_within_tolerance = models.BooleanField(null=True, help_text="Whether the first count needed no second one.")
    reason = models.TextField(blank=True, help_text="Why it differs, or was left out, in the words of who decided.")

    class Meta:
        db_table = "ledger_count_line"
        constraints = [
            models.UniqueConstraint(fields=["cycle_count", "line"], name="count_line_once"),
            models.UniqueConstraint(
                fields=["location", "item", "lot", "status"],
                condition=Q(is_open=True),
                nulls_distinct=False,
                name="count_line_on_one_open_sheet",
            ),
            models.CheckConstraint(
                name="count_line_not_negative", condition=Q(counted_quantity__isnull=True) | Q(counted_quantity__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle_count_id}/{self.line}"


class CountEntry(models.Model):
    """What one person counted of one line; a correction is another entry."""

    line = models.ForeignKey(CountLine, models.PROTECT, related_name="entries")
    counting_round = models.PositiveIntegerField()
    quantity = QuantityField()
    counted_at = models.DateTimeField(help_text="When the goods were counted.")
    counter = models.CharField(max_length=100, help_text="Who counted, as a key.")
    recorded_at = models.DateTimeField(db_default=Now())
    transaction_id = TransactionIdField()

    append_only = True

    class Meta:
        db_table = "ledger_count_entry"
        indexes = [models.Index(fields=["transaction_id", "id"], name="count_entry_by_transaction")]
        constraints = [models.CheckConstraint(name="count_entry_not_negative", condition=Q(quantity__gte=0))]

    def __str__(self) -> str:
        return str(self.pk)
