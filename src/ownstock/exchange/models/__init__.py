"""The rows of what crosses, one room a noun."""

from ownstock.exchange.models.channels import Channel, ChannelSecret
from ownstock.exchange.models.links import AnswerLink
from ownstock.exchange.models.messages import Attempt, InboundMessage, OutboundMessage, SyntaxAnswer
from ownstock.exchange.models.remarks import AnswerRemark
from ownstock.exchange.models.set_ups import AssumedValue, HealthCount, SetUp, UploadedFile
from ownstock.exchange.models.subscriptions import EventMessage, Subscription

__all__ = [
    "AnswerLink", "AnswerRemark", "AssumedValue", "Attempt", "Channel", "ChannelSecret", "EventMessage",
    "HealthCount", "InboundMessage", "OutboundMessage", "SetUp", "Subscription", "SyntaxAnswer", "UploadedFile",
]  # fmt: skip
