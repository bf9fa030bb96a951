"""The forecast that a buyer shares, 830: so much of an item, period by period, and how binding each is."""

from __future__ import annotations

from ownstock.exchange.documents import ForecastBand, ForecastDocument, ForecastLine, ForecastPart
from ownstock.exchange.x12.envelope import Message, element
from ownstock.exchange.x12.messages import parts
from ownstock.exchange.x12.syntax import Segment

KIND = "830"
UNDERSTOOD = {"ST", "BFR", "N1", "N2", "N3", "N4", "CTT", "SE"}
UNDERSTOOD_OF_LINE = {"LIN", "UIT", "PID", "FST"}
BANDS = {"C": ForecastBand.FIRM, "B": ForecastBand.FLEXIBLE, "D": ForecastBand.OUTLOOK}
BAND_CODES = {band: code for code, band in BANDS.items()}
PERIODS = {"W": "week", "M": "month", "D": "day"}
PERIOD_CODES = {period: code for code, period in PERIODS.items()}
BY_DELIVERY, OF_BUYER = "DL", "A"


def read_forecast(message: Message) -> ForecastDocument:
    """The forecast that a message says."""
    header, lines, rest = parts.parted(message, "LIN", ("CTT", "SE"))
    opening = parts.first_of(header, "BFR")
    return ForecastDocument(
        number=element(opening, 2),
        release=element(opening, 3),
        written_on=parts.date_of(element(opening, 8)),
        begins_on=parts.date_of(element(opening, 6)),
        ends_on=parts.date_of(element(opening, 7)),
        purpose=parts.purpose_of(element(opening, 1)),
        parties=parts.parties_of(header),
        lines=tuple(_line(block, index) for index, block in enumerate(lines, start=1)),
        kept=parts.kept_of([*header, *rest], UNDERSTOOD),
    )


def _line(block: parts.Block, index: int) -> ForecastLine:
    said = (_part(segment) for segment in parts.all_of(block.segments, "FST"))
    return ForecastLine(
        line=element(block.opening, 1) or str(index),
        codes=parts.codes_of(block.opening, 2),
        unit=element(parts.first_of(block.segments, "UIT"), 1),
        description=parts.description_of(block.segments),
        parts=tuple(part for part in said if part),
        place=block.place,
        kept=parts.kept_of(block.segments, UNDERSTOOD_OF_LINE),
    )


def _part(segment: Segment) -> ForecastPart | None:
    quantity, begins_on = parts.decimal_of(element(segment, 1)), parts.date_of(element(segment, 4))
    if quantity is None or begins_on is None:
        return None
    band = BANDS.get(element(segment, 2), ForecastBand.OUTLOOK)
    return ForecastPart(
        quantity=quantity, begins_on=begins_on, band=band, period=PERIODS.get(element(segment, 3), "week")
    )


def write_forecast(forecast: ForecastDocument) -> list[Segment]:
    """The body of an 830."""
    span = [parts.day(on) for on in (forecast.begins_on, forecast.ends_on, forecast.written_on)]
    opening = ["BFR", parts.PURPOSE_CODES[forecast.purpose], forecast.number, forecast.release, BY_DELIVERY, OF_BUYER]
    body = [[*opening, *span], *parts.party_segments(forecast.parties)]
    for line in forecast.lines:
        body += [["LIN", line.line, *parts.code_pairs(line.codes)], ["UIT", line.unit]]
        body += parts.description_segments(line.description)
        body += map(_part_segment, line.parts)
    return [*body, ["CTT", str(len(forecast.lines))]]


def _part_segment(part: ForecastPart) -> Segment:
    begins = [PERIOD_CODES[part.period], parts.day(part.begins_on)]
    return ["FST", parts.written(part.quantity), BAND_CODES[part.band], *begins]
