"""The answer as an EPCIS 2.0 document (JSON-LD): what other companies' systems read.

Each movement is an ObjectEvent, goods that became others a TransformationEvent. What was taken back is told as EPCIS tells
it: the event declares that it did not occur, and the reversal is no event of its own. For what EPCIS has no words (status
on both ends, posting, line) the events carry terms of Ownstock's, so that `epcis_reader` reads the same movements back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ownstock.base.text import plain
from ownstock.exchange.evidence.csv_files import moment
from ownstock.exchange.evidence.dossier import Dossier
from ownstock.exchange.evidence.names import Naming
from ownstock.ledger.rules.posting import Status
from ownstock.ledger.rules.tracing import Flow, LotName, Place, TracedMovement, Transformation, flow_of

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
LONGEST_OFFSET = timedelta(hours=14)
# UN/ECE Recommendation 20; a unit that is counted in pieces has no code in EPCIS.
UNIT_CODES = {
    "kg": "KGM", "g": "GRM", "mg": "MGM", "t": "TNE", "l": "LTR", "ml": "MLT", "m": "MTR", "cm": "CMT", "mm": "MMT",
    "m2": "MTK", "m3": "MTQ", "lb": "LBR", "oz": "ONZ",
}  # fmt: skip
# What is done, and what it makes of the goods; None: as their status says (Core Business Vocabulary 2.0).
STEPS: dict[Flow, tuple[str, str | None]] = {
    Flow.RECEIVED: ("receiving", None),
    Flow.RETURNED_BY_CUSTOMER: ("receiving", "returned"),
    Flow.SHIPPED: ("shipping", "in_transit"),
    Flow.RETURNED_TO_SUPPLIER: ("shipping", "returned"),
    Flow.COUNTED_IN: ("cycle_counting", None),
    Flow.COUNTED_OUT: ("cycle_counting", "unknown"),
    Flow.SCRAPPED: ("destroying", "disposed"),
    Flow.TAKEN_FROM_SCRAP: ("other", None),
    Flow.ADJUSTED_IN: ("other", None),
    Flow.ADJUSTED_OUT: ("other", "unknown"),
}
STEPS_WITHIN = {
    Status.RELEASED: "accepting", Status.ON_HOLD: "holding", Status.QUARANTINE: "holding", Status.REJECTED: "inspecting",
}  # fmt: skip
DISPOSITIONS = {
    Status.RELEASED: "available", Status.ON_HOLD: "unavailable", Status.QUARANTINE: "unavailable",
    Status.REJECTED: "non_conformant",
}  # fmt: skip
Json = dict[str, Any]


def render(dossier: Dossier, naming: Naming) -> bytes:
    """Write the document; quantities are JSON numbers with all their digits."""
    return exact_json(document(dossier, naming)).encode()


def document(dossier: Dossier, naming: Naming) -> Json:
    """The document as JSON values, decimals as they are."""
    lines = dossier.trace.lines
    return {
        "@context": [CONTEXT, {"ownstock": naming.terms}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": moment(dossier.made_at),
        "epcisHeader": {"epcisMasterData": {"vocabularyList": _vocabularies(dossier, naming, lines)}},
        "epcisBody": {"eventList": list(_events(dossier, naming, lines))},
    }


def _events(dossier: Dossier, naming: Naming, lines: Sequence[TracedMovement]) -> Iterator[Json]:
    trace, making = dossier.trace, dossier.trace.making
    transformed = {(m.posting_id, m.line) for t in trace.transformations for m in (*t.used, *t.made, *t.undone)}
    there = {(m.posting_id, m.line) for m in lines}
    reversals = {(m.reverses_id, m.line): m for m in lines if m.reverses_id is not None}
    for m in lines:
        place = (m.posting_id, m.line)
        if place not in transformed and (m.reverses_id, m.line) not in there:
            yield _object_event(dossier, naming, m, flow_of(m, making), reversals.get(place))
    for made in trace.transformations:
        yield _transformation_event(dossier, naming, made)


def _object_event(
    dossier: Dossier, naming: Naming, m: TracedMovement, flow: Flow, reversal: TracedMovement | None
) -> Json:
    lot = dossier.trace.name_of(m)
    step, disposition = STEPS.get(flow) or (_step_within(m), None)
    order = dossier.order_of(m) if flow is Flow.RECEIVED else None
    parties = [naming.supplier(order.supplier_code)] if order and order.supplier_code else []
    return {
        "type": "ObjectEvent",
        "eventID": naming.event(m.key, m.line),
        **_when(m),
        **_error(reversal),
        "action": "DELETE" if flow is Flow.SCRAPPED else "OBSERVE",
        "bizStep": step,
        "disposition": disposition or DISPOSITIONS[Status(m.target_status)],
        **_things(naming, [(lot, m)], "epcList", "quantityList"),
        "readPoint": {"id": naming.place((m.target if flow in STEPS and m.target.holds else m.source).code)},
        **({"bizLocation": {"id": naming.place(m.target.code)}} if m.target.holds else {}),
        **_documents(naming, m.reference, order.number if order else ""),
        "sourceList": [
            *({"type": "possessing_party", "source": party} for party in parties),
            {"type": "location", "source": naming.place(m.source.code)},
        ],
        "destinationList": [{"type": "location", "destination": naming.place(m.target.code)}],
        "ownstock:posting": m.key,
        "ownstock:line": m.line,
        "ownstock:kind": m.kind,
        "ownstock:reference": m.reference,
        "ownstock:flow": flow,
        "ownstock:sourceStatus": m.source_status,
        "ownstock:targetStatus": m.target_status,
    }


def _step_within(m: TracedMovement) -> str:
    if m.source.id == m.target.id:
        return STEPS_WITHIN[Status(m.target_status)]
    if m.target.kind == "in_transit":
        return "departing"
    if m.source.kind == "in_transit":
        return "arriving"
    return "storing" if m.source.site == m.target.site else "transporting"


def _transformation_event(dossier: Dossier, naming: Naming, made: Transformation) -> Json:
    first, name = made.first, dossier.trace.name_of
    via = first.target
    used, fresh = _pieces_last(made.used, name), _pieces_last(made.made, name)
    return {
        "type": "TransformationEvent",
        "eventID": naming.event(f"{first.key}/{via.code}", 0),
        **_when(first),
        **_error(made.undone[0] if made.undone else None),
        "transformationID": f"{naming.posting(first.key)}/{made.place_id}",
        "bizStep": "commissioning",
        "disposition": DISPOSITIONS[Status(made.made[0].target_status)],
        **_things(naming, used, "inputEPCList", "inputQuantityList"),
        **_things(naming, fresh, "outputEPCList", "outputQuantityList"),
        "readPoint": {"id": naming.place(first.source.code)},
        "bizLocation": {"id": naming.place(made.made[0].target.code)},
        **_documents(naming, first.reference, ""),
        "ownstock:posting": first.key,
        "ownstock:kind": first.kind,
        "ownstock:reference": first.reference,
        "ownstock:via": naming.place(via.code),
        "ownstock:inputs": [_line(naming, m, m.source, m.source_status, m.target_status) for _, m in used],
        "ownstock:outputs": [_line(naming, m, m.target, m.target_status, m.source_status) for _, m in fresh],
    }


Thing = tuple[LotName, TracedMovement]


def _pieces_last(lines: Iterable[TracedMovement], name: Any) -> list[Thing]:
    """In the order of the event's two lists: what is counted, then single pieces."""
    return sorted(((name(m), m) for m in lines), key=lambda thing: (_is_piece(*thing), thing[1].line))


