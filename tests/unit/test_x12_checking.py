"""Segments and messages against the tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ownstock.exchange.x12 import limits
from ownstock.exchange.x12.checking import check_segment
from ownstock.exchange.x12.messages.acknowledgement import STATUSES
from ownstock.exchange.x12.problems import Strictness, Weight
from ownstock.exchange.x12.reading import read
from ownstock.exchange.x12.syntax import Delimiters
from ownstock.exchange.x12.tables import Note, code_lists, message_rules, segment_rules
from tests.x12_cases import INVOICE, MESSAGES, NOTICE, ORDER, SYNTAX_ANSWER, changed, interchange, problem


@pytest.mark.parametrize("kind", sorted(MESSAGES))
def test_our_own_messages_have_no_fault(kind: str) -> None:
    assert read(interchange(MESSAGES[kind]), Strictness.STRICT).problems == ()


def faults(text: str) -> list[tuple[str, Weight, int | None]]:
    return [(p.code, p.weight, p.element) for p in check_segment(text.split("*"), 5, Delimiters())]


@pytest.mark.parametrize(
    ("segment", "fault"),
    [
        ("N9**3", ("element_missing", Weight.BREAKING, 1)),
        ("PO1*1*120*EA*9.25*TE*CB**PR*RO", ("element_missing_by_note", Weight.BREAKING, 7)),
        ("PO4*6*6*EA*PLT94*X***10*CT", ("element_missing_by_note", Weight.BREAKING, 6)),
        ("SAC*C", ("element_missing_by_note", Weight.BREAKING, 2)),
        ("SAC*C*G830***500", None),
        ("QTY*01*5**some", ("elements_exclude", Weight.BREAKING, 4)),
        ("PO1*1*a lot*EA", ("not_a_number", Weight.BREAKING, 2)),
        ("PO1*1*1.2.3*EA", ("not_a_number", Weight.BREAKING, 2)),
        ("PO1*1*.*EA", ("not_a_number", Weight.BREAKING, 2)),
        ("PO1*1*.5*EA", None),
        ("PO1*1*-5.*EA", None),
        ("PO1*1*1234567890123456*EA", ("too_long", Weight.IRREGULAR, 2)),
        ("TDS*12.5", ("not_a_number", Weight.BREAKING, 1)),
        ("DTM*002*20260230", ("bad_date", Weight.BREAKING, 2)),
        ("DTM*002*2026-3-2", ("bad_date", Weight.BREAKING, 2)),
        ("DTM*002*20260302*2500", ("bad_time", Weight.IRREGULAR, 3)),
        ("DTM*999*20260302", ("unknown_code", Weight.TOLD, 1)),
        ("DTM*0020*20260302", ("too_long", Weight.IRREGULAR, 1)),
        ("N4*Leeds*Yorkshire", ("too_long", Weight.IRREGULAR, 2)),
        ("ST*850*1", ("too_short", Weight.IRREGULAR, 2)),
        ("REF*CO*a>b", ("components", Weight.BREAKING, 2)),
        ("REF*CO*a>", ("empty_component", Weight.IRREGULAR, 2)),
        ("REF*CO*a\nb", ("bad_character", Weight.BREAKING, 2)),
        ("SLN*1**I*1*PC>1>2", None),
        ("N3*Street*", ("empty_at_end", Weight.TOLD, 2)),
        ("CTT*1*******9", ("too_many_elements", Weight.IRREGULAR, 8)),
        ("ZZZ*1", ("unknown_segment", Weight.TOLD, None)),
        ("zz*1", ("bad_tag", Weight.BREAKING, None)),
        ("", ("bad_tag", Weight.BREAKING, None)),
    ],
)
def test_a_fault_of_a_segment_is_named_by_element(segment: str, fault: tuple[str, Weight, int | None] | None) -> None:
    assert faults(segment) == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("kind", "kept", "broken"),
    [
        ("P", ["", "12"], ["1", "2"]),
        ("R", ["1", "2", "12"], [""]),
        ("E", ["", "1", "2"], ["12"]),
        ("C", ["", "2", "12"], ["1"]),
        ("L", ["", "2", "12"], ["1"]),
    ],
)
def test_a_note_means_what_the_standard_says(kind: str, kept: list[str], broken: list[str]) -> None:
    def is_kept(present: str) -> bool:
        return Note(kind, (1, 2)).is_kept((True, "1" in present, "2" in present))

    assert all(map(is_kept, kept))
    assert not any(map(is_kept, broken))


@pytest.mark.parametrize(
    ("old", "new", "code", "segment", "tag", "weight"),
    [
        ("BEG*00*SA*PO-000012**20260302~\n", "", "segment_missing", 17, "BEG", Weight.BREAKING),
        ("CUR*BY*EUR~", "CUR*BY*EUR~\nCUR*BY*USD~", "segment_too_often", 6, "CUR", Weight.IRREGULAR),
        ("CTT*2~", "CTT*3~", "line_count", 17, "CTT", Weight.IRREGULAR),
        ("CTT*2~", "N3*Street~\nCTT*2~", "out_of_order", 17, "N3", Weight.IRREGULAR),
        ("CTT*2~", "HL*1**S~\nCTT*2~", "not_in_message", 17, "HL", Weight.TOLD),
    ],
)
def test_a_segment_out_of_its_place_is_named(
    old: str, new: str, code: str, segment: int, tag: str, weight: Weight
) -> None:
    found = problem(read(changed(interchange(ORDER), old, new)), code)
    assert (found.segment, found.tag, found.weight) == (segment, tag, weight)


def test_a_loop_may_come_again_and_its_rows_count_anew() -> None:
    twice = changed(interchange(INVOICE), "TDS*", "IT1*2*1*EA*1~\nCUR*SE*EUR~\nIT1*3*1*EA*1~\nCUR*SE*EUR~\nTDS*")
    codes = {p.code for p in read(twice).problems}
    assert "segment_too_often" not in codes
    assert "out_of_order" not in codes


@pytest.mark.parametrize(
    ("old", "new", "code", "segment"),
    [
        ("HL*4*3*I", "HL*4*9*I", "level_without_parent", 14),
        ("HL*4*3*I", "HL*4*4*I", "level_without_parent", 14),
        ("HL*4*3*I", "HL*3*3*I", "level_twice", 14),
        ("HL*4*3*I", "HL*4*1*I", "level_misplaced", 14),
        ("HL*2*1*O", "HL*2**O", "level_misplaced", 10),
    ],
)
def test_a_level_of_a_shipping_notice_hangs_where_it_may(old: str, new: str, code: str, segment: int) -> None:
    found = problem(read(changed(interchange(NOTICE), old, new)), code)
    assert (found.segment, found.tag) == (segment, "HL")


def test_levels_do_not_lie_under_one_another_without_end() -> None:
    deep = "~\n".join(f"HL*{n}*{n - 1}*P" for n in range(4, 11))
    found = problem(read(changed(interchange(NOTICE), "HL*4*3*I", f"{deep}~\nHL*40*10*I")), "level_too_deep")
    assert "more than 9" in found.sentence


def test_pallets_and_packages_told_below_an_item_are_levels_too() -> None:
    pallets = changed(interchange(NOTICE), "HL*3*2*P", "HL*3*2*T")
    below = changed(interchange(NOTICE), "HL*5*2*I", "HL*5*4*P")
    assert read(pallets, Strictness.STRICT).is_accepted
    assert "level_misplaced" not in {p.code for p in read(below).problems}


def test_a_kind_that_is_not_read_is_told_and_its_known_segments_are_checked() -> None:
    reading = read(interchange(("ST*940*0001", "W05*N*1", "N9**3", "SE*4*0001")))
    assert problem(reading, "kind_unread").segment == 3
    assert problem(reading, "element_missing").tag == "N9"
    assert "unknown_segment" not in {p.code for p in reading.problems}


def test_the_tables_agree_with_themselves() -> None:
    for rule in segment_rules().values():
        assert re.fullmatch("[A-Z][A-Z0-9]{1,2}", rule.tag)
        for note in rule.notes:
            assert len(note.positions) > 1
            assert max(note.positions) <= len(rule.elements), rule.tag
        for element in rule.elements:
            assert element.shortest <= element.longest, rule.tag
            assert not element.codes or element.codes in code_lists(), rule.tag
    for message in message_rules().values():
        assert [message.places[0].tag, message.places[-1].tag] == ["ST", "SE"]


def test_each_code_fits_its_elements() -> None:
    for rule in segment_rules().values():
        for element in rule.elements:
            for code in code_lists().get(element.codes, ()):
                assert element.shortest <= len(code) <= element.longest, (rule.tag, element.means, code)


def test_the_page_tells_every_limit_and_every_kind() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "x12.md").read_text(encoding="utf-8")
    told = {value for name, value in vars(limits).items() if name.startswith("MAX") and name != "MAX_TOLD_LENGTH"}
    assert [value for value in told if f"| {value:,}" not in page] == []
    assert [rule.kind for rule in message_rules().values() if f"| {rule.kind} |" not in page] == []
    assert all(f"`{code}`" in page or code[0] == "R" for code in STATUSES)


def test_a_mandatory_segment_is_asked_for_in_every_loop() -> None:
    lost = tuple(segment for segment in SYNTAX_ANSWER if not segment.startswith("AK5"))
    found = problem(read(interchange((*lost[:-1], "SE*9*0001"))), "segment_missing")
    assert (found.tag, found.segment) == ("AK5", 10)
    assert "loop of AK2" in found.sentence


def of_5010(raw: bytes) -> bytes:
    return changed(changed(raw, "*U*00401*", "*^*00501*"), "*X*004010", "*X*005010")


def test_a_value_that_may_repeat_is_judged_one_by_one_and_elsewhere_breaks() -> None:
    repeated = changed(interchange(INVOICE), "IT1*1*", "N1*BY*Ann~\nDMG*****A^B~\nIT1*1*").replace(b"SE*10", b"SE*12")
    assert read(of_5010(repeated)).problems == ()
    found = problem(read(of_5010(changed(interchange(ORDER), "BP*CUP", "BP*CUP^POT"))), "repeated")
    assert (found.segment, found.element, found.weight) == (13, 7, Weight.BREAKING)


def test_before_5010_the_same_sign_is_a_letter_like_others() -> None:
    assert read(changed(interchange(ORDER), "BP*CUP", "BP*CUP^POT")).problems == ()


def test_a_kind_without_a_table_is_told_and_not_read() -> None:
    reading = read(interchange(("ST*940*0001", "W05*N*1", "SE*3*0001")))
    assert (reading.messages[0].is_read, reading.messages[0].document) == (False, None)
    assert "no table" in problem(reading, "kind_unread").sentence
