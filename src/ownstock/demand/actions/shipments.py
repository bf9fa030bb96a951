"""Shipping goods to customers, and taking a shipment back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.catalog.queries import world_location
from ownstock.catalog.rules import LocationKind
from ownstock.demand.actions.allocations import locked_goods
from ownstock.demand.actions.totals import Change, append, locked, subject
from ownstock.demand.models import DemandEntry, DemandLine
from ownstock.demand.rules import EntryKind, Goods, Part, Pick
from ownstock.demand.rules.goods import needed_on, not_there
from ownstock.demand.rules.lines import MAX_LINES, check_part
from ownstock.journal import actions as journal
from ownstock.ledger import actions as ledger
from ownstock.ledger.actions import Posted
from ownstock.ledger.rules import Kind, Line, PostingRequest


@transaction.atomic
def ship(parts: Sequence[Part], *, key: str, actor: str, moved_at: datetime | None = None) -> list[DemandLine]:
    """Ship so much of demand lines of one customer: one posting in the ledger, under the caller's key; returns the lines.

    Each line takes what is allocated to it first, then what is free, first expired first out; what is promised to others is
    never taken. The same key again ships nothing.

    Raises:
        Refused: no lines or one twice, lines of several customers, more than is open, more than is there for it (the
            sentence names whom the rest is promised to), or the key was used for something else.
    """
    if not 0 < len(parts) <= MAX_LINES:
        raise Refused(f"A shipment has 1 to {MAX_LINES:,} lines, not {len(parts)}.", code="bad_line_count")
    numbers = [part.number for part in parts]
    if len(set(numbers)) < len(numbers):
        raise Refused("A demand line stands twice in one shipment.", code="doubled_line")
    content = {"moved_at": moved_at, "parts": [[part.number, f"{part.quantity:.4f}"] for part in parts]}
    shipped: list[DemandLine] = []

    def act() -> dict[str, object]:
        shipped.extend(_ship(parts, key, actor, moved_at))
        return {"lines": numbers}

    journal.answer_once("demand.ship", key, content, act)
    return shipped or locked(numbers)


def _ship(parts: Sequence[Part], key: str, actor: str, moved_at: datetime | None) -> list[DemandLine]:
    lines = locked(part.number for part in parts)
    if len({line.customer_id for line in lines}) > 1:
        raise Refused("A shipment goes to one customer; these lines are of several.", code="mixed_shipment")
    for line, part in zip(lines, parts, strict=True):
        check_part(part, line.open_quantity, "shipped")
    found = locked_goods({(line.item_id, line.site_id) for line in lines})
    changes, moved = [], []
    for line, part in zip(lines, parts, strict=True):
        place = found[line.item_id, line.site_id]
        picks = _picks(line, part.quantity, place, _day(moved_at, line))
        moved += [_movement(line, pick, moved_at) for pick in picks]
        changes += [
            Change(line, EntryKind.SHIPPED, p.shelf.key, allocated=-p.claimed, shipped=p.quantity) for p in picks
        ]
        changes += _let_go(line, part.quantity, place)
    references = ", ".join(dict.fromkeys(line.reference for line in lines if line.reference))[:200]
    [posted] = ledger.post([PostingRequest(key, Kind.ISSUE, moved, references)], actor=actor)
    if not posted.is_new:
        raise Refused(f"The key {key} was already used for a posting of no demand line.", code="key_reused", key=key)
    append(changes, actor=actor, posting_key=key)
    for line, part in zip(lines, parts, strict=True):
        new = {"posting": key, "quantity": f"{part.quantity:.4f}"}
        journal.record(actor=actor, verb="demand.shipped", subject=subject(line), new=new)
    return lines


def _day(moved_at: datetime | None, line: DemandLine) -> date:
    """The day of the shipment, as the site counts days."""
    return (moved_at or timezone.now()).astimezone(ZoneInfo(line.site.time_zone)).date()


def _picks(line: DemandLine, quantity: Decimal, place: Goods, day: date) -> list[Pick]:
    """What the line takes from the shelves. Raises Refused where that is not enough."""
    others: dict[str, Decimal] = defaultdict(Decimal)
    for claim in place.claims.values():
        if claim.line_id != line.pk:
            others[claim.number] += claim.quantity
    picks = place.take(
        line.pk, quantity, today=day, on=needed_on(line.wanted_on, day),
        life_days=line.customer.minimum_remaining_life_days,
    )  # fmt: skip
    there = sum((pick.quantity for pick in picks), Decimal(0))
    if there < quantity:
        raise not_there(line.number, line.item.sku, line.site.code, quantity, there, others)
    return picks


def _movement(line: DemandLine, pick: Pick, moved_at: datetime | None) -> Line:
    return Line(
        sku=line.item.sku, source=pick.shelf.location, target=world_location(LocationKind.CUSTOMER),
        quantity=pick.quantity, lot=pick.shelf.lot, moved_at=moved_at,
    )  # fmt: skip


def _let_go(line: DemandLine, shipped: Decimal, place: Goods) -> list[Change]:
    """What is still promised to a line beyond what stays open of it: goods that were not there for it."""
    promised = sum((claim.quantity for key, claim in place.claims.items() if key[0] == line.pk), Decimal(0))
    too_much = place.excess(line.pk, promised - (line.open_quantity - shipped))
    return [Change(line, EntryKind.RELEASED, shelf, allocated=-share) for shelf, share in too_much]


@transaction.atomic
def take_back(key: str, *, new_key: str, actor: str, reason: str) -> Posted:
    """Take a shipment back by the reversal of its posting: the goods lie where they lay, and its lines are open again.

    Nothing is allocated by it: whoever is to have the goods is allocated them anew.

    Raises:
        Refused: the posting shipped nothing of a demand line, or as `ledger.actions.reverse`.
    """
    entries = list(DemandEntry.objects.filter(posting_key=key, shipped_change__gt=0).select_related("line"))
    if not entries:
        raise Refused(f"{key} shipped nothing of a demand line.", code="no_shipment", key=key)
    lines: Mapping[int, DemandLine] = {line.pk: line for line in locked(sorted({e.line.number for e in entries}))}
    posted = ledger.reverse(key, new_key=new_key, actor=actor, reason=reason)
    if not posted.is_new:
        return posted
    changes = [
        Change(lines[e.line_id], EntryKind.TAKEN_BACK, _shelf(e), shipped=-e.shipped_change) for e in entries
    ]  # fmt: skip
    append(changes, actor=actor, posting_key=new_key, reason=reason)
    for line in lines.values():
        new = {"posting": key, "by": new_key}
        journal.record(actor=actor, verb="demand.taken_back", subject=subject(line), new=new, reason=reason)
    return posted


def _shelf(entry: DemandEntry) -> tuple[int, int | None] | None:
    return None if entry.location_id is None else (entry.location_id, entry.lot_id)
