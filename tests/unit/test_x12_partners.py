"""What is agreed with an X12 partner, orders as this partner reads them, and whether an interchange is from it and for us."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from ownstock.base.errors import Refused
from ownstock.exchange.documents import OrderChangeDocument, OrderDocument, Purpose
from ownstock.exchange.partners import SETTINGS, Days, LineNumbers, PartnerProfile, Version, profile_of
from ownstock.exchange.rules import OrderTopic, WrittenOrder
from ownstock.exchange.x12.problems import Strictness
from ownstock.exchange.x12.reading import read
from ownstock.exchange.x12.rendering import render_answers, render_order, replacements
from ownstock.exchange.x12.taking import take
from ownstock.exchange.x12.written_orders import document_for
from tests.edi_partner import profile, written_line, written_order
from tests.x12_cases import ANSWER, ORDER, changed, interchange

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SIDES = {"our_id": "ZZ:OWNSTOCK", "their_id": "ZZ:SUPPLIER", "test": "yes"}
OF_CASES = profile_of(SIDES)
IN_BOXES = {"purchase_unit": "box", "units_numerator": 12, "units_denominator": 1}


def test_what_is_not_set_has_its_usual_value() -> None:
    spoken = profile_of({"our_id": "ZZ:OURS", "their_id": "01:123456789"})
    assert (spoken.ours.id, spoken.theirs.kind, spoken.is_test) == ("OURS", "01", False)
    assert (spoken.version, spoken.strictness, spoken.sends_answers) == (Version.V4010, Strictness.TOLERANT, True)
    assert spoken.conventions.transit_days is None


def test_every_setting_is_read() -> None:
    said = {
        "our_group": "OURS-EDI", "their_group": "THEIRS-EDI", "version": "5010", "delimiters": "|:~", "profile": "strict",
        "line_numbers": "theirs", "units": "stem=ST, bunch=BU/BN", "item_codes": "sku", "days": "shipping",
        "transit_days": "4", "sends_answers": "no", "asks_for_ta1": "yes", "change_answers": "855",
        "cancels_by": "850", "replaces_delimiters": "yes",
    }  # fmt: skip
    assert {setting.name for setting in SETTINGS} == {*said, *SIDES}
    spoken = profile_of(SIDES | said)
    assert (spoken.ours.group, spoken.delimiters.characters, spoken.item_codes) == ("OURS-EDI", "|:^~", ("sku",))
    assert spoken.conventions.line_numbers is LineNumbers.THEIRS
    assert (spoken.conventions.days, spoken.conventions.transit_days) == (Days.SHIPPING, 4)
    assert spoken.conventions.codes_of("bunch") == ("BU", "BN")
    assert (
        spoken.cancels_by_order,
        spoken.conventions.answers_changes_as_orders,
        spoken.asks_for_envelope_answers,
    ) == (True,) * 3


def test_all_that_is_wrong_with_a_partner_is_told_at_once() -> None:
    wrong = {
        "our_id": "OURS",
        "units": "box",
        "transit_days": "soon",
        "test": "maybe",
        "delimiters": "***",
        "version": "3",
    }
    with pytest.raises(Refused, match="their_id is missing") as refusal:
        profile_of(wrong)
    faults = refusal.value.facts["faults"]
    assert isinstance(faults, list)
    assert [fault.split()[0] for fault in faults] == [
        "our_id", "their_id", "version", "delimiters", "test", "units", "transit_days",
    ]  # fmt: skip


def test_units_go_by_their_usual_codes_unless_agreed_otherwise() -> None:
    usual = profile().conventions
    assert usual.codes_of("piece") == ("EA", "PC")
    assert usual.codes_of("KG") == usual.codes_of("kg") == ("KG",)
    assert usual.codes_of("bouquet") == ()


def in_boxes(quantity: str = "120", price: str = "0.50") -> WrittenOrder:
    return written_order(written_line(1, "WIDGET-001", quantity, price=Decimal(price), **IN_BOXES))


def test_an_order_is_told_in_the_unit_that_the_supplier_sells_in() -> None:
    told = document_for(in_boxes(), profile())
    assert isinstance(told, OrderDocument)
    (line,) = told.lines
    assert (line.quantity, line.unit, line.price) == (Decimal(10), "BX", Decimal("6"))
    assert document_for(in_boxes("123"), profile()).lines[0].quantity == Decimal("10.25")


@pytest.mark.parametrize(
    ("order", "what"), [(in_boxes("100"), "quantity"), (written_order(written_line(
        1, "WIDGET-001", "7", price=Decimal("0.10"), purchase_unit="box", units_numerator=7, units_denominator=3)), "price")]
)  # fmt: skip
def test_what_no_decimal_says_exactly_is_refused_and_never_rounded(order: WrittenOrder, what: str) -> None:
    with pytest.raises(Refused, match=f"the {what} .* has no exact decimal per box") as refusal:
        document_for(order, profile())
    assert refusal.value.code == "no_exact_decimal"


def test_a_unit_without_a_code_is_refused_with_what_to_do() -> None:
    order = written_order(written_line(1, "WIDGET-001", "1", unit="bouquet", purchase_unit="bouquet"))
    with pytest.raises(Refused, match="add it to the setting units"):
        document_for(order, profile())
    assert document_for(order, profile(units="bouquet=BU")).lines[0].unit == "BU"


def test_items_are_named_by_the_codes_agreed_on_and_always_by_one() -> None:
    line = written_line(1, "WIDGET-001", "1")
    both = document_for(written_order(line), profile(item_codes="sku,supplier_sku")).lines[0].codes
    ours = document_for(written_order(replace(line, supplier_sku="")), profile()).lines[0].codes
    assert (both.sku, both.supplier_sku) == ("OUR-WIDGET-001", "WIDGET-001")
    assert (ours.sku, ours.supplier_sku) == ("OUR-WIDGET-001", "")


def test_a_partner_who_counts_by_shipping_is_asked_for_a_day_of_shipping() -> None:
    order = written_order(written_line(1, "WIDGET-001", "1"))
    raw = render_order(order, profile(days="shipping", transit_days="3"), 1, 1, AT)
    assert b"DTM*010*20260313~" in raw
    assert b"DTM*002" not in raw


def test_the_same_order_under_the_same_numbers_is_the_same_bytes() -> None:
    first, second = (render_order(in_boxes(), profile(), 7, 9, AT) for _ in range(2))
    assert first == second
    assert b"*000000007*0*T*" in first
    assert b"GS*PO*ACME*MOCKEDI*20260302*0930*9*X*004010~" in first


def test_a_partner_of_5010_is_written_to_in_5010_and_by_its_group_codes() -> None:
    raw = render_order(in_boxes(), profile(version="5010", their_group="MOCK-EDI", asks_for_ta1="yes"), 7, 9, AT)
    assert b"*^*00501*000000007*1*T*" in raw
    assert b"GS*PO*ACME*MOCK-EDI*20260302*0930*9*X*005010~" in raw
    assert read(raw, Strictness.STRICT).problems == ()


def test_a_sign_that_divides_is_refused_or_becomes_a_blank_that_is_told() -> None:
    order = written_order(written_line(1, "WIDGET-001", "1", description="Cup*blue"))
    with pytest.raises(Refused, match="divides"):
        render_order(order, profile(), 1, 1, AT)
    replaces = profile(replaces_delimiters="yes")
    assert b"PID*F****Cup blue~" in render_order(order, replaces, 1, 1, AT)
    (told,) = replacements(document_for(order, replaces), replaces)
    assert '"Cup*blue" is told as "Cup blue"' in told
    assert replacements(document_for(order, profile()), profile()) == []


def test_a_sign_that_divides_is_never_replaced_in_a_code() -> None:
    order = written_order(written_line(1, "WIDGET-001", "1", supplier_sku="CUP*1"))
    with pytest.raises(Refused, match="divides"):
        render_order(order, profile(replaces_delimiters="yes"), 1, 1, AT)


FIRST, SECOND, THIRD = (written_line(n, item, "10") for n, item in enumerate(("WIDGET-001", "BRKT-050", "PANEL-A3"), 1))


def later(topic: OrderTopic, *lines: Any) -> WrittenOrder:
    before = written_order(FIRST, SECOND)
    return replace(before, revision=2, topic=topic, before=before.lines, lines=lines)


def test_a_change_tells_what_became_of_each_line_and_nothing_of_the_others() -> None:
    change = later(OrderTopic.CHANGED, FIRST, replace(SECOND, quantity=Decimal(0)), THIRD)
    told = document_for(change, profile())
    assert isinstance(told, OrderChangeDocument)
    assert (told.purpose, told.change_number) == (Purpose.CHANGE, "2")
    assert [(line.line, line.change) for line in told.lines] == [("2", "cancelled"), ("3", "added")]
    raw = render_order(change, profile(), 2, 2, AT)
    assert b"POC*2*DI*10**EA*4.15**VP*BRKT-050~" in raw
    assert b"POC*3*AI*10**EA*124.5**VP*PANEL-A3~" in raw


def test_a_line_that_changes_is_told_with_all_that_holds_now() -> None:
    change = later(OrderTopic.CHANGED, replace(FIRST, quantity=Decimal(12), requested_on=date(2026, 4, 1)), SECOND)
    raw = render_order(change, profile(), 2, 2, AT)
    assert b"POC*1*CA*12**EA*12.5**VP*WIDGET-001~" in raw
    assert b"DTM*002*20260401~" in raw


@pytest.mark.parametrize(("by", "opening"), [("860", b"BCH*01*SA*PO-000012"), ("850", b"BEG*01*SA*PO-000012")])
def test_an_order_is_cancelled_as_was_agreed(by: str, opening: bytes) -> None:
    raw = render_order(later(OrderTopic.CANCELLED), profile(cancels_by=by), 2, 2, AT)
    assert opening in raw
    assert read(raw, Strictness.STRICT).is_accepted


def test_a_reminder_is_the_order_once_more_and_says_so() -> None:
    assert b"BEG*07*SA*PO-000012" in render_order(later(OrderTopic.CHASED, FIRST, SECOND), profile(), 2, 2, AT)


def test_what_comes_from_the_partner_is_taken_with_its_identity() -> None:
    taken = take(interchange(ANSWER), OF_CASES)
    assert (taken.faults, taken.identity) == ((), "ZZ:SUPPLIER 000000007")
    assert [type(document).__name__ for document in taken.documents] == ["AcknowledgementDocument"]


@pytest.mark.parametrize(
    ("spoken", "place"),
    [
        (profile_of(SIDES | {"their_id": "ZZ:OTHER"}), "segment 1 (ISA), element 6"),
        (profile_of(SIDES | {"our_id": "01:OWNSTOCK"}), "segment 1 (ISA), element 8"),
        (profile_of(SIDES | {"test": "no"}), "segment 1 (ISA), element 15"),
    ],
)
def test_what_is_from_others_for_others_or_a_test_is_set_aside(spoken: PartnerProfile, place: str) -> None:
    (fault,) = take(interchange(ANSWER), spoken).faults
    assert fault.place == place
    assert "hannel" in fault.sentence


def test_what_breaks_and_what_is_not_read_is_told_with_its_segment() -> None:
    broken = changed(interchange(ORDER), "GE*1", "GE*2")
    assert [fault.place for fault in take(broken, OF_CASES).faults] == ["segment 19 (GE), element 1"]
    unread = interchange(("ST*940*0001", "W05*N*1", "SE*3*0001"))
    assert [(fault.code, fault.place) for fault in take(unread, OF_CASES).faults] == [("kind_unread", "segment 3 (ST)")]


def test_an_answer_holds_what_was_asked_for_and_nothing_where_nothing_was() -> None:
    asks = read(changed(interchange(ANSWER), "*000000007*0*T", "*000000007*1*T"))
    both = render_answers(asks, OF_CASES, 5, 6, AT)
    assert both is not None
    assert b"TA1*000000007*260302*0930*A*000~\nGS*FA*" in both
    envelope_alone = render_answers(asks, profile_of(SIDES | {"sends_answers": "no"}), 5, 6, AT)
    assert envelope_alone is not None
    assert b"TA1*" in envelope_alone
    assert b"GS*" not in envelope_alone
    assert render_answers(read(interchange(ANSWER)), profile_of(SIDES | {"sends_answers": "no"}), 5, 6, AT) is None
