"""The rows of planning."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ownstock.catalog.models import ItemSite, Supplier
from ownstock.journal.fields import QuantityField
from ownstock.planning.rules import ProposalState
from ownstock.purchasing.models import OrderLine
from ownstock.purchasing.models.facts import Fact


class PlanningRun(models.Model):
    """One planning of one or all item-sites: on which knowledge, by which engine."""

    planned_on = models.DateField(help_text="The business day planned for.")
    actor = models.CharField(max_length=100)
    started_at = models.DateTimeField(db_default=Now())
    watermark = models.BigIntegerField(help_text="Every ledger transaction below it was seen.")
    engine_version = models.CharField(max_length=20)
    product_version = models.CharField(max_length=20)
    input_hash = models.BinaryField(
        help_text="SHA-256 of everything the engine was given; the same inputs make no new run."
    )
    item_site_count = models.PositiveIntegerField()
    proposed_count = models.PositiveIntegerField()
    pool = models.JSONField(
        null=True, help_text="What all item-sites together told of each: their season, how the methods did."
    )
    unplanned = models.JSONField(default=list, help_text="Item-sites that could not be planned, each with the reason.")

    class Meta:
        db_table = "planning_run"
        indexes = [models.Index(fields=["-id"], name="planning_run_newest")]

    def __str__(self) -> str:
        return f"run {self.pk} for {self.planned_on}"


class Proposal(models.Model):
    """So much of an item to order from a supplier, with the reason in numbers that add up."""

    run = models.ForeignKey(
        PlanningRun, models.PROTECT, related_name="proposals", help_text="The run that last decided it."
    )
    item_site = models.ForeignKey(ItemSite, models.PROTECT, related_name="proposals")
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="+")
    quantity = QuantityField()
    price = QuantityField(help_text="Of one stock unit, in the supplier's currency.")
    requested_on = models.DateField(help_text="When the goods should arrive.")
    value = QuantityField(
        help_text="What ordering saves: expected cost of ordering nothing less that of this quantity."
    )
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in ProposalState])
    input_hash = models.BinaryField(
        help_text="SHA-256 of this item-site's own inputs; a rejection stays until they move."
    )
    outlook_hash = models.BinaryField(help_text="SHA-256 of those inputs without the goods due before the next order.")
    position_after = QuantityField(help_text="Those goods, in stock units, with this quantity ordered.")
    reason = models.JSONField(help_text="Inputs, forecast, decision and steps: enough to compute the quantity again.")
    created_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=100, blank=True)
    decided_because = models.TextField(blank=True)
    order_line = models.OneToOneField(OrderLine, models.PROTECT, null=True, related_name="proposal")

    class Meta:
        db_table = "planning_proposal"
        constraints = [
            models.UniqueConstraint(fields=["item_site"], condition=Q(state="pending"), name="proposal_pending_once"),
            models.CheckConstraint(
                name="proposal_state_known", condition=Q(state__in=[s.value for s in ProposalState])
            ),
            models.CheckConstraint(name="proposal_quantity_positive", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="proposal_approved_has_line",
                condition=Q(state="approved", order_line__isnull=False) | ~Q(state="approved"),
            ),
        ]
        indexes = [
            models.Index(fields=["item_site", "-id"], name="proposal_by_item_site"),
            models.Index(fields=["state", "-value"], name="proposal_by_value"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.item_site_id} ({self.state})"


class SupplierSwitch(Fact):
    """That a supplier's item-sites were moved to other sources, in one step: what was decided, and what became of it."""

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="+", help_text="Whose items were moved.")
    inputs_hash = models.CharField(
        max_length=64, help_text="The fingerprint of what was decided on; once per supplier."
    )
    choices = models.JSONField(help_text="Of each item-site the new source; null leaves it where it is.")
    outcome = models.JSONField(help_text="What was cancelled, changed, withdrawn and drafted, and what drafts lack.")
    actor = models.CharField(max_length=100)
    reason = models.TextField()

    class Meta(Fact.Meta):
        db_table = "planning_supplier_switch"
        verbose_name_plural = "supplier switches"
        constraints = [models.UniqueConstraint(fields=["supplier", "inputs_hash"], name="supplier_switch_once")]

    def __str__(self) -> str:
        return f"{self.supplier_id}: {self.pk}"
