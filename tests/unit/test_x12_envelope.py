"""What holds messages together, and what a partner's profile takes."""

from __future__ import annotations

import pytest

from ownstock.exchange.x12.problems import Problem, Strictness, Weight, is_accepted, refuses
from ownstock.exchange.x12.reading import read
from tests.x12_cases import ORDER, changed, interchange, problem


def test_a_whole_interchange_is_taken_strictly() -> None:
    reading = read(interchange(ORDER), Strictness.STRICT)
    assert reading.problems == ()
    assert reading.interchanges[0].sender == ("ZZ", "SUPPLIER")
    assert reading.interchanges[0].control_number == "000000007"


@pytest.mark.parametrize(
    ("old", "new", "code", "segment", "weight"),
    [
        ("SE*16", "SE*17", "segment_count", 18, Weight.IRREGULAR),
        ("SE*16", "SE*15", "segment_count", 18, Weight.IRREGULAR),
        ("SE*16", "SE*many", "segment_count", 18, Weight.BREAKING),
        ("SE*16*0001", "SE*16*0002", "message_number", 18, Weight.BREAKING),
        ("SE*16*0001", "SE*16*1", "message_number", 18, Weight.IRREGULAR),
        ("GE*1*7", "GE*2*7", "message_count", 19, Weight.BREAKING),
        ("GE*1*7", "GE*1*8", "group_number", 19, Weight.BREAKING),
        ("IEA*1", "IEA*2", "group_count", 20, Weight.BREAKING),
        ("IEA*1*000000007", "IEA*1*000000008", "interchange_number", 20, Weight.IRREGULAR),
        ("GS*PO", "GS*IN", "group_kind", 3, Weight.IRREGULAR),
        ("IEA*1*000000007~\n", "", "interchange_not_closed", 19, Weight.BREAKING),
        ("GE*1*7~\n", "", "group_not_closed", 2, Weight.BREAKING),
        ("SE*16*0001~\n", "", "message_not_closed", 3, Weight.BREAKING),
        ("ST*850*0001~\n", "", "no_message", 17, Weight.BREAKING),
        ("IEA*1", "ZZZ*1~\nIEA*1", "stray_segment", 20, Weight.BREAKING),
        ("*00401*", "*00999*", "envelope_version", 1, Weight.TOLD),
        ("*X*004010", "*X*999999", "group_version", 2, Weight.TOLD),
    ],
)
def test_what_is_wrong_with_an_envelope_is_named_by_segment(
    old: str, new: str, code: str, segment: int, weight: Weight
) -> None:
    found = problem(read(changed(interchange(ORDER), old, new)), code)
    assert (found.segment, found.weight) == (segment, weight)
    assert f"Segment {segment} ({found.tag})" in found.sentence


@pytest.mark.parametrize(("old", "new"), [("CTT*2~\nSE*16", "CTT*3~\nSE*17"), ("CTT*2~\nSE*16", "SE*16")])
def test_a_count_that_says_more_breaks_where_the_lines_are_not_counted_or_not_complete(old: str, new: str) -> None:
    assert problem(read(changed(interchange(ORDER), old, new)), "segment_count").weight is Weight.BREAKING


def test_two_messages_of_a_group_do_not_share_a_number() -> None:
    found = problem(read(interchange(ORDER, ORDER)), "message_number_twice")
    assert (found.segment, found.tag) == (19, "ST")


def test_a_group_without_its_header_is_named() -> None:
    reading = read(changed(interchange(ORDER), "GS*PO*SUPPLIER*OWNSTOCK*20260302*0930*7*X*004010~\n", ""))
    assert {(p.code, p.segment) for p in reading.problems} >= {("no_group", 2), ("no_group", 18), ("group_count", 19)}


def test_strict_takes_nothing_irregular_and_tolerant_all_that_loses_nothing() -> None:
    taken = {
        profile: [w for w in Weight if not refuses(profile, Problem("x", w, "A sentence."))] for profile in Strictness
    }
    assert taken == {
        Strictness.STRICT: [Weight.TOLD],
        Strictness.TOLERANT: [Weight.TOLD, Weight.IRREGULAR],
    }
    assert is_accepted(Strictness.STRICT, [])


def test_a_file_with_more_problems_than_are_listed_says_so_and_is_refused() -> None:
    broken = ("ST*850*0001", *["DTM*002*20269999"] * 700, "SE*702*0001")
    reading = read(interchange(broken))
    assert not reading.is_accepted
    assert problem(reading, "more_problems").weight is Weight.BREAKING
    assert len(reading.problems) < 520


def test_many_problems_that_only_are_told_refuse_nothing() -> None:
    noisy = (*ORDER[:4], *["ZZ*1"] * 700, *ORDER[4:-1], "SE*716*0001")
    reading = read(interchange(noisy), Strictness.STRICT)
    assert reading.is_accepted
    assert "200 more problems" in problem(reading, "more_problems").sentence
