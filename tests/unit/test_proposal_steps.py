"""What becomes of a proposal that was made while something was missing, after an approval (law 6)."""

from __future__ import annotations

from ownstock.planning.rules import Basis, ProposalState, Standing, Step, Wanted, next_step

APPROVED = Basis(b"as approved", b"outlook", 40)
WAITS = Standing(ProposalState.PENDING, Basis(b"while six were missing", b"outlook", 34), APPROVED)


def step(position: int, outlook: bytes = b"outlook", standing: Standing = WAITS, quantity: int = 6) -> Step:
    return next_step(Wanted(quantity, Basis(b"now", outlook, position)), standing)


def test_it_is_withdrawn_once_all_is_there_that_the_approval_counted_on() -> None:
    assert step(40) is step(41) is Step.WITHDRAW


def test_it_is_brought_up_to_date_while_anything_is_still_missing() -> None:
    assert step(39) is Step.UPDATE
    assert step(39, quantity=0) is Step.WITHDRAW


def test_it_is_brought_up_to_date_where_more_is_expected_to_be_wanted_than_at_the_approval() -> None:
    assert step(40, outlook=b"another") is Step.UPDATE


def test_without_an_approval_before_it_waits_until_nothing_is_needed() -> None:
    alone = Standing(ProposalState.PENDING, WAITS.basis)
    assert step(40, standing=alone) is Step.UPDATE


def test_what_was_withdrawn_so_is_not_proposed_again_while_the_approval_meets_the_need() -> None:
    withdrawn = Standing(ProposalState.WITHDRAWN, WAITS.basis, APPROVED)
    assert step(40, standing=withdrawn) is Step.KEEP
    assert step(39, standing=withdrawn) is Step.CREATE
    assert step(40, standing=Standing(ProposalState.WITHDRAWN, WAITS.basis)) is Step.CREATE
