"""Promising goods to demand lines, letting go of them, and telling people whose goods are gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from ownstock.base.errors import Refused
from ownstock.base.text import plain
from ownstock.demand.actions.totals import Change, append, locked, once, short_key, subject
from ownstock.demand.models import DemandLine
from ownstock.demand.queries.goods import Place, ShortAllocation, goods, pickable, short_allocations
from ownstock.demand.queries.lines import demand_lines, open_places
from ownstock.demand.rules import OPEN_STATES, Claim, EntryKind, Goods, fefo
from ownstock.demand.rules.goods import needed_on
from ownstock.demand.rules.lines import quantity_fault
from ownstock.journal import actions as journal
from ownstock.journal.queries import open_alerts

SHORT = "short_allocation"


@transaction.atomic
def allocate(numbers: Iterable[str], *, today: date, actor: str) -> list[DemandLine]:
    """Promise goods to demand lines, those wanted first before others, as far as there are any; returns the lines.

    Released goods that nobody was promised, first expired first out, that keep the life the customer asks for on the day
    wanted. What was promised before and is no longer there is let go of first: allocating again mends it. Two who
    allocate never promise the same unit: the balances are locked, in one order, until the promise is written.

    Raises:
        Refused: there is no such demand line.
    """
    lines = locked(numbers)
    places = {(line.item_id, line.site_id) for line in lines}
    found = locked_goods(places)
    changes = _short(lines, found, today)
    held = {line.pk: line.allocated_quantity for line in lines}
    for change in changes:
        held[change.line.pk] += change.allocated
    for line in sorted(lines, key=lambda each: (each.wanted_on, each.pk)):
        changes += _allocated(line, held[line.pk], found[line.item_id, line.site_id], today)
    append(changes, actor=actor)
    _tell(changes, actor)
    journal.clear_alerts((short_key(line.number) for line in lines), because=f"allocated again by {actor}")
    return lines


def locked_goods(places: Collection[Place]) -> dict[Place, Goods]:
    """The goods of some (item id, site id), their balances locked in the order in which postings lock them."""
    if places:
        list(pickable(places).select_for_update(of=("self",), no_key=True).values_list("id"))
    return goods(places)


def _short(lines: Sequence[DemandLine], found: Mapping[Place, Goods], today: date) -> list[Change]:
    """What lines were promised and is no longer there for them, let go of in `found` as well."""
    by_id = {line.pk: line for line in lines}
    changes = []
    for place in found.values():
        for (line_id, shelf), short in place.shortfalls(today).items():
            if line_id in by_id:
                place.let_go(line_id, shelf, short)
                changes.append(Change(by_id[line_id], EntryKind.RELEASED, shelf, allocated=-short))
    return changes


def _allocated(line: DemandLine, held: Decimal, found: Goods, today: date) -> list[Change]:
    """What to promise a line beyond what is held for it, claimed in `found` as well."""
    life_days = line.customer.minimum_remaining_life_days
    changes = []
    picks = fefo(found.free(), line.open_quantity - held, on=needed_on(line.wanted_on, today), life_days=life_days)
    for pick in picks:
        shelf = pick.shelf.key
        found.claim(Claim(line.pk, line.number, line.customer.code, shelf, pick.quantity, line.wanted_on, life_days))
        changes.append(Change(line, EntryKind.ALLOCATED, shelf, allocated=pick.quantity))
    return changes


def _tell(changes: Sequence[Change], actor: str) -> None:
    """Write one event for each line that goods were promised to or taken from."""
    by_line: dict[int, list[Change]] = defaultdict(list)
    for change in changes:
        by_line[change.line.pk].append(change)
    for group in by_line.values():
        new = {
            kind.value: f"{sum((abs(c.allocated) for c in group if c.kind is kind), Decimal(0)):.4f}"
            for kind in (EntryKind.ALLOCATED, EntryKind.RELEASED)
        }
        journal.record(actor=actor, verb="demand.allocated", subject=subject(group[0].line), new=new)


def allocate_all(*, today: date, actor: str) -> int:
    """Promise goods to everything that is open, item by item and site by site; returns how many lines were looked at."""
    looked_at = 0
    for item_id, site_id in open_places():
        rows = demand_lines().filter(item_id=item_id, site_id=site_id, state__in=OPEN_STATES)
        looked_at += len(allocate(rows.values_list("number", flat=True), today=today, actor=actor))
    return looked_at


@transaction.atomic
def release(number: str, quantity: Decimal | None = None, *, actor: str, reason: str = "", key: str = "") -> DemandLine:
    """Let go of so much (None: all) of what is promised to a line, what expires last first; others may be promised it.

    The same `key` again lets go of nothing.

    Raises:
        Refused: there is no such line, or less is allocated to it.
    """
    content = [number, None if quantity is None else f"{quantity:.4f}"]
    once("demand.release", key, content, lambda: _release(number, quantity, actor, reason))
    return locked([number])[0]


def _release(number: str, quantity: Decimal | None, actor: str, reason: str) -> None:
    [line] = locked([number])
    wanted = line.allocated_quantity if quantity is None else quantity
    if quantity is not None and (fault := quantity_fault(quantity)):
        raise Refused(f"{number}: {fault}", code="bad_quantity", number=number)
    if wanted > line.allocated_quantity:
        raise Refused(
            f"{number}: {plain(wanted)} cannot be released; {plain(line.allocated_quantity)} is allocated.",
            code="more_than_allocated", number=number, allocated=str(line.allocated_quantity),
        )  # fmt: skip
    changes = excess(line, wanted)
    append(changes, actor=actor, reason=reason)
    if changes:
        new = {"quantity": f"{wanted:.4f}"}
        journal.record(actor=actor, verb="demand.released", subject=subject(line), new=new, reason=reason)


def excess(line: DemandLine, quantity: Decimal) -> list[Change]:
    """The changes that let go of so much of what is promised to a locked line, what expires last first."""
    if quantity <= 0:
        return []
    place = (line.item_id, line.site_id)
    claims = goods([place])[place].excess(line.pk, quantity)
    return [Change(line, EntryKind.RELEASED, shelf, allocated=-share) for shelf, share in claims]


@transaction.atomic
def alert_short(*, today: date) -> list[ShortAllocation]:
    """Raise one alert for each line whose promised goods are gone, and close those of lines whose goods are there again."""
    found = short_allocations(today)
    by_number: dict[str, list[ShortAllocation]] = defaultdict(list)
    for short in found:
        by_number[short.number].append(short)
    for number, group in by_number.items():
        facts = {
            "number": number, "sku": group[0].sku, "customer": group[0].customer,
            "short": str(sum((s.short for s in group), Decimal(0))), "wanted_on": group[0].wanted_on.isoformat(),
        }  # fmt: skip
        journal.raise_alert(short_key(number), kind=SHORT, sentence=" ".join(s.sentence for s in group), facts=facts)
    standing = set(open_alerts().filter(kind=SHORT).values_list("key", flat=True))
    journal.clear_alerts(standing - {short_key(n) for n in by_number}, because="its goods are there again")
    return found
