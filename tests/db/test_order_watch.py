"""The watch over sent orders hears of what their suppliers' systems did not say, and of goods that nobody invoices."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from ownstock.automation import order_watch
from ownstock.automation.actions import dispatch_due
from ownstock.catalog.models import Agreement
from ownstock.exchange.channels.rules import MessageFormat
from ownstock.exchange.inbox.actions import apply, take_in
from ownstock.exchange.models import Channel, OutboundMessage
from ownstock.exchange.partners import profile_of
from ownstock.exchange.x12.reading import read
from ownstock.exchange.x12.rendering import render_answers
from ownstock.journal.actions import close_alert
from ownstock.journal.models import Alert
from ownstock.journal.queries import open_alerts
from ownstock.purchasing import actions as purchasing
from tests.channel_cases import X12_SIDES, folder_channel, place
from tests.factories import ACTOR, TODAY, Business, small_business
from tests.purchasing_cases import came, invoiced, placed_order

pytestmark = pytest.mark.django_db
THEIRS = {"our_id": X12_SIDES["their_id"], "their_id": X12_SIDES["our_id"]}


@pytest.fixture
def business(settings: Any, tmp_path: Path) -> Business:
    settings.CHANNELS_FOLDER, settings.OUTBOX_FOLDER, settings.SMTP_URL = tmp_path / "c", tmp_path / "outbox", ""
    return small_business()


def watched(*, hours: float = 0, days: int = 0) -> dict[str, str]:
    """What people are told so many hours from now, on a day so many after today: kind and sentence."""
    order_watch.watch_at(timezone.now() + timedelta(hours=hours), today=TODAY + timedelta(days=days))
    return dict(open_alerts().values_list("kind", "sentence"))


def their_997(channel: Channel, ours: OutboundMessage, number: int) -> None:
    at = datetime(2026, 3, 3, 9, tzinfo=UTC)
    raw = render_answers(read(bytes(ours.content)), profile_of(THEIRS), number, number, at)
    assert apply(take_in(channel, raw or b"", name="997")).state == "applied"


def test_an_order_that_no_997_answers_is_told_once_until_one_comes(business: Business) -> None:
    channel = folder_channel(MessageFormat.X12)
    number = place(business)
    assert watched(hours=25) == {}, "what did not leave cannot have been read"
    dispatch_due(10)
    ours = OutboundMessage.objects.get()
    assert watched(hours=23) == {}
    sentence = watched(hours=25)["unread_order"]
    assert f"could read {number} (997 or TA1), which left at " in sentence
    assert "Ask whether the supplier has the order, or send it again." in sentence
    watched(hours=26)
    assert Alert.objects.filter(kind="unread_order").count() == 1
    their_997(channel, ours, 5)
    assert watched(hours=26) == {}


def test_the_time_for_a_997_is_as_agreed(business: Business) -> None:
    folder_channel(MessageFormat.X12)
    place(business)
    dispatch_due(10)
    Agreement.objects.create(
        supplier=business.suppliers[0], code="2026", valid_from=TODAY, currency="EUR", syntax_answer_time_hours=2
    )
    assert watched(hours=1.9) == {}
    assert set(watched(hours=2.1)) == {"unread_order"}


def test_a_reminder_that_is_read_does_not_hide_that_the_order_is_not(business: Business) -> None:
    channel = folder_channel(MessageFormat.X12)
    number = place(business)
    dispatch_due(10)
    purchasing.chase(number, actor=ACTOR)
    dispatch_due(10)
    placed, reminder = OutboundMessage.objects.order_by("id")
    their_997(channel, reminder, 5)
    assert set(watched(hours=25)) == {"unread_order"}
    their_997(channel, placed, 6)
    assert watched(hours=25) == {}


def test_no_997_is_missed_where_none_is_ever_sent(business: Business) -> None:
    folder_channel(MessageFormat.CSV)
    place(business)
    dispatch_due(10)
    assert watched(hours=25) == {}


def cancelled_unread(business: Business) -> tuple[str, str]:
    """An order that its supplier's system could read, and its cancellation, which it did not: number and sentence."""
    channel = folder_channel(MessageFormat.X12)
    number = place(business)
    dispatch_due(10)
    their_997(channel, OutboundMessage.objects.get(), 5)
    purchasing.cancel(number, reason="no longer wanted", actor=ACTOR)
    assert watched(hours=25) == {}, "what did not leave cannot have been read"
    dispatch_due(10)
    assert watched(hours=23) == {}
    return number, watched(hours=25)["unread_order"]


def test_a_cancellation_that_no_997_answers_is_told_until_one_comes(business: Business) -> None:
    number, sentence = cancelled_unread(business)
    assert f"could read the cancellation of {number} (997 or TA1), which left at " in sentence
    their_997(Channel.objects.get(), OutboundMessage.objects.get(topic="purchase_order.cancelled"), 6)
    assert watched(hours=26) == {}


def test_a_cancellation_that_the_supplier_answers_in_words_was_read(business: Business) -> None:
    number, _ = cancelled_unread(business)
    purchasing.acknowledge(number, [], message_key="865", actor="supplier:ALPHA", revision=2)
    assert watched(hours=26) == {}


def test_a_cancellation_that_somebody_spoke_of_is_told_no_more(business: Business) -> None:
    cancelled_unread(business)
    close_alert(open_alerts().get().pk, reason="told by telephone", actor=ACTOR)
    assert watched(hours=26) == {}


def test_goods_that_nobody_invoices_are_told_until_the_invoice_comes(business: Business) -> None:
    folder_channel(MessageFormat.X12)
    order = placed_order(business)
    came(order, 24, key="dn1", on=TODAY)
    assert watched(days=30) == {}
    assert watched(days=31) == {
        "uninvoiced_order": f"{order.number}: goods have come since {TODAY}, and 1 line is on no invoice of ALPHA, which "
        f"was due by {TODAY + timedelta(days=30)}. Ask for the invoice."
    }
    invoiced(order, (24, "2.4"))
    assert watched(days=31) == {}


def test_who_is_invoiced_elsewhere_is_not_told_of_every_order(business: Business) -> None:
    first, second = placed_order(business), placed_order(business)
    for order in (first, second):
        came(order, 24, key=order.number, on=TODAY)
    assert watched(days=90) == {}
    invoiced(first, (24, "2.4"))
    assert set(watched(days=90)) == {"uninvoiced_order"}
