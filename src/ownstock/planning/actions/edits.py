"""Setting another quantity than was proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.journal import actions as journal
from ownstock.planning.actions.proposals import locked_pending
from ownstock.planning.models import Proposal, ProposalEdit
from ownstock.planning.queries.edits import last_edits, versions
from ownstock.planning.queries.reprojections import costs_of
from ownstock.planning.rules.edits import EditReason, proposed_quantity, quantity_faults, quantity_of

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class QuantityChange:
    """So many of a proposal. `version` is what `queries.versions` named when the person saw it; None asks for no check."""

    proposal: int
    quantity: Decimal
    version: str | None = None


@transaction.atomic
def change_quantity(
    changes: Sequence[QuantityChange], *, reason_code: str, reason: str = "", actor: str
) -> list[ProposalEdit]:
    """Set the quantities of pending proposals, with the reason; all or none. Approved, they are ordered so.

    What the engine proposed is kept beside each. A plan on the same inputs leaves it; one on other inputs decides anew, and
    the edit is told as one of other inputs.

    Raises:
        Refused: the reason is none of the list (`other` needs words); a proposal is not pending, is named twice, or somebody
            changed it meanwhile; a quantity fits no MOQ or multiple. The sentence names the proposal.
    """
    code = _reason_code(reason_code, reason)
    wanted = {change.proposal: change for change in changes}
    if len(wanted) < len(changes):
        raise Refused("A proposal is named twice; set each quantity once.", code="named_twice")
    rows = locked_pending(wanted)
    _check_versions(rows, wanted)
    _check_quantities(rows, wanted)
    edits = _edits(rows, wanted, code, reason.strip(), actor)
    ProposalEdit.objects.bulk_create(edits, batch_size=BATCH)
    Proposal.objects.bulk_update(rows, ["quantity", "position_after", "value"], batch_size=BATCH)
    journal.record(
        actor=actor, verb="planning.quantity_changed", subject="proposals",
        old={"quantities": {str(e.proposal_id): str(e.proposed_quantity) for e in edits}},
        new={"quantities": {str(e.proposal_id): str(e.quantity) for e in edits}, "reason_code": code},
        reason=reason.strip(),
    )  # fmt: skip
    return edits


def _reason_code(reason_code: str, reason: str) -> EditReason:
    if reason_code not in set(EditReason):
        known = ", ".join(EditReason)
        raise Refused(f"{reason_code!r} is no reason for an edit; take one of: {known}.", code="unknown_reason")
    if reason_code == EditReason.OTHER and not reason.strip():
        raise Refused("Say in words why another quantity is set.", code="no_reason")
    return EditReason(reason_code)


def _check_versions(rows: Sequence[Proposal], wanted: dict[int, QuantityChange]) -> None:
    """Refuse what was decided on from a sight that no longer holds."""
    now, edits = versions(rows), last_edits(rows)
    for row in rows:
        seen = wanted[row.pk].version
        if seen is None or seen == now[row.pk]:
            continue
        last = edits.get(row.pk)
        by = last.edit.actor if last is not None and last.is_of_these_inputs else f"the plan for {row.run.planned_on}"
        raise Refused(
            f"Proposal {row.pk} ({row.item_site.item.sku}) was changed meanwhile by {by}: now {row.quantity.normalize():f}, "
            f"was {quantity_of(seen)}. Look at it again.",
            code="changed_meanwhile", proposal=row.pk, version=now[row.pk],
        )  # fmt: skip


def _check_quantities(rows: Sequence[Proposal], wanted: dict[int, QuantityChange]) -> None:
    for row in rows:
        given = row.reason["inputs"]
        faults = quantity_faults(wanted[row.pk].quantity, moq=given["moq"], order_multiple=given["order_multiple"])
        if faults:
            place = f"Proposal {row.pk} ({row.item_site.item.sku}), quantity {wanted[row.pk].quantity}"
            raise Refused(f"{place}: {' '.join(faults)}", code="quantity_unfit", proposal=row.pk)


def _edits(
    rows: Sequence[Proposal], wanted: dict[int, QuantityChange], code: EditReason, reason: str, actor: str
) -> list[ProposalEdit]:
    """The edits to keep; the rows are brought to the new quantities."""
    costs = costs_of([row.reason for row in rows], [wanted[row.pk].quantity for row in rows])
    edits = []
    for row, cost in zip(rows, costs, strict=True):
        quantity, decision = wanted[row.pk].quantity, row.reason["decision"]
        row.position_after += quantity - row.quantity
        row.quantity = quantity
        row.value = (Decimal(decision["expected_cost_of_zero"]) - cost).quantize(Decimal("0.0001"))
        edits.append(
            ProposalEdit(
                proposal=row, proposed_quantity=proposed_quantity(row.reason), quantity=quantity, expected_cost=cost,
                proposed_cost=Decimal(decision["expected_cost"]).quantize(Decimal("0.0001")), input_hash=row.input_hash,
                reason_code=code, reason=reason, actor=actor,
            )
        )  # fmt: skip
    return edits
