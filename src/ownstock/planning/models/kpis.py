"""What was measured: every item-site as of the last night, and every day by group."""

from __future__ import annotations

from django.db import models

from ownstock.catalog.models import ItemSite, Location, Supplier
from ownstock.journal.fields import QuantityField


class KpiItemSite(models.Model):
    """An item-site as it was measured last: a cache of ledger and plan, made anew by every measuring."""

    item_site = models.OneToOneField(ItemSite, models.CASCADE, primary_key=True, related_name="kpi")
    measured_on = models.DateField(help_text="The business day at whose close it was measured.")
    site = models.ForeignKey(Location, models.CASCADE, related_name="+", db_index=False, help_text="Its site.")
    supplier = models.ForeignKey(
        Supplier, models.CASCADE, null=True, related_name="+", db_index=False, help_text="Who is asked first."
    )
    category = models.CharField(max_length=60, blank=True, help_text="The item's.")
    abc_class = models.CharField(max_length=1, blank=True, help_text="A, B or C by what was issued in the year.")
    xyz_class = models.CharField(max_length=1, blank=True, help_text="X, Y or Z by how evenly it is issued.")
    on_hand = QuantityField(help_text="Of any status.")
    usable = QuantityField(help_text="Released.")
    on_hand_value = QuantityField(help_text="On hand at standard cost.")
    excess_value = QuantityField(null=True, help_text="What is above the order-up-to level, at standard cost.")
    dead_value = QuantityField(help_text="All of it, where nothing was issued for so many days.")
    last_issued_on = models.DateField(null=True, help_text="Within the year; empty: not in the year.")
    issued = QuantityField(help_text="Units issued in the last 28 days.")
    issued_before = QuantityField(help_text="Units issued in the 28 days before these.")
    issued_in_year = QuantityField(help_text="Units issued in the last 365 days.")
    days_of_cover = models.FloatField(
        null=True, help_text="Usable units by the rate of the last 84 days; empty: no rate."
    )

    class Meta:
        db_table = "planning_kpi_item_site"
        indexes = [
            models.Index(fields=["-on_hand_value", "item_site"], name="kpi_item_site_by_value"),
            models.Index(fields=["-excess_value", "item_site"], name="kpi_item_site_by_excess"),
            models.Index(fields=["-dead_value", "item_site"], name="kpi_item_site_by_dead"),
            models.Index(fields=["abc_class", "xyz_class", "-on_hand_value"], name="kpi_item_site_by_class"),
        ]

    def __str__(self) -> str:
        return f"{self.item_site_id}: {self.on_hand_value}"


class KpiDay(models.Model):
    """A day of the item-sites of a site that share a group (all, a first supplier, a category, a class): stock and flows.

    Groups of one dimension are not crossed with those of another, so that a day has few rows however many items there are.

    Kept because what was in excess, dead or out of stock on a past day cannot be reckoned later: levels and classes move on.
    What is empty was not measured on that day, but reckoned back from the ledger.
    """

    day_on = models.DateField(help_text="The day.")
    site = models.ForeignKey(Location, models.PROTECT, related_name="+", db_index=False, help_text="Of which site.")
    dimension = models.CharField(max_length=10, help_text="Of which kind the group is; `site`: all of the site.")
    key = models.CharField(max_length=60, blank=True, help_text="Which group: a code, a category, a class.")
    item_sites = models.PositiveIntegerField(help_text="How many item-sites are in the group.")
    on_hand_value = QuantityField(help_text="At the close, at standard cost.")
    on_hand_units = QuantityField(help_text="At the close.")
    issued_units = QuantityField(help_text="To customers and other sites, less what came back.")
    issued_value = QuantityField(help_text="The same at standard cost.")
    received_value = QuantityField(help_text="From suppliers and other sites, at standard cost.")
    movements = models.PositiveIntegerField(help_text="How many moved its goods in or out of the site.")
    wanted_units = QuantityField(help_text="What customers wanted on this day, by their lines.")
    supplied_units = QuantityField(help_text="What of it was shipped no later.")
    excess_value = QuantityField(null=True, help_text="Above order-up-to levels, at standard cost.")
    dead_value = QuantityField(null=True, help_text="Where nothing was issued for so many days, at standard cost.")
    selling = models.PositiveIntegerField(null=True, help_text="Item-sites that issued something in the year.")
    stocked_out = models.PositiveIntegerField(null=True, help_text="Those of them with nothing usable.")

    append_only = True

    class Meta:
        db_table = "planning_kpi_day"
        constraints = [
            models.UniqueConstraint(fields=["dimension", "day_on", "site", "key"], name="kpi_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day_on} {self.site_id}"
