"""Postings as the columns that the posting function takes: one array a field, codes resolved to ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from ownstock.base.units import converted
from ownstock.ledger.names import Conversion, Names, line_refused
from ownstock.ledger.rules.materials import inexact_sentence
from ownstock.ledger.rules.posting import Line, PostingRequest, content_hash, line_text


@dataclass(slots=True)
class Headers:
    """One entry a posting."""

    keys: list[str] = field(default_factory=list)
    content_hashes: list[bytes] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    reversed_ids: list[int | None] = field(default_factory=list)
    assumed: list[bool] = field(default_factory=list)


@dataclass(slots=True)
class Lines:
    """One entry a movement; `postings` counts the headers from 1, `keys` are theirs."""

    postings: list[int] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    items: list[int] = field(default_factory=list)
    lots: list[int | None] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)
    source_statuses: list[str] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)
    target_statuses: list[str] = field(default_factory=list)
    quantities: list[Decimal] = field(default_factory=list)
    moments: list[datetime | None] = field(default_factory=list)
    unit_costs: list[Decimal | None] = field(default_factory=list)


def columns_of(requests: Sequence[PostingRequest], names: Names, reversed_id: int | None) -> tuple[Headers, Lines]:
    """Spread checked requests into columns, quantities in stock units.

    Raises:
        Refused: a quantity in another unit is no exact number of stock units.
    """
    headers, lines = Headers(), Lines()
    for number, request in enumerate(requests, start=1):
        headers.keys.append(request.key)
        headers.content_hashes.append(hash_of(request))
        headers.kinds.append(str(request.kind))
        headers.references.append(request.reference)
        headers.reversed_ids.append(reversed_id)
        headers.assumed.append(request.is_assumed)
        _append_lines(lines, number, request, names)
    return headers, lines


def hash_of(request: PostingRequest) -> bytes:
    """The fingerprint of what a request asks for."""
    return content_hash(request.kind, request.reference, map(line_text, request.lines))


def _append_lines(lines: Lines, number: int, request: PostingRequest, names: Names) -> None:
    for line_number, line in enumerate(request.lines, start=1):
        item = names.items[line.sku].id
        lines.postings.append(number)
        lines.keys.append(request.key)
        lines.numbers.append(line_number)
        lines.items.append(item)
        lines.lots.append(names.lots[item, line.lot].id if line.lot else None)
        lines.sources.append(names.locations[line.source].id)
        lines.source_statuses.append(str(line.source_status))
        lines.targets.append(names.locations[line.target].id)
        lines.target_statuses.append(str(line.target_status))
        lines.quantities.append(_in_stock_units(request.key, line_number, line, names.units.get((item, line.unit))))
        lines.moments.append(line.moved_at)
        lines.unit_costs.append(line.unit_cost)


def _in_stock_units(key: str, number: int, line: Line, conversion: Conversion | None) -> Decimal:
    if conversion is None:
        return line.quantity
    exact = converted(line.quantity, *conversion)
    if exact is None:
        raise line_refused(key, number, line.sku, inexact_sentence(line.quantity, line.unit, "stock units"))
    return exact
