"""Drafts of rules: gathered into one order per supplier and site, and sent on the supplier's order day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from ownstock.automation.models import AutomaticOrder, StandingRule
from ownstock.automation.queries.cases import open_exceptions
from ownstock.automation.queries.orders import OrderCalendar, touched_by_people, waiting_orders
from ownstock.automation.queries.policy import paused
from ownstock.automation.queries.standing import rules_of_orders
from ownstock.automation.rules.order_days import OrderMoment
from ownstock.automation.rules.standing import order_check
from ownstock.base.errors import OwnstockError
from ownstock.catalog.queries import duty_conflict
from ownstock.journal import actions as journal
from ownstock.planning import actions as planning
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.actions.approvals import approve_by_rule
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.order_rows import locked
from ownstock.purchasing.orderable import items_of
from ownstock.purchasing.queries.approvals import amount_of
from ownstock.purchasing.rules import UNSENT_STATES

MISSED = "order_day_missed"


def gather() -> None:
    """Settle what is no longer ours to send, and make one draft of several for one supplier, site and currency."""
    with transaction.atomic():
        _settle()
    groups: dict[tuple[int, int, str, bool], list[AutomaticOrder]] = defaultdict(list)
    for row in waiting_orders():
        order = row.purchase_order
        groups[order.supplier_id, order.site_id, order.currency, row.is_placing].append(row)
    for group in groups.values():
        if len(group) > 1:
            _merge(group)


def _settle() -> None:
    """Let go of drafts that were sent, cancelled or merged, and of those that a person changed."""
    rows = list(
        AutomaticOrder.objects.select_for_update(of=("self",)).filter(is_settled=False).select_related("purchase_order")
    )
    touched = touched_by_people([row.purchase_order_id for row in rows])
    for row in rows:
        order = row.purchase_order
        if order.state in UNSENT_STATES and order.pk not in touched:
            continue
        row.is_settled = True
        if order.pk in touched and order.state in UNSENT_STATES:
            row.note = f"{touched[order.pk]} changed it: whoever changes an order sends it."
        journal.clear_alert(f"{MISSED}:{order.number}", because=row.note or f"it is {order.state}")
    AutomaticOrder.objects.bulk_update(
        [row for row in rows if row.is_settled], ["is_settled", "note"], batch_size=1_000
    )


@transaction.atomic
def _merge(group: list[AutomaticOrder]) -> None:
    first, *others = group
    rule = rules_of_orders([first.purchase_order_id])[first.purchase_order_id][0]
    planning.merge_orders([row.purchase_order.number for row in group], actor=rule.actor)
    AutomaticOrder.objects.filter(pk__in=[row.pk for row in others]).update(
        is_settled=True, note=f"Merged into {first.purchase_order.number}."
    )


def leave(now: datetime) -> Iterator[tuple[bool, str]]:
    """Send what may leave at a moment; gives of each order whether it was sent and its number, or why not in a sentence."""
    rows = list(waiting_orders().filter(is_placing=True))
    calendar = OrderCalendar(now.date())
    rules = rules_of_orders([row.purchase_order_id for row in rows])
    for row in rows:
        order = row.purchase_order
        moment = calendar.moment(order.supplier_id, order.site.time_zone, now)
        if moment is None or not moment.is_open(now):
            _wait(row, now, _when(order, moment), moment)
            continue
        note = _send(order, rules.get(order.pk, []), now)
        if note:
            _wait(row, now, note, moment)
        else:
            _sent(row)
        yield not note, f"{order.number}: {note}" if note else order.number


def _when(order: PurchaseOrder, moment: OrderMoment | None) -> str:
    if moment is None:
        return f"{order.supplier.code} takes no orders within a year."
    return f"It leaves on {moment.order_on}."


def _sent(row: AutomaticOrder) -> None:
    row.is_settled, row.note = True, ""
    row.save(update_fields=["is_settled", "note"])
    journal.clear_alert(f"{MISSED}:{row.purchase_order.number}", because="it was sent")


def _send(order: PurchaseOrder, rules: list[StandingRule], now: datetime) -> str:
    """Send an order, if everything allows it; else why not, in a sentence."""
    try:
        with transaction.atomic():
            locked(order.number)
            against = _against(order, rules, now)
            if against:
                return against
            rule = rules[0]
            approve_by_rule(order.number, rule=rule.actor, on_behalf_of=rule.approved_by)
            on = now.astimezone(ZoneInfo(order.site.time_zone)).date()
            purchasing.place(order.number, actor=rule.actor, on=on)
            allowed = min(each.order_value_at_most for each in rules)
            journal.record(
                actor=rule.actor, verb="automation.placed", subject=f"purchase_order:{order.number}",
                new={"rules": [each.pk for each in rules], "approved_by": [each.approved_by for each in rules]},
                reason=order_check(amount_of(order), allowed).words,
            )  # fmt: skip
    except OwnstockError as refusal:
        return refusal.sentence
    return ""


def _against(order: PurchaseOrder, rules: list[StandingRule], now: datetime) -> str:
    """What speaks against sending an order by itself, in a sentence; empty: nothing."""
    stopped = paused(now)
    if told := stopped.get("") or stopped.get(order.supplier.code):
        return told
    if by := touched_by_people([order.pk]).get(order.pk):
        return f"{by} changed it: whoever changes an order sends it."
    ended = [each for each in StandingRule.objects.filter(pk__in=[r.pk for r in rules]) if each.ended_at is not None]
    if not rules or ended:
        which = f"R{ended[0].pk} {ended[0].name}" if ended else "Its rule"
        return f"{which} was ended; a person sends it, or takes it back."
    check = order_check(amount_of(order), min(each.order_value_at_most for each in rules))
    if not check.is_met:
        return f"With what was gathered, {check.words}; a person sends it."
    items = items_of(order)
    for sku, sentences in open_exceptions({item.sku for item in items}).items():
        return f"{sku} has an open exception: {sentences[0]}"
    people = {by for each in rules for by in (each.proposed_by, each.approved_by)}
    for person in sorted(people):
        conflict = duty_conflict(order.supplier, items, order.ordered_on, person)
        if conflict is not None:
            return conflict.sentence
    return ""


@transaction.atomic
def _wait(row: AutomaticOrder, now: datetime, note: str, moment: OrderMoment | None) -> None:
    """Keep why a draft has not left; where an order day went by meanwhile, people are told."""
    number = row.purchase_order.number
    if row.closes_at is not None and row.closes_at <= now:
        journal.raise_alert(
            f"{MISSED}:{number}",
            kind=MISSED,
            sentence=f"{number} was to leave by {row.closes_at:%Y-%m-%d %H:%M} UTC and did not. {row.note} "
            "Send it, or take it back: ownstock automation undo.",
            facts={"number": number, "supplier": row.purchase_order.supplier.code},
        )
    row.note = note
    row.opens_at = moment.opens_at if moment else None
    row.closes_at = moment.closes_at if moment else None
    row.save(update_fields=["note", "opens_at", "closes_at"])
