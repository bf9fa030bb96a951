"""Days that were reckoned from lead times: they move on with the day on which an order leaves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from ownstock.catalog.models import SupplyTerm
from ownstock.catalog.rules import first_choice
from ownstock.journal import actions as journal
from ownstock.purchasing.deliveries import asked_anew
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.order_rows import asked_lines, asked_of, save, subject_of
from ownstock.purchasing.revisions import row_of, write_revision
from ownstock.purchasing.rules import leaving


def leaves_on(order: PurchaseOrder, on: date, *, actor: str) -> None:
    """Let a draft be an order of the day on which it leaves; its lines are wanted no sooner than can be done from then.

    A day that a person typed stays, however soon it is. What moves is the next revision, and stands in the order's history.
    """
    if on > order.ordered_on:
        order.ordered_on = on
        order.save(update_fields=["ordered_on"])
    lines = asked_lines(order)
    terms = terms_of(order, {line.item_id for line in lines if line.is_day_reckoned}, on)
    lead_times = {item: term.lead_time_days for item, term in terms.items()}
    rows = [(line, leaving(asked_of(line), on, lead_times.get(line.item_id))) for line in lines]
    moved = [(line, asked) for line, asked in rows if asked.requested_on != line.requested_on]
    if not moved:
        return
    days = {lead_times[line.item_id] for line, _ in moved}
    span = f"{min(days)}" if len(days) == 1 else f"{min(days)} to {max(days)}"
    reason = f"It leaves on {on}, and {order.supplier.code} takes {span} days from then."
    written = write_revision(order, rows, actor=actor, reason=reason)
    save([delivery for line, asked in moved for delivery in asked_anew(list(line.deliveries.all()), asked)])
    new = {line.line: line for line in written}
    journal.record(
        actor=actor, verb="purchasing.postponed", subject=subject_of(order),
        old={"lines": [row_of(line) for line, _ in moved]}, new={"lines": [row_of(new[line.line]) for line, _ in moved]},
        reason=reason,
    )  # fmt: skip


def terms_of(order: PurchaseOrder, items: Collection[int], on: date) -> dict[int, SupplyTerm]:
    """On which terms the supplier of an order sells items to its site on a day; what it does not sell is left out."""
    by_item: dict[int, list[SupplyTerm]] = defaultdict(list)
    for term in SupplyTerm.objects.filter(supplier_id=order.supplier_id, item_id__in=items):
        by_item[term.item_id].append(term)
    found = {item: first_choice(terms, site_id=order.site_id, on=on) for item, terms in by_item.items()}
    return {item: term for item, term in found.items() if term is not None}
