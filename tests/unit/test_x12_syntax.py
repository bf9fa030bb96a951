"""X12 from bytes to segments and back."""

from __future__ import annotations

from typing import Any

import pytest

from ownstock.exchange.x12 import limits, reading, syntax
from ownstock.exchange.x12.problems import Strictness, Weight
from ownstock.exchange.x12.reading import read
from ownstock.exchange.x12.syntax import scan
from ownstock.exchange.x12.writing import write_scan
from tests.x12_cases import ISA, MESSAGES, ORDER, changed, interchange, problem

TOLERANT = Strictness.TOLERANT


@pytest.mark.parametrize(
    ("end", "line"), [("~", ""), ("~", "\n"), ("~", "\r\n"), ("\n", ""), ("\r", "\n"), ("|", ""), ("}", "\n")]
)
def test_every_terminator_seen_in_the_wild_divides_and_is_written_again(end: str, line: str) -> None:
    raw = interchange(ORDER, end=end, line=line)
    found = scan(raw)
    assert ["*".join(segment) for segment in found.cuts[0].segments[2:-2]] == list(ORDER)
    assert write_scan(found) == raw


def test_a_star_may_be_the_terminator_where_another_sign_divides_elements() -> None:
    raw = interchange(ORDER, end="#", element="|").replace(b"#", b"*")
    assert read(raw, Strictness.STRICT).is_accepted
    assert write_scan(scan(raw)) == raw


@pytest.mark.parametrize("kind", sorted(MESSAGES))
def test_what_was_read_is_written_byte_by_byte(kind: str) -> None:
    raw = interchange(MESSAGES[kind], MESSAGES[kind])
    assert write_scan(scan(raw)) == raw


def test_a_byte_order_mark_is_no_part_of_the_text_and_is_kept() -> None:
    raw = b"\xef\xbb\xbf" + interchange(ORDER)
    assert read(raw).is_accepted
    assert write_scan(scan(raw)) == raw


def test_bytes_that_are_not_utf_8_are_kept() -> None:
    raw = interchange(ORDER).replace(b"Cup, blue", b"Tasse, gr\xfcn")
    order: Any = read(raw).messages[0].document
    assert order.lines[0].description == "Tasse, gr\u00fcn"
    assert write_scan(scan(raw)) == raw


@pytest.mark.parametrize("padding", [" ", "\u00a0 \u00a0", ""])
def test_an_isa_without_its_padding_is_told_and_refused_by_strict_partners_only(padding: str) -> None:
    raw = changed(interchange(ORDER), " " * 10, padding)
    assert problem(read(raw), "isa_padding").segment == 1
    assert read(raw).is_accepted
    assert not read(raw, Strictness.STRICT).is_accepted


def test_the_separator_of_repetitions_is_that_of_isa11_from_4020_on() -> None:
    new = changed(changed(interchange(ORDER), "*U*00401*", "*^*00501*"), "004010", "005010")
    assert scan(new).cuts[0].delimiters.repetition == "^"
    assert read(new, Strictness.STRICT).is_accepted
    assert scan(interchange(ORDER)).cuts[0].delimiters.repetition == ""


def test_blanks_between_segments_are_told_and_the_segments_are_the_same() -> None:
    raw = changed(interchange(ORDER), "~\nPO1", "~\n\t  PO1")
    assert problem(read(raw), "blanks").weight is Weight.TOLD
    again = scan(write_scan(scan(raw)))
    assert again.cuts[0].segments == scan(interchange(ORDER)).cuts[0].segments


def test_a_last_segment_without_terminator_is_told() -> None:
    raw = interchange(ORDER).rstrip(b"~\n")
    assert problem(read(raw), "terminator_missing").tag == "IEA"
    assert write_scan(scan(raw)) == raw


def test_a_line_end_that_is_a_delimiter_stays_where_it_is() -> None:
    raw = changed(interchange(ORDER), "*T*>~", "*T*\n~")
    assert write_scan(scan(raw)) == raw
    assert not read(raw).is_accepted


def test_an_isa_without_element_16_is_read_by_what_its_line_says() -> None:
    raw = changed(interchange(ORDER), "*T*>~\n", "*T*~\n")
    found = read(raw)
    assert found.is_accepted
    assert problem(found, "empty_components").segment == 2
    assert not read(raw, Strictness.STRICT).is_accepted


def test_each_interchange_of_a_file_is_cut_by_its_own_delimiters() -> None:
    raw = interchange(ORDER) + interchange(ORDER, end="}", line="", element="|", component=":")
    found = read(raw)
    assert [one.delimiters.element for one in found.interchanges] == ["*", "|"]
    assert [message.message.first for message in found.messages] == [3, 23]
    assert write_scan(found.scan) == raw


def test_text_after_an_interchange_is_named() -> None:
    found = read(interchange(ORDER) + b"and so on " + interchange(ORDER))
    assert "After segment 20 stands" in problem(found, "stray_text").sentence
    assert len(found.interchanges) == 2


@pytest.mark.parametrize("raw", [b"", b"   ", b"UNA:+.? 'UNB", b"{}", b"\x00\xff\xfe", b"\xef\xbb\xbf"])
def test_what_is_not_x12_is_told_as_such(raw: bytes) -> None:
    found = read(raw)
    assert problem(found, "not_x12").weight is Weight.BREAKING
    assert not found.is_accepted


@pytest.mark.parametrize(
    "header",
    [
        ISA.replace("*", "A"),
        ISA.replace("*", " "),
        ISA[:60],
        ISA,
        ISA[:-1] + "*~",
        ISA + ">",
        ISA.replace("SUPPLIER", "SUP>LIER") + "~",
        ISA.replace("*U*", "*~*") + "~",
    ],
)
def test_an_isa_that_names_no_delimiters_is_refused_by_its_number(header: str) -> None:
    found = problem(read(header.encode()), "isa_unreadable")
    assert (found.segment, found.tag) == (1, "ISA")


def test_each_limit_refuses_and_names_the_segment(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = changed(interchange(ORDER), "REF*CO*C-9", "REF*CO*C-9" + "*" * limits.MAX_ELEMENTS)
    assert problem(read(wide), "too_many_elements_in_segment").segment == 6
    long = changed(interchange(ORDER), "Ring", "R" * (limits.MAX_ELEMENT_LENGTH + 1))
    assert problem(read(long), "element_beyond_limit").tag == "MSG"
    monkeypatch.setattr(reading, "MAX_MESSAGES", 3)
    assert problem(read(interchange(ORDER) * 2), "too_many_messages").segment == 21
    monkeypatch.setattr(syntax, "MAX_SEGMENTS", 19)
    assert problem(read(interchange(ORDER)), "too_many_segments").tag == "ISA"
    monkeypatch.setattr(syntax, "MAX_BYTES", 100)
    assert problem(read(interchange(ORDER)), "too_many_bytes").segment is None
    monkeypatch.undo()
    monkeypatch.setattr(syntax, "MAX_INTERCHANGES", 2)
    assert problem(read(interchange(ORDER) * 3), "too_many_interchanges").segment == 41
