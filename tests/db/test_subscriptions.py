"""Other programs are told of what happens: each event once or, where its answer was lost, again as it was; none is missed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from ownstock.automation.actions import dispatch_due
from ownstock.base.errors import Refused
from ownstock.exchange.models import EventMessage, Subscription
from ownstock.exchange.subscriptions import actions
from ownstock.exchange.subscriptions.following import follow
from ownstock.exchange.subscriptions.kinds import KINDS
from ownstock.exchange.subscriptions.queries import standing, subscription
from ownstock.exchange.subscriptions.rules import MOST_WAITING, REFUSALS_BEFORE_PAUSE, SubscriptionDraft
from ownstock.journal import actions as journal
from ownstock.journal.models import AuditEvent, OutboxRow
from ownstock.journal.queries import open_alerts
from ownstock.journal.rules import MAX_ATTEMPTS
from ownstock.site.embedded.databases import Credentials
from tests import web_receiver as web
from tests.channel_cases import place
from tests.factories import ACTOR, Business, opening, small_business

WHO = "user:anna"


@pytest.fixture
def business(committed_db: Credentials, settings: Any) -> Business:
    settings.LOOPBACK_ALLOWED, settings.SMTP_URL = True, ""
    return small_business()


@pytest.fixture
def receiver() -> Iterator[web.Receiver]:
    with web.web_receiver() as running:
        yield running


def subscribe(receiver: web.Receiver, *kinds: str, name: str = "erp") -> Subscription:
    draft = SubscriptionDraft(name, receiver.url, kinds or ("*",))
    return actions.set_subscription(draft, actor=ACTOR, secret=web.SECRET).subscription


def happens(*subjects: str, verb: str = "planning.planned") -> None:
    for subject in subjects:
        journal.record(actor=ACTOR, verb=verb, subject=subject)


def tell() -> None:
    """What the worker does: write down what is new, and tell it."""
    while follow() or dispatch_due(MOST_WAITING):
        pass


def told(receiver: web.Receiver) -> list[tuple[str, str]]:
    bodies = [json.loads(posted.content) for posted in receiver.received]
    return [(body["type"], body["data"]["subject"]) for body in bodies]


def subjects(receiver: web.Receiver) -> list[str]:
    return [subject for _, subject in told(receiver)]


def time_passes() -> None:
    OutboxRow.objects.update(due_at=timezone.now() - timedelta(hours=1))


def sentences() -> list[str]:
    return [alert.sentence for alert in open_alerts() if alert.kind.startswith("subscription")]


def test_an_order_that_is_placed_is_told_once_with_who_and_when(business: Business, receiver: web.Receiver) -> None:
    place(business)
    subscribe(receiver, "purchasing.placed")
    number = place(business)
    tell()
    tell()
    deed = AuditEvent.objects.get(verb="purchasing.placed", subject=f"purchase_order:{number}")
    (posted,) = receiver.received
    assert posted.message_id == f"audit-{deed.pk}"
    assert json.loads(posted.content) == {
        "type": "purchasing.placed",
        "timestamp": deed.recorded_at.isoformat(),
        "data": {
            "subject": f"purchase_order:{number}", "actor": ACTOR, "reason": "", "old": None, "new": {"revision": 1},
        },
    }  # fmt: skip


def test_a_movement_is_told_with_what_moved(business: Business, receiver: web.Receiver) -> None:
    subscribe(receiver, "ledger.*")
    opening(business.items[0].sku, 40, key="opening-1")
    tell()
    (body,) = [json.loads(posted.content) for posted in receiver.received]
    assert (body["type"], body["data"]["kind"]) == ("ledger.posted", "adjustment")
    (movement,) = body["data"]["movements"]
    assert (movement["sku"], movement["target"], movement["quantity"]) == (business.items[0].sku, "SHOP", "40.0000")


def test_alerts_are_told_when_they_begin_and_when_they_end(business: Business, receiver: web.Receiver) -> None:
    subscribe(receiver, "alert.*")
    journal.raise_alert("late_delivery:PO-1/1", kind="late_delivery", sentence="It is late.", facts={"number": "PO-1"})
    tell()
    journal.raise_alert("late_delivery:PO-1/1", kind="late_delivery", sentence="Later still.", facts={"number": "PO-1"})
    tell()
    journal.clear_alert("late_delivery:PO-1/1", because="it came")
    tell()
    begun, ended = [json.loads(posted.content) for posted in receiver.received]
    assert (begun["type"], begun["data"]["kind"], begun["data"]["sentence"]) == (
        "alert.raised", "late_delivery", "It is late.",
    )  # fmt: skip
    assert (ended["type"], ended["data"]["because"]) == ("alert.cleared", "it came")


def test_what_a_slow_transaction_commits_late_is_told_too(
    business: Business, receiver: web.Receiver, committed_db: Credentials
) -> None:
    subscribe(receiver, "planning.*")
    with psycopg.connect(committed_db.app.conninfo) as slow:
        slow.execute(
            "INSERT INTO journal_audit_event (actor, verb, subject, reason)"
            " VALUES ('job:slow', 'planning.planned', 'slow', '')"
        )
        happens("quick")
        tell()
        assert subjects(receiver) == []
        slow.commit()
    tell()
    assert subjects(receiver) == ["slow", "quick"]


def test_each_is_told_of_its_own_kinds_in_the_order_they_happened(business: Business, receiver: web.Receiver) -> None:
    subscribe(receiver, "planning.*", "catalog.imported")
    with web.web_receiver() as another:
        subscribe(another, "catalog.changed", name="shop")
        happens("run:1")
        happens("items.csv", verb="catalog.imported")
        happens("item:A", verb="catalog.changed")
        happens("run:2")
        tell()
        assert subjects(receiver) == ["run:1", "items.csv", "run:2"]
        assert subjects(another) == ["item:A"]


def test_while_a_receiver_is_away_few_events_are_written_down_and_none_is_lost(
    business: Business, receiver: web.Receiver
) -> None:
    subscribe(receiver, "planning.planned")
    receiver.turns(web.Mood.BUSY)
    names = [f"run:{number}" for number in range(MOST_WAITING + 30)]
    happens(*names)
    tell()
    assert OutboxRow.objects.count() == MOST_WAITING
    assert standing(subscription("erp")).state == "failing"
    receiver.turns(web.Mood.KIND)
    time_passes()
    tell()
    assert subjects(receiver) == names
    assert standing(subscription("erp")).state == "live"


def test_an_event_that_is_refused_is_set_aside_and_sent_again_on_demand(
    business: Business, receiver: web.Receiver
) -> None:
    subscribe(receiver, "planning.planned")
    receiver.turns(web.Mood.UNWILLING)
    happens("run:1", "run:2")
    tell()
    (sentence,) = sentences()
    assert "The receiver of the subscription erp refused an event (planning.planned): 127.0.0.1 answers 422" in sentence
    receiver.turns(web.Mood.KIND)
    happens("run:3")
    tell()
    assert subjects(receiver) == ["run:3"]
    assert actions.send_refused("erp", actor=WHO) == 2
    tell()
    assert subjects(receiver) == ["run:3", "run:1", "run:2"]
    assert sentences() == []
    with pytest.raises(Refused, match="Nothing was refused"):
        actions.send_refused("erp", actor=WHO)


def test_a_receiver_that_is_gone_is_told_nothing_until_people_resume_it(
    business: Business, receiver: web.Receiver
) -> None:
    subscribe(receiver, "planning.planned")
    receiver.turns(web.Mood.GONE)
    happens("run:1", "run:2")
    tell()
    (sentence,) = sentences()
    assert sentence.startswith("The subscription erp is paused: 127.0.0.1 answers 410.")
    assert [row.state for row in OutboxRow.objects.all()] == ["dead", "dead"]
    assert receiver.asked == 1
    receiver.turns(web.Mood.KIND)
    happens("run:3")
    tell()
    assert subjects(receiver) == []
    actions.resume("erp", actor=WHO)
    tell()
    assert subjects(receiver) == ["run:1", "run:2", "run:3"]
    assert sentences() == []


def test_a_receiver_that_refuses_one_after_another_is_paused(business: Business, receiver: web.Receiver) -> None:
    subscribe(receiver, "planning.planned")
    receiver.turns(web.Mood.UNWILLING)
    names = [f"run:{number}" for number in range(REFUSALS_BEFORE_PAUSE + 5)]
    happens(*names)
    tell()
    assert standing(subscription("erp")).state == "paused"
    receiver.turns(web.Mood.KIND)
    actions.resume("erp", actor=WHO)
    tell()
    assert subjects(receiver) == names


def test_a_receiver_that_is_away_for_a_day_is_paused_and_people_are_told(
    business: Business, receiver: web.Receiver
) -> None:
    subscribe(receiver, "planning.planned")
    receiver.turns(web.Mood.BUSY)
    happens("run:1", "run:2")
    tell()
    OutboxRow.objects.update(attempts=MAX_ATTEMPTS // 2)
    time_passes()
    tell()
    assert [s.startswith("The subscription erp has told nothing since") for s in sentences()] == [True]
    OutboxRow.objects.update(attempts=MAX_ATTEMPTS - 1)
    time_passes()
    tell()
    assert [s.startswith("The subscription erp is paused: 127.0.0.1 answers 503") for s in sentences()] == [True]
    receiver.turns(web.Mood.KIND)
    actions.resume("erp", actor=WHO)
    tell()
    assert subjects(receiver) == ["run:1", "run:2"]


def test_an_event_that_cannot_be_posted_at_all_waits_as_for_a_receiver_that_is_away(
    business: Business, receiver: web.Receiver
) -> None:
    subscribe(receiver, "planning.planned")
    happens("run:1", "run:2", "run:3")
    follow()
    EventMessage.objects.filter(subject="run:2").update(content=b"\xff")
    tell()
    states = dict(OutboxRow.objects.order_by("id").values_list("id", "state"))
    assert (subjects(receiver), list(states.values())) == (["run:1"], ["done", "waiting", "waiting"])
    (stuck,) = OutboxRow.objects.exclude(last_error="")
    assert stuck.last_error.startswith("An unexpected fault (UnicodeDecodeError")
    assert stuck.due_at > timezone.now()


def test_people_pause_one_and_what_happens_meanwhile_is_told_afterwards(
    business: Business, receiver: web.Receiver
) -> None:
    subscribe(receiver, "planning.planned")
    actions.pause("erp", actor=WHO, reason="We move house.")
    happens("run:1")
    tell()
    assert subjects(receiver) == []
    with pytest.raises(Refused, match="paused already"):
        actions.pause("erp", actor=WHO, reason="Again.")
    actions.resume("erp", actor=WHO)
    tell()
    assert subjects(receiver) == ["run:1"]


def test_what_happened_since_a_moment_is_told_again_with_the_same_bytes(
    business: Business, receiver: web.Receiver
) -> None:
    subscribe(receiver, "planning.planned")
    happens("run:1")
    tell()
    since = timezone.now()
    happens("run:2", "run:3")
    tell()
    actions.send_since("erp", since, actor=WHO)
    tell()
    again = [(posted.message_id, posted.content) for posted in receiver.received]
    assert subjects(receiver) == ["run:1", "run:2", "run:3", "run:2", "run:3"]
    assert again[3:] == again[1:3]


def test_for_a_day_the_old_secret_signs_beside_the_new_one(business: Business, receiver: web.Receiver) -> None:
    subscribe(receiver, "planning.planned")
    assert actions.renew_secret("erp", actor=WHO).startswith("whsec_")
    happens("run:1")
    tell()
    assert subjects(receiver) == ["run:1"]
    Subscription.objects.update(secret_set_at=timezone.now() - timedelta(days=2))
    assert actions.try_subscription("erp", actor=WHO).outcome == "blocked"


def test_after_a_restore_under_another_secret_key_a_new_secret_mends_it(
    business: Business, receiver: web.Receiver, settings: Any
) -> None:
    subscribe(receiver, "planning.planned")
    settings.SECRET_KEY = "another-" * 8
    tried = actions.try_subscription("erp", actor=WHO)
    assert "was sealed under another secret key of this installation; set it again" in tried.sentence
    draft = SubscriptionDraft("erp", receiver.url, ["planning.planned"])
    actions.set_subscription(draft, actor=WHO, secret=web.SECRET)
    assert actions.try_subscription("erp", actor=WHO).outcome == "taken"


def test_a_test_says_what_it_is_and_what_came_of_it(business: Business, receiver: web.Receiver) -> None:
    subscribe(receiver, "planning.planned")
    tried = actions.try_subscription("erp", actor=WHO)
    assert (tried.outcome, tried.sentence) == ("taken", "It was taken: 127.0.0.1 (200).")
    assert told(receiver) == [("subscription.tested", "subscription:erp")]


def test_a_subscription_that_is_removed_leaves_nothing_behind(business: Business, receiver: web.Receiver) -> None:
    subscribe(receiver, "planning.planned")
    receiver.turns(web.Mood.UNWILLING)
    happens("run:1", "run:2")
    follow()
    dispatch_due(1)
    actions.remove_subscription("erp", actor=WHO)
    tell()
    assert (OutboxRow.objects.count(), EventMessage.objects.count(), sentences()) == (0, 0, [])


def test_what_was_taken_long_ago_is_forgotten_and_what_waits_is_kept(
    business: Business, receiver: web.Receiver
) -> None:
    subscribe(receiver, "planning.planned")
    happens("run:1")
    tell()
    receiver.turns(web.Mood.BUSY)
    happens("run:2")
    tell()
    actions.forget_taken(timezone.now() + timedelta(days=31))
    assert list(EventMessage.objects.values_list("subject", flat=True)) == ["run:2"]
    assert [row.state for row in OutboxRow.objects.all()] == ["waiting"]


def test_all_that_is_wrong_with_a_subscription_is_told_at_once(business: Business) -> None:
    draft = SubscriptionDraft("My ERP", "http://192.168.0.1/in", ["purchasing.placd", "planning.*"])
    with pytest.raises(Refused) as refused:
        actions.set_subscription(draft, actor=WHO)
    assert refused.value.sentence == (
        "The subscription My ERP cannot be set so: its name has 1 to 40 small letters, digits and dashes; An address to post "
        "to looks like https://host/path, without spaces; purchasing.placd is no kind of event (did you mean "
        "purchasing.placed?)."
    )
    assert not Subscription.objects.exists()


def test_nothing_is_posted_into_our_own_network_unless_the_installation_names_the_host(
    business: Business, receiver: web.Receiver, settings: Any
) -> None:
    subscribe(receiver, "planning.planned")
    Subscription.objects.update(url="https://localhost/in")
    settings.LOOPBACK_ALLOWED = False
    tried = actions.try_subscription("erp", actor=WHO)
    assert tried.outcome == "refused"
    assert "no address of the public internet" in tried.sentence
    settings.INTERNAL_HOSTS = ["localhost"]
    assert "no address of the public internet" not in actions.try_subscription("erp", actor=WHO).sentence


def test_every_kind_says_what_has_happened() -> None:
    assert all(meaning.endswith(".") and kind.count(".") == 1 for kind, meaning in KINDS.items())
