"""Which clauses there are, and which of them stand on an order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet

from ownstock.catalog.models import Clause, ClauseRequirement, Item, Supplier


def clauses() -> QuerySet[Clause]:
    """Each clause in its newest version, by code."""
    return Clause.objects.order_by("code", "-version").distinct("code")


def clause_needs() -> QuerySet[ClauseRequirement]:
    """Which clauses stand on which orders, by code."""
    return ClauseRequirement.objects.select_related("supplier", "item").order_by("code", "id")


def clauses_for(supplier: Supplier, items: Iterable[Item]) -> dict[int, Sequence[Clause]]:
    """The clauses that stand on orders to a supplier, by the id of each item that they are for, in their newest version."""
    needs = list(ClauseRequirement.objects.filter(Q(supplier=supplier) | Q(supplier=None)))
    if not needs:
        return {}
    newest = {clause.code: clause for clause in clauses().filter(code__in={need.code for need in needs})}
    found = {item.pk: sorted({need.code for need in needs if _is_for(need, item)}) for item in items}
    return {pk: [newest[code] for code in codes] for pk, codes in found.items() if codes}


def _is_for(need: ClauseRequirement, item: Item) -> bool:
    return need.item_id in (None, item.pk) and need.category in ("", item.category)
