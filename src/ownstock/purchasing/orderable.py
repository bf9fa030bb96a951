"""Whether a supplier may be ordered from: what its register and its agreement say against an order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils import timezone

from ownstock.base.errors import Refused
from ownstock.catalog.models import Item, Supplier
from ownstock.catalog.queries import agreement, duty_conflict, objections
from ownstock.catalog.rules import OrderSize, shortfall
from ownstock.catalog.rules.objections import Objection
from ownstock.purchasing.models import OrderLine, PurchaseOrder

# No person sees an order of these actors before it is sent.
AUTOMATIC = ("job:", "rule:")


def check_orderable(supplier: Supplier, items: Iterable[Item], *, on: date, actor: str) -> None:
    """Refuse to order items that the register of suppliers speaks against, with all that it says.

    Raises:
        Refused: as said.
    """
    _refuse(supplier, objections(supplier, items, on, is_automatic=actor.startswith(AUTOMATIC)))


def check_placeable(order: PurchaseOrder, *, actor: str, below_minimum: str) -> None:
    """Refuse to send an order that may not be ordered today, or not by this actor, or that is too small.

    `below_minimum` is the reason for which an order smaller than agreed is sent all the same.

    Raises:
        Refused: as said.
    """
    items = items_of(order)
    on = timezone.localdate()
    check_orderable(order.supplier, items, on=on, actor=actor)
    conflict = duty_conflict(order.supplier, items, on, actor)
    if conflict is not None:
        _refuse(order.supplier, [conflict])
    lacking = shortfall_of(order)
    if lacking and not below_minimum.strip():
        raise Refused(
            f"{order.number}: {lacking} Order more, wait and merge it with the next, or say why it is sent all the same.",
            code="below_minimum",
            number=order.number,
        )


def _refuse(supplier: Supplier, found: Iterable[Objection]) -> None:
    against = list(found)
    if against:
        raise Refused(
            " ".join(objection.sentence for objection in against),
            code=against[0].code,
            supplier=supplier.code,
            objections=[{"code": o.code, "sentence": o.sentence, **o.facts} for o in against],
        )


def items_of(order: PurchaseOrder) -> list[Item]:
    """What an order's newest revision asks for."""
    lines = OrderLine.objects.filter(revision=order.revisions.latest("number")).select_related("item")
    return [line.item for line in lines]


def shortfall_of(order: PurchaseOrder) -> str:
    """What an order lacks, in a sentence, of what its supplier's agreement asks of one order; empty where nothing.

    A minimum value in another currency than the order's is not judged.
    """
    agreed = agreement(order.supplier, order.ordered_on)
    if agreed is None:
        return ""
    lines = list(OrderLine.objects.filter(revision=order.revisions.latest("number")).select_related("item"))
    value = sum((line.quantity * line.price for line in lines), Decimal(0))
    if agreed.currency != order.currency:
        agreed.minimum_order_value = None
    weights = [_times(line.quantity, line.item.weight_kg) for line in lines]
    volumes = [_times(line.quantity, line.item.volume_l) for line in lines]
    return shortfall(agreed, OrderSize(value, _sum(weights), _sum(volumes)))


def _times(quantity: Decimal, measure: Decimal | None) -> Decimal | None:
    return None if measure is None else quantity * measure


def _sum(measures: Iterable[Decimal | None]) -> Decimal | None:
    """The sum; None where one is not known."""
    total = Decimal(0)
    for measure in measures:
        if measure is None:
            return None
        total += measure
    return total
