"""Overrides: what people say, what it changed in plans, what that was worth."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q

from ownstock.catalog.models import ItemSite
from ownstock.journal.fields import QuantityField
from ownstock.planning.models.runs import PlanningRun
from ownstock.planning.rules.overrides import OverrideKind, ReasonCode
from ownstock.purchasing.models.facts import Fact


class Override(Fact):
    """What somebody says of an item-site and a span of days; the newest revision of a number counts."""

    number = models.CharField(max_length=20, help_text="The same in all its revisions.")
    revision = models.PositiveIntegerField(default=1)
    item_site = models.ForeignKey(ItemSite, models.PROTECT, related_name="overrides")
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in OverrideKind])
    value = QuantityField(help_text="A factor, units, or a share, as its kind says.")
    from_on = models.DateField(help_text="Its first day.")
    until_on = models.DateField(help_text="Its last day.")
    ended_on = models.DateField(null=True, help_text="The first day on which it no longer holds, if ended early.")
    reason_code = models.CharField(max_length=20, choices=[(c.value, c.value) for c in ReasonCode])
    reason = models.TextField(help_text="Why, in the actor's words.")
    actor = models.CharField(max_length=100)

    class Meta(Fact.Meta):
        db_table = "planning_override"
        constraints = [
            models.UniqueConstraint(fields=["number", "revision"], name="override_revision_once"),
            models.CheckConstraint(name="override_span_forward", condition=Q(until_on__gte=F("from_on"))),
            models.CheckConstraint(name="override_kind_known", condition=Q(kind__in=[k.value for k in OverrideKind])),
        ]
        indexes = [
            *Fact.Meta.indexes,
            models.Index(fields=["until_on"], name="override_by_last_day"),
            models.Index(fields=["item_site", "-id"], name="override_by_item_site"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def before_on(self) -> date:
        """The first day on which it does not hold any more."""
        end = self.until_on + timedelta(days=1)
        return end if self.ended_on is None else min(end, self.ended_on)


class OverrideEffect(Fact):
    """What a plan would have ordered without an override and what it did with it, and on what it was decided."""

    override = models.ForeignKey(Override, models.PROTECT, related_name="effects")
    run = models.ForeignKey(PlanningRun, models.PROTECT, related_name="+")
    planned_on = models.DateField()
    quantity_with = QuantityField()
    quantity_without = QuantityField(help_text="With all others, and without this one.")
    lead_time_days = models.PositiveIntegerField()
    review_period_days = models.PositiveIntegerField()
    terms = models.JSONField(help_text="Stock, arrivals and costs that it was decided on.")

    class Meta(Fact.Meta):
        db_table = "planning_override_effect"
        constraints = [models.UniqueConstraint(fields=["override", "run"], name="override_effect_once")]

    def __str__(self) -> str:
        return f"{self.override_id} in {self.run_id}"


class OverrideValue(Fact):
    """What an override saved (below zero: cost) in one decision, replayed on the demand that came."""

    effect = models.OneToOneField(OverrideEffect, models.PROTECT, related_name="value")
    demand_before = QuantityField(help_text="Wanted until the order arrived.")
    demand_within = QuantityField(help_text="Wanted from then until the next order.")
    cost_with = QuantityField()
    cost_without = QuantityField()
    value = QuantityField(help_text="Cost without it less cost with it.")

    class Meta(Fact.Meta):
        db_table = "planning_override_value"

    def __str__(self) -> str:
        return f"{self.value} of {self.effect_id}"
