"""Importing suppliers' price lists: new prices begin on their day, and what changes is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
from django.db import transaction

from ownstock.base.tables import AS_IT_IS, DATE, DECIMAL, ROW, Directions, Fault, Field
from ownstock.base.text import plain
from ownstock.base.units import converted
from ownstock.catalog.imports.columns import CURRENCY, ends_before_start, ids, lookup
from ownstock.catalog.imports.kind import Comparison, Imported, Kind, Record, Resolved, compare, write
from ownstock.catalog.models import Item, ItemUnit, PriceBreak, Supplier, SupplyTerm
from ownstock.catalog.queries.agreements import agreements_on
from ownstock.catalog.queries.duties import check_duty
from ownstock.catalog.rules import PriceChange, is_valid_on, price_at
from ownstock.catalog.rules.duties import Duty
from ownstock.journal import actions as journal

CHANGES_TOLD = 20
PRICE_STEP = Decimal("0.0001")
NEEDED = ("valid_from", "price", "per", "from_quantity")


@transaction.atomic
def import_price_lists(path: Path, *, actor: str, dry_run: bool = False, directions: Directions = AS_IT_IS) -> Imported:
    """Import price lists. Supply terms and orders stay as they are; each price counts from its day on.

    Columns: supplier, sku or supplier_sku, site (empty: all), unit (the stock unit, the purchase unit or another unit of the
    item) and per (default 1): the price is of so many of it; from_quantity (of the unit, default 1), price, currency,
    valid_from, valid_to. Every change is told, old → new; people are alerted of those above the agreement's tolerance.

    Raises:
        Refused: the actor has no role for it, or rows are at fault, each named; nothing is written then.
    """
    check_duty(actor, Duty.AGREE)
    found = compare(PRICE_LISTS, path, directions)
    changes = _changes(found)
    if not dry_run:
        write(PRICE_LISTS, path, found, actor)
        _alert(changes)
    return found.imported(PRICE_LISTS, *_told([change for some in changes.values() for change in some]))


@dataclass(frozen=True, slots=True)
class _Known:
    """What a price list may name: suppliers' terms by item and by the supplier's own code, and the units of items."""

    terms: Mapping[tuple[int, int], list[SupplyTerm]]
    by_supplier_sku: Mapping[tuple[int, str], set[int]]
    items: Mapping[str, int]
    units: Mapping[int, dict[str, Fraction]]


def _known(suppliers: Iterable[int | None]) -> _Known:
    terms: dict[tuple[int, int], list[SupplyTerm]] = defaultdict(list)
    by_supplier_sku: dict[tuple[int, str], set[int]] = defaultdict(set)
    wanted = {pk for pk in suppliers if pk}
    for term in SupplyTerm.objects.filter(supplier_id__in=wanted).select_related("item", "site"):
        terms[term.supplier_id, term.item_id].append(term)
        if term.supplier_sku:
            by_supplier_sku[term.supplier_id, term.supplier_sku].add(term.item_id)
    units: dict[int, dict[str, Fraction]] = defaultdict(dict)
    for unit in ItemUnit.objects.filter(item__supply_terms__supplier_id__in=wanted).distinct():
        units[unit.item_id][unit.unit] = Fraction(unit.units_numerator, unit.units_denominator)
    return _Known(terms, by_supplier_sku, ids(Item, "sku"), units)


def _resolve(frame: pl.DataFrame) -> Resolved:
    suppliers, faults = lookup(frame, "supplier", ids(Supplier, "code"), "supplier")
    faults += ends_before_start(frame)
    known = _known(suppliers)
    resolved: dict[tuple[Any, ...], tuple[int, Record]] = {}
    for row, supplier in zip(frame.iter_rows(named=True), suppliers, strict=True):
        if supplier is None or any(row[name] is None for name in NEEDED):
            continue  # It has a fault already.
        try:
            for record in _records(row, supplier, known):
                key = (record["term_id"], record["from_quantity"], record["valid_from"])
                if key in resolved:
                    raise _Wrong("price", f"row {resolved[key][0]} has a price for the same item, quantity and day.")
                resolved[key] = (row[ROW], record)
        except _Wrong as wrong:
            faults.append(Fault(row[ROW], wrong.column, str(row[wrong.column] or ""), wrong.sentence))
    return [] if faults else list(resolved.values()), faults


class _Wrong(Exception):
    """What is wrong with a row, at which column."""

    def __init__(self, column: str, sentence: str) -> None:
        super().__init__(sentence)
        self.column, self.sentence = column, sentence


def _records(row: Mapping[str, Any], supplier: int, known: _Known) -> list[Record]:
    """The price breaks of a row: one for each supply term that holds on its first day."""
    item = _item(row, supplier, known)
    terms = [
        term
        for term in known.terms[supplier, item]
        if is_valid_on(term, row["valid_from"]) and row["site"] in (None, term.site.code if term.site else None)
    ]
    if not terms:
        where = f" for {row['site']}" if row["site"] else ""
        raise _Wrong("valid_from", f"no supply term{where} holds on {row['valid_from']}; import supply-terms first.")
    return [_record(row, term, known) for term in terms]


def _item(row: Mapping[str, Any], supplier: int, known: _Known) -> int:
    """The item that a row means, by our code or by the supplier's."""
    if row["sku"]:
        if row["sku"] not in known.items:
            raise _Wrong("sku", f"there is no item {row['sku']!r}; import it first.")
        item = known.items[row["sku"]]
        if not known.terms.get((supplier, item)):
            raise _Wrong("sku", f"{row['supplier']} does not sell {row['sku']!r} to us; import its supply term first.")
        return item
    if not row["supplier_sku"]:
        raise _Wrong("sku", "give our code of the item, or the supplier's as supplier_sku.")
    meant = known.by_supplier_sku.get((supplier, row["supplier_sku"]), set())
    if len(meant) != 1:
        what = "no supply term has" if not meant else f"{len(meant)} items have"
        raise _Wrong("supplier_sku", f"{what} the code {row['supplier_sku']!r} of {row['supplier']}; give sku.")
    return next(iter(meant))


