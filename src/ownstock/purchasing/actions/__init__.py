"""The verbs of buying, its only writers, one room a noun."""

from ownstock.purchasing.actions.answers import acknowledge, settle_price
from ownstock.purchasing.actions.approvals import approve, confirm_limit, set_limit
from ownstock.purchasing.actions.changes import cancel, change
from ownstock.purchasing.actions.commitments import warn_of_commitments
from ownstock.purchasing.actions.discrepancies import send_back, settle_discrepancy
from ownstock.purchasing.actions.disputes import dispute_invoice, settle_dispute
from ownstock.purchasing.actions.invoices import (
    TakenInvoice,
    approve_invoice,
    cancel_invoice,
    match_again,
    set_match_policy,
    take_invoice,
)
from ownstock.purchasing.actions.lateness import alert_late, cut
from ownstock.purchasing.actions.merging import Merged, merge
from ownstock.purchasing.actions.notices import take_notice
from ownstock.purchasing.actions.orders import DraftLine, draft, place
from ownstock.purchasing.actions.rates import set_rate
from ownstock.purchasing.actions.receipts import receive, take_back
from ownstock.purchasing.actions.timers import chase, watch_orders
from ownstock.purchasing.arrived import ReceiptLine, WrongGoods

__all__ = [
    "DraftLine", "Merged", "ReceiptLine", "TakenInvoice", "WrongGoods", "acknowledge", "alert_late", "approve",
    "approve_invoice", "cancel", "cancel_invoice", "change", "chase", "confirm_limit", "cut", "dispute_invoice",
    "draft", "match_again", "merge", "place", "receive", "send_back", "set_limit", "set_match_policy", "set_rate",
    "settle_discrepancy", "settle_dispute", "settle_price", "take_back", "take_invoice", "take_notice",
    "warn_of_commitments", "watch_orders",
]  # fmt: skip
