"""The 997 that answers a group, the TA1 that answers an interchange."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from ownstock.exchange.documents import SyntaxVerdict
from ownstock.exchange.x12.answer import answer_group, answer_interchange, is_answered, is_asked_for
from ownstock.exchange.x12.composing import Identity, compose
from ownstock.exchange.x12.problems import Strictness
from ownstock.exchange.x12.reading import read
from tests.unit.test_x12_messages import IDENTITY
from tests.x12_cases import ORDER, SYNTAX_ANSWER, changed, interchange


def answer(raw: bytes, profile: Strictness = Strictness.TOLERANT) -> list[str]:
    reading = read(raw, profile)
    group = reading.interchanges[0].groups[0]
    return ["*".join(segment).rstrip("*") for segment in answer_group(reading, group)]


def second(order: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(segment.replace("*0001", "*0002") for segment in order)


def test_what_is_right_is_accepted() -> None:
    assert answer(interchange(ORDER)) == ["AK1*PO*7", "AK2*850*0001", "AK5*A", "AK9*A*1*1*1"]


def test_what_is_tolerated_is_accepted_with_its_errors_and_refused_by_the_strict() -> None:
    raw = changed(interchange(ORDER), "N4*Leeds**", "N4*Leeds*Yorks*")
    faults = ["AK3*N4*10**8", "AK4*2**5*Yorks"]
    assert answer(raw) == ["AK1*PO*7", "AK2*850*0001", *faults, "AK5*E*5", "AK9*E*1*1*1"]
    strict = answer(raw, Strictness.STRICT)
    assert strict == ["AK1*PO*7", "AK2*850*0001", *faults, "AK5*R*5", "AK9*R*1*1*0"]


def test_one_broken_message_is_rejected_and_the_other_taken() -> None:
    broken = [segment.replace("PO1*1*120*EA", "PO1*1*many*EA") for segment in ORDER]
    told = answer(interchange(tuple(broken), second(ORDER)))
    assert told[:5] == ["AK1*PO*7", "AK2*850*0001", "AK3*PO1*11**8", "AK4*2**6*many", "AK5*R*5"]
    assert told[5:] == ["AK2*850*0002", "AK5*A", "AK9*P*2*2*1"]


def test_a_group_that_says_more_than_came_is_rejected_whole() -> None:
    told = answer(changed(interchange(ORDER), "GE*1*7", "GE*2*7"))
    assert told[-2:] == ["AK5*R", "AK9*R*2*1*0*5"]


def test_wrong_counts_and_numbers_of_a_message_have_their_codes() -> None:
    assert answer(changed(interchange(ORDER), "SE*16*0001", "SE*99*0002"))[2] == "AK5*R*4*3"


def test_a_kind_that_is_not_read_is_rejected_as_such() -> None:
    assert answer(interchange(("ST*940*0001", "W05*N*1", "SE*3*0001")))[1:] == [
        "AK2*940*0001",
        "AK5*R*1",
        "AK9*R*1*1*0",
    ]


def test_a_segment_that_is_missing_is_named() -> None:
    told = answer(changed(interchange(ORDER), "BEG*00*SA*PO-000012**20260302~\n", ""))
    assert "AK3*BEG*15**3" in told


def test_our_answer_is_a_message_that_we_can_read() -> None:
    reading = read(changed(interchange(ORDER), "PO1*1*120", "PO1*1*many"))
    body = answer_group(reading, reading.interchanges[0].groups[0])
    again = read(compose(IDENTITY, "997", [body]), Strictness.STRICT)
    document: Any = again.messages[0].document
    assert again.is_accepted
    assert document.verdict is SyntaxVerdict.REJECTED
    assert document.messages[0].faults[0].found == "many"


def test_answers_are_not_answered() -> None:
    groups = [read(interchange(one)).interchanges[0].groups[0] for one in (SYNTAX_ANSWER, ORDER)]
    assert [is_answered(group) for group in groups] == [False, True]


def envelope(asks: str = "1", closed: str = "000000007") -> bytes:
    raw = changed(interchange(ORDER), "*000000007*0*T", f"*000000007*{asks}*T")
    return changed(raw, "IEA*1*000000007", f"IEA*1*{closed}")


def envelope_answer(raw: bytes, strictness: Strictness = Strictness.TOLERANT) -> list[str]:
    reading = read(raw, strictness)
    return list(answer_interchange(reading, reading.interchanges[0]))


def test_an_interchange_says_whether_it_wants_to_be_answered() -> None:
    assert [is_asked_for(read(envelope(asks)).interchanges[0]) for asks in "10"] == [True, False]


def test_the_answer_to_an_interchange_repeats_its_number_and_moment() -> None:
    assert envelope_answer(envelope()) == ["TA1", "000000007", "260302", "0930", "A", "000"]


def test_the_answer_to_an_interchange_gives_the_reason_and_the_strict_reject() -> None:
    raw = envelope(closed="000000008")
    assert envelope_answer(raw)[4:] == ["E", "001"]
    assert envelope_answer(raw, Strictness.STRICT)[4:] == ["R", "001"]
    assert envelope_answer(changed(envelope(), "IEA*1", "IEA*2"))[4:] == ["R", "021"]


def test_what_is_wrong_in_a_group_is_no_matter_of_the_envelope() -> None:
    assert envelope_answer(changed(envelope(), "GE*1", "GE*2"))[4:] == ["A", "000"]


def test_an_answer_to_an_interchange_of_ours_is_read() -> None:
    identity = Identity(
        sender=("ZZ", "SUPPLIER"),
        receiver=("ZZ", "OWNSTOCK"),
        control_number=3,
        written_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    raw = compose(identity, "997", [], answers=[["TA1", "000000042", "260302", "0930", "R", "006"]])
    reading = read(raw, Strictness.STRICT)
    assert reading.problems == ()
    (answer_,) = reading.envelope_answers
    assert (answer_.control_number, answer_.verdict, answer_.code) == ("000000042", SyntaxVerdict.REJECTED, "006")
    assert answer_.answered_on == date(2026, 3, 2)
