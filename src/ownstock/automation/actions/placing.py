"""Drafts of rules: gathered into one order per supplier and site, and sent on the supplier's order day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
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
from ownstock.base.errors import OwnstockError, Refused
from ownstock.catalog.queries import duty_conflict
from ownstock.journal import actions as journal
from ownstock.planning import actions as planning
from ownstock.purchasing import actions as purchasing
from ownstock.purchasing.actions.approvals import approve_by_rule
from ownstock.purchasing.models import PurchaseOrder
from ownstock.purchasing.order_rows import asked_lines, locked, standing_quantity
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
        note, held = _send(row, rules.get(order.pk, []), now)
        if note:
            _wait(row, now, note, moment)
        else:
            _sent(row)
        yield not note, f"{order.number}: {note}" if note else order.number
        if held is not None:
            yield False, f"{held.purchase_order.number}: {held.note}"


def _when(order: PurchaseOrder, moment: OrderMoment | None) -> str:
    if moment is None:
        return f"{order.supplier.code} takes no orders within a year."
    return f"It leaves on {moment.order_on}."


def _sent(row: AutomaticOrder) -> None:
    row.is_settled, row.note = True, ""
    row.save(update_fields=["is_settled", "note"])
    journal.clear_alert(f"{MISSED}:{row.purchase_order.number}", because="it was sent")


def _send(row: AutomaticOrder, rules: list[StandingRule], now: datetime) -> tuple[str, AutomaticOrder | None]:
    """Send an order, if everything allows it; else why not, in a sentence. Items with an open exception are held back.

    Returns the sentence and the draft of what was held back, if anything was.
    """
    order, held, excepted = row.purchase_order, None, _excepted(row.purchase_order)
    try:
        with transaction.atomic():
            locked(order.number)
            _refuse(order, _against(order, rules, now))
            rule = rules[0]
            if excepted:
                held = _hold_back(row, excepted, rule.actor)
            allowed = min(each.order_value_at_most for each in rules)
            check = order_check(amount_of(order), allowed)
            _refuse(order, "" if check.is_met else f"With what was gathered, {check.words}; a person sends it.")
            approve_by_rule(order.number, rule=rule.actor, on_behalf_of=rule.approved_by)
            on = now.astimezone(ZoneInfo(order.site.time_zone)).date()
            purchasing.place(order.number, actor=rule.actor, on=on)
            words = (
                [check.words, f"{held.purchase_order.number} was held back: {_told(excepted)}"]
                if held
                else [check.words]
            )
            journal.record(
                actor=rule.actor, verb="automation.placed", subject=f"purchase_order:{order.number}",
                new={"rules": [each.pk for each in rules], "approved_by": [each.approved_by for each in rules]},
                reason="; ".join(words),
            )  # fmt: skip
    except OwnstockError as refusal:
        return _unsent(refusal, excepted if held else {}), None
    return "", held


def _refuse(order: PurchaseOrder, against: str) -> None:
    if against:
        raise Refused(against, code="not_by_itself", number=order.number)


def _unsent(refusal: OwnstockError, held: Mapping[str, str]) -> str:
    """Why an order did not leave, in a sentence, with what would be held back where it is too small without that."""
    is_for_them = held and refusal.code == "below_minimum"
    return (
        f"{_told(held)} Without {', '.join(held)} it cannot leave: {refusal.sentence}"
        if is_for_them
        else refusal.sentence
    )


def _excepted(order: PurchaseOrder) -> dict[str, str]:
    """The items of an order that have an open exception, each with what that says first."""
    found = open_exceptions({item.sku for item in items_of(order)})
    return {sku: found[sku][0] for sku in sorted(found)}


def _told(excepted: Mapping[str, str]) -> str:
    return " ".join(f"{sku} has an open exception: {sentence}" for sku, sentence in excepted.items())


def _hold_back(row: AutomaticOrder, excepted: Mapping[str, str], actor: str) -> AutomaticOrder:
    """Take the lines of items with an open exception out of an order, into a draft that waits as it did.

    Raises:
        Refused: that would be all of it.
    """
    order = row.purchase_order
    lines = [line for line in asked_lines(order) if standing_quantity(line)]
    held = [line.line for line in lines if line.item.sku in excepted]
    _refuse(order, _told(excepted) if len(held) == len(lines) else "")
    made = planning.split_order(order.number, held, actor=actor, reason=_told(excepted))
    return AutomaticOrder.objects.create(
        purchase_order=made, is_placing=row.is_placing, opens_at=row.opens_at, closes_at=row.closes_at,
        note=f"Held back from {order.number}. {_told(excepted)}",
    )  # fmt: skip


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
    people = {by for each in rules for by in (each.proposed_by, each.approved_by)}
    items = items_of(order)
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
            "Send it, or take it back.",
            facts={"number": number, "supplier": row.purchase_order.supplier.code},
        )
    row.note = note
    row.opens_at = moment.opens_at if moment else None
    row.closes_at = moment.closes_at if moment else None
    row.save(update_fields=["note", "opens_at", "closes_at"])
