"""The rows of buying, one room a noun."""

from ownstock.purchasing.models.answers import Acknowledgement
from ownstock.purchasing.models.orders import Delivery, OrderLine, OrderRevision, PurchaseOrder
from ownstock.purchasing.models.receipts import Receipt

__all__ = ["Acknowledgement", "Delivery", "OrderLine", "OrderRevision", "PurchaseOrder", "Receipt"]
