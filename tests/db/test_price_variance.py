"""Invoiced prices reach the value of the goods once, whatever comes first, and add up to what invoice and order differ by."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ownstock.base.errors import Refused
from ownstock.ledger import actions as ledger
from ownstock.ledger.models import ValuationEntry
from ownstock.ledger.queries import value_at
from ownstock.ledger.rules.late_costs import LATE_COSTS
from ownstock.purchasing import actions
from ownstock.purchasing.models import Invoice, InvoiceLine, InvoiceShare, PurchaseOrder
from ownstock.purchasing.queries.invoices import expected_credits, goods_not_invoiced
from ownstock.purchasing.queries.variances import Asked, Grouping, variance_sums
from ownstock.purchasing.rules.disputes import DisputeEnd
from ownstock.purchasing.rules.invoices import ChargeKind, EnteredCharge, EnteredInvoiceLine
from ownstock.site.embedded.databases import Credentials
from tests.factories import ACTOR, Business, small_business
from tests.purchasing_cases import came, invoiced, placed_order, state_of

CENT = Decimal("0.01")


@pytest.fixture
def shop(db: None) -> Business:
    return small_business()


@pytest.fixture
def order(shop: Business) -> PurchaseOrder:
    return placed_order(shop)


def lenient() -> None:
    """Let prices and quantities differ as they will."""
    actions.set_match_policy(price_tolerance_percent=Decimal(50), actor=ACTOR)


def late_costs() -> list[tuple[str, Decimal]]:
    rows = ValuationEntry.objects.filter(reason__in=LATE_COSTS).order_by("id")
    return list(rows.values_list("reason", "amount"))


@pytest.mark.parametrize("receipt_first", [True, False])
def test_a_higher_price_adds_to_the_value_of_its_goods_once(order: PurchaseOrder, receipt_first: bool) -> None:
    lenient()
    steps: list[Callable[[], object]] = [lambda: came(order, 24, key="dn1"), lambda: invoiced(order, (24, "2.5"))]
    for step in steps if receipt_first else reversed(steps):
        step()
    actions.match_again("ALPHA", "INV-1")
    assert late_costs() == [("invoice_difference", Decimal("2.4"))]


def test_a_disputed_price_changes_no_value_until_it_is_accepted(order: PurchaseOrder) -> None:
    came(order, 24, key="dn1")
    invoiced(order, (24, "2.5"))
    assert late_costs() == []
    actions.settle_dispute("ALPHA", "INV-1", DisputeEnd.PRICE_ACCEPTED, reason="new list", actor=ACTOR)
    assert late_costs() == [("invoice_difference", Decimal("2.4"))]


def test_charges_add_to_the_value_where_the_company_says_so_and_taxes_never(order: PurchaseOrder) -> None:
    charges = (EnteredCharge(Decimal(5), "freight"), EnteredCharge(Decimal(10), "20 %", ChargeKind.TAX))
    came(order, 10, key="dn1")
    invoiced(order, (10, "2.4"), charges=charges)
    assert late_costs() == []
    actions.set_match_policy(has_landed_charges=True, actor=ACTOR)
    came(order, 14, key="dn2")
    invoiced(order, (14, "2.4"), charges=charges, number="INV-2")
    assert late_costs() == [("landed_cost", Decimal(5))]


def test_goods_bought_in_another_currency_keep_their_value_and_the_variance_is_told(order: PurchaseOrder) -> None:
    PurchaseOrder.objects.update(currency="USD")
    lenient()
    came(order, 24, key="dn1")
    invoiced(order, (24, "2.5"), currency="USD")
    assert (late_costs(), InvoiceShare.objects.get().is_valued) == ([], False)
    assert [(v.currency, v.variance) for v in variance_sums(Asked(), Grouping.ITEM)] == [("USD", Decimal("2.4"))]


def test_a_cancelled_invoice_takes_off_what_it_added(order: PurchaseOrder) -> None:
    lenient()
    came(order, 24, key="dn1")
    invoiced(order, (24, "2.5"))
    actions.cancel_invoice("ALPHA", "INV-1", reason="typed wrongly", actor=ACTOR)
    assert sum(amount for _, amount in late_costs()) == 0
    assert sum(v.variance for v in variance_sums(Asked(), Grouping.ITEM)) == 0


def test_goods_received_and_not_invoiced_are_told_with_their_value(order: PurchaseOrder) -> None:
    came(order, 20, key="dn1")
    assert [(g.quantity, g.value) for g in goods_not_invoiced()] == [(20, 48)]
    invoiced(order, (15, "2.4"))
    assert [(g.supplier, g.sku, g.quantity, g.value) for g in goods_not_invoiced()] == [("ALPHA", "CUP", 5, 12)]
    invoiced(order, (5, "2.4"), number="INV-2")
    assert goods_not_invoiced("ALPHA") == []


def test_a_credit_is_expected_for_what_went_back_until_it_comes(order: PurchaseOrder) -> None:
    came(order, 24, key="dn1")
    invoiced(order, (24, "2.4"))
    actions.send_back("dn1", 1, Decimal(4), key="b1", reason="wrong colour", actor=ACTOR)
    assert [row.expected_credit for row in expected_credits()] == [Decimal("9.6")]
    invoiced(order, (-4, "2.4"), number="CN-1")
    assert expected_credits() == []


@pytest.mark.parametrize("seed", range(6))
def test_after_any_interleaving_goods_are_worth_what_was_invoiced(committed_db: Credentials, seed: int) -> None:
    shop = small_business()
    order = placed_order(shop, quantity=60)
    lenient()
    chance = Random(seed)
    prices = [Decimal(chance.randint(200, 300)) / 100 for _ in range(3)]
    steps: list[Callable[[], object]] = [
        *(lambda n=n: came(order, 20, key=f"dn{n}") for n in range(3)),
        *(lambda n=n: invoiced(order, (20, str(prices[n])), number=f"INV-{n}") for n in range(3)),
    ]
    chance.shuffle(steps)
    for step in steps:
        step()
        if chance.random() < 0.5:
            ledger.value(patience_seconds=20)
    actions.take_back("dn1", new_key="back", actor=ACTOR, reason="counted wrong")
    came(order, 20, key="dn9")
    ledger.value(patience_seconds=20)
    paid = sum((20 * price for price in prices), Decimal(0))
    assert abs(value_at() - paid) <= CENT
    assert abs(sum(v.variance for v in variance_sums(Asked(), Grouping.ITEM)) - (paid - 60 * Decimal("2.4"))) <= CENT
    order.refresh_from_db()
    assert order.state == "closed"


def _together(*deeds: Callable[[], object]) -> list[object]:
    def run(deed: Callable[[], object]) -> object:
        try:
            return deed()
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_of_two_invoices_of_one_number_at_once_one_counts(committed_db: Credentials) -> None:
    order = placed_order(small_business())
    told = _together(
        *(lambda price=price: invoiced(order, (24, price), key=f"m{price}").pk for price in ("2.4", "2.5", "2.6"))
    )
    assert (told.count("number_reused"), Invoice.objects.count()) == (2, 1)


def test_two_receipts_of_one_invoices_goods_at_once_leave_it_matched(committed_db: Credentials) -> None:
    shop = small_business()
    orders = [placed_order(shop), placed_order(shop)]
    lines = [EnteredInvoiceLine(Decimal(24), Decimal("2.4"), order.number, 1) for order in orders]
    invoiced(None, lines=lines, total="115.20")
    _together(*(lambda o=o: came(o, 24, key=f"dn:{o.number}") for o in orders))
    assert state_of() == "matched"


@pytest.mark.parametrize("cancelled", ["INV-1", "CN-1"])
def test_what_rests_on_a_cancelled_invoice_is_shared_out_anew(order: PurchaseOrder, cancelled: str) -> None:
    lenient()
    came(order, 24, key="dn1")
    invoiced(order, (24, "2.5"))
    invoiced(order, (-10, "2.5"), number="CN-1")
    invoiced(order, (10, "2.6"), number="INV-2")
    actions.cancel_invoice("ALPHA", cancelled, reason="entered wrongly", actor=ACTOR)
    paid = {line.invoice.number: Decimal(0) for line in InvoiceLine.objects.select_related("invoice")}
    for share in InvoiceShare.objects.select_related("invoice_line__invoice"):
        paid[share.invoice_line.invoice.number] += share.quantity
    left = {"INV-1": (0, -10, 10), "CN-1": (24, 0, 0)}[cancelled]
    assert tuple(paid.values()) == left
    assert 0 <= sum(paid.values()) <= 24
    assert sum(amount for _, amount in late_costs()) == {"INV-1": Decimal(1), "CN-1": Decimal("2.4")}[cancelled]


def test_many_invoices_of_an_order_are_matched_with_as_many_queries_as_few_and_not_written_again(
    order: PurchaseOrder,
) -> None:
    came(order, 24, key="dn1")
    reads, queries = [], []
    for number in range(6):
        invoiced(order, (4, "2.4"), number=f"INV-{number}")
        with CaptureQueriesContext(connection) as asked:
            actions.match_again("ALPHA", "INV-0")
        reads.append(sum('FROM "purchasing_receipt"' in query["sql"] for query in asked))
        queries.append(len(asked))
        assert not any(query["sql"].startswith('UPDATE "purchasing_invoice"') for query in asked)
    assert state_of("INV-5") == "matched"
    assert reads[1] == reads[4] > 0
    assert queries[1] == queries[4]
