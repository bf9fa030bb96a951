"""Taking an approval back before anything was sent: the draft ends or shrinks, and its proposals wait again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.planning.models import Proposal
from ownstock.planning.rules import ProposalState
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing import queries
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.order_rows import asked_lines, standing_quantity
from ownstock.purchasing.rules import UNSENT_STATES, LineChange


@transaction.atomic
def reopen(number: str, *, actor: str, reason: str, only: Collection[int] = (), written_by: str = "") -> list[Proposal]:
    """Cancel a draft, and let the proposals of its lines wait again; where a newer one waits, the older is withdrawn.

    `only` takes back these proposals alone: their lines are lowered by as much, and taken out where nothing is left.
    `written_by` is in whose name the draft is changed, the actor's by default. Returns the proposals that wait again.

    Raises:
        Refused: there is no such order, it was sent, no reason is given, or a proposal is not in it.
    """
    order = queries.order(number)
    if order.sent_revision is not None or order.state not in UNSENT_STATES:
        raise Refused(
            f"{number} is {order.state}; only a draft is taken back like this. Cancel it as an order.",
            code="not_a_draft",
            number=number,
        )
    rows = Proposal.objects.select_for_update(of=("self",)).filter(order_line__revision__purchase_order=order)
    found = list(rows.filter(state=ProposalState.APPROVED).select_related("order_line").order_by("pk"))
    if strangers := sorted(set(only) - {proposal.pk for proposal in found}):
        raise Refused(f"Proposal {strangers[0]} is not in {number}.", code="not_in_order", proposals=strangers)
    found = [proposal for proposal in found if not only or proposal.pk in only]
    _take_off(order, found if only else [], actor=written_by or actor, reason=reason)
    _let_wait(found, actor=actor, reason=reason)
    return [proposal for proposal in found if proposal.state == ProposalState.PENDING]


def _take_off(order: PurchaseOrder, proposals: Sequence[Proposal], *, actor: str, reason: str) -> None:
    """Lower the lines of a draft by what proposals brought; where none are named or nothing is left, cancel it."""
    brought: dict[int, Decimal] = defaultdict(Decimal)
    for proposal in proposals:
        assert proposal.order_line is not None, "an approved proposal has a line"
        brought[proposal.order_line.line] += proposal.quantity
    standing = {line.line: standing_quantity(line) for line in asked_lines(order)}
    left = {number: max(standing[number] - brought[number], Decimal(0)) for number in standing}
    if not proposals or not any(left.values()):
        purchasing.cancel(order.number, reason=reason, actor=actor)
        return
    changes = [LineChange(number, left[number]) for number in brought.keys() & standing.keys()]
    purchasing.change(order.number, changes, reason=reason, actor=actor)


def _let_wait(proposals: Sequence[Proposal], *, actor: str, reason: str) -> None:
    """Let the newest proposal of each item-site wait again; older ones, and those that a newer one follows, end."""
    places = [proposal.item_site_id for proposal in proposals]
    pending = Proposal.objects.filter(item_site_id__in=places, state=ProposalState.PENDING)
    followed = set(pending.values_list("item_site_id", flat=True))
    for proposal in sorted(proposals, key=lambda one: -one.pk):
        proposal.order_line = None
        if proposal.item_site_id in followed:
            proposal.state, proposal.decided_by, proposal.decided_because = ProposalState.WITHDRAWN, actor, reason
        else:
            proposal.state, proposal.decided_at = ProposalState.PENDING, None
            proposal.decided_by = proposal.decided_because = ""
            followed.add(proposal.item_site_id)
    names = ["order_line", "state", "decided_at", "decided_by", "decided_because"]
    Proposal.objects.bulk_update(proposals, names, batch_size=1_000)
