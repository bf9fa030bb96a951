"""Reading what is bought, one room a noun."""

from ownstock.purchasing.queries.orders import (
    IS_OPEN,
    STILL_OPEN,
    OpenDelivery,
    lines,
    on_order,
    open_deliveries,
    order,
    order_counts,
    orders,
    sending,
    term_for,
    unsent_orders,
)

__all__ = [
    "IS_OPEN", "STILL_OPEN", "OpenDelivery", "lines", "on_order", "open_deliveries", "order", "order_counts", "orders",
    "sending", "term_for", "unsent_orders",
]  # fmt: skip
