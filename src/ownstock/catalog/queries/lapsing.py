"""Reading what of suppliers lapses: each root cause once, with the items that hang on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from ownstock.catalog.models import Agreement, Certificate, Company, PriceBreak, Qualification, Supplier, SupplyTerm
from ownstock.catalog.rules import QualificationState, scope_in_words
from ownstock.catalog.rules.lapses import Lapse, LapseKind, covered_until

Span = tuple[date, date | None]
Cause = tuple[LapseKind, int, str, date]


def lapses(today: date, *, within_days: int | None = None, supplier: str | None = None) -> list[Lapse]:
    """What ends within so many days (as the company says, where it is not said here), the first to end first.

    Of all suppliers, or of one (code). What has ended and was not renewed stays in it: approvals, certificates and agreements
    of suppliers that still sell us something; supply terms and price lists for as many days as are looked ahead.
    """
    days = _warning_days() if within_days is None else within_days
    until = today + timedelta(days=days)
    some = Supplier.objects.all() if supplier is None else Supplier.objects.filter(code=supplier)
    ending = [cause for found in (_qualifications, _certificates, _agreements) for cause in found(some, today, until)]
    sold = _sold({cause[1] for cause in ending}, today)
    causes = {cause: list(sold[cause[1]]) for cause in ending if cause[1] in sold}
    causes |= _supply_terms(some, today, days) | _price_lists(some, today, days)
    return sorted(_named(causes, today), key=lambda lapse: (lapse.ends_on, lapse.key))


def _warning_days() -> int:
    return Company.objects.values_list("lapse_warning_days", flat=True).get()


def _sold(suppliers: Collection[int], today: date) -> dict[int, set[int]]:
    """The items that each of these suppliers sells us from a day on, by their ids; of those who sell none nothing."""
    sold: dict[int, set[int]] = defaultdict(set)
    holding = SupplyTerm.objects.filter(Q(valid_to=None) | Q(valid_to__gte=today), supplier_id__in=suppliers)
    for supplier_id, item_id in holding.values_list("supplier_id", "item_id"):
        sold[supplier_id].add(item_id)
    return sold


def _of_those_with_an_end(rows: QuerySet[Any], some: QuerySet[Supplier], until: date) -> QuerySet[Any]:
    """What these suppliers have of a kind, of those alone of whom any of it ends by then: of the others nothing can lapse."""
    return rows.filter(supplier_id__in=rows.filter(supplier__in=some, valid_to__lte=until).values("supplier_id"))


def _is_due(ends_on: date | None, until: date) -> bool:
    return ends_on is not None and ends_on <= until


def _qualifications(some: QuerySet[Supplier], today: date, until: date) -> Iterator[Cause]:
    """Approvals that end, by supplier and scope; an approval of everything covers every scope, a block ends no approval."""
    by_scope: dict[tuple[int, str], list[Qualification]] = defaultdict(list)
    for row in _of_those_with_an_end(Qualification.objects.order_by("-id"), some, until):
        by_scope[row.supplier_id, scope_in_words(row.categories, row.skus)].append(row)
    for (supplier_id, scope), rows in by_scope.items():
        counting = rows if scope == "everything" else rows + by_scope.get((supplier_id, "everything"), [])
        newest = next((r for r in sorted(counting, key=lambda r: -r.pk) if _holds(r, today)), None)
        if newest is not None and newest.state == QualificationState.BLOCKED:
            continue
        spans = [(r.valid_from, r.valid_to) for r in counting if r.state != QualificationState.BLOCKED]
        if _is_due(ends_on := covered_until(spans, today), until) and ends_on is not None:
            yield LapseKind.QUALIFICATION, supplier_id, f"The approval for {scope}", ends_on


def _holds(row: Qualification, on: date) -> bool:
    return row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)


def _certificates(some: QuerySet[Supplier], today: date, until: date) -> Iterator[Cause]:
    spans: dict[tuple[int, str], list[Span]] = defaultdict(list)
    rows = _of_those_with_an_end(Certificate.objects.all(), some, until)
    for supplier_id, kind, begins, ends in rows.values_list("supplier_id", "kind", "valid_from", "valid_to"):
        spans[supplier_id, kind].append((begins, ends))
    for (supplier_id, kind), held in spans.items():
        if _is_due(ends_on := covered_until(held, today), until) and ends_on is not None:
            yield LapseKind.CERTIFICATE, supplier_id, f"The certificate {kind}", ends_on


def _agreements(some: QuerySet[Supplier], today: date, until: date) -> Iterator[Cause]:
    spans: dict[int, list[Span]] = defaultdict(list)
    rows = _of_those_with_an_end(Agreement.objects.all(), some, until)
    for supplier_id, begins, ends in rows.values_list("supplier_id", "valid_from", "valid_to"):
        spans[supplier_id].append((begins, ends))
    for supplier_id, held in spans.items():
        if _is_due(ends_on := covered_until(held, today), until) and ends_on is not None:
            yield LapseKind.AGREEMENT, supplier_id, "The agreement", ends_on


def _supply_terms(some: QuerySet[Supplier], today: date, days: int) -> dict[Cause, list[int]]:
    """Supply terms that end and have no successor, those of one supplier and day together."""
    around = Q(valid_to__range=(today - timedelta(days=days), today + timedelta(days=days)))
    ending = set(SupplyTerm.objects.filter(around, supplier__in=some).values_list("supplier_id", "item_id"))
    spans: dict[tuple[int, int, int | None], list[Span]] = defaultdict(list)
    rows = SupplyTerm.objects.filter(item_id__in={item_id for _, item_id in ending})
    for row in rows.only("supplier_id", "item_id", "site_id", "valid_from", "valid_to"):
        if (row.supplier_id, row.item_id) in ending:
            spans[row.supplier_id, row.item_id, row.site_id].append((row.valid_from, row.valid_to))
    causes: dict[Cause, list[int]] = defaultdict(list)
    for (supplier_id, item_id, site_id), held in spans.items():
        general = spans.get((supplier_id, item_id, None), []) if site_id is not None else []
        ends_on = covered_until([*held, *general], today)
        if ends_on is not None and abs((ends_on - today).days) <= days:
            causes[LapseKind.SUPPLY_TERM, supplier_id, "The supply terms", ends_on].append(item_id)
    return causes


def _price_lists(some: QuerySet[Supplier], today: date, days: int) -> dict[Cause, list[int]]:
    """Price breaks that end before their term does and have no successor, those of one supplier and day together."""
    around = Q(valid_to__range=(today - timedelta(days=days), today + timedelta(days=days)))
    ending = PriceBreak.objects.filter(around, term__supplier__in=some).values_list("term_id", flat=True)
    terms = SupplyTerm.objects.in_bulk(ending.distinct())
    spans: dict[int, list[Span]] = defaultdict(list)
    rows = PriceBreak.objects.filter(term_id__in=terms)
    for term_id, begins, ends in rows.values_list("term_id", "valid_from", "valid_to"):
        spans[term_id].append((begins, ends))
    causes: dict[Cause, list[int]] = defaultdict(list)
    for term_id, held in spans.items():
        term, ends_on = terms[term_id], covered_until(held, today)
        outlives = ends_on is not None and (term.valid_to is None or term.valid_to > ends_on)
        if ends_on is not None and outlives and abs((ends_on - today).days) <= days:
            causes[LapseKind.PRICE_LIST, term.supplier_id, "The price list", ends_on].append(term.item_id)
    return causes


def _named(causes: Mapping[Cause, list[int]], today: date) -> Iterator[Lapse]:
    """Root causes with their suppliers and items, and those of the items that nobody else sells us."""
    concerned = {item_id for items in causes.values() for item_id in items}
    codes = dict(Supplier.objects.filter(pk__in={cause[1] for cause in causes}).values_list("id", "code"))
    sellers: dict[int, set[int]] = defaultdict(set)
    skus: dict[int, str] = {}
    terms = SupplyTerm.objects.filter(item_id__in=concerned)
    for item_id, sku, supplier_id, ends in terms.values_list("item_id", "item__sku", "supplier_id", "valid_to"):
        skus[item_id] = sku
        if ends is None or ends > today:
            sellers[item_id].add(supplier_id)
    for (kind, supplier_id, what, ends_on), items in causes.items():
        alone = [item_id for item_id in items if not sellers[item_id] - {supplier_id}]
        yield Lapse(kind, supplier_id, codes[supplier_id], what, ends_on, _sorted(items, skus), _sorted(alone, skus))


def _sorted(items: Iterable[int], skus: Mapping[int, str]) -> list[str]:
    return sorted({skus[item_id] for item_id in items})
