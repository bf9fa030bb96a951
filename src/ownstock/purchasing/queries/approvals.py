"""Reading what needs approval, who gave it and who may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum

from ownstock.access.queries import roles_of, users
from ownstock.base.fingerprints import fingerprint
from ownstock.base.text import plain
from ownstock.catalog.queries import base_currency, in_base_currency
from ownstock.purchasing.models import ApprovalLimit, OrderApproval, OrderLine, OrderRevision, PurchaseOrder
from ownstock.purchasing.rules import (
    ApprovedLine,
    Limit,
    OrderState,
    is_covered,
    needs_approval,
    roles_that_may,
)


@dataclass(frozen=True, slots=True)
class Need:
    """That an order has to be approved before it is sent, and how far that is.

    `amount` is judged, in the company's currency: of the order and of the `others` it belongs to.
    """

    revision: int
    requester: str
    amount: Decimal
    others: tuple[str, ...]
    approval: OrderApproval | None

    @property
    def is_met(self) -> bool:
        """Whether it may be sent."""
        return self.approval is not None


def approval_limits() -> QuerySet[ApprovalLimit]:
    """Every limit that was ever set, newest first."""
    return ApprovalLimit.objects.order_by("-id")


def limits_in_force() -> list[Limit]:
    """Of each role the newest limit that two people agreed on; roles whose limit was taken away are left out."""
    newest = ApprovalLimit.objects.exclude(confirmed_by="").order_by("role", "-id").distinct("role")
    found = [Limit(row.role, row.approves_up_to, row.places_alone_up_to) for row in newest]
    return [limit for limit in found if (limit.approves_up_to, limit.places_alone_up_to) != (None, None)]


def need_of(order: PurchaseOrder) -> Need | None:
    """Whether an order's newest revision has to be approved; None where it has not.

    Raises:
        Refused: its amount is in a currency without a rate.
    """
    limits = limits_in_force()
    if not limits:
        return None
    revision = order.revisions.latest("number")
    others = _belonging(order, revision.created_by)
    amount = sum((amount_of(each) for each in [order, *others]), Decimal(0))
    if not needs_approval(amount, limits, roles_of(revision.created_by)):
        return None
    numbers = tuple(each.number for each in others)
    return Need(revision.number, revision.created_by, amount, numbers, standing_approval(order, revision))


def is_free_to_leave(order: PurchaseOrder) -> bool:
    """Whether an order needs no approval, or has it."""
    need = need_of(order)
    return need is None or need.is_met


def _belonging(order: PurchaseOrder, requester: str) -> list[PurchaseOrder]:
    """The requester's other orders to the supplier around the same days that stand: together they may be one, split."""
    days = timedelta(days=settings.SPLIT_ORDER_DAYS)
    newest = OrderRevision.objects.filter(purchase_order=OuterRef("pk")).order_by("-number").values("created_by")[:1]
    rows = PurchaseOrder.objects.exclude(pk=order.pk).exclude(state=OrderState.CANCELLED)
    near = rows.filter(
        supplier_id=order.supplier_id, created_at__range=(order.created_at - days, order.created_at + days)
    )
    return list(near.annotate(requester=Subquery(newest)).filter(requester=requester).order_by("number"))


def amount_of(order: PurchaseOrder) -> Decimal:
    """What an order's newest revision asks for, in the company's currency.

    Raises:
        Refused: it is in a currency without a rate.
    """
    lines = OrderLine.objects.filter(revision=order.revisions.latest("number"))
    total = lines.aggregate(total=Sum(F("quantity") * F("price")))["total"] or Decimal(0)
    return in_base_currency(total, order.currency, on=order.ordered_on)


def standing_approval(order: PurchaseOrder, revision: OrderRevision) -> OrderApproval | None:
    """The last approval of an order, if it covers a revision: of that very content, or of more."""
    approvals = OrderApproval.objects.filter(revision__purchase_order=order).select_related("revision")
    approval = approvals.order_by("-id").first()
    if approval is None or bytes(approval.content_hash) != content_hash(approval.revision):
        return None
    return approval if is_covered(_approved(approval.revision), _approved(revision)) else None


def _approved(revision: OrderRevision) -> list[ApprovedLine]:
    return [ApprovedLine(*row) for row in revision.lines.values_list("item_id", "quantity", "price")]


def content_hash(revision: OrderRevision) -> bytes:
    """SHA-256 of what a revision asks for and of whom."""
    order = revision.purchase_order
    lines = revision.lines.order_by("line").values_list(
        "line", "item_id", "quantity", "price", "requested_on", "purchase_unit", "units_numerator", "units_denominator"
    )
    rows = [[str(value) for value in row] for row in lines]
    return fingerprint([order.number, order.supplier_id, order.site_id, order.currency, revision.number, rows])


def authors(order: PurchaseOrder) -> set[str]:
    """Who wrote any of an order, or of one that was merged into it: none of them approves it."""
    revisions = OrderRevision.objects.filter(Q(purchase_order=order) | Q(purchase_order__merged_into=order))
    return {order.created_by, *revisions.values_list("created_by", flat=True)}


def approvers_in_words(order: PurchaseOrder, amount: Decimal) -> str:
    """Who may approve an amount of this order, as a sentence says it."""
    roles = roles_that_may(limits_in_force(), amount)
    able = users().filter(is_active=True, roles__overlap=roles).order_by("username") if roles else []
    names = [user.username for user in able if user.actor not in authors(order)]
    if names:
        return f"{', '.join(names[:5])} may approve it."
    needed = f"{money(amount)} or more"
    if roles:
        return f"Nobody else has the role {' or '.join(roles)}, whose limit is {needed}: give it to somebody."
    return f"No role has a limit of {needed}: set one."


def money(amount: Decimal) -> str:
    """An amount in the company's currency, as a sentence says it."""
    return f"{plain(amount, decimals=2)} {base_currency()}"


def together_in_words(need: Need) -> str:
    """Which orders were judged as one, for the end of a sentence; empty where it is one alone."""
    return f" together with {', '.join(need.others)}, of the same days and supplier" if need.others else ""
