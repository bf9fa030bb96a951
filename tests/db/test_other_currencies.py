"""Goods of another currency cost what was invoiced for them, by the rates of two days; what is missing waits for its rate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.utils import timezone

from ownstock.catalog.actions import set_exchange_rate
from ownstock.catalog.models import Item
from ownstock.journal.queries import open_alerts
from ownstock.ledger import actions as ledger
from ownstock.ledger.models import ValuationEntry
from ownstock.ledger.queries import value_at
from ownstock.ledger.rules.late_costs import LATE_COSTS
from ownstock.purchasing import actions
from ownstock.purchasing.models import InvoiceShare, PurchaseOrder, ReceiptRate
from ownstock.purchasing.queries.variances import Asked, Grouping, variance_sums, variance_totals
from ownstock.purchasing.rules.disputes import DisputeEnd
from ownstock.purchasing.rules.invoices import ChargeKind, EnteredCharge
from ownstock.site.embedded.databases import Credentials
from tests.factories import ACTOR, TODAY, small_business
from tests.purchasing_cases import WANTED, came, invoiced, placed_order

LATER = WANTED + timedelta(days=3)


@pytest.fixture
def order(committed_db: Credentials) -> PurchaseOrder:
    return in_dollars()


def in_dollars(quantity: int = 24) -> PurchaseOrder:
    """An order of cups at 2.40 USD, of which the standard cost is 2.50 EUR; invoiced prices may differ as they will."""
    order = placed_order(small_business(), quantity=quantity)
    PurchaseOrder.objects.update(currency="USD")
    actions.set_match_policy(price_tolerance_percent=Decimal(50), actor=ACTOR)
    order.refresh_from_db()
    return order


def rate(usd: str, since: date) -> None:
    actions.set_rate("USD", Decimal(usd), valid_from=since, actor=ACTOR)


def late_costs() -> dict[str, Decimal]:
    """What was added to the value of goods, by reason; what comes to nothing is left out."""
    sums: dict[str, Decimal] = {}
    for reason, amount in ValuationEntry.objects.filter(reason__in=LATE_COSTS).values_list("reason", "amount"):
        sums[reason] = sums.get(reason, Decimal(0)) + amount
    return {reason: amount for reason, amount in sums.items() if amount}


def worth() -> Decimal:
    """What all goods are worth now."""
    ledger.value(patience_seconds=20)
    return value_at()


def missing() -> list[str]:
    return [alert.key.partition(":")[2] for alert in open_alerts().filter(kind="missing_rate").order_by("key")]


def test_goods_are_worth_their_price_by_the_rate_of_the_day_they_came(order: PurchaseOrder) -> None:
    rate("0.5", TODAY)
    rate("0.75", WANTED)
    came(order, 10, key="dn1", on=TODAY)
    came(order, 10, key="dn2", on=WANTED)
    assert worth() == Decimal("12") + Decimal("18")
    came(order, 10, key="dn2", on=WANTED)
    assert worth() == 30
    assert missing() == []


@pytest.mark.parametrize("receipt_first", [True, False])
def test_price_and_exchange_difference_are_told_apart_whatever_comes_first(
    order: PurchaseOrder, receipt_first: bool
) -> None:
    rate("0.5", TODAY)
    rate("0.75", WANTED)
    steps: list[Callable[[], object]] = [
        lambda: came(order, 24, key="dn1", on=TODAY),
        lambda: invoiced(order, (24, "2.5"), currency="USD"),
    ]
    for step in steps if receipt_first else reversed(steps):
        step()
    found = late_costs()
    assert (found["invoice_difference"], found["exchange_difference"]) == (Decimal("1.2"), Decimal(15))
    assert worth() == 24 * Decimal("2.5") * Decimal("0.75")
    [row] = variance_sums(Asked(), Grouping.SUPPLIER)
    assert (row.currency, row.variance, row.exchange_difference) == ("USD", Decimal("2.4"), Decimal(15))
    assert variance_totals(Asked()) == [("USD", Decimal("2.4"), 0, 15)]


def test_a_missing_rate_is_told_by_currency_and_day_and_values_goods_and_invoice_once_it_is_entered(
    order: PurchaseOrder,
) -> None:
    came(order, 24, key="dn1", on=TODAY)
    at_standard = worth()
    invoiced(order, (24, "2.5"), currency="USD")
    assert (worth(), late_costs(), missing()) == (at_standard, {}, [f"USD/{TODAY}", f"USD/{WANTED}"])
    told = open_alerts().get(key=f"missing_rate:USD/{TODAY}").sentence
    assert f"No exchange rate says what a USD is worth in EUR on {TODAY}" in told
    assert f"Enter it on the page Cash, or by: ownstock rate set USD RATE --from {TODAY}" in told
    rate("0.75", WANTED)
    assert (worth(), missing()) == (at_standard, [f"USD/{TODAY}"])
    rate("0.5", TODAY)
    assert (worth(), missing()) == (45, [])
    assert {name: late_costs()[name] for name in ("invoice_difference", "exchange_difference")} == {
        "invoice_difference": Decimal("1.2"), "exchange_difference": Decimal(15),
    }  # fmt: skip
    before = InvoiceShare.objects.count()
    rate("0.8", LATER)
    actions.match_again("ALPHA", "INV-1")
    assert (worth(), InvoiceShare.objects.count(), ReceiptRate.objects.count()) == (45, before, 1)


def test_an_invoice_of_a_day_without_a_rate_waits_although_its_goods_are_valued(order: PurchaseOrder) -> None:
    invoiced(order, (24, "2.5"), currency="USD")
    rate("0.5", WANTED + timedelta(days=1))
    came(order, 24, key="dn1", on=LATER)
    assert (worth(), missing()) == (24 * Decimal("1.2"), [f"USD/{WANTED}"])
    rate("0.75", WANTED)
    assert (worth(), missing()) == (45, [])


def test_a_rate_that_was_entered_elsewhere_values_goods_with_the_next_watch(order: PurchaseOrder) -> None:
    came(order, 24, key="dn1", on=TODAY)
    set_exchange_rate("USD", Decimal("0.5"), valid_from=TODAY, actor=ACTOR)
    actions.watch_orders(timezone.now(), today=TODAY)
    assert (worth(), missing()) == (24 * Decimal("1.2"), [])


def test_a_credit_note_gives_back_by_the_rates_of_its_goods_and_its_day(order: PurchaseOrder) -> None:
    rate("0.5", TODAY)
    rate("0.75", WANTED)
    came(order, 24, key="dn1", on=TODAY)
    invoiced(order, (24, "2.5"), currency="USD")
    actions.send_back("dn1", 1, Decimal(4), key="b1", reason="wrong colour", actor=ACTOR)
    invoiced(order, (-4, "2.5"), number="CN-1", currency="USD")
    found = late_costs()
    assert (found["invoice_difference"], found["exchange_difference"]) == (Decimal(1), Decimal("12.5"))


def test_a_cancelled_invoice_and_a_receipt_taken_back_leave_nothing_behind(order: PurchaseOrder) -> None:
    rate("0.5", TODAY)
    rate("0.75", WANTED)
    came(order, 24, key="dn1", on=TODAY)
    invoiced(order, (24, "2.5"), currency="USD")
    actions.cancel_invoice("ALPHA", "INV-1", reason="typed wrongly", actor=ACTOR)
    assert worth() == 24 * Decimal("1.2")
    invoiced(order, (24, "2.4"), number="INV-2", currency="USD")
    actions.take_back("dn1", new_key="back", actor=ACTOR, reason="counted wrong")
    assert worth() == 0
    came(order, 24, key="dn2", on=TODAY)
    assert worth() == 24 * Decimal("1.8")


@pytest.mark.parametrize(("method", "value"), [("standard", 20 * Decimal("2.5")), ("fifo", 20 * Decimal("1.875"))])
def test_what_is_gone_takes_its_share_and_standard_cost_stays(
    order: PurchaseOrder, method: str, value: Decimal
) -> None:
    Item.objects.update(valuation_method=method)
    rate("0.75", TODAY)
    came(order, 24, key="dn1", on=TODAY)
    actions.send_back("dn1", 1, Decimal(4), key="b1", reason="wrong colour", actor=ACTOR)
    invoiced(order, (24, "2.5"), currency="USD")
    actions.settle_dispute("ALPHA", "INV-1", DisputeEnd.QUANTITY_ACCEPTED, reason="all of it", actor=ACTOR)
    assert worth() == value
    assert late_costs() == {"order_price": 24 * (Decimal("1.8") - Decimal("2.5")), "invoice_difference": Decimal("1.8")}


def test_goods_that_were_taken_back_wait_for_no_rate(order: PurchaseOrder) -> None:
    came(order, 24, key="dn1", on=TODAY)
    actions.take_back("dn1", new_key="back", actor=ACTOR, reason="counted wrong")
    rate("0.75", LATER)
    assert (missing(), ReceiptRate.objects.count()) == ([], 0)


def test_charges_are_valued_by_the_rate_of_the_invoice(order: PurchaseOrder) -> None:
    actions.set_match_policy(has_landed_charges=True, actor=ACTOR)
    rate("0.5", TODAY)
    rate("0.75", WANTED)
    came(order, 24, key="dn1", on=TODAY)
    charges = (EnteredCharge(Decimal(4), "freight"), EnteredCharge(Decimal(10), "tax", ChargeKind.TAX))
    invoiced(order, (24, "2.4"), charges=charges, currency="USD")
    assert worth() == (24 * Decimal("2.4") + 4) * Decimal("0.75")


@pytest.mark.parametrize("seed", range(4))
def test_after_any_interleaving_goods_are_worth_what_was_invoiced(committed_db: Credentials, seed: int) -> None:
    order = in_dollars(quantity=60)
    chance = Random(seed)
    prices = [Decimal(chance.randint(200, 300)) / 100 for _ in range(3)]
    steps: list[Callable[[], object]] = [
        *(lambda n=n: came(order, 20, key=f"dn{n}", on=TODAY) for n in range(3)),
        *(lambda n=n: invoiced(order, (20, str(prices[n])), number=f"INV-{n}", currency="USD") for n in range(3)),
        lambda: rate("0.913", WANTED),
    ]
    chance.shuffle(steps)
    steps.insert(chance.randint(steps.index(steps[-1]), len(steps)), lambda: rate("0.877", TODAY))
    for step in steps:
        step()
    paid = sum((20 * price for price in prices), Decimal(0))
    assert abs(worth() - paid * Decimal("0.913")) <= Decimal("0.001")
