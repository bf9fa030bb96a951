"""Taking a posting back in the room that it belongs to: what it shipped, received or lost is open there again."""

from __future__ import annotations

from ownstock.demand import actions as demand
from ownstock.demand.queries import is_shipment
from ownstock.ledger.actions import Posted
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.actions import transfers
from ownstock.purchasing.queries.transfers import is_transfer_posting


def take_back(key: str, *, new_key: str, actor: str, reason: str) -> Posted:
    """Reverse a posting: of a customer's shipment, of a transfer, or of a receipt and whatever else there is.

    Raises:
        Refused: as the room's own `take_back`.
    """
    if is_shipment(key):
        return demand.take_back(key, new_key=new_key, actor=actor, reason=reason)
    if is_transfer_posting(key):
        return transfers.take_back(key, new_key=new_key, actor=actor, reason=reason)
    return purchasing.take_back(key, new_key=new_key, actor=actor, reason=reason)