def _is_piece(lot: LotName, m: TracedMovement) -> bool:
    return lot.is_serial and m.quantity == 1


def _line(naming: Naming, m: TracedMovement, place: Place, status: str, outside_status: str) -> Json:
    return {
        "ownstock:line": m.line,
        "ownstock:location": naming.place(place.code),
        "ownstock:status": status,
        "ownstock:outsideStatus": outside_status,
        "ownstock:eventTime": moment(m.moved_at),
    }


def _things(naming: Naming, things: Sequence[Thing], pieces: str, counted: str) -> Json:
    """What it happened to: single pieces by their own key, all else by lot and quantity."""
    epcs = [naming.serial(lot.sku, lot.code) for lot, m in things if _is_piece(lot, m)]
    quantities = [_quantity(naming, lot, m) for lot, m in things if not _is_piece(lot, m)]
    return {**({pieces: epcs} if epcs else {}), **({counted: quantities} if quantities else {})}


def _quantity(naming: Naming, lot: LotName, m: TracedMovement) -> Json:
    code = UNIT_CODES.get(lot.unit.lower())
    return {"epcClass": naming.lot(lot.sku, lot.code), "quantity": m.quantity, **({"uom": code} if code else {})}


def _when(m: TracedMovement) -> Json:
    """The moment as the clock on the wall of the site told it."""
    inside = m.source if m.source.holds else m.target
    local = m.moved_at.astimezone(ZoneInfo(inside.time_zone))
    offset = local.utcoffset() or timedelta(0)
    if offset % timedelta(minutes=1) or abs(offset) > LONGEST_OFFSET:
        local = m.moved_at.astimezone(UTC)
    text = local.isoformat(timespec="microseconds")
    return {"eventTime": text, "eventTimeZoneOffset": text[-6:], "recordTime": moment(m.recorded_at)}


