"""A shop with four suppliers, each reached in another way, and all the real servers between them, on this machine.

ALPHA gets mail with a link to answer by, BETA speaks X12 over SFTP, GAMMA gets and posts signed webhooks, and DELTA's people
use the portal. What is sent and fetched is sent and fetched by the worker, a process of its own.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from django.utils import timezone
from standardwebhooks import Webhook

from ownstock.access.actions import create_api_key, create_user
from ownstock.access.rules import Role, Scope
from ownstock.automation.tasks import look_into
from ownstock.catalog.actions import add_contact
from ownstock.catalog.models import Company, Supplier, SupplyTerm
from ownstock.exchange.channels.rules import ChannelKind, Content, MessageFormat
from ownstock.exchange.documents import (
    AcknowledgedLine,
    AcknowledgementDocument,
    AnsweredPart,
    InvoicedLine,
    InvoiceDocument,
    LineStatus,
    ShippedLine,
    ShippingNoticeDocument,
    Verdict,
)
from ownstock.exchange.formats import json_documents
from ownstock.exchange.models import InboundMessage
from ownstock.journal import actions as journal
from ownstock.journal.models import OutboxRow
from ownstock.planning import actions as planning
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.models import OrderLine, PurchaseOrder
from tests.channel_cases import channel
from tests.edi_partner import CATALOGUE, SETTINGS, EdiPartner, edi_partner, exchange_folders
from tests.factories import ACTOR, Business, opening, sell_every_week, small_business
from tests.mail_server import MailServer, mail_server
from tests.sftp_server import PASSWORD as SFTP_PASSWORD
from tests.sftp_server import SftpServer, sftp_server
from tests.warm import Program
from tests.web_cases import PASSWORD, WEEKLY
from tests.web_receiver import SECRET, Receiver, web_receiver

# By supplier: what is bought there.
ITEMS = {"ALPHA": ("CUP", "PLATE", "BOWL"), "BETA": ("WIDGET-001", "BRKT-050"), "GAMMA": ("TRAY",), "DELTA": ("JUG",)}
PEOPLE = {
    "anna": (Role.BUYER, Role.PLANNER, Role.RECEIVER), "carl": (Role.CONTROLLER,), "dora": (Role.FINANCE,),
    "eve": (Role.ADMIN,),
}  # fmt: skip
RUN = "from ownstock.site.worker import run_worker; run_worker()"
PATIENCE_SECONDS, AGAIN_SECONDS = 30.0, 3.0
DEARER = Decimal("0.10")


@dataclass
class Circle:
    """What a test sees: where the pages are, the servers of the suppliers, and what was posted to us."""

    address: str
    shop: Business
    mail: MailServer
    there: SftpServer
    receiver: Receiver
    partner: EdiPartner
    key: str
    today: date

    def order_of(self, supplier: str) -> PurchaseOrder:
        """The one order to a supplier, as it stands now."""
        return PurchaseOrder.objects.get(supplier__code=supplier)

    def lines_of(self, supplier: str) -> dict[str, OrderLine]:
        """The lines of that order, by item."""
        rows = OrderLine.objects.filter(revision__purchase_order__supplier__code=supplier).select_related("item")
        return {row.item.sku: row for row in rows}

    def link(self) -> str:
        """The address in ALPHA's mail under which its order is answered."""
        mail: Any = message_from_bytes(self.mail.received[0], policy=default)
        text = mail.get_body(("plain",)).get_content()
        return next(line.strip() for line in text.splitlines() if f"{self.address}/answer/" in line)

    def all_leaves(self) -> None:
        """Wait until the worker has told all that there is to tell."""
        wait_until(lambda: not OutboxRow.objects.exclude(state="done").exists(), "all had left")

    def all_leaves_again(self) -> None:
        """Let everything leave once more, as after a worker that died before it could note that it had."""
        OutboxRow.objects.update(state="waiting", done_at=None, due_at=timezone.now())
        journal.wake()
        self.all_leaves()

    def talk_with_beta(self) -> None:
        """Let BETA take what lies on its server and put there what it has to say, until neither has anything more."""
        inside, outside = self.there.folder / "in", self.there.folder / "out"
        while True:
            self.all_leaves()
            exchange_folders(self.partner, inside, outside)
            if not self.there.lies_in("out"):
                return
            self.look_into_beta()

    def look_into_beta(self) -> None:
        """Have the worker fetch what lies for us on BETA's server.

        It is asked again where its own look, every minute, was at it and had read the folder before the files came.
        """
        asked_at = -AGAIN_SECONDS

        def is_fetched() -> bool:
            nonlocal asked_at
            if time.monotonic() > asked_at + AGAIN_SECONDS:
                look_into.defer(channel="beta-sftp")
                asked_at = time.monotonic()
            return not self.there.lies_in("out")

        wait_until(is_fetched, "BETA's files were fetched")
        wait_until(lambda: not InboundMessage.objects.filter(state="received").exists(), "BETA's files were read")

    def gamma_says(self, document: object, identity: str) -> None:
        """GAMMA's system posts a document, signed."""
        raw = json_documents.write(document, message_id=identity)
        moment = datetime.now(UTC)
        head = {
            "webhook-id": identity, "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": Webhook(SECRET).sign(identity, moment, raw.decode()),
        }  # fmt: skip
        assert self.post("v1/inbox/gamma-webhook", raw, head) == 202

    def post(self, path: str, raw: bytes, head: dict[str, str]) -> int:
        """A program posts to us; the status of our answer."""
        request = Request(f"{self.address}/api/{path}", raw, {"Content-Type": "application/json", **head})
        with urlopen(request, timeout=20) as answer:
            return int(answer.status)


