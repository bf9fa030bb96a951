"""Lots: where they lie, what may be taken of them, who received them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Q, Sum

from ownstock.base.errors import Refused
from ownstock.catalog.rules import STOCK_KINDS, LocationKind
from ownstock.ledger.models import Balance, Lot, Movement, Posting
from ownstock.ledger.rules.picking import Pick, Pickable
from ownstock.ledger.rules.posting import Kind, Status


def lot(sku: str, code: str) -> Lot:
    """One lot with its item.

    Raises:
        Refused: the item has no such lot.
    """
    found = Lot.objects.select_related("item").filter(item__sku=sku, code=code).first()
    if found is None:
        raise Refused(f"{sku} has no lot {code}.", code="no_lot", sku=sku, lot=code)
    return found


def lots_of(sku: str) -> Iterable[Lot]:
    """The lots of an item, the first to expire first."""
    return Lot.objects.filter(item__sku=sku).order_by("expires_on", "code")


def pickable(sku: str, place: str) -> list[Pickable]:
    """What is released of an item at a site (and everywhere within it) or at one location, lot by lot.

    What is promised to customers is still in it; the demand app knows of that.
    """
    rows = Balance.objects.filter(item__sku=sku, status=Status.RELEASED, on_hand__gt=0)
    within = rows.filter(location__site__code=place) | rows.filter(location__code=place)
    columns = ("location__code", "lot__code", "on_hand", "lot__expires_on", "lot__retest_on")
    return [
        Pickable(location, lot or "", on_hand, expires_on, retest_on)
        for location, lot, on_hand, expires_on, retest_on in within.distinct().values_list(*columns)
    ]


def receivers(item_id: int, lot: Lot | None) -> set[str]:
    """Who posted receipts of a lot; of goods without lots, who posted any of the item."""
    received = Posting.objects.filter(kind=Kind.RECEIPT, movements__item_id=item_id, movements__lot=lot, reverses=None)
    return set(received.values_list("actor", flat=True).distinct())


def released_of(item_id: int, lot: Lot | None) -> Decimal:
    """How much of a lot (of goods without lots: of the item) quality has released and nobody took back.

    What went back from usable to any other status, or came back from a customer, may be released once more.
    """
    rows = Movement.objects.filter(item_id=item_id, lot=lot, target__kind__in=STOCK_KINDS)
    within = Q(source__kind__in=STOCK_KINDS)
    is_released = within & ~Q(source_status=Status.RELEASED) & Q(target_status=Status.RELEASED)
    was_usable = within & Q(source_status=Status.RELEASED) | Q(source__kind=LocationKind.CUSTOMER)
    sums = rows.aggregate(
        released=Sum("quantity", filter=is_released),
        back=Sum("quantity", filter=was_usable & ~Q(target_status=Status.RELEASED)),
    )
    return Decimal(sums["released"] or 0) - Decimal(sums["back"] or 0)


def moved_by(key: str) -> Decimal | None:
    """How much the only line of a posting moved; None where there is no such posting."""
    return Movement.objects.filter(posting__key=key).values_list("quantity", flat=True).first()


def picked_by(key: str) -> list[Pick]:
    """What the lines of a posting took; nothing where there is no such posting."""
    rows = Movement.objects.filter(posting__key=key).order_by("line")
    columns = rows.values_list("source__code", "lot__code", "quantity")
    return [Pick(location, lot or "", quantity) for location, lot, quantity in columns]
