"""Orders that a supplier answers, for tests of links, pages and sheets."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from ownstock.catalog.models import SupplyTerm
from ownstock.exchange import actions as exchange
from ownstock.exchange.models import OutboundMessage
from ownstock.journal.models import OutboxRow
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.models import OrderRevision, PurchaseOrder
from tests.factories import ACTOR, TODAY, Business, small_business

PUBLIC = "https://orders.example"
WANTED_ON = TODAY + timedelta(days=14)


def shop_of_one_supplier() -> Business:
    """Three items bought from ALPHA, cups in cases of six, plates by three to the pack of one and a half; BETA sells none."""
    business = small_business(skus=("CUP", "PLATE", "BOWL"))
    SupplyTerm.objects.update(supplier=business.suppliers[0])
    SupplyTerm.objects.filter(item__sku="CUP").update(purchase_unit="case", units_numerator=6)
    return business


def placed(business: Business, *quantities: int, supplier: int = 0) -> PurchaseOrder:
    """An order of so many of each item, sent."""
    terms = list(SupplyTerm.objects.order_by("item_id"))[: len(quantities)]
    lines = [
        purchasing.DraftLine(term, Decimal(quantity), WANTED_ON)
        for term, quantity in zip(terms, quantities, strict=True)
    ]
    order = purchasing.draft(
        supplier=business.suppliers[supplier], site=business.site, lines=lines, ordered_on=TODAY, actor=ACTOR
    )
    purchasing.place(order.number, actor=ACTOR)
    return PurchaseOrder.objects.get(number=order.number)


def sent_message(order: PurchaseOrder, topic: str = "purchase_order.placed") -> OutboundMessage:
    """The message about an order as it is written before the first attempt."""
    row = OutboxRow.objects.filter(topic=topic, key__contains=f":{order.number}:").latest("id")
    return exchange.prepare(row)


def mail_text(message: OutboundMessage) -> str:
    """What a supplier reads in a mail."""
    mail = message_from_bytes(bytes(message.content), policy=default)
    assert isinstance(mail, EmailMessage)
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def token_of(order: PurchaseOrder) -> str:
    """The token of the link in the mail about an order."""
    [line] = [line for line in mail_text(sent_message(order)).splitlines() if f"{PUBLIC}/answer/" in line]
    return line.strip().rpartition("/")[2]


def revision_of(order: PurchaseOrder, number: int = 1) -> OrderRevision:
    """A revision of an order."""
    return OrderRevision.objects.get(purchase_order=order, number=number)
