"""Edits of proposals as they stand: what people set, beside what was proposed, and whether of these inputs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ownstock.planning.models import Proposal, ProposalEdit
from ownstock.planning.rules.edits import version_of


@dataclass(frozen=True, slots=True)
class StandingEdit:
    """The last edit of a proposal; `is_of_these_inputs` is false where a plan has decided on other inputs since."""

    edit: ProposalEdit
    is_of_these_inputs: bool

    @property
    def sentence(self) -> str:
        """What a person is told of it."""
        set_to = f"{self.edit.actor} set {self.edit.quantity.normalize():f} where"
        proposed = f"{self.edit.proposed_quantity.normalize():f} was proposed"
        if self.is_of_these_inputs:
            return f"{set_to} {proposed}."
        return f"{set_to} {proposed}, but on other inputs: these have moved since, and the plan has decided anew."


def last_edits(proposals: Collection[Proposal]) -> dict[int, StandingEdit]:
    """The last edit of each of these proposals that has one, by proposal id."""
    hashes = {proposal.pk: bytes(proposal.input_hash) for proposal in proposals}
    rows = ProposalEdit.objects.filter(proposal_id__in=hashes).order_by("proposal_id", "-id").distinct("proposal_id")
    return {row.proposal_id: StandingEdit(row, bytes(row.input_hash) == hashes[row.proposal_id]) for row in rows}


def versions(proposals: Collection[Proposal]) -> dict[int, str]:
    """The version of each proposal, by id: given back with an edit, it says what the person saw."""
    edits = last_edits(proposals)
    return {
        one.pk: version_of(one.run_id, edits[one.pk].edit.pk if one.pk in edits else None, one.quantity)
        for one in proposals
    }
