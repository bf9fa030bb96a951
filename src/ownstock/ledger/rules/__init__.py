"""Pure decisions of the ledger, one room a noun: posting, materials, picking, valuation."""

from ownstock.ledger.rules.posting import (
    MAX_KEY_LENGTH,
    MAX_LINES,
    Kind,
    Line,
    PostingRequest,
    Shortage,
    Status,
)

__all__ = ["MAX_KEY_LENGTH", "MAX_LINES", "Kind", "Line", "PostingRequest", "Shortage", "Status"]
