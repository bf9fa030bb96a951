"""Reading suppliers' answers."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import QuerySet

from ownstock.journal.queries import open_alerts
from ownstock.purchasing.models import Acknowledgement, PurchaseOrder
from ownstock.purchasing.rules import AnswerOutcome

# The kind of alert that tells of a line that its supplier will not deliver.
REJECTED = "line_rejected"


def answers(order: PurchaseOrder) -> QuerySet[Acknowledgement]:
    """Every answer to an order as it came, oldest first, also those that changed nothing."""
    return order.acknowledgements.order_by("id")


def applied_answers(order: PurchaseOrder) -> QuerySet[Acknowledgement]:
    """Those that changed the order, newest first."""
    return order.acknowledgements.filter(outcome=AnswerOutcome.APPLIED).order_by("-id")


def told_price(order: PurchaseOrder, line: int) -> Decimal | None:
    """The price of one stock unit that the supplier named last for a line; None where it named none."""
    for answer in applied_answers(order):
        for told in answer.answer:
            if told["line"] == line and "price" in told:
                return Decimal(told["price"])
    return None


def told_rejections() -> dict[str, tuple[str, str]]:
    """Of lines that suppliers rejected and people were told of: by the alert's key the item and the site."""
    rows = open_alerts().filter(kind=REJECTED).values_list("key", "facts")
    return {key: (facts["sku"], facts.get("site", "")) for key, facts in rows}