def _record(row: Mapping[str, Any], term: SupplyTerm, known: _Known) -> Record:
    if row["currency"] != term.currency:
        raise _Wrong("currency", f"the supply term is in {term.currency}; its prices are too.")
    if not row["per"]:
        raise _Wrong("per", "must be above zero.")
    factor = _factor(row, term, known)
    from_quantity = converted(row["from_quantity"], factor.numerator, factor.denominator)
    if from_quantity is None:
        raise _Wrong("from_quantity", f"so many {row['unit']} are no exact number of {term.item.unit}.")
    per_stock_unit = Fraction(row["price"]) / Fraction(row["per"]) / factor
    price = (Decimal(per_stock_unit.numerator) / per_stock_unit.denominator).quantize(PRICE_STEP, ROUND_HALF_UP)
    return {
        "term_id": term.pk, "from_quantity": from_quantity, "price": price, "valid_from": row["valid_from"],
        "valid_to": row["valid_to"],
    }  # fmt: skip


def _factor(row: Mapping[str, Any], term: SupplyTerm, known: _Known) -> Fraction:
    """How many stock units one unit of a row is; where it names none, only if there is but one it could mean."""
    bought = Fraction(term.units_numerator, term.units_denominator)
    sizes: dict[str, set[Fraction]] = defaultdict(set)
    sizes[term.item.unit].add(Fraction(1))
    sizes[term.purchase_unit].add(bought)
    for unit, size in known.units[term.item_id].items():
        sizes[unit].add(size)
    meant = sizes.get(row["unit"], set()) if row["unit"] else {Fraction(1), bought}
    if len(meant) != 1:
        asked = f"{row['unit']!r} is" if row["unit"] else "nothing is named, and it could be"
        choice = "no unit" if not meant else "more than one unit"
        raise _Wrong("unit", f"{asked} {choice} of {term.item.sku}; name one of {', '.join(sorted(sizes))}.")
    return next(iter(meant))


