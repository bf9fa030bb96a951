"""Deciding whether a supplier may be ordered from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item, Qualification, Supplier
from ownstock.catalog.queries.duties import check_duty
from ownstock.catalog.queries.supplier_codes import supplier as find_supplier
from ownstock.catalog.rules import QualificationState, SourceClass, check_decision, scope_in_words
from ownstock.catalog.rules.duties import Duty
from ownstock.journal import actions as journal

FIELDS = ("state", "source_class", "categories", "skus", "condition", "valid_from", "valid_to")


@transaction.atomic
def qualify(
    supplier: str, state: QualificationState, *, valid_from: date, reason: str, actor: str, valid_to: date | None = None,
    categories: Sequence[str] = (), skus: Sequence[str] = (), condition: str = "",
    source_class: str = "",
) -> Qualification:  # fmt: skip
    """Decide that a supplier may be ordered from, on a condition, or not: for a scope, from a day until a day; and
    of which source class it is there, one of `SourceClass` or empty.

    The same decision for the same reason again changes nothing.

    Raises:
        Refused: the actor has no role for it, there is no such supplier, item or category, or the decision is
            none (see `check_decision`).
    """
    check_duty(actor, Duty.DECIDE)
    check_decision(state, valid_from=valid_from, valid_to=valid_to, condition=condition, reason=reason)
    _refuse_unknown_scope(categories, skus)
    if source_class and source_class not in list(SourceClass):
        raise Refused(
            f"{source_class!r} is no source class; choose of {', '.join(SourceClass)}.", code="unknown_source_class"
        )
    found = find_supplier(supplier)
    Supplier.objects.select_for_update().get(pk=found.pk)
    before = Qualification.objects.filter(supplier=found).order_by("-id").first()
    decision = Qualification(
        supplier=found, state=state, source_class=source_class, categories=sorted(set(categories)), skus=sorted(set(skus)),
        condition=condition.strip(), valid_from=valid_from, valid_to=valid_to, decided_by=actor, reason=reason.strip(),
    )  # fmt: skip
    if before is not None and all(_is_same(before, decision, name) for name in (*FIELDS, "decided_by", "reason")):
        return before
    decision.save()
    journal.record(
        actor=actor, verb="catalog.qualified", subject=f"supplier:{supplier}", reason=decision.reason,
        old=None if before is None else _told(before), new=_told(decision),
    )  # fmt: skip
    return decision


def _is_same(one: Qualification, other: Qualification, name: str) -> bool:
    return bool(getattr(one, name) == getattr(other, name))


def _told(decision: Qualification) -> dict[str, str]:
    """A decision for the journal."""
    scope = scope_in_words(decision.categories, decision.skus)
    ends = "" if decision.valid_to is None else decision.valid_to.isoformat()
    return {
        "state": str(decision.state), "source_class": str(decision.source_class), "scope": scope,
        "condition": decision.condition, "valid_from": decision.valid_from.isoformat(), "valid_to": ends,
    }  # fmt: skip


def _refuse_unknown_scope(categories: Sequence[str], skus: Sequence[str]) -> None:
    """A scope that names nothing would silently permit or forbid nothing."""
    known = set(Item.objects.filter(sku__in=skus).values_list("sku", flat=True))
    if unknown := sorted(set(skus) - known):
        raise Refused(f"There is no item {unknown[0]}; import it first.", code="unknown_item", unknown=unknown)
    known = set(Item.objects.filter(category__in=categories).values_list("category", flat=True))
    if unknown := sorted(set(categories) - known):
        raise Refused(
            f"No item has the category {unknown[0]!r}; see how your items name it.",
            code="unknown_category",
            unknown=unknown,
        )
