"""The rows of what crosses, one room a noun."""

from ownstock.exchange.models.links import AnswerLink
from ownstock.exchange.models.messages import OutboundMessage
from ownstock.exchange.models.remarks import AnswerRemark

__all__ = ["AnswerLink", "AnswerRemark", "OutboundMessage"]
