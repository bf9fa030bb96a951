"""The verbs of the ledger, its only writers, one room a noun: posting, balances, lots, closings, valuation, partitions."""

from ownstock.ledger.actions.balances import rebuild
from ownstock.ledger.actions.posting import Posted, post, reverse

__all__ = ["Posted", "post", "rebuild", "reverse"]
