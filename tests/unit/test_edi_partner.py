"""A supplier's system as it behaves, well and badly: what we understand of what it sends, before anything is applied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from ownstock.exchange.documents import Document, SyntaxAnswerDocument, SyntaxVerdict
from ownstock.exchange.partners import PartnerProfile
from ownstock.exchange.rules import OrderTopic, WrittenOrder
from ownstock.exchange.understanding import Answer, SentOrder, Understood, order_numbers, understand
from ownstock.exchange.x12.problems import Strictness
from ownstock.exchange.x12.rendering import render_answers, render_order
from ownstock.exchange.x12.taking import Taken, take
from ownstock.purchasing.rules.invoices import EnteredInvoice
from ownstock.purchasing.rules.notices import Notice
from tests.edi_partner import SELLER_BEHAVIOURS, EdiPartner, edi_partner, profile, written_line, written_order

LATER = datetime(2026, 3, 2, 12, tzinfo=UTC)
ORDER = written_order(written_line(1, "WIDGET-001", "100"), written_line(2, "BRKT-050", "50"))


@pytest.fixture(scope="module")
def running() -> Iterator[EdiPartner]:
    with edi_partner() as one:
        yield one


@pytest.fixture
def partner(running: EdiPartner) -> EdiPartner:
    running.begin_anew()
    return running


@dataclass
class Talk:
    """What we say to the partner and what we understand of it; it answers as it behaves."""

    partner: EdiPartner
    spoken: PartnerProfile = field(default_factory=profile)
    told: list[WrittenOrder] = field(default_factory=list)
    numbers: int = 0
    came: list[Taken] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    understood: list[Understood] = field(default_factory=list)

    def say(self, order: WrittenOrder) -> None:
        self.told.append(order)
        self.numbers += 1
        self.partner.take(render_order(order, self.spoken, self.numbers, self.numbers, LATER))
        self.hear()

    def hear(self) -> None:
        for sent in self.partner.collect():
            taken = take(sent.raw, self.spoken)
            self.came.append(taken)
            for document in taken.documents:
                self.documents.append(document)
                self.understood.append(self.meaning(document))

    def meaning(self, document: Document) -> Understood:
        orders = {}
        for number in order_numbers(document):
            revisions = tuple(order for order in self.told if order.number == number)
            if revisions:
                orders[number] = SentOrder(revisions)
        return understand(document, orders, self.spoken.conventions, "S-1")

    def effects(self, kind: type) -> list[Any]:
        return [one.effect for one in self.understood if isinstance(one.effect, kind)]

    @property
    def remarks(self) -> list[tuple[str, int]]:
        return [(remark.kind, remark.line) for one in self.understood for remark in one.remarks]


def talk(partner: EdiPartner, behaviour: str, *orders: WrittenOrder, after: int = 0, **changes: object) -> Talk:
    partner.behave(behaviour)
    spoken = Talk(partner, profile(**changes), numbers=after)
    for order in orders or (ORDER,):
        spoken.say(order)
    return spoken


def promises(talk: Talk) -> list[dict[int, list[Decimal]]]:
    return [{one.line: [p.quantity for p in one.promises] for one in answer.answers} for answer in talk.effects(Answer)]


def shipped(talk: Talk) -> list[dict[int, Decimal]]:
    return [{line.line: line.quantity for line in notice.lines} for notice in talk.effects(Notice)]


def test_a_willing_supplier_promises_ships_and_invoices_what_was_ordered(partner: EdiPartner) -> None:
    spoken = talk(partner, "accept")
    (syntax,) = spoken.effects(SyntaxAnswerDocument)
    assert (syntax.verdict, syntax.group_number) == (SyntaxVerdict.ACCEPTED, "1")
    assert promises(spoken) == [{1: [Decimal(100)], 2: [Decimal(50)]}]
    assert shipped(spoken) == [{1: Decimal(100), 2: Decimal(50)}]
    (notice,) = spoken.effects(Notice)
    assert (notice.supplier, notice.shipped_on, notice.expected_on) == ("S-1", date(2026, 3, 2), date(2026, 3, 4))
    (invoice,) = spoken.effects(EnteredInvoice)
    assert (invoice.supplier, invoice.currency, invoice.total) == ("S-1", "USD", Decimal("1457.50"))
    assert [(one.order_number, one.line, one.quantity, one.price, one.unit) for one in invoice.lines] == [
        ("PO-000012", 1, Decimal(100), Decimal("12.50"), "piece"),
        ("PO-000012", 2, Decimal(50), Decimal("4.15"), "piece"),
    ]
    assert spoken.remarks == []


def test_promised_days_are_those_that_the_supplier_says(partner: EdiPartner) -> None:
    (answer,) = talk(partner, "accept").effects(Answer)
    assert answer.revision == 1
    assert all(ORDER.ordered_on < p.promised_on < date(2026, 3, 16) for one in answer.answers for p in one.promises)


def test_a_short_promise_is_taken_as_such_and_people_are_told_why(partner: EdiPartner) -> None:
    spoken = talk(partner, "short-ship")
    assert promises(spoken) == [{1: [Decimal(80)], 2: [Decimal(40)]}]
    assert shipped(spoken) == [{1: Decimal(80), 2: Decimal(40)}]
    assert spoken.remarks == [("line_short", 1), ("line_short", 2)]
    (short, _) = [remark for one in spoken.understood for remark in one.remarks]
    assert "80 of 100" in short.sentence
    assert "the balance is not available" in short.sentence


def test_more_that_ships_than_was_promised_is_told_as_it_is(partner: EdiPartner) -> None:
    spoken = talk(partner, "over-ship")
    assert promises(spoken) == [{1: [Decimal(100)], 2: [Decimal(50)]}]
    assert shipped(spoken) == [{1: Decimal(130), 2: Decimal(65)}]
    assert [line.quantity for line in spoken.effects(EnteredInvoice)[0].lines] == [Decimal(130), Decimal(65)]


def test_a_refused_line_is_promised_nothing_and_people_are_told(partner: EdiPartner) -> None:
    spoken = talk(partner, "reject-line")
    assert promises(spoken) == [{1: [Decimal(100)], 2: []}]
    assert shipped(spoken) == [{1: Decimal(100)}]
    (answer,) = spoken.effects(Answer)
    assert answer.answers[1].reason == "BRKT-050 is discontinued"


def test_a_refused_order_is_promised_nothing_and_nothing_follows(partner: EdiPartner) -> None:
    spoken = talk(partner, "reject-all")
    assert promises(spoken) == [{1: [], 2: []}]
    assert spoken.effects(Notice) == []


def test_a_silent_supplier_says_nothing_at_all(partner: EdiPartner) -> None:
    assert talk(partner, "no-ack").came == []


def test_a_slow_supplier_is_understood_when_it_comes(partner: EdiPartner) -> None:
    spoken = talk(partner, "late")
    assert spoken.came == []
    partner.pass_time(3_601)
    spoken.hear()
    assert promises(spoken) == [{1: [Decimal(100)], 2: [Decimal(50)]}]


def test_an_invoice_that_comes_twice_says_the_same_under_the_same_number(partner: EdiPartner) -> None:
    spoken = talk(partner, "duplicate-invoice")
    partner.pass_time()
    spoken.hear()
    first, second = spoken.effects(EnteredInvoice)
    assert first == second
    identities = [taken.identity for taken in spoken.came]
    assert len(set(identities)) == len(identities)


def test_messages_out_of_order_are_each_understood_alone(partner: EdiPartner) -> None:
    spoken = talk(partner, "out-of-order")
    kinds = [taken.reading.messages[0].message.kind for taken in spoken.came]
    assert kinds == ["997", "810", "856", "855"]
    assert shipped(spoken) == [{1: Decimal(100), 2: Decimal(50)}]
    assert promises(spoken) == [{1: [Decimal(100)], 2: [Decimal(50)]}]


def test_a_wrong_count_is_taken_from_a_tolerated_partner_and_refused_from_a_strict_one(partner: EdiPartner) -> None:
    tolerant = talk(partner, "corrupt")
    assert promises(tolerant) == [{1: [Decimal(100)], 2: [Decimal(50)]}]
    strict = talk(partner, "corrupt", replace(ORDER, number="PO-000013"), after=1, profile="strict")
    refused = [taken for taken in strict.came if taken.faults]
    assert [taken.reading.messages[0].message.kind for taken in refused] == ["855", "856", "810"]
    assert all(any(fault.code == "segment_count" and "(SE)" in fault.place for fault in one.faults) for one in refused)


def test_a_refusal_of_our_syntax_is_understood_as_one(partner: EdiPartner) -> None:
    (syntax,) = talk(partner, "reject-ack").effects(SyntaxAnswerDocument)
    assert syntax.verdict is SyntaxVerdict.REJECTED
    assert [(one.kind, one.verdict) for one in syntax.messages] == [("850", SyntaxVerdict.REJECTED)]


def test_a_supplier_that_never_invoices_ships_all_the_same(partner: EdiPartner) -> None:
    spoken = talk(partner, "no-invoice")
    assert shipped(spoken) == [{1: Decimal(100), 2: Decimal(50)}]
    assert spoken.effects(EnteredInvoice) == []


def test_goods_that_are_out_of_stock_come_in_two_shipments(partner: EdiPartner) -> None:
    spoken = talk(partner, "accept", written_order(written_line(1, "PANEL-A3", "100")))
    assert promises(spoken) == [{1: [Decimal(35)]}]
    assert "65 to follow" in spoken.understood[1].remarks[0].sentence
    partner.pass_time()
    spoken.hear()
    assert shipped(spoken) == [{1: Decimal(35)}, {1: Decimal(65)}]


def test_another_price_is_told_and_changes_nothing(partner: EdiPartner) -> None:
    spoken = talk(partner, "accept", written_order(written_line(1, "WIDGET-001", "100", price=Decimal("12.25"))))
    assert promises(spoken) == [{1: [Decimal(100)]}]
    assert [one.price for one in spoken.effects(Answer)[0].answers] == [Decimal("12.50")]


def test_what_the_supplier_does_not_have_is_refused(partner: EdiPartner) -> None:
    unknown = written_order(written_line(1, "WIDGET-001", "100", supplier_sku="NO-SUCH"))
    spoken = talk(partner, "accept", unknown)
    assert promises(spoken) == [{1: []}]


def changed(order: WrittenOrder, *lines: Any, **changes: Any) -> WrittenOrder:
    facts: dict[str, Any] = {
        "revision": order.revision + 1,
        "topic": OrderTopic.CHANGED,
        "before": order.lines,
        "lines": lines,
    }
    return replace(order, **(facts | changes))


@pytest.fixture
def waiting() -> Iterator[EdiPartner]:
    with edi_partner(despatch_delay_ms=7_200_000, invoice_delay_ms=7_200_000) as one:
        yield one


def test_a_change_is_answered_and_the_answer_names_the_revision(waiting: EdiPartner) -> None:
    first, second = ORDER.lines
    change = changed(ORDER, replace(first, quantity=Decimal(120)), replace(second, quantity=Decimal(0)))
    spoken = talk(waiting, "accept", ORDER, change)
    assert [answer.revision for answer in spoken.effects(Answer)] == [1, 2]
    assert promises(spoken)[1][1] == [Decimal(120)]
    waiting.pass_time()
    spoken.hear()
    assert shipped(spoken) == [{1: Decimal(120)}]


def test_a_cancellation_is_taken_before_the_goods_leave(waiting: EdiPartner) -> None:
    gone = changed(ORDER, topic=OrderTopic.CANCELLED)
    spoken = talk(waiting, "accept", ORDER, gone)
    assert waiting.mock.order("PO-000012")["status"] == "cancelled"
    waiting.pass_time()
    spoken.hear()
    assert spoken.effects(Notice) == []


def test_every_order_of_ours_is_read_by_a_strict_partner(partner: EdiPartner) -> None:
    spoken = talk(partner, "strict")
    assert spoken.effects(SyntaxAnswerDocument)[0].verdict is SyntaxVerdict.ACCEPTED


@pytest.mark.parametrize("strictness", Strictness)
def test_our_answers_are_understood_by_the_partner(partner: EdiPartner, strictness: Strictness) -> None:
    number = 0
    for behaviour in SELLER_BEHAVIOURS:
        order = replace(ORDER, number=f"PO-{behaviour.upper()}")
        spoken = talk(partner, behaviour, order, after=number, profile=strictness)
        partner.pass_time()
        spoken.hear()
        for number, taken in enumerate(spoken.came, start=spoken.numbers + 1):
            answer = render_answers(taken.reading, spoken.spoken, number, number, LATER)
            acknowledged = partner.take(answer)["acknowledged"] if answer else []
            wanted = "rejected" if taken.faults else "accepted"
            assert {(one["matched"], one["status"].split("-")[0]) for one in acknowledged} <= {(True, wanted)}
        number = max(number, spoken.numbers)
    assert partner.unanswered == []