def gammas_answer(line: OrderLine, number: str, day: date) -> AcknowledgementDocument:
    """GAMMA promises a line in full."""
    part = AnsweredPart(status=LineStatus.ACCEPTED, quantity=line.quantity, promised_on=day)
    said = AcknowledgedLine(line=str(line.line), quantity=line.quantity, answers=(part,))
    return AcknowledgementDocument(order_number=number, ordered_on=None, verdict=Verdict.DETAILED, lines=(said,))


def gammas_notice(line: OrderLine, number: str, day: date) -> ShippingNoticeDocument:
    """All of a line is on its way."""
    said = ShippedLine(line=str(line.line), quantity=line.quantity, order_number=number)
    return ShippingNoticeDocument(number="G-ASN", written_on=day, shipped_on=day, expected_on=day, lines=(said,))


def gammas_invoice(line: OrderLine, number: str, day: date) -> InvoiceDocument:
    """All of a line, at a price that is ten cents above the ordered one."""
    price = line.price + DEARER
    said = InvoicedLine(line=str(line.line), quantity=line.quantity, price=price)
    total = (line.quantity * price).quantize(Decimal("0.01"))
    return InvoiceDocument(
        number="G-INV", invoiced_on=day, total=total, order_number=number, currency="EUR", lines=(said,)
    )


@contextmanager
def whole_circle(address: str, settings: Any, folder: Path) -> Iterator[Circle]:
    """Run all of it for as long as the block lasts; the plan is made, and nothing is ordered yet."""
    today = timezone.localdate()
    settings.LOOPBACK_ALLOWED, settings.PUBLIC_URL = True, address
    with (
        mail_server() as mail, sftp_server(folder / "beta") as there, web_receiver() as receiver,
        edi_partner(start_at=f"{today}T09:30:00Z") as partner, _worker(address, mail, folder),
    ):  # fmt: skip
        settings.SMTP_URL = mail.url
        shop = _shop(before=today - timedelta(days=today.weekday()))
        _channels(there, receiver)
        _people()
        key = create_api_key("the books", scopes=[Scope.INVOICES_WRITE], actor=ACTOR)
        planning.plan(planned_on=today, actor=ACTOR)
        yield Circle(address, shop, mail, there, receiver, partner, key, today)


@contextmanager
def _worker(address: str, mail: MailServer, folder: Path) -> Iterator[None]:
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "ownstock.site.settings", "OWNSTOCK_HOME": str(folder),
        "OWNSTOCK_SMTP_URL": mail.url, "OWNSTOCK_URL": address, "OWNSTOCK_LOOPBACK_ALLOWED": "yes",
    }  # fmt: skip
    log = folder / "worker.log"
    worker = Program(RUN, environment, log)
    try:
        yield
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(20)
        print(log.read_text())


def _shop(*, before: date) -> Business:
    skus = tuple(sku for items in ITEMS.values() for sku in items)
    shop = small_business(skus=skus)
    Company.objects.update(name="Heart & Home Ltd")
    for code in ("GAMMA", "DELTA"):
        shop.suppliers.append(Supplier.objects.create(code=code, name=f"Supplier {code}", email="", currency="EUR"))
    for supplier in shop.suppliers:
        SupplyTerm.objects.filter(item__sku__in=ITEMS[supplier.code]).update(supplier=supplier)
    for sku in ITEMS["BETA"]:
        SupplyTerm.objects.filter(item__sku=sku).update(supplier_sku=sku, price=Decimal(CATALOGUE[sku][0]))
    SupplyTerm.objects.filter(item__sku="CUP").update(purchase_unit="case", units_numerator=6)
    for sku in skus:
        sell_every_week(sku, WEEKLY, before=before)
        opening(sku, 4)
    return shop


def _channels(there: SftpServer, receiver: Receiver) -> None:
    spoken = {name: "yes" if value is True else str(value) for name, value in SETTINGS.items()}
    channel(
        ChannelKind.SFTP, MessageFormat.X12, {**spoken, **there.settings()}, secrets={"password": SFTP_PASSWORD},
        supplier="BETA",
    )  # fmt: skip
    gammas_channel(receiver, Content.ORDERS, Content.ANSWERS, Content.INVOICES)
    channel(ChannelKind.PORTAL, MessageFormat.MAIL_PDF_CSV, {}, contents=(Content.ORDERS,), supplier="DELTA")


def gammas_channel(receiver: Receiver, *contents: Content) -> None:
    """Set what GAMMA's channel carries."""
    secrets = {"webhook_secret": SECRET}
    where = {"url": receiver.url}
    channel(ChannelKind.WEBHOOK, MessageFormat.JSON, where, secrets=secrets, contents=contents, supplier="GAMMA")


def _people() -> None:
    """Anna buys, up to 400 alone; Carl approves up to 5,000; Bob works for DELTA."""
    for name, roles in PEOPLE.items():
        create_user(name, PASSWORD, actor=ACTOR, roles=roles)
    for role, approves, alone in ((Role.BUYER, None, 400), (Role.CONTROLLER, Decimal(5000), 400)):
        purchasing.set_limit(role, approves_up_to=approves, places_alone_up_to=Decimal(alone), actor="user:dora")
        purchasing.confirm_limit(role, actor="user:eve")
    add_contact("DELTA", create_user("bob", PASSWORD, actor=ACTOR), actor="user:eve")


def wait_until(is_true: Callable[[], bool], what: str) -> None:
    """Wait for what another process does."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        assert time.monotonic() < ends_at, f"Waited in vain until {what}."
        time.sleep(0.02)
