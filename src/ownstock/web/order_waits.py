"""What an order's page says that somebody has to do: approve it, send it, settle a price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ownstock.base.errors import Refused
from ownstock.journal.queries import open_alerts
from ownstock.purchasing.models import OrderApproval, OrderLine, PurchaseOrder
from ownstock.purchasing.order_rows import price_key
from ownstock.purchasing.orderable import shortfall_of
from ownstock.purchasing.queries.approvals import approvers_in_words, money, need_of, together_in_words
from ownstock.purchasing.rules import OPEN_STATES


@dataclass(frozen=True, slots=True)
class Waits:
    """That the newest revision of an order is not sent yet: what it needs before, in sentences, and who approved it."""

    is_change: bool
    needs: str = ""
    approval: OrderApproval | None = None
    lacks: str = ""

    @property
    def may_leave(self) -> bool:
        """Whether nothing but somebody's decision keeps it here."""
        return not self.needs


def waits_of(order: PurchaseOrder, newest: int) -> Waits | None:
    """What an order needs before its newest revision is sent; None where it was sent, or never will be."""
    if order.state not in OPEN_STATES or order.sent_revision == newest:
        return None
    is_change, lacks = order.sent_revision is not None, shortfall_of(order)
    try:
        need = need_of(order)
    except Refused as refusal:
        return Waits(is_change, needs=refusal.sentence, lacks=lacks)
    if need is None or need.is_met:
        return Waits(is_change, approval=need.approval if need else None, lacks=lacks)
    sentence = (
        f"It is {money(need.amount)}{together_in_words(need)}, and needs approval. "
        f"{approvers_in_words(order, need.amount)}"
    )
    return Waits(is_change, needs=sentence, lacks=lacks)


def price_questions(order: PurchaseOrder, lines: Sequence[OrderLine]) -> list[tuple[OrderLine, Decimal]]:
    """The lines whose other price, named by the supplier, nobody has accepted or refused yet, with that price."""
    asked = open_alerts().filter(key__in=[price_key(order.number, line.line) for line in lines])
    prices = {alert.facts["line"]: Decimal(alert.facts["price"]) for alert in asked}
    return [(line, prices[line.line]) for line in lines if line.line in prices]
