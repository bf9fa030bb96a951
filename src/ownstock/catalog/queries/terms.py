"""Reading on which terms items can be had, and at which prices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from ownstock.catalog.models import ItemSite, PriceBreak, SupplyTerm
from ownstock.catalog.queries.register import may_be_ordered_by, records
from ownstock.catalog.rules import first_choice, price_at
from ownstock.catalog.rules.objections import objections


def terms_to_order_by(rows: Iterable[ItemSite], *, on: date) -> dict[int, SupplyTerm | None]:
    """For each item-site the supply term to order by on a day, keyed by item-site id; None where none holds.

    Terms against which the register of suppliers speaks are left out, so that the next best source is taken.
    """
    rows = list(rows)
    by_item = _by_item(may_be_ordered_by(_terms(rows, on), on))
    return {row.pk: first_choice(by_item[row.item_id], site_id=row.site_id, on=on) for row in rows}


def reasons_without_source(rows: Iterable[ItemSite], *, on: date) -> dict[int, str]:
    """Of item-sites that have no term to order by, why the one that would be taken may not be, keyed by item-site id.

    An item-site that has no term at all, or one that may be ordered by, is not in the answer.
    """
    rows = list(rows)
    if not rows:
        return {}
    terms = _terms(rows, on)
    by_item, permitted = _by_item(terms), _by_item(may_be_ordered_by(terms, on))
    kept = records({term.supplier_id: term.supplier for term in terms}.values())
    reasons: dict[int, str] = {}
    for row in rows:
        best = first_choice(by_item[row.item_id], site_id=row.site_id, on=on)
        if best is not None and first_choice(permitted[row.item_id], site_id=row.site_id, on=on) is None:
            reasons[row.pk] = objections(kept[best.supplier_id], [row.item], on=on)[0].sentence
    return reasons


def _terms(rows: Sequence[ItemSite], on: date) -> list[SupplyTerm]:
    """The terms that hold on a day for items, with their suppliers; those of one supplier share it."""
    wanted = {row.item_id for row in rows}
    found = SupplyTerm.objects.filter(Q(valid_to=None) | Q(valid_to__gte=on), item_id__in=wanted, valid_from__lte=on)
    return list(found.prefetch_related("supplier"))


def _by_item(terms: Iterable[SupplyTerm]) -> dict[int, list[SupplyTerm]]:
    by_item: dict[int, list[SupplyTerm]] = defaultdict(list)
    for term in terms:
        by_item[term.item_id].append(term)
    return by_item


def supply_terms(row: ItemSite) -> QuerySet[SupplyTerm]:
    """Every supply term of an item that could serve a site, the first to be asked first."""
    terms = SupplyTerm.objects.filter(Q(site=None) | Q(site_id=row.site_id), item_id=row.item_id)
    return terms.select_related("supplier", "site").order_by("priority", "-valid_from", "id")


def prices_at(wanted: Sequence[tuple[SupplyTerm, Decimal]], *, on: date) -> list[Decimal]:
    """The price of one stock unit of each term when so many are ordered on a day, in the order they were asked for."""
    breaks: dict[int, list[PriceBreak]] = defaultdict(list)
    for one in PriceBreak.objects.filter(term_id__in={term.pk for term, _ in wanted}, valid_from__lte=on):
        breaks[one.term_id].append(one)
    return [price_at(term.price, breaks[term.pk], quantity, on) for term, quantity in wanted]
