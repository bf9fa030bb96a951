"""The circle with a supplier who speaks X12, over HTTP and over SFTP: order, answers, notice, goods, invoice, closed.

The supplier is written by others (mock-edi) and behaves as badly as it is told. After each behaviour what is on order, on
hand and to be paid is right, people are told what they have to know, and nothing happens twice, also when it all comes again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.test import Client
from standardwebhooks import Webhook

from ownstock.automation import order_watch
from ownstock.automation.actions import dispatch_due
from ownstock.catalog.models import SupplyTerm
from ownstock.exchange.channels.rules import ChannelKind, MessageFormat
from ownstock.exchange.inbox.actions import apply, take_in
from ownstock.exchange.inbox.receiving import poll
from ownstock.exchange.models import Channel, InboundMessage, OutboundMessage
from ownstock.journal.queries import open_alerts
from ownstock.ledger.models import Balance, Posting
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.actions import DraftLine, ReceiptLine
from ownstock.purchasing.models import Acknowledgement, Delivery, Invoice, PurchaseOrder, ShippingNotice
from ownstock.purchasing.queries import on_order
from ownstock.purchasing.rules import LineChange
from tests.channel_cases import channel
from tests.edi_partner import (
    CATALOGUE,
    SELLER_BEHAVIOURS,
    SETTINGS,
    EdiPartner,
    Sent,
    edi_partner,
    exchange_folders,
)
from tests.factories import ACTOR, TODAY, Business, small_business
from tests.sftp_server import PASSWORD, sftp_server
from tests.web_receiver import SECRET

pytestmark = pytest.mark.django_db
SPOKEN = {name: "yes" if value is True else str(value) for name, value in SETTINGS.items()}
SOON = TODAY + timedelta(days=4)


class Way(Protocol):
    """How messages go to the supplier and come from it."""

    channel: Channel

    def bring(self, partner: EdiPartner) -> int:
        """Let the supplier take what we sent, and take in what it sends; returns how much that was."""


@dataclass
class Http:
    """We post to its address; its system posts to ours, signed."""

    channel: Channel
    posted: int = 0

    def bring(self, partner: EdiPartner) -> int:
        sent = partner.collect()
        for one in sent:
            self.post(one)
        return len(sent)

    def post(self, sent: Sent) -> None:
        self.posted += 1
        moment, identity = datetime.now(UTC), f"mock-{self.posted}"
        head = {
            "webhook-id": identity,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": Webhook(SECRET).sign(identity, moment, sent.raw.decode()),
        }
        url = f"/api/v1/inbox/{self.channel.name}"
        answer = Client().post(url, sent.raw, content_type="application/edi-x12", headers=head)
        assert answer.status_code == 202, answer.content


@dataclass
class Sftp:
    """Both put files on its server and fetch them there."""

    channel: Channel
    folder: Path

    def bring(self, partner: EdiPartner) -> int:
        exchange_folders(partner, self.folder / "in", self.folder / "out")
        return poll(self.channel.name)


@contextmanager
def way_to(kind: str, partner: EdiPartner, folder: Path) -> Iterator[Way]:
    if kind == "http":
        settings = {**SPOKEN, "url": partner.address}
        secrets = {"webhook_secret": SECRET}
        yield Http(channel(ChannelKind.WEBHOOK, MessageFormat.X12, settings, secrets=secrets))
        return
    with sftp_server(folder) as server:
        settings, secrets = {**SPOKEN, **server.settings()}, {"password": PASSWORD}
        yield Sftp(channel(ChannelKind.SFTP, MessageFormat.X12, settings, secrets=secrets), folder)


@dataclass
class Circle:
    """A shop and its supplier."""

    shop: Business
    partner: EdiPartner
    way: Way
    terms: dict[str, SupplyTerm] = field(default_factory=dict)

    def order(self, *wanted: tuple[str, int], behaviour: str = "accept") -> str:
        """Place an order, and let both talk until neither has anything to say."""
        self.partner.behave(behaviour)
        lines = [
            DraftLine(self.terms[item], Decimal(quantity), TODAY + timedelta(days=14)) for item, quantity in wanted
        ]
        supplier = self.shop.suppliers[0]
        order = purchasing.draft(supplier=supplier, site=self.shop.site, lines=lines, ordered_on=TODAY, actor=ACTOR)
        purchasing.place(order.number, actor=ACTOR)
        self.talk()
        return order.number

    def talk(self) -> None:
        """Send and take in until nothing moves any more."""
        moved = 1
        while moved:
            moved = dispatch_due(100) + self.way.bring(self.partner)

    def wait(self, seconds: float | None = None) -> None:
        """Let time pass for the supplier, and talk."""
        self.partner.pass_time(seconds)
        self.talk()

    def receive(self, number: str) -> None:
        """Take the goods of every notice that were not received yet, as it says."""
        for notice in ShippingNotice.objects.filter(lines__purchase_order__number=number).distinct():
            lines = [ReceiptLine(line.line, line.quantity) for line in notice.lines.all()]
            key = f"receipt:{notice.number}"
            purchasing.receive(number, lines, key=key, received_on=SOON, actor=ACTOR, notice=notice.number)


@pytest.fixture(params=["http", "sftp"])
def circle(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Iterator[Circle]:
    with circle_by(request.param, settings, tmp_path) as one:
        yield one


@contextmanager
def circle_by(kind: str, settings: Any, folder: Path, **slow: int) -> Iterator[Circle]:
    settings.LOOPBACK_ALLOWED, settings.SMTP_URL, settings.OUTBOX_FOLDER = True, "", folder / "outbox"
    shop = small_business(skus=tuple(CATALOGUE), order_multiple=1)
    terms = {term.item.sku: term for term in SupplyTerm.objects.select_related("item")}
    for item, (price, _) in CATALOGUE.items():
        terms[item].supplier, terms[item].supplier_sku, terms[item].price = shop.suppliers[0], item, Decimal(price)
        terms[item].save()
    with edi_partner(**slow) as partner, way_to(kind, partner, folder / "server") as way:
        yield Circle(shop, partner, way, terms)


def state(number: str) -> str:
    return PurchaseOrder.objects.get(number=number).state


def promised(number: str) -> dict[int, int]:
    """What is still expected or came of each line."""
    found: dict[int, int] = {}
    for one in Delivery.objects.filter(line__revision__purchase_order__number=number).select_related("line"):
        found[one.line.line] = found.get(one.line.line, 0) + int(one.quantity - one.cancelled_quantity)
    return found


def on_hand() -> dict[str, int]:
    rows = Balance.objects.filter(location__kind="site", on_hand__gt=0).select_related("item")
    return {row.item.sku: int(row.on_hand) for row in rows}


def expected(circle: Circle) -> int:
    """What is on order of everything."""
    return int(sum(on_order([item.pk for item in circle.shop.items]).values()))


def invoices() -> dict[str, str]:
    return {f"{one.total:.2f}": one.state for one in Invoice.objects.all()}


def alerts() -> set[str]:
    return {alert.kind for alert in open_alerts()}


def set_aside() -> list[str]:
    return [one.fault for one in InboundMessage.objects.exclude(state__in=["applied", "duplicate"])]


BOTH = (("WIDGET-001", 100), ("BRKT-050", 50))
ALL = {"WIDGET-001": 100, "BRKT-050": 50}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How things stand when a supplier has said all it says, and again when its goods have come.

    `told` and `told_after` are the kinds of alerts that are open then; invoices are by their total.
    """

    promised: tuple[int, int] = (100, 50)
    after_words: str = "acknowledged"
    after_goods: str = "closed"
    on_hand: dict[str, int] = field(default_factory=lambda: dict(ALL))
    invoiced: dict[str, str] = field(default_factory=lambda: {"1457.50": "matched"})
    told: frozenset[str] = frozenset()
    told_after: frozenset[str] | None = None


