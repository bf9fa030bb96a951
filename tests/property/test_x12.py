"""X12 whatever the bytes are: an answer, in a bounded count of steps, that can be written and answered again.

Under the profile `nightly` more than 200,000 inputs are read: each example of mutation makes 64 of its own.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownstock.exchange.documents import ItemCodes, OrderDocument, OrderedLine
from ownstock.exchange.x12.answer import answer_group
from ownstock.exchange.x12.composing import Identity, compose
from ownstock.exchange.x12.messages.order import write_order
from ownstock.exchange.x12.problems import Strictness
from ownstock.exchange.x12.reading import read
from ownstock.exchange.x12.syntax import Cut, Delimiters, Segment, scan
from ownstock.exchange.x12.writing import text_of, write_scan
from tests.x12_cases import ISA, MESSAGES, interchange

MUTATED_OF_AN_EXAMPLE = 64
SEEDS = tuple(interchange(message) for message in MESSAGES.values())
IDENTITY = Identity(
    sender=("ZZ", "OWN"), receiver=("ZZ", "THEIRS"), control_number=9, written_at=datetime(2026, 3, 2, tzinfo=UTC)
)
# Calls of functions for a byte, and for a file with none; the first read also compiles the tables.
STEPS_OF_A_BYTE, STEPS_AT_ALL = 40, 2_000


def look_into(raw: bytes) -> None:
    """What must hold of any bytes."""
    tolerant, strict = read(raw), read(raw, Strictness.STRICT)
    assert tolerant.is_accepted or not strict.is_accepted
    assert tolerant.problems == strict.problems
    assert all(0 < (p.segment or 1) <= len(raw) + 1 for p in tolerant.problems)
    again = scan(write_scan(tolerant.scan))
    assert [cut.segments for cut in again.cuts] == [cut.segments for cut in tolerant.scan.cuts]
    for reading in (tolerant, strict):
        for group in [group for one in reading.interchanges for group in one.groups]:
            written = compose(IDENTITY, "997", [answer_group(reading, group)])
            assert read(written, Strictness.STRICT).is_accepted


@given(st.binary(max_size=400))
def test_any_bytes_have_an_answer(raw: bytes) -> None:
    look_into(raw)


@given(
    st.lists(
        st.sampled_from([*"*~>\n|^ A1\u00a0", "ISA*", "~ST*850*", "~SE*", "~GE*1", "~IEA*", "~HL*", "~PO1*"]),
        max_size=120,
    )
)
def test_any_pieces_of_messages_behind_an_isa_have_an_answer(pieces: list[str]) -> None:
    look_into((ISA + "~" + "".join(pieces)).encode())


@given(st.integers(0, 2**63), st.sampled_from(SEEDS))
def test_messages_with_bytes_changed_have_an_answer(seed: int, raw: bytes) -> None:
    drawn = random.Random(seed)
    for _ in range(MUTATED_OF_AN_EXAMPLE):
        mutated = raw
        for _ in range(drawn.randint(1, 4)):
            mutated = drawn.choice(MUTATIONS)(mutated, drawn)
        look_into(mutated)


def replaced(raw: bytes, drawn: random.Random) -> bytes:
    at = drawn.randrange(len(raw) + 1)
    return (
        raw[:at]
        + bytes([drawn.choice(b"*~>\n\r 0A\x00\xa0\xff") if drawn.random() < 0.7 else drawn.randrange(256)])
        + raw[at + 1 :]
    )


def cut_out(raw: bytes, drawn: random.Random) -> bytes:
    start = drawn.randrange(len(raw) + 1)
    return raw[:start] + raw[start + drawn.choice((1, 1, 2, 5, 40)) :]


def told_twice(raw: bytes, drawn: random.Random) -> bytes:
    start = drawn.randrange(len(raw) + 1)
    return raw[:start] + raw[start : start + drawn.choice((1, 5, 40, 400))] + raw[start:]


def segment_moved(raw: bytes, drawn: random.Random) -> bytes:
    segments = raw.split(b"~")
    segments.insert(drawn.randrange(len(segments) + 1), segments.pop(drawn.randrange(len(segments))))
    return b"~".join(segments)


def truncated(raw: bytes, drawn: random.Random) -> bytes:
    return raw[: drawn.randrange(len(raw) + 1)]


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    replaced,
    replaced,
    cut_out,
    told_twice,
    segment_moved,
    truncated,
)

WORDS = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x17F, exclude_characters="*~>^\n\u00a0\u00ad\x7f"),
    min_size=1,
    max_size=12,
)
SIGNS = (
    st.permutations(list("*~>|}\n+:"))
    .filter(lambda signs: "\n" not in signs[:2])
    .map(lambda signs: Delimiters(signs[0], signs[1], "", signs[2]))
)
PLAIN = st.text("ABCXYZ0123456789.-", max_size=12)


@given(
    SIGNS,
    st.lists(st.tuples(st.from_regex("[A-Z][A-Z0-9]{1,2}", fullmatch=True), st.lists(PLAIN, max_size=9)), max_size=30),
    st.sampled_from(["", "\r\n", "\n"]),
)
def test_interchanges_are_written_and_read_without_loss(
    signs: Delimiters, drawn: list[tuple[str, list[str]]], line_end: str
) -> None:
    header = ISA[:-1].split("*")
    header[16] = signs.component
    segments: list[Segment] = [
        tuple(header),
        *((tag, *values) for tag, values in drawn if tag not in ("ISA", "IEA")),
        ("IEA", "0", "7"),
    ]
    between = "" if signs.terminator == "\n" else line_end
    text = text_of(Cut(signs, segments, 1, between, signs.terminator + between))
    found = scan(text.encode())
    assert [cut.segments for cut in found.cuts] == [segments]
    assert found.cuts[0].delimiters == signs
    assert write_scan(found) == text.encode()


QUANTITIES = st.decimals(min_value=0, max_value=10**9, places=4, allow_nan=False)
LINES = st.builds(
    OrderedLine,
    line=st.from_regex("[0-9]{1,6}", fullmatch=True),
    codes=st.builds(ItemCodes, sku=WORDS, supplier_sku=WORDS),
    quantity=QUANTITIES,
    unit=st.sampled_from(["EA", "KG", "CA"]),
    price=QUANTITIES,
    description=st.lists(WORDS, max_size=20).map(" ".join),
    requested_on=st.none() | st.dates(date(2000, 1, 1), date(2099, 12, 31)),
)


@given(st.lists(LINES, min_size=1, max_size=8), WORDS)
def test_an_order_is_told_exactly(lines: list[OrderedLine], number: str) -> None:
    order = OrderDocument(number=number, ordered_on=date(2026, 3, 2), currency="EUR", lines=tuple(lines))
    reading = read(compose(IDENTITY, "850", [write_order(order)]), Strictness.STRICT)
    document: Any = reading.messages[0].document
    told = [(one.codes, Decimal(one.quantity), one.price, one.description) for one in document.lines]
    assert told == [(one.codes, one.quantity, one.price, one.description) for one in lines]


HOSTILE = {
    "terminators": b"~",
    "elements": b"*",
    "headers": b"ISA",
    "blanks before a trailer": b" " * 50 + b"IEA*",
    "blanks": b"\n",
    "openings": b"ST*850*0001~",
    "closings": b"SE*1*1~",
    "groups": b"GS*PO*A*B~",
    "levels": b"HL*1*1*I~",
    "components": b">>",
    "digits": b"1234567890",
    "points": b"PO1*1*" + b"1." * 30 + b"~",
}


def steps_of(raw: bytes) -> int:
    """How many calls of functions a read takes, those written in C among them."""
    steps = 0

    def count(*_: object) -> None:
        nonlocal steps
        steps += 1

    sys.setprofile(count)
    try:
        read(raw)
    finally:
        sys.setprofile(None)
    return steps


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_steps_grow_no_faster_than_bytes(name: str) -> None:
    read(SEEDS[0])
    for repeats in (50, 200, 800):
        raw = SEEDS[0][:200] + b"ST*856*0001~" + HOSTILE[name] * repeats
        assert steps_of(raw) < STEPS_AT_ALL + STEPS_OF_A_BYTE * len(raw), (name, repeats)


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_twice_the_bytes_take_twice_the_steps_at_most(name: str) -> None:
    read(SEEDS[0])
    once, twice = (steps_of(SEEDS[0][:200] + HOSTILE[name] * repeats) for repeats in (2_000, 4_000))
    assert twice <= 2.1 * once + 200, (name, once, twice)
