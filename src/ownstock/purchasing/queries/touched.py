"""Reading what a decision on a supplier touches: the items it sells us, and the orders that are open for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.db.models import DecimalField, ExpressionWrapper, F, Model, Q, QuerySet, Sum

from ownstock.catalog.models import Supplier, SupplyTerm
from ownstock.purchasing.models import Delivery
from ownstock.purchasing.queries.orders import STILL_OPEN
from ownstock.purchasing.rules import OPEN_STATES

ORDER = "line__revision__purchase_order"
AMOUNT = DecimalField(max_digits=28, decimal_places=8)
CENT = Decimal("0.01")
AnyModel = TypeVar("AnyModel", bound=Model)


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order of which something touched is open."""

    number: str
    state: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Touched:
    """The items within a scope that a supplier sells us, those that nobody else sells, and the orders open for them."""

    skus: list[str]
    skus_alone: list[str]
    orders: list[OpenOrder]


def touched_by(
    supplier: Supplier, on: date, *, categories: Collection[str] = (), skus: Collection[str] = ()
) -> Touched:
    """What a decision on a supplier touches from a day on; of no category and no item: everything."""
    holding = SupplyTerm.objects.filter(Q(valid_to=None) | Q(valid_to__gte=on))
    theirs = _within(holding.filter(supplier=supplier), "item", categories, skus)
    sold = dict(theirs.order_by("item__sku").values_list("item_id", "item__sku"))
    elsewhere = set(holding.filter(item_id__in=sold).exclude(supplier=supplier).values_list("item_id", flat=True))
    alone = [sku for pk, sku in sold.items() if pk not in elsewhere]
    return Touched(list(sold.values()), alone, _open_orders(supplier, categories, skus))


def _within(
    rows: QuerySet[AnyModel], item: str, categories: Collection[str], skus: Collection[str]
) -> QuerySet[AnyModel]:
    if not categories and not skus:
        return rows
    return rows.filter(Q(**{f"{item}__category__in": categories}) | Q(**{f"{item}__sku__in": skus}))


def _open_orders(supplier: Supplier, categories: Collection[str], skus: Collection[str]) -> list[OpenOrder]:
    rows = Delivery.objects.filter(**{f"{ORDER}__supplier": supplier, f"{ORDER}__state__in": OPEN_STATES})
    rows = _within(rows.annotate(still_open=STILL_OPEN).filter(still_open__gt=0), "line__item", categories, skus)
    names = (f"{ORDER}__number", f"{ORDER}__state", f"{ORDER}__currency")
    sums = rows.values_list(*names).annotate(sum=Sum(ExpressionWrapper(F("still_open") * F("line__price"), AMOUNT)))
    return [
        OpenOrder(number, state, amount.quantize(CENT), currency)
        for number, state, currency, amount in sums.order_by(names[0])
    ]
