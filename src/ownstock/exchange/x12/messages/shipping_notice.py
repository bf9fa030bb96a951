"""The shipping notice, 856: what left, order by order, in which packages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ownstock.exchange.documents import ShippedLine, ShippingNoticeDocument
from ownstock.exchange.x12.envelope import Message, element
from ownstock.exchange.x12.hierarchy import ITEM, ORDER, PACKAGE, SHIPMENT, Level, levels_of
from ownstock.exchange.x12.messages import parts
from ownstock.exchange.x12.syntax import Segment

KIND = "856"
UNDERSTOOD = {"ST", "BSN", "HL", "N1", "N2", "N3", "N4", "TD1", "TD5", "PRF", "MAN", "LIN", "SN1", "PID", "CTT", "SE"}
SHIPPED, EXPECTED, EXPIRES = ("011",), ("017", "067"), ("036",)
LOT = "LT"
BILL_OF_LADING, CARRIER_REFERENCE = "BM", "CN"


def read_shipping_notice(message: Message) -> ShippingNoticeDocument:
    """The notice that a message says; its items are lines, each with the order and the packages it belongs to."""
    levels = levels_of(message)
    shipment = next((level.segments for level in levels if level.kind == SHIPMENT), [])
    header = [*message.segments[: _first_level(message)], *shipment]
    opening, packed, carrier = (parts.first_of(header, tag) for tag in ("BSN", "TD1", "TD5"))
    count = parts.decimal_of(element(packed, 2))
    others = [level.segments for level in levels if level.kind not in (SHIPMENT, ITEM)]
    return ShippingNoticeDocument(
        number=element(opening, 2),
        written_on=parts.date_of(element(opening, 3)),
        written_time=element(opening, 4),
        purpose=parts.purpose_of(element(opening, 1)),
        shipped_on=parts.date_said(header, SHIPPED),
        expected_on=parts.date_said(header, EXPECTED),
        carrier=element(carrier, 3) or element(carrier, 5),
        bill_of_lading=element(parts.first_of(header, "REF", BILL_OF_LADING), 2),
        carrier_references=tuple(
            element(s, 2) for s in parts.all_of(header, "REF") if element(s, 1) == CARRIER_REFERENCE
        ),
        package_count=None if count is None else int(count),
        weight=parts.decimal_of(element(packed, 7)),
        weight_unit=element(packed, 8),
        parties=parts.parties_of(header),
        lines=tuple(_line(level, n) for n, level in enumerate(_items(levels), start=1)),
        kept=parts.kept_of([*header, *(s for segments in others for s in segments)], UNDERSTOOD),
    )


def _first_level(message: Message) -> int:
    return next((i for i, segment in enumerate(message.segments) if segment[0] == "HL"), len(message.segments))


def _items(levels: list[Level]) -> Iterator[Level]:
    return (level for level in levels if level.kind == ITEM)


def _line(level: Level, index: int) -> ShippedLine:
    item, shipped = parts.first_of(level.segments, "LIN"), parts.first_of(level.segments, "SN1")
    order = next((parts.first_of(above.segments, "PRF") for above in level.upward() if above.kind == ORDER), ["PRF"])
    codes = parts.codes_of(item, 2)
    lot = next((code for kind, code in codes.others if kind == LOT), "")
    return ShippedLine(
        order_number=element(order, 1),
        line=element(item, 1) or element(shipped, 1) or str(index),
        codes=codes,
        quantity=parts.decimal_of(element(shipped, 2)),
        unit=element(shipped, 3),
        description=parts.description_of(level.segments),
        lot=lot or element(parts.first_of(level.segments, "REF", LOT), 2),
        expires_on=parts.date_said(level.segments, EXPIRES),
        marks=tuple(dict.fromkeys(_marks(level))),
        place=f"segment {level.number} (HL)",
        kept=parts.kept_of(level.segments, UNDERSTOOD),
    )


def _marks(level: Level) -> Iterator[str]:
    """The marks on the item, on what it lies in, and on packages told below it."""
    around = [*level.upward(), *(child for child in level.children if child.kind == PACKAGE)]
    for one in around:
        yield from (element(segment, 2) for segment in parts.all_of(one.segments, "MAN"))


def write_shipping_notice(notice: ShippingNoticeDocument) -> list[Segment]:
    """The body of an 856: shipment, orders, packages where lines are marked, items."""
    stamp = [parts.day(notice.written_on), notice.written_time or "0000", "0001"]
    body: list[Segment] = [
        ["BSN", parts.PURPOSE_CODES[notice.purpose], notice.number, *stamp],
        ["HL", "1", "", SHIPMENT],
    ]
    body += _shipment_segments(notice)
    level = 1
    for order, of_order in groupby(notice.lines, key=lambda line: line.order_number):
        level += 1
        order_level = level
        body += [["HL", str(level), "1", ORDER], ["PRF", order]]
        for marks, packed in groupby(of_order, key=lambda line: line.marks):
            above = order_level
            if marks:
                level += 1
                above = level
                body += [["HL", str(level), str(order_level), PACKAGE], *(["MAN", "GM", mark] for mark in marks)]
            for line in packed:
                level += 1
                body += [["HL", str(level), str(above), ITEM], *_item_segments(line)]
    return [*body, ["CTT", str(level)]]


def _shipment_segments(notice: ShippingNoticeDocument) -> Iterator[Segment]:
    if notice.package_count is not None or notice.weight is not None:
        count = str(notice.package_count) if notice.package_count is not None else ""
        weight = ["G", parts.written(notice.weight), notice.weight_unit] if notice.weight is not None else []
        yield ["TD1", "CTN" if count else "", count, "", "", "", *weight]
    if notice.carrier:
        yield ["TD5", "", "2", notice.carrier]
    if notice.bill_of_lading:
        yield ["REF", BILL_OF_LADING, notice.bill_of_lading]
    yield from (["REF", CARRIER_REFERENCE, reference] for reference in notice.carrier_references)
    for kind, on in ((SHIPPED[0], notice.shipped_on), (EXPECTED[0], notice.expected_on)):
        if on:
            yield ["DTM", kind, parts.day(on)]
    yield from parts.party_segments(notice.parties)


def _item_segments(line: ShippedLine) -> Iterator[Segment]:
    pairs = parts.code_pairs(line.codes)
    is_told = (LOT, line.lot) in line.codes.others
    yield ["LIN", line.line, *pairs, *([LOT, line.lot] if line.lot and not is_told else [])]
    yield ["SN1", "", parts.written(line.quantity), line.unit]
    yield from parts.description_segments(line.description)
    if line.expires_on:
        yield ["DTM", EXPIRES[0], parts.day(line.expires_on)]
