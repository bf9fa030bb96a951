"""Entering what other currencies are worth."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.catalog.models import ExchangeRate
from ownstock.catalog.queries import base_currency
from ownstock.journal import actions as journal

CURRENCY = re.compile(r"[A-Z]{3}")


@transaction.atomic
def set_exchange_rate(currency: str, rate: Decimal, *, valid_from: date, actor: str) -> ExchangeRate:
    """Say what one unit of a currency is worth in the company's from a day on; the same day again corrects it.

    Raises:
        Refused: the currency is not three capital letters, or is the company's own, or the rate is not above zero.
    """
    if not CURRENCY.fullmatch(currency) or currency == base_currency():
        raise Refused(
            f"{currency!r} is no other currency than the company's; write three letters, such as USD.",
            code="bad_currency",
            currency=currency,
        )
    if rate <= 0:
        raise Refused(f"A rate is above zero; {rate} is not.", code="bad_rate", currency=currency)
    before = ExchangeRate.objects.filter(currency=currency, valid_from=valid_from).first()
    row, _ = ExchangeRate.objects.update_or_create(currency=currency, valid_from=valid_from, defaults={"rate": rate})
    journal.record(
        actor=actor, verb="catalog.exchange_rate_set", subject=f"exchange_rate:{currency}",
        old={"rate": str(before.rate)} if before else None, new={"rate": str(rate), "valid_from": valid_from.isoformat()},
    )  # fmt: skip
    return row
