"""Taking an approval back before anything was sent: the draft ends, and its proposals wait again."""

from __future__ import annotations

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.planning.models import Proposal
from ownstock.planning.rules import ProposalState
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing import queries
from ownstock.purchasing.rules import UNSENT_STATES


@transaction.atomic
def reopen(number: str, *, actor: str, reason: str) -> list[Proposal]:
    """Cancel a draft, and let the proposals of its lines wait again; where a newer one waits, the older is withdrawn.

    Returns the proposals that wait again.

    Raises:
        Refused: there is no such order, it was sent, or no reason is given.
    """
    order = queries.order(number)
    if order.sent_revision is not None or order.state not in UNSENT_STATES:
        raise Refused(
            f"{number} is {order.state}; only a draft is taken back like this. Cancel it as an order.",
            code="not_a_draft",
            number=number,
        )
    purchasing.cancel(number, reason=reason, actor=actor)
    rows = Proposal.objects.select_for_update(of=("self",)).filter(order_line__revision__purchase_order=order)
    found = list(rows.filter(state=ProposalState.APPROVED).order_by("pk"))
    places = [proposal.item_site_id for proposal in found]
    newer = set(
        Proposal.objects.filter(item_site_id__in=places, state=ProposalState.PENDING).values_list(
            "item_site_id", flat=True
        )
    )
    for proposal in found:
        proposal.order_line = None
        if proposal.item_site_id in newer:
            proposal.state, proposal.decided_by, proposal.decided_because = ProposalState.WITHDRAWN, actor, reason
        else:
            proposal.state, proposal.decided_at = ProposalState.PENDING, None
            proposal.decided_by = proposal.decided_because = ""
    names = ["order_line", "state", "decided_at", "decided_by", "decided_because"]
    Proposal.objects.bulk_update(found, names, batch_size=1_000)
    return [proposal for proposal in found if proposal.state == ProposalState.PENDING]
