"""Writing clauses down, and saying on which orders they stand."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.catalog.models import Clause, ClauseRequirement, Company, Item
from ownstock.catalog.queries.duties import check_duty
from ownstock.catalog.queries.supplier_codes import supplier as find_supplier
from ownstock.catalog.rules.duties import Duty
from ownstock.journal import actions as journal

MAX_CLAUSE_LENGTH = 10_000


@transaction.atomic
def keep_clause(code: str, text: str, *, actor: str) -> Clause:
    """Write a clause down; another text is its next version, the same text changes nothing. Sent orders keep theirs.

    Raises:
        Refused: the actor has no role for it, or there is no code or text, or they are too long.
    """
    check_duty(actor, Duty.DECIDE)
    name, words = code.strip(), text.strip()
    if not 0 < len(name) <= 40 or not 0 < len(words) <= MAX_CLAUSE_LENGTH:
        raise Refused(
            f"A clause has a code of 1 to 40 characters and a text of 1 to {MAX_CLAUSE_LENGTH:,}.", code="bad_clause"
        )
    Company.objects.select_for_update(no_key=True).get()
    before = Clause.objects.filter(code=name).order_by("-version").first()
    if before is not None and before.text == words:
        return before
    found = Clause.objects.create(code=name, version=before.version + 1 if before else 1, text=words, actor=actor)
    journal.record(
        actor=actor, verb="catalog.clause_kept", subject=f"clause:{name}", new={"version": found.version, "text": words},
        old=None if before is None else {"version": before.version, "text": before.text},
    )  # fmt: skip
    return found


@transaction.atomic
def require_clause(
    code: str, *, actor: str, reason: str, supplier: str = "", category: str = "", sku: str = ""
) -> ClauseRequirement:
    """Have a clause stand on orders: to one supplier or to all, for an item, for a category or for everything.

    Raises:
        Refused: the actor has no role for it, there is no such clause, supplier or item, both a category and an item are
            named, or no reason is given.
    """
    check_duty(actor, Duty.DECIDE)
    if category and sku:
        raise Refused("Name a category or an item, not both.", code="two_scopes")
    if not Clause.objects.filter(code=code).exists():
        raise Refused(f"There is no clause {code}; keep its text first.", code="no_clause", clause=code)
    if not reason.strip():
        raise Refused(f"Say why {code} stands on orders.", code="no_reason")
    scope: dict[str, Any] = {
        "supplier": find_supplier(supplier) if supplier else None,
        "item": _item(sku) if sku else None,
    }
    row, is_new = ClauseRequirement.objects.get_or_create(code=code, category=category, **scope)
    if is_new:
        _tell(actor, "required", code, reason, new={"supplier": supplier, "category": category, "sku": sku})
    return row


@transaction.atomic
def waive_clause(code: str, *, actor: str, reason: str, supplier: str = "", category: str = "", sku: str = "") -> None:
    """End that a clause stands on orders, of exactly the scope that was named.

    Raises:
        Refused: the actor has no role for it, it does not stand there, or no reason is given.
    """
    check_duty(actor, Duty.DECIDE)
    if not reason.strip():
        raise Refused(f"Say why {code} stands on these orders no longer.", code="no_reason")
    rows = ClauseRequirement.objects.filter(code=code, category=category)
    rows = rows.filter(supplier__code=supplier) if supplier else rows.filter(supplier=None)
    rows = rows.filter(item__sku=sku) if sku else rows.filter(item=None)
    if not rows.delete()[0]:
        raise Refused(f"{code} does not stand there; ownstock clause needs lists where it does.", code="not_required")
    _tell(actor, "waived", code, reason, old={"supplier": supplier, "category": category, "sku": sku})


def _tell(actor: str, deed: str, code: str, reason: str, **values: Any) -> None:
    journal.record(actor=actor, verb=f"catalog.clause_{deed}", subject=f"clause:{code}", reason=reason, **values)


def _item(sku: str) -> Item:
    found = Item.objects.filter(sku=sku).first()
    if found is None:
        raise Refused(f"There is no item {sku}; import it first.", code="unknown_item", unknown=[sku])
    return found
