"""What other currencies are worth."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class ExchangeRate(models.Model):
    """What one unit of another currency is worth in the company's currency, from a day until the next rate's day."""

    currency = models.CharField(max_length=3, help_text="ISO 4217.")
    rate = models.DecimalField(max_digits=18, decimal_places=8, help_text="In the company's currency.")
    valid_from = models.DateField()

    class Meta:
        db_table = "catalog_exchange_rate"
        constraints = [
            models.UniqueConstraint(fields=["currency", "valid_from"], name="exchange_rate_once_a_day"),
            models.CheckConstraint(name="exchange_rate_positive", condition=Q(rate__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.currency} from {self.valid_from}"
