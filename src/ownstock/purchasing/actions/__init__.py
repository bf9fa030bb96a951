"""The verbs of buying, its only writers, one room a noun."""

from ownstock.purchasing.actions.answers import acknowledge, settle_price
from ownstock.purchasing.actions.approvals import approve, confirm_limit, set_limit
from ownstock.purchasing.actions.changes import cancel, change
from ownstock.purchasing.actions.discrepancies import send_back, settle_discrepancy
from ownstock.purchasing.actions.lateness import alert_late, cut
from ownstock.purchasing.actions.notices import take_notice
from ownstock.purchasing.actions.orders import DraftLine, draft, place
from ownstock.purchasing.actions.receipts import receive, take_back
from ownstock.purchasing.arrived import ReceiptLine, WrongGoods

__all__ = [
    "DraftLine", "ReceiptLine", "WrongGoods", "acknowledge", "alert_late", "approve", "cancel", "change",
    "confirm_limit", "cut", "draft", "place", "receive", "send_back", "set_limit", "settle_discrepancy", "settle_price",
    "take_back", "take_notice",
]  # fmt: skip
