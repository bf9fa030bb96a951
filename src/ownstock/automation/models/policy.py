"""What a company says of its automation."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import Q

from ownstock.journal.fields import QuantityField


class AutomationPolicy(models.Model):
    """When plans are made by themselves, and what an item must show before it is ordered by itself."""

    nightly_plan_at_hour = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The hour, 0 to 23, from which a plan is made each night; empty: none is."
    )
    time_zone = models.CharField(max_length=60, default="UTC", help_text="IANA name: whose hours and days these are.")
    order_cut_off = models.TimeField(
        default=datetime.time(15),
        help_text="Until when orders are placed where nothing is agreed, by the clock of the site.",
    )
    minutes_before_cut_off = models.PositiveIntegerField(
        default=120, help_text="So long before the cut-off a plan is made, and orders leave from then on."
    )
    cycles_to_certify = models.PositiveIntegerField(
        default=6, help_text="So many cycles in a row must speak for an item-site before it is certified."
    )
    drift_weeks = models.PositiveIntegerField(default=8, help_text="Over so many weeks the forecast is looked at.")
    bias_percent_at_most = QuantityField(default=30, help_text="A forecast further off on one side is a drift.")
    wape_percent_at_most = QuantityField(default=80, help_text="A forecast whose error is larger is a drift.")

    class Meta:
        db_table = "automation_policy"
        verbose_name_plural = "automation policies"
        constraints = [
            models.CheckConstraint(name="automation_policy_is_one", condition=Q(id=1)),
            models.CheckConstraint(
                name="automation_policy_hour", condition=Q(nightly_plan_at_hour=None) | Q(nightly_plan_at_hour__lte=23)
            ),
            models.CheckConstraint(name="automation_policy_cycles", condition=Q(cycles_to_certify__gte=1)),
        ]

    def __str__(self) -> str:
        return f"certified after {self.cycles_to_certify} cycles"
