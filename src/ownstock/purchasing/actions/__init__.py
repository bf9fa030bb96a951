"""The verbs of buying, its only writers, one room a noun."""

from ownstock.purchasing.actions.answers import acknowledge
from ownstock.purchasing.actions.changes import cancel, change
from ownstock.purchasing.actions.lateness import alert_late, cut
from ownstock.purchasing.actions.orders import DraftLine, draft, place
from ownstock.purchasing.actions.receipts import ReceiptLine, receive, take_back

__all__ = [
    "DraftLine", "ReceiptLine", "acknowledge", "alert_late", "cancel", "change", "cut", "draft", "place", "receive",
    "take_back",
]  # fmt: skip
