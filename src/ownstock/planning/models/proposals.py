"""Proposals."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ownstock.catalog.models import ItemSite, Supplier
from ownstock.journal.fields import QuantityField
from ownstock.planning.models.runs import PlanningRun
from ownstock.planning.rules import ProposalState
from ownstock.purchasing.models import OrderLine


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
    order_line = models.ForeignKey(
        OrderLine, models.PROTECT, null=True, related_name="proposals",
        help_text="The line that orders it, with others of the same item where drafts were merged.",
    )  # fmt: skip

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