SILENT = Outcome(after_words="placed", after_goods="placed", on_hand={}, invoiced={})
OUTCOMES = {
    "accept": Outcome(),
    "short-ship": Outcome(
        promised=(80, 40), on_hand={"WIDGET-001": 80, "BRKT-050": 40}, invoiced={"1166.00": "matched"},
        told=frozenset({"line_short"}),
    ),
    "over-ship": Outcome(
        on_hand={"WIDGET-001": 130, "BRKT-050": 65}, invoiced={"1894.75": "disputed"}, after_goods="received",
        told=frozenset({"notice_over", "invoice_disputed"}), told_after=frozenset({"discrepancy", "invoice_disputed"}),
    ),
    "reject-line": Outcome(
        promised=(100, 0), on_hand={"WIDGET-001": 100}, invoiced={"1250.00": "matched"}, told=frozenset({"line_rejected"}),
    ),
    "reject-all": Outcome(
        promised=(0, 0), after_words="cancelled", after_goods="cancelled", on_hand={}, invoiced={},
        told=frozenset({"line_rejected"}),
    ),
    "no-ack": SILENT,
    "duplicate-invoice": Outcome(told=frozenset({"invoice_duplicate"})),
    "strict": Outcome(),
    "out-of-order": Outcome(),
    "late": Outcome(),
    "corrupt": Outcome(),
    "reject-ack": replace(SILENT, told=frozenset({"syntax_rejected"})),
    "no-invoice": Outcome(after_goods="received", invoiced={}),
}  # fmt: skip


