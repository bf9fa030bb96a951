"""Postings as the columns that the posting function takes: one array a field, codes resolved to ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item, Location
from ownstock.ledger.models import Lot
from ownstock.ledger.rules import PostingRequest, content_hash, line_text


@dataclass(frozen=True, slots=True)
class Names:
    """What codes mean: ids of items, of locations, and of lots by item id and code."""

    items: Mapping[str, int]
    locations: Mapping[str, int]
    lots: Mapping[tuple[int, str], int]


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
    """One entry a movement; `postings` counts the headers from 1."""

    postings: list[int] = field(default_factory=list)
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


def resolve(requests: Sequence[PostingRequest]) -> Names:
    """Look up every code the requests name, making lots that are named for the first time.

    Raises:
        Refused: an item or a location is not in the catalogue.
    """
    lines = [line for request in requests for line in request.lines]
    skus = {line.sku for line in lines}
    codes = {code for line in lines for code in (line.source, line.target)}
    items = dict(Item.objects.filter(sku__in=skus).values_list("sku", "id"))
    locations = dict(Location.objects.filter(code__in=codes).values_list("code", "id"))
    _refuse_unknown("item", skus - items.keys())
    _refuse_unknown("location", codes - locations.keys())
    lots = resolve_lots({(items[line.sku], line.lot) for line in lines if line.lot})
    return Names(items, locations, lots)


def resolve_lots(named: set[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """The ids of lots by item id and code; those named for the first time are made."""
    if not named:
        return {}
    Lot.objects.bulk_create([Lot(item_id=item, code=code) for item, code in sorted(named)], ignore_conflicts=True)
    found = Lot.objects.filter(item_id__in={item for item, _ in named}).values_list("item_id", "code", "id")
    return {(item, code): pk for item, code, pk in found if (item, code) in named}


def _refuse_unknown(noun: str, codes: Iterable[str]) -> None:
    unknown = sorted(codes)
    if unknown:
        more = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
        raise Refused(
            f"There is no {noun} {unknown[0]}{more} in the catalogue; import it first.",
            code=f"unknown_{noun}",
            unknown=unknown[:100],
        )


def columns_of(requests: Sequence[PostingRequest], names: Names, reversed_id: int | None) -> tuple[Headers, Lines]:
    """Spread checked requests into columns."""
    headers, lines = Headers(), Lines()
    for number, request in enumerate(requests, start=1):
        headers.keys.append(request.key)
        headers.content_hashes.append(content_hash(request.kind, request.reference, map(line_text, request.lines)))
        headers.kinds.append(str(request.kind))
        headers.references.append(request.reference)
        headers.reversed_ids.append(reversed_id)
        headers.assumed.append(request.is_assumed)
        _append_lines(lines, number, request, names)
    return headers, lines


def _append_lines(lines: Lines, number: int, request: PostingRequest, names: Names) -> None:
    for line_number, line in enumerate(request.lines, start=1):
        item = names.items[line.sku]
        lines.postings.append(number)
        lines.numbers.append(line_number)
        lines.items.append(item)
        lines.lots.append(names.lots[item, line.lot] if line.lot else None)
        lines.sources.append(names.locations[line.source])
        lines.source_statuses.append(str(line.source_status))
        lines.targets.append(names.locations[line.target])
        lines.target_statuses.append(str(line.target_status))
        lines.quantities.append(line.quantity)
        lines.moments.append(line.moved_at)
        lines.unit_costs.append(line.unit_cost)