def _changes(found: Comparison) -> dict[SupplyTerm, list[PriceChange]]:
    """How prices move, by supply term: against what would have counted on the same day without the file."""
    records = [*found.created, *(new for _, _, new in found.updated)]
    breaks: dict[int, list[PriceBreak]] = defaultdict(list)
    terms = SupplyTerm.objects.select_related("item", "supplier").in_bulk({record["term_id"] for record in records})
    for one in PriceBreak.objects.filter(term_id__in=terms):
        breaks[one.term_id].append(one)
    changes: dict[SupplyTerm, list[PriceChange]] = defaultdict(list)
    for record in records:
        term, begins = terms[record["term_id"]], record["valid_from"]
        old = price_at(term.price, breaks[term.pk], record["from_quantity"], begins)
        if old != record["price"]:
            change = PriceChange(term.item.sku, record["from_quantity"], begins, old, record["price"])
            changes[term].append(change)
    return changes


def _told(changes: list[PriceChange]) -> list[str]:
    """What changes, in sentences: how many rise and fall, and the largest with old and new."""
    if not changes:
        return ["No price changes."]
    rising = sum(change.new_price > change.old_price for change in changes)
    largest = sorted(changes, key=_size, reverse=True)
    told = [f"{len(changes):,} prices change: {rising:,} rise, {len(changes) - rising:,} fall."]
    told += [_in_words(change) for change in largest[:CHANGES_TOLD]]
    more = len(changes) - CHANGES_TOLD
    return [*told, f"… and {more:,} smaller changes."] if more > 0 else told


def _size(change: PriceChange) -> Decimal:
    return Decimal("Infinity") if change.percent is None else abs(change.percent)


def _in_words(change: PriceChange) -> str:
    percent = "" if change.percent is None else f" ({change.percent:+} %)"
    old, new = plain(change.old_price, decimals=2), plain(change.new_price, decimals=2)
    return f"{change.sku} from {plain(change.from_quantity)}: {old} → {new}{percent} on {change.valid_from}."


def _alert(changes: Mapping[SupplyTerm, list[PriceChange]]) -> None:
    """Tell people of each supplier whose prices move by more than its agreement allows; those that do not are cleared."""
    by_supplier: dict[str, list[PriceChange]] = defaultdict(list)
    agreed: dict[date, Mapping[int, Any]] = {}
    for term, some in changes.items():
        for change in some:
            on = change.valid_from
            agreement = agreed.setdefault(on, agreements_on(on)).get(term.supplier_id)
            is_above = agreement is not None and _size(change) > agreement.price_tolerance_percent
            by_supplier[term.supplier.code] += [change] if is_above else []
    for supplier, some in by_supplier.items():
        key = f"price_change:{supplier}"
        if not some:
            journal.clear_alert(key, because="its newest price list keeps to the agreement")
            continue
        largest = max(some, key=_size)
        journal.raise_alert(
            key, kind="price_change",
            sentence=f"{supplier} moves {len(some):,} prices by more than its agreement allows, most {_in_words(largest)} "
            "Talk to the supplier, or change the agreement.",
            facts={"supplier": supplier, "prices": len(some), "skus": sorted({change.sku for change in some})[:CHANGES_TOLD]},
        )  # fmt: skip


PRICE_LISTS = Kind(
    "price_list", PriceBreak,
    [
        Field("supplier", max_length=60), Field("sku", is_required=False, max_length=60),
        Field("supplier_sku", is_required=False, max_length=60), Field("site", is_required=False, max_length=60),
        Field("unit", is_required=False, max_length=20), Field("per", DECIMAL, False, Decimal(1), at_least=0),
        Field("from_quantity", DECIMAL, False, Decimal(1), at_least=0), Field("price", DECIMAL, at_least=0), CURRENCY,
        Field("valid_from", DATE), Field("valid_to", DATE, False),
    ],
    key=["supplier", "sku", "supplier_sku", "site", "unit", "from_quantity", "valid_from"],
    record_key=["term_id", "from_quantity", "valid_from"], resolve=_resolve,
)  # fmt: skip
