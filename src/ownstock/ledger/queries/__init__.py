"""Reading the ledger, one room a question: balances, postings, value, whether all is as it was posted."""

from ownstock.ledger.queries.as_of import BalanceAsOf, as_of
from ownstock.ledger.queries.balances import balances, balances_at, movements_of, on_hand, usable
from ownstock.ledger.queries.postings import request_of
from ownstock.ledger.queries.valuation import value_at
from ownstock.ledger.queries.verification import BalanceDifference, Finding, balance_differences, verify

__all__ = [
    "BalanceAsOf", "BalanceDifference", "Finding", "as_of", "balance_differences", "balances", "balances_at",
    "movements_of", "on_hand", "request_of", "usable", "value_at", "verify",
]  # fmt: skip
