"""Taking back what a rule did, until it is sent."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from ownstock.automation.actions.reviewing import lose
from ownstock.automation.models import AutomaticOrder, Verdict
from ownstock.automation.queries.standing import rules_of_orders
from ownstock.automation.rules.autonomy import Evidence
from ownstock.automation.rules.standing import VerdictOutcome
from ownstock.base.errors import Refused
from ownstock.journal import actions as journal
from ownstock.planning.actions.reopening import reopen
from ownstock.planning.models import Proposal
from ownstock.purchasing.rules import OrderState


@transaction.atomic
def undo(number: str, *, actor: str, reason: str, only: Collection[int] = ()) -> list[Proposal]:
    """Take a draft of a rule back: it is cancelled, and its proposals wait for people until their inputs move.

    `only` takes these of its proposals back alone: their lines are lowered, and what is left leaves on its order day as
    before. A certified item-site has to be earned anew. Returns the proposals that wait again.

    Raises:
        Refused: no rule drafted such an order, it was sent, no reason is given, or a proposal is not in it.
    """
    row = AutomaticOrder.objects.select_for_update().filter(purchase_order__number=number).first()
    if row is None:
        raise Refused(f"No rule drafted an order {number}.", code="not_automatic", number=number)
    if not reason.strip():
        raise Refused("Say why.", code="no_reason")
    rules = rules_of_orders([row.purchase_order_id]).get(row.purchase_order_id, [])
    # What is left stays the rule's: a person who takes something off it has decided on that alone.
    writer = rules[0].actor if only and rules else ""
    proposals = reopen(number, actor=actor, reason=reason, only=only, written_by=writer)
    row.purchase_order.refresh_from_db()
    row.is_settled = row.is_settled or row.purchase_order.state == OrderState.CANCELLED
    row.note = f"Taken back by {actor}." if row.is_settled else f"{actor} took a part of it back."
    row.save(update_fields=["is_settled", "note"])
    sentence = f"{actor} took it back from {number}: {reason.rstrip('.')}."
    Verdict.objects.bulk_create(
        [
            Verdict(
                proposal=each, outcome=VerdictOutcome.UNDONE, sentence=sentence, input_hash=each.input_hash, actor=actor
            )
            for each in proposals
        ]
    )
    today = timezone.localdate()
    for each in Proposal.objects.filter(pk__in=[p.pk for p in proposals]).select_related(
        "item_site__item", "item_site__site"
    ):
        lose(each.item_site, sentence, evidence=Evidence.REJECTED, today=today)
    if row.is_settled:
        journal.clear_alert(f"order_day_missed:{number}", because=f"taken back by {actor}")
    journal.record(
        actor=actor, verb="automation.undone", subject=f"purchase_order:{number}", reason=reason,
        old={"rules": [each.pk for each in rules]}, new={"proposals": [each.pk for each in proposals]},
    )  # fmt: skip
    return proposals