def test_every_behaviour_of_a_supplier_is_looked_at() -> None:
    assert set(OUTCOMES) == set(SELLER_BEHAVIOURS)


@pytest.mark.parametrize("behaviour", SELLER_BEHAVIOURS)
def test_whatever_a_supplier_does_stock_order_and_money_are_right_and_people_are_told(
    circle: Circle, behaviour: str
) -> None:
    wanted = OUTCOMES[behaviour]
    number = circle.order(*BOTH, behaviour=behaviour)
    circle.wait()
    assert (state(number), promised(number)) == (wanted.after_words, dict(enumerate(wanted.promised, start=1)))
    assert (expected(circle), on_hand()) == (sum(wanted.promised), {})
    assert alerts() == wanted.told
    circle.receive(number)
    assert (state(number), on_hand(), invoices()) == (wanted.after_goods, wanted.on_hand, wanted.invoiced)
    assert expected(circle) == (sum(wanted.promised) if wanted is SILENT or not wanted.on_hand else 0)
    assert alerts() == (wanted.told if wanted.told_after is None else wanted.told_after)
    assert set_aside() == []
    assert circle.partner.unanswered == []


def test_a_line_that_was_rejected_is_told_until_its_item_is_ordered_again(circle: Circle) -> None:
    number = circle.order(*BOTH, behaviour="reject-line")
    circle.wait()
    circle.receive(number)
    assert (state(number), alerts()) == ("closed", {"line_rejected"})
    circle.order(("WIDGET-001", 10), behaviour="accept")
    assert "line_rejected" in alerts()
    circle.order(("BRKT-050", 50), behaviour="accept")
    assert "line_rejected" not in alerts()


def facts() -> dict[str, Any]:
    """All that a message could do twice."""
    kinds = (Acknowledgement, ShippingNotice, Invoice, Posting, Delivery)
    return {kind.__name__: kind.objects.count() for kind in kinds} | {"on_hand": on_hand(), "invoices": invoices()}


@pytest.mark.parametrize("behaviour", ["accept", "over-ship", "duplicate-invoice", "out-of-order"])
def test_all_that_came_comes_again_and_nothing_happens_twice(circle: Circle, behaviour: str) -> None:
    number = circle.order(*BOTH, behaviour=behaviour)
    circle.wait()
    circle.receive(number)
    before, came = facts(), [bytes(message.content) for message in InboundMessage.objects.order_by("id")]
    for raw in came:
        apply(take_in(circle.way.channel, raw, name="again"))
    circle.receive(number)
    circle.talk()
    assert facts() == before
    assert set(InboundMessage.objects.filter(name="again").values_list("state", flat=True)) == {"duplicate"}


def test_a_resend_carries_the_same_bytes_and_the_supplier_knows_it(circle: Circle) -> None:
    circle.order(*BOTH)
    told = OutboundMessage.objects.get(topic="purchase_order.placed")
    said = circle.partner.take_again(bytes(told.content))
    assert (said["accepted"], said["orders"]) == (False, [])
    circle.talk()
    assert Acknowledgement.objects.count() == ShippingNotice.objects.count() == 1


