"""Orders through X12 and back without loss; and of any document whatever an understanding that never fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from ownstock.base.errors import Refused
from ownstock.exchange import documents as told
from ownstock.exchange.documents import ChangedLine, LineChange, OrderedLine
from ownstock.exchange.partners import Conventions, Days, LineNumbers, PartnerProfile
from ownstock.exchange.rules import OrderTopic, WrittenLine, WrittenOrder
from ownstock.exchange.understanding import Answer, SentOrder, Understood, understand
from ownstock.exchange.x12.problems import Strictness
from ownstock.exchange.x12.reading import read
from ownstock.exchange.x12.rendering import render
from ownstock.exchange.x12.written_orders import document_for
from ownstock.purchasing.rules.notices import Notice
from tests.edi_partner import profile, written_line, written_order

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ITEMS = ("WIDGET-001", "BRKT-050", "PANEL-A3")
PROFILES = st.builds(
    profile,
    version=st.sampled_from(["4010", "5010"]),
    delimiters=st.sampled_from(["*>~", "|:!", "+<'"]),
    item_codes=st.sampled_from(["sku", "supplier_sku", "sku,supplier_sku"]),
    days=st.sampled_from(["delivery", "shipping"]),
    cancels_by=st.sampled_from(["850", "860"]),
)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
SIZES = st.sampled_from([("piece", 1, 1), ("box", 12, 1), ("case", 5, 2), ("dozen", 8, 1)])


@st.composite
def written_lines(draw: st.DrawFn, number: int, quantities: st.SearchStrategy[int]) -> WrittenLine:
    unit, numerator, denominator = draw(SIZES)
    quantity = Decimal(draw(quantities)) * numerator / denominator
    return written_line(
        number,
        draw(st.sampled_from(ITEMS)),
        str(quantity),
        price=Decimal(draw(st.integers(0, 10**6))).scaleb(-3),
        requested_on=draw(DAYS),
        purchase_unit=unit,
        units_numerator=numerator,
        units_denominator=denominator,
    )


def lines(quantities: st.SearchStrategy[int]) -> st.SearchStrategy[tuple[WrittenLine, ...]]:
    numbers = st.lists(st.integers(1, 6), min_size=1, max_size=5, unique=True).map(sorted)
    return numbers.flatmap(lambda all_: st.tuples(*(written_lines(n, quantities) for n in all_)))


def crossed(order: WrittenOrder, spoken: PartnerProfile) -> tuple[Any, Any]:
    """(what is told, what a strict partner reads of it)."""
    try:
        document = document_for(order, spoken)
    except Refused as refusal:
        assume(refusal.code != "no_exact_decimal")
        raise
    reading = read(render(document, spoken, 1, 1, AT), Strictness.STRICT)
    assert reading.problems == ()
    return document, reading.messages[0].document


@given(lines(st.integers(1, 10**6)), PROFILES)
def test_an_order_is_read_as_it_was_told(ordered: tuple[WrittenLine, ...], spoken: PartnerProfile) -> None:
    document, again = crossed(written_order(*ordered), spoken)
    kept = [replace(line, kept=()) for line in again.lines]
    assert replace(again, kept=(), lines=tuple(kept)) == document


@given(lines(st.integers(1, 10**6)), lines(st.integers(0, 10**6)), PROFILES)
def test_an_old_order_with_its_change_is_the_new_one(
    old: tuple[WrittenLine, ...], new: tuple[WrittenLine, ...], spoken: PartnerProfile
) -> None:
    before = written_order(*old)
    kept = tuple(line for line in new if line.quantity)
    gone = tuple(replace(line, quantity=Decimal(0)) for line in old if line.line not in {one.line for one in kept})
    after = replace(before, revision=2, topic=OrderTopic.CHANGED, before=old, lines=(*kept, *gone))
    ordered, _ = crossed(before, spoken)
    _, change = crossed(after, spoken)
    wanted, _ = crossed(replace(before, lines=kept), spoken) if kept else (replace(ordered, lines=()), None)
    assert applied(ordered.lines, change.lines) == {line.line: line for line in wanted.lines}


def applied(ordered: tuple[OrderedLine, ...], changes: tuple[ChangedLine, ...]) -> dict[str, OrderedLine]:
    """What a supplier makes of an order and a change of it."""
    standing = {line.line: line for line in ordered}
    for change in changes:
        assert (change.change is LineChange.ADDED) == (change.line not in standing)
        if change.change is LineChange.CANCELLED:
            del standing[change.line]
        elif change.change is not LineChange.UNCHANGED:
            standing[change.line] = OrderedLine(
                line=change.line, codes=change.codes, quantity=change.quantity, unit=change.unit, price=change.price,
                description=change.description, requested_on=change.requested_on, shipping_on=change.shipping_on,
            )  # fmt: skip
    return standing


ORDER = written_order(
    written_line(1, "WIDGET-001", "100"),
    written_line(2, "BRKT-050", "48", purchase_unit="box", units_numerator=12, units_denominator=1),
    written_line(3, "BRKT-050", "7"),
)
SENT = {"PO-000012": SentOrder((ORDER, replace(ORDER, revision=2, lines=ORDER.lines[:2])))}
NUMBERS = st.none() | st.decimals(allow_nan=False) | st.integers(-1, 200).map(Decimal)
SHORT = st.sampled_from(
    ["", "1", "2", "3", "9", "EA", "BX", "KG", "PO-000012", "PO-1", "WIDGET-001", "USD", "EUR", "²"]
)
WORDS = SHORT | st.text(max_size=8)
ANY_DAY = st.none() | st.dates()
CODES = st.builds(told.ItemCodes, sku=WORDS, supplier_sku=WORDS)
LINE: dict[str, Any] = {"line": WORDS, "codes": CODES, "quantity": NUMBERS, "unit": WORDS}
PARTS = st.builds(
    told.AnsweredPart,
    status=st.sampled_from(told.LineStatus),
    code=WORDS,
    quantity=NUMBERS,
    unit=WORDS,
    promised_on=ANY_DAY,
    shipping_on=ANY_DAY,
)
ANSWERED = st.builds(
    told.AcknowledgedLine,
    **LINE,
    price=NUMBERS,
    requested_on=ANY_DAY,
    answers=st.lists(PARTS, max_size=3).map(tuple),
    texts=st.lists(WORDS, max_size=2).map(tuple),
)
ANSWERS = st.builds(
    told.AcknowledgementDocument,
    order_number=SHORT | st.just("PO-000012"),
    ordered_on=ANY_DAY,
    verdict=st.sampled_from(told.Verdict),
    change_number=SHORT,
    currency=SHORT,
    lines=st.lists(ANSWERED, max_size=4).map(tuple),
)
SHIPPED = st.builds(told.ShippedLine, **LINE, order_number=SHORT | st.just("PO-000012"), expires_on=ANY_DAY)
NOTICES = st.builds(
    told.ShippingNoticeDocument,
    number=WORDS,
    written_on=ANY_DAY,
    purpose=st.sampled_from(told.Purpose),
    shipped_on=ANY_DAY,
    expected_on=ANY_DAY,
    lines=st.lists(SHIPPED, max_size=4).map(tuple),
)
MONEY = st.none() | st.decimals(allow_nan=False)
TAXES = st.lists(st.builds(told.Tax, code=WORDS, amount=MONEY, percent=MONEY, taxed=MONEY), max_size=2).map(tuple)
INVOICED = st.builds(told.InvoicedLine, **LINE, price=NUMBERS, order_number=SHORT, taxes=TAXES)
INVOICES = st.builds(
    told.InvoiceDocument,
    number=WORDS,
    invoiced_on=ANY_DAY,
    total=st.decimals(allow_nan=False),
    order_number=SHORT | st.just("PO-000012"),
    kind=st.sampled_from(["", "DI", "CR"]),
    purpose=st.sampled_from(told.Purpose),
    taxes=TAXES,
    lines=st.lists(INVOICED, max_size=4).map(tuple),
)
OTHERS = st.builds(told.OrderDocument, number=WORDS, ordered_on=ANY_DAY) | st.builds(
    told.SyntaxAnswerDocument, group_kind=WORDS, group_number=WORDS, verdict=st.sampled_from(told.SyntaxVerdict)
)
CONVENTIONS = st.builds(
    Conventions,
    line_numbers=st.sampled_from(LineNumbers),
    days=st.sampled_from(Days),
    transit_days=st.none() | st.integers(0, 365),
    answers_changes_as_orders=st.booleans(),
)


@given(ANSWERS | NOTICES | INVOICES | OTHERS, CONVENTIONS, st.sampled_from(["S-1", "S-2"]))
def test_any_document_is_understood_whole_or_not_at_all(
    document: told.Document, conventions: Conventions, supplier: str
) -> None:
    found = understand(document, SENT, conventions, supplier)
    assert (found.effect is None) == bool(found.faults)
    assert not (found.faults and found.remarks)
    assert all(fault.sentence and fault.code for fault in found.faults)
    _is_applicable(found)


def _is_applicable(found: Understood) -> None:
    """Nothing goes to purchasing that its form would refuse: exact stock units, each line once."""
    quantities: list[Decimal] = []
    if isinstance(found.effect, Answer):
        numbers = [answer.line for answer in found.effect.answers]
        assert len(set(numbers)) == len(numbers)
        quantities = [promise.quantity for answer in found.effect.answers for promise in answer.promises]
    elif isinstance(found.effect, Notice):
        quantities = [line.quantity for line in found.effect.lines]
    assert all(quantity > 0 and quantity == round(quantity, 4) for quantity in quantities)
