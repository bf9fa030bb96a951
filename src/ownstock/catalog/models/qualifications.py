"""The register of suppliers: who may be ordered from, and which certificates they need and have."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from ownstock.catalog.models.items import Item
from ownstock.catalog.models.suppliers import Supplier
from ownstock.catalog.rules import QualificationState, SourceClass
from ownstock.journal.fields import TransactionIdField


class Qualification(models.Model):
    """A decision on whether a supplier may be ordered from. Never changed: the newest in force counts."""

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="qualifications")
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in QualificationState])
    categories = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, help_text="Its scope: items of these categories …"
    )
    skus = ArrayField(
        models.CharField(max_length=60),
        default=list,
        blank=True,
        help_text="… and these items; of no category and no item: everything.",
    )
    source_class = models.CharField(
        max_length=23,
        choices=[(c.value, c.value) for c in SourceClass],
        blank=True,
        help_text="What it is to these goods: their maker, a distributor, a broker; empty: not said.",
    )
    condition = models.TextField(blank=True, help_text="Under which condition people may order, in a sentence.")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True, help_text="The last day; empty: until further notice.")
    decided_by = models.CharField(max_length=100, help_text="Who decided, as a key.")
    reason = models.TextField(help_text="Why, in their words.")
    recorded_at = models.DateTimeField(db_default=Now())
    transaction_id = TransactionIdField()

    append_only = True

    class Meta:
        db_table = "catalog_qualification"
        indexes = [
            models.Index(fields=["supplier", "-id"], name="qualification_newest"),
            models.Index(fields=["transaction_id", "id"], name="qualification_by_transaction"),
        ]
        constraints = [
            models.CheckConstraint(
                name="qualification_state_known", condition=Q(state__in=[s.value for s in QualificationState])
            ),
            models.CheckConstraint(
                name="qualification_source_class_known",
                condition=Q(source_class__in=["", *(c.value for c in SourceClass)]),
            ),
            models.CheckConstraint(
                name="qualification_ends_after_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="qualification_condition_told",
                condition=Q(state=QualificationState.CONDITIONAL.value) ^ Q(condition=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier_id}: {self.state} from {self.valid_from}"


class Certificate(models.Model):
    """A paper that somebody gave a supplier, such as ISO 9001, until a day."""

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="certificates")
    kind = models.CharField(max_length=60, help_text="Of which sort: `ISO 9001`.")
    number = models.CharField(max_length=100, help_text="The number its issuer gave it.")
    issuer = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True, help_text="The last day; empty: without end.")
    document_name = models.CharField(max_length=200, blank=True, help_text="The name of the document.")
    document_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the document, in hexadecimal.")
    document = models.BinaryField(null=True, help_text="The document itself, where it is kept here.")

    class Meta:
        db_table = "catalog_certificate"
        constraints = [
            models.UniqueConstraint(fields=["supplier", "kind", "number"], name="certificate_once"),
            models.CheckConstraint(
                name="certificate_ends_after_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class CertificateRequirement(models.Model):
    """That a kind of certificate is needed on the day of an order: of one supplier or all, for an item, a category or all."""

    kind = models.CharField(max_length=60, help_text="Of which sort: `ISO 9001`.")
    supplier = models.ForeignKey(Supplier, models.PROTECT, null=True, blank=True, help_text="Empty: all suppliers.")
    category = models.CharField(max_length=60, blank=True, help_text="Empty: items of any category.")
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, help_text="Empty: any item.")

    class Meta:
        db_table = "catalog_certificate_requirement"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "supplier", "category", "item"],
                nulls_distinct=False,
                name="certificate_requirement_once",
            ),
            models.CheckConstraint(
                name="certificate_requirement_one_scope", condition=Q(category="") | Q(item__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.item_id or self.category or 'everything'}"
