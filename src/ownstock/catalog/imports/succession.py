"""What becomes of the price breaks of a supply term when another term follows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ownstock.catalog.imports.kind import Record
from ownstock.catalog.models import PriceBreak, SupplyTerm
from ownstock.catalog.rules.objections import named
from ownstock.journal import actions as journal

KEY = ("supplier_id", "item_id", "site_id")
# What the price of a stock unit hangs on: while all of it stays, so do the prices of larger quantities.
PRICED_BY = ("price", "currency", "units_numerator", "units_denominator")
Series = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Heir:
    """A new supply term, the one before it, and of that the price breaks which would count on."""

    record: Record
    before: SupplyTerm
    price_breaks: Sequence[PriceBreak]

    @property
    def is_alike(self) -> bool:
        """Whether the price of one stock unit is made as before, so that the breaks go on."""
        return all(getattr(self.before, name) == self.record[name] for name in PRICED_BY)


def heirs(created: Iterable[Record]) -> list[Heir]:
    """Those of new supply terms that follow one with price breaks which hold on the new one's first day or later."""
    records = list(created)
    terms = _terms_of(records)
    found = []
    for record in records:
        earlier = [t for t in terms.get(_series(record), []) if t.valid_from < record["valid_from"]]
        before = max(earlier, key=lambda term: term.valid_from, default=None)
        breaks = [] if before is None else [b for b in before.price_breaks.all() if _counts_on(b, record["valid_from"])]
        if before is not None and breaks:
            found.append(Heir(record, before, breaks))
    return found


def _terms_of(records: Sequence[Record]) -> dict[Series, list[SupplyTerm]]:
    """The supply terms of the same suppliers that have price breaks, by supplier, item and site."""
    rows = SupplyTerm.objects.filter(
        supplier_id__in={record["supplier_id"] for record in records}, price_breaks__isnull=False
    )
    terms: dict[Series, list[SupplyTerm]] = defaultdict(list)
    for term in rows.distinct().select_related("item").prefetch_related("price_breaks"):
        terms[term.supplier_id, term.item_id, term.site_id].append(term)
    return terms


def _series(record: Record) -> Series:
    return tuple(record[name] for name in KEY)


def _counts_on(one: PriceBreak, on: date) -> bool:
    return one.valid_to is None or one.valid_to >= on


def carry_over(found: Iterable[Heir], *, actor: str) -> None:
    """Give new supply terms, which are written, the price breaks of those before them where the price is made alike."""
    for heir in found:
        if not heir.is_alike:
            continue
        term = SupplyTerm.objects.get(**{name: heir.record[name] for name in (*KEY, "valid_from")})
        PriceBreak.objects.bulk_create(
            [
                PriceBreak(
                    term=term, from_quantity=one.from_quantity, price=one.price, valid_from=one.valid_from,
                    valid_to=one.valid_to,
                )
                for one in heir.price_breaks
            ]
        )  # fmt: skip
        journal.record(
            actor=actor, verb="catalog.price_breaks_carried", subject=f"supply_term:{term.pk}",
            new={"from": heir.before.pk, "price_breaks": len(heir.price_breaks)},
        )  # fmt: skip


def told(found: Sequence[Heir]) -> list[str]:
    """What becomes of price breaks, in sentences."""
    going_on = sorted({heir.before.item.sku for heir in found if heir.is_alike})
    ending = sorted({heir.before.item.sku for heir in found if not heir.is_alike})
    sentences = []
    if going_on:
        sentences.append(f"Price breaks go on with the new supply terms, whose price stays: {named(going_on)}.")
    if ending:
        sentences.append(
            f"Price breaks end with the first day of the new supply terms, whose price is another: {named(ending)}. "
            "Import a price list for them."
        )
    return sentences
