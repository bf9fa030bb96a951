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


def rate_on(currency: str, on: date) -> Decimal | None:
    """What one unit of a currency is worth in the company's on a day; None where no rate of it holds then."""
    if currency == base_currency():
        return Decimal(1)
    row = ExchangeRate.objects.filter(currency=currency, valid_from__lte=on).order_by("-valid_from").first()
    return None if row is None else row.rate


def in_base_currency(amount: Decimal, currency: str, *, on: date) -> Decimal:
    """An amount in the company's currency, by the rate of a day, to the cent.

    Raises:
        Refused: no rate of the currency holds on that day; the sentence says how to enter one.
    """
    rate = rate_on(currency, on)
    if rate is None:
        raise Refused(
            f"No exchange rate says what a {currency} is worth in {base_currency()} on {on}, so the amount cannot be judged. "
            f"Enter it on the page Cash, or by: ownstock rate set {currency} RATE --from {on}",
            code="no_rate",
            currency=currency,
            on=on.isoformat(),
        )
    return (amount * rate).quantize(CENT, ROUND_HALF_UP)
