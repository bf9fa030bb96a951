"""The rows of what crosses, one room a noun."""

from ownstock.exchange.models.channels import Channel, ChannelSecret
from ownstock.exchange.models.links import AnswerLink
from ownstock.exchange.models.messages import Attempt, InboundMessage, OutboundMessage, SyntaxAnswer
from ownstock.exchange.models.remarks import AnswerRemark

__all__ = [
    "AnswerLink", "AnswerRemark", "Attempt", "Channel", "ChannelSecret", "InboundMessage", "OutboundMessage",
    "SyntaxAnswer",
]  # fmt: skip
