"""What is told of one order leaves in the order it happened, whatever fails and however many work."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from ownstock.automation.actions import dispatch_due
from ownstock.exchange.channels.actions import remove_channel
from ownstock.journal import actions as journal
from ownstock.journal.models import OutboxRow
from ownstock.journal.queues import claimed
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.rules import LineChange
from tests import web_receiver as web
from tests.channel_cases import place, row_of, webhook_channel
from tests.factories import ACTOR, small_business


@pytest.fixture
def receiver() -> Iterator[web.Receiver]:
    with web.web_receiver() as running:
        yield running


def dispatch_from(gate: threading.Barrier) -> None:
    """Work as one of several workers, on a connection of its own."""
    try:
        gate.wait(20)
        dispatch_due(10)
    finally:
        connection.close()


def told(receiver: web.Receiver) -> list[tuple[str, str]]:
    """What the receiver was told, in order: the kind of document, and its revision."""
    said = [json.loads(posted.content) for posted in receiver.received]
    return [(one["kind"], one["document"].get("change_number", "1")) for one in said]


def test_a_change_never_leaves_before_its_order_however_many_work(
    committed_db: object, receiver: web.Receiver, settings: Any
) -> None:
    settings.SMTP_URL, settings.LOOPBACK_ALLOWED = "", True
    business = small_business()
    webhook_channel(receiver)
    number = place(business)
    receiver.turns(web.Mood.BUSY)
    dispatch_due(10)
    purchasing.change(number, [LineChange(1, quantity=Decimal(24))], reason="more", actor=ACTOR)
    purchasing.cancel(number, reason="none", actor=ACTOR)
    receiver.turns(web.Mood.KIND)
    dispatch_due(10)
    assert (receiver.received, row_of(number).state) == ([], "waiting"), "the order itself waits for its next try"
    remove_channel("alpha-webhook", actor=ACTOR)
    webhook_channel(receiver, name="another")
    OutboxRow.objects.update(due_at=timezone.now() - timedelta(days=1), queue="")
    gate = threading.Barrier(3)
    workers = [threading.Thread(target=dispatch_from, args=(gate,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    dispatch_due(10)
    assert told(receiver) == [("order", "1"), ("order_change", "2"), ("order_change", "3")]


@pytest.mark.django_db
def test_what_was_given_up_holds_up_nothing_that_follows(receiver: web.Receiver, settings: Any) -> None:
    settings.SMTP_URL, settings.LOOPBACK_ALLOWED = "", True
    business = small_business()
    webhook_channel(receiver)
    number = place(business)
    purchasing.change(number, [LineChange(1, quantity=Decimal(24))], reason="more", actor=ACTOR)
    with claimed(lease_seconds=60) as row:
        assert row is not None
        dispatch_due(10)
        assert not receiver.received, "the order is on its way, so its change waits"
        journal.give_up(row, "not wanted")
    dispatch_due(10)
    assert told(receiver) == [("order_change", "2")]
