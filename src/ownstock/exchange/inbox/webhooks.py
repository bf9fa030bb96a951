"""Webhooks in (Standard Webhooks): whose signature fits, within five minutes, is the supplier's system."""

from __future__ import annotations

from collections.abc import Mapping

from ownstock.base.errors import Refused
from ownstock.exchange.channels import queries as channels
from ownstock.exchange.channels.rules import ChannelKind, SecretName
from ownstock.exchange.inbox.rules import MAX_MESSAGE_BYTES
from ownstock.exchange.models import Channel

MAX_ID_LENGTH = 200
HEAD = ("webhook-id", "webhook-timestamp", "webhook-signature")


def channel_that_signed(name: str, head: Mapping[str, str], body: bytes) -> Channel:
    """The channel by which a message came, once its signature was found to fit.

    Raises:
        Refused: it does not fit, is too old, the channel is none of this kind, or the body is too large or not UTF-8. Which
            of the first three, the caller is not told.
    """
    if len(body) > MAX_MESSAGE_BYTES:
        raise Refused(f"A message has {MAX_MESSAGE_BYTES // 2**20} MiB at most.", code="too_large")
    channel = channels.channels().filter(name=name, kind=ChannelKind.WEBHOOK).first()
    if channel is None or not _fits(channel, head, body):
        raise Refused(
            "The signature does not fit this address. Sign by Standard Webhooks with the secret of the channel, at the "
            "moment of sending.",
            code="bad_signature",
        )
    return channel


def _fits(channel: Channel, head: Mapping[str, str], body: bytes) -> bool:
    from standardwebhooks import Webhook

    said = {name: head.get(name, "") for name in HEAD}
    message_id = said["webhook-id"]
    if not (0 < len(message_id) <= MAX_ID_LENGTH and message_id.isprintable() and message_id.isascii()):
        return False
    secret = channels.secret(channel, SecretName.WEBHOOK_SECRET)
    try:
        Webhook(secret).verify(body, said, json_parse=False)
    except Exception:
        # The library raises of its own when it looks; of what is malformed it lets Python's own faults through.
        return False
    return True
