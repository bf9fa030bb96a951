"""Reading what is bought, one room a noun."""

from ownstock.purchasing.queries.orders import (
    STILL_OPEN,
    OpenDelivery,
    lines,
    on_order,
    open_deliveries,
    order,
    order_counts,
    order_totals,
    orders,
    sending,
    term_for,
    unsent_orders,
)

__all__ = [
    "STILL_OPEN", "OpenDelivery", "lines", "on_order", "open_deliveries", "order", "order_counts", "order_totals",
    "orders", "sending", "term_for", "unsent_orders",
]  # fmt: skip
