"""The verbs of transfers between sites of ours, their only writers: orders, shipments, arrivals, taking back, lateness."""

from ownstock.purchasing.actions.transfers.arrivals import ArrivedPart, LostPart, lose, receive
from ownstock.purchasing.actions.transfers.lateness import alert_late
from ownstock.purchasing.actions.transfers.orders import AskedPart, cancel, draft, place
from ownstock.purchasing.actions.transfers.shipments import Promised, ShippedPart, ship
from ownstock.purchasing.actions.transfers.undoing import take_back

__all__ = [
    "ArrivedPart", "AskedPart", "LostPart", "Promised", "ShippedPart", "alert_late", "cancel", "draft", "lose", "place",
    "receive", "ship", "take_back",
]  # fmt: skip