def _error(reversal: TracedMovement | None) -> Json:
    if reversal is None:
        return {}
    declaration = {
        "declarationTime": moment(reversal.recorded_at),
        "reason": "did_not_occur",
        "ownstock:posting": reversal.key,
        "ownstock:eventTime": moment(reversal.moved_at),
    }
    return {"errorDeclaration": declaration}


def _documents(naming: Naming, reference: str, order: str) -> Json:
    found = [{"type": "po", "bizTransaction": naming.order(order)}] if order else []
    if reference and reference != order:
        found.append({"bizTransaction": naming.document(reference)})
    return {"bizTransactionList": found} if found else {}


def _vocabularies(dossier: Dossier, naming: Naming, lines: Iterable[TracedMovement]) -> list[Json]:
    """What each name in the events stands for, so that the document explains itself."""
    lots: dict[str, dict[str, Json]] = {"urn:epcglobal:epcis:vtype:EPCClass": {}, "ownstock:Serial": {}}
    places: dict[str, dict[str, Json]] = {
        "urn:epcglobal:epcis:vtype:BusinessLocation": {}, "urn:epcglobal:epcis:vtype:SourceDest": {},
    }  # fmt: skip
    of_class, of_piece = lots.values()
    inside, outside = places.values()
    for m in lines:
        lot = dossier.trace.name_of(m)
        if _is_piece(lot, m):
            of_piece[naming.serial(lot.sku, lot.code)] = _lot_facts(lot)
        else:
            of_class[naming.lot(lot.sku, lot.code)] = _lot_facts(lot)
        for place in (m.source, m.target):
            (inside if place.holds else outside)[naming.place(place.code)] = {
                "ownstock:location": place.code, "cbvmda:name": place.name,
            }  # fmt: skip
    return [_vocabulary(kind, found) for kind, found in (lots | places).items() if found]


def _lot_facts(lot: LotName) -> Json:
    facts = {
        "ownstock:sku": lot.sku, "ownstock:lot": lot.code, "ownstock:unit": lot.unit,
        "cbvmda:descriptionShort": lot.description,
    }  # fmt: skip
    return facts | ({"cbvmda:itemExpirationDate": lot.expires_on.isoformat()} if lot.expires_on else {})


def _vocabulary(kind: str, found: Mapping[str, Json]) -> Json:
    elements = [
        {"id": uri, "attributes": [{"id": name, "attribute": value} for name, value in facts.items()]}
        for uri, facts in sorted(found.items())
    ]
    return {"type": kind, "vocabularyElementList": elements}


def exact_json(value: Any) -> str:
    """JSON with decimals as numbers of all their digits, which a float would lose."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{exact_json(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",\n".join(map(exact_json, value)) + "]"
    if isinstance(value, Decimal):
        return plain(value)
    return json.dumps(value, ensure_ascii=False)


def moment_of(text: str) -> datetime:
    """An instant as the document writes it."""
    return datetime.fromisoformat(text)
