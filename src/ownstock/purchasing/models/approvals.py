"""Who may approve orders up to which amount, and which orders were approved."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from ownstock.access.rules import INTERNAL_ROLES
from ownstock.journal.fields import QuantityField, TransactionIdField
from ownstock.purchasing.models.orders import OrderRevision


class ApprovalLimit(models.Model):
    """Up to which amount people of a role approve orders, and place their own alone; in force once a second one confirms.

    Of a role, the newest that is confirmed holds. One without amounts takes the role's limit away.
    """

    role = models.CharField(
        max_length=10, choices=[(r.value, r.value) for r in INTERNAL_ROLES], help_text="Whose limit it is."
    )
    approves_up_to = QuantityField(null=True, help_text="Orders of others, in the company's currency; empty: none.")
    places_alone_up_to = QuantityField(null=True, help_text="Orders of their own, without anybody's approval.")
    set_by = models.CharField(max_length=100, help_text="Who set it, as a key.")
    set_at = models.DateTimeField(db_default=Now(), help_text="When it was set.")
    confirmed_by = models.CharField(max_length=100, blank=True, help_text="Somebody else; empty: not yet in force.")
    confirmed_at = models.DateTimeField(null=True, help_text="From then on it holds.")

    class Meta:
        db_table = "purchasing_approval_limit"
        constraints = [
            models.CheckConstraint(name="approval_limit_by_two", condition=~Q(confirmed_by=F("set_by"))),
            models.CheckConstraint(
                name="approval_limit_not_negative",
                condition=(Q(approves_up_to=None) | Q(approves_up_to__gte=0))
                & (Q(places_alone_up_to=None) | Q(places_alone_up_to__gte=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.approves_up_to}"


class OrderApproval(models.Model):
    """That somebody approved a revision as it was: who, by which role and limit, and the amount that was judged."""

    revision = models.ForeignKey(OrderRevision, models.PROTECT, related_name="approvals")
    approver = models.CharField(max_length=100, help_text="Who approved it, as a key.")
    role = models.CharField(max_length=10, help_text="By whose limit.")
    limit = QuantityField(help_text="What that role may approve, in the company's currency.")
    amount = QuantityField(help_text="What was judged, in the company's currency: this order and those it belongs to.")
    content_hash = models.BinaryField(help_text="SHA-256 of the revision as it was approved.")
    recorded_at = models.DateTimeField(db_default=Now())
    transaction_id = TransactionIdField()

    append_only = True

    class Meta:
        db_table = "purchasing_order_approval"
        indexes = [models.Index(fields=["transaction_id", "id"], name="order_approval_by_transaction")]

    def __str__(self) -> str:
        return f"{self.revision_id} by {self.approver}"
