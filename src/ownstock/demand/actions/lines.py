"""Demand lines: entering them, and cutting what will not be shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db import connection, transaction

from ownstock.base.errors import Refused
from ownstock.base.fingerprints import fingerprint
from ownstock.catalog.models import Item, Location
from ownstock.catalog.rules import LocationKind
from ownstock.demand.actions.allocations import excess
from ownstock.demand.actions.totals import Change, append, locked, once, subject
from ownstock.demand.models import Customer, DemandLine
from ownstock.demand.rules import DemandState, EnteredLine, EntryKind, Part, check_entered, content_of
from ownstock.demand.rules.lines import check_part
from ownstock.journal import actions as journal


@transaction.atomic
def enter(lines: Sequence[EnteredLine], *, actor: str) -> list[DemandLine]:
    """Write down what customers want: all lines or none, each key once; returns them in the order given.

    A key that was entered before with the same content gives the line as it is now.

    Raises:
        Refused: a line is malformed, names a customer, an item or a site that there is not, or a key was used for other
            content.
    """
    check_entered(lines)
    fresh = _rows(lines, actor)
    # In one order for everybody: a second caller with the same key waits there, then finds the first one's line.
    DemandLine.objects.bulk_create(sorted(fresh, key=lambda row: row.key), ignore_conflicts=True, batch_size=1_000)
    rows = DemandLine.objects.select_related("customer", "item", "site")
    kept = {row.key: row for row in rows.filter(key__in=[line.key for line in lines])}
    for row in fresh:
        found = kept[row.key]
        if bytes(found.content_hash) != row.content_hash:
            raise Refused(
                f"The key {row.key} was already used for another demand line ({found.number}); use a new key.",
                code="key_reused", key=row.key,
            )  # fmt: skip
        if found.number == row.number:
            new = {"key": found.key, **content_of(_entered(found))}
            journal.record(actor=actor, verb="demand.entered", subject=subject(found), new=new)
    return [kept[line.key] for line in lines]


def _rows(lines: Sequence[EnteredLine], actor: str) -> list[DemandLine]:
    customers = _ids("customer", {line.customer for line in lines}, dict(Customer.objects.values_list("code", "id")))
    skus = {line.sku for line in lines}
    items = _ids("item", skus, dict(Item.objects.filter(sku__in=skus).values_list("sku", "id")))
    sites = _ids(
        "site", {line.site for line in lines},
        dict(Location.objects.filter(kind=LocationKind.SITE).values_list("code", "id")),
    )  # fmt: skip
    return [
        DemandLine(
            number=number, key=line.key, content_hash=fingerprint(content_of(line)), customer_id=customers[line.customer],
            reference=line.reference, item_id=items[line.sku], site_id=sites[line.site], quantity=line.quantity,
            wanted_on=line.wanted_on, state=DemandState.OPEN, created_by=actor,
        )
        for number, line in zip(_numbers(len(lines)), lines, strict=True)
    ]  # fmt: skip


def _ids(noun: str, codes: set[str], known: Mapping[str, int]) -> Mapping[str, int]:
    if unknown := sorted(codes - known.keys()):
        raise Refused(f"There is no {noun} {unknown[0]}.", code=f"unknown_{noun}", unknown=unknown[:100])
    return known


def _numbers(count: int) -> list[str]:
    """Numbers that were never given before and never will be again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('demand_line_number') FROM generate_series(1, %s)", [count])
        return [f"DL-{number:06d}" for (number,) in cursor.fetchall()]


def _entered(row: DemandLine) -> EnteredLine:
    return EnteredLine(
        row.key, row.customer.code, row.item.sku, row.site.code, row.quantity, row.wanted_on, row.reference
    )


@transaction.atomic
def cut(number: str, quantity: Decimal | None = None, *, actor: str, reason: str, key: str = "") -> DemandLine:
    """Take so much (None: all) off what is open of a line: it will not be shipped, or is not wanted any more.

    What was allocated beyond what is still open is let go. The same `key` again cuts nothing.

    Raises:
        Refused: no reason was given, nothing is open, or less is open than is to be cut.
    """
    if not reason.strip():
        raise Refused("Say why it will not be shipped.", code="no_reason")
    content = [number, None if quantity is None else f"{quantity:.4f}"]
    once("demand.cut", key, content, lambda: _cut(number, quantity, actor, reason))
    return locked([number])[0]


def _cut(number: str, quantity: Decimal | None, actor: str, reason: str) -> None:
    [line] = locked([number])
    if quantity is None and not line.open_quantity:
        raise Refused(f"{number} is {line.state}; nothing is open.", code="nothing_open", number=number)
    part = Part(number, line.open_quantity if quantity is None else quantity)
    check_part(part, line.open_quantity, "cut")
    too_much = line.allocated_quantity - (line.open_quantity - part.quantity)
    changes = [*excess(line, too_much), Change(line, EntryKind.CUT, cancelled=part.quantity)]
    append(changes, actor=actor, reason=reason)
    new = {"quantity": f"{part.quantity:.4f}"}
    journal.record(actor=actor, verb="demand.cut", subject=subject(line), new=new, reason=reason)
