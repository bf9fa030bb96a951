"""How messages leave: by the way of their channel; without one to a mail server where one is set, else into a folder.

    Refused       the message itself is not wanted: no further attempt helps until somebody mends something
    Unavailable   the way is blocked: server down, login refused, disk full; the same bytes may pass later

An attempt has three quarters of its lease for all it does, whatever the other side does; the rest is for marking the row.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from ownstock.base.errors import Refused
from ownstock.exchange.channels import queries as channels
from ownstock.exchange.channels.rules import ChannelKind, SecretName
from ownstock.exchange.models import Channel, OutboundMessage
from ownstock.exchange.transports.folder import folder_of, write
from ownstock.exchange.transports.mail import MailServer, mail_server, send

__all__ = ["MailServer", "Parcel", "deliver", "hand_over", "mail_server", "send", "write"]
# Of the lease, how much may go by before the other side's last word.
SENDING_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is handed over: identity, file name and bytes, the same in every attempt; a recipient where it is mail."""

    message_id: str
    file_name: str
    format: str
    content: bytes
    recipient: str = ""


def time_limit() -> float:
    """When an attempt that begins now has to be over, on the monotonic clock."""
    return time.monotonic() + SENDING_SHARE * settings.OUTBOX_LEASE_SECONDS


def deliver(message: OutboundMessage) -> str:
    """Hand a message over, its bytes as they were prepared, and tell where it went.

    Settings and address are those of now: what was corrected since it was written is used.

    Raises:
        Refused: it is not wanted as it is; the sentence says what to mend.
        Unavailable: the way is blocked; the same call may succeed later.
    """
    channel = channels.way_of(message)
    is_mail = channel is None or channel.kind == ChannelKind.MAIL
    recipient = channels.mail_address_of(channel, message.supplier) if is_mail and settings.SMTP_URL else ""
    parcel = Parcel(message.message_id, message.file_name, message.format, bytes(message.content), recipient)
    return hand_over(parcel, channel)


def hand_over(parcel: Parcel, channel: Channel | None) -> str:
    """Hand a parcel over by a channel, and tell where it went.

    Raises:
        Refused, Unavailable: as `deliver`.
    """
    return WAYS[ChannelKind(channel.kind) if channel else ChannelKind.MAIL](parcel, channel)


def _by_mail(parcel: Parcel, _: Channel | None) -> str:
    if settings.SMTP_URL:
        server = mail_server(settings.SMTP_URL)
        send(
            parcel.content, server=server, sender=settings.ORDERS_FROM, recipient=parcel.recipient, ends_at=time_limit()
        )
        return f"{parcel.recipient} by {server.name}"
    path = Path(settings.OUTBOX_FOLDER) / parcel.file_name
    write(parcel.content, path)
    return str(path)


def _by_folder(parcel: Parcel, channel: Channel | None) -> str:
    assert channel is not None
    path = folder_of(channel.settings["out_folder"]) / parcel.file_name
    write(parcel.content, path)
    return str(path)


def _by_sftp(parcel: Parcel, channel: Channel | None) -> str:
    # Its library is for those alone who use it: it takes a while to load.
    from ownstock.exchange.transports import sftp

    assert channel is not None
    server = sftp.server_of(channel)
    with sftp.session(server, time_limit()) as there:
        path = sftp.put(there, channel.settings["out_folder"], parcel.file_name, parcel.content)
    return f"{path} on {server.name}"


def _by_webhook(parcel: Parcel, channel: Channel | None) -> str:
    from ownstock.exchange.transports import webhook

    assert channel is not None
    secret = channels.secret(channel, SecretName.WEBHOOK_SECRET)
    return webhook.post(parcel.content, webhook.head_of(parcel), channel.settings["url"], [secret], time_limit())


def _by_portal(parcel: Parcel, channel: Channel | None) -> str:
    return "the portal, where the supplier finds it"


WAYS: Mapping[ChannelKind, Callable[[Parcel, Channel | None], str]] = {
    ChannelKind.MAIL: _by_mail,
    ChannelKind.FOLDER: _by_folder,
    ChannelKind.SFTP: _by_sftp,
    ChannelKind.WEBHOOK: _by_webhook,
    ChannelKind.PORTAL: _by_portal,
}


def check_way(channel: Channel) -> None:
    """Refuse to send by a channel that carries no orders.

    Raises:
        Refused: see above.
    """
    needed = {ChannelKind.SFTP: "out_folder", ChannelKind.FOLDER: "out_folder", ChannelKind.WEBHOOK: "url"}
    name = needed.get(ChannelKind(channel.kind))
    if name and not channel.settings.get(name):
        raise Refused(
            f"The channel {channel.name} sends nothing: it has no {name}. Set it.",
            code="bad_channel",
            channel=channel.name,
        )
