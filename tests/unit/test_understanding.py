"""What documents of suppliers mean, and what of them cannot be understood: nothing is half applied."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ownstock.exchange.documents import (
    AcknowledgedLine,
    AcknowledgementDocument,
    AnsweredPart,
    Charge,
    InterchangeAnswerDocument,
    InvoicedLine,
    InvoiceDocument,
    ItemCodes,
    LineStatus,
    OrderDocument,
    Purpose,
    ShippedLine,
    ShippingNoticeDocument,
    SyntaxVerdict,
    Tax,
    Verdict,
)
from ownstock.exchange.partners import Conventions, Days, LineNumbers
from ownstock.exchange.understanding import Answer, SentOrder, Understood, order_numbers, understand
from ownstock.purchasing.rules.answers import LineAnswer, Promise
from ownstock.purchasing.rules.invoices import ChargeKind, EnteredInvoice, InvoiceKind
from ownstock.purchasing.rules.notices import Notice, NoticePurpose
from tests.edi_partner import written_line, written_order

ASKED_FOR = date(2026, 3, 16)
BOXES = {"purchase_unit": "box", "units_numerator": 12, "units_denominator": 1, "price": Decimal("0.50")}
FIRST = written_line(1, "WIDGET-001", "100", sku="CUP")
SECOND = written_line(2, "BRKT-050", "48", sku="TEA", **BOXES)
ORDER = written_order(FIRST, SECOND)
CONVENTIONS = Conventions(transit_days=3)


def meant(document: Any, *revisions: Any, conventions: Conventions = CONVENTIONS, supplier: str = "S-1") -> Understood:
    order = SentOrder(revisions or (ORDER,))
    return understand(document, {order.first.number: order}, conventions, supplier)


def part(status: LineStatus = LineStatus.ACCEPTED, quantity: str | None = None, **facts: Any) -> AnsweredPart:
    return AnsweredPart(status=status, quantity=None if quantity is None else Decimal(quantity), **facts)


def answer(*lines: AcknowledgedLine, verdict: Verdict = Verdict.DETAILED, **facts: Any) -> AcknowledgementDocument:
    said: dict[str, Any] = {"order_number": "PO-000012", "ordered_on": date(2026, 3, 2)} | facts
    return AcknowledgementDocument(verdict=verdict, lines=lines, **said)


def line(number: int, *parts: AnsweredPart, **facts: Any) -> AcknowledgedLine:
    codes = {1: ItemCodes(supplier_sku="WIDGET-001"), 2: ItemCodes(sku="TEA")}
    said: dict[str, Any] = {"line": str(number), "codes": codes.get(number, ItemCodes()), "unit": "EA"} | facts
    return AcknowledgedLine(answers=parts, place=f"segment {number} (PO1)", **said)


BOTH = (line(1, part()), line(2, part()))


def answers(document: AcknowledgementDocument, *revisions: Any, **facts: Any) -> tuple[LineAnswer, ...]:
    found = meant(document, *revisions, **facts)
    assert isinstance(found.effect, Answer), found.faults
    return found.effect.answers


def faults(document: Any, *revisions: Any, **facts: Any) -> list[str]:
    found = meant(document, *revisions, **facts)
    assert found.effect is None
    assert found.remarks == ()
    assert all(fault.sentence for fault in found.faults)
    return [fault.code for fault in found.faults]


def promised(number: int, *promises: tuple[str, date]) -> LineAnswer:
    return LineAnswer(number, tuple(Promise(Decimal(quantity), on) for quantity, on in promises))


def test_an_order_accepted_without_detail_is_promised_as_asked_for() -> None:
    assert answers(answer(verdict=Verdict.ACCEPTED)) == (
        promised(1, ("100", ASKED_FOR)),
        promised(2, ("48", ASKED_FOR)),
    )


def test_an_order_refused_without_detail_is_promised_nothing() -> None:
    found = meant(answer(verdict=Verdict.REJECTED))
    assert isinstance(found.effect, Answer)
    assert found.effect.answers == (promised(1), promised(2))


def test_a_line_is_divided_as_the_supplier_says() -> None:
    early, late = date(2026, 3, 10), date(2026, 4, 1)
    now = part(quantity="60", unit="EA", promised_on=early)
    rest = part(LineStatus.BACKORDERED, "40", unit="EA", promised_on=late)
    found = meant(answer(line(1, now, rest), line(2, part())))
    assert isinstance(found.effect, Answer)
    assert found.effect.answers[0] == promised(1, ("60", early), ("40", late))


def test_quantities_are_stock_units_exactly_whatever_unit_the_supplier_counts_in() -> None:
    boxes = line(2, part(LineStatus.CHANGED, "2.5", unit="BX"), unit="BX")
    pieces = line(2, part(LineStatus.CHANGED, "30", unit="EA"))
    assert answers(answer(BOTH[0], boxes))[1] == answers(answer(BOTH[0], pieces))[1] == promised(2, ("30", ASKED_FOR))


def test_a_line_backordered_as_a_whole_keeps_its_quantity_on_its_new_day() -> None:
    later = date(2026, 4, 1)
    whole = line(1, part(LineStatus.BACKORDERED, "0", unit="EA", promised_on=later))
    assert answers(answer(whole, BOTH[1]))[0] == promised(1, ("100", later))


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ((part(LineStatus.BACKORDERED, "100", unit="EA"),), "line_without_date"),
        ((part(LineStatus.CHANGED, "100", unit="EA", code="SP"),), "line_without_date"),
        ((part(LineStatus.HELD),), "line_held"),
        ((part(LineStatus.SUBSTITUTED, "100", unit="EA"),), "line_substituted"),
        ((part(quantity="60", unit="EA"),), "line_incomplete"),
        ((part(quantity="60", unit="EA"), part(LineStatus.SUBSTITUTED, "40", unit="EA")), "line_substituted"),
        ((), "line_unanswered"),
    ],
)
def test_what_a_person_has_to_decide_leaves_the_line_as_it_was(parts: tuple[AnsweredPart, ...], kind: str) -> None:
    found = meant(answer(line(1, *parts), BOTH[1]))
    assert isinstance(found.effect, Answer)
    assert [one.line for one in found.effect.answers] == [2]
    assert [(remark.kind, remark.line) for remark in found.remarks] == [(kind, 1)]
    assert "stays as it was" in found.remarks[0].sentence


def test_a_day_of_shipping_is_one_of_arrival_some_days_later() -> None:
    ships = line(1, part(quantity="100", unit="EA", shipping_on=date(2026, 3, 10)))
    assert answers(answer(ships, BOTH[1]))[0] == promised(1, ("100", date(2026, 3, 13)))
    assert faults(answer(ships, BOTH[1]), conventions=Conventions()) == ["transit_days_unknown"]


def test_a_partner_who_speaks_of_shipping_is_taken_at_its_word() -> None:
    says = line(1, part(quantity="100", unit="EA", promised_on=date(2026, 3, 10)))
    by_shipping = Conventions(days=Days.SHIPPING, transit_days=4)
    assert answers(answer(says, BOTH[1]), conventions=by_shipping)[0] == promised(1, ("100", date(2026, 3, 14)))


def test_a_price_is_told_as_that_of_a_stock_unit() -> None:
    said = [line(2, part(), unit="BX", price=Decimal(price)) for price in ("6.00", "6.01")]
    assert [answers(answer(BOTH[0], one))[1].price for one in said] == [Decimal("0.50"), Decimal("0.5008")]


def test_lines_that_an_exception_answer_does_not_name_are_accepted() -> None:
    found = answers(answer(line(1, part(LineStatus.REJECTED)), verdict=Verdict.EXCEPTED))
    assert found == (promised(1), promised(2, ("48", ASKED_FOR)))


def test_lines_that_nobody_speaks_of_stay_and_people_are_told() -> None:
    found = meant(answer(BOTH[0]))
    assert isinstance(found.effect, Answer)
    assert [one.line for one in found.effect.answers] == [1]
    assert [remark.kind for remark in found.remarks] == ["line_unanswered"]


CHANGED_LINE = replace(FIRST, quantity=Decimal(120))
SECOND_REVISION = replace(ORDER, revision=2, lines=(CHANGED_LINE, SECOND))


def test_an_answer_to_the_order_is_one_to_its_first_revision_and_one_to_a_change_names_its_own() -> None:
    first = meant(answer(*BOTH), ORDER, SECOND_REVISION).effect
    second = meant(answer(BOTH[0], change_number="2"), ORDER, SECOND_REVISION).effect
    assert isinstance(first, Answer)
    assert isinstance(second, Answer)
    assert (first.revision, second.revision) == (1, 2)
    assert second.answers == (promised(1, ("120", ASKED_FOR)),)


def test_an_answer_about_a_line_that_was_taken_out_is_heard_only_where_it_promises_goods() -> None:
    without = replace(ORDER, revision=2, lines=(CHANGED_LINE,))
    agrees = answer(BOTH[0], line(2, part(LineStatus.REJECTED, "0", unit="EA")), change_number="2")
    promises = answer(BOTH[0], line(2, part(quantity="48", unit="EA")), change_number="2")
    assert answers(agrees, ORDER, without) == answers(promises, ORDER, without) == (promised(1, ("120", ASKED_FOR)),)
    assert meant(agrees, ORDER, without).remarks == ()
    assert [(one.kind, one.line) for one in meant(promises, ORDER, without).remarks] == [("line_not_wanted", 2)]


def test_a_partner_who_answers_changes_as_orders_answers_what_was_sent_last() -> None:
    by_855 = Conventions(answers_changes_as_orders=True)
    found = meant(answer(*BOTH), ORDER, SECOND_REVISION, conventions=by_855).effect
    assert isinstance(found, Answer)
    assert (found.revision, found.answers[0]) == (2, promised(1, ("120", ASKED_FOR)))


def test_an_answer_to_a_change_that_was_never_sent_is_set_aside() -> None:
    assert faults(answer(*BOTH, change_number="7")) == ["change_unknown"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (line(1, part(), codes=ItemCodes(sku="POT")), "other_item"),
        (line(9, part()), "line_unknown"),
        (line(9, part(), codes=ItemCodes(sku="POT")), "line_unknown"),
        (line(2, part()), "line_twice"),
        (line(1, part(LineStatus.UNKNOWN, code="Q9")), "status_unknown"),
        (line(1, part(quantity="100", unit="KG")), "unit_unknown"),
        (line(1, part(quantity="-1", unit="EA")), "bad_quantity"),
        (line(1, part(quantity="0.00001", unit="EA")), "no_exact_quantity"),
        (line(1, part(quantity="60", unit="EA"), part()), "part_without_quantity"),
    ],
)
def test_one_line_that_cannot_be_understood_sets_the_whole_aside_and_is_named(
    wrong: AcknowledgedLine, code: str
) -> None:
    document = answer(BOTH[1], wrong)
    assert faults(document) == [code]
    assert meant(document).faults[0].place == wrong.place


def test_every_fault_is_told_at_once() -> None:
    assert faults(answer(line(8, part()), line(9, part()))) == ["line_unknown", "line_unknown"]


@pytest.mark.parametrize(
    ("facts", "supplier", "code"),
    [
        ({"order_number": "PO-999999"}, "S-1", "order_unknown"),
        ({"order_number": ""}, "S-1", "order_unknown"),
        ({}, "S-2", "other_supplier"),
        ({"currency": "EUR"}, "S-1", "other_currency"),
    ],
)
def test_an_answer_that_is_not_about_an_order_to_this_supplier_is_set_aside(
    facts: dict[str, Any], supplier: str, code: str
) -> None:
    assert faults(answer(*BOTH, **facts), supplier=supplier) == [code]


def test_lines_with_numbers_of_the_suppliers_own_are_found_by_their_item() -> None:
    theirs = Conventions(line_numbers=LineNumbers.THEIRS)
    turned = (line(1, part(), codes=ItemCodes(sku="TEA")), line(2, part(), codes=ItemCodes(sku="CUP")))
    assert [one.line for one in answers(answer(*turned), conventions=theirs)] == [1, 2]
    twice = replace(ORDER, lines=(FIRST, replace(FIRST, line=2)))
    assert faults(answer(line(7, part(), codes=ItemCodes(sku="CUP"))), twice, conventions=theirs) == ["line_ambiguous"]


def notice(*lines: ShippedLine, **facts: Any) -> ShippingNoticeDocument:
    said: dict[str, Any] = {"number": "SHIP-1", "written_on": date(2026, 3, 9), "shipped_on": date(2026, 3, 9)} | facts
    return ShippingNoticeDocument(lines=lines, **said)


def goods(number: int, quantity: str, unit: str = "EA", **facts: Any) -> ShippedLine:
    said: dict[str, Any] = {"order_number": "PO-000012", "line": str(number), "place": f"segment {number} (HL)"} | facts
    return ShippedLine(quantity=Decimal(quantity), unit=unit, **said)


def test_a_notice_is_told_in_stock_units_with_its_lots_and_its_day_of_arrival() -> None:
    packed = goods(2, "3", "BX", lot="L-5", expires_on=date(2028, 1, 1), marks=("0034",))
    found = meant(notice(goods(1, "100"), packed, goods(1, "0"), carrier="UPSN", bill_of_lading="B-1")).effect
    assert isinstance(found, Notice)
    assert (found.number, found.supplier, found.expected_on, found.reference) == (
        "SHIP-1",
        "S-1",
        date(2026, 3, 12),
        "B-1",
    )
    assert [(one.line, one.quantity, one.lot) for one in found.lines] == [
        (1, Decimal(100), ""),
        (2, Decimal(36), "L-5"),
    ]


def test_goods_of_a_line_that_was_taken_out_meanwhile_are_still_found() -> None:
    without = replace(ORDER, revision=2, lines=(FIRST,))
    found = meant(notice(goods(2, "48")), ORDER, without).effect
    assert isinstance(found, Notice)
    assert [one.line for one in found.lines] == [2]


@pytest.mark.parametrize(
    ("purpose", "wanted"),
    [
        (Purpose.ORIGINAL, NoticePurpose.ORIGINAL),
        (Purpose.REPLACEMENT, NoticePurpose.REPLACEMENT),
        (Purpose.CANCELLATION, NoticePurpose.CANCELLATION),
    ],
)
def test_a_notice_says_what_it_does_to_the_one_before(purpose: Purpose, wanted: NoticePurpose) -> None:
    found = meant(notice(goods(1, "100"), purpose=purpose)).effect
    assert isinstance(found, Notice)
    assert found.purpose is wanted


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (notice(goods(1, "100"), purpose=Purpose.OTHER), "purpose_unknown"),
        (notice(goods(1, "100", order_number="PO-9"), goods(2, "1", order_number="PO-9")), "order_unknown"),
        (notice(goods(9, "100")), "line_unknown"),
        (notice(goods(1, "100", "KG")), "unit_unknown"),
    ],
)
def test_a_notice_that_cannot_be_understood_is_set_aside_once(document: ShippingNoticeDocument, code: str) -> None:
    assert faults(document) == [code]


def invoiced(number: int, quantity: str, price: str, unit: str = "EA", **facts: Any) -> InvoicedLine:
    said: dict[str, Any] = {"line": str(number), "place": f"segment {number} (IT1)"} | facts
    return InvoicedLine(quantity=Decimal(quantity), price=Decimal(price), unit=unit, **said)


def invoice(*lines: InvoicedLine, **facts: Any) -> InvoiceDocument:
    said: dict[str, Any] = {"number": "INV-9", "invoiced_on": date(2026, 3, 20), "order_number": "PO-000012"} | facts
    return InvoiceDocument(lines=lines, **({"total": Decimal("67.90")} | said))


def entered(document: InvoiceDocument) -> EnteredInvoice:
    found = meant(document)
    assert isinstance(found.effect, EnteredInvoice), found.faults
    return found.effect


def test_an_invoice_keeps_the_unit_and_the_price_that_it_names() -> None:
    found = entered(invoice(invoiced(1, "5", "12.50"), invoiced(2, "1", "6.01", "BX"), currency="USD"))
    assert [(one.line, one.quantity, one.price, one.unit) for one in found.lines] == [
        (1, Decimal(5), Decimal("12.50"), "piece"),
        (2, Decimal(1), Decimal("6.01"), "box"),
    ]
    assert (found.currency, found.total, found.kind) == ("USD", Decimal("67.90"), InvoiceKind.INVOICE)


def test_charges_and_taxes_of_an_invoice_are_told_with_their_words() -> None:
    beside = Charge(amount=Decimal("-1.50"), code="C310", words="Discount")
    tax, share = Tax(code="VA", amount=Decimal("4.05")), Tax(code="ST", percent=Decimal(7), taxed=Decimal("62.50"))
    of_line = invoiced(1, "5", "12.50", charges=(Charge(amount=Decimal("9.05"), code="D240"),))
    found = entered(invoice(of_line, charges=(beside,), taxes=(tax, share)))
    assert [(one.kind, one.amount, one.words) for one in found.charges] == [
        (ChargeKind.CHARGE, Decimal("-1.50"), "Discount"),
        (ChargeKind.TAX, Decimal("4.05"), "tax VA"),
        (ChargeKind.TAX, Decimal("4.38"), "tax ST"),
        (ChargeKind.CHARGE, Decimal("9.05"), "line 1: D240"),
    ]


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_credit_note_is_below_zero_whichever_way_it_is_written(sign: str) -> None:
    found = entered(invoice(invoiced(1, f"{sign}2", "12.50"), kind="CR", total=Decimal(f"{sign}25")))
    assert (found.kind, found.total, found.lines[0].quantity) == (InvoiceKind.CREDIT_NOTE, Decimal(-25), Decimal(-2))


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (invoice(invoiced(9, "1", "1")), "line_unknown"),
        (invoice(invoiced(1, "1", "1", "KG")), "unit_unknown"),
        (invoice(invoiced(1, "1", "1", order_number="PO-9")), "order_unknown"),
        (invoice(order_number="PO-9"), "order_unknown"),
        (invoice(invoiced(1, "1", "1"), currency="EUR"), "other_currency"),
        (invoice(invoiced(1, "1", "1"), purpose=Purpose.CANCELLATION), "purpose_unknown"),
        (invoice(invoiced(1, "1", "1"), invoiced_on=None), "no_date"),
        (invoice(invoiced(1, "1", "1"), taxes=(Tax(code="VA", percent=Decimal(7)),)), "tax_without_amount"),
        (invoice(InvoicedLine(line="1", unit="EA", quantity=Decimal(1))), "no_figures"),
    ],
)
def test_an_invoice_that_cannot_be_understood_is_set_aside(document: InvoiceDocument, code: str) -> None:
    assert faults(document) == [code]


def test_an_answer_to_an_envelope_is_what_it_is() -> None:
    said = InterchangeAnswerDocument(control_number="7", verdict=SyntaxVerdict.REJECTED)
    assert meant(said).effect == said


def test_what_nothing_is_done_with_is_told_so() -> None:
    assert faults(OrderDocument(number="PO-1", ordered_on=None)) == ["not_applied"]


def test_a_document_names_its_orders_once() -> None:
    assert order_numbers(notice(goods(1, "1"), goods(2, "1"), goods(3, "1", order_number="PO-9"))) == [
        "PO-000012",
        "PO-9",
    ]
    assert order_numbers(answer()) == ["PO-000012"]
