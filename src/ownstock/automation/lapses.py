"""Every day: what of suppliers lapses, with the money that is on order from them, and what will be missed."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.db.models import DecimalField, F, Sum

from ownstock.catalog.actions import warn_of_lapses
from ownstock.planning.queries import business_day
from ownstock.purchasing.actions import warn_of_commitments
from ownstock.purchasing.models import Delivery
from ownstock.purchasing.rules import OPEN_STATES

AMOUNT = DecimalField(max_digits=24, decimal_places=4)


def warn() -> int:
    """Warn people of what lapses and of commitments that will be missed, as the company asks; returns how many there are."""
    today = business_day()
    return warn_of_lapses(today, open_amounts=open_amounts()) + warn_of_commitments(today)


def open_amounts() -> dict[int, dict[str, Decimal]]:
    """What is on order of each supplier and has not come, by its id and by currency."""
    still_open = F("quantity") - F("received_quantity") - F("cancelled_quantity")
    rows = (
        Delivery.objects.filter(line__revision__purchase_order__state__in=OPEN_STATES)
        .filter(quantity__gt=F("received_quantity") + F("cancelled_quantity"))
        .values_list("line__revision__purchase_order__supplier_id", "line__revision__purchase_order__currency")
        .annotate(amount=Sum(still_open * F("line__price"), output_field=AMOUNT))
    )
    amounts: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for supplier_id, currency, amount in rows:
        amounts[supplier_id][currency] = amount
    return amounts
