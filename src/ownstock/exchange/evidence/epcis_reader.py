"""Reading an evidence pack's EPCIS document back to movements, to see that it tells the same as the pack's tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from ownstock.base.errors import Refused
from ownstock.exchange.evidence.epcis import moment_of

MAX_BYTES = 1 << 30
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToldMovement:
    """A movement as a document tells it."""

    posting: str
    line: int
    kind: str
    sku: str
    lot: str
    quantity: Decimal
    source: str
    source_status: str
    target: str
    target_status: str
    moved_at: datetime
    reference: str

    def reversed_by(self, posting: str, moved_at: datetime) -> ToldMovement:
        """The movement that takes it back."""
        return ToldMovement(
            posting, self.line, self.kind, self.sku, self.lot, self.quantity, self.target, self.target_status,
            self.source, self.source_status, moved_at, self.reference,
        )  # fmt: skip


def read(content: bytes) -> list[ToldMovement]:
    """The movements that a document of an evidence pack tells, what was taken back with its reversal.

    Raises:
        Refused: too large, no EPCIS 2 document, or an event that no evidence pack has.
    """
    if len(content) > MAX_BYTES:
        raise Refused(f"The EPCIS document is larger than {MAX_BYTES >> 20} MiB.", code="file_too_large")
    try:
        document = json.loads(content, parse_float=Decimal, parse_int=Decimal)
        if document["type"] != "EPCISDocument" or not document["schemaVersion"].startswith("2."):
            raise ValueError("it is no EPCIS document of version 2")
        reader = _Reader(_facts(document))
        return [movement for event in document["epcisBody"]["eventList"] for movement in reader.movements(event)]
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation, RecursionError) as fault:
        raise Refused(
            f"This is no EPCIS document of an evidence pack ({type(fault).__name__}: {fault}).", code="unreadable"
        ) from fault


def _facts(document: Json) -> dict[str, dict[str, str]]:
    """What each name stands for."""
    return {
        element["id"]: {found["id"]: found["attribute"] for found in element["attributes"]}
        for vocabulary in document["epcisHeader"]["epcisMasterData"]["vocabularyList"]
        for element in vocabulary["vocabularyElementList"]
    }


class _Reader:
    """Reads events with the names of one document."""

    def __init__(self, facts: Mapping[str, Mapping[str, str]]) -> None:
        self._facts_of = facts

    def movements(self, event: Json) -> Iterator[ToldMovement]:
        """What an event tells."""
        reads = {"ObjectEvent": self._object, "TransformationEvent": self._transformation}
        error = event.get("errorDeclaration")
        for movement in reads[event["type"]](event):
            yield movement
            if error is not None:
                yield movement.reversed_by(error["ownstock:posting"], moment_of(error["ownstock:eventTime"]))

    def _object(self, event: Json) -> Iterator[ToldMovement]:
        [thing] = _things(event, "epcList", "quantityList")
        [source] = [end["source"] for end in event["sourceList"] if end["type"] == "location"]
        [target] = [end["destination"] for end in event["destinationList"] if end["type"] == "location"]
        yield self._told(
            event, event["ownstock:line"], thing, (source, event["ownstock:sourceStatus"]),
            (target, event["ownstock:targetStatus"]), event["eventTime"],
        )  # fmt: skip

    def _transformation(self, event: Json) -> Iterator[ToldMovement]:
        for side in ("input", "output"):
            things = _things(event, f"{side}EPCList", f"{side}QuantityList")
            for thing, line in zip(things, event[f"ownstock:{side}s"], strict=True):
                inside = (line["ownstock:location"], line["ownstock:status"])
                outside = (event["ownstock:via"], line["ownstock:outsideStatus"])
                ends = (inside, outside) if side == "input" else (outside, inside)
                yield self._told(event, line["ownstock:line"], thing, *ends, line["ownstock:eventTime"])

    def _told(
        self, event: Json, line: Decimal, thing: tuple[str, Decimal], source: tuple[str, str], target: tuple[str, str],
        moved_at: str,
    ) -> ToldMovement:  # fmt: skip
        uri, quantity = thing
        return ToldMovement(
            posting=event["ownstock:posting"], line=int(line), kind=event["ownstock:kind"],
            sku=self._facts_of[uri]["ownstock:sku"], lot=self._facts_of[uri]["ownstock:lot"], quantity=quantity,
            source=self._facts_of[source[0]]["ownstock:location"], source_status=source[1],
            target=self._facts_of[target[0]]["ownstock:location"], target_status=target[1],
            moved_at=moment_of(moved_at), reference=event["ownstock:reference"],
        )  # fmt: skip


def _things(event: Json, pieces: str, counted: str) -> Sequence[tuple[str, Decimal]]:
    quantities = [(part["epcClass"], Decimal(part["quantity"])) for part in event.get(counted, [])]
    return [*quantities, *((epc, Decimal(1)) for epc in event.get(pieces, []))]
