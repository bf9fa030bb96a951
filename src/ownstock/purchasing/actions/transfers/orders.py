"""Writing, placing and cancelling transfer orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item, Location
from ownstock.catalog.rules import LocationKind
from ownstock.journal import actions as journal
from ownstock.purchasing.models import TransferEntry, TransferLine, TransferOrder, TransitPlace
from ownstock.purchasing.rules.transfers import (
    MAX_TRANSFER_LINES,
    MAX_TRANSIT_DAYS,
    TransferEntryKind,
    TransferState,
    check_at_most,
    check_quantity,
)
from ownstock.purchasing.transfer_rows import LockedTransfer, needs_reason, once, subject_of

CODE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class AskedPart:
    """So many stock units of an item that are to be transferred."""

    sku: str
    quantity: Decimal


@transaction.atomic
def draft(
    source: str,
    target: str,
    parts: Sequence[AskedPart],
    *,
    requested_on: date,
    transit_days: int,
    actor: str,
    key: str = "",
) -> TransferOrder:
    """Write a transfer order from one site to another; planning counts on it from now on. The same `key` again is the same.

    The first for a target makes the location in which goods on the way to it lie.

    Raises:
        Refused: no lines or too many, an item twice, a site or an item that there is not, the same site twice, a quantity
            or days that cannot be meant, or the key was used for another.
    """
    if not 0 < len(parts) <= MAX_TRANSFER_LINES:
        raise Refused(f"A transfer has 1 to {MAX_TRANSFER_LINES:,} lines, not {len(parts)}.", code="bad_line_count")
    if not 0 <= transit_days <= MAX_TRANSIT_DAYS:
        raise Refused(f"Goods are on the way for 0 to {MAX_TRANSIT_DAYS} days, not {transit_days}.", code="bad_days")
    if not key:
        return _draft(source, target, parts, requested_on, transit_days, actor)
    content = [source, target, [[p.sku, f"{p.quantity:.4f}"] for p in parts], requested_on.isoformat(), transit_days]
    answer = journal.answer_once(
        "transfer.draft", key, content,
        lambda: {"number": _draft(source, target, parts, requested_on, transit_days, actor).number},
    )  # fmt: skip
    return TransferOrder.objects.select_related("source", "target", "transit").get(number=answer["number"])


def _draft(
    source: str, target: str, parts: Sequence[AskedPart], requested_on: date, transit_days: int, actor: str
) -> TransferOrder:
    if source == target:
        raise Refused(f"{source} cannot transfer to itself; post a movement between its places.", code="same_site")
    sites, items = [_site(source), _site(target)], _items([part.sku for part in parts])
    order = TransferOrder.objects.create(
        number=_next_number(), source=sites[0], target=sites[1], transit=_transit_to(sites[1], actor),
        state=TransferState.DRAFT, requested_on=requested_on, transit_days=transit_days, created_by=actor,
    )  # fmt: skip
    for number, part in enumerate(parts, start=1):
        check_quantity(order.number, number, part.quantity)
    TransferLine.objects.bulk_create(
        [
            TransferLine(transfer_order=order, line=n, item=items[part.sku], quantity=part.quantity)
            for n, part in enumerate(parts, start=1)
        ]
    )
    new = {"from": source, "to": target, "lines": len(parts), "requested_on": requested_on.isoformat()}
    journal.record(actor=actor, verb="purchasing.transfer_drafted", subject=subject_of(order), new=new)
    return order


def _site(code: str) -> Location:
    found = Location.objects.filter(code=code, kind=LocationKind.SITE).first()
    if found is None:
        raise Refused(f"There is no site {code}.", code="unknown_site", unknown=[code])
    return found


def _items(skus: Sequence[str]) -> dict[str, Item]:
    if doubled := sorted({sku for sku in skus if skus.count(sku) > 1}):
        raise Refused(f"{doubled[0]} stands on two lines; add them up.", code="doubled_item", sku=doubled[0])
    found = {item.sku: item for item in Item.objects.filter(sku__in=skus)}
    if unknown := sorted(set(skus) - found.keys()):
        raise Refused(f"There is no item {unknown[0]}.", code="unknown_item", unknown=unknown)
    return found


def _next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('purchasing_transfer_number')")
        return f"TO-{cursor.fetchone()[0]:06d}"


def _transit_to(target: Location, actor: str) -> Location:
    """Where goods on the way to a site lie, made for the first; two who begin at once take turns at the row of the site."""
    Location.objects.select_for_update(no_key=True).get(pk=target.pk)
    kept = TransitPlace.objects.select_related("location").filter(target=target).first()
    if kept is not None:
        return kept.location
    code = f"TRANSIT-{target.code}"[:CODE_LENGTH]
    found, is_new = Location.objects.get_or_create(
        code=code, defaults={"name": f"On the way to {target.name}"[:200], "kind": LocationKind.IN_TRANSIT}
    )
    if found.kind != LocationKind.IN_TRANSIT or found.site_id or TransitPlace.objects.filter(location=found).exists():
        raise Refused(
            f"Goods on the way to {target.code} are to lie at {code}, but that is another place; give it another code.",
            code="no_transit", site=target.code, location=code,
        )  # fmt: skip
    TransitPlace.objects.create(target=target, location=found)
    new = {"code": code, "target": target.code, "is_new": is_new}
    journal.record(actor=actor, verb="purchasing.transit_place_made", subject=f"location:{code}", new=new)
    return found


@transaction.atomic
def place(number: str, *, actor: str) -> TransferOrder:
    """Tell the source to ship a draft. Placing again changes nothing.

    Raises:
        Refused: there is no such order, or it was cancelled.
    """
    found = LockedTransfer(number)
    if found.order.placed_at is not None and found.order.state != TransferState.CANCELLED:
        return found.order
    found.refuse_unless([TransferState.DRAFT], "placed")
    found.order.placed_at = timezone.now()
    found.settle()
    found.record("transfer_placed", actor=actor, new={"lines": len(found.lines)})
    return found.order


@transaction.atomic
def cancel(
    number: str, *, line: int | None = None, quantity: Decimal | None = None, key: str, reason: str, actor: str
) -> TransferOrder:
    """Take off what is not shipped: of one line so much (None: all of it), or of all lines.

    The same `key` again does nothing.

    Raises:
        Refused: no reason, nothing or less is still to be shipped, or there is no such order or line.
    """
    needs_reason(reason, f"{number} is cancelled")
    content = [number, line, None if quantity is None else f"{quantity:.4f}"]
    once("cancel", key, content, lambda: _cancel(number, line, quantity, reason, actor))
    return LockedTransfer(number).order


def _cancel(number: str, line: int | None, quantity: Decimal | None, reason: str, actor: str) -> None:
    found = LockedTransfer(number)
    if line is None and quantity is not None:
        raise Refused(f"Say of which line of {number} so much is cancelled.", code="no_line", number=number)
    asked = list(found.lines.values()) if line is None else [found.line(line)]
    if quantity is not None:
        check_at_most(number, asked[0].line, quantity, asked[0].totals.to_ship, verb="cancelled", what="is not shipped")
    cut = [(row, row.totals.to_ship if quantity is None else quantity) for row in asked]
    cut = [(row, share) for row, share in cut if share > 0]
    if not cut:
        raise Refused(f"Everything of {number} is shipped or cancelled already.", code="nothing_open", number=number)
    found.append(
        [
            TransferEntry(
                line=row, kind=TransferEntryKind.CANCELLED, cancelled_change=share, reason=reason, actor=actor
            )
            for row, share in cut
        ]
    )
    new = {"lines": [{"line": row.line, "quantity": f"{share:.4f}"} for row, share in cut]}
    found.record("transfer_cancelled", actor=actor, new=new, reason=reason)
