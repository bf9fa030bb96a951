"""What the messages have in common: numbers, dates, codes of items, parties, texts, and how they are written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from itertools import pairwise
from typing import TypedDict

from ownstock.exchange.documents import ItemCodes, Kept, Line, Party, Purpose
from ownstock.exchange.x12.envelope import Message, element
from ownstock.exchange.x12.syntax import Segment

PURPOSES = {
    "00": Purpose.ORIGINAL,
    "01": Purpose.CANCELLATION,
    "03": Purpose.CANCELLATION,
    "04": Purpose.CHANGE,
    "05": Purpose.REPLACEMENT,
    "06": Purpose.CONFIRMATION,
    "07": Purpose.DUPLICATE,
}
PURPOSE_CODES = {purpose: code for code, purpose in reversed(PURPOSES.items())}
# The kinds of code by which a segment names an item. Of each the first is the one we write.
OUR_CODES = ("BP", "IN", "CB")
SUPPLIER_CODES = ("VP", "VN", "VC")
GTIN_CODES = ("UP", "EN", "UK", "UI", "UA")
CODE_SIDES = {
    **dict.fromkeys(OUR_CODES, "sku"),
    **dict.fromkeys(SUPPLIER_CODES, "supplier_sku"),
    **dict.fromkeys(GTIN_CODES, "gtin"),
}
GTIN_BY_LENGTH = {12: "UP", 13: "EN", 14: "UK", 8: "EN"}
ROLES = {"BY": "buyer", "SE": "seller", "ST": "ship_to", "SF": "ship_from", "BT": "bill_to", "RI": "remit_to"}
# Two codes that others use for a role of ours.
ROLES_READ = {**ROLES, "SU": "seller", "VN": "seller"}
ROLE_CODES = {role: code for code, role in ROLES.items()}
REQUESTED_DELIVERY = ("002", "074")
REQUESTED_SHIPPING = ("010", "038", "037")
# By which power of ten a price is of more than one: of a hundred, of a thousand.
PRICED_BY = {"HP": -2, "TP": -3}
HUNDREDTH = Decimal("0.01")
LONGEST_WORDS, LONGEST_TEXT, LONGEST_NAME = 80, 264, 60


def decimal_of(text: str) -> Decimal | None:
    """An exact number; None where there is none."""
    try:
        return Decimal(text) if text and text.isascii() else None
    except InvalidOperation:
        return None


def price_of(segment: Segment, position: int) -> Decimal | None:
    """The price of one, whatever number the basis beside it says it is of."""
    price = decimal_of(element(segment, position))
    return None if price is None else price.scaleb(PRICED_BY.get(element(segment, position + 1), 0))


def hundredths_of(text: str) -> Decimal | None:
    """A number with two implied decimals, such as TDS has."""
    number = decimal_of(text)
    return None if number is None else number.scaleb(-2)


def written(number: Decimal | None) -> str:
    """A number as X12 wants it: no zeros behind the point, no exponent."""
    if number is None:
        return ""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def hundredths(number: Decimal) -> str:
    """A sum of money with two implied decimals; what is finer is rounded to the hundredth, half up."""
    return str(int(number.quantize(HUNDREDTH, ROUND_HALF_UP).scaleb(2)))


@lru_cache(maxsize=4096)
def date_of(text: str) -> date | None:
    """A day as YYYYMMDD; None where there is none."""
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def day(value: date | None) -> str:
    """A day as X12 writes it."""
    return f"{value:%Y%m%d}" if value else ""


def purpose_of(code: str) -> Purpose:
    """What a document does, by the code of its purpose."""
    return PURPOSES.get(code, Purpose.OTHER)


def all_of(segments: Iterable[Segment], tag: str) -> list[Segment]:
    """The segments of a tag."""
    return [segment for segment in segments if segment[0] == tag]


def first_of(segments: Iterable[Segment], tag: str, qualifier: str = "") -> Segment:
    """The first segment of a tag, with a qualifier where one is given; empty where there is none."""
    found = (s for s in segments if s[0] == tag and (not qualifier or element(s, 1) == qualifier))
    return next(found, [tag])


@dataclass(frozen=True, slots=True)
class Block:
    """A line and what is said of it: its segments, and the place of the first in the file."""

    segments: list[Segment]
    place: str

    @property
    def opening(self) -> Segment:
        """The segment that opens it."""
        return self.segments[0]


def parted(
    message: Message, opening: str, closing: Collection[str]
) -> tuple[list[Segment], list[Block], list[Segment]]:
    """(what stands before the first line, the lines with what is said of each, what stands after them)."""
    segments = message.segments
    bounds, start, end = _bounds(segments, opening, closing)
    lines = [Block(segments[a:b], f"segment {message.number_of(a)} ({opening})") for a, b in pairwise(bounds)]
    return segments[: min(start, end)], lines, segments[end:]


def divided(
    segments: list[Segment], opening: str, closing: Collection[str]
) -> tuple[list[Segment], list[list[Segment]]]:
    """(what stands before the first part of a line, the parts with what is said of each)."""
    bounds, start, end = _bounds(segments, opening, closing)
    return segments[: min(start, end)], [segments[a:b] for a, b in pairwise(bounds)]


def _bounds(segments: list[Segment], opening: str, closing: Collection[str]) -> tuple[list[int], int, int]:
    """(where each part begins and the last ends, where the first begins, where the last ends)."""
    starts = [index for index, segment in enumerate(segments) if segment[0] == opening]
    start = starts[0] if starts else len(segments)
    ends = (i for i, segment in enumerate(segments) if segment[0] in closing and (i > start or not starts))
    end = next(ends, len(segments))
    return [*(at for at in starts if at < end), end], start, end


def codes_of(segment: Segment, first: int) -> ItemCodes:
    """The codes of an item, in pairs of kind and code from an element on; of two of the same side the first is taken."""
    picked = {"sku": "", "supplier_sku": "", "gtin": ""}
    others: tuple[tuple[str, str], ...] = ()
    for kind, code in zip(segment[first::2], segment[first + 1 :: 2], strict=False):
        side = CODE_SIDES.get(kind, "")
        if code and side and not picked[side]:
            picked[side] = code
        elif code:
            others = (*others, (kind, code))
    return ItemCodes(sku=picked["sku"], supplier_sku=picked["supplier_sku"], gtin=picked["gtin"], others=others)


def code_pairs(codes: ItemCodes) -> list[str]:
    """The same as elements."""
    pairs = [(OUR_CODES[0], codes.sku), (SUPPLIER_CODES[0], codes.supplier_sku)]
    pairs += [(GTIN_BY_LENGTH.get(len(codes.gtin), "UK"), codes.gtin), *codes.others]
    return [part for kind, code in pairs if code for part in (kind, code)]


def parties_of(segments: list[Segment]) -> tuple[Party, ...]:
    """The parties, each with the segments of its address."""
    found: list[list[Segment]] = []
    for segment in segments:
        if segment[0] == "N1":
            found.append([segment])
        elif found and segment[0] in ("N2", "N3", "N4"):
            found[-1].append(segment)
    return tuple(map(_party, found))


def _party(segments: list[Segment]) -> Party:
    opening, town = segments[0], first_of(segments, "N4")
    names = [element(opening, 2), *(part for segment in all_of(segments, "N2") for part in segment[1:])]
    role = element(opening, 1)
    return Party(
        role=ROLES_READ.get(role, role),
        name=" ".join(dict.fromkeys(filter(None, names))),
        code_kind=element(opening, 3),
        code=element(opening, 4),
        street=tuple(part for segment in all_of(segments, "N3") for part in segment[1:] if part),
        town=element(town, 1),
        region=element(town, 2),
        postal_code=element(town, 3),
        country=element(town, 4),
    )


def party_segments(parties: Iterable[Party]) -> Iterator[Segment]:
    """N1 to N4 of each party."""
    for party in parties:
        names = chunks(party.name, LONGEST_NAME)
        coded = [party.code_kind or "92", party.code] if party.code else ["", ""]
        yield ["N1", ROLE_CODES.get(party.role, party.role), *(names[:1] or [""]), *coded]
        yield from (["N2", *names[at : at + 2]] for at in range(1, len(names), 2))
        yield from (["N3", *party.street[at : at + 2]] for at in range(0, len(party.street), 2))
        town = [party.town, party.region, party.postal_code, party.country]
        if any(town):
            yield ["N4", *town]


def chunks(text: str, length: int) -> list[str]:
    """A text in parts that each fit an element, without blanks at their ends."""
    parts = []
    while text := text.strip(" "):
        cut = text.rfind(" ", 0, length + 1) if len(text) > length else len(text)
        cut = cut if cut > 0 else length
        parts.append(text[:cut].rstrip(" "))
        text = text[cut:]
    return parts


def description_of(segments: list[Segment]) -> str:
    """What the PIDs of a line say in words."""
    return " ".join([s[5] for s in segments if s[0] == "PID" and len(s) > 5 and s[5]])


def description_segments(text: str) -> Iterator[Segment]:
    """PID as often as the words need."""
    for part in chunks(text, LONGEST_WORDS):
        yield ["PID", "F", "", "", "", part]


def texts_of(segments: list[Segment]) -> tuple[str, ...]:
    """What is said in MSG and NTE."""
    said = (element(s, 1 if s[0] == "MSG" else 2) for s in segments if s[0] in ("MSG", "NTE"))
    return tuple(filter(None, said))


def words_of(segments: list[Segment]) -> tuple[str, ...]:
    """What REF says in words beside a reference."""
    return tuple(words for segment in all_of(segments, "REF") if (words := element(segment, 3)))


def text_segments(texts: Iterable[str]) -> Iterator[Segment]:
    """A text behind an N9 each."""
    for number, text in enumerate(texts, start=1):
        yield ["N9", "ZZ", str(number)]
        for part in chunks(text, LONGEST_TEXT):
            yield ["MSG", part]


def dates_of(segments: Iterable[Segment]) -> dict[str, str]:
    """What DTM says, by the kind of date; of two of a kind the first."""
    said = [segment for segment in segments if segment[0] == "DTM" and len(segment) > 2]
    return {segment[1]: segment[2] for segment in reversed(said)}


def date_among(said: dict[str, str], kinds: Iterable[str]) -> date | None:
    """The first date of these kinds among what is said."""
    if said:
        for kind in kinds:
            if found := date_of(said.get(kind, "")):
                return found
    return None


def date_said(segments: Iterable[Segment], kinds: Iterable[str]) -> date | None:
    """The first date of these kinds that a DTM gives."""
    return date_among(dates_of(segments), kinds)


def kept_of(segments: Iterable[Segment], understood: Collection[str]) -> Kept:
    """The segments that no reader looks at."""
    return tuple([tuple(segment) for segment in segments if segment[0] not in understood])


def currency_of(segments: list[Segment]) -> str:
    """The currency that CUR names."""
    return element(first_of(segments, "CUR"), 2)


class LineFields(TypedDict):
    """What every line says, as its segment does."""

    line: str
    quantity: Decimal | None
    unit: str
    codes: ItemCodes
    description: str
    place: str


def line_fields(block: Block, index: int, *, quantity: int = 2, unit: int = 3, codes: int = 6) -> LineFields:
    """What a line says, at these positions; where it has no number, its place among the lines is taken, from 1."""
    opening = block.opening
    return {
        "line": element(opening, 1) or str(index),
        "quantity": decimal_of(element(opening, quantity)),
        "unit": element(opening, unit),
        "codes": codes_of(opening, codes),
        "description": description_of(block.segments),
        "place": block.place,
    }


def line_segment(tag: str, line: Line, price: Decimal | None) -> Segment:
    """The segment that opens a line of an order, an answer or an invoice."""
    return [tag, line.line, written(line.quantity), line.unit, written(price), "", *code_pairs(line.codes)]
