"""Invoices: matched with what was ordered and what came, in whatever order that happens; once each; disputed and settled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from ownstock.base.errors import Refused
from ownstock.catalog.models import Agreement, SupplyTerm
from ownstock.journal.queries import trail
from ownstock.purchasing import actions
from ownstock.purchasing.actions import ReceiptLine
from ownstock.purchasing.models import Invoice, InvoiceLine, PurchaseOrder
from ownstock.purchasing.queries.discrepancies import discrepancies
from ownstock.purchasing.rules.discrepancies import SettlementKind
from ownstock.purchasing.rules.disputes import DisputeEnd
from ownstock.purchasing.rules.invoices import ChargeKind, EnteredCharge, EnteredInvoiceLine
from tests.factories import ACTOR, Business, small_business
from tests.purchasing_cases import WANTED, alerts, came, found, invoiced, noticed, placed_order, state_of

pytestmark = pytest.mark.django_db
FREIGHT = EnteredCharge(Decimal(5), "freight")
TAX = EnteredCharge(Decimal("11.52"), "20 %", ChargeKind.TAX)


@pytest.fixture
def shop() -> Business:
    return small_business()


@pytest.fixture
def order(shop: Business) -> PurchaseOrder:
    return placed_order(shop)


def state(order: PurchaseOrder) -> str:
    order.refresh_from_db()
    return order.state


def test_an_invoice_of_what_came_is_matched_approved_and_the_order_closed(order: PurchaseOrder) -> None:
    came(order, 24, key="dn1")
    assert invoiced(order, (24, "2.4"), charges=(FREIGHT, TAX)).state == "matched"
    assert actions.approve_invoice("ALPHA", "INV-1", actor=ACTOR).state == "approved"
    assert (state(order), alerts()) == ("closed", [])
    verbs = [event.verb for event in trail("invoice:ALPHA/INV-1")]
    assert verbs == ["purchasing.invoice_taken", "purchasing.invoice_matched", "purchasing.invoice_approved"]


def test_an_invoice_waits_for_its_goods_and_is_matched_when_they_come(order: PurchaseOrder) -> None:
    assert (invoiced(order, (24, "2.4")).state, found()) == ("waiting", ["not_received"])
    came(order, 10, key="dn1")
    assert state_of() == "waiting"
    came(order, 14, key="dn2")
    assert (state_of(), found(), state(order)) == ("matched", [], "closed")


@pytest.mark.parametrize("steps", list(permutations(["notice", "receipt", "invoice"])))
def test_notice_receipt_and_invoice_end_the_same_in_any_order(order: PurchaseOrder, steps: Sequence[str]) -> None:
    deeds: dict[str, Callable[[], object]] = {
        "notice": lambda: noticed(order, 24),
        "receipt": lambda: came(order, 24, key="dn1"),
        "invoice": lambda: invoiced(order, (24, "2.4")),
    }
    for step in steps:
        deeds[step]()
    assert (state_of(), state(order), alerts()) == ("matched", "closed", [])


def test_a_short_shipment_invoiced_in_full_is_disputed_until_a_credit_note_evens_it(order: PurchaseOrder) -> None:
    came(order, 20, key="dn1")
    invoiced(order, (24, "2.4"))
    assert state_of() == "waiting"
    actions.cut(order.number, 1, Decimal(4), actor=ACTOR, reason="will not come")
    assert (state_of(), found(), alerts()) == ("disputed", ["quantity_over"], ["invoice_disputed"])
    assert invoiced(order, (-4, "2.4"), number="CN-1").state == "matched"
    assert (state_of(), alerts(), state(order)) == ("matched", [], "closed")


def test_an_over_shipment_invoiced_in_full_is_disputed_until_the_goods_are_accepted(order: PurchaseOrder) -> None:
    came(order, 30, key="dn1")
    assert (invoiced(order, (30, "2.4")).state, found()) == ("disputed", ["quantity_over"])
    actions.settle_discrepancy(discrepancies()[0].pk, SettlementKind.ACCEPTED, reason="we keep them", actor=ACTOR)
    assert (state_of(), alerts()) == ("matched", [])


def test_damaged_goods_are_not_paid_for_until_they_are_accepted(order: PurchaseOrder) -> None:
    damaged = ReceiptLine(1, Decimal(20), damaged=Decimal(4), reason="crushed")
    actions.receive(order.number, [damaged], key="dn1", received_on=WANTED, actor=ACTOR)
    assert invoiced(order, (24, "2.4")).state == "disputed"
    actions.settle_discrepancy(discrepancies()[0].pk, SettlementKind.ACCEPTED, reason="only the box", actor=ACTOR)
    assert state_of() == "matched"


def test_goods_that_went_back_are_not_paid_for(order: PurchaseOrder) -> None:
    came(order, 24, key="dn1")
    actions.send_back("dn1", 1, Decimal(4), key="b1", reason="wrong colour", actor=ACTOR)
    assert invoiced(order, (24, "2.4")).state == "disputed"
    invoiced(order, (-4, "2.4"), number="CN-1")
    assert (state_of(), state(order)) == ("matched", "closed")


def test_an_invoice_sent_twice_counts_once_and_is_told(order: PurchaseOrder) -> None:
    first = invoiced(order, (24, "2.4"))
    assert invoiced(order, (24, "2.4")).pk == first.pk
    assert alerts() == []
    assert invoiced(order, (24, "2.4"), key="again").pk == first.pk
    assert (Invoice.objects.count(), alerts()) == (1, ["invoice_duplicate"])


@pytest.mark.parametrize("key", ["m:INV-1", "another"])
def test_a_number_or_message_with_other_content_is_refused_and_told(order: PurchaseOrder, key: str) -> None:
    invoiced(order, (24, "2.4"))
    with pytest.raises(Refused, match="came before with other content"):
        invoiced(order, (24, "2.5"), key=key)
    assert (Invoice.objects.count(), alerts()) == (1, ["invoice_conflict"])


def test_the_same_goods_under_another_number_are_invoiced_twice(order: PurchaseOrder) -> None:
    came(order, 24, key="dn1")
    invoiced(order, (24, "2.4"))
    invoiced(order, (24, "2.4"), number="INV-2")
    assert (state_of(), state_of("INV-2"), found("INV-2")) == ("matched", "disputed", ["invoiced_twice"])


@pytest.mark.parametrize(
    ("price", "wanted", "codes"),
    [("2.5", "disputed", ["price_over"]), ("2.3", "matched", ["price_under"]), ("2.4004", "matched", [])],
)
def test_a_price_above_the_order_is_disputed_and_one_below_only_told(
    order: PurchaseOrder, price: str, wanted: str, codes: list[str]
) -> None:
    came(order, 24, key="dn1")
    assert (invoiced(order, (24, price)).state, found()) == (wanted, codes)


def test_tolerances_are_the_agreements_or_else_the_companys(order: PurchaseOrder) -> None:
    came(order, 24, key="dn1")
    invoiced(order, (24, "2.5"))
    actions.set_match_policy(price_tolerance_percent=Decimal(5), actor=ACTOR)
    assert actions.match_again("ALPHA", "INV-1").state == "matched"
    Agreement.objects.create(
        supplier=order.supplier, code="A", valid_from=date(2020, 1, 1), currency="EUR", net_days=14,
        price_tolerance_percent=1,
    )  # fmt: skip
    assert actions.match_again("ALPHA", "INV-1").state == "disputed"
    assert invoiced(order, (1, "2.4"), number="INV-2").due_on == WANTED + timedelta(days=14)


@pytest.mark.parametrize(
    ("line", "said", "code"),
    [
        (EnteredInvoiceLine(Decimal(1), Decimal(1), code="SAUCER"), {}, "not_ordered"),
        (EnteredInvoiceLine(Decimal(1), Decimal(1), "PO-999999", 1), {}, "not_ordered"),
        (EnteredInvoiceLine(Decimal(1), Decimal(1), "?", 7), {}, "not_ordered"),
        (EnteredInvoiceLine(Decimal(1), Decimal(1), "?", 1), {"currency": "USD"}, "currency_differs"),
        (EnteredInvoiceLine(Decimal(1), Decimal(1), "?", 1, unit="pallet"), {}, "unit_differs"),
    ],
)
def test_what_was_not_ordered_so_is_kept_and_disputed(
    order: PurchaseOrder, line: EnteredInvoiceLine, said: dict[str, str], code: str
) -> None:
    came(order, 24, key="dn1")
    named = EnteredInvoiceLine(
        line.quantity, line.price, line.order_number.replace("?", order.number), line.line, line.code, line.unit
    )
    assert (invoiced(None, lines=[named], total="1", **said).state, found()) == ("disputed", [code])


def test_an_invoice_counts_in_the_unit_of_the_order(shop: Business) -> None:
    SupplyTerm.objects.update(purchase_unit="box", units_numerator=12)
    order = placed_order(shop)
    came(order, 24, key="dn1")
    line = EnteredInvoiceLine(Decimal(2), Decimal("28.8"), order.number, 1, unit="box")
    assert invoiced(order, lines=[line], total="57.60").state == "matched"
    assert InvoiceLine.objects.get().stock_price == Decimal("2.4")


@pytest.mark.parametrize(
    ("lines", "total", "sentence"),
    [
        ([(24, "2.4")], "60.00", r"lines 57.60 and charges and taxes 0.00 are 57.60, its total is 60.00.*of 2.40"),
        ([(24, "2.4")], "57.62", "does not add up"),
        ([(24, "-2.4")], "-57.60", "price -2.4 is below zero"),
        ([], "1", "needs 1 to"),
    ],
)
def test_an_invoice_that_does_not_add_up_is_refused_naming_the_difference(
    order: PurchaseOrder, lines: list[tuple[int, str]], total: str, sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        invoiced(order, *lines, total=total)
    assert not Invoice.objects.exists()


def test_a_cent_a_line_is_forgiven(order: PurchaseOrder) -> None:
    assert invoiced(order, (24, "2.4"), total="57.61").total == Decimal("57.61")


def test_only_what_is_matched_is_approved(order: PurchaseOrder) -> None:
    invoiced(order, (24, "2.4"))
    with pytest.raises(Refused, match=r"only what is matched can be approved\. Line 1: 24 of 24 have not come yet"):
        actions.approve_invoice("ALPHA", "INV-1", actor=ACTOR)
    with pytest.raises(Refused, match="no invoice INV-9"):
        actions.approve_invoice("ALPHA", "INV-9", actor=ACTOR)


def test_who_received_or_ordered_does_not_approve_where_the_company_keeps_that_apart(order: PurchaseOrder) -> None:
    came(order, 24, key="dn1")
    invoiced(order, (24, "2.4"))
    actions.set_match_policy(is_approver_apart=True, actor=ACTOR)
    with pytest.raises(Refused, match="test received these goods"):
        actions.approve_invoice("ALPHA", "INV-1", actor=ACTOR)
    assert actions.approve_invoice("ALPHA", "INV-1", actor="other").approved_by == "other"


@pytest.mark.parametrize(
    ("lines", "end"), [((24, "2.5"), DisputeEnd.PRICE_ACCEPTED), ((26, "2.4"), DisputeEnd.QUANTITY_ACCEPTED)]
)
def test_a_dispute_ends_by_accepting_what_it_is_about(
    order: PurchaseOrder, lines: tuple[int, str], end: DisputeEnd
) -> None:
    came(order, 24, key="dn1")
    invoiced(order, lines)
    other = next(e for e in (DisputeEnd.PRICE_ACCEPTED, DisputeEnd.QUANTITY_ACCEPTED) if e != end)
    assert actions.settle_dispute("ALPHA", "INV-1", other, reason="not this", actor=ACTOR).state == "disputed"
    assert actions.settle_dispute("ALPHA", "INV-1", end, reason="agreed by phone", actor=ACTOR).state == "matched"
    assert alerts() == []


def test_a_dispute_is_evened_only_by_a_credit_note_that_is_there(order: PurchaseOrder) -> None:
    came(order, 24, key="dn1")
    invoiced(order, (24, "2.5"))
    with pytest.raises(Refused, match="has sent no credit note CN-1"):
        actions.settle_dispute("ALPHA", "INV-1", DisputeEnd.CREDITED, reason="x", actor=ACTOR, credit_note="CN-1")
    both = [
        EnteredInvoiceLine(Decimal(-24), Decimal("2.5"), order.number, 1),
        EnteredInvoiceLine(Decimal(24), Decimal("2.4"), order.number, 1),
    ]
    invoiced(order, lines=both, total="-2.40", number="CN-1")
    done = actions.settle_dispute("ALPHA", "INV-1", DisputeEnd.CREDITED, reason="x", actor=ACTOR, credit_note="CN-1")
    assert (done.state, state_of("CN-1"), state(order)) == ("matched", "matched", "closed")


def test_what_a_person_disputes_stays_so_until_a_person_ends_it(order: PurchaseOrder) -> None:
    came(order, 24, key="dn1")
    invoiced(order, (24, "2.4"))
    actions.dispute_invoice("ALPHA", "INV-1", reason="the freight was not agreed", actor=ACTOR)
    assert (actions.match_again("ALPHA", "INV-1").state, alerts()) == ("disputed", ["invoice_disputed"])
    done = actions.settle_dispute("ALPHA", "INV-1", DisputeEnd.RESOLVED, reason="it was", actor=ACTOR)
    assert (done.state, alerts()) == ("matched", [])
    with pytest.raises(Refused, match="nothing is disputed"):
        actions.settle_dispute("ALPHA", "INV-1", DisputeEnd.RESOLVED, reason="it was", actor=ACTOR)


def test_a_receipt_taken_back_leaves_its_invoice_waiting_or_told_where_it_is_approved(order: PurchaseOrder) -> None:
    came(order, 24, key="dn1")
    invoiced(order, (24, "2.4"))
    actions.take_back("dn1", new_key="dn1:back", actor=ACTOR, reason="counted wrong")
    assert (state_of(), state(order)) == ("waiting", "placed")
    came(order, 24, key="dn2")
    actions.approve_invoice("ALPHA", "INV-1", actor=ACTOR)
    actions.take_back("dn2", new_key="dn2:back", actor=ACTOR, reason="counted wrong")
    assert (state_of(), alerts()) == ("approved", ["invoice_unbacked"])
    came(order, 24, key="dn3")
    assert (alerts(), state(order)) == ([], "closed")


def test_a_cancelled_invoice_no_longer_counts_and_its_number_is_free(order: PurchaseOrder) -> None:
    came(order, 24, key="dn1")
    invoiced(order, (24, "2.5"))
    actions.cancel_invoice("ALPHA", "INV-1", reason="typed wrongly", actor=ACTOR)
    assert (state(order), alerts()) == ("received", [])
    assert (invoiced(order, (24, "2.4"), key="m2").state, state(order)) == ("matched", "closed")


def test_one_invoice_may_ask_for_the_goods_of_several_orders(shop: Business, order: PurchaseOrder) -> None:
    other = placed_order(shop)
    lines = [EnteredInvoiceLine(Decimal(24), Decimal("2.4"), o.number, 1) for o in (order, other)]
    invoiced(None, lines=lines, total="115.20")
    came(order, 24, key="dn1")
    assert (state_of(), state(order), state(other)) == ("waiting", "closed", "placed")
    came(other, 24, key="dn2")
    assert (state_of(), state(other)) == ("matched", "closed")
