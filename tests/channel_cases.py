"""Channels and orders for tests of what crosses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from ownstock.catalog.models import SupplyTerm
from ownstock.exchange.channels.actions import set_channel
from ownstock.exchange.channels.rules import ChannelDraft, ChannelKind, Content, MessageFormat
from ownstock.exchange.models import Channel
from ownstock.journal.models import OutboxRow
from ownstock.purchasing import actions as purchasing
from tests.factories import ACTOR, TODAY, Business
from tests.sftp_server import PASSWORD, SftpServer
from tests.web_receiver import SECRET, Receiver

EVERYTHING = tuple(Content)
X12_SIDES = {"our_id": "ZZ:OURSHOP", "their_id": "ZZ:ALPHA"}


def channel(
    kind: ChannelKind,
    written: MessageFormat,
    settings: Mapping[str, str],
    *,
    secrets: Mapping[str, str] | None = None,
    contents: tuple[Content, ...] = EVERYTHING,
    name: str = "",
    supplier: str = "ALPHA",
) -> Channel:
    """Set a channel to a supplier."""
    draft = ChannelDraft(name or f"{supplier.lower()}-{kind}", supplier, kind, written, contents, settings)
    return set_channel(draft, secrets=secrets or {}, actor=ACTOR)


def sftp_channel(server: SftpServer, written: MessageFormat = MessageFormat.CSV, **more: Any) -> Channel:
    """A channel to an SFTP server of a test."""
    settings = {**server.settings(), **(X12_SIDES if written is MessageFormat.X12 else {})}
    return channel(ChannelKind.SFTP, written, settings, secrets={"password": PASSWORD}, **more)


def webhook_channel(receiver: Receiver, written: MessageFormat = MessageFormat.JSON, **more: Any) -> Channel:
    """A channel to a receiver of webhooks of a test."""
    settings = {"url": receiver.url, **(X12_SIDES if written is MessageFormat.X12 else {})}
    return channel(ChannelKind.WEBHOOK, written, settings, secrets={"webhook_secret": SECRET}, **more)


def folder_channel(written: MessageFormat = MessageFormat.CSV, **more: Any) -> Channel:
    """A channel by folders of this machine."""
    settings = {"out_folder": "alpha/out", "in_folder": "alpha/in", "done_folder": "alpha/done"}
    return channel(
        ChannelKind.FOLDER, written, {**settings, **(X12_SIDES if written is MessageFormat.X12 else {})}, **more
    )


def place(business: Business, quantity: int = 12, *, item: int = 0) -> str:
    """Place an order of one line; its number."""
    term = SupplyTerm.objects.get(item=business.items[item])
    line = purchasing.DraftLine(term, Decimal(quantity), TODAY + timedelta(days=14))
    order = purchasing.draft(supplier=term.supplier, site=business.site, lines=[line], ordered_on=TODAY, actor=ACTOR)
    purchasing.place(order.number, actor=ACTOR)
    return order.number


def row_of(number: str, topic: str = "placed", revision: int = 1) -> OutboxRow:
    """The outbox row that tells of an order."""
    return OutboxRow.objects.get(key=f"purchase_order.{topic}:{number}:{revision}")
