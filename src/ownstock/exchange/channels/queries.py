"""Reading channels: which there are, which one carries what, and what they keep secret."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from ownstock.base.errors import Refused
from ownstock.catalog.models import Supplier
from ownstock.exchange.channels.rules import POLLED, SECRETS, ChannelKind, Content, SecretName, queue_of
from ownstock.exchange.channels.secrets import unseal
from ownstock.exchange.models import Channel, ChannelSecret, OutboundMessage
from ownstock.exchange.queries import address_of
from ownstock.exchange.rules import mail_address
from ownstock.journal.models import OutboxRow
from ownstock.purchasing.models import OrderRevision


def channels() -> QuerySet[Channel]:
    """Every channel that messages go or come by, by name."""
    return Channel.objects.filter(removed_at=None).select_related("supplier").order_by("name")


def channel(name: str) -> Channel:
    """One channel by its name.

    Raises:
        Refused: there is none of this name.
    """
    found = channels().filter(name=name).first()
    if found is None:
        raise Refused(f"There is no channel {name}; ownstock channel list shows all.", code="no_channel", channel=name)
    return found


def channel_for(supplier_id: int, content: Content) -> Channel | None:
    """The channel by which something goes to a supplier; None: by mail, as without channels."""
    return channels().filter(supplier_id=supplier_id, contents__contains=[content]).first()


def way_of(message: OutboundMessage) -> Channel | None:
    """The channel by which a message goes now. Of one that was removed, its successor with the same format.

    Raises:
        Refused: the channel was removed and none with its format took its place.
    """
    written_for = message.channel
    if written_for is None or written_for.removed_at is None:
        return written_for
    successor = channels().filter(supplier_id=message.supplier_id, format=message.format)
    found = successor.filter(contents__contains=[Content.ORDERS]).first()
    if found is None:
        raise Refused(
            f"The channel {written_for.name} was removed while {message.message_id} waited. Set one for the supplier with "
            f"the format {message.format}.",
            code="no_channel",
            channel=written_for.name,
        )
    return found


def mail_address_of(found: Channel | None, supplier: Supplier) -> str:
    """Where mail to a supplier goes: as its channel says, else to the supplier's own address.

    Raises:
        Refused: there is no address, or one that mail cannot be sent to.
    """
    said = found.settings.get("address") if found else None
    return mail_address(f"The address of the channel {found}", said) if said else address_of(supplier)


def polled() -> QuerySet[Channel]:
    """The channels that we look into for what came."""
    return channels().filter(kind__in=POLLED, settings__has_key="in_folder")


def held_secrets(of: Channel) -> list[str]:
    """Which secrets are set, by name alone."""
    return sorted(of.secrets.values_list("name", flat=True))


def secrets(of: Channel) -> dict[str, str]:
    """The secrets of a channel, opened: for whoever connects by it, and nobody else.

    Raises:
        Refused: they were sealed under another secret key.
    """
    return {secret.name: unseal(bytes(secret.sealed), place=place_of(secret)) for secret in of.secrets.all()}


def secret(of: Channel, name: SecretName) -> str:
    """One secret of a channel, opened.

    Raises:
        Refused: it is not set, or was sealed under another secret key.
    """
    found = of.secrets.filter(name=name).first()
    if found is None:
        raise Refused(f"The channel {of.name} has no {name}; set one.", code="no_secret", channel=of.name)
    return unseal(bytes(found.sealed), place=place_of(found))


def place_of(held: ChannelSecret) -> str:
    """Where a secret belongs: one that was moved elsewhere does not open."""
    return f"{held.channel_id}:{held.name}"


def shown(found: Channel) -> dict[str, object]:
    """A channel as people and programs see it: of its secrets, which are set."""
    return {
        "name": found.name, "supplier": found.supplier.code, "kind": found.kind, "format": found.format,
        "contents": found.contents, "settings": found.settings, "secrets": held_secrets(found),
        "keeps": sorted(SECRETS[ChannelKind(found.kind)]), "polled_at": found.polled_at,
    }  # fmt: skip


def queues_of(rows: Sequence[OutboxRow]) -> dict[int, str]:
    """In which queue each row of the outbox waits, by its id: that of its supplier's channel."""
    told = {row.pk: row.payload.get("order_revision") for row in rows}
    orders = OrderRevision.objects.filter(pk__in=[pk for pk in told.values() if isinstance(pk, int)])
    suppliers = dict(orders.values_list("pk", "purchase_order__supplier"))
    ways = Channel.objects.filter(removed_at=None, contents__contains=[Content.ORDERS], supplier__in=suppliers.values())
    of_supplier = {channel.supplier_id: queue_of(channel) for channel in ways}
    of_written = _queues_of_written(rows)
    queues = {}
    for row in rows:
        of_order = of_supplier.get(suppliers.get(told[row.pk], 0), ChannelKind.MAIL)
        queues[row.pk] = of_written.get(row.payload.get("outbound_message"), of_order)
    return queues


def _queues_of_written(rows: Sequence[OutboxRow]) -> dict[int | None, str]:
    """The queues of messages that were written already, by their ids."""
    wanted = [row.payload["outbound_message"] for row in rows if "outbound_message" in row.payload]
    found = OutboundMessage.objects.filter(pk__in=wanted).select_related("channel").defer("content")
    return {message.pk: queue_of(message.channel) for message in found}
