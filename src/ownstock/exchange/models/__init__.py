"""The rows of what crosses, one room a noun."""

from ownstock.exchange.models.messages import OutboundMessage

__all__ = ["OutboundMessage"]
