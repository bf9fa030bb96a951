"""The business itself."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Company(models.Model):
    """The one business this database belongs to, with its base currency."""

    name = models.CharField(max_length=200, default="My company")
    currency = models.CharField(max_length=3, default="EUR", help_text="ISO 4217; all value is kept in it.")
    is_qualification_required = models.BooleanField(
        default=False, help_text="Whether only suppliers that were approved may be ordered from, within their scope."
    )
    has_separate_duties = models.BooleanField(
        default=False, help_text="Whether who approved a supplier may not place its orders."
    )
    lapse_warning_days = models.PositiveIntegerField(
        default=30, help_text="People are warned so many days before something of a supplier lapses."
    )
    commitment_warning_days = models.PositiveIntegerField(
        default=90, help_text="People are warned so many days before the end of a commitment that will be missed."
    )

    class Meta:
        db_table = "catalog_company"
        constraints = [models.CheckConstraint(name="company_is_one", condition=Q(id=1))]

    def __str__(self) -> str:
        return self.name
