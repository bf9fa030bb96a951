"""What the codes in a posting mean: items, locations, lots, other units; and what their own rules forbid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item, ItemUnit, Location
from ownstock.catalog.rules import Tracking
from ownstock.ledger.models import Lot
from ownstock.ledger.rules.materials import ItemFacts, LotFacts, PlaceFacts, material_fault, within_fault
from ownstock.ledger.rules.posting import PostingRequest

Conversion = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Names:
    """What codes mean: items, locations, lots by item id and code, and other units by item id and unit."""

    items: Mapping[str, ItemFacts]
    locations: Mapping[str, PlaceFacts]
    lots: Mapping[tuple[int, str], LotFacts]
    units: Mapping[tuple[int, str], Conversion]


def resolve(requests: Sequence[PostingRequest]) -> Names:
    """Look up every code the requests name, making lots that are named for the first time.

    Raises:
        Refused: an item, a location or a unit of an item is not in the catalogue.
    """
    lines = [line for request in requests for line in request.lines]
    items = items_named({line.sku for line in lines})
    locations = locations_named({code for line in lines for code in (line.source, line.target)})
    lots = lots_named({(items[line.sku].id, line.lot): items[line.sku] for line in lines if line.lot})
    units = _units({(items[line.sku].id, line.unit) for line in lines if line.unit})
    return Names(items, locations, lots, units)


def items_named(skus: set[str]) -> dict[str, ItemFacts]:
    """What the ledger must know of items, by code. Raises Refused where one is not in the catalogue."""
    rows = Item.objects.filter(sku__in=skus).values_list("sku", "id", "tracking", "receiving_status")
    found = {sku: ItemFacts(pk, tracking, receiving) for sku, pk, tracking, receiving in rows}
    _refuse_unknown("item", skus - found.keys())
    return found


def locations_named(codes: set[str]) -> dict[str, PlaceFacts]:
    """What the ledger must know of locations, by code. Raises Refused where one is not in the catalogue."""
    rows = Location.objects.filter(code__in=codes).values_list("code", "id", "kind", "site__time_zone")
    found = {code: PlaceFacts(pk, kind, time_zone or "UTC") for code, pk, kind, time_zone in rows}
    _refuse_unknown("location", codes - found.keys())
    return found


def lots_named(named: Mapping[tuple[int, str], ItemFacts]) -> dict[tuple[int, str], LotFacts]:
    """What the ledger must know of lots, by item id and code; those named for the first time are made."""
    if not named:
        return {}
    fresh = [
        Lot(item_id=item, code=code, is_serial=facts.tracking == Tracking.SERIAL)
        for (item, code), facts in sorted(named.items(), key=lambda pair: pair[0])
    ]
    Lot.objects.bulk_create(fresh, ignore_conflicts=True)
    return known_lots(set(named))


def known_lots(named: set[tuple[int, str]]) -> dict[tuple[int, str], LotFacts]:
    """What the ledger must know of lots, by item id and code; of those that it knows."""
    rows = Lot.objects.filter(item_id__in={item for item, _ in named}, code__in={code for _, code in named})
    found = rows.values_list("item_id", "code", "id", "expires_on", "retest_on")
    return {
        (item, code): LotFacts(pk, expires_on, retest_on)
        for item, code, pk, expires_on, retest_on in found
        if (item, code) in named
    }


def _units(named: set[tuple[int, str]]) -> dict[tuple[int, str], Conversion]:
    """How many stock units one of each unit is. Raises Refused where it is no unit of its item."""
    found = known_units({item for item, _ in named})
    _refuse_unknown("unit", {unit for item, unit in named if (item, unit) not in found})
    return found


def known_units(item_ids: set[int]) -> dict[tuple[int, str], Conversion]:
    """How many stock units one of every unit of some items is, as numerator and denominator, by item id and unit."""
    if not item_ids:
        return {}
    stock_units = Item.objects.filter(id__in=item_ids).values_list("id", "unit")
    others = ItemUnit.objects.filter(item_id__in=item_ids)
    rows = others.values_list("item_id", "unit", "units_numerator", "units_denominator")
    found: dict[tuple[int, str], Conversion] = dict.fromkeys(stock_units, (1, 1))
    return found | {(item, unit): (numerator, denominator) for item, unit, numerator, denominator in rows}


def _refuse_unknown(noun: str, codes: Iterable[str]) -> None:
    unknown = sorted(codes)
    if unknown:
        more = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
        raise Refused(
            f"There is no {noun} {unknown[0]}{more} in the catalogue; import it first.",
            code=f"unknown_{noun}",
            unknown=unknown[:100],
        )


def refuse_unfit(requests: Sequence[PostingRequest], names: Names, *, now: datetime, is_release: bool = False) -> None:
    """Refuse lines that their items' own rules forbid: lots not named, goods not released, lots expired.

    Raises:
        Refused: the first such line, with the reason.
    """
    for request in requests:
        for number, line in enumerate(request.lines, start=1):
            item = names.items[line.sku]
            fault = material_fault(
                line, item, names.locations[line.source], names.locations[line.target],
                names.lots[item.id, line.lot] if line.lot else None, at=line.moved_at or now,
                is_release=is_release,
            )  # fmt: skip
            if fault:
                raise line_refused(request.key, number, line.sku, fault)


def refuse_unfit_reversal(request: PostingRequest, names: Names) -> None:
    """Refuse to take back what quality decided: rejected goods stay rejected, and only a release makes goods usable.

    Raises:
        Refused: the first such line, with the reason.
    """
    for number, line in enumerate(request.lines, start=1):
        fault = within_fault(line, names.items[line.sku], names.locations[line.source], names.locations[line.target])
        if fault:
            raise line_refused(request.key, number, line.sku, fault)


def line_refused(key: str, number: int, sku: str, fault: str) -> Refused:
    """The refusal of one line of a posting, with the sentence that says why."""
    return Refused(f"Posting {key}, line {number} ({sku}): {fault}", code="bad_line", key=key, line=number)
