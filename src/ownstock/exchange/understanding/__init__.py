"""What a supplier's documents mean for the orders they speak of: pure, and whole or not at all.

document + the orders as the supplier was told them + conventions ─ understand ─► what purchasing is told
                                                                        │
                                                                        ├─► remarks: what people should know
                                                                        └─► faults: why nothing can be told
"""

from ownstock.exchange.understanding.meanings import Answer, Remark, Understood
from ownstock.exchange.understanding.sent_orders import SentOrder
from ownstock.exchange.understanding.understand import order_numbers, understand

__all__ = ["Answer", "Remark", "SentOrder", "Understood", "order_numbers", "understand"]
