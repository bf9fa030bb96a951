"""Reading what other currencies are worth."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import QuerySet

from ownstock.base.errors import Refused
from ownstock.catalog.models import ExchangeRate
from ownstock.catalog.queries.company import base_currency

CENT = Decimal("0.01")


def exchange_rates() -> QuerySet[ExchangeRate]:
    """Every rate that was entered, by currency, the newest first."""
    return ExchangeRate.objects.order_by("currency", "-valid_from")


def in_base_currency(amount: Decimal, currency: str, *, on: date) -> Decimal:
    """An amount in the company's currency, by the rate of a day, to the cent.

    Raises:
        Refused: no rate of the currency holds on that day; the sentence says how to enter one.
    """
    base = base_currency()
    if currency == base:
        return amount.quantize(CENT, ROUND_HALF_UP)
    row = ExchangeRate.objects.filter(currency=currency, valid_from__lte=on).order_by("-valid_from").first()
    if row is None:
        raise Refused(
            f"No exchange rate says what a {currency} is worth in {base} on {on}, so the amount cannot be judged. "
            f"Enter it: ownstock rate set {currency} RATE --from {on}",
            code="no_rate",
            currency=currency,
            on=on.isoformat(),
        )
    return (amount * row.rate).quantize(CENT, ROUND_HALF_UP)