def test_a_silent_supplier_is_noticed_when_its_time_is_over(circle: Circle) -> None:
    circle.order(*BOTH, behaviour="no-ack")
    later = datetime.now(UTC) + timedelta(days=30)
    order_watch.watch_at(later, today=later.date())
    assert alerts() == {"unread_order", "unanswered_order", "late_delivery"}


@pytest.fixture(params=["http", "sftp"])
def slow_circle(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Iterator[Circle]:
    """With a supplier that ships and invoices two hours later, so that there is time for a change."""
    hours = {"despatch_delay_ms": 7_200_000, "invoice_delay_ms": 7_200_000}
    with circle_by(request.param, settings, tmp_path, **hours) as one:
        yield one


def test_a_change_before_the_goods_leave_is_answered_shipped_and_paid_as_changed(slow_circle: Circle) -> None:
    number = slow_circle.order(*BOTH)
    changes = [LineChange(1, quantity=Decimal(120)), LineChange(2, quantity=Decimal(0))]
    purchasing.change(number, changes, reason="more of one", actor=ACTOR)
    slow_circle.talk()
    assert (state(number), expected(slow_circle)) == ("acknowledged", 120)
    assert list(Acknowledgement.objects.order_by("id").values_list("revision", "outcome")) == [
        (1, "applied"),
        (2, "applied"),
    ]
    slow_circle.wait()
    slow_circle.receive(number)
    assert (state(number), on_hand(), invoices()) == ("closed", {"WIDGET-001": 120}, {"1500.00": "matched"})
    assert (alerts(), set_aside()) == (set(), [])


def test_an_order_cancelled_in_time_is_neither_shipped_nor_invoiced(slow_circle: Circle) -> None:
    number = slow_circle.order(*BOTH)
    purchasing.cancel(number, reason="no longer wanted", actor=ACTOR)
    slow_circle.talk()
    slow_circle.wait()
    assert (state(number), expected(slow_circle), invoices()) == ("cancelled", 0, {})
    assert not ShippingNotice.objects.exists()
    assert slow_circle.partner.mock.order(number)["status"] == "cancelled"


def test_an_order_cancelled_after_the_goods_left_is_told_to_people_and_its_goods_are_counted(circle: Circle) -> None:
    number = circle.order(*BOTH)
    purchasing.cancel(number, reason="no longer wanted", actor=ACTOR)
    circle.talk()
    assert state(number) == "cancelled"
    circle.receive(number)
    assert on_hand() == ALL
    assert "after_cancellation" in alerts()


def test_what_is_out_of_stock_comes_in_two_shipments_and_two_invoices(circle: Circle) -> None:
    number = circle.order(("PANEL-A3", 100))
    assert (promised(number), alerts()) == ({1: 35}, {"line_short"})
    circle.wait()
    assert invoices().keys() == {"4357.50", "8092.50"}
    circle.receive(number)
    assert on_hand() == {"PANEL-A3": 100}


def test_another_price_is_an_alert_until_somebody_accepts_it(circle: Circle) -> None:
    circle.terms["WIDGET-001"].price = Decimal("12.25")
    circle.terms["WIDGET-001"].save()
    number = circle.order(("WIDGET-001", 100))
    assert alerts() == {"price_differs", "invoice_disputed"}
    purchasing.settle_price(number, 1, is_accepted=True, reason="its list is newer", actor=ACTOR)
    circle.talk()
    circle.receive(number)
    assert (state(number), on_hand(), invoices()) == ("closed", {"WIDGET-001": 100}, {"1250.00": "matched"})


def test_a_strict_channel_sets_aside_what_is_miscounted_and_the_supplier_is_told(circle: Circle) -> None:
    circle.way.channel.settings = {**circle.way.channel.settings, "profile": "strict"}
    circle.way.channel.save()
    number = circle.order(*BOTH, behaviour="corrupt")
    assert (state(number), expected(circle), invoices()) == ("placed", 150, {})
    assert alerts() == {"inbound_quarantined"}
    assert all("SE" in one or "(" in one for one in set_aside())
    assert circle.partner.mock.unacknowledged() == []
    refused = [one for one in circle.partner.mock.documents() if one["code"] in ("855", "856", "810")]
    assert {one["ack_status"] for one in refused} == {"rejected"}
