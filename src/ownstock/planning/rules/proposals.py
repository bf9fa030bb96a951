"""What becomes of proposals (law 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ProposalState(StrEnum):
    """Where a proposal is. Withdrawn: a later run found nothing to order."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What a run does about one item-site."""

    KEEP = "keep"
    CREATE = "create"
    UPDATE = "update"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Basis:
    """What an item-site's decision rests on.

    `input_hash` is the fingerprint of everything the engine was given. `outlook_hash` leaves out the goods that will be there
    when the next order can arrive; `position` counts those, in stock units, wherever they are by now.
    """

    input_hash: bytes
    outlook_hash: bytes
    position: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The last proposal of an item-site: its state and what it was decided on (`basis.position` as it was ordered).

    Of one that waits or was withdrawn, `approved` is what the last one before it that was approved was decided on.
    `asked_for_on` is the day for which it asks for goods.
    """

    state: ProposalState
    basis: Basis
    approved: Basis | None = None
    asked_for_on: date | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the engine now says of an item-site.

    `asked_for_on` is the day for which goods are asked, where the supplier takes orders on some days only; else None.
    """

    quantity: int
    basis: Basis
    asked_for_on: date | None = None


def next_step(wanted: Wanted, standing: Standing | None) -> Step:
    """Decide what becomes of an item-site's proposal.

    The same inputs change nothing: a pending proposal stays and a rejection holds until inputs move. Moved inputs update a
    pending proposal, withdraw it when nothing is needed any more, and let a rejected or approved item be proposed again. What
    was proposed while something was missing is withdrawn once all is there again that an approval before had counted on. A
    pending proposal whose order day went by is decided for the next one.
    """
    if standing is not None and standing.state is ProposalState.PENDING:
        is_of_this_day = wanted.asked_for_on in (None, standing.asked_for_on)
        if standing.basis.input_hash == wanted.basis.input_hash and is_of_this_day:
            return Step.KEEP
        return Step.UPDATE if wanted.quantity and not _is_met(wanted.basis, standing) else Step.WITHDRAW
    if not wanted.quantity or (standing is not None and _is_settled(wanted.basis, standing)):
        return Step.KEEP
    return Step.CREATE


def _is_settled(now: Basis, standing: Standing) -> bool:
    """Whether what was decided about these inputs still stands.

    Goods that moved from on order to on the shelf are no news for an approved item: with lost sales they are worth a little
    less there (they can be sold before the next order comes), and an early receipt would otherwise order again.
    """
    if standing.state is ProposalState.REJECTED:
        return now.input_hash == standing.basis.input_hash
    return _is_met(now, standing)


def _is_met(now: Basis, standing: Standing) -> bool:
    """Whether the last approval meets the need: it had the same outlook, and no more goods for it than there are now."""
    approved = standing.basis if standing.state is ProposalState.APPROVED else standing.approved
    return approved is not None and now.outlook_hash == approved.outlook_hash and now.position >= approved.position


def next_steps(wanted: Mapping[int, Wanted], standing: Mapping[int, Standing]) -> dict[int, Step]:
    """Decide for every item-site, by id; see `next_step`."""
    return {key: next_step(result, standing.get(key)) for key, result in wanted.items()}
