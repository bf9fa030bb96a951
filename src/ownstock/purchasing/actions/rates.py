"""Entering exchange rates, and valuing what waited for them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction

from ownstock.catalog.actions.rates import set_exchange_rate
from ownstock.catalog.models import ExchangeRate
from ownstock.journal import actions as journal
from ownstock.journal.queries import open_alerts
from ownstock.purchasing.order_rows import locked, settle
from ownstock.purchasing.queries.rates import is_rate_wanted, orders_to_value
from ownstock.purchasing.rate_rows import MISSING_RATE


@transaction.atomic
def set_rate(currency: str, rate: Decimal, *, valid_from: date, actor: str) -> ExchangeRate:
    """Say what one unit of a currency is worth in the company's from a day on, and value the goods that waited for it.

    What was valued by another rate before stays as it is.

    Raises:
        Refused: as `set_exchange_rate`.
    """
    row = set_exchange_rate(currency, rate, valid_from=valid_from, actor=actor)
    value_waiting_goods()
    return row


@transaction.atomic
def value_waiting_goods() -> int:
    """Match anew the orders of which goods or invoices waited for a rate that is known now; returns how many they are."""
    numbers = orders_to_value()
    for number in numbers:
        settle(locked(number))
    for alert in open_alerts().filter(kind=MISSING_RATE):
        if not is_rate_wanted(alert.facts["currency"], date.fromisoformat(alert.facts["on"])):
            journal.clear_alert(alert.key, because="the rate was entered, or is no longer needed")
    return len(numbers)
