"""What an outbox row tells, written for its channel: one function a pair of topic and format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ownstock.base.errors import Refused
from ownstock.exchange.channels.rules import MessageFormat, Value
from ownstock.exchange.formats import json_documents
from ownstock.exchange.order_documents import document_of
from ownstock.exchange.papers import order_csv, order_mail
from ownstock.exchange.partners import profile_of
from ownstock.exchange.rules import OrderTopic, WrittenOrder, check_name, identity


@dataclass(frozen=True, slots=True)
class Telling:
    """What is to be written, for whom: an order by its topic, the key it is told under, what the channel says.

    `control_number` is the interchange's own, 0 where the format has none; `answer_address` is a page to answer on.
    """

    order: WrittenOrder
    outbox_key: str
    sender: str
    written_at: datetime
    settings: Mapping[str, Value] = field(default_factory=dict)
    control_number: int = 0
    answer_address: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as it will leave: its identity, what it is called as a file, all its bytes."""

    message_id: str
    file_name: str
    content: bytes
    recipient: str = ""
    control_number: str = ""


def _as_mail(telling: Telling) -> Rendered:
    mail = order_mail.render(
        telling.order, outbox_key=telling.outbox_key, sender=telling.sender, answer_address=telling.answer_address
    )
    return Rendered(mail.message_id, f"{telling.order.name}.eml", mail.content, mail.recipient)


def _as_csv(telling: Telling) -> Rendered:
    return Rendered(_identity(telling), f"{_name(telling)}.csv", order_csv.render(telling.order))


def _as_json(telling: Telling) -> Rendered:
    message_id = _identity(telling)
    content = json_documents.write(document_of(telling.order), message_id=message_id)
    return Rendered(message_id, f"{_name(telling)}.json", content)


def _as_x12(telling: Telling) -> Rendered:
    # Its library of tables is for those alone who write X12.
    from ownstock.exchange.x12 import rendering as x12
    from ownstock.exchange.x12.written_orders import document_for

    number, profile = telling.control_number, profile_of(telling.settings)
    content = x12.render(document_for(telling.order, profile), profile, number, number, telling.written_at)
    return Rendered(_identity(telling), f"{_name(telling)}.x12", content, control_number=f"{telling.control_number:09}")


def _identity(telling: Telling) -> str:
    check_name(telling.order.number)
    return f"{telling.order.name}.{identity(telling.order, telling.outbox_key)}"


def _name(telling: Telling) -> str:
    """The file's name; a reminder is sent more than once, and each has a name of its own."""
    if telling.order.topic is not OrderTopic.CHASED:
        return telling.order.name
    return f"{telling.order.name}-{identity(telling.order, telling.outbox_key)}"


Renderer = Callable[[Telling], Rendered]
OF_ORDERS: Mapping[MessageFormat, Renderer] = {
    MessageFormat.MAIL_PDF_CSV: _as_mail,
    MessageFormat.CSV: _as_csv,
    MessageFormat.JSON: _as_json,
    MessageFormat.X12: _as_x12,
}
RENDERERS: Mapping[tuple[str, MessageFormat], Renderer] = {
    (topic, written): renderer for topic in OrderTopic for written, renderer in OF_ORDERS.items()
}


def render(telling: Telling, written: MessageFormat) -> Rendered:
    """Write what is to be told in a format.

    Raises:
        Refused: nothing here knows how to tell this topic in this format, or the order cannot be written in it.
    """
    renderer = RENDERERS.get((telling.order.topic, written))
    if renderer is None:
        raise Refused(f"Nothing knows how to tell {telling.order.topic} in {written}.", code="unknown_topic")
    return renderer(telling)
