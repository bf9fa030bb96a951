"""Deciding proposals: approve, reject."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.catalog.models import SupplyTerm
from ownstock.catalog.queries import terms_to_order_by
from ownstock.journal import actions as journal
from ownstock.planning.models import Proposal
from ownstock.planning.rules import ProposalState
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.actions import DraftLine
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.orderable import check_orderable

APPROVED = """
    UPDATE planning_proposal p SET state = %s, decided_at = %s, decided_by = %s, order_line_id = became.line
    FROM unnest(%s::bigint[], %s::bigint[]) AS became (proposal, line) WHERE p.id = became.proposal
"""


@transaction.atomic
def approve(ids: Iterable[int], *, actor: str) -> list[PurchaseOrder]:
    """Turn proposals into draft purchase orders, one per supplier and site.

    Raises:
        Refused: a proposal does not exist or is no longer pending (somebody decided it, or nothing is needed any more), or
            its supply term ended, or the register of suppliers by now speaks against its supplier.
    """
    proposals = locked_pending(ids, without=["reason"])
    on = max(p.run.planned_on for p in proposals)
    terms = terms_to_order_by([p.item_site for p in proposals], on=on)
    groups: dict[tuple[str, str], list[Proposal]] = defaultdict(list)
    for proposal in proposals:
        groups[proposal.supplier.code, proposal.item_site.site.code].append(proposal)
    orders = []
    for _, group in sorted(groups.items()):
        group.sort(key=lambda p: p.item_site.item.sku)
        orders.append(_draft(group, [_draft_line(p, terms[p.item_site_id], on, actor) for p in group], actor))
    return orders


def _draft(group: Sequence[Proposal], lines: Sequence[DraftLine], actor: str) -> PurchaseOrder:
    order = purchasing.draft(
        supplier=group[0].supplier, site=group[0].item_site.site, lines=lines,
        ordered_on=max(p.run.planned_on for p in group), actor=actor,
    )  # fmt: skip
    written = order.revisions.get(number=1).lines.order_by("line")
    lines_of = [line.pk for line in written]
    with connection.cursor() as cursor:
        cursor.execute(APPROVED, [ProposalState.APPROVED, timezone.now(), actor, [p.pk for p in group], lines_of])
    journal.record(
        actor=actor, verb="planning.approved", subject=f"purchase_order:{order.number}",
        new={"proposals": [p.pk for p in group]},
    )  # fmt: skip
    return order


def _draft_line(proposal: Proposal, term: SupplyTerm | None, on: date, actor: str) -> DraftLine:
    """The line that a proposal becomes; refused by what is said against its supplier, else as its term has ended."""
    item = proposal.item_site.item
    if term is None or term.supplier_id != proposal.supplier_id:
        check_orderable(proposal.supplier, [item], on=on, actor=actor)
        sentence = f"{item.sku}: the supply term it was proposed on no longer holds; plan again."
        raise Refused(sentence, code="term_ended", sku=item.sku)
    term.item = item
    return DraftLine(term, proposal.quantity, proposal.requested_on, is_day_reckoned=True)


@transaction.atomic
def reject(ids: Iterable[int], *, actor: str, because: str) -> int:
    """Turn proposals down, with the reason; each stays so until its inputs move. Returns how many.

    Raises:
        Refused: no reason was given, or a proposal is no longer pending.
    """
    if not because.strip():
        raise Refused("Say why the proposal is turned down.", code="no_reason")
    proposals = locked_pending(ids, without=["reason"])
    Proposal.objects.filter(pk__in=[p.pk for p in proposals]).update(
        state=ProposalState.REJECTED, decided_at=timezone.now(), decided_by=actor, decided_because=because
    )
    journal.record(
        actor=actor, verb="planning.rejected", subject="proposals", new={"proposals": [p.pk for p in proposals]},
        reason=because,
    )  # fmt: skip
    return len(proposals)


def locked_pending(ids: Iterable[int], *, without: Sequence[str] = ()) -> list[Proposal]:
    """The named proposals, locked, some columns left out; refused unless every one is still pending."""
    wanted = sorted(set(ids))
    rows = Proposal.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
    found = list(rows.select_related("item_site__item", "item_site__site", "supplier", "run").defer(*without))
    missing = sorted(set(wanted) - {p.pk for p in found})
    if missing or not found:
        raise Refused(f"There is no proposal {missing[0] if missing else ''}.", code="no_proposal", proposals=missing)
    decided = [p for p in found if p.state != ProposalState.PENDING]
    if decided:
        first = decided[0]
        raise Refused(
            f"Proposal {first.pk} ({first.item_site.item.sku}) is already {first.state}.",
            code="not_pending",
            proposals=[p.pk for p in decided],
        )
    return found
