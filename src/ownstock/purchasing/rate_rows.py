"""Goods bought in another currency, valued by the rates of the days on which they came and were invoiced.

They are posted at standard cost. What they cost by their order, at the rate of the day they came, is added as soon as a rate
says so: with the receipt as a rule, else with the rate. A rate that is missing is told, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from ownstock.catalog.queries import base_currency, rate_on
from ownstock.journal import actions as journal
from ownstock.ledger import actions as ledger
from ownstock.ledger.rules.late_costs import LateCost
from ownstock.purchasing.models import PurchaseOrder, ReceiptRate
from ownstock.purchasing.queries.matching import ReceivedGoods, posted_costs
from ownstock.purchasing.rules.invoices import STEP

ACTOR = "job:match"
MISSING_RATE = "missing_rate"
ReceiptRates = dict[tuple[str, int], ReceiptRate]


def value_receipts(order: PurchaseOrder, goods: Iterable[ReceivedGoods]) -> ReceiptRates:
    """Value an order's goods at its prices and the rates of the days they came, once each; what is valued, by receipt."""
    goods = list(goods)
    known = receipt_rates(g.receipt for g in goods)
    new = [g for g in goods if g.receipt not in known]
    costs = posted_costs(g.receipt for g in new)
    for g in new:
        rate = known_rate(order.currency, g.received_on)
        if rate is None:
            continue
        worth = (g.price * g.quantity * rate).quantize(STEP)
        row = ReceiptRate.objects.create(
            posting_key=g.receipt[0], posting_line=g.receipt[1], price=g.price, rate=rate,
            added=worth - (costs[g.receipt] * g.quantity).quantize(STEP),
        )  # fmt: skip
        known[g.receipt] = row
        if row.added:
            ledger.add_late_cost(
                *g.receipt, row.added, reason=LateCost.ORDER_PRICE, reference=order.number, key=f"receipt_rate:{row.pk}",
                actor=ACTOR,
            )  # fmt: skip
    return known


def receipt_rates(receipts: Iterable[tuple[str, int]]) -> ReceiptRates:
    """At which prices and rates goods were valued, by receipt and line; what was not valued by a rate is left out."""
    wanted = set(receipts)
    rows = ReceiptRate.objects.filter(posting_key__in={key for key, _ in wanted})
    return {key: row for row in rows if (key := (row.posting_key, row.posting_line)) in wanted}


def known_rate(currency: str, on: date) -> Decimal | None:
    """The rate of a day; where there is none, people are told which one to enter."""
    rate = rate_on(currency, on)
    if rate is None:
        journal.raise_alert(
            missing_rate_key(currency, on), kind=MISSING_RATE,
            sentence=f"No exchange rate says what a {currency} is worth in {base_currency()} on {on}: goods that came "
            "that day are valued at standard cost, and invoices of that day change no value. Enter it on the page "
            f"Cash, or by: ownstock rate set {currency} RATE --from {on}",
            facts={"currency": currency, "on": on.isoformat()},
        )  # fmt: skip
    return rate


def missing_rate_key(currency: str, on: date) -> str:
    """The key of the alert about a rate that is missing."""
    return f"{MISSING_RATE}:{currency}/{on}"
