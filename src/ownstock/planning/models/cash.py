"""What is likely to be spent in weeks ahead, and what may be spent in a month."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ownstock.catalog.models import Location, Supplier
from ownstock.journal.fields import QuantityField
from ownstock.planning.models.runs import PlanningRun


class PlannedSpend(models.Model):
    """What planned orders of a week come to in money at a supplier for a site, as a planning run looked ahead."""

    run = models.ForeignKey(
        PlanningRun, models.PROTECT, related_name="planned_spends", db_index=False, help_text="From which run."
    )
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="+", db_index=False, help_text="To whom.")
    site = models.ForeignKey(Location, models.PROTECT, related_name="+", db_index=False, help_text="For which site.")
    week_start_on = models.DateField(help_text="The week in which it is ordered.")
    lead_time_days = models.PositiveIntegerField(help_text="From the order to the goods, on average over its money.")
    currency = models.CharField(max_length=3, help_text="Of the amounts.")
    mean = QuantityField(help_text="On average over all paths of demand.")
    p10 = QuantityField(help_text="No more on a tenth of the paths.")
    p90 = QuantityField(help_text="No more on nine tenths of them.")
    recorded_at = models.DateTimeField(db_default=Now(), help_text="When it was looked ahead.")

    append_only = True

    class Meta:
        db_table = "planning_planned_spend"
        constraints = [
            models.UniqueConstraint(fields=["run", "supplier", "site", "week_start_on"], name="planned_spend_once")
        ]

    def __str__(self) -> str:
        return f"{self.supplier_id} {self.week_start_on}: {self.mean} {self.currency}"


class CashBudget(models.Model):
    """How much may be paid to suppliers in a month."""

    month_start_on = models.DateField(unique=True, help_text="The first day of the month.")
    amount = QuantityField(help_text="In the company's currency.")

    class Meta:
        db_table = "planning_cash_budget"
        constraints = [
            models.CheckConstraint(name="cash_budget_not_negative", condition=Q(amount__gte=0)),
            models.CheckConstraint(name="cash_budget_of_a_month", condition=Q(month_start_on__day=1)),
        ]

    def __str__(self) -> str:
        return f"{self.month_start_on}: {self.amount}"
