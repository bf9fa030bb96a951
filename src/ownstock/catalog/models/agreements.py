"""What is agreed with a supplier beyond the terms of its items: money, days, minimums, volumes."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from ownstock.catalog.models.items import Item
from ownstock.catalog.models.suppliers import Supplier
from ownstock.catalog.rules import Incoterm, RebateBase
from ownstock.journal.fields import QuantityField


class PercentField(models.DecimalField):
    """A percentage: 0 to 999.99."""

    def __init__(self, **options: object) -> None:
        super().__init__(**{**options, "max_digits": 5, "decimal_places": 2})  # type: ignore[arg-type]


class Agreement(models.Model):
    """What is agreed with a supplier from a day until a day; two of one supplier never overlap."""

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="agreements")
    code = models.CharField(max_length=60, help_text="Its own code, once per supplier.")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True, help_text="The last day; empty: until further notice.")
    currency = models.CharField(max_length=3)
    net_days = models.PositiveIntegerField(default=30, help_text="Days from the invoice until it is to be paid.")
    discount_days = models.PositiveIntegerField(default=0, help_text="Who pays within so many days …")
    discount_percent = PercentField(default=0, help_text="… pays so much less, in percent.")
    incoterm = models.CharField(max_length=3, blank=True, choices=[(t.value, t.value) for t in Incoterm])
    incoterm_place = models.CharField(max_length=100, blank=True, help_text="The place that belongs to the incoterm.")
    lead_time_days = models.PositiveIntegerField(
        null=True, blank=True, help_text="What the supplier promises; what is planned with stands in the supply terms."
    )
    early_tolerance_days = models.PositiveIntegerField(default=0, help_text="So early counts as on time.")
    late_tolerance_days = models.PositiveIntegerField(default=0, help_text="So late counts as on time.")
    otif_target_percent = PercentField(
        null=True, blank=True, help_text="So many of all lines are to come on time and in full, in percent."
    )
    minimum_order_value = QuantityField(null=True, blank=True, help_text="Of one order, in `currency`.")
    minimum_order_weight_kg = QuantityField(null=True, blank=True, help_text="Of one order.")
    minimum_order_volume_l = QuantityField(null=True, blank=True, help_text="Of one order; 1,000 l are one m³.")
    order_weekdays = ArrayField(
        models.PositiveSmallIntegerField(),
        default=list,
        blank=True,
        help_text="On which weekdays orders are taken, 1 Monday to 7 Sunday; none: on any.",
    )
    order_cut_off = models.TimeField(
        null=True, blank=True, help_text="Until when on such a day orders are taken; empty: as the company says."
    )
    order_time_zone = models.CharField(
        max_length=60, blank=True, help_text="IANA name of the clock that the cut-off goes by; empty: the site's."
    )
    answer_time_hours = models.PositiveIntegerField(
        null=True, blank=True, help_text="Within so many hours an order is to be answered."
    )
    syntax_answer_time_hours = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Within so many hours the supplier's system is to say that it could read a message.",
    )
    notice_time_hours = models.PositiveIntegerField(
        null=True, blank=True, help_text="A shipping notice is due so many hours before the promised day begins."
    )
    over_tolerance_percent = PercentField(default=0, help_text="So much more than ordered is taken, in percent.")
    under_tolerance_percent = PercentField(default=0, help_text="So much less counts as in full, in percent.")
    price_tolerance_percent = PercentField(default=0, help_text="A price may differ by so much, in percent.")
    rebate_base = models.CharField(
        max_length=5,
        choices=[(b.value, b.value) for b in RebateBase],
        default=RebateBase.WHOLE,
        help_text="On what a tier's percentage is paid back.",
    )
    rebate_tiers = ArrayField(
        ArrayField(QuantityField(), size=2),
        default=list,
        blank=True,
        help_text="Pairs of a turnover within the agreement, in `currency`, and the percentage paid back from it on.",
    )
    weekly_capacity = QuantityField(null=True, blank=True, help_text="So many stock units it delivers a week at most.")
    quota_percent = PercentField(null=True, blank=True, help_text="So much of our need it is to get, in percent.")

    class Meta:
        db_table = "catalog_agreement"
        constraints = [
            models.UniqueConstraint(fields=["supplier", "code"], name="agreement_once"),
            models.CheckConstraint(
                name="agreement_ends_after_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="agreement_weekdays_known", condition=Q(order_weekdays__contained_by=[1, 2, 3, 4, 5, 6, 7])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier_id}: {self.code}"


class Closure(models.Model):
    """Days on which a supplier is closed: takes no orders and ships nothing."""

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="closures")
    begins_on = models.DateField()
    ends_on = models.DateField(help_text="The last day.")
    reason = models.CharField(max_length=200, blank=True, help_text="Why: `summer holidays`.")

    class Meta:
        db_table = "catalog_closure"
        constraints = [
            models.UniqueConstraint(fields=["supplier", "begins_on"], name="closure_once"),
            models.CheckConstraint(name="closure_ends_after_start", condition=Q(ends_on__gte=F("begins_on"))),
        ]

    def __str__(self) -> str:
        return f"{self.supplier_id}: {self.begins_on} to {self.ends_on}"


class VolumeCommitment(models.Model):
    """What we have promised a supplier to buy from a day until a day: so much of an item, a category, or in all."""

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="volume_commitments")
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, help_text="Empty: any item.")
    category = models.CharField(max_length=60, blank=True, help_text="Empty: items of any category.")
    quantity = QuantityField(null=True, blank=True, help_text="So many stock units, or …")
    amount = QuantityField(null=True, blank=True, help_text="… so much money, in `currency`.")
    currency = models.CharField(max_length=3, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField()

    class Meta:
        db_table = "catalog_volume_commitment"
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "item", "category", "valid_from"],
                nulls_distinct=False,
                name="volume_commitment_once",
            ),
            models.CheckConstraint(
                name="volume_commitment_ends_after_start", condition=Q(valid_to__gte=F("valid_from"))
            ),
            models.CheckConstraint(name="volume_commitment_one_scope", condition=Q(category="") | Q(item__isnull=True)),
            models.CheckConstraint(
                name="volume_commitment_quantity_or_amount",
                condition=Q(quantity__gt=0, amount__isnull=True, currency="")
                | (Q(quantity__isnull=True, amount__gt=0) & ~Q(currency="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier_id}: {self.item_id or self.category or 'all'} from {self.valid_from}"
