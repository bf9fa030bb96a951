"""Reading what came, by its format: what it says as documents, what is wrong with it, by which name it is known again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ownstock.base.errors import Refused
from ownstock.exchange.channels.rules import MessageFormat, Value
from ownstock.exchange.documents import (
    AcknowledgedLine,
    AcknowledgementDocument,
    Document,
    Fault,
    InvoiceDocument,
    Line,
    ShippingNoticeDocument,
)
from ownstock.exchange.formats import csv_documents, json_documents
from ownstock.exchange.inbox.rules import MAX_MESSAGE_BYTES
from ownstock.exchange.partners import PartnerProfile, profile_of
from ownstock.exchange.x12 import taking
from ownstock.exchange.x12.envelope import Interchange
from ownstock.exchange.x12.reading import Reading
from ownstock.exchange.x12.syntax import scan

# An answer to an envelope that is not for us would tell a stranger what we read.
UNANSWERED = frozenset({"other_partner", "other_usage"})


@dataclass(frozen=True, slots=True)
class Came:
    """What a file says, document by document, and why it cannot be taken, where it cannot: then none of it is applied.

    `reading` is there where its syntax is to be answered.
    """

    documents: tuple[Document, ...] = ()
    faults: tuple[Fault, ...] = ()
    reading: Reading | None = None
    profile: PartnerProfile | None = None


def _x12(raw: bytes, settings: Mapping[str, Value]) -> Came:
    profile = profile_of(settings)
    taken = taking.take(raw, profile)
    is_answered = not any(fault.code in UNANSWERED for fault in taken.faults)
    nothing = (
        Fault(code="empty", sentence="There is no message in it.") if not (taken.documents or taken.faults) else None
    )
    faults = (*taken.faults, *([nothing] if nothing else []))
    return Came(taken.documents, faults, taken.reading if is_answered else None, profile)


def _json(raw: bytes, settings: Mapping[str, Value]) -> Came:
    _, _, document = json_documents.read(raw)
    return Came((document,))


def _csv(raw: bytes, settings: Mapping[str, Value]) -> Came:
    _, _, documents = csv_documents.read(raw)
    return Came(tuple(documents))


Reader = Callable[[bytes, Mapping[str, Value]], Came]
READERS: Mapping[str, Reader] = {MessageFormat.X12: _x12, MessageFormat.JSON: _json, MessageFormat.CSV: _csv}


def read(raw: bytes, written: str, settings: Mapping[str, Value]) -> Came:
    """Whatever the bytes are, what they say and what is wrong with that."""
    reader = READERS.get(written)
    if reader is None:
        return Came(faults=(Fault(code="format_unread", sentence=f"Nothing here reads {written}."),))
    if len(raw) > MAX_MESSAGE_BYTES:
        sentence = f"It has more than {MAX_MESSAGE_BYTES // 2**20} MiB. Ask the supplier to divide it."
        return Came(faults=(Fault(code="too_large", sentence=sentence),))
    try:
        return reader(raw, settings)
    except Refused as refusal:
        place = str(refusal.facts.get("place", ""))
        return Came(faults=(Fault(code=refusal.code, sentence=refusal.sentence, place=place),))


def _x12_identity(raw: bytes) -> str:
    envelopes = [Interchange(cut, ()) for cut in scan(raw).cuts]
    return ",".join(f"{':'.join(one.sender)} {one.control_number}" for one in envelopes)


IDENTITIES: Mapping[str, Callable[[bytes], str]] = {
    MessageFormat.X12: _x12_identity,
    MessageFormat.JSON: json_documents.identity_of,
    MessageFormat.CSV: csv_documents.identity_of,
}


def identity_said(raw: bytes, written: str) -> str:
    """By which name a message calls itself; empty where it does not, or where that cannot be read."""
    said = IDENTITIES.get(written, lambda _: "")(raw)
    return said if said.isprintable() else ""


def in_units_of_orders(document: Document, units: Mapping[tuple[str, str], str]) -> Document:
    """A document in which quantities without a unit have the stock unit of their line; `units` are by order and line."""
    if isinstance(document, AcknowledgementDocument):
        lines = tuple(_answered_in(line, units, document.order_number) for line in document.lines)
        return replace(document, lines=lines)
    if isinstance(document, ShippingNoticeDocument):
        shipped = (replace(line, unit=line.unit or _unit(line, line.order_number, units)) for line in document.lines)
        return replace(document, lines=tuple(shipped))
    if isinstance(document, InvoiceDocument):
        number = document.order_number
        invoiced = (replace(line, unit=line.unit or _unit(line, number, units)) for line in document.lines)
        return replace(document, lines=tuple(invoiced))
    return document


def _answered_in(line: AcknowledgedLine, units: Mapping[tuple[str, str], str], number: str) -> AcknowledgedLine:
    unit = line.unit or _unit(line, number, units)
    return replace(line, unit=unit, answers=tuple(replace(part, unit=part.unit or unit) for part in line.answers))


def _unit(line: Line, number: str, units: Mapping[tuple[str, str], str]) -> str:
    return units.get((number, line.line.lstrip("0")), "") or units.get((number, line.codes.sku), "")
