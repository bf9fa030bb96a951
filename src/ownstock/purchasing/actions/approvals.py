"""Approving orders, and saying who may."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from ownstock.access.queries import roles_of
from ownstock.access.rules import INTERNAL_ROLES, Role, Scope, scopes_of
from ownstock.base.errors import Refused
from ownstock.journal import actions as journal
from ownstock.purchasing.models import ApprovalLimit, OrderApproval, PurchaseOrder
from ownstock.purchasing.order_rows import check_looked_at, locked, newest_revision, settle, subject_of
from ownstock.purchasing.orderable import check_orderable, items_of
from ownstock.purchasing.queries.approvals import (
    Need,
    approvers_in_words,
    authors,
    content_hash,
    limits_in_force,
    money,
    need_of,
    together_in_words,
)
from ownstock.purchasing.rules import OPEN_STATES, Limit, best_limit
from ownstock.purchasing.rules.timers import approval_key


@transaction.atomic
def approve(number: str, *, actor: str, revision: int | None = None) -> PurchaseOrder:
    """Approve an order as its newest revision asks, so that it may be placed; a later one that asks for more needs it anew.

    `revision` is the one that was looked at: the approval is refused when the order was changed meanwhile.

    Raises:
        Refused: nothing of it waits to be sent, it needs no approval or has one, the actor asked for it, has no limit or too
            small a one, it was changed meanwhile, or the register of suppliers speaks against it.
    """
    order = locked(number)
    newest = newest_revision(order)
    if order.state not in OPEN_STATES or order.sent_revision == newest.number:
        raise Refused(
            f"{number} is {order.state}; nothing of it waits for approval.", code="not_waiting", number=number
        )
    check_looked_at(order, revision)
    need = need_of(order)
    if need is None:
        raise Refused(f"{number} needs no approval; place it.", code="needs_no_approval", number=number)
    if need.approval is not None:
        raise Refused(f"{need.approval.approver} approved {number} already.", code="already_approved", number=number)
    check_orderable(order.supplier, items_of(order), on=timezone.localdate(), actor=actor)
    limit = _limit_for(order, need, actor)
    OrderApproval.objects.create(
        revision=newest, approver=actor, role=limit.role, limit=limit.approves_up_to or Decimal(0), amount=need.amount,
        content_hash=content_hash(newest),
    )  # fmt: skip
    settle(order, is_approved=True)
    journal.clear_alert(approval_key(number), because=f"approved by {actor}")
    journal.record(
        actor=actor, verb="purchasing.approved", subject=subject_of(order),
        new={"revision": newest.number, "amount": str(need.amount), "role": limit.role, "others": list(need.others)},
    )  # fmt: skip
    return order


@transaction.atomic
def approve_by_rule(number: str, *, rule: str, on_behalf_of: str) -> PurchaseOrder:
    """Approve an order that a standing rule asked for, as far as the limit goes of the person who agreed to the rule.

    `rule` is the rule's key, `rule:weekly-basics`; the approval is kept as its, with that person's role and limit. An order
    that needs no approval, or has one, stays as it is.

    Raises:
        Refused: that person's limit does not cover it, or they wrote any of it: another person approves it.
    """
    order = locked(number)
    need = need_of(order)
    if need is None or need.is_met:
        return order
    limit = _limit_for(order, need, on_behalf_of)
    newest = newest_revision(order)
    OrderApproval.objects.create(
        revision=newest, approver=rule, role=limit.role, limit=limit.approves_up_to or Decimal(0), amount=need.amount,
        content_hash=content_hash(newest),
    )  # fmt: skip
    settle(order, is_approved=True)
    journal.clear_alert(approval_key(number), because=f"approved by {rule}")
    journal.record(
        actor=rule, verb="purchasing.approved", subject=subject_of(order), reason=f"on behalf of {on_behalf_of}",
        new={"revision": newest.number, "amount": str(need.amount), "role": limit.role, "others": list(need.others)},
    )  # fmt: skip
    return order


def _limit_for(order: PurchaseOrder, need: Need, actor: str) -> Limit:
    """The limit by which the actor may approve the order."""
    if actor in authors(order):
        raise Refused(
            f"{actor} asked for {order.number}; somebody else approves it. {approvers_in_words(order, need.amount)}",
            code="own_order",
            number=order.number,
        )
    limit = best_limit(limits_in_force(), roles_of(actor))
    highest = limit.approves_up_to if limit else None
    if limit is None or highest is None or highest < need.amount:
        may = f"may approve up to {money(highest)}" if highest else "may approve nothing"
        raise Refused(
            f"{order.number} is {money(need.amount)}{together_in_words(need)}; {actor} {may}. "
            f"{approvers_in_words(order, need.amount)}",
            code="above_limit",
            number=order.number,
            amount=str(need.amount),
            others=list(need.others),
        )
    return limit


def check_approved(order: PurchaseOrder) -> None:
    """Refuse to send an order that has to be approved and is not.

    Raises:
        Refused: as said; the sentence names the orders that are judged with it, and who may approve.
    """
    need = need_of(order)
    if need is not None and not need.is_met:
        raise Refused(
            f"{order.number} is {money(need.amount)}{together_in_words(need)}, and needs approval first. "
            f"{approvers_in_words(order, need.amount)}",
            code="not_approved",
            number=order.number,
            amount=str(need.amount),
            others=list(need.others),
        )


@transaction.atomic
def set_limit(
    role: Role, *, approves_up_to: Decimal | None, places_alone_up_to: Decimal | None, actor: str
) -> ApprovalLimit:
    """Say what people of a role may approve, and place alone; it holds once a second person confirms it.

    Both None takes the role's limit away, which a second person confirms as well.

    Raises:
        Refused: the actor is neither administrator nor of finance, the role is a supplier's, or an amount is below zero.
    """
    _check_may_set(actor)
    if role not in INTERNAL_ROLES:
        raise Refused(f"People of the role {role} approve nothing of ours.", code="bad_role", role=role)
    if any(amount is not None and amount < 0 for amount in (approves_up_to, places_alone_up_to)):
        raise Refused("A limit is not below zero.", code="below_zero")
    row = ApprovalLimit.objects.create(
        role=role, approves_up_to=approves_up_to, places_alone_up_to=places_alone_up_to, set_by=actor
    )
    journal.record(
        actor=actor,
        verb="purchasing.limit_set",
        subject=f"approval_limit:{role}",
        old=_in_force(role),
        new=_amounts(row),
    )
    return row


@transaction.atomic
def confirm_limit(role: Role, *, actor: str) -> ApprovalLimit:
    """Agree to the newest limit that somebody else set for a role: from now on it holds.

    Raises:
        Refused: none waits, the actor set it, or is neither administrator nor of finance.
    """
    _check_may_set(actor)
    row = ApprovalLimit.objects.select_for_update().filter(role=role).order_by("-id").first()
    if row is None or row.confirmed_by:
        raise Refused(f"No limit of the role {role} waits for a second person.", code="no_limit_waits", role=role)
    if row.set_by == actor:
        raise Refused(f"{actor} set this limit; somebody else has to confirm it.", code="own_limit", role=role)
    before = _in_force(role)
    row.confirmed_by, row.confirmed_at = actor, timezone.now()
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    journal.record(
        actor=actor, verb="purchasing.limit_confirmed", subject=f"approval_limit:{role}", old=before, new=_amounts(row)
    )
    return row


def _check_may_set(actor: str) -> None:
    if Scope.LIMITS_WRITE not in scopes_of(roles_of(actor)):
        raise Refused(
            f"{actor} may not set limits: people of the roles admin and finance may, two of them for each limit. "
            "An administrator gives roles on the page People.",
            code="may_not_set_limits",
            actor=actor,
        )


def _in_force(role: str) -> dict[str, str | None] | None:
    limit = next((limit for limit in limits_in_force() if limit.role == role), None)
    return None if limit is None else _amounts(limit)


def _amounts(limit: ApprovalLimit | Limit) -> dict[str, str | None]:
    amounts = {"approves_up_to": limit.approves_up_to, "places_alone_up_to": limit.places_alone_up_to}
    return {name: None if amount is None else str(amount) for name, amount in amounts.items()}
