"""The verbs of the ledger, its only writers, one room a noun: posting, balances, lots, closings, valuation, partitions."""

from ownstock.ledger.actions.balances import rebuild
from ownstock.ledger.actions.closings import close
from ownstock.ledger.actions.lots import describe_lot, first_to_expire, hold, pick, reject, release
from ownstock.ledger.actions.posting import Posted, post, reverse
from ownstock.ledger.actions.together import post_soon
from ownstock.ledger.actions.undoing import undo_import
from ownstock.ledger.actions.valuation import add_late_cost, value

__all__ = [
    "Posted", "add_late_cost", "close", "describe_lot", "first_to_expire", "hold", "pick", "post", "post_soon", "rebuild",
    "reject", "release", "reverse", "undo_import", "value",
]  # fmt: skip
