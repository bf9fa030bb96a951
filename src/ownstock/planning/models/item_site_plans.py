"""What the last plan says of each item-site."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ownstock.catalog.models import ItemSite, Supplier
from ownstock.journal.fields import QuantityField
from ownstock.planning.models.runs import PlanningRun


class ItemSitePlan(models.Model):
    """What the last plan that moved it says of an item-site: what is there, up to which level, what is missing, in money.

    Planning writes it anew; the reason of a proposal tells the same of one item-site in full.
    """

    item_site = models.OneToOneField(ItemSite, models.CASCADE, primary_key=True, related_name="planned")
    run = models.ForeignKey(PlanningRun, models.PROTECT, related_name="+", help_text="The run that last changed it.")
    planned_on = models.DateField(help_text="The business day of that run.")
    fault = models.TextField(
        blank=True, help_text="Why it could not be planned; all else is then as it was last known."
    )
    supplier = models.ForeignKey(Supplier, models.PROTECT, null=True, related_name="+", help_text="Who is asked first.")
    unit_cost = QuantityField(null=True, help_text="Of one stock unit, in the company's currency.")
    usable = QuantityField(null=True, help_text="Units on hand that may be issued.")
    backordered = QuantityField(null=True, help_text="Units owed to customers and other sites.")
    on_order = QuantityField(null=True, help_text="Units of open orders that are counted on.")
    order_up_to_level = QuantityField(
        null=True, help_text="Units that cover all that is taken until the next order's goods."
    )
    proposed_quantity = QuantityField(null=True, help_text="Units to order now.")
    lead_time_days = models.PositiveIntegerField(null=True, help_text="Days until an order decided then is of use.")
    review_period_days = models.PositiveIntegerField(null=True, help_text="Days from one order to the next.")
    demand_a_day = models.FloatField(null=True, help_text="Units expected to be wanted a day once the order is there.")
    demand_in_coverage = models.FloatField(
        null=True, help_text="Units expected to be wanted until the next order's goods."
    )
    short_in_lead_time = models.FloatField(
        null=True, help_text="Units expected to be missing before an order placed then is of use."
    )
    last_week = models.FloatField(null=True, help_text="Units wanted in the last complete week.")
    jump = models.FloatField(
        null=True, help_text="Units of that week beyond what the weeks before it made likely; 0 where it is none."
    )
    stock_out_on = models.DateField(
        null=True, help_text="The day on which expected demand empties it, nothing ordered."
    )
    stock_out_probability = models.FloatField(
        null=True, help_text="That nothing is there when an order arrives, without it."
    )
    money_at_stake = QuantityField(null=True, help_text="Expected cost of ordering nothing less that of the proposal.")
    surplus = QuantityField(
        null=True, help_text="Units there and on order, less what is owed, above the order-up-to level."
    )
    surplus_on_order = QuantityField(null=True, help_text="Of these, units that are still on order.")
    method = models.CharField(max_length=40, blank=True, help_text="The forecasting method that weighs most.")
    is_new = models.BooleanField(default=False, help_text="Whether no week of its history tells anything yet.")

    class Meta:
        db_table = "planning_item_site_plan"
        indexes = [
            models.Index(fields=["-money_at_stake"], name="item_site_plan_by_money", condition=Q(money_at_stake__gt=0)),
            models.Index(fields=["stock_out_on"], name="item_site_plan_by_stock_out"),
            models.Index(fields=["supplier"], name="item_site_plan_by_supplier"),
        ]

    def __str__(self) -> str:
        return f"plan of {self.item_site_id} for {self.planned_on}"
