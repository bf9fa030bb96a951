"""Reading the register of suppliers: what speaks against an order, on which condition it may be placed, and by whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from ownstock.catalog.models import (
    Certificate,
    CertificateRequirement,
    Company,
    Item,
    Qualification,
    Supplier,
    SupplyTerm,
)
from ownstock.catalog.rules import Decision, QualificationState, SourceClass
from ownstock.catalog.rules import objections as rules
from ownstock.catalog.rules.objections import Need, Objection, Paper, SupplierRecord, Wanted
from ownstock.catalog.rules.qualification import deciding


class Listed(NamedTuple):
    """Of an item what the register looks at."""

    sku: str
    category: str


def objections(supplier: Supplier, items: Iterable[Wanted], on: date, is_automatic: bool = False) -> list[Objection]:
    """What speaks against ordering items from a supplier on a day; of an order that no person sees, also a condition."""
    record = records([supplier])[supplier.pk]
    return rules.objections(record, items, on=on, is_automatic=is_automatic)


def conditions(supplier: Supplier, items: Iterable[Wanted], on: date) -> list[str]:
    """On which conditions people may order items from a supplier on a day, to be shown to them."""
    return rules.conditions(records([supplier])[supplier.pk], items, on=on)


def duty_conflict(supplier: Supplier, items: Iterable[Wanted], on: date, actor: str) -> Objection | None:
    """That somebody approved a supplier and now wants to order from it, where the business keeps both apart."""
    if not Company.objects.filter(has_separate_duties=True).exists():
        return None
    decisions = [(row, _decision(row)) for row in supplier.qualifications.order_by("-id")]
    deciders = {id(decision): row.decided_by for row, decision in decisions}
    for item in items:
        decision = deciding((d for _, d in decisions), sku=item.sku, category=item.category, on=on)
        is_approved = decision is not None and decision.state is not QualificationState.BLOCKED
        if is_approved and deciders[id(decision)] == actor:
            return Objection(
                "duties_not_separate",
                f"{actor} approved {supplier.code} and may not place its orders; somebody else has to.",
                {"supplier": supplier.code, "actor": actor},
            )
    return None


def records(suppliers: Iterable[Supplier]) -> dict[int, SupplierRecord]:
    """What the register says of suppliers, by their ids, in four questions however many they are."""
    codes = {supplier.pk: supplier.code for supplier in suppliers}
    is_required = Company.objects.values_list("is_qualification_required", flat=True).get()
    decisions: dict[int, list[Decision]] = defaultdict(list)
    for row in Qualification.objects.filter(supplier_id__in=codes).order_by("-id"):
        decisions[row.supplier_id].append(_decision(row))
    needs = _needs(codes)
    papers: dict[int, list[Paper]] = defaultdict(list)
    held = Certificate.objects.filter(supplier_id__in=[pk for pk, some in needs.items() if some])
    for pk, kind, begins, ends in held.values_list("supplier_id", "kind", "valid_from", "valid_to"):
        papers[pk].append(Paper(kind, begins, ends))
    return {pk: SupplierRecord(code, is_required, decisions[pk], papers[pk], needs[pk]) for pk, code in codes.items()}


def source_class_of(supplier: Supplier, item: Wanted, on: date) -> SourceClass | None:
    """Of which source class a supplier is to an item on a day, by the decision that counts; None where it says none."""
    found = deciding(records([supplier])[supplier.pk].decisions, sku=item.sku, category=item.category, on=on)
    return found.source_class if found else None


def _decision(row: Qualification) -> Decision:
    return Decision(
        QualificationState(row.state), row.valid_from, row.valid_to, row.condition, row.reason,
        frozenset(row.categories), frozenset(row.skus), SourceClass(row.source_class) if row.source_class else None,
    )  # fmt: skip


def _needs(suppliers: Mapping[int, str]) -> dict[int, list[Need]]:
    rows = CertificateRequirement.objects.filter(Q(supplier=None) | Q(supplier_id__in=suppliers))
    told = list(rows.values_list("supplier_id", "kind", "item__sku", "category"))
    return {
        pk: [Need(kind, sku or "", category) for of, kind, sku, category in told if of in (None, pk)]
        for pk in suppliers
    }


def may_be_ordered_by(terms: Sequence[SupplyTerm], on: date) -> list[SupplyTerm]:
    """Those of supply terms, with their suppliers, against which nothing in the register speaks on a day."""
    kept = records({term.supplier_id: term.supplier for term in terms}.values())
    speaking = {pk: record for pk, record in kept.items() if not record.is_silent}
    if not speaking:
        return list(terms)
    concerned = {term.item_id for term in terms if term.supplier_id in speaking}
    listed = Item.objects.filter(pk__in=concerned).values_list("pk", "sku", "category")
    items = {pk: (sku, category) for pk, sku, category in listed.iterator(chunk_size=10_000)}
    named = {pk: record.skus_named for pk, record in speaking.items()}
    judged: dict[tuple[int, str, str], bool] = {}
    permitted = []
    for term in terms:
        record = speaking.get(term.supplier_id)
        if record is None:
            permitted.append(term)
            continue
        sku, category = items[term.item_id]
        # Items of one category that the register does not name are alike to it.
        key = (term.supplier_id, category, sku if sku in named[term.supplier_id] else "")
        if key not in judged:
            judged[key] = not rules.causes(record, Listed(sku, category), on=on)
        if judged[key]:
            permitted.append(term)
    return permitted
