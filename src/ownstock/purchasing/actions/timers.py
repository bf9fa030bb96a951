"""Watching what orders wait for, and reminding suppliers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.journal import actions as journal
from ownstock.journal.queries import open_alerts
from ownstock.purchasing.actions.rates import value_waiting_goods
from ownstock.purchasing.models import Chase, PurchaseOrder
from ownstock.purchasing.order_rows import locked, subject_of
from ownstock.purchasing.queries.timers import (
    NOBODY,
    chases,
    open_sent_orders,
    overdue_of,
    uninvoiced_orders,
    untold_cancellations,
)
from ownstock.purchasing.queries.waiting import late_approvals
from ownstock.purchasing.rules import ANSWERABLE_STATES
from ownstock.purchasing.rules.timers import Overdue, Waiting, may_chase

# What could not be sent has an alert of its own already: that of its outbox row.
KINDS = {
    Waiting.UNAPPROVED: "approval_waiting",
    Waiting.UNREAD: "unread_order",
    Waiting.UNANSWERED: "unanswered_order",
    Waiting.NO_NOTICE: "no_notice_order",
    Waiting.LATE: "late_delivery",
    Waiting.UNINVOICED: "uninvoiced_order",
}


@transaction.atomic
def watch_orders(
    now: datetime, *, today: date, unread: Mapping[str, datetime] = NOBODY,
    unread_cancellations: Mapping[str, datetime] = NOBODY, invoicing: Collection[int] = (),
) -> int:  # fmt: skip
    """Tell people of everything that should have happened to orders and has not; clear what has. Returns how much waits.

    `today` is the day that late goods and invoices are judged by; `unread` as for `queries.timers.overdue_of`,
    `unread_cancellations` and `invoicing` as for `untold_cancellations` and `uninvoiced_orders` there.
    """
    value_waiting_goods()
    found = overdue_of(open_sent_orders(), now=now, today=today, unread=unread)
    late = {each.key: each for some in found.values() for each in some if each.waiting in KINDS}
    late |= {each.key: each for each in untold_cancellations(unread_cancellations, now=now, today=today)}
    late |= {each.key: each for each in uninvoiced_orders(today=today, invoicing=invoicing)}
    late |= {each.key: each for each in late_approvals(now=now, today=today)}
    said = {alert.key: alert.sentence for alert in open_alerts().filter(kind__in=KINDS.values())}
    for key, each in late.items():
        if said.get(key) != each.sentence:
            _raise(each)
    journal.clear_alerts(said.keys() - late.keys(), because="it happened, or is no longer wanted")
    return len(late)


def _raise(each: Overdue) -> None:
    facts = {"number": each.number, "line": each.line, "due_at": each.due_at.isoformat()}
    journal.raise_alert(
        each.key, kind=KINDS[each.waiting], sentence=each.sentence, facts=facts, is_closable=each.is_closable
    )


@transaction.atomic
def chase(number: str, *, actor: str, is_forced: bool = False) -> PurchaseOrder:
    """Remind the supplier of an order; the reminder leaves with this commit. Not more than once a day unless forced.

    Raises:
        Refused: the order is not at its supplier, or was chased within a day.
    """
    order = locked(number)
    if order.state not in ANSWERABLE_STATES or order.sent_revision is None:
        raise Refused(
            f"{number} is {order.state}; there is nothing to remind its supplier of.",
            code="not_chasable",
            number=number,
        )
    now, last = timezone.now(), chases(order).last()
    if not is_forced and last is not None and not may_chase(last.recorded_at, now):
        raise Refused(
            f"{order.supplier.code} was reminded of {number} at {last.recorded_at:%Y-%m-%d %H:%M} UTC already. Wait a day, "
            "or force it.",
            code="chased_already",
            number=number,
        )
    today = timezone.localdate()
    sentences = [each.sentence for each in overdue_of([order], now=now, today=today).get(number, [])]
    count = last.number + 1 if last else 1
    Chase.objects.create(
        purchase_order=order, number=count, revision=order.sent_revision, sentences=sentences, actor=actor
    )
    sent = order.revisions.get(number=order.sent_revision)
    journal.enqueue(
        f"purchase_order.chased:{number}:{count}",
        topic="purchase_order.chased",
        payload={"order_revision": sent.pk, "chase": count},
    )
    journal.record(
        actor=actor, verb="purchasing.chased", subject=subject_of(order), new={"chase": count, "overdue": sentences}
    )
    return order
